"""What the store promises, one function each. The contract runs them on the real scripts, where they hold; the planted
bugs run them on broken ones, where the one that names the bug must fail.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from bot.store.redis import RedisStore
from handlers.ports import LeaseLost
from handlers.values import Mail
from routing.events import Claimed, SpeechSuppressed
from tests.contracts.samples import (
    PLACE,
    begun,
    conversation,
    decide,
    decided,
    ids,
    line,
    on_its_own,
    only,
    running,
    said,
    speech,
)

Open = Callable[[], AbstractAsyncContextManager[RedisStore]]
Promise = Callable[[Open], Awaitable[None]]


async def what_is_accepted_is_in_the_mailbox_when_the_answer_comes(open_store: Open) -> None:
    async with open_store() as store:
        accepted = await store.enqueue(PLACE, line("m-1"))

        record = await store.read(accepted.conversation)
        assert record is not None
        assert ids(record.pending) == ["m-1"]


async def an_event_that_is_accepted_again_changes_nothing(open_store: Open) -> None:
    async with open_store() as store:
        first = await store.enqueue(PLACE, line("m-1"), dedupe=["ts-1"])
        second = await store.enqueue(PLACE, line("m-2"))
        again = await store.enqueue(PLACE, line("m-1"))
        alias = await store.enqueue(PLACE, line("m-3"), dedupe=["ts-1"])

        assert (first.seq, second.seq, first.duplicate) == (1, 2, False)
        assert (again.seq, again.duplicate, again.conversation) == (1, True, PLACE.id)
        assert (alias.seq, alias.duplicate) == (1, True)
        assert ids((await only(store)).mails) == ["m-1", "m-2"]


async def mail_makes_an_idle_conversation_ready(open_store: Open) -> None:
    async with open_store() as store, open_store() as worker:
        await store.enqueue(PLACE, line())

        assert [lease.id for lease in await worker.lease(10)] == [PLACE.id]


async def mail_for_a_leased_conversation_rings_its_owner(open_store: Open) -> None:
    async with open_store() as store, open_store() as worker:
        lease = await begun(worker)
        await store.enqueue(PLACE, line("m-2"))

        # The bell of the first line may still be there, and a bell of a shard says nothing about who is meant.
        woken = frozenset[str]()
        for _ in range(3):
            if lease.id not in woken:
                woken |= await worker.wait_for_work(0.5)
        assert lease.id in woken
        assert await worker.beat([lease]) == (set(), {lease.id})
        assert await store.lease(10) == []


async def only_the_owner_commits(open_store: Open) -> None:
    async with open_store() as stale, open_store() as worker:
        old = await begun(stale)
        await worker.enqueue(PLACE, line("m-2"))
        assert await worker.reap(stale.owner) == 1
        new = await only(worker)
        old.mails[:] = new.mails

        with pytest.raises(LeaseLost):
            await decide(stale, old, lines=(said(1),))
        record = await worker.read(PLACE.id)
        assert record is not None
        assert (record.lines, ids(record.pending)) == ((), ["m-2"])


async def only_the_owner_marks_and_settles(open_store: Open) -> None:
    async with open_store() as stale, open_store() as worker:
        old = await begun(stale, rows=(speech("k-1"),))
        await worker.reap(stale.owner)
        new = await only(worker)
        row = old.lanes["customer"][0]

        with pytest.raises(LeaseLost):
            await stale.mark(old, row)
        with pytest.raises(LeaseLost):
            await stale.settle(old, row)
        with pytest.raises(LeaseLost):
            await stale.unlease(old)
        assert [one.row.key for one in new.lanes["customer"]] == ["k-1"]
        assert await worker.mark(new, new.lanes["customer"][0]) == "marked"


async def a_commit_on_an_old_version_is_refused(open_store: Open) -> None:
    async with open_store() as store:
        lease = await begun(store)
        await on_its_own(store, lease, lines=(said(1),))
        lease.version -= 1

        with pytest.raises(LeaseLost):
            await on_its_own(store, lease, lines=(said(1, "twice"),))
        record = await store.read(PLACE.id)
        assert record is not None
        assert [one.text for one in record.lines] == ["hi"]


async def a_lease_is_not_given_back_while_mail_waits(open_store: Open) -> None:
    async with open_store() as store, open_store() as other:
        lease = await begun(store)
        await other.enqueue(PLACE, line("m-2"))

        assert await store.unlease(lease) is False
        assert ids(lease.mails) == ["m-2"]
        await decided(store, lease)
        assert await store.unlease(lease) is True


async def a_lease_is_not_given_back_while_a_row_or_a_run_waits(open_store: Open) -> None:
    async with open_store() as store:
        lease = await begun(store, rows=(speech("k-1"),))

        assert await store.unlease(lease) is False
        await store.settle(lease, lease.lanes["customer"][0])
        await on_its_own(store, lease, conversation=running())
        assert await store.unlease(lease) is False
        await on_its_own(store, lease)
        assert await store.unlease(lease) is True


async def a_conversation_does_not_close_while_mail_waits(open_store: Open) -> None:
    async with open_store() as store:
        await store.enqueue(PLACE, line("m-1"))
        await store.enqueue(PLACE, line("m-2"))
        lease = await only(store)

        assert await decide(store, lease, closes=True) is False
        assert (ids(lease.mails), lease.version) == (["m-1", "m-2"], 0)
        await decide(store, lease)
        assert await decide(store, lease, closes=True) is True


async def an_agents_words_below_the_floor_are_not_marked(open_store: Open) -> None:
    async with open_store() as store:
        lease = await begun(store, rows=(speech("k-1", epoch=5), speech("k-2", epoch=9), speech("k-3", epoch=None)))
        await on_its_own(store, lease, conversation=conversation(floor=9, epoch=9))
        late, new, persons = list(lease.lanes["customer"])

        assert await store.mark(lease, late) == "suppressed"
        assert await store.mark(lease, new) == "marked"
        assert await store.mark(lease, persons) == "marked"
        await store.refresh(lease)
        assert [mail.event for mail in lease.mails] == [SpeechSuppressed("k-1", "triage", "hi")]
        assert [one.row.key for one in lease.lanes["customer"]] == ["k-2", "k-3"]


async def an_event_for_nobody_is_refused(open_store: Open) -> None:
    async with open_store() as store:
        with pytest.raises(LookupError):
            await store.enqueue(PLACE, Mail("c-1", Claimed("alice")))
        assert await store.read(PLACE.id) is None
        assert await store.quiet()


PROMISES: tuple[Promise, ...] = (
    what_is_accepted_is_in_the_mailbox_when_the_answer_comes,
    an_event_that_is_accepted_again_changes_nothing,
    mail_makes_an_idle_conversation_ready,
    mail_for_a_leased_conversation_rings_its_owner,
    only_the_owner_commits,
    only_the_owner_marks_and_settles,
    a_commit_on_an_old_version_is_refused,
    a_lease_is_not_given_back_while_mail_waits,
    a_lease_is_not_given_back_while_a_row_or_a_run_waits,
    a_conversation_does_not_close_while_mail_waits,
    an_agents_words_below_the_floor_are_not_marked,
    an_event_for_nobody_is_refused,
)
