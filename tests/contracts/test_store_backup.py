"""A copy holds everything, fits other servers and shards, and nothing that is damaged is restored."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store.archive import BadArchive
from bot.store.backup import BackupFailed, copied
from bot.store.core import SHARDS
from bot.store.redis import RedisStore, StoreUnfit
from bot.store.restore import RestoreFailed
from bot.store.scripts import sources
from handlers.values import Mail
from routing.events import Claimed
from tests.contracts import copies
from tests.contracts.samples import line, only
from tests.redis_servers import PrivateCluster, PrivateServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(server: PrivateServer) -> str:
    return server.url


async def test_a_busy_store_holds_every_kind_of_key_that_there_is_and_no_other(url: str) -> None:
    """A kind that is missing in `keys.py` would be missing in a backup."""
    async with RedisStore(url, clock=copies.clock()) as store:
        await copies.fill(store)

        kinds = await copies.kinds_held(store)

    of_clusters = {"{s}:shard", "{w}:shard", "{meta}:shard", "{clock}:shard"}
    now_and_then = {"{meta}:stepped", "{meta}:restoring", "{meta}:alone", "{meta}:up", "{meta}:generation"}
    bells = {"{s}:bell", "{s}:wake"}
    of_earlier_schemas = {"{s}:j"}
    missing = copies.kinds_known() - kinds
    assert kinds - copies.kinds_known() == set()
    assert missing - of_clusters - now_and_then - bells - of_earlier_schemas == {"{clock}:step"}


def test_every_kind_that_a_script_names_is_known() -> None:
    named = {name for text in sources().values() for name in re.findall(r"tag \.\. ':([a-z]+)", text)}

    assert named - copies.of_shards_and_workspaces() == set()


async def test_what_is_restored_is_what_was_there_on_any_server_and_number_of_shards(
    redis_servers: Callable[[str], PrivateServer], redis_cluster: PrivateCluster, tmp_path: Path
) -> None:
    """From one server to a cluster of three with more shards, and on to another product with few."""
    servers = {name: redis_servers(name) for name in ("valkey", "redis")}
    redis_cluster.flush()
    for server in servers.values():
        server.flush()
    first, second = tmp_path / "first", tmp_path / "second"

    async with RedisStore(servers["valkey"].url, clock=copies.clock()) as store:
        await copies.fill(store)
        before = await copies.seen(store)
        await copies.backed_up(store, first)
    async with RedisStore(redis_cluster.url, clock=copies.clock(), shards=2 * SHARDS) as store:
        await copies.restored(store, first)
        between = await copies.seen(store)
        await copies.backed_up(store, second)
    async with RedisStore(servers["redis"].url, clock=copies.clock(), shards=7) as store:
        await copies.restored(store, second)
        after = await copies.seen(store)

    assert between == before
    assert after == before


async def test_after_a_restore_the_conversations_go_on(url: str, server: PrivateServer, tmp_path: Path) -> None:
    """What was leased is ready, timers are armed, what is sent again is recognised, a closed place is still closed."""
    async with RedisStore(url, clock=copies.clock()) as store:
        await copies.fill(store)
        await copies.backed_up(store, tmp_path / "file")
    server.flush()
    async with RedisStore(url, clock=copies.clock(), shards=5) as store:
        await copies.restored(store, tmp_path / "file")

        thread = copies.THREADS[2]
        again = await store.enqueue(thread, line(f"m-{thread.id}"))
        alias = await store.enqueue(thread, line("m-other"), dedupe=[f"ts-{thread.id}"])
        new = await store.enqueue(thread, line("m-new"))
        later = await store.enqueue(copies.CLOSED, line("c-3"))
        fired = await store.fire_timers()
        leases = {lease.id: lease for lease in await store.lease(100)}

    assert (again.duplicate, again.seq, alias.duplicate, new.duplicate, new.seq) == (True, 1, True, False, 2)
    assert later.conversation == "closed~2"
    assert fired == len(copies.THREADS)
    assert set(leases) == {
        *(thread.id for thread in copies.THREADS), *("held", "closed~2", "silent", "full"),
    }  # fmt: skip
    assert leases["held"].fence == 2


async def test_rows_of_a_backup_count_as_perhaps_sent(url: str, server: PrivateServer, tmp_path: Path) -> None:
    async with RedisStore(url) as store:
        await copies.fill(store)
        await copies.backed_up(store, tmp_path / "file")
    server.flush()
    async with RedisStore(url) as store:
        await copies.restored(store, tmp_path / "file")

        [lease] = [one for one in await store.lease(100) if one.id == "held"]
        await store.keep_abreast()

        marks = [(row.marked_ms is not None, row.attempts) for row in lease.lanes["customer"]]
        assert marks == [(True, 1), (True, 1)]
        assert store.in_doubt_since_ms() is not None


async def test_slots_follow_from_who_holds_whatever_the_ledger_said(
    url: str, server: PrivateServer, tmp_path: Path
) -> None:
    """Staffing is copied at another moment than a conversation; it must never count too few."""
    async with RedisStore(url) as store:
        await copies.fill(store)
        await store.free("ana", "held", 100)
        await copies.backed_up(store, tmp_path / "file")
    server.flush()
    async with RedisStore(url) as store:
        await copies.restored(store, tmp_path / "file")

        assert (await store.duty())["ana"] == ("on", None, 1)


async def test_what_came_after_the_copy_of_its_conversation_is_accepted_anew(
    url: str, server: PrivateServer, tmp_path: Path
) -> None:
    """Dedupe is copied last: it must not know a message that the copy does not hold."""
    async with RedisStore(url) as store:
        await copies.fill(store)
        held = copied(store)
        records = []
        async for record in held:
            records.append(record)
            if record[:2] == ["conversation", "held"]:
                await store.enqueue(copies.HELD, line("h-late", "one more thing"))
                await store.enqueue(copies.HELD, Mail("h-click", Claimed("ana")))
    accepted = {one for record in records if record[0] == "accepted" for one in record[4][::2]}
    server.flush()
    async with RedisStore(url) as store:
        await copies.put(store, records, tmp_path / "file")
        again = await store.enqueue(copies.HELD, line("h-late", "one more thing"))
        known = await store.enqueue(copies.HELD, line("h-1"))

    assert b"h-late" in accepted
    assert (again.duplicate, again.seq, known.duplicate) == (False, 2, True)


async def test_a_store_that_holds_anything_is_not_restored_into(url: str, tmp_path: Path) -> None:
    async with RedisStore(url) as store:
        await store.enqueue(copies.SILENT, line())
        await copies.backed_up(store, tmp_path / "file")

        with pytest.raises(RestoreFailed, match="not empty"):
            await copies.restored(store, tmp_path / "file")
        assert (await only(store)).id == "silent"


@pytest.mark.parametrize("harm", ["cut", "changed", "of something else", "empty", "headless"])
async def test_a_file_that_is_not_whole_changes_nothing(
    url: str, server: PrivateServer, tmp_path: Path, harm: str
) -> None:
    path = tmp_path / "file"
    async with RedisStore(url) as store:
        await copies.fill(store)
        await copies.backed_up(store, path)
    server.flush()
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[:-100], "changed": whole[:500] + bytes([whole[500] ^ 1]) + whole[501:], "empty": b"",
            "of something else": b"PK" + whole[2:], "headless": whole[:15],
        }[harm]
    )  # fmt: skip

    async with RedisStore(url) as store:
        with pytest.raises(BadArchive):
            await copies.restored(store, path)
        assert await copies.kinds_held(store) == {"{meta}:shards", "{meta}:schema"}


async def test_a_restore_that_was_cut_off_leaves_a_store_that_says_so(
    url: str, server: PrivateServer, tmp_path: Path
) -> None:
    async with RedisStore(url) as store:
        await copies.fill(store)
        await copies.backed_up(store, tmp_path / "file")
    server.flush()

    def tell(done: int, total: int) -> None:
        if done > 2:
            raise KeyboardInterrupt

    async with RedisStore(url) as store:
        with pytest.raises(KeyboardInterrupt):
            await copies.restored(store, tmp_path / "file", tell)

    with pytest.raises(StoreUnfit, match="empty it and restore again"):
        async with RedisStore(url):
            pass


async def test_keys_that_nobody_knows_are_not_left_out_silently(url: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("the last good one")
    async with RedisStore(url) as store:
        await store.calls.call("SET", "{3}:novelty:c-1", "x")

        with pytest.raises(BackupFailed, match=r"\{3\}:novelty:c-1"):
            await copies.backed_up(store, path)

    assert path.read_text() == "the last good one"
    assert list(tmp_path.iterdir()) == [path]


async def test_a_file_is_for_its_owner_alone(url: str, tmp_path: Path) -> None:
    async with RedisStore(url) as store:
        await copies.backed_up(store, tmp_path / "file")

    assert (tmp_path / "file").stat().st_mode & 0o077 == 0
