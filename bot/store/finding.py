"""Finding work: bells, and a look at every shard now and then, because a bell may be lost."""

import asyncio
import random
import time
from functools import cached_property
from typing import Final

from handlers.values import Lease

from .connection import Argument
from .core import Core

# A lost bell costs at most this long: every worker looks at all shards so often.
SWEEP_S: Final = 1.0
FEW: Final = 8  # ready shards: up to so many, popping a bell each is cheaper than asking all


class RedisFinding(Core):
    def __init__(self) -> None:
        super().__init__()
        self._hot: set[int] = set()  # shards where something is ready now
        self._later: dict[int, float] = {}  # shard -> monotonic time of its next not-before
        self._swept = 0.0
        self._woken = False  # the last wait ended with a bell: no need to look everywhere
        self._told = False  # the last wait ended at once because of `_hot`; a worker that is full must not spin
        self._by_bells = False  # whoever asks sleeps on the bells in between, and the last time one rang
        self._held: dict[str, int] = {}  # conversation -> shard: where a wake may come from

    async def wait_for_work(self, timeout_s: float) -> frozenset[str]:
        now = time.monotonic()
        self._ring_due(now)
        if self._hot and not self._told:
            self._told = True
            await asyncio.sleep(0)
            return frozenset()
        if self._later:
            timeout_s = min(timeout_s, min(self._later.values()) - now)
        # Only lists that can ring: a blocked connection costs the server by the number of its lists.
        wakes = [f"{self.tag(shard)}:wake:{self.owner}" for shard in set(self._held.values())]
        bells = [] if self.calls.clustered else turned(self._bells)
        rung = await self.bells.wait([*wakes, *bells], timeout_s)
        self._woken = self._by_bells = rung is not None
        if rung is None:
            return frozenset()
        shard = shard_of_bell(rung)
        if rung.endswith("}:bell"):
            self._hot.add(shard)
            return frozenset()
        return frozenset(conversation for conversation, at in self._held.items() if at == shard)

    def _ring_due(self, now: float) -> None:
        due = [shard for shard, at in self._later.items() if at <= now]
        for shard in due:
            del self._later[shard]
            self._hot.add(shard)

    async def lease(self, limit: int) -> list[Lease]:
        """See the port. Takes from the shards that rang; looks at all of them every second, so that a lost bell costs
        no more, and whenever nobody has just been woken by a bell and so would be again."""
        now = time.monotonic()
        self._ring_due(now)
        after_bell, self._woken, self._told = self._woken, False, False
        if now - self._swept < SWEEP_S:
            taken = await self._lease_hot(limit)
            if not taken and not after_bell and not self._by_bells:
                await self._glance()
                taken = await self._lease_hot(limit)
            return taken
        self._swept = now
        await self._sweep()
        return await self._lease_hot(limit)

    async def _lease_hot(self, limit: int) -> list[Lease]:
        taken: list[Lease] = []
        while self._hot and len(taken) < limit:
            left = limit - len(taken)
            shards = random.sample(sorted(self._hot), min(len(self._hot), left))
            self._hot.difference_update(shards)
            quota = left // len(shards)
            if len(shards) == 1:  # as a rule while there is little to do; then it need not be a task
                taken += await self._lease_on(shards[0], quota)
                continue
            for leases in await asyncio.gather(*(self._lease_on(shard, quota) for shard in shards)):
                taken += leases
        return taken

    @cached_property
    def _bells(self) -> list[str]:
        return [f"{self.tag(shard)}:bell" for shard in range(self.shards)]

    @cached_property
    def _ready(self) -> list[str]:
        return [f"{self.tag(shard)}:r" for shard in range(self.shards)]

    async def _glance(self) -> None:
        """Where is something ready? Mostly nowhere, and one command says so; a few bells tell which shards. A cluster
        answers no question about many slots."""
        if self.calls.clustered:
            await self._sweep()
            return
        count = await self.calls.call("EXISTS", *self._ready)
        if count > FEW or (count and not await self._pop_bells(count)):
            await self._sweep()

    async def _pop_bells(self, count: int) -> bool:
        pops: list[tuple[Argument, ...]] = [("LMPOP", self.shards, *turned(self._bells), "LEFT")] * count
        rung = [reply[0].decode() for reply in await self.calls.all(pops) if reply]
        self._hot.update(map(shard_of_bell, rung))
        return bool(rung)

    async def _sweep(self) -> None:
        """Ask every shard, whether its bell rang or not. Where one question can be about all of them, it is one."""
        if not self.calls.clustered:
            self._hot |= {place - 1 for place in await self.calls.run(self.scripts["ripe"], self._ready, 0)}
            return
        replies = await self.calls.all([("EXISTS", name) for name in self._ready])
        self._hot |= {shard for shard, found in enumerate(replies) if found and shard not in self._later}

    async def _lease_on(self, shard: int, limit: int) -> list[Lease]:
        """What is ready on one shard."""
        raise NotImplementedError


def turned(lists: list[str]) -> list[str]:
    """From a random one on: the server takes the first that has something, and the last would wait under load."""
    start = random.randrange(len(lists))  # noqa: S311 - fairness, not a secret
    return lists[start:] + lists[:start]


def shard_of_bell(name: str) -> int:
    return int(name[1:].partition("}")[0])
