"""What a conversation may cost, over all of its agents and runs, and what it has cost so far."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.agents.models.base import ModelAnswer, Usage

log = logging.getLogger("baton.agents")


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used. `money` is in the currency of the prices; `wall_time_s` is the time that runs took, not the time
    between them."""

    tokens: int = 0
    money: float = 0.0
    hops: int = 0
    wall_time_s: float = 0.0
    model_calls: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.tokens + other.tokens,
            self.money + other.money,
            self.hops + other.hops,
            self.wall_time_s + other.wall_time_s,
            self.model_calls + other.model_calls,
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Spent:
        """What `to_dict` wrote; a missing field is 0.

        Raises:
            ValueError: a field is unknown.
        """
        try:
            return cls(**data)
        except TypeError as error:
            raise ValueError(f"not a record of what was spent: {error}") from error


# The price of each model: (input, output) per million tokens, in any one currency.
Prices = Mapping[str, tuple[float, float]]


def cost(prices: Prices, model: str, usage: Usage) -> float:
    """What the usage costs; 0.0 for a model without a price.

    A server often answers with a longer name than it was asked by (`gpt-4o-mini-2024-07-18`): the longest name that
    begins it counts.
    """
    known = max((name for name in prices if model.startswith(name)), key=len, default=None)
    if known is None:
        return 0.0
    price_in, price_out = prices[known]
    return (usage.input_tokens * price_in + usage.output_tokens * price_out) / 1_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits; None sets none. At the limit the run ends with reason `budget`.

    `soft` is the part of a limit from which the agent's last model speaks for it, which should be its cheapest; an
    agent with one model keeps it. `money` needs `prices`.

    Raises:
        ValueError: a limit is negative, `soft` is not between 0 and 1, or `money` has no prices.
    """

    tokens: int | None = None
    money: float | None = None
    hops: int | None = None
    wall_time_s: float | None = None
    model_calls: int | None = None
    soft: float = 0.8
    prices: Prices = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, limit in self.limits():
            if limit < 0:
                raise ValueError(f"a budget cannot be {limit} {name}")
        if not 0 < self.soft <= 1:
            raise ValueError(f"soft is a part of the limits, above 0 and up to 1, not {self.soft}")
        if self.money is not None and not self.prices:
            raise ValueError("a budget of money needs the prices of the models")

    def limits(self) -> Iterator[tuple[str, float]]:
        """The limits that are set, by name."""
        for name in ("tokens", "money", "hops", "wall_time_s", "model_calls"):
            if (limit := getattr(self, name)) is not None:
                yield name, limit


def over(budget: Budget, spent: Spent) -> str | None:
    """Why there may be no further model call, or None. A hop that is allowed may also be answered."""
    for name, limit in budget.limits():
        used = getattr(spent, name)
        if used > limit or (used == limit and name != "hops"):
            return f"{used:g} of {limit:g} {name} are spent"
    return None


def soft(budget: Budget, spent: Spent) -> str | None:
    """Why the cheaper model should speak from now on, or None. Hops cost nothing by themselves."""
    for name, limit in budget.limits():
        if name != "hops" and getattr(spent, name) >= budget.soft * limit:
            return f"{getattr(spent, name):g} of {limit:g} {name} are spent"
    return None


class Meter:
    """Counts what one run spends, on top of what the conversation had spent before.

    Answers that are played again from a journal count like fresh ones, so that a run that was cut off and started again
    arrives at the same sum. Only its time counts anew.
    """

    def __init__(
        self, budget: Budget | None = None, before: Spent = Spent(), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._budget = budget
        self._prices: Prices = budget.prices if budget is not None else {}
        self._counted = before
        self._clock = clock
        self._began = clock()
        self._told = False
        self._outer: Meter | None = None
        self.usage = Usage()

    def within(self) -> Meter:
        """A meter for a run inside this one: it has its own usage, and everything else counts here."""
        inner = Meter(None, clock=self._clock)
        inner._outer = self
        return inner

    @property
    def spent(self) -> Spent:
        if self._outer is not None:
            return self._outer.spent
        return self._counted + Spent(wall_time_s=self._clock() - self._began)

    def answered(self, answer: ModelAnswer, *budgets: Budget | None) -> None:
        """Count an answer. Its price comes from the run's own budget, else from one that was given here, now or
        before: an agent that is a tool seldom has prices of its own."""
        usage = answer.usage
        self.usage += usage
        if self._outer is not None:
            self._outer.answered(answer, *budgets)
            return
        for budget in budgets:
            if budget is not None:
                self._prices = {**budget.prices, **self._prices}
        self._counted += Spent(
            tokens=usage.input_tokens + usage.output_tokens,
            money=cost(self._prices, answer.model, usage),
            model_calls=usage.model_calls,
        )

    def hopped(self) -> None:
        if self._outer is not None:
            self._outer.hopped()
        else:
            self._counted += Spent(hops=1)

    def exceeded(self, *budgets: Budget | None, hops: int = 0) -> str | None:
        """Why the run must end: the run's own budget and the given ones are asked, as if so many more hops were
        made."""
        if self._outer is not None:
            return self._outer.exceeded(*budgets, hops=hops)
        given = [budget for budget in (self._budget, *budgets) if budget is not None]
        if not given:
            return None
        would = self.spent + Spent(hops=hops)
        return next((reason for budget in given if (reason := over(budget, would))), None)

    def is_tight(self, *budgets: Budget | None) -> bool:
        """Whether the soft limit is reached; said in the log the first time."""
        if self._outer is not None:
            return self._outer.is_tight(*budgets)
        reasons = (soft(budget, self.spent) for budget in (self._budget, *budgets) if budget is not None)
        reason = next((reason for reason in reasons if reason), None)
        if reason and not self._told:
            self._told = True
            log.info("budget.soft_limit %s", reason)
        return reason is not None
