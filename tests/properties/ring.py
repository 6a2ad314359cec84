"""The decide ring as a value: the real one, or a copy in which one piece of source was replaced.

Only the modules that decide are loaded anew. Conversations, events and effects stay the same types, so one check runs
against any copy.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

from handlers.agent import view
from routing.conversation import Conversation
from routing.decide import birth, decide, give_to_people
from routing.effects import Line
from routing.moves import Decision
from routing.permissions import may, people_allowed
from routing.timers import Timer, timers, unnoticed

# In the order of their imports: each one finds the copies of those above it.
MODULES = (
    "routing.permissions",
    "routing.asked",
    "routing.timers",
    "routing.budgets",
    "routing.edges",
    "routing.choices",
    "routing.moves",
    "routing.decide_time",
    "routing.decide_agent",
    "routing.decide_customer",
    "routing.decide_desk",
    "routing.decide",
    "handlers.agent",
)


@dataclass(frozen=True, slots=True)
class Ring:
    """What the tests call. The signatures are those of the real functions."""

    birth: Callable[..., Conversation]
    decide: Callable[..., Decision]
    give_to_people: Callable[..., Decision]
    timers: Callable[..., tuple[Timer, ...]]
    unnoticed: Callable[..., bool]
    may: Callable[..., str | None]
    people_allowed: Callable[[Conversation], bool]
    view: Callable[[tuple[Line, ...]], tuple[Line, ...]]


REAL = Ring(birth, decide, give_to_people, timers, unnoticed, may, people_allowed, view)


def source(module: str) -> str:
    """The text of a module of the ring as it is on disk."""
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.loader is not None
    text = spec.loader.get_source(module)  # type: ignore[attr-defined]
    assert isinstance(text, str)
    return text


def mutated(changed: Mapping[str, str]) -> Ring:
    """The ring with these modules' sources in place of the real ones. Nothing outside the copy is changed."""
    with _set_aside(MODULES):
        for name in MODULES:
            _load(name, changed.get(name) or source(name))
        found = {name: sys.modules[name] for name in MODULES}
    return Ring(
        found["routing.decide"].birth,
        found["routing.decide"].decide,
        found["routing.decide"].give_to_people,
        found["routing.timers"].timers,
        found["routing.timers"].unnoticed,
        found["routing.permissions"].may,
        found["routing.permissions"].people_allowed,
        found["handlers.agent"].view,
    )


def _load(name: str, text: str) -> None:
    module = ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    sys.modules[name] = module
    exec(compile(text, f"<{name}, a copy>", "exec"), module.__dict__)


@contextmanager
def _set_aside(names: tuple[str, ...]) -> Iterator[None]:
    """The modules are out of `sys.modules` meanwhile, so that an import within a copy finds the copies."""
    real = {name: importlib.import_module(name) for name in names}
    for name in names:
        del sys.modules[name]
    try:
        yield
    finally:
        sys.modules.update(real)
