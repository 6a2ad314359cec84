"""How a conversation looks to its team: one card per handoff, drawn from the state, and the packet for who takes it.

Pure: values in, blocks out. A state is a word with a shape, never a colour alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from handlers.packet import compose, shorten
from handlers.values import Record
from handlers.view import transcript
from routing.conversation import (
    Actor,
    Conversation,
    HeldByAgent,
    HeldByHuman,
    Offered,
    OnHold,
    OpenHandoff,
    Parked,
    Queued,
    Resolved,
)
from routing.effects import JournalEntry, Line
from routing.moves import open_handoff
from routing.policy import Policy
from routing.reasons import in_words

from .ids import choice_of, value_of
from .posting import escaped

Block = dict[str, Any]
TITLE_MOST: Final = 80
ENTRY_MOST: Final = 200
TEXT_MOST: Final = 2_900  # a section takes 3,000
COLOURS: Final = {"waiting": "#D98E04", "parked": "#6B7280", "offered": "#7C3AED", "held": "#2563EB"}
LANGUAGES: Final = {"en": "English", "fr": "French", "de": "German", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """`text` is the same in one line, for notifications."""

    text: str
    blocks: tuple[Block, ...]
    attachments: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the drawing needs besides the record.

    Attributes:
        customer: the requester's name as the workspace shows it; `names` has the others who wrote, by their ids.
        link: the customer's thread, empty where nobody else can open it (a direct message).
    """

    handoff: int
    customer: str
    link: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


def value(conversation: Conversation, handoff: int) -> str:
    """What a button carries. A click that comes too late is told from this, so it is the state that was drawn."""
    return value_of(conversation.id, handoff, conversation.epoch)


def button(label: str, action: str, carried: str, *, style: str | None = None) -> Block:
    drawn = {"type": "button", "text": _plain(label), "action_id": f"baton:{action}", "value": carried}
    return drawn | ({"style": style} if style is not None else {})


def more(conversation: Conversation, handoff: int) -> Block:
    """What any member of staff may say of the conversation, whoever holds it."""
    carried = choice_of("correct", conversation.id, handoff, conversation.epoch)
    options = [{"text": _plain("Wrong route?"), "value": carried}]
    return {"type": "overflow", "action_id": "baton:more", "options": options}


def card(record: Record, policy: Policy, facts: Facts) -> Drawn:
    """The card of that handoff as the conversation is now: whole while it waits, one line once it has ended."""
    conversation = record.conversation
    assert conversation is not None, "a handoff has a state"
    if _is_current(conversation, facts.handoff, record.journal):
        match conversation.holder:
            case Queued() | Offered() | Parked():
                return _waiting(record, conversation, policy, facts)
            case HeldByHuman() | OnHold():
                return _held(record, conversation, policy, facts)
            case _:
                pass
    return _ended(record, conversation, policy, facts)


def _is_current(conversation: Conversation, handoff: int, journal: Sequence[JournalEntry]) -> bool:
    """Whether the card speaks of now. Who reopened it holds without a handoff of their own: the last card is theirs."""
    current = open_handoff(conversation.holder)
    if current is not None:
        return current.id == handoff
    if not isinstance(conversation.holder, HeldByHuman | OnHold):
        return False
    return not any(entry.epoch > handoff and entry.after.startswith("team:") for entry in journal)


# ---- the three forms -------------------------------------------------------------------------------------------------


def _waiting(record: Record, conversation: Conversation, policy: Policy, facts: Facts) -> Drawn:
    handoff = open_handoff(conversation.holder)
    assert handoff is not None
    holder, kind = conversation.holder, "waiting"
    state = f":large_orange_circle: *Waiting* since {clock(handoff.at_ms)}"
    match holder:
        case Parked(opens_at_ms=opens_ms):
            kind = "parked"
            state = f":crescent_moon: *Closed*, opens {day(opens_ms)} · waiting since {clock(handoff.at_ms)}"
        case Offered(offer=offer):
            kind = "offered"
            state = f":large_purple_circle: *Offered* to {escaped(policy.person_name(offer.person))}"
        case _:
            pass
    details = [_section("\n".join(_details(record, conversation, handoff, policy, facts)))]
    last = _last_words(record)
    if last:
        details.append(_section("\n".join(f"> {line}" for line in last)))
    claim = button("Claim", "claim", value(conversation, facts.handoff), style="primary")
    details.append(_actions(claim, more(conversation, facts.handoff)))
    title = _title(record, handoff.need, facts)
    said = f"{_plain_title(record, handoff.need, facts)} waits for {policy.team(handoff.team).title}"
    return Drawn(said, (_section(f"{title}\n{state}"),), (_bar(kind, said, details),))


