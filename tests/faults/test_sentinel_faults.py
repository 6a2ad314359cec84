"""A master that dies or is cut off, with sentinels that replace it."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.faults.bare_traffic import Traffic
from tests.redis_servers import SERVERS, PrivateSentinels

pytestmark = pytest.mark.anyio


@pytest.fixture(params=sorted(SERVERS))
def sentinels(request: pytest.FixtureRequest) -> Iterator[PrivateSentinels]:
    """Three servers, three sentinels."""
    running = PrivateSentinels(SERVERS[request.param])
    running.start()
    yield running
    running.remove()


async def test_a_failover_loses_nothing_that_was_acknowledged(sentinels: PrivateSentinels) -> None:
    """ENGINE 11: 101 acknowledged events were lost in a failover without WAIT, 0 with it."""
    traffic = Traffic(sentinels.url)
    master = sentinels.master()

    async with traffic.flowing():
        await asyncio.sleep(0.5)
        master.kill()
        before = {place: len(texts) for place, texts in traffic.sent.items()}
        async with asyncio.timeout(40):
            while any(len(traffic.sent[place]) <= count + 3 for place, count in before.items()):
                await asyncio.sleep(0.1)

    assert await traffic.written() == traffic.sent
    assert sentinels.master() is not master
