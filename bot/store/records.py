"""Mailbox entries and outbox rows as bytes. Their heads are text, because the scripts read and rewrite those.

A mailbox entry is `<accepted at>|<seq>|<tries>|<sort key>|<mail id>` and a row `<key>`, `<marked ms>|<attempts>|<by>`,
each a line of its own, followed by the value in msgpack.

Transcript and log of a conversation are one list, `{s}:h:<id>`: two would cost as much again as a short line. What one
commit adds is one element, `[number of lines, line ..., entry of the log ...]`; long lists become one such element.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar, cast

from handlers.values import LANES, Lane, Mail, Outcome, QueuedRow, Row
from routing.events import MessageReceived, TimerFired, TimerKind
from routing.replacing import replaced
from routing.timers import Timer

from . import codec
from .dense import DENSE, dense, plain
from .tags import TAGS

T = TypeVar("T")

MAIL: Final = TAGS[Mail]
MESSAGE: Final = TAGS[MessageReceived]
TURN: Final = b"r"  # what an entry of an agent's turn begins with, and no other element
MUCH_BYTES: Final = 20_000  # some two hundred lines, or six hundred in one element: three milliseconds
LANE_OF: dict[bytes, Lane] = {lane.encode(): lane for lane in LANES}


def checked(identifier: str, what: str) -> str:
    """Ids stand in heads and in keys, so a line break or an empty one would be another id."""
    if not identifier or "\n" in identifier:
        raise ValueError(f"{what} must be a line of text and not empty: {identifier!r}")
    return identifier


def mail_payload(mail: Mail) -> bytes:
    """What the store cannot know itself; id, time, seq and tries are in the head."""
    event = mail.event
    if isinstance(event, MessageReceived) and (event.seq or event.at_ms):
        event = replaced(event, seq=0, at_ms=0)
    fields = ["", event, 0, mail.reply_to] if mail.reply_to else ["", event]
    return codec.pack([codec.SCHEMA_VERSION, MAIL, fields])


def mail_of(entry: bytes, key: str) -> Mail:
    """The fields that are in the head are put into their places before the value is made."""
    head, _, payload = entry.partition(b"\n")
    at, seq, tries, _, mail_id = head.split(b"|", 4)
    stored = codec.record(payload, key)
    if stored[0] != MAIL or len(stored) < 3:
        raise codec.CodecError(f"{key}: is no mail")
    event, at_ms = stored[2], int(at)
    if isinstance(event, list) and event[:1] == [MESSAGE] and len(event) > 4:
        event[1], event[4] = int(seq), at_ms
    reply_to, *newer = stored[4:] or [""]
    mail: Mail = codec.built([MAIL, mail_id.decode(), event, at_ms, reply_to, int(tries), *newer[1:]], key)
    return mail


def accepted_as(value: bytes, channel: str) -> tuple[int, str]:
    """Number (0: none) and conversation of an accepted event, as prelude.lua writes them under its names."""
    seq, how, of = re.split("([|\n])", value.decode(), maxsplit=1)
    return int(seq or 0), f"slack.{channel}{of}" if how == "\n" else of or channel


def row_entry(row: Row) -> bytes:
    return b"%s\n|0|\n%s" % (checked(row.key, "a row's key").encode(), codec.encode(row))


def row_of(entry: bytes, key: str) -> QueuedRow:
    _, marks, payload = entry.split(b"\n", 2)
    marked, attempts, by = marks.split(b"|", 2)
    return QueuedRow(codec.decode(Row, payload, key), int(marked) if marked else None, by.decode(), int(attempts))


def lanes_of(reply: list[Any], key: str) -> dict[Lane, list[QueuedRow]]:
    """{lane, rows, lane, rows ...} as the scripts give it."""
    pairs = zip(reply[::2], reply[1::2], strict=True)
    return {LANE_OF[lane]: [row_of(row, f"{key}:{lane.decode()}") for row in rows] for lane, rows in pairs}


def part(lines: Sequence[bytes], entries: Sequence[bytes]) -> bytes:
    """One element of the list that holds transcript and log: what one commit adds to them, or many did."""
    return dense(codec.pack((len(lines), *lines, *entries)))


def parted(elements: Sequence[bytes], key: str) -> tuple[list[bytes], list[bytes]]:
    """The lines of a transcript and the entries of its log, each in order.

    Raises:
        CodecError: an element is damaged.
    """
    lines: list[bytes] = []
    entries: list[bytes] = []
    for element in elements:
        if element[:1] == TURN:
            entries.append(element)
        elif element[:1] == DENSE:
            count, *items = codec.unpack(plain(element, key), key)
            lines += items[:count]
            entries += items[count:]
        else:
            raise codec.CodecError(f"{key}: holds {element[:1]!r}, which begins no element of a transcript or log")
    return lines, entries


def compacted(elements: Sequence[bytes], key: str) -> bytes:
    """The one element that holds what these do."""
    return part(*parted(elements, key))


async def at_leisure(work: Callable[..., T], elements: Sequence[bytes], *args: Any) -> T:
    """`work(elements, *args)`; of much in a thread, because it keeps the event loop for more than some milliseconds."""
    if sum(map(len, elements)) < MUCH_BYTES:
        return work(elements, *args)
    return await asyncio.to_thread(work, elements, *args)


def outcome_of(entry: bytes, key: str) -> Outcome:
    return codec.decode(Outcome, entry, key)


# Members of a sorted set stay compact up to 64 bytes, most of which are the conversation's id.
TIMER_CODES: Final[Mapping[str, str]] = {
    "agent_timeout": "a",
    "slow_line": "l",
    "unclaimed": "c",
    "unanswered": "u",
    "opens": "o",
    "closes": "x",
    "reopen_window": "w",
    "offer": "f",
    "escalation": "e",
    "snooze": "z",
    "first_reply": "r",
    "auto_return": "b",
}
_TIMER_KINDS: Final = {code: kind for kind, code in TIMER_CODES.items()}


def timer_of(member: bytes, due_ms: int) -> tuple[str, TimerFired]:
    """The conversation, and what it is told."""
    conversation, kind, epoch, ref = member.decode().split("|", 3)
    named = cast(TimerKind, _TIMER_KINDS.get(kind, kind))
    return conversation, TimerFired(named, int(epoch), ref, due_ms)


def timers_field(timers: tuple[Timer, ...]) -> str:
    """The armed timers as the conversation remembers them; the script makes members of `{s}:tm` from it."""
    return "\n".join(sorted(f"{timer.due_ms}@{_code(timer.kind)}|{timer.epoch}|{timer.ref}" for timer in timers))


def _code(kind: TimerKind) -> str:
    return TIMER_CODES.get(kind, kind)
