"""Leaves an endpoint alone that has stopped answering: nobody waits for a time-out that can be foreseen, and the next
model is asked at once."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.agents.models.base import ModelRejected, ModelUnavailable

log = logging.getLogger("baton.agents")

# An endpoint that asks for more than this is looked at again all the same: a wrong header must not silence it for days.
_LONGEST_PAUSE_S = 3600.0


class CircuitBreaker:
    """Of one model at one endpoint, in this process.

    Closed: every call is made. After `failures_allowed` calls in a row that found nobody it opens, and calls fail at
    once. When the cooldown is over one call is let through: if it is answered the breaker closes, else it opens for
    twice as long, at most `longest_s`. Cooldowns vary by a quarter, so that many processes do not come back together.
    An endpoint that says how long it wants to be left alone is left alone for exactly that long.

    `clock` is monotonic, in seconds; `dice` gives 0 to 1.
    """

    def __init__(
        self,
        name: str,
        *,
        failures_allowed: int = 5,
        cooldown_s: float = 10.0,
        longest_s: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._name = name
        self._failures_allowed = failures_allowed
        self._cooldown_s = cooldown_s
        self._longest_s = longest_s
        self._clock = clock
        self._dice = dice
        self._failures = 0
        self._cooldowns = 0
        self._closed_until: float | None = None
        self._probing = False
        # Rises whenever it opens. What a call made before that comes back with is old news.
        self._round = 0

    @property
    def is_open(self) -> bool:
        """Whether it has opened and no call was answered since."""
        return self._closed_until is not None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Around one call.

        Raises:
            ModelUnavailable: the endpoint is left alone at this moment; the call was not made.
        """
        made_in = self._admit()
        try:
            yield
        except ModelUnavailable as error:
            self._failed(made_in, error)
            raise
        except ModelRejected:
            self._answered(made_in)
            raise
        except BaseException:
            # Cancelled, or the reader went away: nothing was learned, and somebody else may look whether it is back.
            if made_in == self._round:
                self._probing = False
            raise
        self._answered(made_in)

    def _admit(self) -> int:
        if self._closed_until is not None:
            left_s = max(0.0, self._closed_until - self._clock())
            if left_s or self._probing:
                raise ModelUnavailable(f"not asked: it did not answer before (next try in {left_s:.0f} s)")
            self._probing = True
        return self._round

    def _failed(self, made_in: int, error: ModelUnavailable) -> None:
        pause_s = max(0.0, error.retry_after_s or 0.0)
        if made_in != self._round:
            if self._closed_until is not None and pause_s:
                self._closed_until = max(self._closed_until, self._clock() + min(pause_s, _LONGEST_PAUSE_S))
            return
        self._failures += 1
        if not pause_s:
            if not self._probing and self._failures < self._failures_allowed:
                return
            pause_s = min(self._cooldown_s * 2**self._cooldowns, self._longest_s) * (0.75 + self._dice() / 2)
            self._cooldowns += 1
        if not self.is_open:
            log.warning("model.breaker_opened %s for %.0f s: %s", self._name, pause_s, error)
        self._closed_until = self._clock() + min(pause_s, _LONGEST_PAUSE_S)
        self._probing = False
        self._round += 1

    def _answered(self, made_in: int) -> None:
        if made_in != self._round:
            return
        if self.is_open:
            log.warning("model.breaker_closed %s", self._name)
        self._failures = self._cooldowns = 0
        self._closed_until = None
        self._probing = False
