"""Accepting events: order, numbers, duplicates, places, and what became of them."""

import asyncio
import random

import pytest

from bot.store.places import channel_of, place_of, shard_of
from bot.store.records import accepted_as
from handlers.values import Lease, Mail, Outcome, Place, Record
from routing.events import CancelRequested, Claimed, MessageReceived, Rated
from tests.contracts.conftest import OpenStore
from tests.contracts.samples import OK, PLACE, closed, decide, decided, ids, line, only, texts

pytestmark = pytest.mark.anyio


async def test_a_customers_lines_keep_their_order_and_are_numbered(open_store: OpenStore) -> None:
    async with open_store() as store:
        accepted = [await store.enqueue(PLACE, line(f"m-{n}", f"line {n}")) for n in range(1, 6)]
        await store.enqueue(PLACE, Mail("c-1", Claimed("alice")))

        lease = await only(store)

        assert [one.seq for one in accepted] == [1, 2, 3, 4, 5]
        assert ids(lease.mails) == ["m-1", "m-2", "m-3", "m-4", "m-5", "c-1"]
        events = [mail.event for mail in lease.mails if isinstance(mail.event, MessageReceived)]
        assert [event.seq for event in events] == [1, 2, 3, 4, 5]
        assert all(mail.at_ms > 1_600_000_000_000 for mail in lease.mails)
        assert [event.at_ms for event in events] == [mail.at_ms for mail in lease.mails[:5]]


async def test_events_that_come_three_times_in_any_order_count_once(open_store: OpenStore) -> None:
    names = [f"m-{n}" for n in range(20)]
    deliveries = names * 3
    random.Random(7).shuffle(deliveries)
    first_seen = list(dict.fromkeys(deliveries))

    async with open_store() as store:
        accepted = [(name, await store.enqueue(PLACE, line(name, name))) for name in deliveries]

        lease = await only(store)

        assert ids(lease.mails) == first_seen
        assert {(name, one.seq) for name, one in accepted} == {(name, n) for n, name in enumerate(first_seen, 1)}
        assert sum(not one.duplicate for _, one in accepted) == 20


async def test_many_at_once_are_all_accepted(open_store: OpenStore) -> None:
    async with open_store() as store:
        places = [Place(f"order-{n % 50}") for n in range(1000)]

        await asyncio.gather(*(store.enqueue(place, line(f"m-{n}")) for n, place in enumerate(places)))

        leases: list[Lease] = []
        while taken := await store.lease(64):
            leases += taken
        assert sorted(lease.id for lease in leases) == sorted({place.id for place in places})
        assert sum(len(lease.mails) for lease in leases) == 1000


