"""A long transcript takes less room, whether it rests or goes on, and nothing of it is ever lost."""

import pytest
from structlog.testing import capture_logs

from bot.store.records import compacted
from bot.store.redis import RedisStore
from handlers.ports import LeaseLost
from handlers.values import Lease
from handlers.view import transcript as seen
from routing.conversation import SYSTEM, Actor
from routing.effects import Line
from tests.contracts.conftest import OpenStore
from tests.contracts.samples import PLACE, decide, line, only, said

pytestmark = pytest.mark.anyio


async def told(store: RedisStore, lease: Lease, *texts: str) -> None:
    """Each text is one event, and one line of the transcript."""
    for text in texts:
        await store.enqueue(PLACE, line(f"m-{lease.lines}-{text}", text))
        await store.refresh(lease)
        assert await decide(store, lease, lines=(said(lease.lines + 1, text),))


async def begin(store: RedisStore) -> Lease:
    await store.enqueue(PLACE, line("m-0", "hello"))
    lease = await only(store)
    assert await decide(store, lease, lines=(said(1, "hello"),))
    return lease


def transcript(store: RedisStore, lease: Lease) -> str:
    return f"{store.tag(lease.shard)}:h:{PLACE.id}"


async def test_a_compacted_transcript_reads_the_same_and_goes_on(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begin(store)
        await told(store, lease, *(f"line {number}, and some more words that people write" for number in range(20)))
        before, plain = await store.history(lease), await store.calls.call("MEMORY", "USAGE", transcript(store, lease))

        await store.compact(lease)
        blob = await store.calls.call("MEMORY", "USAGE", transcript(store, lease))
        await told(store, lease, "one more")
        after = await store.history(lease)
        counted = lease.lines
        assert await store.unlease(lease)
        record = await store.read(PLACE.id)

    assert blob < plain / 2
    assert after[:-1] == before
    assert after[-1].text == "one more" and after[-1].n == counted == len(after)
    assert record is not None and record.lines == after


async def test_the_next_owner_counts_on_from_a_compacted_transcript(open_store: OpenStore) -> None:
    """Lines are numbered without a gap, round after round."""
    texts = ["hello"]
    async with open_store() as store:
        lease = await begin(store)
        for round_ in range(3):
            new = [f"line {round_}.{number}" for number in range(9)]
            await told(store, lease, *new)
            texts += new
            await store.compact(lease)
            assert await store.unlease(lease)
            await store.enqueue(PLACE, line(f"wake-{round_}", "wake"))
            lease = await only(store)
            assert await decide(store, lease)
        entries = await store.calls.call("LLEN", transcript(store, lease))
        record = await store.read(PLACE.id)

    assert entries == 1
    assert record is not None
    assert [one.text for one in record.lines] == texts
    assert [one.n for one in record.lines] == list(range(1, len(texts) + 1))


async def test_who_has_lost_the_lease_compacts_nothing(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begin(store)
        await told(store, lease, *(f"line {number}" for number in range(9)))
        await store.reap(store.owner)
        async with open_store() as other:
            await only(other)

            with pytest.raises(LeaseLost):
                await store.compact(lease)

            assert await store.calls.call("LLEN", transcript(store, lease)) == 10


async def test_what_is_written_between_the_two_calls_keeps_the_list_as_it_is(open_store: OpenStore) -> None:
    """A worker that dies, or whose answer comes late, leaves a transcript that is whole either way."""
    async with open_store() as store, open_store() as other:
        lease = await begin(store)
        await told(store, lease, *(f"line {number}" for number in range(9)))
        shard, key = lease.shard, transcript(store, lease)
        entries = await store.calls.call("LRANGE", key, 0, -1)
        late = (len(entries), compacted(entries, key))

        await store.reap(store.owner)
        lost = await store.on_shard("compact", shard, lease.id, store.owner, lease.fence, *late)
        await store.enqueue(PLACE, line("m-wake", "wake"))
        lease = await only(other)
        assert await decide(other, lease, lines=(said(lease.lines + 1, "meanwhile"),))
        await other.on_shard("compact", shard, lease.id, other.owner, lease.fence, *late)
        record = await other.read(PLACE.id)
        unpacked_lines = await store.calls.call("LLEN", key)

    assert lost == b"lost"
    assert unpacked_lines == 11
    assert record is not None
    assert [one.text for one in record.lines] == ["hello", *(f"line {number}" for number in range(9)), "meanwhile"]


async def test_an_edit_of_a_line_inside_a_blob_is_what_readers_see(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.enqueue(PLACE, line("m-0", "line 1"))
        lease = await only(store)
        for seq in range(1, 13):
            heard = Line(seq, Actor("customer", "mia"), f"line {seq}", "public", 1_000, seq=seq)
            assert await decide(store, lease, lines=(heard,))
            await store.enqueue(PLACE, line(f"m-{seq}", f"line {seq + 1}"))
            await store.refresh(lease)
        await store.compact(lease)
        edit = Line(13, SYSTEM, "line three", "internal", 2_000, seq=3, kind="amend", data=({"deleted": False},))
        assert await decide(store, lease, lines=(edit,))
        await store.compact(lease)
        assert await store.unlease(lease)
        record = await store.read(PLACE.id)

    assert record is not None
    assert [one.n for one in record.lines] == list(range(1, 14))
    assert [one.text for one in seen(record)[:4]] == ["line 1", "line 2", "line three", "line 4"]


async def test_a_damaged_blob_stops_nobody_and_stays_as_it_is(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begin(store)
        await told(store, lease, *(f"line {number}" for number in range(9)))
        await store.compact(lease)
        await store.calls.call("LSET", transcript(store, lease), 0, b"ddamaged")
        await told(store, lease, *(f"line {number}" for number in range(9)))

        with capture_logs() as logs:
            await store.compact(lease)
        entries = await store.calls.call("LRANGE", transcript(store, lease), 0, -1)
        assert await store.unlease(lease)

    assert (len(entries), entries[0]) == (10, b"ddamaged")
    assert [one["event"] for one in logs] == ["conversation.unreadable"]


async def test_a_lease_counts_the_elements_that_compacting_would_gather(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begin(store)
        counts = [lease.elements]
        await told(store, lease, *(f"line {number}" for number in range(9)))
        counts.append(lease.elements)
        await store.compact(lease)
        counts.append(lease.elements)
        await told(store, lease, "one more")
        counts.append(lease.elements)
        assert await store.unlease(lease)
        await store.enqueue(PLACE, line("m-wake", "wake"))
        counts.append((await only(store)).elements)

    assert counts == [1, 10, 1, 2, 2]
