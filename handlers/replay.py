"""Deciding a conversation again: in the same way, to prove that nothing else had a say in it, or by other rules.

`Again` is one conversation without store and network. `elsewhere` leads it through what happened under another
configuration, beside the way that it went: what people did stays what they did, and means what they then saw.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from routing.conversation import Conversation, Run, describe
from routing.decide import Decision
from routing.effects import JournalEntry, Line
from routing.errors import Refused
from routing.events import AgentEvent, AgentHandedOff, Event, HandedBack, MessageReceived, TimerFired, Transferred
from routing.policy import Policy
from routing.timers import Timer, timers

from .apply import decision_of, for_people, line_of
from .chosen import with_facts
from .customer import judged
from .ports import AgentRuntime
from .values import Lease, Place, Way

ANSWERS_IN_A_ROW = 12  # of asked agents that hand to each other at one point of the conversation
OF_A_RUN = ("agent_timeout", "slow_line")

Ask = Callable[["Again", Policy], Awaitable[AgentEvent]]


class Again:
    """A conversation that is decided again, from nothing on."""

    def __init__(self, conversation_id: str, place: Place) -> None:
        self.lease = Lease(conversation_id, 0, place, 0, 0, None, 0, [], {}, 0, 0.0)
        self.lines: list[Line] = []
        self.written: tuple[Line, ...] = ()  # by the last event
        self.moves: list[JournalEntry] = []

    @property
    def state(self) -> Conversation | None:
        return self.lease.conversation

    @property
    def run(self) -> Run | None:
        return self.state.run if self.state is not None else None

    def take(self, event: Event, policy: Policy, now_ms: int, way: Way = "decided") -> Decision | Refused:
        """Decide it and go on from there. A refusal changes nothing."""
        lease = self.lease
        lease.now_ms, self.written = now_ms, ()
        try:
            decision = (for_people if way == "given to people" else decision_of)(lease, event, policy)
        except Refused as refusal:
            return refusal
        for effect in decision.effects:
            line = line_of(effect, lease.lines + len(self.written) + 1, now_ms, "")
            if line is not None:
                self.written += (line,)
        self.lines += self.written
        lease.lines += len(self.written)
        lease.conversation = decision.conversation
        self.moves.extend(decision.journal)
        return decision


@dataclass(frozen=True, slots=True)
class Step:
    """One event as it was decided. `position` counts the log's entries from 1."""

    position: int
    event: Event
    policy: Policy
    now_ms: int
    way: Way
    before: Conversation | None
    result: Decision | Refused

    @property
    def after(self) -> Conversation | None:
        return self.result.conversation if isinstance(self.result, Decision) else self.before

    @property
    def moves(self) -> tuple[JournalEntry, ...]:
        return self.result.journal if isinstance(self.result, Decision) else ()


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two ways of one conversation part. `then` and `now` are sentences."""

    position: int
    at_ms: int
    event: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What becomes of it by other rules, or with models that answer anew.

    Attributes:
        parting: the first transition that differs; None when all are the same.
        said: where an agent says or decides something else: (who, then, now).
        unasked: an agent would have been asked where none was, and no answer of one is there.
    """

    again: Again
    parting: Parting | None
    said: tuple[tuple[str, str, str], ...]
    unasked: bool


async def elsewhere(
    steps: Sequence[Step], again: Again, policy: Policy | None, runtime: AgentRuntime, ask: Ask | None = None
) -> Elsewhere:
    """Lead `again` through the steps.

    `policy`: in place of the recorded one; lines are then judged and routed by it, and its deadlines count. `ask`: asks
    an agent in place of its recorded answers.
    """
    walk = _Walk(again, policy, runtime, ask)
    for step in steps:
        await walk.take(step)
    return Elsewhere(again, walk.parting, tuple(walk.said), walk.unasked)


