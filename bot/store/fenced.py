"""What every write under a lease shares: the fence, the deadline, and what leaves with the next write."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from handlers.ports import LeaseLost
from handlers.values import Lane, Lease

from .connection import Argument
from .finding import RedisFinding
from .generations import RedisGenerations

# How much earlier than the store a worker stops: longer than a call to the outside is under way unnoticed.
MARGIN_S: Final = 2.0


class RedisFenced(RedisFinding, RedisGenerations):
    lease_s: float

    def __init__(self) -> None:
        super().__init__()
        self._done: dict[str, dict[str, Lane]] = {}  # rows of held conversations that leave with the next write

    @property
    def _lease_ms(self) -> int:
        return int(self.lease_s * 1000)

    def _good_until(self) -> float:
        """Taken before the call: the store counts from a moment that cannot be earlier."""
        return time.monotonic() + self.lease_s - min(MARGIN_S, self.lease_s / 4)

    async def _under(self, name: str, lease: Lease, *args: Argument) -> Any:
        """A script fenced by this lease."""
        reply = await self.on_shard(name, lease.shard, lease.id, self.owner, lease.fence, *args)
        if reply == b"lost":
            self._let_go(lease)
            raise LeaseLost(lease.id)
        return reply

    def _let_go(self, lease: Lease) -> None:
        self._held.pop(lease.id, None)
        self._done.pop(lease.id, None)

    def _left(self, lease: Lease, leaving: dict[str, Lane]) -> None:
        done = self._done.get(lease.id)
        if done:
            for key in leaving:
                done.pop(key, None)

    async def beat(self, leases: Sequence[Lease]) -> tuple[set[str], set[str]]:
        by_shard: defaultdict[int, list[Lease]] = defaultdict(list)
        for lease in leases:
            by_shard[lease.shard].append(lease)
        good_until = self._good_until()
        calls = []
        for shard, held in by_shard.items():
            triples: list[Argument] = []
            for lease in held:
                triples += (lease.id, lease.fence, len(lease.mails))
            calls.append(self.on_shard("beat", shard, self.owner, self._lease_ms, *triples))
        lost: set[str] = set()
        mail: set[str] = set()
        for gone, rung in await asyncio.gather(*calls):
            lost.update(one.decode() for one in gone)
            mail.update(one.decode() for one in rung)
        for lease in leases:
            if lease.id in lost:
                self._let_go(lease)
            else:
                lease.good_until = max(lease.good_until, good_until)
        return lost, mail

    async def sure(self, lease: Lease) -> None:
        if time.monotonic() < lease.good_until:
            return
        gone, _ = await self.beat([lease])
        if lease.id in gone:
            raise LeaseLost(lease.id)
