"""Which names a configuration declares, and what to say of one that it does not."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .conversation import Target
from .problems import Path, Problems, did_you_mean
from .values import shown, target

SECTIONS = ("agents", "people", "teams", "calendars", "escalations", "schedules")
_SECTION = {"team": "teams", "person": "people", "agent": "agents"}
_CODE = {"teams": "team", "people": "person", "agents": "agent"} | {
    section: section[:-1] for section in ("calendars", "escalations", "schedules")
}


@dataclass(frozen=True, slots=True)
class Names:
    """Names as they stand in the file, also those whose own entry is faulty: one mistake is reported once.

    Attributes:
        topics: routes that have examples or a description.
        broken: paths whose value was dropped as faulty; nothing is concluded from their absence.
        line_of: the line of a path, for messages that point elsewhere.
    """

    known: Mapping[str, tuple[str, ...]]
    topics: tuple[str, ...]
    problems: Problems
    broken: frozenset[Path] = frozenset()
    line_of: Callable[[Path], int] = field(default=lambda _: 0)

    def has(self, section: str, name: str) -> bool:
        return name in self.known.get(section, ())

    def resolve(self, section: str, name: str, path: Path, says: str, *, on_key: bool = False) -> bool:
        """Whether the name is declared in the section; if not, a finding `{says} "NAME"; did you mean ...`."""
        if self.has(section, name):
            return True
        known = self.known.get(section, ())
        ending = did_you_mean(name, known, kind=section)
        self.problems.error(path, f"unknown-{_CODE[section]}", f'{says} "{name}"{ending}', on_key=on_key)
        return False

    def target(
        self,
        value: str,
        path: Path,
        says: str,
        *,
        bare: bool = False,
        kinds: Iterable[str] = ("team", "person", "agent"),
    ) -> Target | None:
        """The target, resolved; None after a finding. `says` begins the sentence: `route "refunds" goes to`."""
        allowed = tuple(kinds)
        try:
            found = target(value, bare=bare)
        except ValueError as error:
            near = did_you_mean(value, self.targets(allowed, bare=False)) if value else ""
            self.problems.error(path, "bad-target", f"{says} {shown(value)}: {error}{near if 'mean' in near else ''}")
            return None
        if found.kind not in allowed:
            wanted = " or ".join(f"{kind}:NAME" for kind in allowed)
            self.problems.error(path, "bad-target", f'{says} "{value}"; it wants {wanted}')
            return None
        if self.has(_SECTION[found.kind], found.name):
            return found
        bare_form = bare and ":" not in value
        near = did_you_mean(value, self.targets(allowed, bare=bare_form))
        if "mean" not in near:
            near = did_you_mean(found.name, self.known.get(_SECTION[found.kind], ()), kind=_SECTION[found.kind])
        self.problems.error(path, "unknown-target", f'{says} "{value}"{near}')
        return None

    def targets(self, kinds: Iterable[str], *, bare: bool) -> list[str]:
        """Every target that could be written there."""
        listed = [f"{kind}:{name}" for kind in kinds for name in self.known.get(_SECTION[kind], ())]
        return [name.removeprefix("agent:") for name in listed] if bare else listed

    def has_broken(self, path: Path) -> bool:
        """Whether something within the value at the path was faulty and has been left out."""
        return any(one[: len(path)] == path for one in self.broken)

    def is_broken(self, *path: str | int) -> bool:
        """Whether the value at the path, or one around it, was faulty."""
        return any(path[:length] in self.broken for length in range(1, len(path) + 1))
