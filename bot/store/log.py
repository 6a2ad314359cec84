"""The log of a conversation, in one list with its transcript: what it was decided from, its journal, and a hash chain.

An entry is `[schema_version, 28, [after_ms, policy, event, lines, moves, way, paused], link]`, one per decided event
that changed something or was refused: the time since the conversation began, the configuration's version, the event,
how many transcript lines it wrote, and its moves (journal entries). The event is sparse: what the state before it and
those lines say is not written twice, so reading needs both. `link` are the first bytes of
`hash(link before, fields of the entry, state after, effects)`; the newest link is kept whole beside the state.

Entries of an earlier form are `[schema_version, 25, [after_ms, policy, event, link, lines, moves, way, paused]]`; the
states that their links were made of were records of the codec.

What the agents' turns did stands in front of the event that ended them, as `r<turn>\n<entry of the run journal>`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, get_args

from handlers.values import Commit, Way
from routing.conversation import Conversation
from routing.effects import Effect, JournalEntry, Line
from routing.events import AgentEvent, Event, MessageReceived

from . import codec
from .records import TURN
from .sparse import filled, kind_of, sparse
from .words import NUMBERS, word

TAG: Final = 28
EARLIER: Final = 25
LINK_BYTES: Final = 16
SHOWN_BYTES: Final = 4  # of a link in its entry: they say where two chains part, the whole newest one that they do not
WAYS: Final[tuple[Way, ...]] = get_args(Way)
# An entry around its fields, which are packed once for both the entry and its link.
_BEGINS: Final = codec.pack([codec.SCHEMA_VERSION, TAG, None, None])[:-2]
_SHOWN: Final = codec.pack(bytes(SHOWN_BYTES))[:-SHOWN_BYTES]


@dataclass(frozen=True, slots=True)
class Entry:
    """One decided event as it is stored; `parts` is the sparse event, `moves` are journal entries without what the
    entry says. `policy` is empty where it is the one that the state before was decided by. `earlier`: of that form."""

    after_ms: int
    policy: str
    parts: list[Any]
    link: bytes
    lines: int
    moves: list[list[Any]]
    way: Way
    paused: bool
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class TurnEntry:
    """What a step of an agent's turn did: an entry of the run journal, or `{"kind": "begun", "call_id"}`, of step 0."""

    turn: int
    step: int
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Damage:
    """An entry that cannot be read, and why; the others are as they were."""

    problem: str


Logged = Entry | TurnEntry | JournalEntry | Damage


# ---- writing ---------------------------------------------------------------------------------------------------------


def written(
    link: bytes, before: Conversation | None, commit: Commit, state: bytes, *, earlier: bool = False
) -> tuple[bytes, bytes]:
    """The next link and the entry of a commit whose `decided` is set. `state` is the encoded state after it, empty if
    that is none. `earlier`: as they were in the earlier form, and so must be again to be compared."""
    decided = commit.decided
    assert decided is not None
    after = commit.conversation or before
    assert after is not None
    event = decided.event
    says = known(before, commit.lines, type(event))
    if isinstance(event, MessageReceived):
        # For platforms only: nothing is decided by them, so they are left out and come back empty.
        says |= {"author_name": event.author_name, "platform_ms": event.platform_ms}
    parts = sparse(event, says)
    policy = "" if before is not None and before.config_version == decided.policy else decided.policy
    moves = [_move(entry, decided.now_ms, policy, earlier) for entry in commit.journal]
    head = [decided.now_ms - after.created_ms, policy, parts]
    tail = [len(commit.lines), moves, WAYS.index(decided.way), decided.paused]
    while tail and not tail[-1]:
        tail.pop()
    fields = codec.pack([*head, *tail])
    linked = link_after(link, fields, state, decided.effects)
    if earlier:
        return linked, codec.pack([codec.SCHEMA_VERSION, EARLIER, [*head, linked[:SHOWN_BYTES], *tail]])
    return linked, b"".join((_BEGINS, fields, _SHOWN, linked[:SHOWN_BYTES]))


def link_after(link: bytes, fields: bytes, state: bytes, effects: Sequence[Effect]) -> bytes:
    return hashlib.blake2b(b"".join((link, fields, state, codec.pack(effects))), digest_size=LINK_BYTES).digest()


def link_of(last: bytes) -> bytes:
    """The newest link of what the store keeps of the last commit, `<nonce>|<link>`."""
    return last.partition(b"|")[2]


def known(before: Conversation | None, lines: Sequence[Line], kind: type) -> dict[str, Any]:
    """What the state before an event and the lines that it wrote say of it. Only a guess: what differs is written."""
    says: dict[str, Any] = {}
    spoken = next((line for line in lines if line.kind != "items" and (line.author.kind != "system"
                                                                       or line.kind == "amend")), None)  # fmt: skip
    if spoken is not None:
        says["text"] = spoken.text
    kept = next((line for line in lines if line.kind == "items"), None)
    if kept is not None:
        says["items"] = kept.data
    if kind is MessageReceived:
        if spoken is not None:
            says |= {"author": spoken.author.name, "at_ms": spoken.at_ms, "ref": spoken.ref, "seq": spoken.seq}
        if before is not None:
            says |= {"language": before.language, "thread": before.thread}
    elif before is not None:
        says["epoch"] = before.epoch
        if before.run is not None and kind in get_args(AgentEvent):
            says |= {name: getattr(before.run, name) for name in ("turn", "step", "agent", "epoch", "upto")}
    return says


