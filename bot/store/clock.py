"""The time that decisions and timers see: Redis' own, or a test clock that several processes share."""

import secrets
from typing import Any, Final

from .connection import Calls
from .scripts import Script

KEY: Final = "{clock}:ms"
UNBOUND: Final = "the clock belongs to no open store"


class RealClock:
    """Redis TIME, asked for inside the scripts."""

    async def override_ms(self) -> int | None:
        return None


class RedisTestClock:
    """A clock that stands still until it is advanced. Its time lies in Redis, so all processes of a demo share it.

    It starts at `start_ms`, unless Redis already has a standing time.
    """

    def __init__(self, start_ms: int = 1_770_000_000_000) -> None:
        self._start_ms = start_ms
        self._calls: Calls | None = None
        self._advance: Script | None = None

    async def bind(self, calls: Calls, advance: Script) -> None:
        """Called by the store that is opened with this clock."""
        self._calls, self._advance = calls, advance
        await calls.call("SET", KEY, self._start_ms, "NX")

    async def override_ms(self) -> int | None:
        if self._calls is None:
            raise RuntimeError(UNBOUND)
        reply: Any = await self._calls.call("GET", KEY)
        return self._start_ms if reply is None else int(reply)

    async def advance(self, step_ms: int) -> int:
        """Move on; the new time. Who wants the timers done waits until the store is `quiet()`."""
        if self._calls is None or self._advance is None:
            raise RuntimeError(UNBOUND)
        return int(await self._calls.run(self._advance, KEY, step_ms, secrets.token_hex(8)))
