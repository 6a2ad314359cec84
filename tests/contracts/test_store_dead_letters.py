"""What could not be processed is kept whole, and can be tried again once or thrown away."""

import pytest

from bot.store.dead_letters import DeadLetter
from bot.store.redis import RedisStore
from handlers.values import Commit, Lease, Row
from tests.contracts.conftest import OpenStore
from tests.contracts.samples import PLACE, begun, conversation, line, only, speech, texts

pytestmark = pytest.mark.anyio


async def with_two(store: RedisStore) -> Lease:
    """A conversation of which one call and one event were given up."""
    lease = await begun(store, rows=(speech("k-1"),))
    await store.bury(lease, lease.lanes["customer"][0], "channel archived")
    await store.enqueue(PLACE, line("m-2", "poison"))
    await store.refresh(lease)
    await store.park(lease, lease.mails[0], "boom", Commit(lease.mails[0], conversation()))
    assert await store.unlease(lease)
    return lease


def told(letters: list[DeadLetter]) -> list[tuple[str, str, str]]:
    return [(letter.what, letter.kind, letter.error) for letter in letters]


async def test_they_are_listed_with_what_they_were_and_why(open_store: OpenStore) -> None:
    async with open_store() as store:
        await with_two(store)

        letters = await store.dead_letters()

        assert told(letters) == [("call", "Say", "channel archived"), ("event", "MessageReceived", "boom")]
        assert [await store.dead_letter(letter.id) for letter in letters] == letters
        assert {letter.conversation for letter in letters} == {PLACE.id}


async def test_an_event_and_a_call_go_back_where_they_came_from_once(open_store: OpenStore) -> None:
    async with open_store() as store:
        await with_two(store)
        call, event = await store.dead_letters()

        await store.retry_dead_letter(call)
        await store.retry_dead_letter(event)

        assert await store.dead_letters() == []
        lease = await only(store)
        assert texts([mail.event for mail in lease.mails]) == ["poison"]
        assert [mail.event.seq for mail in lease.mails] == [2]  # type: ignore[union-attr]
        assert [row.row for row in lease.lanes["customer"]] == [call.record]
        assert isinstance(call.record, Row)
        assert lease.lanes["customer"][0].marked_ms is None
        assert not await store.retry_dead_letter(event)


async def test_one_that_is_thrown_away_is_gone(open_store: OpenStore) -> None:
    async with open_store() as store:
        await with_two(store)
        call, event = await store.dead_letters()

        assert await store.discard_dead_letter(event.id)

        assert not await store.discard_dead_letter(event.id)
        assert not await store.retry_dead_letter(event)
        assert await store.dead_letters() == [call]


async def test_one_that_cannot_be_read_is_shown_and_not_tried(open_store: OpenStore) -> None:
    async with open_store() as store:
        tag = store.tag(store.shard(PLACE))
        await store.calls.call(
            "XADD", f"{tag}:x", "*", "of", PLACE.id, "what", "mail", "record", b"\xff", "error", "boom"
        )

        [letter] = await store.dead_letters()

        assert letter.kind == "unreadable"
        assert "damaged" in letter.error
        with pytest.raises(ValueError, match="cannot be read"):
            await store.retry_dead_letter(letter)
        assert await store.dead_letters() == [letter]


@pytest.mark.parametrize("id", ["", "5", "x-1-1", "64-1-1", "1-1", "1-1-1-1"])
async def test_what_is_no_id_says_how_to_find_one(open_store: OpenStore, id: str) -> None:
    async with open_store() as store:
        with pytest.raises(ValueError, match="dead-letters list"):
            await store.dead_letter(id)
