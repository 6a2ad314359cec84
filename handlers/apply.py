"""Load, decide, commit: the one way in which an event changes a conversation.

Effects become transcript lines and outbox rows here; what a person needs before the commit (a slot) is taken first. A
lost lease drops the work: the new owner decides the same event again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from routing.conversation import SYSTEM, Actor, Closed, Conversation, HeldByHuman, describe
from routing.decide import birth, decide, give_to_people
from routing.effects import (
    Amend,
    AskRating,
    CloseStream,
    DropChoices,
    Effect,
    Emit,
    FreeSlot,
    Hear,
    InvitePerson,
    KeepCase,
    KeepItems,
    Line,
    Note,
    Notice,
    PostCard,
    Publish,
    RemindTeam,
    Say,
    ShowDraft,
    SyncDesk,
    TakeSlot,
    TellPerson,
    UpdateCard,
    Withdraw,
)
from routing.errors import Refused
from routing.events import Event, MessageReceived
from routing.moves import Decision
from routing.policy import Policy
from routing.replacing import replaced
from routing.timers import timers

from .ports import Engine, Staffing
from .values import Commit, Decided, Lane, Lease, Mail, Outcome, Resend, Row


@dataclass(frozen=True, slots=True)
class Desk:
    """What every handler needs.

    Attributes:
        shown_at_commit: platforms on which the transcript itself is what people see, so nothing can be held back later.
    """

    engine: Engine
    staffing: Staffing
    shown_at_commit: frozenset[str]


# effect -> (lane, kind, resend). The transcript-only effects are not here.
ROUTES: dict[type, tuple[Lane, str, Resend]] = {
    Say: ("customer", "reply", "reconcile"),
    Notice: ("customer", "line", "reconcile"),
    CloseStream: ("customer", "reply", "free"),
    DropChoices: ("customer", "reply", "free"),
    AskRating: ("customer", "ask", "reconcile"),
    PostCard: ("desk", "card", "reconcile"),
    UpdateCard: ("desk", "card", "free"),
    RemindTeam: ("desk", "line", "reconcile"),
    TellPerson: ("desk", "line", "reconcile"),
    InvitePerson: ("desk", "line", "free"),
    ShowDraft: ("desk", "line", "reconcile"),
    SyncDesk: ("desk", "relay", "free"),
    FreeSlot: ("staffing", "slot", "free"),
    KeepCase: ("staffing", "case", "free"),
}
MUST_LAND = (Notice, PostCard)


async def apply(desk: Desk, lease: Lease, mail: Mail, event: Event, policy: Policy) -> None:
    """Decide one event of the mailbox and write what follows from it.

    `event` is the mail's event with the facts that its handler gathered. Raises `LeaseLost`; anything else that escapes
    is a fault of the event (a poison) or of the store (`Unavailable`).
    """
    decided = Decided(event, lease.now_ms, policy.version, policy.agents_paused)
    try:
        decision = decision_of(lease, event, policy)
    except Refused as refusal:
        outcome = Outcome(refusal.code, refusal.detail, refusal.holder, refusal.epoch) if mail.reply_to else None
        logged = replace(decided, way="refused") if lease.conversation is not None else None
        await desk.engine.commit(lease, Commit(mail, None, outcome=outcome, decided=logged))
        return
    await write(desk, lease, mail, decision, policy, decided, born=lease.conversation is None)


def decision_of(lease: Lease, event: Event, policy: Policy) -> Decision:
    """What follows from the event at the lease's time; a first message brings the conversation into being. Pure.

    Raises:
        Refused: as `decide` does.
    """
    conversation = lease.conversation if lease.conversation is not None else _begin(lease, event, policy)
    return decide(conversation, event, policy, lease.now_ms)


def _begin(lease: Lease, event: Event, policy: Policy) -> Conversation:
    if not isinstance(event, MessageReceived):
        raise Refused("not_found", "There is no such conversation.")
    place = lease.place
    previous = None
    if lease.id != place.id:
        number = int(lease.id.rpartition("~")[2])
        previous = place.id if number == 2 else f"{place.id}~{number - 1}"
    born = birth(
        lease.id,
        event.author,
        policy,
        lease.now_ms,
        platform=place.platform,
        workspace=place.workspace,
        previous=previous,
    )
    return replace(born, called_in=event.called_in)


async def write(
    desk: Desk, lease: Lease, mail: Mail | None, decision: Decision, policy: Policy, decided: Decided | None = None,
    *, born: bool = False,
) -> None:  # fmt: skip
    """Take the slot, then commit. A conversation that may not close yet keeps its state; its timer is armed again."""
    commit = to_commit(desk, lease, mail, decision, policy, decided, born=born)
    holder = decision.conversation.holder
    if isinstance(holder, HeldByHuman) and any(isinstance(effect, TakeSlot) for effect in decision.effects):
        await desk.staffing.take(holder.person, lease.id, decision.conversation.epoch)
    if await desk.engine.commit(lease, commit):
        return
    # Mail came between the deadline and its decision: the deadline is dropped and the next state arms its own.
    assert lease.conversation is not None
    kept = Decision(lease.conversation)
    await desk.engine.commit(lease, to_commit(desk, lease, mail, kept, policy))


async def park_poison(desk: Desk, lease: Lease, mail: Mail, policy: Policy, error: str) -> None:
    """An event that failed again and again: a dead letter, and the conversation goes to a person."""
    decision = for_people(lease, mail.event, policy)
    decided = Decided(mail.event, lease.now_ms, policy.version, policy.agents_paused, way="given to people")
    commit = to_commit(desk, lease, mail, decision, policy, decided, born=lease.conversation is None)
    await desk.engine.park(lease, mail, error, commit)


def for_people(lease: Lease, event: Event, policy: Policy) -> Decision:
    """The constant transition of an event about which nothing could be decided. Pure."""
    conversation = lease.conversation or birth(
        lease.id, getattr(event, "author", "unknown"), policy, lease.now_ms, platform=lease.place.platform,
        workspace=lease.place.workspace,
    )  # fmt: skip
    decision = give_to_people(conversation, event, policy, lease.now_ms, type(event).__name__)
    if isinstance(event, MessageReceived):
        # The customer's words are kept even though nothing could be decided about them.
        hear = Hear(Actor("customer", event.author), event.text, event.seq, event.at_ms, event.ref)
        decision = replace(decision, effects=(hear, *decision.effects))
    return decision


def to_commit(
    desk: Desk, lease: Lease, mail: Mail | None, decision: Decision, policy: Policy, decided: Decided | None = None,
    *, born: bool = False,
) -> Commit:  # fmt: skip
    """Lines, rows, timers, the outcome of one decision, and for the log what it was decided from."""
    conversation = decision.conversation
    stamp = f"{lease.id}|{lease.version + 1}"
    lines: list[Line] = []
    rows: list[Row] = []
    events: list[Emit] = [Emit("conversation.created", {})] if born else []
    for effect in _settled_slots(decision):
        if isinstance(effect, Emit):
            events.append(effect)
            continue
        key = f"{stamp}|{len(rows)}"
        line = line_of(effect, lease.lines + len(lines) + 1, lease.now_ms, key)
        if line is not None:
            lines.append(line)
        route = ROUTES.get(type(effect))
        if route is None or (isinstance(effect, Say) and effect.native):
            continue
        lane, kind, resend = route
        shown = conversation.platform in desk.shown_at_commit
        rows.append(
            Row(
                lane, key, effect, resend, kind,
                speech_epoch=effect.epoch if isinstance(effect, Say) and not shown else None,
                must_land=isinstance(effect, MUST_LAND) or (isinstance(effect, Say) and effect.author.kind == "person"),
                n=line.n if line is not None else 0,
            )
        )  # fmt: skip
    before = lease.conversation
    changed = before is None or bool(decision.effects or decision.journal) or conversation != before
    if changed:
        events.extend(_created(line) for line in lines if line.visibility == "public")
        rows.append(Row("index", f"{stamp}|index", Publish(tuple(events)), "free", "index"))
    awaited = mail is not None and mail.reply_to != ""  # an outcome is kept for a day, so only for who waits
    return Commit(
        mail=mail,
        conversation=conversation,
        lines=tuple(lines),
        journal=decision.journal,
        rows=tuple(rows),
        timers=timers(conversation, policy),
        outcome=Outcome("ok", "", describe(conversation.holder), conversation.epoch) if awaited else None,
        closes=isinstance(conversation.holder, Closed) and not (before and isinstance(before.holder, Closed)),
        decided=replaced(decided, effects=decision.effects) if decided is not None and changed else None,
    )


def _created(line: Line) -> Emit:
    author = {"kind": line.author.kind, "name": line.author.name}
    return Emit("message.created", {"n": line.n, "seq": line.seq, "author": author, "text": line.text})


def _settled_slots(decision: Decision) -> Iterable[Effect]:
    """The effects, with frees bound to this commit's epoch. Who holds at its end keeps the slot."""
    holder = decision.conversation.holder
    keeps = holder.person if isinstance(holder, HeldByHuman) else None
    for effect in decision.effects:
        if isinstance(effect, FreeSlot):
            if effect.person != keeps:
                yield FreeSlot(effect.person, decision.conversation.epoch)
        else:
            yield effect


