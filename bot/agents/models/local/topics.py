"""Which route a line belongs to, and whether to any: learned from the routes' examples and descriptions.

Two voices judge a vector: a multinomial regression over all that was taught, and the similarity to the texts of each
route, of which the nearest count most. Their scores are added (a geometric mean of their verdicts), then a temperature
makes probabilities of them. Whether the line belongs to any route is asked apart: how near are the nearest examples,
how near is the background, how clear is the best route? The product of the two is p.

Temperature and scope are calibrated when the examples are learned, on examples that the classifier did not see, with a
belief from public sets (bench/triage.py): five examples say little, hundreds say all. Measured there and left out: the
distance to the routes' centres and the similarity of words, which made it no better or worse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.agents.models.local.encoder import Floats
from bot.agents.models.local.regression import Array, log_softmax, logistic, multinomial, sigmoid

Numbers = npt.NDArray[np.intp]

TRUST: Final = 30.0
NEAREST_WEIGHT: Final = 6.0
# How much more a nearer text of a route counts: at 0 all count the same, at infinity the nearest alone.
NEAREST_FIRST: Final = 22.0
# What vectors have in common is the mean of what was taught and of so many sentences of the background.
COMMON_FIRMNESS: Final = 20.0
FOLDS: Final = 5
# With more examples than this one part is held out, and no more than so many: the rest would only take time.
FOLDED_UP_TO: Final = 600
HELD_OUT_AT_MOST: Final = 300

# Belief about the calibration, and how firm it is: fitted on 8 queues at 5, 10 and 20 examples against requests of
# other domains, where the fits differ by less than these widths.
# Of: the nearest texts taught, the nearest background, the best route's log-probability, the intercept.
SCOPE_BELIEF: Final = (24.5, -8.7, 1.1, -5.7)
SCOPE_FIRMNESS: Final = (0.25, 0.25, 4.0, 1.0)
TEMPERATURE_BELIEF: Final = 0.35  # of its logarithm
TEMPERATURE_FIRMNESS: Final = 30.0
OUT_OF_SCOPE_SHARE: Final = 0.2  # of all messages; what the background weighs against the examples
EVIDENCE_AT_MOST: Final = 200.0  # examples; examples and background are no perfect picture of what customers write
# A background sentence so near to an example is within this desk's business.
OURS: Final = 0.55

# How often the nearest example's route is right, by its similarity, a little below what was measured on the same
# queues at 5 to 20 examples. It counts only where no other route has an example as near.
_NEAR_COSINES = (0.80, 0.85, 0.90, 0.95, 1.0)
_NEAR_RIGHT = (0.0, 0.965, 0.985, 0.995, 0.999)
_NEAR_MARGIN = 0.03
# From here on it counts against the classifier too. Below, where the two differed over 77 routes of ten examples, it
# was right in 31 % of lines and the classifier in 57 %.
_NEAR_SAME = 0.98

_PHRASE_END = re.compile(r"[,:;.\n]+")


def phrases(description: str) -> list[str]:
    """A description and each of its parts: "Invoices, cards: declined or expired" teaches three things. Measured at
    five examples: accuracy .758 with the whole alone, .791 with its parts."""
    parts = [part.strip() for part in _PHRASE_END.split(description)]
    return list(dict.fromkeys(part for part in [description.strip(), *parts] if part))


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is taught: one row per text, whose it is, and whether it is an example (else a description's)."""

    rows: Floats
    owners: Numbers
    examples: npt.NDArray[np.bool_]

    def only(self, chosen: npt.NDArray[np.bool_]) -> Lessons:
        return Lessons(self.rows[chosen], self.owners[chosen], self.examples[chosen])


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How examples fared that the classifier had not seen: their route, the one found, and p."""

    owners: Numbers
    found: Numbers
    p: Array


@dataclass(frozen=True, slots=True)
class Opinion:
    """`p` per route, in their order; their sum is at most `in_scope`, unless an example is nearly the line itself."""

    p: Array
    in_scope: float


class Topics:
    """`count` routes. `lessons` has at least one text of each."""

    def __init__(
        self, lessons: Lessons, count: int, background: Floats, weights: Array, scope: Array, log_temperature: float,
        held_out: HeldOut,
    ) -> None:  # fmt: skip
        self.lessons = lessons
        self.weights = weights
        self.scope = scope
        self.log_temperature = log_temperature
        self.held_out = held_out
        self._count = count
        self._centre = _common(lessons.rows, background)
        self._background = _not_ours(background, lessons)
        self._centred = _centred(lessons.rows, self._centre)

    @classmethod
    def learned(cls, lessons: Lessons, count: int, background: Floats) -> Topics:
        """Learn and calibrate; a second for some hundred examples."""
        scores, signs, seen = [], [], []
        for fold in _folds(lessons, count):
            part = lessons.only(~fold)
            kept = cls._uncalibrated(part, count, background)
            scores.append(kept._scores(lessons.rows[fold]))
            signs.append(kept._signs(lessons.rows[fold], scores[-1]))
            seen.append(np.flatnonzero(fold))
        whole = cls._uncalibrated(lessons, count, background)
        if not seen:
            return whole
        numbers = np.concatenate(seen)
        owners, all_scores, all_signs = lessons.owners[numbers], np.vstack(scores), np.vstack(signs)
        whole.log_temperature = _temperature(all_scores, owners)
        beyond = whole._background
        whole.scope = _scope(all_signs, whole._signs(beyond, whole._scores(beyond), leave_itself=True))
        logs = log_softmax(all_scores / np.exp(whole.log_temperature))
        p = np.exp(logs.max(axis=1)) * whole._in_scope(all_signs)
        whole.held_out = HeldOut(owners, logs.argmax(axis=1), p)
        return whole

    @classmethod
    def _uncalibrated(cls, lessons: Lessons, count: int, background: Floats) -> Topics:
        rows = _centred(lessons.rows, _common(lessons.rows, background))
        weights = multinomial(rows, lessons.owners, count, trust=TRUST)
        nobody = HeldOut(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))
        return cls(lessons, count, background, weights, np.array(SCOPE_BELIEF), TEMPERATURE_BELIEF, nobody)

    def opinions(self, vectors: Floats) -> list[Opinion]:
        """One per row."""
        scores = self._scores(vectors)
        shares = np.exp(log_softmax(scores / np.exp(self.log_temperature)))
        in_scope = self._in_scope(self._signs(vectors, scores))
        nearest = self._nearest(vectors)
        return [
            Opinion(_nearly_said(share * scope, near), float(scope))
            for share, scope, near in zip(shares, in_scope, nearest, strict=True)
        ]

    def _scores(self, vectors: Floats) -> Array:
        centred = _centred(vectors, self._centre)
        logs = log_softmax(centred @ self.weights[:-1] + self.weights[-1])
        similar = centred @ self._centred.T
        counted = np.exp(NEAREST_FIRST * (similar - 1))
        near = [counted[:, self.lessons.owners == number].mean(axis=1) for number in range(self._count)]
        scores: Array = logs + NEAREST_WEIGHT / NEAREST_FIRST * np.log(np.stack(near, axis=1))
        return scores

    def _signs(self, vectors: Floats, scores: Array, *, leave_itself: bool = False) -> Array:
        """What tells whether a line is in scope: how near what was taught is, how near the background, and how clear
        the best route is. `leave_itself` where the rows are the background."""
        beyond = vectors @ self._background.T
        if leave_itself:
            np.fill_diagonal(beyond, -1.0)
        # At the believed temperature: the calibrated one is not known yet when this is calibrated.
        clear = log_softmax(scores / np.exp(TEMPERATURE_BELIEF)).max(axis=1)
        return np.stack([top_mean(vectors @ self.lessons.rows.T, 3), top_mean(beyond, 3), clear], axis=1)

    def _in_scope(self, signs: Array) -> Array:
        return sigmoid(signs @ self.scope[:-1] + self.scope[-1])

    def _nearest(self, vectors: Floats) -> Array:
        """The similarity of the nearest example of each route; -1 for a route without examples."""
        owners, rows = self.lessons.owners[self.lessons.examples], self.lessons.rows[self.lessons.examples]
        similar = vectors @ rows.T
        return np.stack(
            [similar[:, owners == number].max(axis=1, initial=-1.0) for number in range(self._count)], axis=1
        ).astype(np.float64)


def top_mean(similar: npt.NDArray[np.floating], count: int) -> Array:
    """The mean of each row's highest values; -1 where there are none."""
    if not similar.shape[1]:
        return np.full(len(similar), -1.0)
    count = min(count, similar.shape[1])
    mean: Array = np.partition(similar, -count, axis=1)[:, -count:].mean(axis=1, dtype=np.float64)
    return mean


