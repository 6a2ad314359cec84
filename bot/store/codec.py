"""How values are stored: `[schema_version, tag, fields]` in msgpack, a dataclass within another as `[tag, *fields]`.

Two evolutions need no new version: a field added at the end with a default (an old record lacks it), and a default that
is dropped when written (it comes back when read). So a worker of the version before may meet fields that it does not
know: it reads without them and says so once (docs/adr/0003). An unknown tag or version is an error that names the key;
it is never guessed.

Values typed `Any` are JSON: a tuple in one comes back as a list.
"""

import threading
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgpack  # type: ignore[import-untyped]

from .shapes import CodecError, Shapes
from .tags import TAGS

SCHEMA_VERSION: Final = 1

T = TypeVar("T")

PLAIN: Final = Shapes({})


def encode(value: Any) -> bytes:
    """The bytes of a registered dataclass. TypeError for anything else."""
    tag, *values = _written(value)
    return pack((SCHEMA_VERSION, tag, values))


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
    return built(record(raw, key), key)


def record(raw: bytes, key: str) -> list[Any]:
    """`[tag, field, field ...]` as it is stored under `key`, for who reads the fields by their places.

    Raises:
        CodecError: it is no record, or of another schema version.
    """
    stored = unpack(raw, key)
    if not isinstance(stored, list) or len(stored) != 3 or not isinstance(stored[2], list):
        raise CodecError(f"{key}: is not a [version, tag, fields] record")
    version, tag, values = stored
    if version != SCHEMA_VERSION:
        raise CodecError(f"{key}: schema version {version!r} is not known here, {SCHEMA_VERSION} is")
    return [tag, *values]


def built(stored: list[Any], key: str, shapes: Shapes = PLAIN, whole: Any = None) -> Any:
    """The value of a record.

    Raises:
        CodecError: of an unknown tag, or damaged.
    """
    reader = shapes.readers.get(stored[0]) if isinstance(stored[0], int) else None
    if reader is None:
        raise CodecError(f"{key}: unknown tag {stored[0]!r}")
    try:
        return reader(stored, whole)
    except CodecError as error:
        raise CodecError(f"{key}: {error}") from error
    except (TypeError, ValueError, LookupError) as error:
        raise CodecError(f"{key}: damaged record: {type(error).__name__}") from error


def pack(value: Any) -> bytes:
    """Plain values (dicts, lists, strings, numbers), for entries that are JSON by nature; records within them too."""
    packed: bytes = _packers.packer.pack(value)
    return packed


def unpack(raw: bytes, key: str) -> Any:
    try:
        return msgpack.unpackb(raw, strict_map_key=False, unicode_errors="surrogatepass")
    except Exception as error:  # msgpack raises half a dozen unrelated types for damaged bytes
        raise CodecError(f"{key}: damaged record of {len(raw)} bytes: {type(error).__name__}") from error


class _Packers(threading.local):
    """One packer for each thread: to make one takes longer than to pack a small value."""

    def __init__(self) -> None:
        # surrogatepass: JSON may carry half a surrogate pair, and a customer's odd line must not jam a mailbox.
        self.packer = msgpack.Packer(default=_known, unicode_errors="surrogatepass")


def _known(value: Any) -> Any:
    """What msgpack asks for every value that it does not know itself."""
    if type(value) in TAGS:
        return _written(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no tag in the codec's table")


def _written(value: Any) -> list[Any]:
    writer = PLAIN.writers.get(type(value))
    if writer is None:
        raise TypeError(f"{type(value).__name__} has no tag in the codec's table")
    return writer(value, None)


_packers: Final = _Packers()

__all__ = [
    "PLAIN", "SCHEMA_VERSION", "TAGS", "CodecError", "built", "decode", "decode_any", "encode", "pack", "record",
    "unpack",
]  # fmt: skip
