"""What falls due by itself: the leases of the dead, and timers."""

import asyncio
from typing import Final, Literal

from handlers.ports import Mail

from .connection import Argument
from .core import Core
from .records import mail_payload, timer_of

TIMERS_AT_ONCE: Final = 100
CLOCKS_APART_MS: Final = 1000  # of the nodes of a cluster


class RedisOverdue(Core):
    async def reap(self, owner: str | None = None) -> int:
        """See the port. An owner that ends with ':' means everybody whose name begins so (`host:pid:`)."""
        if owner is not None:
            return sum(await self.on_all_shards("reap", owner))
        ripe = await self._ripe("l", "real", "")
        return sum(await asyncio.gather(*(self.on_shard("reap", shard, "") for shard in ripe)))

    async def _ripe(self, kind: str, time_of: Literal["real", "shown"], override: Argument) -> list[int]:
        """The shards where the first of a sorted set is due.

        On a cluster no question can be about many slots: there all are asked for their first, and the script that does
        the work looks at the time itself.
        """
        keys = [f"{self.tag(shard)}:{kind}" for shard in range(self.shards)]
        if self.calls.clustered:
            now_ms = await self.now_ms() + CLOCKS_APART_MS
            firsts = await self.calls.all([("ZRANGE", key, 0, 0, "WITHSCORES") for key in keys])
            return [shard for shard, first in enumerate(firsts) if first and float(first[1]) <= now_ms]
        found = await self.calls.run(self.scripts["ripe"], keys, time_of, override)
        return [place - 1 for place in found]

    async def fire_timers(self) -> int:
        override = await self.override()
        if override == "" and not await self._clock_is_believable():
            return 0
        ripe = await self._ripe("tm", "shown", override)
        replies = await asyncio.gather(*(self.on_shard("due", shard, override, TIMERS_AT_ONCE) for shard in ripe))
        calls = []
        for shard, reply in zip(ripe, replies, strict=True):
            fired: list[Argument] = []
            for member, due in zip(reply[::2], reply[1::2], strict=True):
                due_ms = int(float(due))
                conversation, event = timer_of(member, due_ms)
                mail_id = f"timer:{event.kind}|{event.epoch}|{event.ref}|{due_ms}"
                fired += (member, due_ms, conversation, mail_id, mail_payload(Mail("", event)))
            calls.append(self.on_shard("timers", shard, override, *fired))
        return sum(await asyncio.gather(*calls))

    async def _clock_is_believable(self) -> bool:
        seconds, _ = await self.calls.call("TIME")
        return await self.steps.believable(self.calls, float(seconds))

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
