"""What `baton doctor` says of the store."""

from pathlib import Path

import pytest

from bot.doctor import Finding, redis
from bot.settings import Settings
from bot.store import schema
from bot.store.redis import RedisStore
from bot.store.replication import ALONE
from tests.redis_servers import SERVERS, PrivateCluster, PrivateSentinels, until

pytestmark = pytest.mark.anyio


async def examined(url: str) -> dict[str, Finding]:
    settings = Settings(_env_file=None, redis_url=url)
    return {found.name: found async for found in redis(settings, Path("config.yaml"))}


async def test_a_server_that_is_well(redis_url: str) -> None:
    found = await examined(redis_url)

    assert all(one.fine for one in found.values()), found
    assert found["redis replicas"].detail == "none"
    assert found["schema"].detail == str(schema.SCHEMA)
    assert found["dead letters"].detail == "none"
    assert found["redis crash loses"].detail.startswith("up to 2 s in a power cut")


async def test_dead_letters_are_counted_and_wait_for_somebody(redis_url: str) -> None:
    async with RedisStore(redis_url) as store:
        for _ in range(2):
            fields = ("of", "c", "what", "mail", "record", "x", "error", "boom")
            await store.calls.call("XADD", f"{store.tag(store.shard_of_id('c'))}:x", "*", *fields)

    found = await examined(redis_url)

    assert found["dead letters"].detail == "2"
    assert "dead-letters list" in found["dead letters"].fix


@pytest.mark.parametrize(("stored", "fix"), [(0, "run baton migrate"), (schema.SCHEMA + 1, "newer Baton")])
async def test_another_schema_is_named_with_what_to_do(redis_url: str, stored: int, fix: str) -> None:
    async with RedisStore(redis_url) as store:
        await store.calls.call("SET", schema.KEY, stored)

    found = await examined(redis_url)

    assert found["schema"].detail.startswith(f"{stored}, ")
    assert fix in found["schema"].fix


async def test_a_replica_that_went_away_is_red(redis_url: str) -> None:
    async with RedisStore(redis_url) as store:
        await store.calls.call("SET", ALONE, "{3}:c", "EX", 60)

    found = await examined(redis_url)

    assert "accepted without a copy" in found["redis replicas"].detail
    assert "start a replica" in found["redis replicas"].fix


async def test_a_cluster_is_shown_with_its_nodes(redis_cluster: PrivateCluster) -> None:
    redis_cluster.flush()

    found = await examined(redis_cluster.url)

    assert found["redis"].detail.startswith("REDIS_URL, cluster 127.0.0.1:")
    assert all(one.fine for one in found.values()), found


async def test_sentinels_are_shown_and_a_master_without_a_replica_is_red() -> None:
    with PrivateSentinels(next(iter(SERVERS.values())), replicas=1) as sentinels:
        well = await examined(sentinels.url)
        sentinels.servers[1].kill()
        until(lambda: b"state=online" not in sentinels.master().lines("INFO", "replication"), "it being alone")
        alone = await examined(sentinels.url)

    assert well["redis"].detail.startswith("REDIS_URL, sentinel 127.0.0.1:")
    assert (well["redis replicas"].detail, well["redis replicas"].fine) == ("1 online", True)
    assert "start a replica" in alone["redis replicas"].fix
