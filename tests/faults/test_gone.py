"""Workers without a supervisor: one that is killed holds nobody up, one that only stands still keeps what it holds."""

import asyncio
import signal
import threading
from collections.abc import Iterator

import pytest
import redis

from bot.store.redis import RedisStore
from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, Program, agent_lines
from tests.fakes.model import text
from tests.faults.test_supervisor import lease

LEASE_S = 120.0  # the longest there is: who waited for its end would be given up before


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with fakes.running(tmp_path_factory.mktemp("gone"), BATON_LEASE_S=str(LEASE_S)) as desk:
        yield desk


@pytest.fixture
def desk(running: Desk) -> Desk:
    for worker in running.workers:
        if worker.process is None:
            worker.start()
    return running


def store_of(desk: Desk) -> str:
    return desk.ingress.environment["REDIS_URL"]


def holder(desk: Desk, owner: str) -> Program:
    return next(worker for worker in desk.workers if worker.pid == int(owner.split(":")[1]))


def test_what_a_killed_worker_held_is_anothers_long_before_its_lease_ends(desk: Desk) -> None:
    may_answer = threading.Event()
    desk.model.rule("cherry", text("Once.", when=may_answer))
    desk.say("killed", "cherry?")
    desk.until_asked("cherry")
    with redis.Redis.from_url(store_of(desk)) as store:
        owner, ends_ms = lease(store, "killed")

        holder(desk, owner).kill()
        desk.until_asked("cherry", 2)
        next_owner, _ = lease(store, "killed")
        now_s, _ = store.time()
        may_answer.set()
        view = desk.answered("killed")

    assert next_owner != owner
    assert now_s * 1000 < ends_ms
    assert agent_lines(view) == ["Once."]


async def reaped(url: str) -> list[int]:
    """By one that does not trust anybody for a moment."""
    async with RedisStore(url, lease_s=LEASE_S) as store:
        store.quiet_s = store.newcomer_s = store.spared_s = 0.0
        return [await store.reap() for _ in range(3)]


def test_a_worker_that_stands_still_keeps_what_it_holds(desk: Desk) -> None:
    may_answer = threading.Event()
    desk.model.rule("damson", text("Later.", when=may_answer))
    desk.say("stopped", "damson?")
    desk.until_asked("damson")
    with redis.Redis.from_url(store_of(desk)) as store:
        owner, _ = lease(store, "stopped")
        stopped = holder(desk, owner)

        stopped.send(signal.SIGSTOP)
        try:
            taken = asyncio.run(reaped(store_of(desk)))
            still, _ = lease(store, "stopped")
        finally:
            stopped.send(signal.SIGCONT)
        may_answer.set()
        view = desk.answered("stopped")

    assert (taken, still) == ([0, 0, 0], owner)
    assert agent_lines(view) == ["Later."]
    assert len(desk.asked("damson")) == 1
