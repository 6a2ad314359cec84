"""Processes are killed with -9, one after the other, while people talk; afterwards every promise is checked.

BATON_KILLS: how many are killed, 4 unless it says more: workers and the ingress, and one worker is frozen.
"""

import asyncio
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.agent_runtime import Runtime
from bot.commands.replay import Replays
from bot.store.config_versions import ConfigVersions
from bot.store.redis import RedisStore
from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, Program, eventually
from tests.faults.checker import History, broken_ledger, broken_promises
from tests.faults.looking import Heard, looked_into
from tests.faults.traffic import Talk, answers

KILLS = int(os.environ.get("BATON_KILLS", "4"))
CONVERSATIONS = 12
EVENTS = 20 * KILLS
SETTLED_WITHIN_S = 300.0
CONFIG = fakes.config(agent_timeout="20s", slow_line_after="10s", max_handoffs=6)


def kill_and_start_again(program: Program) -> None:
    program.restart_by_kill()
    program.wait_until_it_serves()


def storm(desk: Desk, talks: Sequence[Talk], stop: threading.Event) -> Counter[str]:
    """Kill until it is enough and enough has happened: mostly workers, each sixth time the ingress, some are frozen."""
    chance = random.Random(KILLS)
    done: Counter[str] = Counter()
    while done["workers"] + done["ingress"] < KILLS or sum(talk.events for talk in talks) < EVENTS:
        if done.total() % 6 == 1:
            kill_and_start_again(desk.ingress)
            done["ingress"] += 1
        elif done.total() % 6 == 3:
            freeze(chance.choice(desk.workers), chance.uniform(0.1, 3.0), stop)
            done["frozen"] += 1
        else:
            kill_and_start_again(chance.choice(desk.workers))
            done["workers"] += 1
    return done


def freeze(worker: Program, for_s: float, stop: threading.Event) -> None:
    """As a machine that swaps: the process goes on later as if nothing had been."""
    worker.send(signal.SIGSTOP)
    try:
        stop.wait(for_s)
    finally:
        worker.send(signal.SIGCONT)


async def quiet(url: str) -> bool:
    async with RedisStore(url) as store:
        return await store.quiet()


async def everything(url: str, talks: Sequence[Heard], desk: Desk) -> tuple[list[History], dict[str, set[str]]]:
    """What is left, as REST shows it and as it lies in Redis."""
    async with RedisStore(url) as store:
        return await looked_into(store, talks, lambda conversation, _: desk.conversation(conversation))


async def not_the_same_again(url: str, talks: Sequence[Talk]) -> list[str]:
    """What cannot be decided again from its log to the same end, whoever was killed while it was written."""
    async with RedisStore(url) as store:
        replays = Replays(store, ConfigVersions(store.calls, store.workspace), None, Runtime(), live=False)
        found = [await replays.one(talk.id) for talk in talks]
    return [f"replay: {one.id} {one.why}" for one in found if one is not None and one.verdict != "same"]


def test_every_promise_is_kept_while_processes_are_killed(tmp_path: Path) -> None:
    """I1, I2, I3, I5, I6, I9"""
    began = time.monotonic()
    with fakes.running(tmp_path, config=CONFIG, BATON_LEASE_S="2") as desk:
        desk.model.otherwise(*answers(1000 * KILLS))
        stop = threading.Event()
        talks = [Talk(desk, f"talk-{number}", stop) for number in range(CONVERSATIONS)]
        with ThreadPoolExecutor(2 * len(talks)) as pool:
            speaking = [pool.submit(part) for talk in talks for part in (talk.customer, talk.staff)]
            try:
                kills = storm(desk, talks, stop)
            finally:
                stop.set()
            for part in speaking:
                part.result()
        eventually(lambda: asyncio.run(quiet(desk.redis.url)), what="quiet after the storm", within_s=SETTLED_WITHIN_S)
        for talk in talks:
            talk.close()
        eventually(lambda: asyncio.run(quiet(desk.redis.url)), what="quiet at the end", within_s=SETTLED_WITHIN_S)
        histories, slots = asyncio.run(everything(desk.redis.url, talks, desk))
        other_ends = asyncio.run(not_the_same_again(desk.redis.url, talks))

    broken = [problem for history in histories for problem in broken_promises(history)]
    lines = sum(len(history.messages) for history in histories)
    moves = sum(len(history.journal) for history in histories)
    print(
        f"\nkill loop: {sum(talk.events for talk in talks)} events, {lines} lines, {moves} transitions, "
        f"{dict(kills)} in {time.monotonic() - began:.0f} s"
    )
    assert broken + broken_ledger(histories, slots) + other_ends == []