def _held(record: Record, conversation: Conversation, policy: Policy, facts: Facts) -> Drawn:
    holder = conversation.holder
    assert isinstance(holder, HeldByHuman | OnHold)
    handoff = open_handoff(conversation.holder)
    need = handoff.need if handoff is not None else conversation.need
    name = policy.person_name(holder.person)
    parts = [f":large_blue_circle: *{escaped(name)}*"]
    since_ms = conversation.segments[-1].from_ms if conversation.segments else None
    if since_ms is not None:
        parts.append(f"claimed {clock(since_ms)}")
        replied_ms = _last_reply_ms(record.lines, holder.person, since_ms)
        if replied_ms is not None:
            parts.append(f"replied {clock(replied_ms)}")
    if isinstance(holder, OnHold):
        parts.append(f"snoozed until {day(holder.until_ms)}" if holder.until_ms is not None else "snoozed")
    if conversation.waiting_since_ms is not None:
        parts.append(f":hourglass: unanswered since {clock(conversation.waiting_since_ms)}")
    if facts.link:
        parts.append(f"<{facts.link}|Open thread>")
    title = _title(record, need, facts)
    said = f"{_plain_title(record, need, facts)} is with {name}"
    buttons = holder_buttons(value(conversation, facts.handoff))
    details = [_section(" · ".join(parts)), _actions(*buttons, more(conversation, facts.handoff))]
    return Drawn(said, (_section(title),), (_bar("held", said, details),))


def holder_buttons(carried: str) -> tuple[Block, ...]:
    """What whoever holds it may do."""
    return (
        button("Reply", "reply", carried, style="primary"),
        button("Release", "release", carried),
        button("Transfer to…", "transfer", carried),
        button("Hand back", "hand-back", carried),
        button("Resolve", "resolve", carried),
    )


def _ended(record: Record, conversation: Conversation, policy: Policy, facts: Facts) -> Drawn:
    begun, ended = _span(record.journal, facts.handoff)
    if isinstance(conversation.holder, Resolved) and conversation.card[1] == facts.handoff:
        # Whoever stepped in after this handoff has ended it all: the newest card says so.
        ended = next((entry for entry in reversed(record.journal) if entry.after == "none" != entry.before), ended)
    need = _need_at(record, conversation)
    line, said = _end_words(begun, ended, conversation, policy, facts)
    title = _title(record, need, facts)
    block = _section(f"{title}\n{line}")
    holder = conversation.holder
    resolved = ended is not None and ended.after == "none"
    if resolved and isinstance(holder, Resolved):
        block["accessory"] = button("Reopen", "reopen", value(conversation, facts.handoff))
    elif isinstance(holder, HeldByAgent) and ended is not None and not resolved:
        block["accessory"] = button("Take over", "take-over", value(conversation, facts.handoff))
    return Drawn(f"{_plain_title(record, need, facts)}: {said}", (block,))


def _end_words(
    begun: JournalEntry | None, ended: JournalEntry | None, conversation: Conversation, policy: Policy, facts: Facts
) -> tuple[str, str]:
    """The card's last line, drawn and plain: who ended the handoff and how."""
    if ended is None:
        return ":white_circle: Over", "over"
    who = _person_or(ended.actor, policy, facts.customer)
    kind, _, name = ended.after.partition(":")
    match kind:
        case "none":
            took = _duration(ended.at_ms - begun.at_ms) if begun is not None else ""
            outcome = conversation.holder.outcome if isinstance(conversation.holder, Resolved) else ""
            words = f"Resolved by {who}" + (f" in {took}" if took else "") + (f" · {outcome}" if outcome else "")
            mark = ":white_check_mark:"
        case "team":
            title = policy.team(name).title
            released = ended.reason == "released"
            words = f"Put back in the queue of {title} by {who}" if released else f"Passed on to {title} by {who}"
            mark = ":arrow_right:"
        case "person":
            words, mark = f"Passed on to {policy.person_name(name)} by {who}", ":arrow_right:"
        case _:
            if ended.reason == "cancelled":
                words, mark = f"{facts.customer} went on with the assistant", ":speech_balloon:"
            else:
                words, mark = f"Handed back to {name} by {who}", ":leftwards_arrow_with_hook:"
    return f"{mark} {escaped(words)}", words


