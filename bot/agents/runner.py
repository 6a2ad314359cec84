"""Runs agents: asks the model, makes its calls, moves the conversation on, until there is an answer, a handoff or a
reason to give up."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing, nullcontext
from copy import copy, deepcopy
from functools import partial
from types import TracebackType
from typing import Any, Concatenate, Generic, Literal, ParamSpec, Self, TypedDict, TypeVar, Unpack
from uuid import uuid4

from bot.agents.agent import Agent, HandoffConfig
from bot.agents.budget import Budget, Meter
from bot.agents.bus import EVERY, EventBus, Subscriber, bus_of
from bot.agents.context import RunContext, settled
from bot.agents.edges import Edge, Edges
from bot.agents.events import Event, Finished, TextDelta
from bot.agents.filters import InputFilter
from bot.agents.items import Input, as_items
from bot.agents.journal import Journal, MemoryJournal
from bot.agents.models.base import Model
from bot.agents.offers import reachable
from bot.agents.result import RunResult
from bot.agents.rules import Rules
from bot.agents.sessions import Session, Sessions
from bot.agents.state import RunState
from bot.agents.turn import Turn
from bot.agents.views import Redact

OnText = Callable[[str], Any]
P = ParamSpec("P")
R = TypeVar("R")

MAX_TURNS = 24


class RunOptions(TypedDict, total=False):
    """What a run can be told, beside the agent and the input.

    on_handoff     "continue" (the default) lets an agent that was handed to answer in the same run; "return" stops
                   there. A team or a person always ends it
    max_handoffs   how many agents the chain may have; by default what the agent's `HandoffConfig` says, else 5
    detect_cycles  whether A -> B -> A without news ends the run; by default what the config says, else yes
    max_turns      how many answers of models this run may take; beyond them it ends with reason `turn_cap`
    journal        where the run is written down, so that a crash repeats nothing
    on_text        gets what is said, by whole sentences; without it the model is not asked to stream
    on_event       gets every event; it cannot harm the run
    context        the caller's own object, for callbacks; never for a model
    chain          names of the agents that held the conversation so far, when there is no `state`
    session_id     a label; with `Runner(sessions=...)` also where the conversation goes on
    run_id         the run's own label, else a new one
    state          goes on where an earlier run ended: its last agent answers
    budget, meter  what the conversation may cost; what counts it, for a run inside another one
    """

    on_handoff: Literal["continue", "return"]
    max_handoffs: int | None
    detect_cycles: bool | None
    max_turns: int
    journal: Journal | None
    on_text: OnText | None
    on_event: Subscriber | None
    context: Any
    chain: Sequence[str]
    session_id: str | None
    run_id: str | None
    state: RunState | None
    budget: Budget | None
    meter: Meter | None


class _OnBoth(Generic[P, R]):
    """A method that works on the class as well, where it is that of a plain `Runner()`."""

    def __init__(self, function: Callable[Concatenate[Any, P], R]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, runner: Any, owner: Any) -> Callable[P, R]:
        return partial(self._function, owner() if runner is None else runner)


class Runner:
    """The way to run an agent: `await Runner.run(agent, "hello")`, or on a runner with settings of its own.

    A run never raises for what a model, a tool, a filter, a hook or a subscriber did. It raises what the journal or
    `on_text` raises, and ValueError, before anything has happened, for agents that cannot be told apart.

    handoff_input_filter  for every handoff that has no filter of its own
    model                 speaks for agents that have none
    hooks                 hears the events of every run
    redactors             change every text before a model, an event or the log gets it
    edges                 who may hand to whom; None lets everybody
    sessions              keeps conversations by `session_id`
    """

    def __init__(
        self,
        *,
        handoff_input_filter: InputFilter | None = None,
        model: Model | None = None,
        hooks: EventBus | None = None,
        redactors: Iterable[Redact] = (),
        edges: Edges | Iterable[Edge] | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        self._filter = handoff_input_filter
        self._model = model
        self._hooks = hooks
        self._redactors = tuple(redactors)
        self._edges = edges if edges is None or isinstance(edges, Edges) else Edges(edges)
        self._sessions = sessions

    @_OnBoth
    async def run(self, agent: Agent[Any, Any], input: Input, **options: Unpack[RunOptions]) -> RunResult:
        """Answer the input, with `agent` holding the conversation; `RunOptions` says what else can be told."""
        on_text = options.get("on_text")
        result: RunResult | None = None
        async with aclosing(self.events(agent, input, options, streamed=on_text is not None)) as events:
            async for event in events:
                if isinstance(event, TextDelta) and on_text is not None:
                    await settled(on_text(event.delta))
                elif isinstance(event, Finished):
                    result = event.result
        assert result is not None, "a turn ends with Finished"
        return result

    @_OnBoth
    def stream(self, agent: Agent[Any, Any], input: Input, **options: Unpack[RunOptions]) -> RunStream:
        """The same run as events, across handoffs; the last one is `Finished` and carries the result."""
        return RunStream(self.events(agent, input, options, streamed=True))

    async def events(
        self, agent: Agent[Any, Any], input: Input, options: RunOptions, *, streamed: bool
    ) -> AsyncGenerator[Event, None]:
        """What `run` and `stream` are made of. `streamed`: whether the model is asked to speak in pieces."""
        if unknown := options.keys() - RunOptions.__annotations__.keys():
            raise TypeError(f"a run has no option {', '.join(sorted(unknown))}")
        session_id = options.get("session_id")
        held = self._sessions.held(session_id) if self._sessions is not None and session_id is not None else None
        buses = self._buses(agent, options)
        async with held or nullcontext(Session()) as session:
            turn = self._turn(agent, input, options, session.state, streamed=streamed)
            async with aclosing(turn.events()) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        session.state = event.result.state
                    for bus in buses:
                        await bus.publish(event)
                    yield event

    def within(self) -> Runner:
        """The same runner for a run inside one of its own, which has the session already."""
        inner = copy(self)
        inner._sessions = None
        return inner

    def _buses(self, agent: Agent[Any, Any], options: RunOptions) -> list[EventBus]:
        subscribers = list(agent.subscribers)
        if (on_event := options.get("on_event")) is not None:
            subscribers.append((EVERY, on_event))
        buses = [bus_of(subscribers)] if subscribers else []
        return buses if self._hooks is None else [self._hooks, *buses]

    def _turn(
        self, entry: Agent[Any, Any], input: Input, options: RunOptions, kept: RunState | None, *, streamed: bool
    ) -> Turn:
        known = reachable(entry)
        before = options.get("state") or kept
        holder = entry if before is None else before.holder_among(entry, known)
        if holder.name not in known:
            known = {**reachable(holder), **known}
        ctx = RunContext(
            options.get("context"),
            options.get("run_id") or uuid4().hex,
            holder,
            options.get("session_id"),
        )
        if before is None:
            state = RunState(ctx, as_items(input), list(options.get("chain") or ()))
        else:
            ctx.session_state = deepcopy(before.session_state)
            ctx.context = options.get("context", before.run_context.context)
            state = before.going_on(ctx, as_items(input))
        config = entry.handoff or HandoffConfig()
        most, cycles = options.get("max_handoffs"), options.get("detect_cycles")
        rules = Rules(
            max_handoffs=config.max_handoffs if most is None else most,
            detect_cycles=config.detect_cycles if cycles is None else cycles,
            max_turns=options.get("max_turns", MAX_TURNS),
            return_at_handoff=options.get("on_handoff") == "return",
            streamed=streamed,
            model=self._model,
            input_filter=self._filter,
            redactors=self._redactors,
            edges=self._edges,
            runner=self,
        )
        meter = options.get("meter") or Meter(options.get("budget"), state.spent)
        return Turn(holder, known, state, options.get("journal") or MemoryJournal(), rules, meter)


class RunStream:
    """The events of a run, once. `result` is there when the last one has been read; close it when you stop before."""

    def __init__(self, events: AsyncGenerator[Event, None]) -> None:
        self._events = events
        self._result: RunResult | None = None

    @property
    def result(self) -> RunResult:
        """How the run ended.

        Raises:
            RuntimeError: it has not ended yet.
        """
        if self._result is None:
            raise RuntimeError("the run has not ended: read its events first")
        return self._result

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        event = await anext(self._events)
        if isinstance(event, Finished):
            self._result = event.result
        return event

    async def aclose(self) -> None:
        """End the run where it is."""
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