def line_of(effect: Effect, n: int, now_ms: int, key: str) -> Line | None:
    """The transcript line of an effect, if it is one."""
    match effect:
        case Say(author=author, text=text, act=act, turn=turn):
            return Line(n, author, text, "public", now_ms, key=key, act=act, turn=turn)
        case Notice(text=text):
            return Line(n, SYSTEM, text, "public", now_ms, key=key, kind="notice")
        case Note(author=author, text=text):
            return Line(n, author, text, "internal", now_ms, kind="note")
        case Hear(author=author, text=text, seq=seq, at_ms=at_ms, ref=ref):
            return Line(n, author, text, "public", at_ms or now_ms, seq=seq, ref=ref)
        case ShowDraft(agent=agent, text=text):
            return Line(n, Actor("agent", agent), text, "internal", now_ms, key=key, kind="draft")
        case TellPerson(text=text):
            return Line(n, SYSTEM, text, "internal", now_ms, key=key, kind="note")
        case Amend(seq=seq, text=text):
            return Line(n, SYSTEM, text or "", "internal", now_ms, seq=seq, kind="amend",
                        data=({"deleted": text is None},))  # fmt: skip
        case Withdraw(key=withdrawn):
            return Line(n, SYSTEM, "", "internal", now_ms, key=withdrawn, kind="withdrawn")
        case KeepItems(agent=agent, items=items):
            return Line(n, Actor("agent", agent), "", "internal", now_ms, kind="items", data=items)
        case _:
            return None