def _nearly_said(p: Array, nearest: Array) -> Array:
    """A line that is nearly one of the examples belongs to that example's route, however unsure the rest is."""
    best = int(nearest.argmax())
    rival = float(np.delete(nearest, best).max(initial=-1.0))
    said = float(np.interp(nearest[best], _NEAR_COSINES, _NEAR_RIGHT))
    if said <= p[best] or nearest[best] - rival < _NEAR_MARGIN:
        return p
    if nearest[best] < _NEAR_SAME and best != int(p.argmax()):
        return p
    others = p.sum() - p[best]
    raised = p * (min(1.0, (1 - said) / others) if others > 0 else 1.0)
    raised[best] = said
    return raised


def _common(rows: Floats, background: Floats) -> Floats:
    """What vectors of any two sentences of this desk have in common; of few rows the background says it."""
    firm = len(rows) / (len(rows) + COMMON_FIRMNESS)
    mean: Floats = (firm * rows.mean(axis=0) + (1 - firm) * background.mean(axis=0)).astype(np.float32)
    return mean


def _centred(rows: Floats, centre: Floats) -> Array:
    """What they have in common says nothing; it is taken off."""
    moved = (rows - centre).astype(np.float64)
    found: Array = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return found


def _not_ours(background: Floats, lessons: Lessons) -> Floats:
    kept = background[(background @ lessons.rows.T).max(axis=1) < OURS]
    return kept if len(kept) >= 20 else background


