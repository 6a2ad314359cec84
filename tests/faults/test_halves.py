"""A network falls into two halves that both go on: what was acknowledged on either side is kept."""

import asyncio
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.faults.bare_traffic import LONGEST_S, Traffic
from tests.faults.halves import Elsewhere, Network, whole_or_skip
from tests.redis_servers import SERVERS, PrivateCluster, PrivateSentinels

pytestmark = pytest.mark.anyio


@pytest.fixture
def network() -> Iterator[Network]:
    whole_or_skip()
    with Network() as network:
        yield network


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONGEST_S):
        while not so():
            await asyncio.sleep(0.05)


async def both_halves_go_on(
    network: Network, url: str, *, until_replaced: Callable[[], bool]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """People write on both sides of the cut; it lasts until the far side has a master of its own, and a little more."""
    doors = [lambda lease_s, half=half: Elsewhere(half, url, shards=64, lease_s=lease_s) for half in network.halves]
    traffic = Traffic(url, doors=doors)

    async def more(enough: Callable[[Iterable[bool]], bool]) -> None:
        before = {place: len(texts) for place, texts in traffic.sent.items()}
        await until(lambda: enough(len(traffic.sent[place]) > n + 5 for place, n in before.items()))

    async with traffic.flowing():
        await more(all)
        network.cut()
        await until(until_replaced)
        await more(any)
        network.mend()
        await more(all)
    return await traffic.written(), traffic.sent


async def test_a_master_that_is_cut_off_acknowledges_nothing_that_is_lost(network: Network) -> None:
    """Its replicas and most of the sentinels are on the other side, where another takes its place."""
    small, large = network.halves
    with PrivateSentinels(
        SERVERS["redis"], homes=(small, large, large), watched_from=(large, large, small)
    ) as servers:  # fmt: skip
        old = servers.master()

        written, sent = await both_halves_go_on(
            network, servers.url, until_replaced=lambda: servers.master() is not old
        )

    assert written == sent


async def test_a_primary_that_is_cut_off_acknowledges_nothing_that_is_lost(network: Network) -> None:
    """Its replica and the other primaries are on the other side."""
    small, large = network.halves
    with PrivateCluster(SERVERS["redis"], replicas=1, homes=(small, *[large] * 5)) as nodes:
        written, sent = await both_halves_go_on(
            network, nodes.url, until_replaced=lambda: nodes.is_primary(nodes.nodes[3])
        )

    assert written == sent
