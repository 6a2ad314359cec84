"""Several agents under one name: they hand the conversation to each other, answer side by side, or one after the
other."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Unpack, cast
from uuid import uuid4

from bot.agents.agent import Agent
from bot.agents.agent_tool import JournalWithin
from bot.agents.budget import Meter, Spent
from bot.agents.bus import EVERY, Subscriber, bus_of
from bot.agents.context import RunContext, settled
from bot.agents.edges import Edge, Edges
from bot.agents.events import Event, Finished, TextDelta
from bot.agents.filters import InputFilter
from bot.agents.handoffs import Handoff
from bot.agents.items import AssistantMessage, Input, Item, UserMessage, as_items
from bot.agents.journal import MemoryJournal
from bot.agents.models.base import Model, Usage
from bot.agents.result import Reason, RunResult
from bot.agents.runner import Runner, RunOptions, RunStream
from bot.agents.state import RunState
from bot.agents.tools import COMPLETE
from bot.agents.views import Redact

log = logging.getLogger("baton.agents")

Merge = Callable[[Mapping[str, RunResult]], str | Awaitable[str]]

_YOUR_TURN = "The agents before you have said the above. It is your turn: build on it and answer the customer."
_MEMBER_OPTIONS = ("context", "session_id", "max_handoffs", "detect_cycles", "max_turns")


class TeamMode(StrEnum):
    """handoff: one member holds the conversation, and any may hand it to any other. broadcast: all answer the same
    input at once. sequential: each builds on what those before it said."""

    HANDOFF = "handoff"
    BROADCAST = "broadcast"
    SEQUENTIAL = "sequential"


@dataclass
class TeamResult(RunResult):
    """A run's result. `member_results`: how each member's own run ended, by name, where they do not hand over."""

    member_results: dict[str, RunResult] = field(default_factory=dict)


class Team:
    """Agents that answer together. Members stay as they are; what is changed on one later, the team does not see.

    members     in `handoff` mode the first is who customers come to
    model       speaks for members that have none
    max_rounds  how many agents a chain may have; beyond it the fallback answers, with reason `hop_limit`. In
                `broadcast` there is one round
    handoff_input_filter, redactors, edges  as for a Runner
    merge       makes one text of all answers of a broadcast; without it they stand below each other, each with its
                member's name

    Raises:
        ValueError: there are no members, two have one name, or `max_rounds` lets nobody answer.
    """

    def __init__(
        self,
        name: str,
        members: Sequence[Agent[Any, Any]],
        mode: TeamMode | str = TeamMode.HANDOFF,
        *,
        model: Model | None = None,
        max_rounds: int = 5,
        handoff_input_filter: InputFilter | None = None,
        redactors: Iterable[Redact] = (),
        edges: Edges | Iterable[Edge] | None = None,
        merge: Merge | None = None,
    ) -> None:
        names = [member.name for member in members]
        if not names or len(set(names)) < len(names):
            raise ValueError(f'team "{name}" needs members of different names, not {names}')
        if max_rounds < 1:
            raise ValueError(f'team "{name}" cannot answer in {max_rounds} rounds')
        self.name = name
        self.members = tuple(members)
        self.mode = TeamMode(mode)
        self._max_rounds = max_rounds
        self._merge = merge
        self._runner = Runner(handoff_input_filter=handoff_input_filter, model=model, redactors=redactors, edges=edges)
        self._subscribers: list[tuple[str, Subscriber]] = []
        self._linked = _linked(self.members) if self.mode is TeamMode.HANDOFF else ()

    def on(self, event: str, subscriber: Subscriber) -> None:
        """Hear events of the team's runs: `team.on("handoff.transfer", tell)`; "*" hears all."""
        self._subscribers.append((event, subscriber))

    async def run(self, input: Input, **options: Unpack[RunOptions]) -> TeamResult:
        """Answer the input; the options are those of `Runner.run`."""
        on_text = options.get("on_text")
        result: RunResult | None = None
        async with aclosing(self._told(input, options, streamed=on_text is not None)) as events:
            async for event in events:
                if isinstance(event, TextDelta) and on_text is not None:
                    await settled(on_text(event.delta))
                elif isinstance(event, Finished):
                    result = event.result
        return cast(TeamResult, result)

    def stream(self, input: Input, **options: Unpack[RunOptions]) -> RunStream:
        """The same as events. Of members that answer one after the other, only the last one's words are told."""
        return RunStream(self._told(input, options, streamed=True))

    async def _told(self, input: Input, options: RunOptions, *, streamed: bool) -> AsyncGenerator[Event, None]:
        bus = bus_of(self._subscribers)
        if (on_event := options.get("on_event")) is not None:
            bus.subscribe(EVERY, on_event)
        inner = cast(RunOptions, {key: value for key, value in options.items() if key not in ("on_event", "on_text")})
        if self.mode is TeamMode.HANDOFF:
            made = self._handing_over(input, inner, streamed=streamed)
        else:
            round_ = _Round(self.name, self._runner, as_items(input), inner)
            if self.mode is TeamMode.BROADCAST:
                made = round_.all_at_once(self.members, self._merge)
            else:
                made = round_.one_by_one(self.members, self._max_rounds, streamed=streamed)
        async with aclosing(made) as events:
            async for event in events:
                await bus.publish(event)
                yield event

    async def _handing_over(self, input: Input, options: RunOptions, *, streamed: bool) -> AsyncGenerator[Event, None]:
        options.setdefault("max_handoffs", self._max_rounds)
        async with aclosing(self._runner.events(self._linked[0], input, options, streamed=streamed)) as events:
            async for event in events:
                yield Finished(self._as_members(event.result)) if isinstance(event, Finished) else event

    def _as_members(self, result: RunResult) -> TeamResult:
        """The result with the caller's own objects in place of the linked copies."""
        own = dict(zip(self._linked, self.members, strict=True))
        facts = {one.name: getattr(result, one.name) for one in fields(RunResult)}
        facts["last_agent"] = own.get(result.last_agent, result.last_agent)
        if isinstance(result.handoff_target, Agent):
            facts["handoff_target"] = own.get(result.handoff_target, result.handoff_target)
        return TeamResult(**facts)


