"""`RedisStore`: the Mailbox, Engine, Staffing and ReadModels ports over one Redis."""

import secrets
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from handlers.ports import Clock

from .addresses import Address
from .clock import RealClock, RedisTestClock
from .cluster import ClusterCalls
from .connection import Bells, Calls, Revive
from .core import LOCAL, SHARDS, SHARDS_OF_A_CLUSTER, new_owner
from .dead_letters import RedisDeadLetters
from .engine import RedisEngine
from .inspection import Found, inspect
from .logbook import RedisLogbook
from .mailbox import RedisMailbox
from .read_models import RedisReadModels
from .replication import Replications
from .schema import KEY as SCHEMA_KEY
from .schema import SCHEMA
from .scripts import load
from .signals import PublishedBells, Signals
from .staffing import RedisStaffing

SPENT_FOR_S: Final = 7 * 24 * 3600
SHARDS_KEY: Final = "{meta}:shards"
RESTORING: Final = "{meta}:restoring"  # the time of the backup, while it is written back


class StoreUnfit(Exception):
    """This Redis cannot be used, and waiting will not help. The text says why in one line."""


class RedisStore(RedisMailbox, RedisEngine, RedisStaffing, RedisReadModels, RedisDeadLetters, RedisLogbook):
    """Open it before use (`async with RedisStore(url) as store`).

    Attributes:
        owner: names this process in leases; put it into `Mail.reply_to` to be told of outcomes at once.
        found: what the server is, after opening.
        schema: the version of the shape of what is stored, after opening.
    """

    found: Found
    schema: int

    def __init__(
        self,
        url: str,
        *,
        owner: str | None = None,
        clock: Clock | None = None,
        lease_s: float = 12.0,
        shards: int | None = None,
        workspace: str = LOCAL,
        revive: Revive | None = None,
        sources: Mapping[str, str] | None = None,
        any_schema: bool = False,
    ) -> None:
        """`url`: see `Address`.

        `revive` is awaited before a broken connection is tried again (the embedded server starts itself there).
        `sources` are other scripts than the package's. `any_schema`: open it whatever its schema is, to look or to
        migrate."""
        super().__init__()
        clustered = Address.of(url).kind == "cluster"
        self.owner = owner or new_owner()
        self.calls = ClusterCalls(url, name=self.owner) if clustered else Calls(url, revive=revive, name=self.owner)
        self.replications = Replications()
        self.signals = Signals(url)
        self.bells = PublishedBells(self.signals, self.owner) if clustered else Bells(url)
        self.scripts = load(sources)
        self.clock = clock or RealClock()
        self.lease_s = lease_s
        self.shards = shards or (SHARDS_OF_A_CLUSTER if clustered else SHARDS)
        self.workspace = workspace
        self._any_schema = any_schema

    async def open(self) -> None:
        """Look at the server and claim it.

        Raises:
            StoreUnfit: too old, its keys were spread over another number of shards, or are of another schema.
            Unavailable: it cannot be reached.
        """
        self.found = await inspect(self.calls)
        if self.found.too_old:
            raise StoreUnfit(f"{self.found}; Baton needs Redis 7.0 or newer")
        await self.calls.call("MSETNX", SHARDS_KEY, self.shards, SCHEMA_KEY, SCHEMA)
        shards, schema, restoring = await self.calls.call("MGET", SHARDS_KEY, SCHEMA_KEY, RESTORING)
        if int(shards) != self.shards:
            raise StoreUnfit(f"this Redis holds data in {int(shards)} shards, asked for {self.shards}")
        if restoring is not None:
            raise StoreUnfit("a restore into this Redis was cut off; empty it and restore again")
        self.schema = int(schema or 0)  # there was no number before the first
        if self.schema > SCHEMA and not self._any_schema:
            raise StoreUnfit(
                f"this Redis holds data of schema {self.schema}, which a newer Baton wrote; this one knows {SCHEMA}"
            )
        if self.schema < SCHEMA and not self._any_schema:
            raise StoreUnfit(
                f"this Redis holds data of schema {self.schema}, this Baton needs {SCHEMA}: run `baton migrate`"
            )
        if isinstance(self.bells, PublishedBells):
            await self.bells.open()
        if isinstance(self.clock, RedisTestClock):
            await self.clock.bind(self.calls, self.scripts["advance"])

    async def close(self) -> None:
        await self._publishing.close()
        await self.signals.close()
        await self.bells.close()
        await self.calls.close()

    async def ping(self) -> None:
        """For readiness: returns when the store answers, else raises Unavailable."""
        await self.calls.everywhere("PING")

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
