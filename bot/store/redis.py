"""`RedisStore`: the Mailbox, Engine, Staffing, ReadModels and PlatformMemory ports over one Redis."""

import secrets
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from handlers.ports import Clock

from .clock import RealClock, RedisTestClock
from .connection import Bells, Calls, Revive
from .core import LOCAL, SHARDS, new_owner
from .engine import RedisEngine
from .inspection import Found, inspect
from .mailbox import RedisMailbox
from .memory import RedisMemory
from .read_models import RedisReadModels
from .replication import Replication
from .scripts import load
from .signals import Signals
from .staffing import RedisStaffing
from .steps import ClockSteps

SPENT_FOR_S: Final = 7 * 24 * 3600


class StoreUnfit(Exception):
    """This Redis cannot be used, and waiting will not help. The text says why in one line."""


class RedisStore(RedisMailbox, RedisEngine, RedisStaffing, RedisReadModels, RedisMemory):
    """Open it before use (`async with RedisStore(url) as store`).

    Attributes:
        owner: names this process in leases; put it into `Mail.reply_to` to be told of outcomes at once.
        found: what the server is, after opening.
    """

    found: Found

    def __init__(
        self,
        url: str,
        *,
        owner: str | None = None,
        clock: Clock | None = None,
        lease_s: float = 12.0,
        shards: int = SHARDS,
        workspace: str = LOCAL,
        revive: Revive | None = None,
        sources: Mapping[str, str] | None = None,
    ) -> None:
        """`revive` is awaited before a broken connection is tried again (the embedded server starts itself there).
        `sources` are other scripts than the package's."""
        super().__init__()
        self.calls = Calls(url, revive=revive)
        self.replication = Replication()
        self.bells = Bells(url)
        self.signals = Signals(url)
        self.scripts = load(sources)
        self.owner = owner or new_owner()
        self.steps = ClockSteps(self.owner)
        self.clock = clock or RealClock()
        self.lease_s = lease_s
        self.shards = shards
        self.workspace = workspace

    async def open(self) -> None:
        """Look at the server and claim it.

        Raises:
            StoreUnfit: too old, or its keys were spread over another number of shards.
            Unavailable: it cannot be reached.
        """
        self.found = await inspect(self.calls)
        if self.found.too_old:
            raise StoreUnfit(f"{self.found}; Baton needs Redis 7.0 or newer")
        await self.calls.call("SET", "{meta}:shards", self.shards, "NX")
        stored = int(await self.calls.call("GET", "{meta}:shards"))
        if stored != self.shards:
            raise StoreUnfit(f"this Redis holds data in {stored} shards, asked for {self.shards}")
        if isinstance(self.clock, RedisTestClock):
            await self.clock.bind(self.calls, self.scripts["advance"])

    async def close(self) -> None:
        await self.signals.close()
        await self.bells.close()
        await self.calls.close()

    async def ping(self) -> None:
        """For readiness: returns when the store answers, else raises Unavailable."""
        await self.calls.call("PING")

    async def now_ms(self) -> int:
        """The store's time, test clock included."""
        override = await self.override()
        if override != "":
            return int(override)
        seconds, micros = await self.calls.call("TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    async def spend_once(self, token: str) -> bool:
        """True for the first caller with this token, False for every later one, in any process, for a week."""
        nonce = secrets.token_bytes(8)
        # NX with GET tells our own first sending, repeated after a cut, from somebody else's.
        spent = await self.calls.call("SET", f"{self.staff_tag}:once:{token}", nonce, "NX", "GET", "EX", SPENT_FOR_S)
        return spent is None or spent == nonce

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
