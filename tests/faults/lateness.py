"""How late timers are, as somebody sees it who looks at the store again and again."""

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

    async def watch(self, for_s: float) -> None:
        """While nothing is broken: for as long as no worker or no store is there, nobody can fire a timer."""
        deadline = time.monotonic() + for_s
        while time.monotonic() < deadline:
            asked = time.monotonic()
            now_ms, due_ms = await asyncio.gather(self._store.now_ms(), self._store.next_due_ms())
            # Both were asked at once; what the answers took is not the timer's fault.
            took_ms = (time.monotonic() - asked) * 1000
            if due_ms is not None:
                self.most_s = max(self.most_s, (now_ms - due_ms - took_ms) / 1000)
            self.looks += 1
            await asyncio.sleep(LOOK_EVERY_S)
