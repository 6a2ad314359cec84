"""A copy of a value with some fields changed, for the places that every event passes."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def replaced(value: T, **changes: Any) -> T:
    """As `dataclasses.replace`, in less than half of its time: a conversation has some forty fields, and a decision
    changes it half a dozen times. For dataclasses of two or more fields, all of which `__init__` takes in order.

    Raises:
        KeyError: there is no such field.
    """
    kind: Any = type(value)
    get, places = _of(kind)
    values = [*get(value)]
    for name, new in changes.items():
        values[places[name]] = new
    changed: T = kind(*values)
    return changed


@cache
def _of(kind: type) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, int]]:
    names = [field.name for field in fields(kind)]
    return attrgetter(*names), {name: place for place, name in enumerate(names)}
