"""What an administrator teaches the triage, and what a judge of one line says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

SURE: Final = 0.9  # from here on a line is routed or answered
LIKELY: Final = 0.5  # from here on the customer may be asked which of two things is meant


@dataclass(frozen=True, slots=True)
class RouteExamples:
    """A topic: what customers say about it. `to` is the name of the team or person that the route leads to, if that is
    known."""

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    to: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """An answer that the administrator wrote; it is quoted word for word, with `source`, the address of the page that
    says it."""

    name: str
    examples: tuple[str, ...]
    text: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """How sure a judge is, 0 to 1, of every topic and every answer.

    `answer` is the entry that may be quoted: sure, ahead of the next one and nearer than any route. `in_scope` is how
    likely the line is about anything that was taught.
    """

    topics: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, float] = field(default_factory=dict)
    answer: str | None = None
    in_scope: float = 0.0


class Judge(Protocol):
    def scores(self, words: str) -> Scores:
        """Of one line without mark-up. Any thread may call it."""
