"""Runs agents: asks the model, makes its calls, moves the conversation on, until there is an answer, a handoff or a
reason to give up."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, Literal

from bot.agents.agent import Agent
from bot.agents.events import Event, Finished, RunResult, TextDelta
from bot.agents.items import Message, as_items
from bot.agents.journal import Journal, MemoryJournal
from bot.agents.turn import Limits, Turn

OnText = Callable[[str], Awaitable[None] | None]


class Runner:
    """The way to run an agent. A run never raises for what a model or a tool did; it raises what the journal, a hook or
    a callback raises."""

    @classmethod
    async def run(
        cls,
        agent: Agent,
        messages: str | Sequence[Message],
        *,
        on_handoff: Literal["continue", "return"] = "continue",
        max_handoffs: int = 5,
        detect_cycles: bool = True,
        journal: Journal | None = None,
        on_text: OnText | None = None,
        context: Any = None,
        chain: Sequence[str] = (),
        max_steps: int = 24,
    ) -> RunResult:
        """Answer the messages, with `agent` holding the conversation.

        `on_handoff`: "continue" lets an agent that was handed to answer in the same run; a team or a person always ends
        it. `max_handoffs` caps how many agents the chain may have. `chain` is the chain so far, when the conversation
        has one; it counts. `on_text` gets what is said, by whole sentences; without it the model is not asked to
        stream. `context` is passed to instructions, tools, hooks and `is_enabled`, and never to a model. `max_steps`
        caps the model calls of this run; beyond it the run ends with reason `turn_cap`.
        """
        limits = Limits(max_handoffs, detect_cycles, max_steps, on_handoff == "return")
        turn = Turn(
            agent, as_items(messages), journal or MemoryJournal(), limits, context, chain, streamed=on_text is not None
        )
        result: RunResult | None = None
        async with aclosing(turn.events()) as events:
            async for event in events:
                if isinstance(event, TextDelta) and on_text is not None:
                    shown = on_text(event.delta)
                    if inspect.isawaitable(shown):
                        await shown
                elif isinstance(event, Finished):
                    result = event.result
        assert result is not None, "a turn ends with Finished"
        return result

    @classmethod
    async def stream(
        cls,
        agent: Agent,
        messages: str | Sequence[Message],
        *,
        on_handoff: Literal["continue", "return"] = "continue",
        max_handoffs: int = 5,
        detect_cycles: bool = True,
        journal: Journal | None = None,
        context: Any = None,
        chain: Sequence[str] = (),
        max_steps: int = 24,
    ) -> AsyncGenerator[Event, None]:
        """The same run as events, across handoffs; the last one is `Finished` and carries the result."""
        limits = Limits(max_handoffs, detect_cycles, max_steps, on_handoff == "return")
        turn = Turn(agent, as_items(messages), journal or MemoryJournal(), limits, context, chain, streamed=True)
        async with aclosing(turn.events()) as events:
            async for event in events:
                yield event
