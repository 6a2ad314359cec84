"""More than the store or the workers can take: refused before it piles up, and nobody waits for somebody else's flood.

Delays are counted in events of others, not in seconds.
"""

import asyncio
from collections.abc import Callable

import pytest

from bench.load import BenchPlatform, BenchStore, held_conversations, until_quiet, working
from bench.load import line as line_of
from bot.store.places import place_of
from bot.store.redis import RedisStore
from handlers.ports import Unavailable
from handlers.values import Enqueued, Place
from tests.contracts.samples import line
from tests.faults.proxy import Proxy
from tests.redis_servers import PrivateServer

pytestmark = pytest.mark.anyio

OpenServer = Callable[[str], PrivateServer]


@pytest.fixture
def server(redis_servers: OpenServer) -> PrivateServer:
    running = redis_servers("redis")
    running.flush()
    return running


async def test_a_slow_store_is_given_only_so_many_events_and_the_others_are_refused(server: PrivateServer) -> None:
    with Proxy(server.url) as proxy:
        async with RedisStore(proxy.url) as store:
            store.accepting_at_once = 20
            proxy.delay(0.05)

            offered = [store.enqueue(Place(f"p-{n}"), line(f"m-{n}")) for n in range(200)]
            answers = await asyncio.gather(*offered, return_exceptions=True)

            accepted = [answer for answer in answers if isinstance(answer, Enqueued)]
            refused = [answer for answer in answers if isinstance(answer, Unavailable)]
            assert (len(accepted), len(refused)) == (20, 180)

            proxy.delay(0.0)
            again = await asyncio.gather(*(store.enqueue(Place(f"p-{n}"), line(f"m-{n}")) for n in range(20, 40)))
            assert [one.duplicate for one in again] == [False] * 20
            read = [await store.read(f"p-{n}") for n in range(41)]
            assert [record is not None and len(record.pending) for record in read] == [1] * 40 + [False]


async def test_a_flood_in_one_conversation_delays_the_others_by_a_few_of_its_events(server: PrivateServer) -> None:
    flood_of, committed = 480, list[str]()
    async with BenchStore(server.url) as store:
        async with working(store, BenchPlatform()):
            flooded, *others = await held_conversations(store, 21)
        for number in range(flood_of):
            await store.enqueue(flooded.place, line_of(f"flood-{number}", "again"))
        for one in others:
            await store.enqueue(one.place, line_of(f"one-{one.place.id}", "hello"))

        store.on_commit = lambda key: committed.append(key.rpartition("|")[0])
        async with working(store, BenchPlatform()):
            await until_quiet(store)

    assert committed.count(flooded.place.id) == flood_of
    for one in others:
        before = committed[: committed.index(one.place.id)]
        assert before.count(flooded.place.id) < flood_of / 4


async def test_a_flood_in_one_workspace_delays_another_by_a_few_of_its_conversations(server: PrivateServer) -> None:
    async with RedisStore(server.url, shards=1) as store:
        for number in range(100):
            await store.enqueue(place_of(f"slack.T1.C1.17.{number}"), line(f"flood-{number}"))
        await store.enqueue(place_of("slack.T2.C2.18.1"), line("one"))

        taken = [lease.id for lease in await store.lease(4)]

    assert "slack.T2.C2.18.1" in taken
    assert len(taken) == 4
