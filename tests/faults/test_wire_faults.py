"""The wire to Redis breaks in every way it can, under traffic: nothing accepted is lost, doubled or out of order."""

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.faults.bare_traffic import Traffic
from tests.faults.proxy import Proxy
from tests.redis_servers import PrivateServer

pytestmark = pytest.mark.anyio


async def test_a_broken_wire_loses_and_doubles_nothing(redis_servers: Callable[[str], PrivateServer]) -> None:
    """Cut, answers lost after the server has done it, half open, slow: in turn."""
    server = redis_servers("redis")
    server.flush()
    chance = random.Random(7)
    with Proxy(server.url) as proxy:
        traffic = Traffic(proxy.url)

        async with traffic.flowing():
            for _ in range(6):
                await asyncio.sleep(0.15)
                proxy.cut()
                await asyncio.sleep(0.15)
                proxy.swallow()
                await asyncio.sleep(0.15)
                proxy.stall(chance.uniform(0.1, 0.4))
                proxy.delay(chance.choice((0.0, 0.005, 0.02)))
            proxy.delay(0.0)

        assert await traffic.written() == traffic.sent
        assert min(proxy.faults[fault] for fault in ("cut", "swallowed", "stalled")) == 6
