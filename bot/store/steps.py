"""The server's clock made a step: are timers to be believed?

A clock that jumps ahead would fire every reminder and time-out at once. So a step of more than a minute against this
process's monotonic clock holds timers (never events) until a second worker has seen it too, or, where there is no
second one, until it has stood for a while; and it is an alarm.
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


class ClockSteps:
    """One process's watch over the server's clock. `monotonic` is in seconds and never jumps."""

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
        if self._held_since_s is None:
            self._held_since_s = now_s
            log.error("store.clock_step", by_s=round(offset_s - self._offset_s, 1), timers="held")
        if await self._agreed(calls) or now_s - self._held_since_s >= ALONE_S:
            log.error("store.clock_step", by_s=round(offset_s - self._offset_s, 1), timers="released")
            self._offset_s, self._held_since_s = offset_s, None
            return True
        return False

    async def _agreed(self, calls: Calls) -> bool:
        """Two workers have seen a step; whoever came first stays counted for a few minutes."""
        votes = "{meta}:stepped"
        _, _, count = await calls.all([("SADD", votes, self._owner), ("EXPIRE", votes, VOTES_KEPT_S), ("SCARD", votes)])
        return int(count) >= 2
