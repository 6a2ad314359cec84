"""What the parts of the store share: the connection, the scripts, the clock, and how keys are named."""

import asyncio
import os
import re
import secrets
import socket
from collections.abc import Mapping
from typing import Any

from handlers.ports import Clock
from handlers.values import Place

from .clock import RealClock
from .connection import Argument, Bells, Calls
from .places import LOCAL, place_of, shard_of
from .replication import Replications
from .scripts import Script
from .signals import PublishedBells, Signals

SHARDS = 64
SHARDS_OF_A_CLUSTER = 1024


def new_owner() -> str:
    """Names this process among all that ever were: host, process, nonce."""
    return owners_of(os.getpid()) + secrets.token_hex(4)


def owners_of(pid: int) -> str:
    """What the names of all owners begin with that ever were this process of this host; for `reap`."""
    # It also names connections, and there Redis takes nothing but printable ASCII without spaces.
    host = re.sub(r"[^!-~]", "-", socket.gethostname())
    return f"{host}:{pid}:"


class Core:
    """Base of the store's parts; `RedisStore` is all of them over one connection."""

    calls: Calls
    replications: Replications
    bells: Bells | PublishedBells
    signals: Signals
    scripts: Mapping[str, Script]
    owner: str
    shards: int
    workspace: str
    clock: Clock

    def tag(self, shard: int) -> str:
        return f"{{{shard}}}"

    def shard(self, place: Place) -> int:
        return shard_of(place, self.shards)

    def shard_of_id(self, conversation: str) -> int:
        return shard_of(place_of(conversation), self.shards)

    @property
    def staff_tag(self) -> str:
        """Staffing and read models of a workspace lie under one tag."""
        return f"{{w:{self.workspace}}}"

    async def override(self) -> Argument:
        """The test clock's time as a script's argument; empty for Redis' own."""
        if isinstance(self.clock, RealClock):
            return ""
        override_ms = await self.clock.override_ms()
        return "" if override_ms is None else override_ms

    async def now_ms(self) -> int:
        """The store's time, test clock included."""
        override = await self.override()
        return int(override) if override != "" else await self.server_ms()

    async def server_ms(self, at: str = "") -> int:
        """The clock of the server that has the key `at`; in a cluster each has its own."""
        seconds, micros = await self.calls.call("TIME", at=at)
        return int(seconds) * 1000 + int(micros) // 1000

    async def on_shard(self, name: str, shard: int, *args: Argument) -> Any:
        tag = self.tag(shard)
        return await self.calls.run(self.scripts[name], f"{tag}:c", tag, *args)

    async def on_all_shards(self, name: str, *args: Argument) -> list[Any]:
        return list(await asyncio.gather(*(self.on_shard(name, shard, *args) for shard in range(self.shards))))


__all__ = ["LOCAL", "SHARDS", "Core", "new_owner", "owners_of"]
