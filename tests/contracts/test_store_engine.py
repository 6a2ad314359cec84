"""Leases and what is written under one: order, fences, rows, runs, timers, repetition."""

import asyncio
from dataclasses import replace

import pytest

from bot.store import engine
from bot.store.clock import RedisTestClock
from handlers.ports import LeaseLost
from handlers.values import Commit, Mail, Place, Row
from routing.conversation import Closed, Unanswered
from routing.effects import InvitePerson
from routing.events import AgentReplied, Delivered, TimerFired
from tests.contracts.conftest import OpenStore
from tests.contracts.samples import (
    OK,
    PLACE,
    TRIAGE,
    armed,
    begun,
    conversation,
    decide,
    decided,
    entry,
    ids,
    line,
    on_its_own,
    only,
    running,
    said,
    speech,
)

pytestmark = pytest.mark.anyio


async def test_fifty_workers_at_once_and_one_gets_the_conversation(open_store: OpenStore) -> None:
    stores = [open_store() for _ in range(50)]
    try:
        await asyncio.gather(*(store.open() for store in stores))
        await stores[0].enqueue(PLACE, line())

        taken = await asyncio.gather(*(store.lease(10) for store in stores))

        assert [lease.id for leases in taken for lease in leases] == [PLACE.id]
    finally:
        await asyncio.gather(*(store.close() for store in stores))


async def test_a_lease_takes_no_more_than_it_was_asked_to_and_rings_for_the_rest(open_store: OpenStore) -> None:
    async with open_store() as store, open_store() as other:
        for n in range(10):
            await store.enqueue(Place(f"order-{n}"), line(f"m-{n}"))

        first = await store.lease(4)
        await other.wait_for_work(5)
        second = await other.lease(100)

        assert len(first) == 4
        assert len(second) == 6
        assert await store.lease(10) == []


async def test_owners_that_take_turns_see_what_the_other_wrote_and_not_what_they_wrote_themselves(
    open_store: OpenStore,
) -> None:
    """What an owner has written it need not read again, unless somebody else has written since."""
    seen: list[int] = []
    async with open_store() as one, open_store() as other:
        for n, store in enumerate((one, other, one, one, other), 1):
            await store.enqueue(PLACE, line(f"m-{n}"))
            lease = await only(store)
            seen.append(lease.conversation.seq if lease.conversation is not None else 0)
            await decided(store, lease, conversation=conversation(seq=n))
            assert await store.unlease(lease)

    assert seen == [0, 1, 2, 3, 4]


async def test_only_so_many_states_are_remembered(open_store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "STATES_KEPT", 3)
    async with open_store() as store:
        for n in (*range(5), 0):
            place = Place(f"order-{n}")
            await store.enqueue(place, line(f"m-{n}-{len(store._states)}"))
            await decided(store, await only(store), conversation=conversation(place.id))
            await store.reap(store.owner)
            [lease] = await store.lease(10)
            assert await store.unlease(lease)

        assert list(store._states) == ["order-3", "order-4", "order-0"]