async def test_a_closed_place_begins_a_new_conversation_and_every_name_of_it_leads_there(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.enqueue(PLACE, line("m-1"))
        await closed(store)

        second = await store.enqueue(PLACE, line("m-2"))
        assert (second.conversation, second.seq) == ("order-7~2", 1)
        assert (await store.enqueue(Place("order-7~2"), line("m-3"))).conversation == "order-7~2"
        lease = await only(store)
        assert (lease.id, lease.place.id) == ("order-7~2", "order-7")
        await decided(store, lease, closes=True)
        await store.unlease(lease)

        assert (await store.enqueue(Place("order-7~2"), line("m-4"))).conversation == "order-7~3"
        assert (await store.enqueue(PLACE, line("m-5"))).conversation == "order-7~3"
        record = await store.read("order-7~3")
        assert record is not None
        assert (record.place.id, ids(record.pending)) == ("order-7", ["m-4", "m-5"])


async def test_events_of_the_place_go_to_what_is_open_there_and_others_to_what_they_name(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.enqueue(PLACE, line("m-1"))
        await closed(store)
        await store.enqueue(PLACE, line("m-2"))

        assert (await store.enqueue(PLACE, Mail("x-1", CancelRequested("mia")))).conversation == "order-7~2"
        assert (await store.enqueue(PLACE, Mail("x-2", Rated("mia", 5)))).conversation == "order-7"
        assert (await store.enqueue(Place("order-7~2"), Mail("x-3", Claimed("ana")))).conversation == "order-7~2"


async def test_a_place_that_is_named_like_a_second_conversation_stays_its_own(open_store: OpenStore) -> None:
    async with open_store() as store:
        assert (await store.enqueue(Place("order-7~2"), line("m-1"))).conversation == "order-7~2"
        lease = await only(store)
        assert lease.place.id == "order-7~2"
        await decided(store, lease)
        await store.unlease(lease)

        assert (await store.enqueue(PLACE, line("m-2"))).conversation == "order-7"
        await closed(store)
        assert (await store.enqueue(PLACE, line("m-3"))).conversation == "order-7~3"


@pytest.mark.parametrize("place", ["order-7", "~2", "a~2~3", "slack.T1.C1.17.42", "slack.T1.D1"])
def test_every_conversation_of_a_place_lies_on_its_shard(place: str) -> None:
    home = shard_of(place_of(place), 64)

    for conversation in (f"{place}~2", f"{place}~31", f"{place}~2~2"):
        assert shard_of(place_of(conversation), 64) == home
        assert shard_of(place_of(conversation, place), 64) == home


def test_a_slack_thread_is_sharded_by_its_channel() -> None:
    place = place_of("slack.T1.C1.1700000000.000100~2")

    assert (place.platform, place.workspace, place.channel) == ("slack", "T1", "T1.C1")


async def test_a_place_that_contradicts_its_id_is_refused(open_store: OpenStore) -> None:
    async with open_store() as store:
        with pytest.raises(ValueError, match="is not where its id says"):
            await store.enqueue(Place("order-7", "slack", "T9"), line())
        with pytest.raises(ValueError, match="a mail's id"):
            await store.enqueue(PLACE, line("m\n1"))


async def test_lines_within_the_debounce_are_sorted_by_platform_time_and_clicks_stay(open_store: OpenStore) -> None:
    async with open_store() as store:
        for name, platform_ms in (("b", 20), ("c", 30), ("a", 10)):
            await store.enqueue(PLACE, line(name, name, platform_ms=platform_ms), debounce_ms=40)
        await store.enqueue(PLACE, Mail("click", Claimed("ana")))
        await store.enqueue(PLACE, line("z", "z", platform_ms=1), debounce_ms=40)

        lease = await only(store)

        assert ids(lease.mails) == ["a", "b", "c", "click", "z"]
        events = [mail.event for mail in lease.mails if isinstance(mail.event, MessageReceived)]
        assert texts(events) == ["a", "b", "c", "z"]
        assert [event.seq for event in events] == [1, 2, 3, 4]


async def test_a_line_waits_for_its_debounce_and_is_found_without_another_bell(open_store: OpenStore) -> None:
    async with open_store() as store, open_store() as ingress:
        await ingress.enqueue(PLACE, line(platform_ms=1), debounce_ms=60)

        async with asyncio.timeout(30):
            while not (leases := await store.lease(10)):
                await store.wait_for_work(600)

        assert leases[0].id == PLACE.id


async def test_a_mailbox_that_overflows_keeps_everything_in_order(open_store: OpenStore) -> None:
    async with open_store() as store:
        await asyncio.gather(*(store.enqueue(PLACE, line(f"m-{n}")) for n in range(1100)))
        lease = await only(store)
        assert lease.more

        seen = []
        while lease.mails:
            seen.append(lease.mails[0].id)
            await decide(store, lease, conversation=None)
            if len(seen) == 500:
                await store.enqueue(PLACE, line("late"))

        assert seen == [f"m-{n}" for n in range(1100)] + ["late"]
        assert await store.unlease(lease)


async def test_who_waits_for_an_outcome_is_told(open_store: OpenStore) -> None:
    async with open_store() as ingress, open_store() as worker:
        await ingress.enqueue(PLACE, line("m-1", reply_to=ingress.owner))
        waiting = asyncio.create_task(ingress.outcome(PLACE.id, "m-1", wait_s=10))
        lease = await only(worker)
        assert lease.mails[0].reply_to == ingress.owner

        await decide(worker, lease, outcome=Outcome("stale", "Ana is with you", "Ana", 7))

        assert await waiting == Outcome("stale", "Ana is with you", "Ana", 7)
        assert await ingress.outcome(PLACE.id, "m-1", wait_s=0) == Outcome("stale", "Ana is with you", "Ana", 7)
        assert await ingress.outcome(PLACE.id, "m-2", wait_s=0.01) is None


async def test_an_outcome_is_found_without_a_signal_too(open_store: OpenStore) -> None:
    async with open_store() as ingress, open_store() as worker:
        await ingress.enqueue(PLACE, line("m-1", reply_to="somebody else"))
        waiting = asyncio.create_task(ingress.outcome(PLACE.id, "m-1", wait_s=10))

        await decide(worker, await only(worker), outcome=OK)

        assert await waiting == OK


async def test_what_is_not_there_reads_as_nothing(open_store: OpenStore) -> None:
    async with open_store() as store:
        assert await store.read("nobody") is None


async def test_a_conversation_that_is_decided_between_two_looks_is_still_seen(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply in a thread is dropped where nobody knows of a conversation, so this look must never miss one."""
    async with open_store() as store, open_store() as worker:
        await store.enqueue(PLACE, line())
        waiting = await store.glance(PLACE)
        whole_look = store.read

        async def slow_look(conversation: str) -> Record | None:
            assert await decide(worker, await only(worker))
            return await whole_look(conversation)

        monkeypatch.setattr(store, "read", slow_look)

        seen = await store.glance(PLACE)

        assert waiting is not None and waiting.decided is None
        assert seen is not None and seen.decided is not None
        assert seen.id == PLACE.id


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("slack.T1.C7.100.5", b"1\n.100.5"),
        ("slack.T1.D7", b"1\n"),
        ("order-7", b"1|"),
        ("order-7~2", b"1|order-7~2"),
        ("slack", b"1|"),
    ],
)
async def test_what_was_accepted_names_its_conversation_without_what_all_of_the_channel_begin_with(
    open_store: OpenStore, id: str, value: bytes
) -> None:
    """Restoring a backup reads the same as the script does."""
    place = place_of(id)
    channel = channel_of(place)
    async with open_store() as store:
        first = await store.enqueue(place, line("m-1"), dedupe=["name-1"])
        again = await store.enqueue(place, line("name-1"))
        tag = store.tag(store.shard(place))
        tables = [await store.calls.call("HGETALL", f"{tag}:d:{channel}:{turn}") for turn in (0, 1)]

    assert (again.conversation, again.seq, again.duplicate) == (first.conversation, 1, True) == (id, 1, True)
    [table] = filter(None, tables)
    assert dict(zip(table[::2], table[1::2], strict=True)) == {b"m-1": value, b"name-1": value}
    assert accepted_as(value, channel) == (1, id)


async def test_what_was_accepted_by_a_version_before_is_still_a_duplicate(open_store: OpenStore) -> None:
    place = place_of("slack.T1.C7.100.5")
    async with open_store() as store:
        await store.enqueue(place, line("m-1"))
        for turn in (0, 1):
            key = f"{store.tag(store.shard(place))}:d:{channel_of(place)}:{turn}"
            await store.calls.call("HSET", key, "m-1", f"1|{place.id}", "m-2", f"|{place.id}")
        again = [await store.enqueue(place, line(name)) for name in ("m-1", "m-2")]

    assert [(one.conversation, one.seq, one.duplicate) for one in again] == [
        (place.id, 1, True),
        (place.id, None, True),
    ]
    assert [accepted_as(f"{n}|{place.id}".encode(), "T1.C7") for n in ("1", "")] == [(1, place.id), (0, place.id)]
