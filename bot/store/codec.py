"""How values are stored: `[schema_version, tag, fields]` in msgpack, a dataclass within another as `[tag, *fields]`.

A tag is a literal in the table below. It is never changed and never used again for another type: what a name in Python
becomes later must not decide what an old record means. Two evolutions need no new version: a field added at the end
with a default (an old record lacks it), and a default that is dropped when written (it comes back when read). So a
worker of the version before may meet fields that it does not know: it reads without them and says so once
(docs/adr/0003). An unknown tag or version is an error that names the key; it is never guessed.

Values typed `Any` are JSON: a tuple in one comes back as a list.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgpack  # type: ignore[import-untyped]
import structlog

from handlers import ports
from routing import conversation as c
from routing import effects as x
from routing import events as e
from routing.timers import Timer

log = structlog.get_logger("baton.store")

SCHEMA_VERSION: Final = 1

T = TypeVar("T")
Convert = Callable[[Any], Any]

TAGS: Final[Mapping[type, int]] = {
    c.Actor: 1,
    c.Target: 2,
    c.OpenHandoff: 3,
    c.HeldByAgent: 4,
    c.Queued: 5,
    c.Offer: 6,
    c.Offered: 7,
    c.Parked: 8,
    c.HeldByHuman: 9,
    c.OnHold: 10,
    c.Resolved: 11,
    c.Closed: 12,
    c.Run: 13,
    c.Unanswered: 14,
    c.Segment: 15,
    c.Conversation: 16,
    Timer: 17,
    ports.Place: 18,
    ports.Mail: 19,
    ports.Row: 20,
    ports.Outcome: 21,
    x.JournalEntry: 22,
    x.Line: 23,
    c.Spent: 24,
    # 25 is the log's (log.py)
    e.RouteChoice: 30,
    e.MessageReceived: 31,
    e.MessageEdited: 32,
    e.MessageDeleted: 33,
    e.CancelRequested: 34,
    e.Rated: 35,
    e.AgentReplied: 36,
    e.AgentHandedOff: 37,
    e.AgentCompleted: 38,
    e.AgentFailed: 39,
    e.HandoffRequested: 40,
    e.Claimed: 41,
    e.Accepted: 42,
    e.Declined: 43,
    e.Assigned: 44,
    e.Released: 45,
    e.Transferred: 46,
    e.HandedBack: 47,
    e.Snoozed: 48,
    e.MarkedResolved: 49,
    e.ReopenRequested: 50,
    e.Replied: 51,
    e.Noted: 52,
    e.PostedNatively: 53,
    e.MarkedNoReplyNeeded: 54,
    e.ReEngaged: 55,
    e.TimerFired: 56,
    e.Matched: 57,
    e.DutyChanged: 58,
    e.Delivered: 59,
    e.DeliveryFailed: 60,
    e.SpeechSuppressed: 61,
    e.AgentsPaused: 62,
    e.Erased: 63,
    x.Say: 70,
    x.Notice: 71,
    x.Note: 72,
    x.Hear: 73,
    x.Amend: 74,
    x.KeepItems: 75,
    x.PostCard: 76,
    x.UpdateCard: 77,
    x.RemindTeam: 78,
    x.TellPerson: 79,
    x.InvitePerson: 80,
    x.ShowDraft: 81,
    x.TakeSlot: 82,
    x.FreeSlot: 83,
    x.AskRating: 84,
    x.Emit: 85,
    x.CloseStream: 86,
    x.SyncDesk: 87,
    x.Publish: 88,
    x.Withdraw: 89,
    e.RouteCorrected: 95,
    x.KeepCase: 96,
    c.Choice: 110,
    c.Choices: 111,
    x.DropChoices: 112,
}


class CodecError(Exception):
    """A stored value cannot be read with certainty. The text names its key and what is wrong with it."""


def encode(value: Any) -> bytes:
    """The bytes of a registered dataclass. TypeError for anything else."""
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        raise TypeError(f"{type(value).__name__} has no tag in the codec's table")
    tag, *values = encoder(value)
    return _pack((SCHEMA_VERSION, tag, values))


def decode(kind: type[T], raw: bytes, key: str) -> T:
    """The value stored under `key`, which must be a `kind`.

    Raises:
        CodecError: the bytes are damaged, of another schema version, of an unknown tag or of another type.
    """
    value = decode_any(raw, key)
    if not isinstance(value, kind):
        raise CodecError(f"{key}: holds a {type(value).__name__}, expected a {kind.__name__}")
    return value


def decode_any(raw: bytes, key: str) -> Any:
    """The value stored under `key`, whatever registered type it is."""
    stored = _unpack(raw, key)
    if not isinstance(stored, list) or len(stored) != 3 or not isinstance(stored[2], list):
        raise CodecError(f"{key}: is not a [version, tag, fields] record")
    version, tag, values = stored
    if version != SCHEMA_VERSION:
        raise CodecError(f"{key}: schema version {version!r} is not known here, {SCHEMA_VERSION} is")
    try:
        return _build(tag, values)
    except CodecError as error:
        raise CodecError(f"{key}: {error}") from error


def pack(value: Any) -> bytes:
    """Plain values (dicts, lists, strings, numbers), for entries that are JSON by nature."""
    return _pack(value)


def unpack(raw: bytes, key: str) -> Any:
    return _unpack(raw, key)


def sparse(value: Any, known: Mapping[str, Any]) -> list[Any]:
    """`[tag, index, field, index, field ...]`: only the fields that are neither what `known` says nor their default.

    Goes through `pack`; `filled` reads it with the same `known`.
    """
    tag = TAGS[type(value)]
    get, places, defaults = _GUESSES[tag]
    guesses = defaults[:]
    for name, guess in known.items():
        if name in places:
            guesses[places[name]] = guess
    parts: list[Any] = [tag]
    for index, (item, guess) in enumerate(zip(get(value), guesses, strict=True)):
        if item is not guess and (type(item) is not type(guess) or item != guess):
            parts += (index, item)
    return parts


def filled(parts: list[Any], known: Callable[[type], Mapping[str, Any]], key: str) -> Any:
    """The value that `sparse` wrote; `known` says what it knew of a value of that type.

    Raises:
        CodecError: an unknown tag or field, or a field that nothing says.
    """
    kind = kind_of(parts, key)
    declared, says = _FIELDS[parts[0]], known(kind)
    given = dict(zip(parts[1::2], parts[2::2], strict=True)) if len(parts) % 2 else {-1: None}
    if not all(isinstance(index, int) and 0 <= index < len(declared) for index in given):
        raise CodecError(f"{key}: {kind.__name__} with fields {sorted(given, key=str)}")
    values = []
    for index, (name, default, convert) in enumerate(declared):
        value = given[index] if index in given else says.get(name, default)
        if value is MISSING:
            raise CodecError(f"{key}: {kind.__name__} without its {name}")
        values.append(convert(value) if convert is not None and index in given else value)
    return kind(*values)


def kind_of(parts: Any, key: str) -> type:
    """The type that a sparse record is of."""
    tag = parts[0] if isinstance(parts, list) and parts else None
    kind = _KINDS.get(tag) if isinstance(tag, int) else None
    if kind is None:
        raise CodecError(f"{key}: unknown tag {tag!r}")
    return kind


# ---- writing ---------------------------------------------------------------------------------------------------------


def _pack(value: Any) -> bytes:
    packed: bytes = _packers.packer.pack(value)
    return packed


class _Packers(threading.local):
    """One packer for each thread: to make one takes longer than to pack a small value."""

    def __init__(self) -> None:
        # surrogatepass: JSON may carry half a surrogate pair, and a customer's odd line must not jam a mailbox.
        self.packer = msgpack.Packer(default=_plain, unicode_errors="surrogatepass")


def _plain(value: Any) -> Any:
    """What msgpack asks for every value that it does not know itself."""
    encoder = _ENCODERS.get(type(value))
    if encoder is not None:
        return encoder(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no tag in the codec's table")


def _default_of(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    return MISSING


def _encoder(kind: type, tag: int) -> Callable[[Any], list[Any]]:
    declared = fields(kind)
    names = [field.name for field in declared]
    defaults = [MISSING, *map(_default_of, declared)]
    required = 1 + sum(default is MISSING for default in defaults[1:])
    get: Callable[[Any], Any] = attrgetter(*names)
    one = len(names) == 1

    def encoded(value: Any) -> list[Any]:
        values = [tag, get(value)] if one else [tag, *get(value)]
        count = len(values)
        while count > required:
            last, default = values[count - 1], defaults[count - 1]
            # 0 == False and 1 == 1.0: only the same type counts as the same value.
            if last is not default and (type(last) is not type(default) or last != default):
                break
            count -= 1
        return values[:count]

    return encoded


# ---- reading ---------------------------------------------------------------------------------------------------------


def _unpack(raw: bytes, key: str) -> Any:
    try:
        return msgpack.unpackb(raw, strict_map_key=False, unicode_errors="surrogatepass")
    except Exception as error:  # msgpack raises half a dozen unrelated types for damaged bytes
        raise CodecError(f"{key}: damaged record of {len(raw)} bytes: {type(error).__name__}") from error


def _build(tag: Any, values: list[Any]) -> Any:
    decoder = _DECODERS.get(tag) if isinstance(tag, int) else None
    if decoder is None:
        raise CodecError(f"unknown tag {tag!r}")
    return decoder(values)


def _fields(kind: type) -> list[tuple[str, Any, Convert | None]]:
    """Name, default and converter of each field, in order."""
    hints = get_type_hints(kind)
    return [(field.name, _default_of(field), _converter(hints[field.name])) for field in fields(kind)]


def _guesses(
    declared: list[tuple[str, Any, Convert | None]],
) -> tuple[Callable[[Any], Any], dict[str, int], list[Any]]:
    """All fields of a value at once, where each stands, and their defaults."""
    names = [name for name, _, _ in declared]
    get: Callable[[Any], Any] = attrgetter(*names)
    places = {name: index for index, name in enumerate(names)}
    return (get if len(names) > 1 else lambda value: (get(value),)), places, [default for _, default, _ in declared]


def _decoder(kind: type, declared: list[tuple[str, Any, Convert | None]]) -> Callable[[list[Any]], Any]:
    required = sum(default is MISSING for _, default, _ in declared)
    known = len(declared)
    converts = [(index, convert) for index, (_, _, convert) in enumerate(declared) if convert is not None]

    def decoded(values: list[Any]) -> Any:
        count = len(values)
        if count < required:
            raise CodecError(f"{kind.__name__} with {count} fields, {required} to {known} are known here")
        if count > known:
            _tell_of_newer(kind, count, known)
            del values[known:]
        for index, convert in converts:
            if index >= count:
                break
            values[index] = convert(values[index])
        return kind(*values)

    return decoded


@cache
def _tell_of_newer(kind: type, count: int, known: int) -> None:
    """Once per kind and process: in a rolling upgrade there is one in every conversation."""
    log.warning("store.newer_record", type=kind.__name__, fields=count, known=known)


def _converter(hint: Any) -> Convert | None:
    """Turns what msgpack gave back into what the field's type says; None where it is already that."""
    origin = get_origin(hint)
    if origin is Literal or hint is Any:
        return None
    if origin in (Union, UnionType):
        return _union_converter(get_args(hint))
    if origin is tuple:
        return _tuple_converter(get_args(hint))
    if origin is frozenset:
        return frozenset
    if origin is not None and issubclass(origin, Mapping):
        inner = _converter(get_args(hint)[1])
        return None if inner is None else lambda value: {key: inner(item) for key, item in value.items()}
    if isinstance(hint, type) and is_dataclass(hint):
        return _tagged([hint])
    return None


