"""A value by what is not known of it otherwise: `[tag, index, field, index, field ...]`, for the log.

`sparse` leaves out the fields that are as they are said to be or as they are by default; `filled` reads with the same
said again. What it returns goes through `codec.pack`.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from functools import cache
from itertools import compress, count
from operator import attrgetter, is_not
from typing import Any, Final, cast

from .codec import PLAIN
from .shapes import CodecError, Convert
from .tags import TAGS

_KINDS: Final = {tag: kind for kind, tag in TAGS.items()}


def sparse(value: Any, known: Mapping[str, Any]) -> list[Any]:
    kind: type = type(value)
    get, places, defaults = _guesses(kind)
    guesses = defaults[:]
    for name, guess in known.items():
        if name in places:
            guesses[places[name]] = guess
    items = get(value)
    parts: list[Any] = [TAGS[kind]]
    for index in compress(count(), map(is_not, items, guesses)):
        item, guess = items[index], guesses[index]
        # 0 == False and 1 == 1.0: only the same type counts as the same value.
        if type(item) is not type(guess) or item != guess:
            parts += (index, item)
    return parts


def filled(parts: list[Any], known: Callable[[type], Mapping[str, Any]], key: str) -> Any:
    """The value that `sparse` wrote; `known` says what it knew of a value of that type.

    Raises:
        CodecError: an unknown tag or field, or a field that nothing says.
    """
    kind = kind_of(parts, key)
    declared, says = _fields(kind), known(kind)
    given = dict(zip(parts[1::2], parts[2::2], strict=True)) if len(parts) % 2 else {-1: None}
    if not all(isinstance(index, int) and 0 <= index < len(declared) for index in given):
        raise CodecError(f"{key}: {kind.__name__} with fields {sorted(given, key=str)}")
    values = []
    for index, (name, default, convert) in enumerate(declared):
        value = convert(given[index], None) if index in given else says.get(name, default)
        if value is MISSING:
            raise CodecError(f"{key}: {kind.__name__} without its {name}")
        values.append(value)
    return kind(*values)


def kind_of(parts: Any, key: str) -> type:
    """The type that a sparse record is of."""
    tag = parts[0] if isinstance(parts, list) and parts else None
    kind = _KINDS.get(tag) if isinstance(tag, int) else None
    if kind is None:
        raise CodecError(f"{key}: unknown tag {tag!r}")
    return kind


@cache
def _guesses(kind: type) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, int], list[Any]]:
    """All fields of a value at once, where each stands, and their defaults."""
    declared = PLAIN.fields(kind)
    names = [name for name, _, _ in declared]
    get: Any = attrgetter(*names)
    every = get if len(names) > 1 else lambda value: (get(value),)
    return (
        cast(Callable[[Any], tuple[Any, ...]], every),
        {name: index for index, name in enumerate(names)},
        [default for _, _, default in declared],
    )


@cache
def _fields(kind: type) -> list[tuple[str, Any, Convert]]:
    return [(name, default, PLAIN.converter(hint)) for name, hint, default in PLAIN.fields(kind)]
