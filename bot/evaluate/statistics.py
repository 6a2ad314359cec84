"""The arithmetic of the scoreboard: intervals, timing, confidence. Pure; numbers in, numbers out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

SEED: Final = 20_260_105  # fixed, so that the same predictions give the same intervals
RESAMPLES: Final = 400
BINS: Final = 10
_Z: Final = 1.959963984540054  # of a two-sided 95 %
_EPS: Final = 1e-7

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a rate (Wilson, 1927), which stays within 0 and 1 and is no point at either end."""
    rate, z2 = hits / of, _Z * _Z
    middle = (rate + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * math.sqrt(rate * (1 - rate) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrap(groups: Sequence[Sequence[int]], measure: Callable[[Rows], float]) -> tuple[float, float]:
    """The 95 % percentile interval of `measure` over rows. Whole groups (conversations) are drawn, since the lines of
    one conversation are alike. A draw in which nothing can be measured (NaN) does not count."""
    numbers = np.random.default_rng(SEED)
    singles = np.array([group[0] for group in groups]) if all(len(group) == 1 for group in groups) else None
    rows = [np.array(group, dtype=np.intp) for group in groups]
    found: list[float] = []
    for _ in range(RESAMPLES):
        drawn = numbers.integers(0, len(groups), len(groups))
        taken = singles[drawn] if singles is not None else np.concatenate([rows[one] for one in drawn])
        found.append(measure(taken))
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return float(low), float(high)


def f1(should: Bools, did: Bools) -> float:
    """The harmonic mean of precision and recall; NaN where nothing should be found."""
    hits, wanted = int(np.count_nonzero(should & did)), int(np.count_nonzero(should))
    return 2 * hits / (wanted + int(np.count_nonzero(did))) if wanted else math.nan


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a value that occurred. `share` between 0 and 1."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def golden_transfer(
    predicted: Sequence[int], golden: Sequence[int], tolerance: int, *, lateness: float = 0.0
) -> float:  # fmt: skip
    """GT-T of one conversation: how near the predicted handoffs are to the golden ones, from 0 to 1.

    For each predicted position p the best exp(-(p-q)^2 / (1 - lateness*sign(p-q)) / (2 (T+eps)^2)) over the golden q,
    averaged over the predictions. A conversation without a golden handoff scores 1 if none is predicted, else 0; one
    with a golden handoff and no prediction scores 0. Source: Liu et al., "Time to Transfer", AAAI 2021,
    arXiv 2012.07610, and its authors' code (MHCH-DAMI, `utility.py`), whose lambda is `lateness`: above 0 a late
    handoff costs more than an early one.
    """
    if not golden or not predicted:
        return float(not golden and not predicted)
    width = 2 * (tolerance + _EPS) ** 2

    def nearness(at: int, wanted: int) -> float:
        late = (at > wanted) - (at < wanted)
        return math.exp(-((at - wanted) ** 2) / (1 - lateness * late) / width)

    return sum(max(nearness(at, wanted) for wanted in golden) for at in predicted) / len(predicted)


# ---- confidence ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """If everything at least this sure is decided: the share that is, and the share of it that is wrong."""

    coverage: float
    risk: float
    sure: float


def risk_coverage(sure: Floats, right: Bools) -> list[Point]:
    """One point for each distinct confidence, the surest first. Cases that are equally sure are decided together."""
    if not len(sure):
        return []
    order = np.argsort(-sure, kind="stable")
    ranked, wrong = sure[order], np.cumsum(~right[order])
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    total = len(sure)
    return [
        Point((end + 1) / total, float(wrong[end]) / (end + 1), float(ranked[end])) for end in (int(at) for at in ends)
    ]


def risk_coverage_area(sure: Floats, right: Bools) -> float:
    """The mean risk over every number of cases that could be decided, the surest first (0 is best). Among cases that
    are equally sure, the wrong ones are spread evenly: their order in the file says nothing."""
    if not len(sure):
        return math.nan
    order = np.argsort(-sure, kind="stable")
    ranked, wrong = sure[order], (~right[order]).astype(np.float64)
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    sizes = np.diff(np.append(starts, len(ranked)))
    spread = np.repeat(np.add.reduceat(wrong, starts) / sizes, sizes)
    return float(np.mean(np.cumsum(spread) / np.arange(1, len(ranked) + 1)))


def coverage_at(precision: float, sure: Floats, right: Bools) -> float:
    """The largest share that can be decided, the surest first, with at least this precision; 0 where none can."""
    fine = [point.coverage for point in risk_coverage(sure, right) if 1 - point.risk >= precision - 1e-12]
    return max(fine, default=0.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases of about the same confidence: how sure they were on average, how many were right, how many there are."""

    sure: float
    right: float
    count: int


def calibration(sure: Floats, right: Bools) -> list[Bin]:
    """Ten bins of equal width from 0 to 1; empty ones are left out."""
    at = np.clip((sure * BINS).astype(np.intp), 0, BINS - 1)
    counts = np.bincount(at, minlength=BINS)
    sums = np.bincount(at, weights=sure, minlength=BINS)
    hits = np.bincount(at, weights=right.astype(np.float64), minlength=BINS)
    return [
        Bin(float(sums[n] / counts[n]), float(hits[n] / counts[n]), int(counts[n])) for n in range(BINS) if counts[n]
    ]


def calibration_error(sure: Floats, right: Bools) -> float:
    """ECE: the mean distance between how sure and how right a bin is, weighted by its size."""
    if not len(sure):
        return math.nan
    return sum(one.count * abs(one.right - one.sure) for one in calibration(sure, right)) / len(sure)
