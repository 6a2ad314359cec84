"""A master that dies or is cut off, with sentinels that replace it."""

from collections.abc import Iterator

import pytest

from tests.faults.bare_traffic import Traffic
from tests.redis_servers import SERVERS, PrivateSentinels

pytestmark = pytest.mark.anyio


@pytest.fixture(params=sorted(SERVERS))
def sentinels(request: pytest.FixtureRequest) -> Iterator[PrivateSentinels]:
    """Three servers, three sentinels."""
    with PrivateSentinels(SERVERS[request.param]) as running:
        yield running


async def test_a_failover_loses_nothing_that_was_acknowledged(sentinels: PrivateSentinels) -> None:
    """ENGINE 11: 101 acknowledged events were lost in a failover without WAIT, 0 with it."""
    traffic = Traffic(sentinels.url)
    master = sentinels.master()

    async with traffic.flowing():
        await traffic.further(10)
        master.kill()
        await traffic.further(5)

    assert await traffic.written() == traffic.sent
    assert sentinels.master() is not master
