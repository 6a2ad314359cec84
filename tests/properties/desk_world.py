"""One conversation with everything around it that `decide` relies on: mailbox, outbox with its MARK, timers, slots.

It is a real little desk and no stand-in: what it does is what the store and the worker promise, in memory and one at a
time. Time stands still until `wait` moves it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from routing.conversation import SYSTEM, Actor, Closed, Conversation, HeldByHuman, Run, Target, describe, state_of
from routing.effects import (
    Effect,
    FreeSlot,
    Hear,
    JournalEntry,
    KeepItems,
    Line,
    Note,
    Notice,
    Say,
    ShowDraft,
    TakeSlot,
    TellPerson,
)
from routing.errors import Refused
from routing.events import (
    AgentCompleted,
    AgentFailed,
    AgentHandedOff,
    AgentReplied,
    Claimed,
    Event,
    MessageReceived,
    Replied,
    SpeechSuppressed,
    TimerFired,
)
from routing.moves import Decision
from routing.policy import Policy
from routing.timers import Timer
from tests.properties.desk_policy import MONDAY_10_MS, desk
from tests.properties.ring import REAL, Ring

E = TypeVar("E")
CUSTOMER = "mia"


@dataclass(frozen=True, slots=True)
class Sent:
    """A line that reached the customer. `state` is the conversation's at the moment it left."""

    author: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Told:
    """One decided event: what was before, what was decided. `decision` None: it was refused."""

    event: Event
    before: Conversation
    decision: Decision | None
    refusal: Refused | None
    policy: Policy


