"""Processes are killed with -9, one after the other, while people talk; afterwards every promise is checked.

BATON_KILLS: how many are killed, 8 unless it says more.
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
from handlers.ports import LANES
from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, Program, eventually
from tests.faults.checker import History, broken_ledger, broken_promises
from tests.faults.traffic import Talk, answers

KILLS = int(os.environ.get("BATON_KILLS", "8"))
CONVERSATIONS = 24
EVENTS = 20 * KILLS
CONFIG = fakes.config(agent_timeout="20s", slow_line_after="10s", max_handoffs=6)


def kill_and_start_again(program: Program) -> None:
    program.restart_by_kill()
    program.wait_until_it_serves()


def storm(desk: Desk, talks: Sequence[Talk], stop: threading.Event) -> Counter[str]:
    """Kill until it is enough and enough has happened: mostly workers, each sixth time the ingress, some are frozen."""
    chance = random.Random(KILLS)
    done: Counter[str] = Counter()
    while done["workers"] + done["ingress"] < KILLS or sum(talk.events for talk in talks) < EVENTS:
        if done.total() % 6 == 3:
            kill_and_start_again(desk.ingress)
            done["ingress"] += 1
        elif done.total() % 6 == 5:
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


async def looked_into(url: str, talks: Sequence[Talk], desk: Desk) -> tuple[list[History], dict[str, set[str]]]:
    """Every conversation over REST and as it lies in Redis, and the slots that are taken."""
    async with RedisStore(url) as store:
        histories = []
        for talk in talks:
            record = await store.read(talk.id)
            assert record is not None
            left = [f"mail {mail.id}" for mail in record.pending]
            for lane in LANES:
                rows = await store.calls.call("LLEN", f"{store.tag(store.shard_of_id(talk.id))}:q:{talk.id}:{lane}")
                left += [f"{rows} rows for {lane}"] if rows else []
            if record.conversation is not None and record.conversation.run is not None:
                left.append(f"a run: {record.conversation.run}")
            keys = [line.key if line.kind != "withdrawn" else "" for line in record.lines]
            withdrawn = frozenset(line.key for line in record.lines if line.kind == "withdrawn")
            histories.append(
                History(talk.id, desk.conversation(talk.id), talk.accepted, talk.acted, left, keys, withdrawn)
            )  # fmt: skip
        slots: dict[str, set[str]] = {}
        for person in await store.calls.call("SMEMBERS", f"{store.staff_tag}:people"):
            fields = await store.calls.call("HKEYS", f"{store.staff_tag}:p:{person.decode()}")
            slots[person.decode()] = {field.decode()[2:] for field in fields if field.startswith(b"s:")}
        return histories, slots


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
        eventually(lambda: asyncio.run(quiet(desk.redis.url)), what="quiet after the storm")
        for talk in talks:
            talk.close()
        eventually(lambda: asyncio.run(quiet(desk.redis.url)), what="quiet at the end")
        histories, slots = asyncio.run(looked_into(desk.redis.url, talks, desk))
        other_ends = asyncio.run(not_the_same_again(desk.redis.url, talks))

    broken = [problem for history in histories for problem in broken_promises(history)]
    lines = sum(len(history.messages) for history in histories)
    moves = sum(len(history.journal) for history in histories)
    print(
        f"\nkill loop: {sum(talk.events for talk in talks)} events, {lines} lines, {moves} transitions, "
        f"{dict(kills)} in {time.monotonic() - began:.0f} s"
    )
    assert broken + broken_ledger(histories, slots) + other_ends == []
