"""A server without replicas, or one that is cut off? docs/adr/0005-alone-or-cut-off.md"""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from bot.store.redis import RedisStore
from bot.store.replication import LOOK_ALONE_EVERY_S, PATIENCE_S, Replication
from handlers.ports import Unavailable
from handlers.values import Mail, Place
from routing.events import MessageReceived
from tests.redis_servers import SERVERS, PrivateCluster, PrivateSentinels, PrivateServer, until

pytestmark = pytest.mark.anyio


def line(number: int) -> Mail:
    return Mail(f"line-{number}", MessageReceived(0, "mia", f"line {number}", 0))


@pytest.fixture
def sentinels() -> Iterator[PrivateSentinels]:
    with PrivateSentinels(SERVERS["redis"], replicas=1) as running:
        yield running


async def test_events_that_come_at_once_all_wait_for_the_first_look() -> None:
    """Nobody knows yet whether there is a replica; the one that there is confirms nothing."""
    with PrivateServer(SERVERS["redis"], listens=True) as main, PrivateServer(SERVERS["redis"]) as replica:
        follow(replica, main)
        async with RedisStore(main.url) as store:
            assert replica.process is not None
            replica.process.send_signal(signal.SIGSTOP)
            answers = await asyncio.gather(
                *(store.enqueue(Place(f"place-{n}"), line(n)) for n in range(3)), return_exceptions=True
            )

    assert all(isinstance(answer, Unavailable) for answer in answers), answers


async def test_who_went_on_alone_waits_for_a_replica_as_soon_as_there_is_one_again() -> None:
    """What is accepted alone is lost in a failover; so nobody may go on alone for longer than there is nobody else."""
    with PrivateServer(SERVERS["redis"], listens=True) as main, PrivateServer(SERVERS["redis"]) as replica:
        follow(replica, main)
        async with RedisStore(main.url) as store:
            replication = Replication(patience_s=0.0, look_every_s=3600.0)
            await accepted(replication, store)
            replica.kill()
            await accepted(replication, store)
            replica.start()
            follow(replica, main)
            assert replica.process is not None
            replica.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(LOOK_ALONE_EVERY_S)

            assert not await accepts(replication, store)


def follow(replica: PrivateServer, main: PrivateServer) -> None:
    replica.command("REPLICAOF", *main.at.split(":"))
    until(lambda: b"state=online" in main.lines("INFO", "replication"), "the replica being up to date")


async def accepted(replication: Replication, store: RedisStore) -> None:
    async with asyncio.timeout(60):
        while not await accepts(replication, store):
            await asyncio.sleep(0.01)


async def accepts(replication: Replication, store: RedisStore) -> bool:
    try:
        await store.calls.call("INCR", "key")
        await replication.settle(store.calls, "key")
    except Unavailable:
        return False
    return True


async def test_a_master_that_sentinels_do_not_hear_from_is_left_although_they_bear_with_it(
    sentinels: PrivateSentinels,
) -> None:
    """They would for a minute; a master that is cut off must not accept anything alone in that time."""
    for sentinel in sentinels.sentinels:
        sentinel.command("SENTINEL", "SET", sentinels.service, "down-after-milliseconds", "60000")
    master = sentinels.master()
    async with RedisStore(sentinels.url) as store:
        await store.enqueue(Place("place"), line(1))
        manager = store.calls._redis.connection_pool.sentinel_manager  # type: ignore[attr-defined]
        assert master.process is not None
        master.process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(60):
            while not await refused(manager, sentinels.service):
                await asyncio.sleep(0.1)
        state = await manager.sentinels[0].sentinel_master(sentinels.service)
        master.process.send_signal(signal.SIGCONT)

    assert not state["is_sdown"]
    assert "failover_in_progress" not in str(state["flags"])


async def refused(manager: object, service: str) -> bool:
    try:
        await manager.discover_master(service)  # type: ignore[attr-defined]
    except Exception as error:
        return "hear from" in str(error)
    return False


async def test_a_primary_goes_on_alone_only_when_one_that_is_cut_off_would_have_stopped(
    redis_cluster: PrivateCluster,
) -> None:
    """Its node timeout is 30 s here."""
    async with RedisStore(redis_cluster.url, shards=64) as store:
        cut_off_for_s = await store.calls.cut_off_for_s("{1}:c")

    assert cut_off_for_s == 60.0 > PATIENCE_S
