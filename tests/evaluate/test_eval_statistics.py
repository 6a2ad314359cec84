"""The arithmetic, against values worked out by hand."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from bot.evaluate import statistics as s

E1, E4, E8, E9 = (math.exp(-n / 2) for n in (1, 4, 8, 9))  # distances 1, 2, ... at T = 1 are exp(-d^2/2)


def arrays(sure: Sequence[float], right: Sequence[int]) -> tuple[s.Floats, s.Bools]:
    return np.array(sure, dtype=np.float64), np.array(right, dtype=np.bool_)


# ---- golden transfer within tolerance --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("predicted", "golden", "expected"),
    [
        ([3], [3], 1.0),
        ([2], [3], E1),
        ([5], [3], E4),
        ([3, 5], [3], (1 + E4) / 2),
        ([2], [0, 3], E1),  # the nearest golden one counts
        ([0, 6], [3], E9),
        ([], [], 1.0),
        ([1], [], 0.0),
        ([0, 1, 2], [], 0.0),
        ([], [2], 0.0),
    ],
)
def test_nearness_to_the_golden_handoff(predicted: list[int], golden: list[int], expected: float) -> None:
    assert s.golden_transfer(predicted, golden, 1) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("tolerance", "expected"), [(1, E4), (2, math.exp(-4 / 8)), (3, math.exp(-4 / 18))])
def test_a_wider_tolerance_forgives_more(tolerance: int, expected: float) -> None:
    assert s.golden_transfer([5], [3], tolerance) == pytest.approx(expected, abs=1e-6)


def test_with_lateness_a_late_handoff_costs_more_than_an_early_one() -> None:
    """d = 2, T = 1, lambda = .5: early exp(-(4/1.5)/2), late exp(-(4/.5)/2)."""
    early = s.golden_transfer([1], [3], 1, lateness=0.5)
    late = s.golden_transfer([5], [3], 1, lateness=0.5)

    assert early == pytest.approx(math.exp(-4 / 3), abs=1e-6)
    assert late == pytest.approx(math.exp(-4), abs=1e-6)
    assert s.golden_transfer([3], [3], 1, lateness=0.5) == 1.0


def test_always_and_never_over_a_small_set() -> None:
    """Four lines with the golden one last, and four with none: always handing off earns the first half of its points
    by being near, and nothing in the second."""
    always = [s.golden_transfer(range(4), [3], 1), s.golden_transfer(range(4), [], 1)]
    never = [s.golden_transfer([], [3], 1), s.golden_transfer([], [], 1)]

    assert sum(always) / 2 == pytest.approx((1 + E1 + E4 + E9) / 4 / 2, abs=1e-6)
    assert sum(never) / 2 == 0.5


# ---- intervals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_of_a_rate(hits: int, of: int, low: float, high: float) -> None:
    """81 of 263 is the example of Newcombe (1998), method 3: .2553 to .3662."""
    assert s.wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_a_bootstrap_says_the_same_each_time_and_holds_the_value() -> None:
    values = np.arange(40) % 2
    groups = [[row] for row in range(40)]

    def mean(rows: s.Rows) -> float:
        return float(values[rows].mean())

    low, high = s.bootstrap(groups, mean)

    assert (low, high) == s.bootstrap(groups, mean)
    assert 0.3 < low < 0.5 < high < 0.7


def test_lines_of_one_conversation_are_drawn_together() -> None:
    """Ten copies of the same line are one fact and not ten: the interval stays as wide as that of the conversations."""
    values = np.repeat(np.arange(8) % 2, 10)
    alone = [[row] for row in range(80)]
    together = [list(range(10 * talk, 10 * talk + 10)) for talk in range(8)]

    def width(groups: list[list[int]]) -> float:
        low, high = s.bootstrap(groups, lambda rows: float(values[rows].mean()))
        return high - low

    assert width(together) > 2 * width(alone)


@pytest.mark.parametrize(
    ("should", "did", "expected"),
    [([1, 1, 0], [1, 0, 1], 0.5), ([1, 0], [1, 0], 1.0), ([1, 0], [0, 0], 0.0), ([1, 1, 1, 0], [1, 1, 1, 1], 6 / 7)],
)
def test_f1(should: list[int], did: list[int], expected: float) -> None:
    assert s.f1(np.array(should, dtype=bool), np.array(did, dtype=bool)) == pytest.approx(expected)


def test_f1_of_nothing_to_find_is_no_number() -> None:
    assert math.isnan(s.f1(np.array([False]), np.array([True])))


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2.0), (0.95, 4.0), (0.25, 1.0), (1.0, 4.0)])
def test_a_percentile_is_a_value_that_occurred(share: float, expected: float) -> None:
    assert s.percentile([3.0, 1.0, 4.0, 2.0], share) == expected


# ---- confidence ------------------------------------------------------------------------------------------------------


def test_risk_at_each_coverage() -> None:
    points = s.risk_coverage(*arrays([0.9, 0.8, 0.8, 0.4], [1, 1, 0, 0]))

    assert [(p.coverage, p.risk, p.sure) for p in points] == [
        (0.25, 0.0, 0.9), (0.75, pytest.approx(1 / 3), 0.8), (1.0, 0.5, 0.4),
    ]  # fmt: skip


def test_the_area_under_risk_and_coverage() -> None:
    """Risks at 1, 2, 3, 4 cases: 0, 0, 1/3, 2/4."""
    assert s.risk_coverage_area(*arrays([0.9, 0.8, 0.7, 0.4], [1, 1, 0, 0])) == pytest.approx((1 / 3 + 1 / 2) / 4)


def test_the_order_of_equally_sure_cases_says_nothing() -> None:
    """Two equally sure, one wrong: half a mistake each, whichever stands first. Risks 0, 0.5/2, 1/3."""
    first = s.risk_coverage_area(*arrays([0.9, 0.5, 0.5], [1, 1, 0]))
    second = s.risk_coverage_area(*arrays([0.5, 0.5, 0.9], [0, 1, 1]))

    assert first == second == pytest.approx((0 + 0.25 + 1 / 3) / 3)


@pytest.mark.parametrize(
    ("sure", "right", "expected"),
    [
        ([0.9, 0.8, 0.7, 0.6], [1, 1, 1, 0], 0.75),
        ([0.9, 0.8, 0.7, 0.6], [0, 1, 1, 1], 0.0),
        ([0.9, 0.9, 0.7], [1, 0, 1], 0.0),  # equally sure cases are decided together
        ([0.5, 0.5], [1, 1], 1.0),
    ],
)
def test_coverage_at_a_precision(sure: list[float], right: list[int], expected: float) -> None:
    assert s.coverage_at(0.95, *arrays(sure, right)) == expected


def test_one_mistake_in_twenty_is_95_percent() -> None:
    sure = [1 - n / 100 for n in range(21)]

    assert s.coverage_at(0.95, *arrays(sure, [1] * 19 + [0, 0])) == pytest.approx(20 / 21)


def test_the_calibration_error() -> None:
    """Bins .9: two cases, one right, .95 sure: 2 x .45; bin .3: two cases, none right, .35 sure: 2 x .35; over 4."""
    sure, right = arrays([0.95, 0.95, 0.30, 0.39999], [1, 0, 0, 0])

    assert s.calibration_error(sure, right) == pytest.approx((2 * 0.45 + 2 * 0.35) / 4, abs=1e-5)
    assert [(one.count, one.right) for one in s.calibration(sure, right)] == [(2, 0.0), (2, 0.5)]


def test_the_ends_of_the_scale_have_their_bins() -> None:
    bins = s.calibration(*arrays([0.0, 1.0], [0, 1]))

    assert [(one.sure, one.right) for one in bins] == [(0.0, 0.0), (1.0, 1.0)]


def test_nothing_to_measure_is_no_number_and_no_point() -> None:
    empty = arrays([], [])

    assert s.risk_coverage(*empty) == []
    assert math.isnan(s.risk_coverage_area(*empty)) and math.isnan(s.calibration_error(*empty))
    assert s.coverage_at(0.95, *empty) == 0.0
