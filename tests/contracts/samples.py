"""Small values for the store's tests, and the ways a worker would use the ports."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import anyio

from bot.store.redis import RedisStore
from handlers.values import Commit, Lease, Mail, Outcome, Place, Row
from routing.conversation import Actor, Conversation, HeldByAgent, Run
from routing.effects import JournalEntry, Line, Say
from routing.events import Event, MessageReceived
from routing.timers import Timer

PLACE = Place("order-7")
TRIAGE = Actor("agent", "triage")


def line(mail_id: str = "m-1", text: str = "hello", *, platform_ms: int = 0, reply_to: str = "") -> Mail:
    return Mail(mail_id, MessageReceived(0, "mia", text, 0, platform_ms=platform_ms), reply_to=reply_to)


def conversation(conversation_id: str = PLACE.id, **changes: Any) -> Conversation:
    base = Conversation(conversation_id, "console", "local", "mia", 1_000, HeldByAgent("triage"), 5, "v1")
    return replace(base, **changes)


def running(turn: int = 1, **changes: Any) -> Conversation:
    return conversation(run=Run(turn, "triage", 1, 5, 1_000), turn=turn, **changes)


def said(n: int, text: str = "hi") -> Line:
    return Line(n, TRIAGE, text, "public", 1_000)


def entry() -> JournalEntry:
    return JournalEntry(1_000, 5, "Claimed", "person:alice", "button", "none", "agent:triage", "person:alice", "v1")


def speech(key: str, *, epoch: int | None = 5, lane: Any = "customer") -> Row:
    return Row(lane, key, Say(TRIAGE, "hi", epoch), "reconcile", "line", speech_epoch=epoch)


def armed(due_ms: int, kind: Any = "unclaimed", epoch: int = 5, ref: str = "0") -> Timer:
    return Timer(kind, due_ms, epoch, ref)


async def only(store: RedisStore) -> Lease:
    """The one conversation that is ready."""
    [lease] = await store.lease(10)
    return lease


async def decide(store: RedisStore, lease: Lease, **parts: Any) -> bool:
    """Commit the head of the mailbox, with a state if none is given."""
    parts.setdefault("conversation", conversation(lease.id))
    return await store.commit(lease, Commit(lease.mails[0], **parts))


async def decided(store: RedisStore, lease: Lease, **parts: Any) -> Lease:
    """Everything in the mailbox is decided; the last commit has `parts`."""
    while len(lease.mails) > 1:
        await decide(store, lease)
    assert await decide(store, lease, **parts)
    return lease


async def on_its_own(store: RedisStore, lease: Lease, **parts: Any) -> bool:
    """A commit that answers no mail."""
    parts.setdefault("conversation", conversation(lease.id))
    return await store.commit(lease, Commit(None, **parts))


async def begun(store: RedisStore, **parts: Any) -> Lease:
    """A conversation with one decided message, leased."""
    await store.enqueue(PLACE, line())
    return await decided(store, await only(store), **parts)


async def closed(store: RedisStore) -> None:
    lease = await only(store)
    assert await decided(store, lease, closes=True)
    assert await store.unlease(lease)


def ids(mails: Sequence[Mail]) -> list[str]:
    return [mail.id for mail in mails]


def texts(events: Sequence[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, MessageReceived)]


async def eventually(check: Callable[[], Awaitable[bool]], within_s: float = 60.0) -> None:
    """Until the condition holds; a test that waits for nothing fails instead of hanging."""
    deadline = time.monotonic() + within_s
    while not await check():
        assert time.monotonic() < deadline, "it did not happen in time"
        await anyio.sleep(0.002)


OK = Outcome("ok")
