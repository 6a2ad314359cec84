"""What a conversation was decided from is kept with it, once, by whoever held it, and read whole."""

import re
import socket
from dataclasses import replace
from typing import Any

import pytest

from bot.agents.journal import recorded_answer
from bot.agents.models.base import ModelAnswer
from bot.replay import Replayed, replay
from bot.store.codec import CodecError
from bot.store.log import Damage, Entry, TurnEntry
from bot.store.logbook import Logbook
from bot.store.records import part, parted
from bot.store.redis import RedisStore
from handlers.apply import Desk, apply
from handlers.values import Lease, Mail
from routing.events import AgentReplied, Claimed, Event, MarkedResolved, Replied
from routing.policy import Policy
from tests.contracts.conftest import OpenStore
from tests.contracts.samples import PLACE, line, only
from tests.properties.desk_policy import desk

pytestmark = pytest.mark.anyio

_WHOLE = desk()
POLICY = replace(_WHOLE, agents={name: replace(agent, handoffs=()) for name, agent in _WHOLE.agents.items()})


async def policy_for(version: str) -> Policy | None:
    return POLICY if version == POLICY.version else None


async def happens(store: RedisStore, lease: Lease, mail_id: str, event: Event | None = None, text: str = "") -> None:
    """Accept it and decide it."""
    mail = Mail(mail_id, event) if event is not None else line(mail_id, text)
    await store.enqueue(PLACE, mail)
    await store.refresh(lease)
    await apply(Desk(store, store, frozenset({"console"})), lease, lease.mails[0], lease.mails[0].event, POLICY)


async def begin(store: RedisStore) -> Lease:
    """An agent has answered the first line."""
    await store.enqueue(PLACE, line("m-1", "where is my invoice"))
    lease = await only(store)
    await apply(Desk(store, store, frozenset({"console"})), lease, lease.mails[0], lease.mails[0].event, POLICY)
    assert lease.conversation is not None and lease.conversation.run is not None
    run = lease.conversation.run
    await store.run_append(lease, run.turn, {"kind": "tool", "output": "invoice 7", "run_step": 0})
    await happens(store, lease, "a-1", AgentReplied(run.turn, 0, "triage", run.epoch, 1, "Under Account."))
    return lease


async def goes_on(store: RedisStore, lease: Lease, rounds: int = 4) -> None:
    """A person takes it and answers line after line."""
    await happens(store, lease, "c-0", Claimed("ana"))
    await happens(store, lease, "c-1", Claimed("vic"))  # who may not
    for number in range(rounds):
        await happens(store, lease, f"m-2-{number}", text=f"and line {number}?")
        await happens(store, lease, f"r-{number}", Replied("ana", f"Answer {number}."))


async def book_of(store: RedisStore) -> Logbook:
    book = await store.logbook(PLACE.id)
    assert book is not None
    return book


async def again(book: Logbook, monkeypatch: pytest.MonkeyPatch) -> Replayed:
    """Decide it again while nothing can be connected to."""

    def refuse(*_: Any) -> None:
        raise AssertionError("the network was used")

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket.socket, "connect_ex", refuse)
        return await replay(book, policy_for)


