"""How late timers are, as somebody sees it who looks at the store again and again.

A timer of an event that waited for its turn may be overdue when it is armed. It is late from then on: how long events
wait is another question.
"""

import asyncio
import time

from bot.store.redis import RedisStore

LOOK_EVERY_S = 0.1


class Lateness:
    """Attributes:
    most_s: by how much a timer was overdue at most, and still armed.
    looks: how many there were.
    """

    def __init__(self, store: RedisStore) -> None:
        self._store = store
        self.most_s = 0.0
        self.looks = 0
        self._first: int | None = None  # when the first timer is due that the last look found
        self._there_since = 0.0  # by the monotonic clock, at the earliest
        self._looked = time.monotonic()

    async def watch(self, for_s: float) -> None:
        """While nothing is broken: for as long as no worker or no store is there, nobody can fire a timer."""
        deadline = time.monotonic() + for_s
        while time.monotonic() < deadline:
            asked = time.monotonic()
            now_ms, due_ms = await asyncio.gather(self._store.now_ms(), self._store.next_due_ms())
            if due_ms != self._first:
                self._first, self._there_since = due_ms, self._looked
            self._looked = time.monotonic()
            if due_ms is not None:
                # Both were asked at once; what the answers took is not the timer's fault.
                overdue_s = (now_ms - due_ms) / 1000 - (self._looked - asked)
                self.most_s = max(self.most_s, min(overdue_s, self._looked - self._there_since))
            self.looks += 1
            await asyncio.sleep(LOOK_EVERY_S)