class _Walk:
    def __init__(self, again: Again, policy: Policy | None, runtime: AgentRuntime, ask: Ask | None) -> None:
        self._again = again
        self._policy = policy
        self._runtime = runtime
        self._ask = ask
        self._shown = 0  # moves that were compared
        self.parting: Parting | None = None
        self.said: list[tuple[str, str, str]] = []
        self.unasked = False

    async def take(self, step: Step) -> None:
        policy = self._policy_at(step)
        self._deadlines(step, policy)
        if self._ask is not None and _on_time(step):
            await self._ask_all(step, policy)
        else:
            self._decide(step, policy)
        alone = self._again.run is not None and (step.after is None or step.after.run is None)
        if alone and self._ask is not None:
            await self._ask_all(step, policy)
        self.unasked = self.unasked or (alone and self._ask is None)
        self._compare(step)

    def _policy_at(self, step: Step) -> Policy:
        if self._policy is None:
            return step.policy
        return replace(self._policy, agents_paused=step.policy.agents_paused)

    def _decide(self, step: Step, policy: Policy) -> None:
        event = self._as_seen(step)
        if event is None:
            return
        self._again.lease.now_ms = step.now_ms
        if self._policy is not None and step.way != "given to people":
            if isinstance(event, MessageReceived):
                event = judged(event, self._runtime, self._again.lease, policy)
            elif isinstance(event, AgentHandedOff | Transferred | HandedBack):
                event = with_facts(event, self._runtime, self._again.lease, policy)
        result = self._again.take(event, policy, step.now_ms, step.way)
        if isinstance(result, Refused) != isinstance(step.result, Refused):
            self._part(step, _told(step.result), _told(result))

    def _as_seen(self, step: Step) -> Event | None:
        """The event in this way's terms: whoever acted on what was current acts on what is current here."""
        event, here, before = step.event, self._again.state, step.before
        if isinstance(event, TimerFired):
            return self._deadline(step, event)
        if here is None or before is None or here == before:
            return event
        if _on_time(step) and here.run is not None:
            names = ("turn", "step", "agent", "epoch", "upto")
            return _changed(event, {name: getattr(here.run, name) for name in names})
        if getattr(event, "epoch", None) == before.epoch and not hasattr(event, "turn"):
            return _changed(event, {"epoch": here.epoch})
        return event

    # ---- deadlines -----------------------------------------------------------------------------------------------

    def _deadline(self, step: Step, event: TimerFired) -> TimerFired | None:
        """A deadline that came then comes here too if it is armed here; its lateness is part of what happened."""
        if self._again.state == step.before and self._policy is None:
            return event
        armed = [timer for timer in self._armed(step) if timer.kind == event.kind and timer.due_ms <= step.now_ms]
        return _fired(armed[0]) if armed else None

    def _deadlines(self, step: Step, policy: Policy) -> None:
        """Deadlines that only this way has are kept to the millisecond. Of a run whose answer nobody knows there are
        none: it is not late, it was never asked for."""
        if self._policy is None:
            return
        while True:
            there = timers(step.before, step.policy) if step.before is not None else ()
            known = {(timer.kind, timer.due_ms) for timer in there}
            due = [
                timer for timer in self._armed(step)
                if timer.due_ms <= step.now_ms and (timer.kind, timer.due_ms) not in known
                and not (timer.kind in OF_A_RUN and (step.before is None or step.before.run is None))
            ]  # fmt: skip
            if not due:
                return
            first, before = min(due, key=lambda timer: timer.due_ms), self._again.state
            self._again.take(_fired(first), policy, max(first.due_ms, self._again.lease.now_ms))
            if self._again.state == before:
                return  # it changes nothing and would fire for ever

    def _armed(self, step: Step) -> tuple[Timer, ...]:
        return timers(self._again.state, self._policy_at(step)) if self._again.state is not None else ()

    # ---- agents --------------------------------------------------------------------------------------------------

    async def _ask_all(self, step: Step, policy: Policy) -> None:
        """Ask whoever holds it, and those to whom they hand it, until nobody is at work."""
        assert self._ask is not None
        then = step.event if isinstance(step.event, get_args(AgentEvent)) else None
        for _ in range(ANSWERS_IN_A_ROW):
            run = self._again.run
            if run is None:
                return
            self._again.lease.now_ms = step.now_ms
            event: Event = await self._ask(self._again, policy)
            if isinstance(event, AgentHandedOff):
                event = with_facts(event, self._runtime, self._again.lease, policy)
            before, now = answer_of(then) if then is not None else "was not asked", answer_of(event)
            if before != now:
                self.said.append((f"agent:{run.agent}", before, now))
            self._again.take(event, policy, step.now_ms)
            waits = step.after.run if step.after is not None else None
            if waits is not None and self._again.run == waits:
                return  # the next report answers it
            then = None

    # ---- comparing -----------------------------------------------------------------------------------------------

    def _compare(self, step: Step) -> None:
        new = self._again.moves[self._shown :]
        self._shown = len(self._again.moves)
        if [_gist(entry) for entry in new] != [_gist(entry) for entry in step.moves]:
            self._part(step, _went(step.moves), _went(new))

    def _part(self, step: Step, then: str, now: str) -> None:
        if self.parting is None:
            self.parting = Parting(step.position, step.now_ms, type(step.event).__name__, then, now)


def answer_of(event: Event) -> str:
    """What an agent's report comes to, in a line."""
    text = getattr(event, "text", "")
    said = f"says {text!r}" if text else "says nothing"
    if isinstance(event, AgentHandedOff):
        return f"{said}, hands to {event.to} ({event.reason})"
    reason = getattr(event, "reason", "")
    return f"gives up: {reason}" if reason else said


def _on_time(step: Step) -> bool:
    """Whether this is an agent's report, of the run that was wished for."""
    run = step.before.run if step.before is not None else None
    return run is not None and (run.turn, run.step) == (getattr(step.event, "turn", 0), getattr(step.event, "step", 0))


def _changed(event: Any, values: dict[str, Any]) -> Event:
    changed: Event = replace(event, **{name: value for name, value in values.items() if hasattr(event, name)})
    return changed


def _fired(timer: Timer) -> TimerFired:
    return TimerFired(timer.kind, timer.epoch, timer.ref, timer.due_ms)


def _gist(entry: JournalEntry) -> tuple[str, ...]:
    return entry.event, entry.actor, entry.reason, entry.before, entry.after


def _went(moves: Sequence[JournalEntry]) -> str:
    return "; ".join(f"{entry.before} -> {entry.after} ({entry.reason})" for entry in moves) or "no transition"


def _told(result: Decision | Refused) -> str:
    if isinstance(result, Refused):
        return f"refused: {result.detail}"
    return f"accepted: {_went(result.journal)}, held by {describe(result.conversation.holder)}"
