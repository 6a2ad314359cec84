"""A server's clock made a step: what is to be believed of it?

Leases and not-befores are the server's times, and a clock that is set must neither take a conversation from a worker
that lives nor leave one with a worker that is dead until the clock has caught up. So every worker compares each server
with its own monotonic clock (`LeaseClock`).

Timers: a clock that jumps ahead would fire every reminder and time-out at once. So a step of more than a minute holds
timers (never events) until a second worker has seen it too, or, where there is no second one, until it has stood for a
while; and it is an alarm (`ClockSteps`).
"""

import time
from collections.abc import Callable
from typing import Final

import structlog

from .connection import Calls

log = structlog.get_logger("baton.store")

STEP_S: Final = 60.0
ALONE_S: Final = 60.0
VOTES_KEPT_S: Final = 300
SMALL_STEP_S: Final = 0.5  # leases have more room than that


class LeaseClock:
    """One process's watch over the clock of one server, for leases.

    Attributes:
        set_back: it may have been set back; whoever has mended what waits for its old time says so.
    """

    def __init__(self, lease_s: float) -> None:
        self._lease_s = lease_s
        self._ahead_s: tuple[float, float] | None = None  # of the monotonic clock, at least and at most
        self._held_until_s = float("-inf")
        self.set_back = True  # before this process came, for all it knows

    def look(self, server_s: float, asked_s: float, answered_s: float) -> None:
        """The server's time, and this process's monotonic time before it was asked and after it has answered."""
        least, most = server_s - answered_s, server_s - asked_s
        if self._ahead_s is None:
            self._ahead_s = least, most
            return
        known_least, known_most = self._ahead_s
        self._ahead_s = max(least, known_least), min(most, known_most)
        if self._ahead_s[0] > self._ahead_s[1]:  # it walks a little, or it made a step
            self._ahead_s = least, most
            self.set_back = self.set_back or most < known_least - SMALL_STEP_S
            if least > known_most + SMALL_STEP_S:
                # Who lives has prolonged its leases by the new time before they are over.
                self._held_until_s = answered_s + self._lease_s

    def believed_s(self, now_s: float) -> float:
        """Leases that end before this time of the server are over."""
        if self._ahead_s is None or now_s < self._held_until_s:
            return 0.0
        return now_s + self._ahead_s[1] + SMALL_STEP_S


class ClockSteps:
    """One process's watch over a server's clock, for timers. `monotonic` is in seconds and never jumps."""

    def __init__(self, owner: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._owner = owner
        self._monotonic = monotonic
        self._offset_s: float | None = None
        self._held_since_s: float | None = None

    async def believable(self, calls: Calls, server_s: float) -> bool:
        """Whether timers may fire by this time of the server."""
        now_s = self._monotonic()
        offset_s = server_s - now_s
        if self._offset_s is None or abs(offset_s - self._offset_s) <= STEP_S:
            # Small corrections are followed; a crawling clock never adds up to a step.
            self._offset_s, self._held_since_s = offset_s, None
            return True
        by_s = offset_s - self._offset_s
        if self._held_since_s is None:
            self._held_since_s = now_s
            log.error("store.clock_step", by_s=round(by_s, 1), timers="held")
        if await self._agreed(calls, by_s) or now_s - self._held_since_s >= ALONE_S:
            log.error("store.clock_step", by_s=round(by_s, 1), timers="released")
            self._offset_s, self._held_since_s = offset_s, None
            return True
        return False

    async def _agreed(self, calls: Calls, by_s: float) -> bool:
        """Two workers have seen this step; whoever came first stays counted for a few minutes."""
        votes = f"{{meta}}:stepped:{round(by_s / STEP_S)}"
        _, _, count = await calls.all([("SADD", votes, self._owner), ("EXPIRE", votes, VOTES_KEPT_S), ("SCARD", votes)])
        return int(count) >= 2
