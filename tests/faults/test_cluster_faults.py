"""A cluster whose slots move and whose primaries die, under traffic."""

import asyncio
from collections.abc import Iterator

import pytest

from bot.store.cluster import slot_of
from bot.store.places import shard_of
from handlers.ports import Place
from tests.faults.bare_traffic import Traffic
from tests.faults.grounds import move_slot
from tests.redis_servers import SERVERS, PrivateCluster

pytestmark = pytest.mark.anyio


@pytest.fixture
def cluster() -> Iterator[PrivateCluster]:
    """Three primaries with a replica each."""
    running = PrivateCluster(SERVERS["redis"], replicas=1)
    running.start()
    yield running
    running.remove()


async def test_nothing_is_lost_doubled_or_misordered_while_slots_move(cluster: PrivateCluster) -> None:
    """ENGINE: Redis Cluster of 6 with a slot move."""
    traffic = Traffic(cluster.url)
    primaries = cluster.nodes[: cluster.primaries]

    async with traffic.flowing():
        await asyncio.sleep(0.5)
        for n in range(3):
            slot = slot_of(f"{{{shard_of(Place(f'place-{n}'), 64)}}}:c")
            home = next(node for node in primaries if cluster.serves(node, slot))
            await move_slot(cluster, slot, home, next(node for node in primaries if node is not home))
            await asyncio.sleep(0.2)

    assert await traffic.written() == traffic.sent
    assert all(len(texts) > 10 for texts in traffic.sent.values())


async def test_a_primary_that_dies_is_replaced_and_nothing_acknowledged_is_lost(cluster: PrivateCluster) -> None:
    """With a replica an event is acknowledged once the replica has it, so the replica that takes over has it."""
    traffic = Traffic(cluster.url)

    async with traffic.flowing():
        await asyncio.sleep(1.0)
        cluster.nodes[0].kill()
        before = {place: len(texts) for place, texts in traffic.sent.items()}
        async with asyncio.timeout(40):
            while any(len(traffic.sent[place]) <= count + 3 for place, count in before.items()):
                await asyncio.sleep(0.1)

    assert await traffic.written() == traffic.sent
    assert sum(cluster.is_primary(node) for node in cluster.nodes) == cluster.primaries
