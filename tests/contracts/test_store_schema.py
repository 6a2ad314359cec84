"""A store of another shape is refused by name, brought to this one in steps that may be cut off, and versions that
differ only by additions work side by side."""

import zlib
from dataclasses import fields

import msgpack  # type: ignore[import-untyped]
import pytest
from structlog.testing import capture_logs

from bot.store import codec, schema
from bot.store.records import parted
from bot.store.redis import RedisStore, StoreUnfit
from handlers.values import Mail, Place
from routing.conversation import Conversation
from tests.contracts.samples import PLACE, conversation, decide, decided, entry, line, only, said
from tests.redis_servers import PrivateServer

pytestmark = pytest.mark.anyio


async def set_schema(store: RedisStore, version: int | None) -> None:
    if version is None:
        await store.calls.call("DEL", schema.KEY)
    else:
        await store.calls.call("SET", schema.KEY, version)


async def test_a_new_store_is_of_the_schema_of_who_made_it(server: PrivateServer) -> None:
    async with RedisStore(server.url) as store:
        assert store.schema == schema.SCHEMA
    async with RedisStore(server.url) as store:
        assert store.schema == schema.SCHEMA


@pytest.mark.parametrize(
    ("version", "says"),
    [
        (None, f"of schema 0, this Baton needs {schema.SCHEMA}: run `baton migrate`"),
        (
            schema.SCHEMA + 1,
            f"of schema {schema.SCHEMA + 1}, which a newer Baton wrote; this one knows {schema.SCHEMA}",
        ),
    ],
)
async def test_a_store_of_another_schema_is_refused_in_one_line(
    server: PrivateServer, version: int | None, says: str
) -> None:
    async with RedisStore(server.url) as store:
        await set_schema(store, version)

    with pytest.raises(StoreUnfit, match=says):
        async with RedisStore(server.url):
            pass
    async with RedisStore(server.url, any_schema=True) as store:
        assert store.schema == (version or 0)


# ---- migrating -------------------------------------------------------------------------------------------------------


async def in_an_old_form(store: RedisStore, place: Place, lines: int, *, blob: bool = False) -> None:
    """As it was stored before schema 2: lines as records of the codec, the log in a list of its own, both as blobs if
    they had been at rest."""
    await store.enqueue(place, line(f"m-{place.id}"))
    lease = await decided(store, await only(store), journal=(entry(),))
    key = f"{store.tag(lease.shard)}:h:{place.id}"
    _, log = parted(await store.calls.call("LRANGE", key, 0, -1), key)
    told = [codec.encode(said(n, f"line {n}")) for n in range(1, lines + 1)]
    await store.calls.call("DEL", key)
    if blob:
        await store.calls.call("RPUSH", key, b"z" + zlib.compress(codec.pack(told[:-1])), told[-1])
        await store.calls.call("RPUSH", key.replace(":h:", ":j:"), b"z" + zlib.compress(codec.pack(log)))
        await store.calls.call("HSET", key.replace(":h:", ":c:"), "hz", lines - 2)
    else:
        await store.calls.call("RPUSH", key, *told)
        await store.calls.call("RPUSH", key.replace(":h:", ":j:"), *log)
    assert await store.unlease(lease)


async def tags_of_lines(store: RedisStore, place: Place) -> set[int]:
    key = f"{store.tag(store.shard_of_id(place.id))}:h:{place.id}"
    lines, _ = parted(await store.calls.call("LRANGE", key, 0, -1), key)
    return {codec.unpack(one, key)[1] for one in lines}


