"""Everything that can go wrong goes wrong for some minutes, and then every promise is checked.

    python -m tests.faults.torture --minutes 10        writes bench/TORTURE.md

Real worker processes decide; customers and staff write straight into the store and, on one server, over REST too;
processes are killed, frozen and asked to end, the store is killed, fails over, moves its slots, and its wires break.
In Slack the same is done by its own loop (test_slack_kill_loop.py), as a program. `storm` is also the short form that
the test suite runs.
"""

import argparse
import ast
import asyncio
import datetime
import platform
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.config_file import check_file
from bot.store.redis import RedisStore
from handlers.ports import LANES, Unavailable
from handlers.view import conversation_view
from tests.fakes import desk as fakes
from tests.fakes.desk import Client, Program, environment
from tests.fakes.model import FakeModel
from tests.faults.checker import Accepted, Acted, History, broken_ledger, broken_promises
from tests.faults.fast_talk import FastTalk
from tests.faults.grounds import Cluster, Ground, Plain, Sentinels
from tests.faults.traffic import Talk, answers

REPORT = Path(__file__).parents[2] / "bench" / "TORTURE.md"
STORES = 4  # connections that people write over
SETTLED_WITHIN_S = 120.0
WORKERS = ("worker-1", "worker-2", "worker-3")
OVER_REST = 6  # conversations, on one server
SLACK_LOOP = Path(__file__).parent / "test_slack_kill_loop.py"
SLACK_KILL_S = 5.0  # about as long as one kill takes there
SLACK_SUMMARY = (
    r"slack kill loop, (?P<mode>\w+): (?P<events>\d+) events, (?P<lines>\d+) lines, (?P<moves>\d+) transitions, "
    r"\d+ posts, (?:Counter\()?(?P<done>\{.*?\})\)? in (?P<seconds>\d+) s"
)
NOT_TORTURED = (
    "Clocks: a server takes its time from the machine, whose clock is left alone. That a step holds timers until a "
    "second worker has seen it is tried in `tests/contracts/test_store_steps.py`.",
    "A disk that is full or slow, a machine that loses its power: the server is killed, what it wrote is kept. What a "
    "store that forgets does is tried in `tests/faults/test_generations.py` and `test_planted_bugs.py`.",
    "Two halves of a network that both go on: no server here is cut off from its replicas while it is written to.",
    "Slack on sentinels and on a cluster, and wires that misbehave between Slack and here: in Slack one server without "
    "faults of its own, and calls that fail or are limited.",
    "An ingress that is asked to end: it is killed and frozen here. What it then answers to what is under way is tried "
    "in `tests/web/test_guard.py`.",
    "Real models: answers are scripted.",
)


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


async def storm(
    ground: Ground, folder: Path, *, for_s: float, conversations: int, pace_s: float, over_rest: int = 0
) -> Outcome:
    """Let it rage for so long, settle, and look. `over_rest`: further conversations, through an ingress that is killed
    like the workers."""
    began = time.monotonic()
    (folder / "config.yaml").write_text(fakes.config(agent_timeout="20s", slow_line_after="10s", max_handoffs=6))
    programs: list[Program] = []
    kills: Counter[str] = Counter()
    model = FakeModel().start()
    model.otherwise(*answers(200_000))
    names = [*WORKERS, "ingress"] if over_rest else WORKERS
    try:
        await asyncio.to_thread(ground.start)
        for name in names:
            variables = environment(
                REDIS_URL=ground.wire(), BATON_API_TOKEN=fakes.TOKEN, BATON_SECRET_KEY=fakes.SECRET,
                OPENAI_API_KEY="none", OPENAI_BASE_URL=model.base_url, BATON_LEASE_S="2",
            )  # fmt: skip
            role = name.partition("-")[0]
            programs.append(Program(("serve", "--role", role, "--port", "0"), folder, variables, name))
        await asyncio.gather(*(asyncio.to_thread(program.start) for program in programs))
        async with AsyncExitStack() as stack:
            stores = [await stack.enter_async_context(RedisStore(ground.wire())) for _ in range(STORES)]
            stop = asyncio.Event()
            talks = [
                FastTalk(lambda n=n: stores[n % STORES], f"talk-{n}", stop, pace_s=pace_s)  # type: ignore[misc]
                for n in range(conversations)
            ]
            ingress = stack.enter_context(_ingress(programs[-1], over_rest))
            async with asyncio.TaskGroup() as group:
                for talk in talks:
                    group.create_task(talk.customer())
                    group.create_task(talk.staff())
                group.create_task(ingress.talk(stop))
                for program in programs:
                    group.create_task(_rage(program, kills, stop))
                group.create_task(_trouble(ground, stop, for_s))
            await _settled(stores[0])
            await asyncio.gather(*(talk.close() for talk in talks), ingress.close())
            await _settled(stores[0])
            everybody: list[Heard] = [*talks, *ingress.talks]
            histories, slots = await looked_into(stores[0], everybody, folder)
    finally:
        for program in programs:
            program.kill()
        model.stop()
        ground.remove()
    broken = [problem for history in histories for problem in broken_promises(history)]
    return Outcome(
        ground.name,
        time.monotonic() - began,
        sum(len(talk.accepted) + len(talk.acted) for talk in everybody),
        sum(len(history.messages) for history in histories),
        sum(len(history.journal) for history in histories),
        kills,
        ground.done,
        broken + broken_ledger(histories, slots),
    )


