"""A store that has forgotten something is noticed by whoever knows better, and then nothing unmarked is believed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.redis import RedisStore
from handlers.ports import LeaseLost
from handlers.values import Lease
from tests.contracts.samples import PLACE, begun, decide, line, on_its_own, running, speech
from tests.redis_servers import SAFE, SERVERS, PrivateServer

pytestmark = pytest.mark.anyio


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest) -> Iterator[PrivateServer]:
    """One that may be killed, and that writes every command before it answers."""
    with PrivateServer(SERVERS[request.param], options=SAFE) as running_one:
        yield running_one


async def at_work(store: RedisStore) -> Lease:
    """A worker that has said that it is here and holds a conversation with two rows and a run."""
    store.others_s = 0.0
    await store.keep_abreast()
    return await begun(store, rows=(speech("k-1"), speech("k-2")), conversation=running())


async def commits(store: RedisStore, lease: Lease) -> None:
    await store.enqueue(PLACE, line("m-2"))
    await store.refresh(lease)
    await decide(store, lease, conversation=running())


async def marks(store: RedisStore, lease: Lease) -> None:
    await store.mark(lease, lease.lanes["customer"][0])


async def settles(store: RedisStore, lease: Lease) -> None:
    await store.settle(lease, lease.lanes["customer"][0])


async def begins_a_tool(store: RedisStore, lease: Lease) -> None:
    assert await store.begin(lease, 1, "call-1", speech_epoch=5) == "begun"


@pytest.mark.parametrize("writes", [commits, marks, settles, begins_a_tool])
async def test_whatever_was_written_last_is_missed(server: PrivateServer, tmp_path: Path, writes) -> None:  # type: ignore[no-untyped-def]
    async with RedisStore(server.url) as store:
        lease = await at_work(store)
        server.copy_data(tmp_path / "copy")
        await writes(store, lease)

        server.forget(tmp_path / "copy")
        await store.keep_abreast()

        assert store.in_doubt_since_ms() is not None


async def test_a_lease_that_was_given_back_and_is_not_is_missed(server: PrivateServer, tmp_path: Path) -> None:
    """Its rows may have been sent; whoever takes it must know."""
    async with RedisStore(server.url) as store, RedisStore(server.url) as other:
        await store.keep_abreast()
        lease = await begun(store)
        server.copy_data(tmp_path / "copy")
        assert await store.unlease(lease)

        server.forget(tmp_path / "copy")
        await store.keep_abreast()
        await other.keep_abreast()

        assert other.in_doubt_since_ms() == store.in_doubt_since_ms() is not None


@pytest.mark.parametrize("writes", [commits, marks, settles, begins_a_tool])
async def test_a_server_that_comes_back_whole_is_believed(server: PrivateServer, writes) -> None:  # type: ignore[no-untyped-def]
    async with RedisStore(server.url) as store:
        lease = await at_work(store)
        await writes(store, lease)

        server.kill()
        server.start()
        await store.keep_abreast()

        assert store.in_doubt_since_ms() is None
        assert await store.mark(lease, lease.lanes["customer"][-1]) == "marked"


async def test_a_mark_tells_of_the_doubt_before_anything_is_sent(server: PrivateServer, tmp_path: Path) -> None:
    """The worker's own look comes once a second; a row must not leave in between."""
    async with RedisStore(server.url) as store:
        lease = await at_work(store)
        server.copy_data(tmp_path / "copy")
        await settles(store, lease)
        server.forget(tmp_path / "copy")

        assert await store.mark(lease, lease.lanes["customer"][0]) == "marked"

        assert store.in_doubt_since_ms() is not None


async def test_in_doubt_a_tool_may_have_begun_before(server: PrivateServer, tmp_path: Path) -> None:
    async with RedisStore(server.url) as store:
        lease = await at_work(store)
        server.copy_data(tmp_path / "copy")
        await begins_a_tool(store, lease)
        server.forget(tmp_path / "copy")

        assert await store.begin(lease, 1, "call-1", speech_epoch=5) == "again"


async def test_a_worker_whose_commit_is_forgotten_drops_its_work(server: PrivateServer, tmp_path: Path) -> None:
    async with RedisStore(server.url) as store:
        lease = await at_work(store)
        server.copy_data(tmp_path / "copy")
        await commits(store, lease)
        server.forget(tmp_path / "copy")

        with pytest.raises(LeaseLost):
            await store.refresh(lease)
        with pytest.raises(LeaseLost):
            await on_its_own(store, lease)


async def test_nobody_who_could_tell_is_left(server: PrivateServer) -> None:
    """Worker and server died together: what the worker knew is gone, so its successor believes nothing."""
    async with RedisStore(server.url) as store:
        await at_work(store)
    server.kill()
    server.start()

    async with RedisStore(server.url) as successor:
        await successor.keep_abreast()

        assert successor.in_doubt_since_ms() is not None


async def test_workers_that_end_in_order_leave_no_doubt(server: PrivateServer) -> None:
    async with RedisStore(server.url) as store:
        await at_work(store)
        await store.leave()
    server.kill()
    server.start()

    async with RedisStore(server.url) as successor:
        await successor.keep_abreast()

        assert successor.in_doubt_since_ms() is None


async def test_a_killed_worker_alone_leaves_no_doubt(server: PrivateServer) -> None:
    """The store remembers every mark of it."""
    async with RedisStore(server.url) as store:
        await at_work(store)

    async with RedisStore(server.url) as successor:
        await successor.keep_abreast()

        assert successor.in_doubt_since_ms() is None


async def test_doubt_ends(server: PrivateServer, tmp_path: Path) -> None:
    async with RedisStore(server.url) as store:
        store.doubt_s = 0.0
        lease = await at_work(store)
        server.copy_data(tmp_path / "copy")
        await settles(store, lease)
        server.forget(tmp_path / "copy")

        await store.keep_abreast()

        assert store.in_doubt_since_ms() is None
        assert await store.calls.call("HGET", "{meta}:generation", "n") == b"1"
