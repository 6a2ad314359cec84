"""One of two workers is killed: how many events wait longer than they would have, and how long."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.supervisor import Reap

from .figures import Figure, Measured, percentile
from .latency import Asked, offer
from .load import BenchPlatform, BenchStore, held_conversations, until, working
from .server import PrivateRedis, private_redis
from .workers import Told, supervised, workers

RATE = 100
CONVERSATIONS = 300
SLOWEST_S = 0.6
DELAYED_S = SLOWEST_S + 0.1  # without the kill all are done by then


def measure(quick: bool) -> Measured:
    figures: list[Figure] = []
    for by_supervisor in (True,) if quick else (True, False):
        with private_redis() as server:
            lease_s = 10.0
            found = asyncio.run(_kill(server, 400 if quick else 1_500, lease_s, by_supervisor))
        what = "reaped by a supervisor" if by_supervisor else f"no supervisor, lease of {lease_s:.0f} s"
        share, control, slowest, again = found
        figures += [
            Figure("recovery", f"events delayed by one kill -9, {what}", share, "%",
                   target=0.5 if by_supervisor else 1.6),
            Figure("recovery", f"events delayed before the kill, {what}", control, "%"),
            Figure("recovery", f"slowest event after it, {what}", slowest, "s",
                   *((slowest_by_chance(), "copies begun twice, by chance, p50", 0.87) if by_supervisor
                     else (None, "", 11.1))),
            Figure("recovery", f"copies made twice (they may be), {what}", again, ""),
        ]  # fmt: skip
    return Measured(
        tuple(figures),
        f"{RATE} lines a second on {CONVERSATIONS} held conversations, a copy to the desk takes 0 to {SLOWEST_S} s; "
        f"two worker processes, one killed in the middle. Delayed: not sent within {DELAYED_S} s; "
        "the share is of all events of the run. Copies to the desk may be made again, so none waits for a look-up.",
    )


async def _kill(
    server: PrivateRedis, events: int, lease_s: float, by_supervisor: bool
) -> tuple[float, float, float, int]:
    told, asked = Told(), Asked()
    async with BenchStore(server.url, lease_s=lease_s) as store:
        async with working(store, BenchPlatform()):
            held = await held_conversations(store, CONVERSATIONS)
        async with _two_workers(server.url, told, store.reap if by_supervisor else None, lease_s) as pid:
            async with asyncio.TaskGroup() as group:
                group.create_task(offer(store, held, events, RATE, asked))
                await asyncio.sleep(events / RATE / 2)
                killed = time.monotonic()
                os.kill(pid, signal.SIGKILL)
            await until(lambda: asked.begun.keys() <= told.copied.keys(), 3 * lease_s + 10.0)
    if missing := len(asked.begun.keys() - told.copied.keys()):
        raise RuntimeError(f"{missing} of {events} events were not sent")
    waits = {key: told.copied[key] - at for key, at in asked.begun.items()}
    # Begun so early that they were late before anything was killed: it tells how busy the machine is.
    early = [waits[key] for key, at in asked.begun.items() if at < killed - DELAYED_S]
    return _late(list(waits.values())), _late(early), percentile(list(waits.values()), 1.0), told.again


@asynccontextmanager
async def _two_workers(url: str, told: Told, reap: Reap | None, lease_s: float) -> AsyncIterator[int]:
    """The process id of one of them. With `reap` they have a supervisor."""
    if reap is not None:
        async with supervised(url, 2, told, reap, lease_s=lease_s, slowest_s=SLOWEST_S) as [child, _]:
            yield child.pid
    else:
        async with workers(url, 2, told, lease_s=lease_s, slowest_s=SLOWEST_S) as [worker, _]:
            yield worker.pid


def slowest_by_chance() -> float:
    """Seconds of the slowest event if a copy that was cut off began again at once: the median of many kills."""
    chance = random.Random(1)

    def one_kill() -> float:
        begun_s, slowest_s = 0.0, 0.0
        while (begun_s := begun_s + chance.expovariate(RATE / 2)) < SLOWEST_S:  # before the kill, on its worker
            if chance.uniform(0.0, SLOWEST_S) > begun_s:  # and not done by then
                slowest_s = max(slowest_s, begun_s + chance.uniform(0.0, SLOWEST_S))
        return slowest_s

    return percentile([one_kill() for _ in range(2_000)], 0.5)


def _late(waits: list[float]) -> float:
    """The percentage that waited too long."""
    return 100 * sum(wait > DELAYED_S for wait in waits) / max(1, len(waits))
