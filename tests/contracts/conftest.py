"""The contract holds on every server that Baton may meet, and also when every script is sent twice."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bot.store.connection import Argument, Calls
from bot.store.core import SHARDS
from bot.store.redis import RedisStore
from bot.store.scripts import Script
from tests.redis_servers import SERVERS, PrivateCluster, PrivateServer

OpenStore = Callable[..., RedisStore]

# Their answer says what this call did, so the second one's differs: a duplicate, nothing left to reap or to fire.
ANSWER_ONCE = frozenset({"enq", "reap", "timers", "post"})


class Stutter(Calls):
    """Sends each script twice, as a client does that lost the answer to the first."""

    async def run(self, script: Script, key: str, *args: Argument) -> Any:
        first = await super().run(script, key, *args)
        second = await super().run(script, key, *args)
        if script.name == "enq" and first[0]:
            assert first[:2] == second[:2]
        return first if script.name in ANSWER_ONCE else second


class StutteringStore(RedisStore):
    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self.calls = Stutter(url, revive=options.get("revive"), name=self.owner)


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest, redis_servers: Callable[[str], PrivateServer]) -> PrivateServer:
    running = redis_servers(request.param)
    running.flush()
    return running


@pytest.fixture(params=[*(f"{name} {how}" for name in sorted(SERVERS) for how in ("once", "twice")), "cluster once"])
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """A store to open, whose scripts are sent once or twice; several of them share one server, or one cluster."""
    where, how = request.param.split()
    if where == "cluster":
        cluster: PrivateCluster = request.getfixturevalue("redis_cluster")
        cluster.flush()
        # As many as on one server: a cluster's thousand make some tests slow and none stricter.
        return partial(RedisStore, cluster.url, shards=SHARDS)
    server = request.getfixturevalue("redis_servers")(where)
    server.flush()
    return partial(RedisStore if how == "once" else StutteringStore, server.url)
