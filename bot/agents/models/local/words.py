"""Topics and answers by the words that a line shares with the examples: needs no weights, and knows no language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bot.agents.models.local.features import Index, scores_of
from bot.agents.models.local.taught import AnswerEntry, RouteExamples, Scores
from bot.agents.models.local.text import plain

# A description says what a route is about in the administrator's words, not in a customer's; it may hint but not
# decide.
_DESCRIPTION_WEIGHT: Final = 0.85
_ANSWER_AT: Final = 0.75


class ByWords:
    """Scores are at least 0.9 for an example itself or nearly so, below 0.4 for unrelated text."""

    def __init__(self, routes: Sequence[RouteExamples], answers: Sequence[AnswerEntry]) -> None:
        self._routes = [route.name for route in routes]
        self._answers = [entry.name for entry in answers]
        texts: list[str] = []
        owners: list[tuple[str, str, float]] = []
        for route in routes:
            texts += route.examples
            owners += [("route", route.name, 1.0)] * len(route.examples)
            if route.description:
                texts.append(route.description)
                owners.append(("route", route.name, _DESCRIPTION_WEIGHT))
        for entry in answers:
            texts += entry.examples
            owners += [("answer", entry.name, 1.0)] * len(entry.examples)
        self._owners = owners
        self._weights = np.array([weight for _, _, weight in owners])
        self._index = Index([plain(text) for text in texts])

    def scores(self, words: str) -> Scores:
        best = self._best(words)
        topics = {name: best.get(("route", name), 0.0) for name in self._routes}
        answers = {name: best.get(("answer", name), 0.0) for name in self._answers}
        in_scope = max([*topics.values(), *answers.values()], default=0.0)
        return Scores(topics, answers, self._answer(topics, answers), in_scope)

    def _answer(self, topics: dict[str, float], answers: dict[str, float]) -> str | None:
        """The best answer, unless it is weak, has a rival as good, or a route fits at least as well: people are asked
        then."""
        if not answers:
            return None
        ranked = sorted(self._answers, key=lambda name: -answers[name])
        best = answers[ranked[0]]
        rival = answers[ranked[1]] if len(ranked) > 1 else 0.0
        if best < _ANSWER_AT or best == rival or best <= max(topics.values(), default=0.0):
            return None
        return ranked[0]

    def _best(self, words: str) -> dict[tuple[str, str], float]:
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
