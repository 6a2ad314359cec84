"""Timers after a downtime: each enters its mailbox once, the earliest first, whoever fires them and however often."""

import asyncio
from collections.abc import Iterator

import pytest

from bot.store.redis import RedisStore
from handlers.values import Commit, Lease, Mail, Place
from routing.conversation import Conversation, HeldByAgent
from routing.events import MessageReceived, TimerFired
from routing.timers import Timer
from tests.faults.wall_clock import WallClock, steps_or_skip
from tests.redis_servers import SAFE, SERVERS, PrivateServer

PLACE = Place("place")
DAY_S = 86_400.0
pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[PrivateServer]:
    with PrivateServer(SERVERS["redis"], options=SAFE) as running:
        yield running


async def armed(store: RedisStore, *after_ms: int) -> None:
    """A conversation with timers that are due so long after now, in no order."""
    await store.enqueue(PLACE, Mail("line", MessageReceived(0, "mia", "hello", 0)))
    [lease] = await store.lease(1)
    state = Conversation(PLACE.id, "console", "local", "mia", lease.now_ms, HeldByAgent("triage"), 5, "v1")
    timers = tuple(Timer("slow_line", lease.now_ms + ms, 5, str(n)) for n, ms in enumerate(after_ms))
    await store.commit(lease, Commit(lease.mails[0], state, timers=timers))
    assert await store.unlease(lease)


async def fired(*stores: RedisStore) -> list[TimerFired]:
    """What has come when nothing is due any more."""
    async with asyncio.timeout(60):
        while True:
            await asyncio.gather(*(store.fire_timers() for store in stores))
            due_ms = await stores[0].next_due_ms()
            if due_ms is None:
                break
    record = await stores[0].read(PLACE.id)
    assert record is not None
    return [mail.event for mail in record.pending if isinstance(mail.event, TimerFired)]


async def test_timers_of_a_downtime_fire_once_and_in_order(server: PrivateServer) -> None:
    """Those that fell due while the store was away, and those that fall due while it is caught up."""
    after_ms = (300, 100, 400, 200, 100)
    async with RedisStore(server.url) as one, RedisStore(server.url) as two, RedisStore(server.url) as three:
        await armed(one, *after_ms)
        server.kill()
        server.start()

        events = await fired(one, two, three)

    assert sorted(event.ref for event in events) == ["0", "1", "2", "3", "4"]
    assert [event.due_ms for event in events] == sorted(event.due_ms for event in events)


async def test_a_clock_that_was_ahead_for_a_moment_fires_nothing_early() -> None:
    """Something was decided in that moment, so the time of decisions stays ahead; that of timers does not."""
    steps_or_skip()
    with (
        WallClock() as clock,
        PrivateServer(SERVERS["redis"], options=SAFE, environment=clock.environment) as server,
    ):
        async with RedisStore(server.url) as one, RedisStore(server.url) as two:
            await armed(one, 3_600_000)
            for store in (one, two):
                assert await store.fire_timers() == 0

            clock.step(DAY_S)
            ahead = await one.fire_timers()
            await one.enqueue(PLACE, Mail("another", MessageReceived(0, "mia", "still here", 0)))
            [lease] = await taken(one)
            clock.mend()
            back = [await store.fire_timers() for store in (one, two)]

    assert (ahead, back) == (0, [0, 0])
    assert lease.mails


async def taken(store: RedisStore) -> list[Lease]:
    async with asyncio.timeout(30):
        while not (found := await store.lease(1)):
            await store.wait_for_work(0.05)
    return found
