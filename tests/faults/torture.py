"""Everything that can go wrong goes wrong for some minutes, and then every promise is checked.

    python -m tests.faults.torture --minutes 10        writes bench/TORTURE.md

Real worker processes decide; customers and staff write straight into the store; processes are killed, frozen and asked
to end, the store is killed, fails over, moves its slots, and its wires break. `storm` is also the short form that the
test suite runs.
"""

import argparse
import asyncio
import datetime
import platform
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot.config_file import check_file
from bot.store.redis import RedisStore
from handlers.ports import LANES, Unavailable
from handlers.view import conversation_view
from tests.fakes import desk as fakes
from tests.fakes.desk import Program, environment
from tests.fakes.model import FakeModel
from tests.faults.checker import History, broken_ledger, broken_promises
from tests.faults.fast_talk import FastTalk
from tests.faults.grounds import Cluster, Ground, Plain, Sentinels
from tests.faults.traffic import answers

REPORT = Path(__file__).parents[2] / "bench" / "TORTURE.md"
STORES = 4  # connections that people write over
SETTLED_WITHIN_S = 120.0


@dataclass
class Outcome:
    """What happened on one ground."""

    ground: str
    seconds: float
    events: int
    lines: int
    transitions: int
    kills: Counter[str]
    faults: Counter[str]
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        done = ", ".join(f"{n} {name}" for name, n in sorted((self.kills + self.faults).items()))
        return (
            f"{self.ground}: {self.events:,} events, {self.lines:,} lines, {self.transitions:,} transitions in "
            f"{self.seconds:.0f} s; {done}; {len(self.broken)} broken promises"
        )


async def storm(ground: Ground, folder: Path, *, for_s: float, conversations: int, pace_s: float) -> Outcome:
    """Let it rage for so long, settle, and look."""
    began = time.monotonic()
    (folder / "config.yaml").write_text(fakes.config(agent_timeout="20s", slow_line_after="10s", max_handoffs=6))
    programs: list[Program] = []
    kills: Counter[str] = Counter()
    model = FakeModel().start()
    model.otherwise(*answers(200_000))
    try:
        await asyncio.to_thread(ground.start)
        for n in (1, 2, 3):
            variables = environment(
                REDIS_URL=ground.wire(), BATON_API_TOKEN=fakes.TOKEN, BATON_SECRET_KEY=fakes.SECRET,
                OPENAI_API_KEY="none", OPENAI_BASE_URL=model.base_url, BATON_LEASE_S="2",
            )  # fmt: skip
            programs.append(Program(("serve", "--role", "worker", "--port", "0"), folder, variables, f"worker-{n}"))
        await asyncio.gather(*(asyncio.to_thread(program.start) for program in programs))
        async with AsyncExitStack() as stack:
            stores = [await stack.enter_async_context(RedisStore(ground.wire())) for _ in range(STORES)]
            stop = asyncio.Event()
            talks = [
                FastTalk(lambda n=n: stores[n % STORES], f"talk-{n}", stop, pace_s=pace_s)  # type: ignore[misc]
                for n in range(conversations)
            ]
            async with asyncio.TaskGroup() as group:
                for talk in talks:
                    group.create_task(talk.customer())
                    group.create_task(talk.staff())
                for program in programs:
                    group.create_task(_rage(program, kills, stop))
                group.create_task(_trouble(ground, stop, for_s))
            await _settled(stores[0])
            await asyncio.gather(*(talk.close() for talk in talks))
            await _settled(stores[0])
            histories, slots = await _looked_into(stores[0], talks, folder)
    finally:
        for program in programs:
            program.kill()
        model.stop()
        ground.remove()
    broken = [problem for history in histories for problem in broken_promises(history)]
    return Outcome(
        ground.name,
        time.monotonic() - began,
        sum(talk.events for talk in talks),
        sum(len(history.messages) for history in histories),
        sum(len(history.journal) for history in histories),
        kills,
        ground.done,
        broken + broken_ledger(histories, slots),
    )


async def _rage(program: Program, kills: Counter[str], stop: asyncio.Event) -> None:
    """One process is killed, frozen and asked to end, over and over."""
    chance = random.Random(program.name)
    while not stop.is_set():
        await asyncio.sleep(chance.uniform(0.2, 2.0))
        match chance.randrange(5):
            case 0 | 1 | 2:
                program.kill()
                kills["workers killed"] += 1
            case 3:
                program.send(signal.SIGSTOP)
                await asyncio.sleep(chance.uniform(0.1, 3.0))
                program.send(signal.SIGCONT)
                kills["workers frozen"] += 1
            case _:
                code = await asyncio.to_thread(program.end)
                assert code == 0, f"{program.name} ended with {code} when asked to: {program.log[-3000:]}"
                kills["workers ended"] += 1
        while program.process is None:
            await asyncio.to_thread(_start, program)


