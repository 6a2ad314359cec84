"""Topics and answers by meaning: vectors of the embedded model, calibrated on what was taught. For English.

What was learned from a configuration is kept in a file beside the weights, named by a digest of all that went in.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.agents.models.local.background import background_vectors, digest
from bot.agents.models.local.embedder import Embedder
from bot.agents.models.local.encoder import Floats
from bot.agents.models.local.regression import sigmoid
from bot.agents.models.local.taught import SURE, AnswerEntry, RouteExamples, Scores
from bot.agents.models.local.text import plain
from bot.agents.models.local.topics import HeldOut, Lessons, Topics, phrases
from bot.agents.models.local.weights import FILE, replaced

_FORMAT: Final = 3  # rises when what is kept, or how it is made, changes
_KEPT: Final = 32  # configurations

# Is the nearest answer the right one? From its nearest example and the nearest text of anything else. Fitted on ten
# banking intents as answers (1 to 10 examples each) beside 40 examples of routes, where every second question was near
# one of the other 67 intents: precision .97 from p = .9 on, whatever the number of examples.
_ANSWER: Final = (14.6, -7.6, -4.8)
# With few texts there may be nothing else near, which proves nothing.
_RIVAL_AT_LEAST: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Near:
    """How near a line is to each answer's examples, and to whatever routes teach."""

    answers: npt.NDArray[np.float64]
    routes: float


class ByMeaning:
    """Learns when it is made: 80 examples take less than a second, and none the next time."""

    def __init__(
        self, embedder: Embedder, routes: Sequence[RouteExamples], answers: Sequence[AnswerEntry]
    ) -> None:  # fmt: skip
        self._embedder = embedder
        self._routes = [route.name for route in routes]
        self._taught = [route.name for route in routes if route.examples or phrases(route.description)]
        self._answers = [entry.name for entry in answers if entry.examples]
        self._background = background_vectors(embedder)
        questions = [plain(text) for entry in answers for text in entry.examples]
        self._asked_of = np.repeat(
            np.arange(len(self._answers)), [len(entry.examples) for entry in answers if entry.examples]
        )
        self._questions = embedder.vectors(questions)
        self.topics = self._learned(routes) if self._taught else None

    @property
    def taught(self) -> Sequence[str]:
        """The routes that `topics` numbers: those with examples or a description."""
        return self._taught

    def scores(self, words: str) -> Scores:
        return next(self.scores_of(self._embedder.vectors([words])))

    def scores_of(self, vectors: Floats) -> Iterator[Scores]:
        """One per row."""
        opinions = self.topics.opinions(vectors) if self.topics is not None else [None] * len(vectors)
        for vector, opinion in zip(vectors, opinions, strict=True):
            topics = dict.fromkeys(self._routes, 0.0)
            if opinion is not None:
                topics |= dict(zip(self._taught, opinion.p.tolist(), strict=True))
            near = self._near(vector)
            p = self._answer_p(near)
            in_scope = max(opinion.in_scope if opinion is not None else 0.0, p.max(initial=0.0))
            answers = dict(zip(self._answers, p.tolist(), strict=True))
            yield Scores(topics, answers, self._quotable(near, p), float(in_scope))

    def _near(self, vector: Floats) -> _Near:
        similar = self._questions @ vector
        nearest = [float(similar[self._asked_of == number].max()) for number in range(len(self._answers))]
        routes = float((self.topics.lessons.rows @ vector).max()) if self.topics is not None else -1.0
        return _Near(np.array(nearest), routes)

    def _answer_p(self, near: _Near) -> npt.NDArray[np.float64]:
        p = np.zeros(len(self._answers))
        for number, own in enumerate(near.answers):
            rival = max(float(np.delete(near.answers, number).max(initial=-1.0)), near.routes, _RIVAL_AT_LEAST)
            p[number] = sigmoid(np.array(_ANSWER[0] * own + _ANSWER[1] * rival + _ANSWER[2]))
        return p

    def _quotable(self, near: _Near, p: npt.NDArray[np.float64]) -> str | None:
        """A route that is as near wins: people are asked then."""
        if not len(p):
            return None
        best = int(p.argmax())
        ahead = near.answers[best] > max(float(np.delete(near.answers, best).max(initial=-1.0)), near.routes)
        return self._answers[best] if p[best] >= SURE and ahead else None

    # ---- what was learned, kept --------------------------------------------------------------------------------------

    def _learned(self, routes: Sequence[RouteExamples]) -> Topics:
        texts = [
            (number, plain(text), is_example)
            for number, route in enumerate(route for route in routes if route.name in self._taught)
            for text, is_example in [
                *((one, True) for one in route.examples),
                *((one, False) for one in phrases(route.description)),
            ]
        ]
        # The vectors of two arithmetics differ a little (a cosine of .9996): each keeps what it learned. The background
        # they share.
        made = FILE if self._embedder.by == "numpy" else f"{FILE} by {self._embedder.by}"
        named = json.dumps([_FORMAT, made, digest(), texts], ensure_ascii=False)
        path = self._embedder.folder / "learned" / f"{hashlib.sha256(named.encode()).hexdigest()[:24]}.npz"
        known = _read(path, len(self._taught), self._background)
        if known is not None:
            return known
        lessons = Lessons(
            self._embedder.vectors([text for _, text, _ in texts]),
            np.array([number for number, _, _ in texts], np.intp),
            np.array([is_example for _, _, is_example in texts], bool),
        )
        topics = Topics.learned(lessons, len(self._taught), self._background)
        _write(path, topics)
        return topics


def _read(path: Path, count: int, background: Floats) -> Topics | None:
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            kept: dict[str, npt.NDArray[Any]] = {name: file[name] for name in file.files}
        os.utime(path)
        lessons = Lessons(kept["rows"], kept["owners"], kept["examples"])
        held_out = HeldOut(kept["held_owners"], kept["held_found"], kept["held_p"])
        temperature = float(kept["log_temperature"])
        return Topics(lessons, count, background, kept["weights"], kept["scope"], temperature, held_out)
    except Exception:
        return None


def _write(path: Path, topics: Topics) -> None:
    """A folder that cannot be written only costs the time of learning again."""
    lessons, held = topics.lessons, topics.held_out
    try:
        with replaced(path) as file:
            np.savez(
                file, rows=lessons.rows, owners=lessons.owners, examples=lessons.examples, weights=topics.weights,
                scope=topics.scope, log_temperature=np.array(topics.log_temperature), held_owners=held.owners,
                held_found=held.found, held_p=held.p,
            )  # fmt: skip
        kept = sorted(path.parent.glob("*.npz"), key=lambda one: one.stat().st_mtime_ns)
        for old in kept[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return