@dataclass(slots=True)
class World:
    """A desk with one customer. Verbs return the refusal, or None when the event was decided."""

    policy: Policy = field(default_factory=desk)
    ring: Ring = REAL
    now_ms: int = MONDAY_10_MS
    requester: str = CUSTOMER
    watch: Callable[["World", Told], None] | None = None
    c: Conversation = field(init=False)
    seq: int = 0
    version: int = 0
    effects: list[Effect] = field(default_factory=list)
    last: tuple[Effect, ...] = ()
    journal: list[JournalEntry] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    outbox: list[tuple[str, Say | Notice]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    slots: set[str] = field(default_factory=set)
    mails: list[Event] = field(default_factory=list)
    armed: list[Timer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.c = self.ring.birth("place", self.requester, self.policy, self.now_ms)

    # ---- the engine --------------------------------------------------------------------------------------------------

    def mail(self, event: Event) -> Refused | None:
        """Decide one event and write what follows from it."""
        before = self.c
        self.mails.append(event)
        self.last = ()
        try:
            decision = self.ring.decide(before, event, self.policy, self.now_ms)
        except Refused as refusal:
            if self.watch is not None:
                self.watch(self, Told(event, before, None, refusal, self.policy))
            return refusal
        self._commit(decision)
        if self.watch is not None:
            self.watch(self, Told(event, before, decision, None, self.policy))
        return None

    def _commit(self, decision: Decision) -> None:
        self.c = decision.conversation
        self.version += 1
        self.last = decision.effects
        self.effects.extend(decision.effects)
        self.journal.extend(decision.journal)
        for number, effect in enumerate(decision.effects):
            key = f"place|{self.version}|{number}"
            self._write(effect, key)
            if isinstance(effect, Notice) or (isinstance(effect, Say) and not effect.native):
                self.outbox.append((key, effect))
        self.armed.extend(timer for timer in self.timers() if timer not in self.armed)

    def _write(self, effect: Effect, key: str) -> None:
        n = len(self.lines) + 1
        match effect:
            case TakeSlot(person=person):
                self.slots.add(person)
            case FreeSlot(person=person):
                self.slots.discard(person)
            case Say(author=author, text=text, act=act, turn=turn):
                self.lines.append(Line(n, author, text, "public", self.now_ms, key=key, act=act, turn=turn))
            case Notice(text=text):
                self.lines.append(Line(n, SYSTEM, text, "public", self.now_ms, key=key, kind="notice"))
            case Hear(author=author, text=text, seq=seq, at_ms=at_ms):
                self.lines.append(Line(n, author, text, "public", at_ms, seq=seq))
            case Note(author=author, text=text):
                self.lines.append(Line(n, author, text, "internal", self.now_ms, kind="note"))
            case TellPerson(text=text):
                self.lines.append(Line(n, SYSTEM, text, "internal", self.now_ms, kind="note"))
            case ShowDraft(agent=agent, text=text):
                self.lines.append(Line(n, Actor("agent", agent), text, "internal", self.now_ms, kind="draft"))
            case KeepItems(agent=agent, items=items):
                self.lines.append(Line(n, Actor("agent", agent), "", "internal", self.now_ms, kind="items", data=items))
            case _:
                pass

    def timers(self) -> tuple[Timer, ...]:
        return self.ring.timers(self.c, self.policy)

    def deliver(self) -> None:
        """The next row leaves. MARK refuses an agent's words below the floor, and says so by an event."""
        key, effect = self.outbox.pop(0)
        if isinstance(effect, Notice):
            self.sent.append(Sent("baton", effect.text, state_of(self.c.holder)))
        elif effect.epoch is not None and effect.epoch < self.c.floor:
            self.mail(SpeechSuppressed(key, effect.author.name, effect.text))
        else:
            self.sent.append(Sent(str(effect.author), effect.text, state_of(self.c.holder)))

    def deliver_all(self) -> None:
        while self.outbox:
            self.deliver()

    def wait(self, ms: int) -> None:
        """Time passes, and every deadline that comes due meanwhile fires at its time."""
        until_ms = self.now_ms + ms
        while due := [timer for timer in self.timers() if timer.due_ms <= until_ms]:
            timer = min(due, key=lambda one: one.due_ms)
            self.now_ms = max(self.now_ms, timer.due_ms)
            before = self.c
            self.fire(timer)
            assert self.c != before, f"{timer} fires for ever"
        self.now_ms = until_ms

    def fire(self, timer: Timer) -> Refused | None:
        return self.mail(TimerFired(timer.kind, timer.epoch, timer.ref, timer.due_ms))

    # ---- who does what -----------------------------------------------------------------------------------------------

    def writes(self, text: str, *, author: str = "", **facts: Any) -> Refused | None:
        self.seq += 1
        return self.mail(MessageReceived(self.seq, author or self.requester, text, self.now_ms, **facts))

    @property
    def run(self) -> Run:
        """What an agent is working on now."""
        assert self.c.run is not None, f"nobody works on it: {self.c.holder}"
        return self.c.run

    def answers(self, text: str, run: Run | None = None, **facts: Any) -> Refused | None:
        run = run or self.run
        return self.mail(AgentReplied(run.turn, run.step, run.agent, run.epoch, run.upto, text, **facts))

    def hands_off(self, to: str, text: str = "", run: Run | None = None, **facts: Any) -> Refused | None:
        run = run or self.run
        reason = facts.pop("reason", "agent_decided")
        target = Target(*to.split(":"))  # type: ignore[arg-type]
        return self.mail(
            AgentHandedOff(run.turn, run.step, run.agent, run.epoch, run.upto, target, reason, text=text, **facts)
        )

    def completes(self, text: str, run: Run | None = None, **facts: Any) -> Refused | None:
        run = run or self.run
        return self.mail(AgentCompleted(run.turn, run.step, run.agent, run.epoch, run.upto, text, **facts))

    def fails(self, run: Run | None = None, detail: str = "the model is away") -> Refused | None:
        run = run or self.run
        return self.mail(AgentFailed(run.turn, run.step, run.agent, run.epoch, "bot_unavailable", detail))

    def claims(self, by: str, **more: Any) -> Refused | None:
        return self.mail(Claimed(by, **more))

    def replies(self, by: str, text: str, **more: Any) -> Refused | None:
        return self.mail(Replied(by, text, **more))

    def held_by(self, person: str) -> "World":
        """Shorthand for a story that begins when that person holds it: the customer wrote, then asked for a person."""
        self.writes("I was charged twice")
        self.writes("get me a person", wants_person=True)
        refusal = self.claims(person)
        assert refusal is None, refusal
        return self

    def changes(self, **fields: Any) -> None:
        """Put the conversation into a state by hand."""
        self.c = replace(self.c, **fields)

    # ---- what is to be seen ------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        return state_of(self.c.holder)

    @property
    def holder(self) -> str:
        return describe(self.c.holder)

    @property
    def reminded(self) -> int:
        return self.c.holder.reminders if isinstance(self.c.holder, HeldByHuman) else 0

    @property
    def is_closed(self) -> bool:
        return isinstance(self.c.holder, Closed)

    def did(self, kind: type[E]) -> list[E]:
        """Every effect of that kind so far, in order."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def speech(self) -> list[str]:
        """What agents and people have said, whether or not it has left yet."""
        return [say.text for say in self.did(Say)]

    def drafts(self) -> list[str]:
        return [draft.text for draft in self.did(ShowDraft)]

    def notices(self) -> list[str]:
        return [notice.kind for notice in self.did(Notice)]

    def told(self, person: str) -> list[str]:
        """The kinds of the private lines that this member of staff got."""
        return [line.kind for line in self.did(TellPerson) if line.person == person]

    def reasons(self) -> list[str]:
        return [entry.reason for entry in self.journal]