def _span(journal: Sequence[JournalEntry], handoff: int) -> tuple[JournalEntry | None, JournalEntry | None]:
    """The entries with which that handoff began and ended. Being claimed is no end; being passed on is one."""
    begun = next((entry for entry in journal if entry.epoch == handoff), None)
    for entry in journal:
        if entry.epoch <= handoff:
            continue
        if entry.after.startswith("person:") and entry.reason != "transferred":
            continue
        return begun, entry
    return begun, None


# ---- their parts -----------------------------------------------------------------------------------------------------


def _details(
    record: Record, conversation: Conversation, handoff: OpenHandoff, policy: Policy, facts: Facts
) -> list[str]:
    packet = _packet(record, conversation, policy, facts) or {}
    head = [f"*{escaped(facts.customer)}*", LANGUAGES.get(conversation.language, conversation.language)]
    if conversation.priority != "normal":
        head.append(f":small_red_triangle: priority {conversation.priority}")
    if facts.link:
        head.append(f"<{facts.link}|Open thread>")
    else:
        head.append("direct message; their lines come into this thread")
    lines = [" · ".join(head), f"*Needs:* {_entry(handoff.need or str(packet.get('need', '')))}"]
    for label, name in (("Tried", "tried"), ("Open questions", "open_questions"), ("Promised", "promises")):
        entries = [_entry(str(one)) for one in packet.get(name) or ()]
        if entries:
            lines.append(
                f"*{label}:* " + (entries[0] if len(entries) == 1 else "".join(f"\n• {one}" for one in entries))
            )
    lines.append(f"*Why you:* {_why(conversation, handoff, policy)}")
    if handoff.comment:
        by = _person_or(str(handoff.by), policy, facts.customer)
        lines.append(f"*{escaped(by)} adds:* {_entry(handoff.comment, 600)}")
    return lines


def _why(conversation: Conversation, handoff: OpenHandoff, policy: Policy) -> str:
    team = policy.team(handoff.team)
    parts = []
    route = next((one for one in policy.routes if one.name == conversation.route), None)
    if route is not None and handoff.reason not in ("transferred", "released", "reopened"):
        parts.append(
            f"route “{escaped(route.name)}” → {escaped(team.title)}" + (f" (line {route.line})" if route.line else "")
        )
    else:
        parts.append(f"team {escaped(team.title)}")
    parts.append(in_words(handoff.reason))
    if handoff.preferred is not None:
        parts.append(f"{escaped(policy.person_name(handoff.preferred))} was asked for")
    return " · ".join([*parts, f"handoff {conversation.handoffs}"])


