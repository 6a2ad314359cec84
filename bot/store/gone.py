"""Whose process is gone?

A process that is killed says nothing any more, but its kernel closes its connections at once, and the server knows.
Workers prolong their leases every second. So one that has not done so for QUIET_S and is not connected to that server
any more is dead, and what it held need not wait until the leases run out. It costs nothing while all is well: which
leases have run out is asked anyway, and that question looks ahead; only if it finds some that nobody prolongs, the
server is asked whose they are and who is connected (CLIENT LIST: each process's connection bears its owner's name).

Nothing is concluded from not knowing. Where the server does not tell who is connected, or does not name ourselves
(something stands in between), leases run out. Who has only just come does not judge others: after a restart, a failover
or a cut all come back one by one. A process that stands still keeps its connection and with it its leases; one that is
lost with its whole machine does so too, because nobody closes anything.

A worker that lives, but was cut off and is not back after QUIET_S, loses its leases early. The fence makes that safe:
it can write, mark and begin nothing under a lease that is not its own, and what it marked before is looked up when that
call can no longer be on its way. Only its clock says less than at a lease's end: one that is cut off, and in the same
moment paused between a mark and its call for as long as that look-up waits, may still make the call.

Nor does a clock that is set take anything from those who live. Set ahead it makes all leases look as if nobody
prolonged them: then nobody is judged by them for one lease's time (`LeaseClock`), and a process that came later and
knows of no step finds their connections. Set back it makes them look fresh, until SET_BACK has cut them.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Set
from typing import Final

import structlog
from redis.exceptions import ResponseError

from .core import Core

log = structlog.get_logger("baton.store")

QUIET_S: Final = 2.0  # beats are a second apart (bot/worker.py), and one may be late
NEWCOMER_S: Final = QUIET_S + 1.0  # the others, cut off in the same moment, had as long to come back, and a beat more
# Who is quiet and connected is not looked for again for so long: one that stands still until its leases run out would
# be looked for twice a second by each process. If it dies meanwhile, that is noticed so much later.
SPARED_S: Final = 2.0
ANY_TIME_MS: Final = 2**53


class Presence:
    """One process's watch over who is connected to one server. Times are of its monotonic clock."""

    def __init__(self, newcomer_s: float = NEWCOMER_S, spared_s: float = SPARED_S) -> None:
        self._newcomer_s = newcomer_s
        self._spared_for_s = spared_s
        self._line = 0
        self._since_s = 0.0
        self._spared: dict[str, float] = {}

    def look(self, line: int, now_s: float) -> None:
        """Which connection to the server is in use, counted from the first."""
        if line != self._line:
            self._line, self._since_s = line, now_s

    def suspects(self, quiet: Set[str], now_s: float) -> set[str]:
        """Which of those owners to look for among the connections now."""
        if now_s - self._since_s < self._newcomer_s:
            return set()
        self._spared = {owner: until_s for owner, until_s in self._spared.items() if until_s > now_s}
        return set(quiet - self._spared.keys())

    def spare(self, owners: Iterable[str], now_s: float) -> None:
        """They are there, or nobody can tell."""
        self._spared.update(dict.fromkeys(owners, now_s + self._spared_for_s))


class RedisGone(Core):
    lease_s: float
    quiet_s = QUIET_S
    newcomer_s = NEWCOMER_S
    spared_s = SPARED_S

    def __init__(self) -> None:
        super().__init__()
        self._presences: dict[str, Presence] = {}  # by server
        self._hidden = False  # that a server does not tell is logged

    @property
    def _ahead_ms(self) -> int:
        """Leases that end sooner than that have not been prolonged for `quiet_s`. A process that was given a longer
        lease than this one is noticed later, one with a shorter lease is looked for among the connections in vain."""
        return max(0, int((self.lease_s - self.quiet_s) * 1000))

    async def _reap_the_gone(self, node: str, shards: list[int], ripe: list[int], believed_ms: int) -> int:
        """What the dead hold on one server. `ripe`: its shards where leases may be that nobody prolongs."""
        at, now_s = self.tag(shards[0]), time.monotonic()
        line = self.calls.line_to(at)
        presence = self._presences.setdefault(node, Presence(self.newcomer_s, self.spared_s))
        presence.look(line, now_s)
        suspects = presence.suspects(await self._unbeaten(ripe, believed_ms), now_s) if ripe else set()
        if not suspects:
            return 0
        names = await self._names_connected(at)
        if self.calls.line_to(at) != line or [shard for shard in ripe if await self._node(shard) != node]:
            return 0  # the answers may be of different servers
        gone = suspects - names if names is not None else set()
        presence.spare(suspects - gone, now_s)
        return sum([await self._reap_owner(owner, shards) for owner in sorted(gone)])

    async def _unbeaten(self, shards: list[int], believed_ms: int) -> set[str]:
        """The owners of leases there that nobody prolongs."""
        found = await asyncio.gather(
            *(self.on_shard("unbeaten", shard, self._ahead_ms, believed_ms) for shard in shards)
        )
        return {owner.decode() for owners in found for owner in owners}

    async def _names_connected(self, at: str) -> set[str] | None:
        """Who is connected to the server that has the key `at`; None if it does not tell."""
        try:
            listing = await self.calls.call("CLIENT", "LIST", at=at)
            names = {name.decode() for name in re.findall(rb" name=(\S+)", listing)}
            hidden = "" if self.owner in names else "this process is not among them"
        except ResponseError as error:  # not allowed to us, or unknown there
            names, hidden = set(), str(error)
        if hidden and not self._hidden:
            log.warning("store.connections_hidden", reason=hidden, costs="a killed worker's leases run out")
            self._hidden = True
        return None if hidden else names

    async def _reap_owner(self, owner: str, shards: list[int]) -> int:
        """All that it holds there, what it prolonged right before its end too."""
        counts = await asyncio.gather(*(self.on_shard("reap", shard, owner, ANY_TIME_MS) for shard in shards))
        count = sum(int(one) for one in counts)
        if count:  # nobody else was faster
            log.info("leases.of_the_gone_reaped", owner=owner, count=count)
        return count

    async def _node(self, shard: int) -> str:
        return await self.calls.node_of(self.tag(shard))
