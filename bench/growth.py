"""From a thousand conversations at rest to a million: what an event costs must stay what it was."""

import asyncio
import resource
import sys
import time
from collections.abc import Iterator

import redis

from bot.store.core import SHARDS
from bot.store.dense import dense
from bot.store.lines import line_entry
from bot.store.places import shard_of
from bot.store.records import part
from bot.store.states import state_entry
from routing.conversation import Actor
from routing.decide import birth
from routing.effects import Line

from .figures import Figure, Measured
from .load import BenchStore, place, policy, text
from .server import PrivateRedis, private_redis
from .throughput import backlog

AT_REST_FROM = 10_000_000  # their numbers; the busy ones begin at 0
CHUNK = 2_000
SIZES = (1_000, 10_000, 100_000, 1_000_000)
NOW_MS = 1_770_000_000_000
NAME = "growth"


def measure(quick: bool) -> Measured:
    figures: list[Figure] = []
    busy, lines_each = (60, 6) if quick else (300, 12)
    first: tuple[float, float, float] | None = None
    for size in SIZES[:2] if quick else SIZES:
        with private_redis() as server:
            bytes_each, taken_s = _rest(server, size)
            accepted, done, _ = asyncio.run(backlog(server, busy, lines_each))
            idle = asyncio.run(_idle_calls(server))
        cost = accepted.cpu_us + done.cpu_us, accepted.redis_us + done.redis_us, accepted.calls + done.calls
        first = first or cost
        at = f"{size:,} at rest"
        floor = "at 1,000"
        figures += [
            Figure(NAME, f"CPU per event, {at}", cost[0], "us", first[0], floor),
            Figure(NAME, f"Redis CPU per event, {at}", cost[1], "us", first[1], floor),
            Figure(NAME, f"Redis calls per event, {at}", cost[2], "", first[2], floor),
            Figure(NAME, f"Redis memory per conversation, {at}", bytes_each, "B"),
            Figure(NAME, f"one look at every shard, {at}", idle, "ms"),
        ]
    # Kilobytes on Linux, bytes on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    figures.append(
        Figure(NAME, "resident memory of the measuring process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
               / unit, "MB")
    )  # fmt: skip
    return Measured(
        tuple(figures),
        f"Conversations at rest are written directly (state, a line, place in the list of unanswered ones: a million "
        f"of them in {taken_s:.0f} s at the last size); then {busy} others are held by a person and get {lines_each} "
        "lines each, as in throughput. One server, one worker. The ratio is to the first size.",
    )


def _rest(server: PrivateRedis, count: int) -> tuple[float, float]:
    """Bytes that the server uses for each, and how long it took to write them."""
    client = redis.Redis.from_url(server.url)
    # Written without the append-only file, which is rewritten once when all are there.
    client.config_set("appendonly", "no")
    before, began = server.used_bytes(), time.monotonic()
    chunk = client.pipeline(transaction=False)
    for number, command in enumerate(_commands(count)):
        chunk.execute_command(*command)  # type: ignore[no-untyped-call]
        if number % CHUNK == CHUNK - 1:
            chunk.execute()
    chunk.execute()
    each = (server.used_bytes() - before) / count
    taken_s = time.monotonic() - began
    client.config_set("appendonly", "yes")
    while server.info("persistence")["aof_rewrite_in_progress"]:
        time.sleep(0.05)
    client.close()
    return each, taken_s


def _commands(count: int) -> Iterator[tuple[str | bytes | int, ...]]:
    """What a conversation is that has had one line and waits for nothing."""
    said = text(1)
    for number in range(AT_REST_FROM, AT_REST_FROM + count):
        where = place(number)
        state = birth(where.id, "U0MIA", policy(), NOW_MS, platform="slack", workspace="T1")
        tag = f"{{{shard_of(where, SHARDS)}}}"
        line = Line(1, Actor("customer", "U0MIA"), said, "public", NOW_MS, seq=1)
        facts: list[str | bytes | int] = ["st", dense(state_entry(state)), "v", 1, "f", 1, "sq", 1, "fl", 0, "n", 1]
        yield ("HSET", f"{tag}:c:{where.id}", "lc", "1|", *facts)
        yield ("RPUSH", f"{tag}:h:{where.id}", part([line_entry(line, state)], []))
        yield ("ZADD", f"{tag}:u", NOW_MS, where.id)


async def _idle_calls(server: PrivateRedis) -> float:
    """How long an idle worker's look at all shards takes, in milliseconds, the best of twenty."""
    async with BenchStore(server.url) as store:
        best = float("inf")
        for _ in range(20):
            began = time.perf_counter()
            await store.reap()
            await store.fire_timers()
            await store.lease(1)
            best = min(best, time.perf_counter() - began)
        return best * 1000