def _folds(lessons: Lessons, count: int) -> list[npt.NDArray[np.bool_]]:
    """Which texts to hold out, one set per fold: examples only, spread over the routes, and never a route's last
    text."""
    examples = np.flatnonzero(lessons.examples)
    parts, limit = FOLDS, len(examples)
    if len(examples) > FOLDED_UP_TO:
        parts, limit = 1, HELD_OUT_AT_MOST
    turns = np.full(len(lessons.owners), -1)
    for number in range(count):
        mine = examples[lessons.owners[examples] == number]
        if (lessons.owners == number).sum() >= 2:
            turns[mine] = np.arange(len(mine)) % FOLDS
    folds = []
    for turn in range(parts):
        chosen = np.flatnonzero(turns == turn)
        fold = np.zeros(len(turns), bool)
        fold[chosen[:: max(1, len(chosen) // limit)] if limit else chosen] = True
        if fold.any() and _all_left(lessons.owners[~fold], count):
            folds.append(fold)
    return folds


def _all_left(owners: Sequence[int] | Numbers, count: int) -> bool:
    return len(np.unique(owners)) == count


def _temperature(scores: Array, owners: Numbers) -> float:
    """The logarithm of what the scores are divided by, so that they are as sure as they are right."""
    grid = np.linspace(-1.5, 2.5, 161)
    places = np.arange(len(owners))
    costs = [
        0.5 * TEMPERATURE_FIRMNESS * (one - TEMPERATURE_BELIEF) ** 2
        - min(1.0, EVIDENCE_AT_MOST / len(owners)) * log_softmax(scores / np.exp(one))[places, owners].sum()
        for one in grid
    ]
    return float(grid[int(np.argmin(costs))])


def _scope(examples: Array, background: Array) -> Array:
    """What the two nearnesses say of a line's being in scope: unseen examples are, background sentences are not."""
    inside = min(EVIDENCE_AT_MOST, len(examples))
    outside = inside * OUT_OF_SCOPE_SHARE / (1 - OUT_OF_SCOPE_SHARE)
    yes = np.r_[np.ones(len(examples)), np.zeros(len(background))]
    weights = np.where(yes > 0, inside / len(examples), outside / len(background))
    return logistic(
        np.vstack([examples, background]), yes, weights, np.array(SCOPE_BELIEF), np.array(SCOPE_FIRMNESS)
    )  # fmt: skip
