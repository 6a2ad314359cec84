"""What happens to calls when the server forgets its scripts, goes away, or is not fit to be used."""

import asyncio
from pathlib import Path

import pytest

from bot.store.addresses import Address
from bot.store.connection import Calls
from bot.store.redis import RedisStore, StoreUnfit
from handlers.ports import Unavailable
from handlers.values import Place
from tests.contracts.conftest import OpenStore
from tests.contracts.samples import OK, PLACE, begun, decided, eventually, line, only
from tests.redis_servers import SAFE, PrivateServer

pytestmark = pytest.mark.anyio


async def test_scripts_are_sent_anew_when_the_server_has_forgotten_them(server: PrivateServer) -> None:
    async with RedisStore(server.url) as store:
        await store.enqueue(PLACE, line())
        assert await store.calls.call("SCRIPT", "FLUSH") in (b"OK", "OK", True)

        lease = await decided(store, await only(store))

        assert await store.unlease(lease)


async def test_a_thousand_calls_at_once_need_one_connection(server: PrivateServer) -> None:
    async with RedisStore(server.url) as store:
        replies = await asyncio.gather(*(store.calls.call("INCR", "{n}:count") for _ in range(1000)))

        assert replies == list(range(1, 1001))


async def test_a_call_that_nobody_waits_for_any_more_harms_no_other(server: PrivateServer) -> None:
    async with RedisStore(server.url) as store:
        calls = [asyncio.ensure_future(store.calls.call("INCR", "{n}:count")) for _ in range(10)]
        for call in calls[::2]:
            call.cancel()

        assert await asyncio.gather(*calls[1::2]) == [2, 4, 6, 8, 10]


async def test_a_bell_that_is_cancelled_loses_no_work(server: PrivateServer) -> None:
    async with RedisStore(server.url) as store, RedisStore(server.url) as ingress:
        for n in range(20):
            waiting = asyncio.create_task(store.wait_for_work(5))
            await ingress.enqueue(Place(f"order-{n}"), line())
            waiting.cancel()
            await asyncio.wait((waiting,))

        assert len(await store.lease(100)) == 20


async def test_a_cut_connection_is_made_again_without_anybody_noticing(server: PrivateServer) -> None:
    async with RedisStore(server.url) as store:
        lease = await begun(store)
        server.command("CLIENT", "KILL", "TYPE", "normal")

        await store.refresh(lease)
        assert await store.unlease(lease)


async def test_a_store_that_is_away_is_unavailable_and_comes_back(server: PrivateServer) -> None:
    with PrivateServer(server.binary, options=SAFE) as private:
        async with RedisStore(private.url) as store:
            await store.enqueue(PLACE, line())
            private.kill()

            with pytest.raises(Unavailable, match=str(private.socket)):
                await store.enqueue(PLACE, line("m-2"))
            with pytest.raises(Unavailable):
                await store.wait_for_work(0.1)
            with pytest.raises(Unavailable):
                await store.ping()

            private.start()
            await store.ping()
            record = await store.read(PLACE.id)
            assert record is not None
            assert [mail.id for mail in record.pending] == ["m-1"]


async def test_waiters_survive_a_restart_of_the_server(server: PrivateServer) -> None:
    with PrivateServer(server.binary, options=SAFE) as private:
        async with RedisStore(private.url) as ingress, RedisStore(private.url) as worker:
            await ingress.enqueue(PLACE, line("m-1", reply_to=ingress.owner))
            waiting = asyncio.create_task(ingress.outcome(PLACE.id, "m-2", wait_s=60))

            async def subscribed() -> bool:
                _, listeners = await worker.calls.call("PUBSUB", "NUMSUB", f"{{out}}:{ingress.owner}")
                return bool(listeners)

            await eventually(subscribed)
            private.kill()
            private.start()
            await ingress.enqueue(PLACE, line("m-2", reply_to=ingress.owner))
            await decided(worker, await only(worker), outcome=OK)
            assert await waiting == OK


async def test_data_of_another_number_of_shards_is_refused(server: PrivateServer) -> None:
    async with RedisStore(server.url):
        pass

    with pytest.raises(StoreUnfit, match="64 shards"):
        async with RedisStore(server.url, shards=16):
            pass


async def test_the_store_says_what_it_found(server: PrivateServer) -> None:
    async with RedisStore(server.url) as store:
        assert store.found.version >= (7, 0)
        assert "noeviction, appendonly yes" in str(store.found)
        assert store.found.warnings == ()

        await store.calls.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    async with RedisStore(server.url) as store:
        assert "conversations vanish" in store.found.warnings[0]
        await store.calls.call("CONFIG", "SET", "maxmemory-policy", "noeviction")


async def test_a_store_that_is_closed_refuses_calls(open_store: OpenStore) -> None:
    store = open_store()
    async with store:
        pass

    with pytest.raises(Unavailable, match="closed"):
        await store.calls.call("PING")


async def test_nobody_at_the_address_is_unavailable(tmp_path: Path) -> None:
    calls = Calls(f"unix://{tmp_path}/none.sock")

    with pytest.raises(Unavailable, match=r"none\.sock"):
        await calls.call("PING")
    await calls.close()


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("redis://:secret@cache:6380/2", "redis://cache:6380/2"),
        ("unix:///run/redis.sock?db=1&password=secret", "unix:///run/redis.sock?db=1"),
        ("redis+sentinel://u:secret@a,b:26380/desk", "sentinel a:26379,b:26380 (desk)"),
        ("rediss+cluster://:secret@[::1]:7001,b", "cluster ::1:7001,b:6379"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, text: str) -> None:
    assert Address.of(url).shown == text


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("cache:6380", "has no scheme"),
        ("http://cache:6380", "begins with http://"),
        ("redis+sentry://cache", r"begins with redis\+sentry://"),
        ("redis+cluster://", "names no host"),
        ("redis+cluster://a:7001,b:many", "'b:many' is not host:port"),
    ],
)
def test_an_address_that_is_none_says_what_is_wrong(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Address.of(url)
