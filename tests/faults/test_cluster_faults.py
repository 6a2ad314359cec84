"""A cluster whose slots move and whose primaries die, under traffic."""

import asyncio
from collections.abc import Iterator

import pytest

from bot.store.cluster import slot_of
from bot.store.places import shard_of
from handlers.values import Place
from tests.faults.bare_traffic import LONGEST_S, Traffic
from tests.faults.grounds import move_slot
from tests.redis_servers import SERVERS, PrivateCluster

pytestmark = pytest.mark.anyio


@pytest.fixture
def cluster() -> Iterator[PrivateCluster]:
    """Three primaries with a replica each."""
    with PrivateCluster(SERVERS["redis"], replicas=1) as running:
        yield running


async def test_nothing_is_lost_doubled_or_misordered_while_slots_move(cluster: PrivateCluster) -> None:
    """ENGINE: Redis Cluster of 6 with a slot move."""
    traffic = Traffic(cluster.url)
    primaries = cluster.nodes[: cluster.primaries]

    async with traffic.flowing():
        await traffic.further(10)
        for n in range(3):
            slot = slot_of(f"{{{shard_of(Place(f'place-{n}'), 64)}}}:c")
            home = next(node for node in primaries if cluster.serves(node, slot))
            await move_slot(cluster, slot, home, next(node for node in primaries if node is not home))
            await traffic.further(5)

    assert await traffic.written() == traffic.sent


async def test_a_primary_that_dies_is_replaced_and_nothing_acknowledged_is_lost(cluster: PrivateCluster) -> None:
    """With a replica an event is acknowledged once the replica has it, so the replica that takes over has it."""
    traffic = Traffic(cluster.url)

    async with traffic.flowing():
        await traffic.further(10)
        cluster.nodes[0].kill()
        await traffic.further(5)

    assert await traffic.written() == traffic.sent
    async with asyncio.timeout(LONGEST_S):  # a machine that was busy for long has seen a second failover
        while sum(cluster.is_primary(node) for node in cluster.nodes) != cluster.primaries:
            await asyncio.sleep(0.05)