async def test_old_transcripts_and_logs_come_into_todays_form(server: PrivateServer) -> None:
    plain, resting, empty = Place("plain"), Place("resting"), Place("empty")
    async with RedisStore(server.url) as store:
        await in_an_old_form(store, plain, 3)
        await in_an_old_form(store, resting, 12, blob=True)
        await store.enqueue(empty, line("never decided"))
        await set_schema(store, 1)
    told: list[tuple[int, int]] = []

    async with RedisStore(server.url, any_schema=True) as store:
        await schema.migrate(store, lambda migration, changed: told.append((migration.version, changed)))
    async with RedisStore(server.url) as store:
        records = [await store.read(place.id) for place in (plain, resting)]
        tags = await tags_of_lines(store, plain) | await tags_of_lines(store, resting)
        left = await store.calls.call("KEYS", "*:j:*")
        await store.enqueue(resting, line("m-later"))
        counted = {lease.id: lease.lines for lease in await store.lease(9)}

    assert [[one.text for one in record.lines] for record in records if record] == [
        [f"line {n}" for n in range(1, 4)],
        [f"line {n}" for n in range(1, 13)],
    ]
    assert all(record and record.journal == (entry(),) for record in records)
    assert (tags, left, counted["resting"]) == ({26}, [], 12)
    assert told == [(2, 2)]
    assert schema.due(schema.SCHEMA) == []


async def test_a_migration_that_was_cut_off_is_done_to_its_end(
    server: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with RedisStore(server.url) as store:
        for n in range(4):
            await in_an_old_form(store, Place(f"c-{n}"), 2)
        await set_schema(store, None)
    done: list[str] = []

    async def cut_off(store: RedisStore, id: str) -> bool:
        if len(done) == 2:
            raise ConnectionError("the operator closed the lid")
        done.append(id)
        return await schema.one_list(store, id)

    async with RedisStore(server.url, any_schema=True) as store:
        with monkeypatch.context() as patch:
            patch.setattr(schema, "MIGRATIONS", (schema.Migration(2, "half", cut_off),))
            with pytest.raises(ConnectionError):
                await schema.migrate(store, lambda migration, changed: None)
        assert [migration.version for migration in schema.due(store.schema)] == [2]
        told: list[int] = []
        await schema.migrate(store, lambda migration, changed: told.append(changed))

        assert told == [2]
        assert {tag for n in range(4) for tag in await tags_of_lines(store, Place(f"c-{n}"))} == {26}


# ---- versions side by side -------------------------------------------------------------------------------------------


def of_a_newer_version(value: Conversation) -> bytes:
    """As a version writes it that has one field more, which is not its default."""
    stored = [getattr(value, field.name) for field in fields(value)]
    newer = [codec.SCHEMA_VERSION, codec.TAGS[Conversation], [*stored, "a field of tomorrow"]]
    return bytes(codec.pack(newer))


async def test_a_worker_reads_and_goes_on_with_what_a_newer_one_wrote(server: PrivateServer) -> None:
    """What the newer one added is its default again afterwards: docs/adr/0003."""
    async with RedisStore(server.url) as store:
        await store.enqueue(PLACE, line())
        lease = await decided(store, await only(store))
        await store.enqueue(PLACE, line("m-2"))
        state = of_a_newer_version(conversation(priority="high"))
        await store.calls.call("HSET", f"{store.tag(lease.shard)}:c:{PLACE.id}", "st", state)
        await store.reap(store.owner)

        lease = await only(store)
        assert lease.conversation == conversation(priority="high")
        assert await decide(store, lease, conversation=lease.conversation)
        found = await store.read(PLACE.id)

    assert found is not None
    assert found.conversation == conversation(priority="high")


async def test_a_conversation_with_something_unknown_is_left_to_a_newer_worker(server: PrivateServer) -> None:
    """It stops nobody else, and is tried again when the lease is over."""
    async with RedisStore(server.url, lease_s=0.05) as store:
        await store.enqueue(PLACE, Mail("m-1", line().event))
        shard = store.shard_of_id(PLACE.id)
        mail = await store.calls.call("LINDEX", f"{store.tag(shard)}:m:{PLACE.id}", 0)
        unknown = msgpack.packb([1, codec.TAGS[Mail], ["", [29999, "from tomorrow"]]])
        await store.calls.call(
            "LSET", f"{store.tag(shard)}:m:{PLACE.id}", 0, mail.partition(b"\n")[0] + b"\n" + unknown
        )
        await store.enqueue(Place("other"), line("m-2"))

        with capture_logs() as logs:
            leases = await store.lease(10)
        left = await store.calls.call("LLEN", f"{store.tag(shard)}:m:{PLACE.id}")

    assert [lease.id for lease in leases] == ["other"]
    assert [(one["event"], one["conversation"]) for one in logs] == [("conversation.unreadable", PLACE.id)]
    assert left == 1
