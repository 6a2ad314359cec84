"""Lists, the queue, short numbers, the feed, slots and duty."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.store.clock import RedisTestClock
from bot.store.redis import RedisStore
from bot.store.scripts import sources
from routing.conversation import (
    Actor,
    Closed,
    Conversation,
    HeldByHuman,
    OpenHandoff,
    Parked,
    Queued,
    Resolved,
    Unanswered,
)
from tests.contracts.conftest import OpenStore
from tests.contracts.samples import PLACE, begun, conversation, eventually

pytestmark = pytest.mark.anyio


def handoff(team: str) -> OpenHandoff:
    return OpenHandoff(9, team, "asked_for_human", Actor("customer", "mia"), 1_000, "refund please", 1, "v1")


def queued(conversation_id: str, team: str = "billing", *, since_ms: int = 1_000, **changes: Any) -> Conversation:
    return conversation(
        conversation_id,
        holder=Queued(team, since_ms, handoff(team)),
        chain=("triage", f"team:{team}"),
        waiting_for_person_since_ms=since_ms,
        **changes,
    )


async def found(store: RedisStore, **filters: Any) -> list[str]:
    items, _ = await store.find(**filters)
    return [item["id"] for item in items]


async def test_a_conversation_is_in_every_list_that_fits_and_in_no_other(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.index(conversation("a"), 1)
        await store.index(queued("b", "billing"), 1)
        await store.index(conversation("c", requester="bo", holder=HeldByHuman("alice", "billing")), 1)

        assert await found(store) == ["c", "b", "a"]
        assert await found(store, state="bot") == ["a"]
        assert await found(store, team="billing") == ["c", "b"]
        assert await found(store, holder="alice") == await found(store, holder="person:alice") == ["c"]
        assert await found(store, holder="billing") == ["b"]
        assert await found(store, customer="mia", team="billing") == ["b"]
        assert await found(store, state="bot", customer="bo") == []

        await store.index(conversation("b", holder=Closed(7)), 2)
        assert await found(store, team="billing") == ["c"]
        assert await found(store, state="closed") == ["b"]
        assert await found(store) == ["b", "c", "a"]
        assert await store.queue(None) == []


async def test_an_older_version_changes_nothing(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.index(conversation("a", holder=HeldByHuman("alice", "billing"), chain=("person:alice",)), 5)

        assert await store.index(queued("a"), 4) == 1
        assert await store.index(conversation("a", holder=Closed(7)), 5) == 1

        assert await found(store, state="held") == ["a"]
        assert await store.queue("billing") == []


async def test_an_item_says_what_a_list_shows(open_store: OpenStore) -> None:
    clock = RedisTestClock(2_000_000)
    async with open_store(clock=clock) as store:
        state = queued("a", since_ms=1_500, priority="high", route="refunds", unanswered=(Unanswered(1, 1_400),))
        await store.index(state, 1)

        assert (await store.find())[0] == [
            {
                "id": "a",
                "number": 1,
                "platform": "console",
                "state": "queued",
                "holder": {"kind": "team", "name": "billing"},
                "team": "billing",
                "customer": "mia",
                "epoch": 5,
                "priority": "high",
                "route": "refunds",
                "waiting_since_ms": 1_400,
                "waiting_for_person_since_ms": 1_500,
                "unanswered": True,
                "updated_ms": 2_000_000,
                "need": "refund please",
            }
        ]
        await store.index(conversation("a", holder=Resolved(Actor("person", "alice"), 9, "person:alice", "billing")), 2)
        [item] = (await store.find())[0]
        assert (item["holder"], item["team"], item["need"]) == ({"kind": "none", "name": None}, "billing", None)


async def test_short_numbers_are_drawn_once_at_the_first_handoff_to_people(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begun(store)
        assert await store.index(conversation("order-7"), 1) is None
        assert await store.index(queued("other"), 1) == 1
        assert await store.index(queued("order-7"), 2) == 2
        assert await store.index(queued("order-7"), 3) == 2
        assert await store.by_number(2) == "order-7"

        record = await store.read("order-7")
        assert record is not None
        assert record.number == 2
        assert lease.id == "order-7"


async def test_the_queue_goes_by_priority_and_then_by_who_waits_longest(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.index(queued("low", since_ms=1, priority="low"), 1)
        await store.index(queued("late", since_ms=9), 1)
        await store.index(queued("early", since_ms=5), 1)
        await store.index(queued("urgent", since_ms=99, priority="urgent"), 1)
        await store.index(queued("tech", "tech", since_ms=7), 1)
        await store.index(queued("parked", since_ms=6), 1)
        parked = conversation(
            "parked", holder=Parked("billing", 100, handoff("billing")), waiting_for_person_since_ms=6
        )
        await store.index(parked, 2)

        billing = await store.queue("billing")
        assert [(item["position"], item["id"]) for item in billing] == [
            (1, "urgent"),
            (2, "early"),
            (3, "parked"),
            (4, "late"),
            (5, "low"),
        ]
        assert [item["id"] for item in await store.queue(None)] == ["urgent", "early", "parked", "tech", "late", "low"]

        await store.index(queued("early", "tech", since_ms=5), 2)
        assert [item["id"] for item in await store.queue("tech")] == ["early", "tech"]
        assert "early" not in [item["id"] for item in await store.queue("billing")]


async def test_pages_follow_each_other_without_gap_or_repetition(open_store: OpenStore) -> None:
    async with open_store() as store:
        await asyncio.gather(*(store.index(conversation(f"c-{n}", requester=f"u{n % 2}"), 1) for n in range(250)))

        seen: list[str] = []
        cursor = None
        while True:
            items, cursor = await store.find(customer="u1", state="bot", cursor=cursor, limit=40)
            seen += [item["id"] for item in items]
            if cursor is None:
                break

        assert sorted(seen) == sorted(f"c-{n}" for n in range(250) if n % 2)
        with pytest.raises(ValueError, match="cursor"):
            await store.find(cursor="(x")


async def test_the_feed_has_each_key_once_and_goes_on_from_a_cursor(open_store: OpenStore) -> None:
    async with open_store() as store, open_store() as other:
        await store.emit("k-1", "conversation.created", {"n": 1})
        await store.emit("k-2", "conversation.claimed", {"n": 2})
        await other.emit("k-1", "conversation.created", {"n": 1})

        feed = store.feed(None)
        first = await anext(feed)
        second = await anext(feed)
        waiting = asyncio.ensure_future(anext(feed))
        await other.emit("k-3", "conversation.resolved", {"n": 3})
        third = await waiting

        assert [(kind, data["n"]) for _, kind, data in (first, second, third)] == [
            ("conversation.created", 1),
            ("conversation.claimed", 2),
            ("conversation.resolved", 3),
        ]
        resumed = store.feed(first[0])
        assert (await anext(resumed))[1] == "conversation.claimed"


async def test_a_cursor_from_before_what_is_kept_gets_one_reset(open_store: OpenStore) -> None:
    async with open_store() as store:
        tag = store.staff_tag
        # What an old feed looks like: an entry of 1970, cut off by the next one.
        await store.calls.call("XADD", f"{tag}:feed", "5-0", "type", "old", "data", "x")
        await store.emit("k-1", "conversation.created", {"n": 1})
        await store.emit("k-2", "conversation.claimed", {"n": 2})

        feed = store.feed("4-0")
        seen = [await anext(feed) for _ in range(3)]

        assert [kind for _, kind, _ in seen] == ["reset", "conversation.created", "conversation.claimed"]
        again = store.feed(seen[0][0])
        assert (await anext(again))[1] == "conversation.created"
        strange = store.feed("what is this")
        assert (await anext(strange))[1] == "reset"


async def test_a_slot_is_taken_once_and_freed_only_by_a_later_epoch(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.take("alice", "a", 5)
        await store.take("alice", "a", 5)
        await store.take("alice", "b", 6)
        assert (await store.duty())["alice"] == ("on", None, 2)

        await store.take("alice", "a", 9)
        await store.free("alice", "a", 7)
        await store.free("alice", "b", 7)
        await store.free("bob", "b", 7)

        assert await store.duty() == {"alice": ("on", None, 1)}


async def test_who_is_away_until_a_time_is_back_after_it(open_store: OpenStore) -> None:
    clock = RedisTestClock(1_000)
    async with open_store(clock=clock) as store:
        await store.set_duty("alice", "away", 5_000)
        await store.set_duty("bob", "off", None)
        assert await store.duty() == {"alice": ("away", 5_000, 0), "bob": ("off", None, 0)}

        await clock.advance(4_000)

        assert await store.duty() == {"alice": ("on", None, 0), "bob": ("off", None, 0)}


async def test_the_switch_that_silences_agents(open_store: OpenStore) -> None:
    async with open_store() as store, open_store() as other:
        assert not await other.paused()
        await store.set_paused(True, "ana")
        assert await other.paused()
        await store.set_paused(False)
        assert not await other.paused()


async def test_a_token_is_spent_once_in_any_process(open_store: OpenStore) -> None:
    async with open_store() as store, open_store() as other:
        spent = await asyncio.gather(*(one.spend_once("link") for one in (store, other) for _ in range(5)))

        assert sum(spent) == 1


async def test_the_test_clock_stands_and_is_shared(open_store: OpenStore) -> None:
    one, two = RedisTestClock(1_000), RedisTestClock(77)
    async with open_store(clock=one) as store, open_store(clock=two) as other:
        assert await one.advance(500) == 1_500

        assert (await store.now_ms(), await other.now_ms()) == (1_500, 1_500)

        async def moved() -> bool:
            return await two.override_ms() == 1_500

        await eventually(moved)


async def test_the_lists_are_rebuilt_from_the_conversations(open_store: OpenStore) -> None:
    async with open_store() as store:
        await begun(store, conversation=queued(PLACE.id))
        await store.index(queued(PLACE.id), 1)
        wanted = await store.queue()
        lists = [f"{store.staff_tag}:{name}" for name in ("idx:all", "idx:queue", "idx:team:billing", "q:billing")]
        await store.calls.call("DEL", *lists)
        assert await store.queue() == []

        rebuilt = await store.rebuild()

        assert rebuilt == 1
        assert [item["id"] for item in wanted] == [PLACE.id]
        assert [item["id"] for item in await store.queue()] == [PLACE.id]


async def test_the_feed_of_a_busy_workspace_is_cut_to_what_a_server_should_hold(open_store: OpenStore) -> None:
    texts = sources()
    small = {**texts, "prelude": texts["prelude"].replace("FEED_KEPT = 1000000", "FEED_KEPT = 100")}
    async with open_store(sources=small) as store:
        for n in range(350):
            await store.emit(f"k-{n}", "conversation.updated", {"n": n})

        kept = await store.calls.call("XLEN", f"{store.staff_tag}:feed")
        seen = [first async for first in head(store.feed("5-0"), 2)]

        assert 100 <= kept < 300
        assert seen[0][1] == "reset"
        assert seen[1][2] == {"n": 350 - kept}


async def head(feed: AsyncIterator[Any], count: int) -> AsyncIterator[Any]:
    for _ in range(count):
        yield await anext(feed)