class Ingress:
    """People who talk over REST, each on a thread."""

    def __init__(self, client: Client, conversations: int) -> None:
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(max(1, 2 * conversations))
        self.talks = [Talk(client, f"rest-{n}", self._stop) for n in range(conversations)]

    async def talk(self, stop: asyncio.Event) -> None:
        parts = [part for talk in self.talks for part in (talk.customer, talk.staff)]
        talking = asyncio.gather(*(self._threaded(part) for part in parts))
        await stop.wait()
        self._stop.set()
        await talking

    async def close(self) -> None:
        await asyncio.gather(*(self._threaded(talk.close) for talk in self.talks))

    def _threaded(self, part: Callable[[], None]) -> asyncio.Future[None]:
        return asyncio.get_running_loop().run_in_executor(self._pool, part)

    def end(self) -> None:
        self._stop.set()
        self._pool.shutdown()


@contextmanager
def _ingress(program: Program, conversations: int) -> Iterator[Ingress]:
    client = Client(program)
    ingress = Ingress(client, conversations)
    try:
        yield ingress
    finally:
        ingress.end()
        client.http.close()


async def _rage(program: Program, kills: Counter[str], stop: asyncio.Event) -> None:
    """One process is killed, frozen and asked to end, over and over."""
    chance = random.Random(program.name)
    role = program.name.partition("-")[0]
    while not stop.is_set():
        await asyncio.sleep(chance.uniform(0.1, 1.2))
        match chance.randrange(6 if role == "worker" else 5):
            case 0 | 1 | 2 | 3:
                program.kill()
                kills[f"{role} killed"] += 1
            case 4:
                program.send(signal.SIGSTOP)
                await asyncio.sleep(chance.uniform(0.1, 3.0))
                program.send(signal.SIGCONT)
                kills[f"{role} frozen"] += 1
            case _:
                code = await asyncio.to_thread(program.end)
                assert code == 0, f"{program.name} ended with {code} when asked to: {program.log[-3000:]}"
                kills[f"{role} ended"] += 1
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


class Heard(Protocol):
    """A conversation, and what the people in it know of it."""

    id: str
    accepted: list[Accepted]
    acted: list[Acted]


async def looked_into(
    store: RedisStore, talks: Sequence[Heard], folder: Path
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


def in_slack(for_s: float) -> list[Outcome]:
    """The Slack kill loop, by HTTP and by sockets, for about so long."""
    kills = max(2, round(for_s / 2 / SLACK_KILL_S))
    program = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", str(SLACK_LOOP)]
    ended = subprocess.run(
        program, env=environment(BATON_SLACK_KILLS=str(kills)), cwd=REPORT.parents[1], text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    broken = [line for line in ended.stdout.splitlines() if line.startswith("E ")][:20]
    if ended.returncode != 0 and not broken:
        broken = [f"the loop ended with {ended.returncode}: {(ended.stdout + ended.stderr)[-500:]}"]
    outcomes = [_of_slack(found) for found in re.finditer(SLACK_SUMMARY, ended.stdout)]
    if not outcomes:
        outcomes = [Outcome("Slack", 0, 0, 0, 0, Counter(), Counter())]
    outcomes[0].broken.extend(broken)
    return outcomes


def _of_slack(found: re.Match[str]) -> Outcome:
    done: dict[str, int] = ast.literal_eval(found["done"])
    kills = Counter({f"{role} killed": done.get(many, 0) for role, many in (("worker", "workers"), ("ingress",) * 2)})
    faults = Counter({"Slack calls to fail": done.get("faults", 0), "sockets lost": done.get("sockets", 0)})
    return Outcome(
        f"Slack, {found['mode']}", float(found["seconds"]), int(found["events"]), int(found["lines"]),
        int(found["moves"]), +kills, +faults,
    )  # fmt: skip


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
        "Not tortured here:",
        "",
        *(f"- {what}" for what in NOT_TORTURED),
        "",
    ]
    lines += [f"- {problem}" for problem in broken[:50]]
    return "\n".join(lines).rstrip() + "\n"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "none"


GROUNDS: Mapping[str, Callable[[], Ground]] = {"plain": Plain, "sentinels": Sentinels, "cluster": Cluster}


def _stormed(name: str, for_s: float, conversations: int, pace_s: float) -> Outcome:
    over_rest = OVER_REST if name == "plain" else 0
    with tempfile.TemporaryDirectory(prefix="baton-torture-") as folder:
        return asyncio.run(
            storm(
                GROUNDS[name](), Path(folder), for_s=for_s, conversations=conversations, pace_s=pace_s,
                over_rest=over_rest,
            )
        )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Everything that can go wrong goes wrong, then every promise is checked."
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--conversations", type=int, default=160)
    parser.add_argument("--pace", type=float, default=0.8, help="longest pause of a person, in seconds")
    parser.add_argument("--only", choices=[*GROUNDS, "slack"])
    parser.add_argument("--out", type=Path, default=REPORT)
    asked = parser.parse_args()
    chosen = [asked.only] if asked.only else [*GROUNDS, "slack"]
    outcomes = []
    for name in chosen:
        for_s = asked.minutes * 60 / len(chosen)
        found = in_slack(for_s) if name == "slack" else [_stormed(name, for_s, asked.conversations, asked.pace)]
        sys.stdout.write("".join(f"{outcome}\n" for outcome in found))
        sys.stdout.flush()
        outcomes += found
    if not asked.only:
        asked.out.write_text(report(outcomes, asked.minutes))
    for problem in [problem for outcome in outcomes for problem in outcome.broken][:50]:
        sys.stdout.write(f"broken: {problem}\n")
    return 1 if any(outcome.broken for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
