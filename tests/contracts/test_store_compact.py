"""A resting transcript takes less room, and nothing of it is ever lost."""

import pytest

from bot.store.redis import RedisStore
from handlers.ports import Lease, LeaseLost
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
