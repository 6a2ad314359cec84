"""An agent as a tool of another agent: the parent keeps the conversation and gets an answer to read.

The inner run reads nothing but the text of the call. It writes its journal into the parent's, under the id of the call,
so that after a crash it is played again up to where it was, and what it spends counts for the parent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot.agents.context import RunContext
from bot.agents.items import ToolOutput
from bot.agents.journal import Begin, Journal
from bot.agents.naming import transfer_tool_name
from bot.agents.tools import FunctionTool, JournalFailed, OutcomeUnknown, ToolContext, ToolError, function_tool

if TYPE_CHECKING:
    from bot.agents.agent import Agent
    from bot.agents.result import RunResult

# Agents that are each other's tools would call each other for ever; nobody needs more levels than this.
MAX_DEPTH = 4


class JournalWithin:
    """A journal inside another one. Its entries are `{"kind": "within", "call_id": ..., "entry": ...}` there, where the
    outer run does not take them for its own."""

    def __init__(self, outer: Journal, call_id: str) -> None:
        self._outer = outer
        self._call_id = call_id
        # What the outer journal raised: it must end the outer run as well, and never pass for a tool that failed.
        self.failure: Exception | None = None
        self.depth: int = outer.depth + 1 if isinstance(outer, JournalWithin) else 1

    async def recorded(self) -> list[dict[str, Any]]:
        with self._noting_failure():
            return list(entries_within(await self._outer.recorded(), self._call_id))

    async def append(self, entry: dict[str, Any]) -> None:
        with self._noting_failure():
            await self._outer.append({"kind": "within", "call_id": self._call_id, "entry": entry})

    async def begin(self, tool_name: str, call_id: str, idempotent: bool) -> Begin:
        with self._noting_failure():
            return await self._outer.begin(tool_name, f"{self._call_id}/{call_id}", idempotent)

    @contextmanager
    def _noting_failure(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.failure = error
            raise


def entries_within(entries: Sequence[Mapping[str, Any]], call_id: str) -> Iterator[dict[str, Any]]:
    """What the run inside this call has written."""
    return (entry["entry"] for entry in entries if entry["kind"] == "within" and entry["call_id"] == call_id)


def as_tool(agent: Agent[Any, Any], *, name: str | None = None, description: str | None = None) -> FunctionTool:
    """The agent as a tool that takes one text, `input`, and gives back the agent's answer.

    Handoffs between agents stay inside. A tool error tells the parent's model when the agent would give the
    conversation to people, or could not answer.
    """

    async def ask(input: str, tool: ToolContext) -> str:
        from bot.agents.state import RunState

        assert tool.runner and tool.journal and tool.meter and tool.run_context, "a run hands these to its tools"
        journal = JournalWithin(tool.journal, tool.call_id)
        if journal.depth > MAX_DEPTH:
            raise ToolError(
                f"{agent.name} was not asked: agents as tools are {MAX_DEPTH} deep already. Answer yourself."
            )
        outer = tool.run_context
        ctx = RunContext(outer.context, outer.run_id, agent, outer.session_id)
        state = RunState(ctx, last_agent=agent.name, holder=agent)
        try:
            result = await tool.runner.within().run(
                agent, input, state=state, run_id=ctx.run_id, session_id=ctx.session_id, journal=journal,
                meter=tool.meter.within(),
            )  # fmt: skip
        except Exception as error:
            if journal.failure is not None:
                raise JournalFailed from journal.failure
            raise ToolError(f"{agent.name} broke off with {type(error).__name__}. Go on without it.") from error
        match result.status:
            case "final" | "complete":
                return result.text or result.summary or ""
            case "handoff":
                assert result.handoff_target is not None
                raise ToolError(
                    f"{agent.name} cannot settle this here and would hand the conversation to "
                    f"{result.handoff_target.name} ({result.reason}). Only you can do that: transfer the conversation "
                    f"yourself, or answer without it.{_called(result)}"
                )
            case _ if result.reason == "outcome_unknown":
                raise OutcomeUnknown(result.detail)
            case _:
                raise ToolError(f"{agent.name} could not answer ({result.reason}). Go on without it.{_called(result)}")

    words = description or agent.handoff_description or f"Ask the agent {agent.name} and read its answer."
    own_name = transfer_tool_name(agent.name).removeprefix("transfer_to_")
    return function_tool(name=name or own_name, description=words)(ask)


def _called(result: RunResult) -> str:
    """What had happened before the agent gave up: an error alone would read as if nothing had."""
    names = dict.fromkeys(item.name for item in result.new_items if isinstance(item, ToolOutput))
    return f" Before that it called {', '.join(names)}." if names else ""