def packet(record: Record, policy: Policy, facts: Facts, *, card_link: str, direct: bool) -> Drawn:
    """What a person gets when a conversation becomes theirs: everything that was handed over, and the buttons.

    `direct`: the customer is in a direct message, so answers go by the Reply button.
    """
    conversation = record.conversation
    assert conversation is not None
    known = _packet(record, conversation, policy, facts) or {}
    need = str(known.get("need") or conversation.need)
    said = f"{_plain_title(record, need, facts)} is yours now"
    lines = [f"*Needs:* {_entry(need)}"]
    for label, name in (("Tried", "tried"), ("Open questions", "open_questions"), ("Promised", "promises")):
        entries = [_entry(str(one)) for one in known.get(name) or ()]
        if entries:
            lines.append(f"*{label}:*" + "".join(f"\n• {one}" for one in entries))
    if known.get("comment"):
        handoff = open_handoff(conversation.holder)
        by = _person_or(str(handoff.by), policy, facts.customer) if handoff is not None else "They"
        lines.append(f"*{escaped(by)} adds:* {_entry(str(known['comment']), 600)}")
    blocks = [_section(f"{_title(record, need, facts)}\n:large_blue_circle: *Yours now*"), _section("\n".join(lines))]
    said_last = _spoken(record)[-10:]
    if said_last:
        quoted = [f"> *{escaped(_author(line.author, policy, facts))}:* {_entry(line.text)}" for line in said_last]
        blocks.append(_section("\n".join(quoted)))
    links = [f"<{url}|{label}>" for url, label in ((facts.link, "Open thread"), (card_link, "Open card")) if url]
    how = "Answer with Reply: they see your name." if direct else "Answer in the thread, or with Reply."
    blocks.append({"type": "context", "elements": [_mrkdwn(" · ".join([*links, how]))]})
    blocks.append(_actions(*holder_buttons(value(conversation, facts.handoff))))
    return Drawn(said, tuple(blocks))


def _packet(record: Record, conversation: Conversation, policy: Policy, facts: Facts) -> dict[str, Any] | None:
    return compose(
        conversation, transcript(record), link=facts.link, named=lambda author: _author(author, policy, facts)
    )


def _author(author: Actor, policy: Policy, facts: Facts) -> str:
    match author.kind:
        case "person":
            return policy.person_name(author.name)
        case "customer" | "participant":
            return facts.names.get(author.name, facts.customer if author.kind == "customer" else author.name)
        case "system":
            return "Baton"
        case _:
            return author.name


def _person_or(actor: str, policy: Policy, customer: str) -> str:
    kind, _, name = actor.partition(":")
    if kind == "person":
        return policy.person_name(name)
    return customer if kind == "customer" else name


def _spoken(record: Record) -> list[Line]:
    return [line for line in transcript(record) if line.visibility == "public" and line.kind == "message" and line.text]


def _last_words(record: Record) -> list[str]:
    said = [line for line in _spoken(record) if line.author.kind in ("customer", "participant")]
    return [_entry(line.text) for line in said[-2:]]


def _last_reply_ms(lines: Sequence[Line], person: str, since_ms: int) -> int | None:
    own = Actor("person", person)
    times = [line.at_ms for line in lines if line.author == own and line.visibility == "public"]
    return times[-1] if times and times[-1] >= since_ms else None


def _need_at(record: Record, conversation: Conversation) -> str:
    said = next((line.text for line in _spoken(record) if line.author.kind == "customer"), "")
    return conversation.need or said


def _title(record: Record, need: str, facts: Facts) -> str:
    number = f"*#{record.number}* " if record.number is not None else ""
    return f"{number}*{escaped(shorten(need, TITLE_MOST)) or escaped(facts.customer)}*"


def _plain_title(record: Record, need: str, facts: Facts) -> str:
    number = f"#{record.number} " if record.number is not None else ""
    return f"{number}{escaped(facts.customer)}: {escaped(shorten(need, TITLE_MOST))}"


def _entry(text: str, most: int = ENTRY_MOST) -> str:
    return escaped(shorten(text, most)) or "(no words)"


def clock(at_ms: int) -> str:
    """A time of day on the reader's own clock."""
    return _date(at_ms, "{time}")


def day(at_ms: int) -> str:
    return _date(at_ms, "{date_short_pretty} {time}")


def _date(at_ms: int, form: str) -> str:
    utc = datetime.fromtimestamp(at_ms / 1000, tz=UTC)
    return f"<!date^{at_ms // 1000}^{form}|{utc:%Y-%m-%d %H:%M} UTC>"


def _duration(ms: int) -> str:
    minutes = max(0, ms) // 60_000
    if minutes < 1:
        return f"{max(1, ms // 1000)} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def _bar(kind: str, fallback: str, blocks: Sequence[Block]) -> Block:
    return {"color": COLOURS[kind], "fallback": fallback, "blocks": list(blocks)}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text if len(text) <= TEXT_MOST else f"{text[:TEXT_MOST]}…")}


def _actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}
