"""What is wrong with a configuration, by the path of the key it is about; its reader adds the positions."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Path = tuple[str | int, ...]
Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `on_key` points at the key itself rather than at its value."""

    path: Path
    severity: Severity
    code: str
    message: str
    on_key: bool = False


class Problems(list[Problem]):
    """Findings in the order in which they were made."""

    def error(self, path: Path, code: str, message: str, *, on_key: bool = False) -> None:
        self.append(Problem(path, "error", code, message, on_key))

    def warning(self, path: Path, code: str, message: str, *, on_key: bool = False) -> None:
        self.append(Problem(path, "warning", code, message, on_key))

    def info(self, path: Path, code: str, message: str, *, on_key: bool = False) -> None:
        self.append(Problem(path, "info", code, message, on_key))

    @property
    def failed(self) -> bool:
        return any(problem.severity == "error" for problem in self)


def did_you_mean(name: str, known: Iterable[str], *, kind: str = "") -> str:
    """The end of a sentence about an unknown name: the nearest known one, else what there is."""
    choices = list(known)
    near = get_close_matches(name, choices, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    if not choices:
        return f"; there are no {kind}" if kind else ""
    listed = ", ".join(sorted(choices)[:8]) + (", ..." if len(choices) > 8 else "")
    return f"; the {kind} are {listed}" if kind else f"; it is one of {listed}"
