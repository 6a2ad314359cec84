# mypy: disable-error-code="import-not-found,untyped-decorator"
"""A plain queue with the least that an event costs there, in a process of its own: `python -m bench.plain_queue URL`.

An event is accepted by a stream, taken, and written down by the three writes that Baton's commit makes in one step:
the line is appended, the conversation claimed, its state set. `bare` is redis-py alone, `taskiq` a taskiq worker on its
stream broker. No order within a conversation, no second look at a duplicate, no outbox. Prints one line of JSON.

It runs with the contenders' own interpreter, which has no Baton, so it imports none of it.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from importlib.metadata import version
from typing import Any

import redis.asyncio as redis

BODY = "x" * 250
CHANNELS = 64
AT_ONCE = 64

Handle = Callable[[str, float], Awaitable[None]]
Send = Callable[[str, float], Coroutine[Any, Any, None]]


async def commit(store: Any, conversation: str) -> None:
    """Appended, claimed, set."""
    await store.rpush(f"h:{conversation}", BODY)
    await store.set(f"l:{conversation}", "me", nx=True, ex=10)
    await store.hset(f"c:{conversation}", "st", BODY)


async def bare(url: str, handle: Handle) -> tuple[Send, asyncio.Task[None], str]:
    """How an event is sent, and the running worker."""
    store: Any = redis.Redis.from_url(url, max_connections=4 * AT_ONCE)
    await store.xgroup_create("events", "g", id="0", mkstream=True)

    async def send(conversation: str, at: float) -> None:
        await store.xadd("events", {"c": conversation, "at": at, "b": BODY})

    async def one(entry: Any) -> None:
        number, facts = entry
        await handle(facts[b"c"].decode(), float(facts[b"at"]))
        await store.xack("events", "g", number)

    async def work() -> None:
        while True:
            found = await store.xreadgroup("g", "me", {"events": ">"}, count=AT_ONCE, block=500)
            for _, entries in found.items() if isinstance(found, dict) else found:
                flat = entries[0] if isinstance(found, dict) else entries
                await asyncio.gather(*map(one, flat))

    return send, asyncio.create_task(work()), f"redis-py {version('redis')}"


async def taskiq(url: str, handle: Handle) -> tuple[Send, asyncio.Task[None], str]:
    from taskiq.api import run_receiver_task
    from taskiq_redis import RedisStreamBroker

    broker = RedisStreamBroker(url, max_connection_pool_size=2 * AT_ONCE)

    @broker.task
    async def decided(conversation: str, at: float, body: str) -> None:
        await handle(conversation, at)

    await broker.startup()

    async def send(conversation: str, at: float) -> None:
        await decided.kiq(conversation, at, BODY)

    worker = asyncio.create_task(run_receiver_task(broker, max_async_tasks=AT_ONCE))
    return send, worker, f"taskiq {version('taskiq')}, taskiq-redis {version('taskiq-redis')}"


async def spent(store: Any) -> tuple[float, float, float]:
    """This process's CPU and the server's, in seconds, and commands so far."""
    cpu, stats = await store.info("cpu"), await store.info("stats")
    return time.process_time(), cpu["used_cpu_user"] + cpu["used_cpu_sys"], stats["total_commands_processed"]


async def contest(url: str, kind: str, events: int, rate: int) -> dict[str, Any]:
    """All at once, then so many a second."""
    store: Any = redis.Redis.from_url(url, max_connections=4 * AT_ONCE)
    waits: list[float] = []
    done = asyncio.Event()
    wanted = events

    async def handle(conversation: str, at: float) -> None:
        await commit(store, conversation)
        waits.append(time.monotonic() - at)
        if len(waits) >= wanted:
            done.set()

    send, worker, name = await {"bare": bare, "taskiq": taskiq}[kind](url, handle)
    conversations = [f"slack.T1.C{n % CHANNELS:02}.{n}" for n in range(500)]
    before = await spent(store)
    room = asyncio.Semaphore(AT_ONCE)

    async def accepted(number: int) -> None:
        async with room:
            await send(conversations[number % len(conversations)], time.monotonic())

    await asyncio.gather(*map(accepted, range(events)))
    await done.wait()
    after = await spent(store)
    used = [(now - then) / events for now, then in zip(after, before, strict=True)]

    waits.clear()
    done.clear()
    wanted = events // 4
    chance, due = random.Random(7), time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(wanted):
            due += chance.expovariate(rate)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            group.create_task(send(conversations[number % len(conversations)], time.monotonic()))
    await done.wait()
    worker.cancel()
    waits.sort()
    return {
        "name": name,
        "cpu_us": 1e6 * used[0],
        "redis_us": 1e6 * used[1],
        "commands": used[2],
        "p50_ms": 1e3 * waits[len(waits) // 2],
        "p99_ms": 1e3 * waits[int(len(waits) * 0.99)],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--kind", choices=("bare", "taskiq"), required=True)
    parser.add_argument("--events", type=int, default=4000)
    parser.add_argument("--rate", type=int, default=200)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(contest(given.url, given.kind, given.events, given.rate))), flush=True)


if __name__ == "__main__":
    main()