def _start(program: Program) -> None:
    """As a supervisor does: one that finds no store at its start ends, and is started again."""
    program.launch()
    try:
        program.wait_until_it_serves()
    except AssertionError:
        program.kill()


async def _trouble(ground: Ground, stop: asyncio.Event, for_s: float) -> None:
    """The store and its wires, until the time is over."""
    chance = random.Random(ground.name)
    deadline = time.monotonic() + for_s
    while time.monotonic() < deadline:
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        await ground.fault(chance)
    stop.set()


async def _settled(store: RedisStore) -> None:
    async with asyncio.timeout(SETTLED_WITHIN_S):
        while True:
            try:
                if await store.quiet():
                    return
            except Unavailable:
                pass
            await asyncio.sleep(0.1)


async def _looked_into(
    store: RedisStore, talks: Sequence[FastTalk], folder: Path
) -> tuple[list[History], dict[str, set[str]]]:
    """Every conversation as REST would show it and as it lies in Redis, and the slots that are taken."""
    policy = check_file(folder / "config.yaml", {}).policy
    assert policy is not None
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
        view = conversation_view(talk.id, record, policy)
        histories.append(History(talk.id, view, talk.accepted, talk.acted, left, keys, withdrawn))
    slots: dict[str, set[str]] = {}
    for person in await store.calls.call("SMEMBERS", f"{store.staff_tag}:people"):
        fields = await store.calls.call("HKEYS", f"{store.staff_tag}:p:{person.decode()}")
        slots[person.decode()] = {name.decode()[2:] for name in fields if name.startswith(b"s:")}
    return histories, slots


def report(outcomes: Sequence[Outcome], minutes: float) -> str:
    """The page that is committed."""
    today = datetime.datetime.now(datetime.UTC).date()
    machine = f"{platform.machine()}, Python {platform.python_version()}, {platform.system()}"
    events = sum(outcome.events for outcome in outcomes)
    kills = sum((outcome.kills for outcome in outcomes), Counter[str]())
    faults = sum((outcome.faults for outcome in outcomes), Counter[str]())
    broken = [problem for outcome in outcomes for problem in outcome.broken]
    lines = [
        "# Torture",
        "",
        f"`python -m tests.faults.torture --minutes {minutes:g}` on {today}, {machine}.",
        "What is checked: `tests/faults/checker.py`.",
        "",
        "| ground | s | events | lines | transitions | processes | store and wires | broken promises |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.ground} | {one.seconds:.0f} | {one.events:,} | {one.lines:,} | {one.transitions:,} "
        f"| {_listed(one.kills)} | {_listed(one.faults)} | {len(one.broken)} |"
        for one in outcomes
    ]
    lines += [
        "",
        f"Together: {events:,} events, {_listed(kills)}, {_listed(faults)}, {len(broken)} broken promises.",
        "",
    ]
    lines += [f"- {problem}" for problem in broken[:50]]
    return "\n".join(lines).rstrip() + "\n"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "none"


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Everything that can go wrong goes wrong, then every promise is checked."
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--conversations", type=int, default=120)
    parser.add_argument("--pace", type=float, default=0.4, help="longest pause of a person, in seconds")
    parser.add_argument("--only", choices=["plain", "sentinels", "cluster"])
    parser.add_argument("--out", type=Path, default=REPORT)
    asked = parser.parse_args()
    grounds = {"plain": Plain, "sentinels": Sentinels, "cluster": Cluster}
    chosen = [asked.only] if asked.only else list(grounds)
    outcomes = []
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="baton-torture-") as folder:
            ground: Ground = grounds[name]()
            outcome = asyncio.run(
                storm(
                    ground, Path(folder), for_s=asked.minutes * 60 / len(chosen), conversations=asked.conversations,
                    pace_s=asked.pace,
                )
            )  # fmt: skip
        sys.stdout.write(f"{outcome}\n")
        sys.stdout.flush()
        outcomes.append(outcome)
    if not asked.only:
        asked.out.write_text(report(outcomes, asked.minutes))
    for problem in [problem for outcome in outcomes for problem in outcome.broken][:50]:
        sys.stdout.write(f"broken: {problem}\n")
    return 1 if any(outcome.broken for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
