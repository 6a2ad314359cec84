"""What holds up the event loop: measured, and named while it does.

One loop serves every conversation of a process, so work that keeps it for a while delays all of them: leases run out,
answers come late. A task measures how late the loop wakes it; a thread looks, while the loop is late, at what it does.
"""

import asyncio
import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry, Histogram

log = structlog.get_logger("baton.loop")

PERIOD_S = 0.05
TOO_LATE_S = 0.1
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
FRAMES = 4  # the innermost; of our own files and others
PLACES_TOLD = 100  # then a process has said enough


class LoopLag:
    """`run` in the loop that is to be watched.

    Attributes:
        worst_s: the longest that was measured.
        told: the places in the code where the loop was found held up for too long.
    """

    def __init__(self, *, too_late_s: float = TOO_LATE_S, period_s: float = PERIOD_S) -> None:
        self.worst_s = 0.0
        self._too_late_s = too_late_s
        self._period_s = period_s
        self._observe: Callable[[float], None] = lambda _: None
        self._woken = 0.0  # when the loop last showed itself, on the monotonic clock; 0: it is not watched
        self._ended = threading.Event()
        self.told: set[str] = set()

    def register(self, registry: CollectorRegistry) -> None:
        """Export what is measured as `baton_loop_lag_seconds`."""
        histogram = Histogram(
            "baton_loop_lag_seconds",
            "How late the event loop of this process woke a task",
            buckets=BUCKETS_S,
            registry=registry,
        )
        self._observe = histogram.observe

    async def run(self) -> None:
        """Measure until cancelled."""
        self._woken = time.monotonic()
        # A thread, because a loop that is held up cannot say by what. It ends with this call.
        watcher = threading.Thread(target=self._watch, args=(threading.get_ident(),), name="loop lag", daemon=True)
        watcher.start()
        try:
            while True:
                asked = time.monotonic()
                await asyncio.sleep(self._period_s)
                self._woken = time.monotonic()
                lag_s = max(0.0, self._woken - asked - self._period_s)
                self.worst_s = max(self.worst_s, lag_s)
                self._observe(lag_s)
        finally:
            self._ended.set()

    def _watch(self, thread: int) -> None:
        while not self._ended.wait(self._period_s):
            late_s = time.monotonic() - self._woken - self._period_s
            frame = sys._current_frames().get(thread) if late_s > self._too_late_s else None
            if frame is not None:
                self._tell(traceback.extract_stack(frame), late_s)

    def _tell(self, stack: traceback.StackSummary, late_s: float) -> None:
        """Once for each place."""
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in stack[-FRAMES:]]
        if where[-1] in self.told or len(self.told) >= PLACES_TOLD:
            return
        self.told.add(where[-1])
        log.warning("loop.held_up", late_ms=round(late_s * 1000), running=where)


def settle_collector() -> None:
    """Once everything is built: what is there now is never garbage. Without it the collector walks through all of it
    every few hundred events, some fifty milliseconds each time, and a tenth of the CPU goes there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