def _move(entry: JournalEntry, now_ms: int, policy: str, earlier: bool) -> list[Any]:
    cause: Any = entry.cause
    reason: Any = entry.reason
    after: str | None = entry.after
    version: str | None = entry.config_version
    if not earlier:
        cause, reason = NUMBERS.get(cause, cause), NUMBERS.get(reason, reason)
        after = None if after == entry.actor else after  # who takes it
        version = None if policy and version == policy else version
    move = [entry.epoch - now_ms, entry.actor, cause, reason, entry.before, after, version]
    return [*move, entry.detail] if entry.detail else move


# ---- reading ---------------------------------------------------------------------------------------------------------


def logged(entries: list[bytes], key: str) -> tuple[Logged, ...]:
    """The entries as they are stored. Nothing is raised: what is damaged says so in its place."""
    return tuple(map(partial(_logged, key=key), entries))


def _logged(raw: bytes, key: str) -> Logged:
    try:
        if raw[:1] == TURN:
            return _turn_entry(raw, key)
        return _entry(raw, key) or codec.decode(JournalEntry, raw, key)
    except codec.CodecError as error:
        return Damage(str(error))


def _turn_entry(raw: bytes, key: str) -> TurnEntry:
    turn, _, entry = raw[1:].partition(b"\n")
    try:
        if entry[:1] == b"b":
            return TurnEntry(int(turn), 0, {"kind": "begun", "call_id": entry[1:].partition(b"\n")[0].decode()})
        done = codec.unpack(entry[1:], key)[1]
        return TurnEntry(int(turn), int(done.pop("run_step", 0)), done)
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise codec.CodecError(f"{key}: damaged entry of a turn: {error}") from error


def _entry(raw: bytes, key: str) -> Entry | None:
    """None: it is no entry of the log but a journal entry of a version without one."""
    record = codec.unpack(raw, key)
    earlier = isinstance(record, list) and record[:2] == [codec.SCHEMA_VERSION, EARLIER] and len(record) == 3
    if not earlier and (not isinstance(record, list) or record[:2] != [codec.SCHEMA_VERSION, TAG] or len(record) != 4):
        return None
    try:
        fields, link = (record[2][:3] + record[2][4:], record[2][3]) if earlier else record[2:]
        after_ms, policy, parts, *tail = fields[:7]  # a newer version may have more
        lines, moves, way, paused = tail + [0, [], 0, False][len(tail) :]
        if not (isinstance(after_ms, int) and isinstance(link, bytes) and isinstance(lines, int)):
            raise TypeError("fields of another type")
        if not all(len(move) in (7, 8) and isinstance(move[0], int) for move in moves):
            raise TypeError("moves of another shape")
        moves = [_moved(move, policy) for move in moves]
        return Entry(after_ms, policy, parts, link, lines, moves, WAYS[way], bool(paused), earlier)
    except (ValueError, TypeError, LookupError) as error:
        raise codec.CodecError(f"{key}: damaged entry of the log: {error}") from error


def _moved(move: list[Any], policy: str) -> list[Any]:
    """What `_move` wrote, in words."""
    epoch, actor, cause, reason, before, after, version, *detail = move
    return [
        epoch, actor, word(cause), word(reason), before, actor if after is None else after,
        policy if version is None else version, *detail,
    ]  # fmt: skip


def journal_of(entries: list[bytes], conversation: Conversation | None, key: str) -> tuple[JournalEntry, ...]:
    """The transitions alone, as readers want them (I13)."""
    found: list[JournalEntry] = []
    for entry in entries:
        if entry[:1] != TURN:
            read = _entry(entry, key)
            if read is None:
                found.append(codec.decode(JournalEntry, entry, key))
            elif read.moves:
                found.extend(journal_entries(read, conversation.created_ms if conversation is not None else 0, key))
    return tuple(found)


def journal_entries(entry: Entry, created_ms: int, key: str) -> Iterable[JournalEntry]:
    kind, at_ms = kind_of(entry.parts, key).__name__, created_ms + entry.after_ms
    for move in entry.moves:
        epoch, actor, cause, reason, before, after, version, detail = [*move, ""][:8]
        yield JournalEntry(at_ms, at_ms + epoch, kind, actor, cause, reason, before, after, version, detail)


def event_of(entry: Entry, before: Conversation | None, lines: Sequence[Line], key: str) -> Event:
    """The event of an entry; `before` is the state it was decided in, `lines` are those that it wrote.

    Raises:
        CodecError: it cannot be read with certainty.
    """
    event: Event = filled(entry.parts, partial(known, before, lines), key)
    return event