def _linked(members: Sequence[Agent[Any, Any]]) -> tuple[Agent[Any, Any], ...]:
    """Copies of the members that can all hand over to each other, by their own handoffs where they have them."""
    copies = {member: copy.copy(member) for member in members}

    def linked(way: Any) -> Any:
        if isinstance(way, Agent):
            return copies.get(way, way)
        to = getattr(way, "agent", None)
        if not isinstance(to, Agent) or to not in copies:
            return way
        if isinstance(way, Handoff):  # what it is called with is its own, unless somebody gave it another
            return replace(way, agent=copies[to], on_invoke_handoff=way.on_invoke_handoff if way.chooses else None)
        return replace(way, agent=copies[to])

    for member, made in copies.items():
        config = member.handoff
        own = [linked(way) for way in member.handoffs]
        targets = [linked(way) for way in config.targets] if config is not None else []
        known = {way if isinstance(way, Agent) else getattr(way, "agent", None) for way in (*own, *targets)}
        made.handoffs = [*own, *(other for other in copies.values() if other is not made and other not in known)]
        made.handoff = replace(config, targets=targets) if config is not None else None
        made.can_complete = made.can_complete or all(tool.name != COMPLETE for tool in made.functions)
    return tuple(copies.values())


class _Round:
    """One run of a team whose members do not hand over to each other."""

    def __init__(self, team: str, runner: Runner, items: list[Item], options: RunOptions) -> None:
        self._team = team
        self._runner = runner
        self._items = items
        self._options = options
        before = options.get("state")
        self._before = list(before.history) if before is not None else []
        self._session_state = dict(before.session_state) if before is not None else {}
        self._context = options.get("context", before.run_context.context if before is not None else None)
        self._run_id = options.get("run_id") or uuid4().hex
        self._journal = options.get("journal") or MemoryJournal()
        self._meter = options.get("meter") or Meter(
            options.get("budget"), before.spent if before is not None else Spent()
        )
        self._new: list[Item] = []
        self._results: dict[str, RunResult] = {}

    # ---- all at once

    async def all_at_once(self, members: Sequence[Agent[Any, Any]], merge: Merge | None) -> AsyncGenerator[Event, None]:
        """Answers are told in the order of the members, each as soon as it and those before it are there."""
        ready: asyncio.Queue[tuple[str, RunResult] | None] = asyncio.Queue()

        async def answer(member: Agent[Any, Any]) -> None:
            ready.put_nowait((member.name, await self._answer(member)))

        async def everybody() -> None:
            try:
                async with asyncio.TaskGroup() as group:
                    for member in members:
                        group.create_task(answer(member), name=f"{self._team}: {member.name}")
            except BaseExceptionGroup as failures:
                raise failures.exceptions[0] from None
            finally:
                ready.put_nowait(None)

        asking = asyncio.ensure_future(everybody())
        try:
            waiting = [member.name for member in members]
            here: dict[str, RunResult] = {}
            spoken = False
            while (arrived := await ready.get()) is not None:
                here[arrived[0]] = arrived[1]
                while waiting and waiting[0] in here:
                    name = waiting.pop(0)
                    self._keep(name, here[name])
                    words = _attributed(name, here[name])
                    if words and merge is None:
                        yield TextDelta(name, f"\n\n{words}" if spoken else words)
                        spoken = True
            await asking
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        async for event in self._merged(members, merge):
            yield event

    async def _merged(self, members: Sequence[Agent[Any, Any]], merge: Merge | None) -> AsyncGenerator[Event, None]:
        answered = {name: result for name, result in self._results.items() if _attributed(name, result)}
        last = next((member for member in reversed(members) if member.name in answered), members[-1])
        if merge is not None and answered:
            text = await settled(merge(answered))
            self._new = [AssistantMessage(text, self._team)]
            yield TextDelta(self._team, text)
        else:
            self._new = [AssistantMessage(result.text, name) for name, result in answered.items()]
            text = "\n\n".join(_attributed(name, result) for name, result in answered.items())
        chain = list(answered) or [last.name]
        if answered:
            yield Finished(self._result(last, chain, text=text, status="final"))
            return
        # Nobody had an answer: whoever wants people decides, else the first failure says why.
        results = list(self._results.values())
        spoke = next((result for result in results if result.status == "handoff"), results[0])
        yield Finished(
            self._result(
                spoke.last_agent, chain, text="", status=spoke.status, reason=spoke.reason, cause=spoke.cause,
                handoff_target=spoke.handoff_target, detail="; ".join(filter(None, (one.detail for one in results))),
            )
        )  # fmt: skip

    async def _answer(self, member: Agent[Any, Any]) -> RunResult:
        """The member's answer. What breaks in one member must not silence the others."""
        journal = JournalWithin(self._journal, member.name)
        try:
            return await self._runner.run(member, self._items, **self._member_options(member, journal, self._before))
        except Exception as error:
            if journal.failure is not None:
                raise
            log.warning("team.member_failed %s of %s", member.name, self._team, exc_info=error)
            detail = f"{member.name} broke off with {type(error).__name__}"
            return self._result(
                member, [member.name], text="", status="fallback", reason="bot_unavailable", detail=detail
            )

    # ---- one after the other

    async def one_by_one(
        self, members: Sequence[Agent[Any, Any]], max_rounds: int, *, streamed: bool
    ) -> AsyncGenerator[Event, None]:
        """Only the words of whoever ends the sequence are told."""
        chain: list[str] = []
        for member in members[:max_rounds]:
            last = len(chain) + 1 == len(members)
            input = [UserMessage(_YOUR_TURN)] if chain else self._items
            history = [*self._before, *self._items, *self._new] if chain else self._before
            options = self._member_options(member, JournalWithin(self._journal, member.name), history)
            chain.append(member.name)
            async with aclosing(self._runner.events(member, input, options, streamed=streamed and last)) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        self._keep(member.name, event.result)
                    elif last or not isinstance(event, TextDelta):
                        yield event
            result = self._results[member.name]
            self._new += result.new_items
            if last or result.status != "final":
                if result.text and not last:
                    yield TextDelta(result.last_agent.name, result.text)
                yield Finished(self._ended(result, chain))
                return
        stop: Reason = "hop_limit"
        detail = f"{' -> '.join(chain)} -> {members[max_rounds].name}"
        yield Finished(
            self._result(
                members[max_rounds - 1], chain, text="", status="fallback", reason=stop, cause=stop, detail=detail
            )
        )

    def _ended(self, result: RunResult, chain: list[str]) -> TeamResult:
        """The team ends as this member did."""
        return self._result(
            result.last_agent, chain, text=result.text, status=result.status, reason=result.reason, cause=result.cause,
            handoff_target=result.handoff_target, summary=result.summary, detail=result.detail, output=result.output,
        )  # fmt: skip

    # ---- both

    def _keep(self, name: str, result: RunResult) -> None:
        self._results[name] = result
        self._session_state = {**self._session_state, **result.state.session_state}

    def _member_options(self, member: Agent[Any, Any], journal: JournalWithin, history: list[Item]) -> RunOptions:
        ctx = RunContext(
            self._context, self._run_id, member, self._options.get("session_id"), dict(self._session_state)
        )
        own = {key: self._options[key] for key in _MEMBER_OPTIONS if key in self._options}  # type: ignore[literal-required]
        state = RunState(ctx, list(history), last_agent=member.name, holder=member)
        return cast(
            RunOptions,
            {**own, "run_id": self._run_id, "journal": journal, "state": state, "meter": self._meter.within()},
        )

    def _result(self, last: Agent[Any, Any], chain: list[str], **facts: Any) -> TeamResult:
        ctx = RunContext(self._context, self._run_id, last, self._options.get("session_id"), self._session_state)
        state = RunState(
            ctx, [*self._before, *self._items, *self._new], list(chain), last.name, spent=self._meter.spent, holder=last
        )
        return TeamResult(
            last_agent=last,
            state=state,
            handoff_chain=list(chain),
            new_items=list(self._new),
            usage=sum((result.usage for result in self._results.values()), Usage()),
            handoffs=[record for result in self._results.values() for record in result.handoffs],
            member_results=dict(self._results),
            **facts,
        )


def _attributed(name: str, result: RunResult) -> str:
    """What a member answered, with its name; empty if it has no answer."""
    words = result.text or result.summary or ""
    return f"{name}: {words}" if words and result.status in ("final", "complete") else ""
