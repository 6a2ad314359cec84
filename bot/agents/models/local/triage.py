"""The verdict on one message: who is asked for, what it is about, which answer fits. Deterministic, without network or
weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.agents.models.local.features import Index, scores_of
from bot.agents.models.local.people import person_named, thanks, unhelpful, wants_person
from bot.agents.models.local.text import plain

# A description says what a route is about in the administrator's words, not in a customer's; it may hint but not
# decide.
_DESCRIPTION_WEIGHT = 0.85
# Longer messages are judged by their first words; beyond, a customer tells the story and not the topic.
_MAX_CHARACTERS = 2_000


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
class Judgement:
    """What is to be seen in one message.

    Scores run from 0 to 1: at least 0.9 for an example itself or nearly so, below 0.4 for unrelated text. `topics`
    holds every route. `answer` is the best entry when its score is at least the triage's `answer_at` and no route fits
    as well; `answers` holds every score.
    """

    wants_person: bool
    person_named: str | None
    thanks: bool
    unhelpful: bool
    topics: dict[str, float] = field(default_factory=dict)
    answer: AnswerEntry | None = None
    answers: dict[str, float] = field(default_factory=dict)

    @property
    def topic(self) -> str | None:
        """The best topic, however weak; None when there is no route or nothing in common with any."""
        best = max(self.topics, key=self.topics.__getitem__, default=None)
        return best if best is not None and self.topics[best] > 0 else None

    @property
    def in_scope(self) -> float:
        """How near the message is to anything that the administrator described."""
        return max([*self.topics.values(), *self.answers.values()], default=0.0)


class LocalTriage:
    """Judges messages by the examples of routes and answers. `people` are the names that customers may ask for."""

    def __init__(
        self,
        routes: Sequence[RouteExamples] = (),
        answers: Sequence[AnswerEntry] = (),
        people: Sequence[str] = (),
        *,
        answer_at: float = 0.75,
    ) -> None:
        self.routes = tuple(routes)
        self.answers = tuple(answers)
        self.people = tuple(people)
        self._answer_at = answer_at
        texts: list[str] = []
        owners: list[tuple[str, str, float]] = []
        for route in self.routes:
            texts += route.examples
            owners += [("route", route.name, 1.0)] * len(route.examples)
            if route.description:
                texts.append(route.description)
                owners.append(("route", route.name, _DESCRIPTION_WEIGHT))
        for entry in self.answers:
            texts += entry.examples
            owners += [("answer", entry.name, 1.0)] * len(entry.examples)
        self._owners = owners
        self._weights = np.array([weight for _, _, weight in owners])
        self._index = Index([plain(text) for text in texts])

    def judge(self, text: str, *, about: bool = True) -> Judgement:
        """`about` False leaves out what the message is about (topics and answers), which is most of the work."""
        named = person_named(text, self.people)
        scores = self._scores(plain(text[:_MAX_CHARACTERS])) if about else {}
        topics = {route.name: scores.get(("route", route.name), 0.0) for route in self.routes}
        answers = {entry.name: scores.get(("answer", entry.name), 0.0) for entry in self.answers}
        return Judgement(
            wants_person=named is not None or wants_person(text),
            person_named=named,
            thanks=thanks(text),
            unhelpful=unhelpful(text),
            topics=topics,
            answer=self._answer(topics, answers),
            answers=answers,
        )

    def route(self, name: str) -> RouteExamples | None:
        return next((route for route in self.routes if route.name == name), None)

    def _answer(self, topics: dict[str, float], answers: dict[str, float]) -> AnswerEntry | None:
        """The best answer, unless it is weak, has a rival as good, or a route fits at least as well: people are asked
        then."""
        if not answers:
            return None
        ranked = sorted(self.answers, key=lambda entry: -answers[entry.name])
        best = answers[ranked[0].name]
        rival = answers[ranked[1].name] if len(ranked) > 1 else 0.0
        if best < self._answer_at or best == rival or best <= max(topics.values(), default=0.0):
            return None
        return ranked[0]

    def _scores(self, words: str) -> dict[tuple[str, str], float]:
        """The best score per route and answer, over the whole message and each of its sentences."""
        best: dict[tuple[str, str], float] = {}
        if not self._owners:
            return best
        for part in _parts(words):
            scores = (scores_of(self._index.cosines(part)) * self._weights).tolist()
            for (kind, name, _), score in zip(self._owners, scores, strict=True):
                if score > best.get((kind, name), 0.0):
                    best[kind, name] = score
        return best


def _parts(words: str) -> list[str]:
    """The message and, when it has several, its sentences: "I was charged twice, get me a person" is about the
    charge."""
    rough = words
    for mark in "!?;\n,.":
        rough = rough.replace(mark, "\0")
    sentences = [part.strip() for part in rough.split("\0") if len(part.split()) > 1]
    return list(dict.fromkeys([words, *sentences[:6]]))
