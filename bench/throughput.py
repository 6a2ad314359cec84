"""Events a second on one core, Redis calls and CPU per event with a backlog, beside bare redis-py doing the least."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import redis.asyncio

from .figures import Figure, Measured, middle_round
from .load import BenchPlatform, BenchStore, at_once, held_conversations, line, text, until, working
from .server import PrivateRedis, private_redis

BODY = b"x" * 250
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Phase:
    """What one phase cost, per event."""

    wall_us: float
    cpu_us: float
    redis_us: float
    calls: float
    by_name: dict[str, float]


class Meter:
    """From its making to `per`, in this process and in Redis."""

    def __init__(self, store: BenchStore, server: PrivateRedis) -> None:
        self._store, self._server = store, server
        self._by_name = dict(store.counted.by_name)
        self._bells = server.calls_of("blpop")
        self._sent = store.calls.sent
        self._redis_s = server.cpu_s()
        self._cpu_s = time.process_time()
        self._wall_s = time.perf_counter()

    def per(self, events: int) -> Phase:
        wall_s = time.perf_counter() - self._wall_s
        cpu_s = time.process_time() - self._cpu_s
        redis_s = self._server.cpu_s() - self._redis_s
        calls = self._store.calls.sent - self._sent + self._server.calls_of("blpop") - self._bells
        by_name = {
            name: (count - self._by_name.get(name, 0)) / events for name, count in self._store.counted.by_name.items()
        }
        million = 1e6 / events
        return Phase(wall_s * million, cpu_s * million, redis_s * million, calls / events, by_name)


def measure(quick: bool) -> Measured:
    rounds = [_round(quick) for _ in range(1 if quick else ROUNDS)]
    return middle_round(rounds, "events/s per core, enqueue to sent, by CPU time")


def _round(quick: bool) -> Measured:
    conversations, lines_each = (150, 6) if quick else (500, 12)
    with private_redis() as server:
        floors = asyncio.run(_floors(server.url, 1_000 if quick else 6_000))
    with private_redis() as server:
        accepted, done, busiest = asyncio.run(backlog(server, conversations, lines_each))
    cpu_us = accepted.cpu_us + done.cpu_us
    wall_us = accepted.wall_us + done.wall_us
    one_by_one, writes = floors
    name = "throughput"
    return Measured(
        (
            Figure(name, "events/s, one process, enqueue to sent, by the clock", 1e6 / wall_us, "/s", one_by_one,
                   "XADD + XREADGROUP + XACK one by one", 6_000, "more"),
            Figure(name, "events/s per core, enqueue to sent, by CPU time", 1e6 / cpu_us, "/s", writes,
                   "three bare writes an event", 6_000, "more"),
            Figure(name, "events/s, enqueue alone", 1e6 / accepted.wall_us, "/s", better="more"),
            Figure(name, "events/s, one worker, lease to sent", 1e6 / done.wall_us, "/s", one_by_one,
                   "XADD + XREADGROUP + XACK one by one", better="more"),
            Figure(name, "worker CPU per event", done.cpu_us, "us"),
            Figure(name, "enqueue CPU per event", accepted.cpu_us, "us"),
            Figure(name, "Redis calls per event, backlog", accepted.calls + done.calls, "", target=3.0),
            Figure(name, "Redis CPU per event, backlog", accepted.redis_us + done.redis_us, "us", target=70),
        ),
        f"{conversations} conversations held by a person, {lines_each} customer lines each, accepted 64 at a time and "
        f"then worked off by one worker in the same process. Calls per event by name: {busiest}.",
    )  # fmt: skip


async def backlog(server: PrivateRedis, conversations: int, lines_each: int) -> tuple[Phase, Phase, str]:
    """What it costs to accept that many lines, then to work them off, and the calls by name."""
    events = conversations * lines_each
    async with BenchStore(server.url) as store:
        async with working(store, BenchPlatform()):
            held = await held_conversations(store, conversations)
        said = [(one.place, line(f"{one.place.id}-{n}", text(n))) for n in range(lines_each) for one in held]
        meter = Meter(store, server)
        await at_once(64, [store.enqueue(where, mail) for where, mail in said])
        accepted = meter.per(events)
        platform = BenchPlatform()
        meter = Meter(store, server)
        async with working(store, platform) as worker:
            await until(lambda: platform.copies >= events and not worker.held, 120.0)
            done = meter.per(events)
        if platform.copies != events:
            raise RuntimeError(f"{platform.copies} of {events} events were sent")
    parts = {name: accepted.by_name.get(name, 0) + done.by_name.get(name, 0) for name in done.by_name}
    return accepted, done, by_size(parts)


def by_size(parts: dict[str, float]) -> str:
    """The names that matter, the largest first."""
    ordered = sorted(parts.items(), key=lambda part: -part[1])
    return ", ".join(f"{name} {count:.2f}" for name, count in ordered if count >= 0.05)


async def _floors(url: str, events: int) -> tuple[float, float]:
    """Events a second of bare redis-py: a stream with a group, one by one, and three plain writes one by one."""
    client = redis.asyncio.Redis.from_url(url)
    try:
        await client.xgroup_create("floor", "g", id="0", mkstream=True)
        began = time.perf_counter()
        for _ in range(events):
            await client.xadd("floor", {"b": BODY})
            read: Any = await client.xreadgroup("g", "one", {"floor": ">"}, count=1)
            entries = read[b"floor"][0] if isinstance(read, dict) else read[0][1]
            await client.xack("floor", "g", entries[0][0])
        one_by_one = events / (time.perf_counter() - began)
        cpu_s = time.process_time()
        for number in range(events):
            await client.rpush("floor:box", BODY)
            await client.zadd("floor:leases", {"c": number})
            await client.hset("floor:c", "st", BODY)
        return one_by_one, events / (time.process_time() - cpu_s)
    finally:
        await client.aclose()
