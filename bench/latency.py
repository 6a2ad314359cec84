"""Added latency, and the calls and CPU of an event, at 200 events a second."""

import asyncio
import random
import time
from dataclasses import dataclass, field

import redis.asyncio

from .figures import Figure, Measured, middle_round, percentile
from .load import BenchPlatform, BenchStore, Held, held_conversations, line, text, until, working
from .server import PrivateRedis, private_redis
from .throughput import by_size
from .workers import Told, WorkerProcess, workers

RATE = 200
IDLE_S = 1.5
ROUNDS = 5


@dataclass(slots=True)
class Asked:
    """When each event was handed over and when that was acknowledged, by `<conversation>|<version>` of its commit."""

    begun: dict[str, float] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What worker and server had spent at a moment, or (`since`) between two."""

    at: float
    calls: float
    cpu_s: float
    redis_s: float
    by_name: dict[str, float]

    def since(self, earlier: "Seen") -> "Seen":
        by_name = {name: count - earlier.by_name.get(name, 0) for name, count in self.by_name.items()}
        return Seen(
            self.at - earlier.at,
            self.calls - earlier.calls,
            self.cpu_s - earlier.cpu_s,
            self.redis_s - earlier.redis_s,
            by_name,
        )


async def _seen(server: PrivateRedis, worker: WorkerProcess) -> Seen:
    told, bells = await worker.figures(), server.calls_of("blpop")
    by_name = {**told["by"], "BLPOP": bells}
    return Seen(time.monotonic(), told["calls"] + bells, told["cpu_s"], server.cpu_s(), by_name)


def measure(quick: bool) -> Measured:
    events, rounds = (500, 1) if quick else (2_000, ROUNDS)
    return middle_round([_round(events) for _ in range(rounds)], "enqueue to committed, p50")


def _round(events: int) -> Measured:
    with private_redis() as server:
        return asyncio.run(_measure(server, events))


async def _measure(server: PrivateRedis, events: int) -> Measured:
    set_ms = await _set_round_trips(server.url, events)
    set_us = await _lone_set_us(server)
    told, asked = Told(), Asked()
    async with BenchStore(server.url) as store:
        async with working(store, BenchPlatform()):
            held = await held_conversations(store, 200)
        async with workers(server.url, 1, told) as [worker]:
            await asyncio.sleep(IDLE_S)  # what a start takes is not what idling takes
            resting = await _seen(server, worker)
            await asyncio.sleep(IDLE_S)
            before, sent_before = await _seen(server, worker), store.calls.sent
            await offer(store, held, events, RATE, asked)
            await until(lambda: asked.begun.keys() <= told.copied.keys(), 30.0)
            after, enqueued = await _seen(server, worker), store.calls.sent - sent_before
    if missing := len(asked.begun.keys() - told.copied.keys()):
        raise RuntimeError(f"{missing} of {events} events were not sent")
    idle, used = before.since(resting), after.since(before)
    gross = used.calls + enqueued

    def net(spent: float, idle_spent: float) -> float:
        """Per event, without what an idle worker spends in the same time."""
        return (spent - idle_spent * used.at / idle.at) / events

    name = "latency"
    floor = "SET round trip"
    floor_50, floor_99 = percentile(set_ms, 0.5), percentile(set_ms, 0.99)
    figures = [
        Figure(name, f"enqueue to {what}, {share}", value, "ms", floor_50 if share == "p50" else floor_99,
               f"{floor} {share}", target)
        for what, done, targets in (
            ("acknowledged", asked.acknowledged, (None, None)),
            ("committed", told.committed, (1.0, 3.0)),
            ("sent", told.copied, (None, None)),
        )
        for latencies in [[(done[key] - at) * 1000 for key, at in asked.begun.items()]]
        for share, target in (("p50", targets[0]), ("p99", targets[1]))
        for value in [percentile(latencies, float(share[1:]) / 100)]
    ]  # fmt: skip
    figures += [
        Figure(name, f"worked off, of {RATE} a second offered (clearly fewer: latencies are queueing)",
               events / used.at, "/s", better="more"),
        Figure(name, "Redis calls per event, low load", net(gross, idle.calls), "", target=5.2),
        Figure(name, "Redis calls per event, low load, housekeeping included", gross / events, ""),
        # No target: the 70 us of ENGINE are a backlog's (see throughput). As many lone SETs alone take twice as much.
        Figure(name, "Redis CPU per event, low load", 1e6 * net(used.redis_s, idle.redis_s), "us",
               set_us * net(gross, idle.calls), "as many lone SETs"),
        Figure(name, "worker CPU per event, low load", 1e6 * net(used.cpu_s, idle.cpu_s), "us"),
        Figure(name, "Redis calls a second of an idle worker", idle.calls / idle.at, "/s"),
        Figure(name, "CPU of an idle worker", 100 * idle.cpu_s / idle.at, "% of a core"),
    ]  # fmt: skip
    parts = {called: count / events for called, count in used.by_name.items()}
    return Measured(
        tuple(figures),
        f"{events} lines at {RATE} a second over {len(held)} held conversations, one worker in a process of its own. "
        "Calls and CPU are net of what the same worker spends while idle, where not said otherwise. The worker's calls "
        f"per event by name, housekeeping included: {by_size(parts)}.",
    )


async def committed(server: PrivateRedis, events: int) -> tuple[float, float]:
    """Milliseconds from handing over to the commit, p50 and p99, with one worker in a process of its own."""
    told, asked = Told(), Asked()
    async with BenchStore(server.url) as store:
        async with working(store, BenchPlatform()):
            held = await held_conversations(store, 200)
        async with workers(server.url, 1, told):
            await offer(store, held, events, RATE, asked)
            await until(lambda: asked.begun.keys() <= told.committed.keys(), 30.0)
    waits = [(told.committed[key] - at) * 1000 for key, at in asked.begun.items()]
    return percentile(waits, 0.5), percentile(waits, 0.99)


async def offer(store: BenchStore, held: list[Held], events: int, rate: float, asked: Asked) -> None:
    """Lines at random moments, so many a second on average, whether or not earlier ones are done."""
    chance = random.Random(7)
    due = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(events):
            due += chance.expovariate(rate)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            one = held[number % len(held)]
            one.version += 1
            group.create_task(_enqueue(store, one, f"{one.place.id}|{one.version}", number, asked))


async def _enqueue(store: BenchStore, held: Held, key: str, number: int, asked: Asked) -> None:
    mail = line(f"offer-{number}", text(number))
    asked.begun[key] = time.monotonic()
    await store.enqueue(held.place, mail)
    asked.acknowledged[key] = time.monotonic()


async def _lone_set_us(server: PrivateRedis, times: int = 300) -> float:
    """The server's CPU for one SET when it comes alone, as often as the events do: waking up is most of it."""
    client = redis.asyncio.Redis.from_url(server.url)
    try:
        await client.set("floor", b"x" * 250)
        before = server.cpu_s()
        for _ in range(times):
            await asyncio.sleep(1 / RATE)
            await client.set("floor", b"x" * 250)
        return 1e6 * (server.cpu_s() - before) / times
    finally:
        await client.aclose()


async def _set_round_trips(url: str, times: int) -> list[float]:
    client = redis.asyncio.Redis.from_url(url)
    taken = []
    try:
        for _ in range(times):
            began = time.perf_counter()
            await client.set("floor", b"x" * 250)
            taken.append((time.perf_counter() - began) * 1000)
    finally:
        await client.aclose()
    return taken
