"""The wall clock of a server is set while everything runs: no conversation is lost to it or left lying."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.store.redis import RedisStore
from handlers.values import Commit, Lease, Mail, Place
from routing.conversation import Conversation, HeldByAgent
from routing.events import MessageReceived
from tests.faults.bare_traffic import Traffic
from tests.faults.test_delivery import QUESTION, THREAD, answers, chat
from tests.faults.wall_clock import WallClock, steps_or_skip
from tests.redis_servers import SERVERS, PrivateServer

HOUR_S = 3_600.0
LEASE_S = 1.0
PLACE = Place("place")
pytestmark = pytest.mark.anyio


class Clocked:
    """A server and the clock that it goes by."""

    def __init__(self, server: PrivateServer, clock: WallClock) -> None:
        self.server = server
        self._clock = clock

    @property
    def url(self) -> str:
        return self.server.url

    def ahead_s(self) -> float:
        """Of this process, as the server tells the time."""
        return float(self.server.lines("TIME").split(b"\r\n")[2]) - time.time()

    async def step(self, by_s: float) -> None:
        self._clock.step(by_s)
        await until(lambda: abs(self.ahead_s() - self._clock.ahead_s) < 5)


@pytest.fixture(params=sorted(SERVERS))
def clocked(request: pytest.FixtureRequest) -> Iterator[Clocked]:
    steps_or_skip()
    with WallClock() as clock, PrivateServer(SERVERS[request.param], environment=clock.environment) as server:
        yield Clocked(server, clock)


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not so():
            await asyncio.sleep(0.01)


def line(number: int) -> Mail:
    return Mail(f"line-{number}", MessageReceived(0, "mia", f"line {number}", 0))


async def taken(store: RedisStore) -> Lease:
    """What is ready, as soon as something is."""
    async with asyncio.timeout(30):
        while True:
            await store.reap()
            found = await store.lease(1)
            if found:
                return found[0]
            await store.wait_for_work(0.05)


async def test_a_clock_set_ahead_takes_nothing_from_a_worker_that_lives(clocked: Clocked) -> None:
    async with RedisStore(clocked.url) as living, RedisStore(clocked.url) as other:
        await living.enqueue(PLACE, line(1))
        lease = await taken(living)
        await other.reap()  # it has seen the clock as it was

        await clocked.step(HOUR_S)
        reaped = [await other.reap() for _ in range(3)]
        gone, _ = await living.beat([lease])

    assert reaped == [0, 0, 0]
    assert not gone


@pytest.mark.parametrize("seen", [True, False], ids=["seen", "before anybody came"])
async def test_a_clock_set_ahead_a_little_makes_nobody_dead(clocked: Clocked, seen: bool) -> None:
    """By it all leases have not been prolonged for a while, and have not run out."""
    async with RedisStore(clocked.url) as living, RedisStore(clocked.url) as other:
        other.newcomer_s = 0.0
        await living.enqueue(PLACE, line(1))
        lease = await taken(living)
        if seen:
            await other.reap()

        await clocked.step(living.lease_s / 2)
        reaped = [await other.reap() for _ in range(3)]
        gone, _ = await living.beat([lease])

    assert reaped == [0, 0, 0]
    assert not gone


@pytest.mark.parametrize("seen", [True, False], ids=["seen", "before anybody came"])
async def test_a_clock_set_back_leaves_nothing_with_a_worker_that_died(clocked: Clocked, seen: bool) -> None:
    """Neither what it held nor what was ready: without that both wait until the clock has caught up."""
    held, ready = PLACE, Place("another")
    async with RedisStore(clocked.url, lease_s=LEASE_S) as died, RedisStore(clocked.url, lease_s=LEASE_S) as other:
        await died.enqueue(held, line(1))
        assert (await taken(died)).id == held.id
        await died.enqueue(ready, line(2))
        if seen:
            await other.reap()

        await clocked.step(-HOUR_S)
        found: set[str] = set()
        while found != {held.id, ready.id}:
            found.add((await taken(other)).id)


async def test_the_time_of_decisions_never_goes_back(clocked: Clocked) -> None:
    state = Conversation(PLACE.id, "console", "local", "mia", 1_000, HeldByAgent("triage"), 5, "v1")
    async with RedisStore(clocked.url) as store:
        times = []
        await store.enqueue(PLACE, line(0))
        lease = await taken(store)
        for number, by_s in enumerate((HOUR_S, -2 * HOUR_S, 5.0, 90.0), 1):
            times.append(lease.now_ms)
            await clocked.step(by_s)
            await store.commit(lease, Commit(lease.mails[0], state))
            await store.enqueue(PLACE, line(number))
            await store.refresh(lease)

    assert times == sorted(times)


@pytest.mark.parametrize("ahead_s", [HOUR_S, -HOUR_S])
async def test_a_reply_is_looked_up_by_one_clock_only(clocked: Clocked, tmp_path: Path, ahead_s: float) -> None:
    """The server has another time than the worker: a call that may still be on its way is waited for, as long as
    always. It would be looked up at once, and said twice, or an hour later."""
    await clocked.step(ahead_s)
    async with chat(clocked.url, tmp_path) as desk:
        desk.recorder.faults.append("late")
        await desk.say(QUESTION)
        await desk.until(lambda: desk.recorder.posts)
        await desk.quiet()

    assert answers(desk.recorder.texts(THREAD)) == 1


async def test_traffic_goes_on_in_order_while_the_clock_is_set(clocked: Clocked) -> None:
    traffic = Traffic(clocked.url)

    async with traffic.flowing():
        for by_s in (5.0, 90.0, -2 * HOUR_S, HOUR_S, -30.0):
            await clocked.step(by_s)
            before = {place: len(texts) for place, texts in traffic.sent.items()}
            await until(lambda before=before: all(len(traffic.sent[one]) > n for one, n in before.items()))  # type: ignore[misc]

    assert await traffic.written() == traffic.sent
