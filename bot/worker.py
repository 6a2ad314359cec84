"""The worker: takes ready conversations, keeps their leases, fires timers. Every worker runs the same code.

Everything it does hangs in one TaskGroup; when it is asked to stop it takes no new work, lets decisions and deliveries
in hand finish for a while and then leaves what is left to the next owner: nothing that matters lives in this process.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping

import structlog

from handlers.ports import Unavailable

from .tenure import Tenure, World

log = structlog.get_logger("baton.worker")

LEASES_AT_ONCE = 64
BEAT_S = 1.0  # also how long mail may wait when its bell was lost
BEATS_PER_LEASE = 3
TIMERS_S = 0.4
TURNS_TO_COMMIT = 3  # of the event loop: what was taken is decided and its commit sent before more is asked for


class Worker:
    """One process's share of the work.

    Args:
        at_once: how many conversations it holds at most.
        beat_s: how often leases are prolonged; by default every second, and at least three times in a lease.
        poll_s: how long it sleeps on the bells. Twice in that time it looks for the leases of the dead.
    """

    def __init__(
        self, world: World, *, at_once: int = 256, beat_s: float | None = None, poll_s: float = 1.0
    ) -> None:  # fmt: skip
        self._world = world
        self._at_once = at_once
        self._beat_s = beat_s if beat_s is not None else min(BEAT_S, world.engine.lease_s / BEATS_PER_LEASE)
        self._poll_s = poll_s
        self._held: dict[str, Tenure] = {}
        self._room = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Take no new work; `run` returns once what is in hand is done, or after its grace."""
        self._stopping.set()

    @property
    def held(self) -> int:
        return len(self._held)

    async def run(self, *, grace_s: float = 15.0) -> None:
        async with asyncio.TaskGroup() as group:
            taking = group.create_task(self._take(group), name="take")
            loops = [
                group.create_task(self._every(self._beat_s, self._beat), name="beat"),
                group.create_task(self._every(self._poll_s, self._world.engine.keep_abreast), name="house"),
                group.create_task(self._every(self._poll_s / 2, self._reap), name="reap"),
                group.create_task(self._every(TIMERS_S, self._fire), name="timers"),
            ]
            await self._stopping.wait()
            taking.cancel()
            try:
                async with asyncio.timeout(grace_s):
                    while self._held:
                        self._room.clear()
                        await self._room.wait()
            except TimeoutError:
                log.warning("worker.grace_over", held=len(self._held))
            for task in loops:
                task.cancel()
            for tenure in self._held.values():
                tenure.drop()
        await self._give_back()

    async def _give_back(self) -> None:
        """What is still leased (a model at work, a row that waits) goes to the next worker now, not when the lease
        ends."""
        try:
            await self._world.engine.reap(self._world.engine.owner)
            await self._world.engine.leave()
        except Unavailable:
            log.warning("store.away", during="_give_back")

    async def _take(self, group: asyncio.TaskGroup) -> None:
        """Lease what is ready; sleep on the bells when nothing is."""
        engine = self._world.engine
        delay_s = 0.1
        while True:
            try:
                free = self._at_once - len(self._held)
                leases = await engine.lease(min(free, LEASES_AT_ONCE)) if free > 0 else []
                for lease in leases:
                    tenure = Tenure(self._world, lease)
                    self._held[lease.id] = tenure
                    group.create_task(self._serve(tenure), name=f"conversation {lease.id}")
                for _ in range(TURNS_TO_COMMIT if leases else 0):
                    await asyncio.sleep(0)
                if not leases:
                    await self._wait()
                delay_s = 0.1
            except Unavailable:
                log.warning("store.away", retry_s=round(delay_s, 2))
                await asyncio.sleep(delay_s * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret
                delay_s = min(delay_s * 2, 2.0)

    async def _wait(self) -> None:
        """A bell: either a shard has work, or a conversation held here has mail."""
        rung = await self._world.engine.wait_for_work(self._poll_s)
        if rung:
            await self._look_at_held({one: tenure for one, tenure in self._held.items() if one in rung})

    async def _serve(self, tenure: Tenure) -> None:
        try:
            await tenure.run()
        finally:
            if self._held.get(tenure.lease.id) is tenure:
                del self._held[tenure.lease.id]
            self._room.set()

    async def _look_at_held(self, tenures: Mapping[str, Tenure]) -> None:
        gone, ringing = await self._world.engine.beat([tenure.lease for tenure in tenures.values()])
        # Asked of these tenures: meanwhile the same conversation may have been leased here anew.
        for conversation in gone:
            tenures[conversation].drop()
        for conversation in ringing:
            tenures[conversation].ring()

    async def _beat(self) -> None:
        if self._held:
            await self._look_at_held(dict(self._held))

    async def _reap(self) -> None:
        reaped = await self._world.engine.reap()
        if reaped:
            log.info("leases.reaped", count=reaped)

    async def _fire(self) -> None:
        await self._world.engine.fire_timers()

    async def _every(self, period_s: float, work: Callable[[], Awaitable[None]]) -> None:
        """Repeat with jitter; a store that is away is waited for."""
        while True:
            try:
                await work()
            except Unavailable:
                log.warning("store.away", during=work.__name__)
            await asyncio.sleep(period_s * (0.8 + 0.4 * random.random()))  # noqa: S311 - jitter, not a secret