def _union_converter(members: tuple[Any, ...]) -> Convert | None:
    tagged = [member for member in members if isinstance(member, type) and is_dataclass(member)]
    if tagged:
        convert = _tagged(tagged)
    else:
        others = [_converter(member) for member in members if member is not NoneType]
        if all(other is None for other in others):
            return None
        if len(others) != 1 or others[0] is None:
            raise TypeError(f"the codec cannot tell the members of {members} apart")
        convert = others[0]
    if NoneType not in members:
        return convert
    return lambda value: None if value is None else convert(value)


def _tuple_converter(members: tuple[Any, ...]) -> Convert:
    if len(members) == 2 and members[1] is Ellipsis:
        inner = _converter(members[0])
        return tuple if inner is None else lambda value: tuple(map(inner, value))
    inners = [_converter(member) for member in members]
    if all(inner is None for inner in inners):
        return tuple
    return lambda value: tuple(
        item if inner is None else inner(item) for inner, item in zip(inners, value, strict=True)
    )


def _tagged(kinds: list[type]) -> Convert:
    untagged = [kind.__name__ for kind in kinds if kind not in TAGS]
    if untagged:
        raise TypeError(f"{', '.join(untagged)}: stored, but without a tag in the codec's table")
    allowed = frozenset(TAGS[kind] for kind in kinds)

    def convert(value: Any) -> Any:
        if not isinstance(value, list) or not value:
            raise CodecError("a nested record has no tag")
        tag = value[0]
        if tag not in allowed:
            raise CodecError(f"unknown tag {tag!r}" if tag not in _DECODERS else f"tag {tag} is not of this field")
        return _DECODERS[tag](value[1:])

    return convert


_packers: Final = _Packers()
_ENCODERS: Final[dict[type, Callable[[Any], list[Any]]]] = {kind: _encoder(kind, tag) for kind, tag in TAGS.items()}
_KINDS: Final[Mapping[int, type]] = {tag: kind for kind, tag in TAGS.items()}
_FIELDS: Final[Mapping[int, list[tuple[str, Any, Convert | None]]]] = {tag: _fields(kind) for kind, tag in TAGS.items()}
_GUESSES: Final = {tag: _guesses(declared) for tag, declared in _FIELDS.items()}
_DECODERS: Final[dict[int, Callable[[list[Any]], Any]]] = {
    tag: _decoder(kind, _FIELDS[tag]) for kind, tag in TAGS.items()
}
