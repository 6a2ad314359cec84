"""What falls due by itself: the leases of the dead, and timers."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final, Literal

from handlers.values import Lease, Mail

from .connection import Argument
from .gone import ANY_TIME_MS, RedisGone
from .records import mail_payload, timer_of
from .steps import ClockSteps, LeaseClock

TIMERS_AT_ONCE: Final = 200  # more would hold up the event loop
CLOCKS_APART_MS: Final = 1000  # a slot may have moved since its node was asked for the time


class RedisOverdue(RedisGone):
    def __init__(self) -> None:
        super().__init__()
        self._lease_clocks: dict[str, LeaseClock] = {}
        self._steps: dict[str, ClockSteps] = {}

    async def reap(self, owner: str | None = None) -> int:
        """See the port. An owner that ends with ':' means everybody whose name begins so (`host:pid:`)."""
        if owner is not None:
            return sum(await self.on_all_shards("reap", owner, ANY_TIME_MS))
        count = 0
        for node, shards in (await self._shards_of_nodes()).items():
            believed_ms = await self._believed_ms(node, shards)
            ripe = await self._ripe(shards)
            count += sum(await asyncio.gather(*(self.on_shard("reap", shard, "", believed_ms) for shard in ripe)))
            count += await self._reap_the_gone(node, shards, ripe, believed_ms)
        return count

    async def elapsed_s(self, lease: Lease, since_ms: int) -> float:
        return (await self.server_ms(self.tag(lease.shard)) - since_ms) / 1000

    async def fire_timers(self) -> int:
        override = await self.override()
        fired = 0
        for node, shards in (await self._shards_of_nodes()).items():
            of_node = TIMERS_AT_ONCE
            while of_node >= TIMERS_AT_ONCE:
                now_ms, due = await self._due(shards, override)
                if override == "" and not await self._believable(node, now_ms):
                    break
                of_node = sum(len(timers) // 2 for timers in due.values())
                fired += await self._fire(due, override)
        return fired

    async def _due(self, shards: list[int], override: Argument) -> tuple[int, dict[int, list[bytes]]]:
        """The time of a server, and by shard which timers are due there: member, due, member, due ...

        On a cluster no question can be about many slots: there all are asked for their first."""
        keys = {shard: f"{self.tag(shard)}:tm" for shard in shards}
        script = self.scripts["due"]
        if not self.calls.clustered:
            now_ms, *found = await self.calls.run(script, list(keys.values()), len(keys), override, TIMERS_AT_ONCE)
            return int(now_ms), {shards[place - 1]: due for place, due in zip(found[::2], found[1::2], strict=True)}
        asked = [("ZRANGE", key, 0, 0, "WITHSCORES") for key in keys.values()]
        now_ms, firsts = await asyncio.gather(self.server_ms(self.tag(shards[0])), self.calls.all(asked))
        latest_ms = (now_ms if override == "" else int(override)) + CLOCKS_APART_MS
        ripe = [shard for shard, first in zip(shards, firsts, strict=True) if first and float(first[1]) <= latest_ms]
        replies = await asyncio.gather(
            *(self.calls.run(script, keys[shard], 1, override, TIMERS_AT_ONCE) for shard in ripe)
        )
        return now_ms, {shard: found[1] for shard, (_, *found) in zip(ripe, replies, strict=True) if found}

    async def _fire(self, due: Mapping[int, list[bytes]], override: Argument) -> int:
        calls = []
        for shard, timers in due.items():
            fired: list[Argument] = []
            for member, at in zip(timers[::2], timers[1::2], strict=True):
                due_ms = int(float(at))
                conversation, event = timer_of(member, due_ms)
                mail_id = f"timer:{event.kind}|{event.epoch}|{event.ref}|{due_ms}"
                fired += (member, due_ms, conversation, mail_id, mail_payload(Mail("", event)))
            calls.append(self.on_shard("timers", shard, override, *fired))
        return sum(await asyncio.gather(*calls))

    # ---- whose clock says what

    async def _shards_of_nodes(self) -> Mapping[str, list[int]]:
        """The shards by the server that has them now: each has a clock of its own."""
        if not self.calls.clustered:
            return {"": list(range(self.shards))}
        found: dict[str, list[int]] = {}
        for shard in range(self.shards):
            found.setdefault(await self.calls.node_of(self.tag(shard)), []).append(shard)
        return found

    async def _believed_ms(self, node: str, shards: list[int]) -> int:
        """Leases there that end before are over."""
        clock = self._lease_clocks.setdefault(node, LeaseClock(self.lease_s))
        asked_s = time.monotonic()
        server_ms = await self.server_ms(self.tag(shards[0]))
        clock.look(server_ms / 1000, asked_s, time.monotonic())
        if clock.set_back:
            await asyncio.gather(*(self.on_shard("set_back", shard, int(self.lease_s * 1000)) for shard in shards))
            clock.set_back = False
        return int(clock.believed_s(time.monotonic()) * 1000)

    async def _believable(self, node: str, now_ms: int) -> bool:
        """Whether timers may fire by this time of a server."""
        return await self._steps.setdefault(node, ClockSteps(self.owner)).believable(self.calls, now_ms / 1000)

    async def _ripe(self, shards: list[int]) -> list[int]:
        """The shards of a server where the first lease has run out or is not prolonged any more. Those who go on look
        at the time themselves."""
        keys = [f"{self.tag(shard)}:l" for shard in shards]
        if self.calls.clustered:
            ahead_ms = max(self._ahead_ms, CLOCKS_APART_MS)
            latest_ms = await self.server_ms(self.tag(shards[0])) + ahead_ms
            firsts = await self.calls.all([("ZRANGE", key, 0, 0, "WITHSCORES") for key in keys])
            return [
                shard for shard, first in zip(shards, firsts, strict=True) if first and float(first[1]) <= latest_ms
            ]
        return [shards[place - 1] for place in await self.calls.run(self.scripts["ripe"], keys, self._ahead_ms)]

    async def next_due_ms(self) -> int | None:
        """When the next timer is due, None when none is armed."""
        asked = [("ZRANGE", f"{self.tag(shard)}:tm", 0, 0, "WITHSCORES") for shard in range(self.shards)]
        due = [int(float(reply[1])) for reply in await self.calls.all(asked) if reply]
        return min(due, default=None)

    async def quiet(self) -> bool:
        """True when nothing is ready, nothing is leased and no timer is due: everything that happened is done."""
        return await self.stillness() == "quiet"

    async def stillness(self) -> Literal["busy", "thinking", "quiet"]:
        """`thinking`: quiet but for agents whose models have not answered yet."""
        found = await self.on_all_shards("quiet", await self.override())
        return "busy" if 0 in found else "thinking" if 2 in found else "quiet"
