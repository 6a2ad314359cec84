"""Transcript lines as bytes: `[schema_version, 26, [n, kind of author, name, text, after_ms, seq, shape, key, ref,
data, act, turn]]`, without what is empty at the end.

A transcript is most of what a conversation costs, so a line repeats nothing that the state says: times count from the
conversation's begin, a row's key leaves out the conversation's id, and the name is None where it is the requester's or
Baton's own. Lines of an earlier version are records of the codec.
"""

from collections.abc import Sequence
from typing import Any, Final, cast

from routing.conversation import SYSTEM, Act, Actor, ActorKind, Conversation
from routing.effects import Line
from routing.replacing import maker

from . import codec

TAG: Final = 26
# What is stored is the place in these; a name never moves to another place.
KINDS: Final[tuple[ActorKind, ...]] = ("customer", "participant", "agent", "person", "system")
SHAPES: Final = ("message", "notice", "note", "draft", "items", "amend", "withdrawn")
ACTS: Final[tuple[Act, ...]] = ("", "answer", "ask", "offer", "menu")
_MADE: Final = maker(Line)
_AUTHOR: Final = maker(Actor)
_DEFAULTS: Final[list[Any]] = [None, 0, "", "", [], 0, 0]  # from seq on


def line_entry(line: Line, conversation: Conversation) -> bytes:
    key, own = line.key, f"{conversation.id}|"
    shape = 2 * SHAPES.index(line.kind) + (line.visibility == "internal")
    short = key[len(own) - 1 :] if key.startswith(own) else key
    tail: list[Any] = [line.seq, shape, short, line.ref, list(line.data), ACTS.index(line.act), line.turn]
    while tail and tail[-1] == _DEFAULTS[len(tail) - 1]:
        tail.pop()
    after_ms = line.at_ms - conversation.created_ms
    author = line.author
    name = None if author.name == _usual(author.kind, conversation) else author.name
    head = [line.n, KINDS.index(author.kind), name, line.text, after_ms]
    return codec.pack([codec.SCHEMA_VERSION, TAG, [*head, *tail]])


def lines_of(lines: Sequence[bytes], conversation: Conversation | None, key: str) -> tuple[Line, ...]:
    """The transcript of a conversation; None: it has no state and so no line.

    Raises:
        CodecError: one is damaged.
    """
    if conversation is None:
        return ()
    return tuple(_line(line, conversation, key) for line in lines)


def _usual(kind: ActorKind, conversation: Conversation) -> str | None:
    """The name of nearly every author of that kind."""
    return conversation.requester if kind == "customer" else SYSTEM.name if kind == "system" else None


def _line(entry: bytes, conversation: Conversation, key: str) -> Line:
    record = codec.unpack(entry, key)
    if not isinstance(record, list) or record[:2] != [codec.SCHEMA_VERSION, TAG]:
        return codec.decode(Line, entry, key)
    try:
        n, who, name, text, after_ms, *tail = record[2]
        seq, shape, short, ref, data, act, turn = cast(list[Any], tail[: len(_DEFAULTS)]) + _DEFAULTS[len(tail) :]
        kind, internal = divmod(shape, 2)
        name = _usual(KINDS[who], conversation) if name is None else name
        if name is None:
            raise ValueError("an author without a name")
        row = f"{conversation.id}{short}" if short.startswith("|") else short
        line: Line = _MADE(
            n, _AUTHOR(KINDS[who], name), text, "internal" if internal else "public",
            conversation.created_ms + after_ms, seq, row, SHAPES[kind], tuple(data), ref, ACTS[act], turn,
        )  # fmt: skip
        return line
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise codec.CodecError(f"{key}: damaged line: {error}") from error