async def test_a_commit_writes_everything_and_the_reader_sees_it_at_once(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.enqueue(PLACE, line("m-1"))
        await store.enqueue(PLACE, line("m-2"))
        lease = await only(store)
        assert (lease.conversation, lease.version, lease.lines) == (None, 0, 0)
        state = conversation(seq=1, unanswered=(Unanswered(1, 7),))

        await decide(
            store, lease, conversation=state, lines=(said(1), said(2)), journal=(entry(),), rows=(speech("k-1"),)
        )

        assert (lease.conversation, lease.version, lease.lines) == (state, 1, 2)
        assert (ids(lease.mails), [row.row.key for row in lease.lanes["customer"]]) == (["m-2"], ["k-1"])
        record = await store.read(PLACE.id)
        assert record is not None
        assert (record.conversation, record.version, record.lines) == (state, 1, (said(1), said(2)))
        assert (record.journal, ids(record.pending), record.number) == ((entry(),), ["m-2"], None)
        assert await store.history(lease) == (said(1), said(2))


async def test_a_refusal_pops_the_mail_and_leaves_the_state(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begun(store, timers=(armed(10_000),))
        before = lease.conversation
        await store.enqueue(PLACE, line("m-2"))
        await store.refresh(lease)

        await decide(store, lease, conversation=None, outcome=OK)

        assert lease.conversation == before
        assert await store.next_due_ms() == 10_000
        assert await store.outcome(PLACE.id, "m-2", wait_s=0) == OK


async def test_a_commit_brings_the_mail_that_came_meanwhile(open_store: OpenStore) -> None:
    async with open_store() as store, open_store() as ingress:
        await store.enqueue(PLACE, line("m-1"))
        lease = await only(store)
        await ingress.enqueue(PLACE, line("m-2"))

        await decide(store, lease)

        assert (ids(lease.mails), lease.more) == (["m-2"], False)


async def test_only_the_head_of_the_mailbox_can_be_decided(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.enqueue(PLACE, line("m-1"))
        await store.enqueue(PLACE, line("m-2"))
        lease = await only(store)

        with pytest.raises(ValueError, match="not the head"):
            await store.commit(lease, Commit(lease.mails[1], conversation()))


async def test_an_expired_lease_is_reaped_and_the_next_owner_finds_all_work(open_store: OpenStore) -> None:
    async with open_store(lease_s=0.001) as dying, open_store() as store:
        old = await begun(dying, rows=(speech("k-1"),))
        await dying.mark(old, old.lanes["customer"][0])
        while not await store.reap():
            pass

        lease = await only(store)

        row = lease.lanes["customer"][0]
        assert (row.row, row.marked_by, row.attempts) == (speech("k-1"), dying.owner, 1)
        assert row.marked_ms is not None
        assert lease.fence == old.fence + 1
        assert await dying.beat([old]) == ({PLACE.id}, set())


async def test_a_dead_owner_is_reaped_by_its_name_or_the_start_of_it(open_store: OpenStore) -> None:
    async with open_store(owner="box:17:aa") as one, open_store(owner="box:170:bb") as two:
        for n, store in enumerate((one, two)):
            await store.enqueue(Place(f"order-{n}"), line())
            await only(store)

        assert await two.reap() == 0
        assert await two.reap("box:17:") == 1
        assert [lease.id for lease in await two.lease(10)] == ["order-0"]


async def test_a_beat_prolongs_what_is_held(open_store: OpenStore) -> None:
    async with open_store(lease_s=60) as store:
        lease = await begun(store)
        before = lease.good_until

        assert await store.beat([lease]) == (set(), set())

        assert lease.good_until > before


async def test_rows_leave_in_order_and_report_once(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begun(store, rows=(speech("k-1"), speech("k-2"), speech("k-3", lane="desk")))
        rows = lease.lanes["customer"]
        first = rows[0]

        assert await store.mark(lease, first) == "marked"
        await store.unmark(lease, first)
        assert (first.marked_ms, first.attempts) == (None, 1)
        await store.mark(lease, first)
        await store.settle(lease, first, platform_id="C1:17.42", report=Delivered("k-1", "line"))
        await store.settle(lease, first, platform_id="C1:17.42", report=Delivered("k-1", "line"))

        assert [row.row.key for row in rows] == ["k-2"]
        await store.refresh(lease)
        assert [mail.event for mail in lease.mails] == [Delivered("k-1", "line")]
        assert await store.address("console", "local", "C1", "17.42") == PLACE.id
        assert await store.address("console", "local", "C1", "other") is None


@pytest.mark.parametrize("posted", ["17.42", "C1:17.42", "C2:17.42"])  # in the place's own channel, and in others
async def test_a_row_that_has_posted_something_leaves_at_once_though_it_may_be_repeated(
    open_store: OpenStore, posted: str
) -> None:
    """What it would be recognised by is overwritten by the next row's post."""
    async with open_store() as dying, open_store() as store:
        invitation, quiet = (
            Row("desk", key, InvitePerson("ana", 7), "free", "line") for key in (f"{PLACE.id}|2|0", f"{PLACE.id}|2|1")
        )
        lease = await begun(dying, rows=(invitation, quiet))

        await dying.settle(lease, lease.lanes["desk"][0], platform_id=posted)
        await dying.settle(lease, lease.lanes["desk"][0])

        await store.reap(dying.owner)
        assert [row.row for row in (await only(store)).lanes["desk"]] == [quiet]


async def test_who_has_lost_the_lease_remembers_nothing_more(open_store: OpenStore) -> None:
    async with open_store() as dying, open_store() as store:
        old = await begun(dying)
        await dying.memory(old).remember("card", "C1:1")
        await store.reap(dying.owner)
        new = await only(store)
        await store.memory(new).remember("card", "C1:2")

        with pytest.raises(LeaseLost):
            await dying.memory(old).remember("card", "C1:3")

        assert await store.memory(new).recall("card") == "C1:2"


async def test_a_row_that_was_settled_is_not_marked_again(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begun(store, rows=(speech("k-1"),))
        row = lease.lanes["customer"][0]
        await store.settle(lease, row)

        with pytest.raises(LeaseLost):
            await store.mark(lease, row)


async def test_dead_letters_keep_the_row_and_the_event(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begun(store, rows=(speech("k-1"),))
        await store.bury(lease, lease.lanes["customer"][0], "channel archived")
        await store.enqueue(PLACE, line("m-2"))
        await store.refresh(lease)
        poison = lease.mails[0]
        assert [await store.retry(lease, lease.mails[0]) for _ in range(3)] == [1, 2, 3]

        await store.park(lease, poison, "boom", Commit(poison, conversation(priority="high")))

        assert lease.mails == []
        assert lease.conversation == conversation(priority="high")
        letters = await store.calls.call("XRANGE", f"{store.tag(lease.shard)}:x", "-", "+")
        assert [fields[3] for _, fields in letters] == [b"row", b"mail"]
        assert [fields[7] for _, fields in letters] == [b"channel archived", b"boom"]


async def test_tries_survive_the_worker(open_store: OpenStore) -> None:
    async with open_store() as dying, open_store() as store:
        await dying.enqueue(PLACE, line("a|b"))
        lease = await only(dying)
        await dying.retry(lease, lease.mails[0])
        await store.reap(dying.owner)

        assert (await only(store)).mails[0].tries == 1


async def test_the_run_journal_lives_as_long_as_its_turn(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begun(store, conversation=running(1))
        await store.run_append(lease, 1, {"kind": "answer", "text": "hi"})
        await store.run_append(lease, 1, {"kind": "answer", "text": "hi"})

        assert await store.begin(lease, 1, "call-1", speech_epoch=5) == "begun"
        assert await store.begin(lease, 1, "call-1", speech_epoch=5) == "again"
        assert await store.begin(lease, 2, "call-2", speech_epoch=5) == "refused"
        assert await store.run_entries(lease, 1) == [{"kind": "answer", "text": "hi"}] * 2
        await on_its_own(store, lease, conversation=running(1, floor=6))
        assert await store.begin(lease, 1, "call-3", speech_epoch=5) == "refused"

        await on_its_own(store, lease, conversation=running(2))
        assert await store.run_entries(lease, 2) == []
        with pytest.raises(LeaseLost):
            await store.run_append(lease, 1, {"kind": "answer"})


async def test_a_runs_report_counts_once(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begun(store, conversation=running())
        report = Mail("run|1|0", AgentReplied(1, 0, "triage", 5, 1, "hello"))

        await store.report(lease, report)
        await store.report(lease, report)

        await store.refresh(lease)
        assert ids(lease.mails) == ["run|1|0"]
        await decided(store, lease)
        assert await store.unlease(lease)


async def test_timers_fire_when_their_time_has_come_and_are_replaced_by_each_commit(open_store: OpenStore) -> None:
    clock = RedisTestClock(1_000_000)
    async with open_store(clock=clock) as store:
        lease = await begun(store, timers=(armed(1_005_000, ref="0"), armed(1_009_000, "slow_line", ref="1")))
        assert await store.fire_timers() == 0
        await on_its_own(store, lease, timers=(armed(1_005_000, ref="0"), armed(1_007_000, "slow_line", ref="1")))
        assert await store.unlease(lease)
        assert (await store.quiet(), await store.next_due_ms()) == (True, 1_005_000)

        await clock.advance(8_000)
        assert await store.quiet() is False
        assert await store.fire_timers() == 2
        assert await store.fire_timers() == 0

        lease = await only(store)
        assert [mail.event for mail in lease.mails] == [
            TimerFired("unclaimed", 5, "0", 1_005_000),
            TimerFired("slow_line", 5, "1", 1_007_000),
        ]
        assert lease.now_ms == lease.mails[0].at_ms == 1_008_000
        await decided(store, lease, timers=())
        assert await store.unlease(lease)
        assert (await store.quiet(), await store.next_due_ms()) == (True, None)


async def test_a_shards_time_never_goes_back(open_store: OpenStore) -> None:
    async with open_store(clock=RedisTestClock(5_000_000_000_000)) as ahead:
        await begun(ahead)
    async with open_store() as store:
        await store.enqueue(PLACE, line("m-2"))

        record = await store.read(PLACE.id)

        assert record is not None
        assert record.pending[0].at_ms == record.now_ms == 5_000_000_000_000


async def test_unanswered_conversations_are_known_until_they_are_answered(open_store: OpenStore) -> None:
    async with open_store() as store:
        lease = await begun(store, conversation=conversation(unanswered=(Unanswered(1, 42),)))
        key = f"{store.tag(lease.shard)}:u"
        assert await store.calls.call("ZSCORE", key, PLACE.id) == b"42"

        await on_its_own(store, lease)
        assert await store.calls.call("ZSCORE", key, PLACE.id) is None


async def test_a_closed_conversation_still_reads(open_store: OpenStore) -> None:
    async with open_store() as store:
        state = conversation(holder=Closed(9))
        lease = await begun(store, conversation=state, closes=True)
        assert await store.unlease(lease)

        record = await store.read(PLACE.id)

        assert record is not None
        assert record.conversation == replace(state)
        assert TRIAGE.name == "triage"