async def test_what_was_decided_is_decided_again_from_the_log(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store() as store:
        lease = await begin(store)
        await goes_on(store, lease)
        book = await book_of(store)

    replayed = await again(book, monkeypatch)

    assert (replayed.verdict, replayed.why) == ("same", "")
    assert (replayed.link, replayed.again.state) == (lease.link, lease.conversation)
    assert [entry.way for entry in book.entries if isinstance(entry, Entry)].count("refused") == 1
    assert len(replayed.steps) == 12


async def test_what_a_turn_did_is_kept_once_before_the_event_that_ended_it(open_store: OpenStore) -> None:
    async with open_store() as store:
        await begin(store)
        first, tool, report = (await book_of(store)).entries

    assert isinstance(first, Entry) and isinstance(report, Entry)
    assert tool == TurnEntry(1, 0, {"kind": "tool", "output": "invoice 7"})


async def test_the_next_owner_goes_on_with_the_same_chain(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store() as first, open_store() as second:
        await begin(first)
        await first.reap(first.owner)
        lease = await only(second)
        await goes_on(second, lease, rounds=1)
        book = await book_of(second)

    assert (await again(book, monkeypatch)).verdict == "same"


async def test_the_log_of_a_resting_conversation_takes_less_room_and_says_the_same(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store() as store:
        lease = await begin(store)
        await goes_on(store, lease, rounds=10)
        await happens(store, lease, "done", MarkedResolved("ana"))
        before, journal = await book_of(store), await store.read(PLACE.id)
        plain = await store.calls.call("MEMORY", "USAGE", before.key)
        await store.compact(lease)
        blob = await store.calls.call("MEMORY", "USAGE", before.key)
        after, read = await book_of(store), await store.read(PLACE.id)
        await happens(store, lease, "m-again", text="one more thing")
        later = await book_of(store)

    assert blob < plain
    assert after == before
    assert read is not None and journal is not None and read.journal == journal.journal != ()
    assert (await again(later, monkeypatch)).verdict == "same"
    assert later.entries[: len(before.entries)] == before.entries


async def test_a_damaged_entry_is_named_and_the_others_stay(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store() as store:
        lease = await begin(store)
        await goes_on(store, lease)
        whole = await book_of(store)
        lines, entries = parted(await store.calls.call("LRANGE", whole.key, 0, -1), whole.key)
        entries[4] = b"\x93\x01"
        await store.calls.call("DEL", whole.key)
        await store.calls.call("RPUSH", whole.key, part(lines, entries))
        broken = await book_of(store)

    replayed = await again(broken, monkeypatch)

    assert isinstance(broken.entries[4], Damage)
    assert [*broken.entries[:4], *broken.entries[5:]] == [*whole.entries[:4], *whole.entries[5:]]
    assert replayed.verdict == "damaged"
    assert replayed.why.startswith(f"entry 5 of {len(whole.entries)}: {whole.key}: damaged record of 2 bytes")


async def test_a_damaged_element_is_an_error_with_the_name_of_its_key(open_store: OpenStore) -> None:
    """It holds lines of the transcript too, without which nothing can be decided again."""
    async with open_store() as store:
        lease = await begin(store)
        await goes_on(store, lease)
        key = (await book_of(store)).key

        for damaged in (b"d\x07\xff", b"d", part([b"a line"], [])[:-2], b"\x93\x01"):
            await store.calls.call("LSET", key, 1, damaged)
            with pytest.raises(CodecError, match=re.escape(key)):
                await store.logbook(PLACE.id)
            with pytest.raises(CodecError, match=re.escape(key)):
                await store.read(PLACE.id)


async def test_what_a_model_answered_cannot_be_changed_unnoticed(open_store: OpenStore) -> None:
    """A turn's answers must come to the report that was decided upon."""
    async with open_store() as store:
        await store.enqueue(PLACE, line("m-1", "where is my invoice"))
        lease = await only(store)
        await apply(Desk(store, store, frozenset({"console"})), lease, lease.mails[0], lease.mails[0].event, POLICY)
        assert lease.conversation is not None and lease.conversation.run is not None
        run = lease.conversation.run
        answer = recorded_answer(0, "triage", ModelAnswer("Ask again."), "run")
        await store.run_append(lease, run.turn, {**answer, "run_step": 0})
        await happens(store, lease, "a-1", AgentReplied(run.turn, 0, "triage", run.epoch, 1, "Under Account."))
        replayed = await replay(await book_of(store), policy_for)

    assert replayed.verdict == "differs"
    assert replayed.why == "entry 3 of 3: AgentReplied, the recorded answers come to another report: says 'Ask again.'"
