"""Generations: how long the marks of the outbox can be believed.

A row without a mark was surely not sent, if the store remembers every mark. A server that comes back from a crash, a
replica that takes over and a restored backup may have forgotten the last ones. What is lost is lost from the end, so it
is enough that every worker looks for the last thing it wrote, on each shard, whenever a connection leads to another run
of a server than before. One that misses something begins a new generation for all, and for a minute everything is in
doubt: rows are looked up before they are sent, and an effect that must not happen twice goes to a person.
"""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any, Final, Literal

import structlog

from handlers.values import Lease

from .core import Core

log = structlog.get_logger("baton.store")

KEY: Final = "{meta}:generation"
UP: Final = "{meta}:up"
DOUBT_S: Final = 60.0
# After a server came back no row leaves for so long: every worker looks at least once a second, and another one may
# miss what this one never knew of.
OTHERS_S: Final = 2.0

Wrote = Literal["", "given back", "settled", "marked", "begun"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the last write to a shard must have left there; `list_` is below the tag. See known.lua."""

    id: str
    fence: int
    version: int
    what: Wrote = ""
    list_: str = ""
    entry: bytes | str = ""


class RedisGenerations(Core):
    doubt_s = DOUBT_S
    others_s = OTHERS_S

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[int, Known] = {}
        self._runs: str | None = None  # of the servers, as they were when this process last looked
        self._believed = -1  # up to which connection what is written is known to be there
        self._abreast = asyncio.Lock()
        self._generation = 0
        # Its begin in real ms, its end by the monotonic clock, whether something is certainly lost.
        self._doubt: tuple[int, float, bool] | None = None

    def in_doubt_since_ms(self) -> int | None:
        """See the port."""
        if self._doubt is not None and time.monotonic() >= self._doubt[1]:
            self._doubt = None
        return self._doubt[0] if self._doubt is not None else None

    def has_forgotten(self) -> bool:
        """See the port."""
        return self.in_doubt_since_ms() is not None and self._doubt is not None and self._doubt[2]

    async def keep_abreast(self) -> None:
        """See the port."""
        number = await self.calls.call("HGET", KEY, "n")
        await self._is_the_store_behind()
        if int(number or 0) != self._generation:
            self._enter(await self._meta("arrive", self.owner, self._runs or "", "seen"))

    async def leave(self) -> None:
        """See the port."""
        await self.calls.call("SREM", UP, self.owner)

    async def generation(self) -> tuple[int, float]:
        """Its number, 0 before the first, and how many seconds ago it began by the store's clock. For anybody."""
        number, since_ms = await self.calls.call("HMGET", KEY, "n", "since")
        return int(number or 0), (await self.server_ms(KEY) - int(since_ms or 0)) / 1000

    # ---- what was written last

    def _remember(self, lease: Lease, what: Wrote = "", list_: str = "", entry: bytes | str = "") -> None:
        """The store has said that this is written. Not over a connection that has not been looked at: what an earlier
        one was told would be forgotten before anybody has asked for it."""
        if self.calls.connections == self._believed:
            self._known[lease.shard] = Known(lease.id, lease.fence, lease.version, what, list_, entry)

    async def _is_the_store_behind(self) -> None:
        """Returns at once unless a connection was made since it was last asked."""
        while self.calls.connections != self._believed:
            async with self._abreast:
                connections = self.calls.connections
                if connections == self._believed:
                    return
                runs = await self._servers_runs()
                if self._runs is None:
                    self._enter(await self._meta("arrive", self.owner, runs))
                elif runs != self._runs:
                    await self._look_for_the_last_writes(runs)
                self._runs, self._believed = runs, max(connections, self._believed)

    async def _look_for_the_last_writes(self, runs: str) -> None:
        there = await asyncio.gather(*(self._is_there(shard, known) for shard, known in self._known.items()))
        self._known.clear()
        if not all(there):
            lost = len(there) - sum(there)
            log.error("store.behind", shards=lost, of=len(there), rows_looked_up_for_s=self.doubt_s)
            self._enter(await self._meta("doubt", self._generation))
        else:
            log.warning("store.restarted", missing="nothing")
            await asyncio.sleep(self.others_s)
        # Others need not ask what is answered now; and it says again that this worker is up.
        self._enter(await self._meta("arrive", self.owner, runs, "seen"))

    async def _is_there(self, shard: int, known: Known) -> bool:
        reply = await self.on_shard(
            "known", shard, known.id, known.fence, known.version, self.owner, known.what, known.list_, known.entry
        )
        return bool(reply)

    async def _meta(self, name: str, *args: Any) -> Any:
        return await self.calls.run(self.scripts[name], KEY, *args)

    def _enter(self, told: list[Any]) -> None:
        number, since_ms, now_ms, lost = (int(value or 0) for value in told)
        self._generation = number
        left_s = min(self.doubt_s, self.doubt_s - (now_ms - since_ms) / 1000)  # the clock may have been set back
        if number and left_s > 0:
            if self._doubt is None or self._doubt[0] != since_ms:
                log.error("store.generation", number=number, doubt_s=round(left_s, 1), lost=bool(lost))
            self._doubt = (since_ms, time.monotonic() + left_s, bool(lost))

    async def _servers_runs(self) -> str:
        """Which run of which servers holds the data; a failover is another server's."""
        infos = await self.calls.everywhere("INFO", "server")
        found = [re.search(rb"run_id:(\w+)", info) for info in infos]
        return " ".join(sorted(match[1].decode() for match in found if match is not None))
