"""How many copies an accepted event must reach before it is acknowledged.

With a replica, an event counts as accepted once one replica has it: without that, events that were acknowledged are
lost in a failover. When the last replica has been gone for a while, events are accepted alone, and that is an alarm.

A server without its replicas may also be one that is cut off together with us, and another is about to take its place:
what it accepts is lost. So going on alone waits until it would know: see docs/adr/0005-alone-or-cut-off.md.
"""

import asyncio
import time
from typing import Final

import structlog
from redis.exceptions import ResponseError

from handlers.ports import Unavailable

from .connection import Calls

log = structlog.get_logger("baton.store")

LOOK_EVERY_S: Final = 1.0
LOOK_ALONE_EVERY_S: Final = 0.05  # who goes on alone must know at once that there is a replica to wait for again
ALONE: Final = "{meta}:alone"  # while some process accepts without a replica although there was one
ALONE_FOR_S: Final = 60
PATIENCE_S: Final = 5.0  # without a replica for so long: go on alone
WAIT_MS: Final = 500


class Replication:
    """Asks the server now and then how many replicas follow it."""

    def __init__(self, *, patience_s: float = PATIENCE_S, look_every_s: float = LOOK_EVERY_S) -> None:
        self._patience_s = patience_s
        self._look_every_s = look_every_s
        self._looked = float("-inf")
        self._looking = asyncio.Lock()
        self._had_one = False
        self._alone_since: float | None = None

    @property
    def alone(self) -> bool:
        """There were replicas and there are none any more: what is accepted now lies in one place."""
        return self._alone_since is not None

    @property
    def expected(self) -> bool:
        """False: when it was last looked at, there had never been one."""
        return self._had_one or self._looked == float("-inf")

    async def settle(self, calls: Calls, key: str) -> None:
        """Return once what this connection wrote where the key is has reached a replica, or if none is expected.

        Raises:
            Unavailable: no replica has it. Whoever sent the event sends it again; it is deduplicated.
        """
        line = calls.line_to(key)
        await self._look(calls, key)
        if not self._had_one:
            return
        if self._alone_since is not None and time.monotonic() - self._alone_since > self._patience_s:
            return
        try:
            # Calls leave over one connection in the order in which they were made, so this covers the write before it.
            confirmed = int(await calls.call("WAIT", 1, WAIT_MS, at=key))
        except ResponseError as error:  # it has just become a replica itself
            raise Unavailable(str(error)) from error
        # Over another connection nothing was written yet, and all that was is confirmed at once.
        if confirmed < 1 or calls.line_to(key) != line:
            self._looked = float("-inf")
            raise Unavailable("no replica has confirmed the event")

    async def _look(self, calls: Calls, key: str) -> None:
        # One looks and the others wait for it: before the first look nobody knows whether to expect a replica.
        async with self._looking:
            now = time.monotonic()
            every_s = self._look_every_s if self._alone_since is None else min(LOOK_ALONE_EVERY_S, self._look_every_s)
            if now - self._looked >= every_s:
                await self._see(calls, key)
                self._looked = now

    async def _see(self, calls: Calls, key: str) -> None:
        info = str(await calls.call("INFO", "replication", at=key), "utf-8")
        if "role:slave" in info:
            raise Unavailable("the event went to a server that is a replica now")
        # One that is still being copied to counts as connected there, and confirms nothing for as long as that takes.
        if "state=online" in info:
            self._had_one, self._alone_since = True, None
        elif self._had_one and self._alone_since is None:
            self._patience_s = max(self._patience_s, await calls.cut_off_for_s(key))
            self._alone_since = time.monotonic()
            log.error("store.replica_gone", accepted_without_after_s=self._patience_s)
        if self._alone_since is not None:
            await calls.call("SET", ALONE, key, "EX", ALONE_FOR_S)


class Replications:
    """One `Replication` per server: a cluster has several, each with replicas of its own."""

    def __init__(self, *, patience_s: float = PATIENCE_S, look_every_s: float = LOOK_EVERY_S) -> None:
        self._patience_s = patience_s
        self._look_every_s = look_every_s
        self._of: dict[str, Replication] = {}

    @property
    def alone(self) -> list[str]:
        """The servers that had replicas and have none any more; a single server is the empty name."""
        return [node for node, replication in self._of.items() if replication.alone]

    def expected(self, node: str) -> bool:
        """Whether that server has, had or may have replicas."""
        return node not in self._of or self._of[node].expected

    async def settle(self, calls: Calls, key: str, node: str) -> None:
        """See Replication. `node`: which server had the key before the write was sent."""
        if await calls.node_of(key) != node:
            raise Unavailable("another server has taken over meanwhile, which need not have the event")
        if node not in self._of:
            self._of[node] = Replication(patience_s=self._patience_s, look_every_s=self._look_every_s)
        await self._of[node].settle(calls, key)
