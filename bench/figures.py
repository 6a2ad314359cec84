"""A figure, the floor that the same run measured, and what ENGINE asks for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    Attributes:
        floor: what the bare tools under Baton need for the least that could be called the same work.
        target: what is to be reached; None where nothing is promised.
        better: which way is good.
        absent: why there is no value; shown in its place.
    """

    measure: str
    name: str
    value: float
    unit: str = ""
    floor: float | None = None
    floor_name: str = ""
    target: float | None = None
    better: Literal["less", "more"] = "less"
    absent: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def reached(self) -> bool | None:
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "less" else self.value >= self.target


@dataclass(frozen=True, slots=True)
class Measured:
    """What one measure found: its figures, and in a few words what was done to get them."""

    figures: tuple[Figure, ...]
    how: str


def middle_round(rounds: Sequence[Measured], name: str) -> Measured:
    """The whole round in which that figure is the median. Others use the machine too, which shows in one round and not
    in the next, by a third; what the figure was in each is told."""

    def of(one: Measured) -> float:
        return next(figure.value for figure in one.figures if figure.name == name)

    middle = sorted(rounds, key=of)[len(rounds) // 2]
    if len(rounds) == 1:
        return middle
    each = ", ".join(shown(of(one)) for one in rounds)
    return replace(middle, how=f"{middle.how} The middle one of {len(rounds)} rounds: in them {name} was {each}.")


def percentile(values: list[float], share: float) -> float:
    """The value below which that share lies; 0 where there is none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def shown(value: float) -> str:
    """Three figures that mean something, thousands apart."""
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
