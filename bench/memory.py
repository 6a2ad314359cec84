"""Bytes per conversation, and where they lie."""

import asyncio
import re
from collections import defaultdict

from handlers.values import Commit
from routing.decide import birth

from .figures import Figure, Measured
from .load import (
    BenchPlatform,
    BenchStore,
    at_once,
    held_conversations,
    line,
    place,
    policy,
    text,
    until_quiet,
    working,
)
from .server import PrivateRedis, private_redis

# The conversation itself; the rest is kept for a day (outcomes, feed), for 90 days (addresses), or for lists.
OWN = ("c", "h", "j", "m", "q", "run", "tm", "u", "pl", "l", "r", "d")
KIND = re.compile(r"\{[^}]*\}:(?P<kind>[a-z]+)(:(?P<part>[a-z]+))?")


def measure(quick: bool) -> Measured:
    few, many = (100, 40) if quick else (500, 200)
    figures: list[Figure] = []
    notes = []
    for lines, count, target in ((0, few, 500.0), (1, few, 1_100.0), (20, many, 5_000.0)):
        with private_redis() as server:
            sizes = asyncio.run(_filled(server, count, lines))
        own = sum(size for kind, size in sizes.items() if kind in OWN) / count
        what = f"{lines} message{'' if lines == 1 else 's'}"
        figures += [
            Figure("memory", f"bytes per conversation, dedupe included, {what}", own, "B", target=target),
            Figure("memory", f"bytes per conversation, all keys, {what}", sum(sizes.values()) / count, "B"),
        ]
        ordered = sorted(sizes.items(), key=lambda part: -part[1])
        notes.append(f"{what}: " + ", ".join(f"{kind} {size / count:.0f}" for kind, size in ordered if size >= count))
    return Measured(
        tuple(figures),
        f"{few} conversations ({many} with 20 messages) of some 110 letters a line: with none, the bare state; with "
        "one or more, held by a person, all lines the customer's. The first figure counts state, transcript, journal, "
        "timers, place and dedupe, by MEMORY USAGE; the second also addresses, outcomes, lists and feed. Bytes by kind "
        f"of key: {'; '.join(notes)}.",
    )


async def _filled(server: PrivateRedis, count: int, lines: int) -> dict[str, int]:
    """The bytes of all keys by kind."""
    async with BenchStore(server.url) as store:
        if lines == 0:
            await at_once(16, [_bare(store, number) for number in range(count)])
        else:
            async with working(store, BenchPlatform()):
                held = await held_conversations(store, count)
                for n in range(1, lines):
                    await at_once(
                        64, [store.enqueue(one.place, line(f"Ev{n}-{one.place.id}", text(n))) for one in held]
                    )
                await until_quiet(store)
    sizes: defaultdict[str, int] = defaultdict(int)
    for key, size in server.bytes_by_key().items():
        found = KIND.match(key)
        kind = found["kind"] if found else key
        if found and kind == "idx":
            kind = f"idx:{found['part']}"
        sizes[kind] += size
    return dict(sizes)


async def _bare(store: BenchStore, number: int) -> None:
    """A state and nothing else: the line that brought it into being leaves no transcript and no dedupe."""
    where = place(number)
    await store.enqueue(where, line(f"Ev{number}", text(number)))
    while True:
        leases = await store.lease(8)
        for lease in leases:
            state = birth(lease.id, "U0MIA", policy(), lease.now_ms, platform="slack", workspace="T1")
            await store.commit(lease, Commit(lease.mails[0], state))
            await store.unlease(lease)
            turn = store.tag(lease.shard)
            channel = lease.place.channel
            await store.calls.call("DEL", f"{turn}:d:{channel}:0", f"{turn}:d:{channel}:1")
        if not leases:
            return
