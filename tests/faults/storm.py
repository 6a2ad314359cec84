"""Everything that can go wrong goes wrong for a while, then every promise is checked.

Real worker processes decide; customers and staff write straight into the store and, on one server, over REST too;
processes are killed, frozen and asked to end, the store is killed, fails over, moves its slots, is cut in two, clocks
are set, and wires break. `python -m tests.faults.torture` does it for minutes, the test suite for seconds.
"""

import asyncio
import itertools
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.store.redis import RedisStore
from handlers.ports import Unavailable
from tests.fakes import desk as fakes
from tests.fakes.desk import Client, Program, environment
from tests.fakes.model import FakeModel
from tests.faults.checker import broken_ledger, broken_promises
from tests.faults.fast_talk import FastTalk
from tests.faults.grounds import Ground
from tests.faults.halves import Elsewhere
from tests.faults.lateness import Lateness
from tests.faults.looking import Heard, as_rest_would, looked_into
from tests.faults.traffic import Talk, answers
from tests.redis_servers import Home

STORES = 4  # connections that people write over
SETTLED_WITHIN_S = 120.0
WORKERS = ("worker-1", "worker-2", "worker-3")
ANSWERS = 200_000  # of one model
T = TypeVar("T")


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
    timers: str = ""

    def __str__(self) -> str:
        done = ", ".join(f"{n} {name}" for name, n in sorted((self.kills + self.faults).items()))
        return (
            f"{self.ground}: {self.events:,} events, {self.lines:,} lines, {self.transitions:,} transitions in "
            f"{self.seconds:.0f} s; {done}; {self.timers}{len(self.broken)} broken promises"
        )


async def storm(
    ground: Ground, folder: Path, *, for_s: float, conversations: int, pace_s: float, over_rest: int = 0,
    calm_s: float = 0.0,
) -> Outcome:  # fmt: skip
    """Let it rage for so long, settle, and look. `over_rest`: further conversations, through an ingress that is killed
    like the workers. `calm_s`: how much of the time nothing is broken, at first: then timers are watched."""
    began = time.monotonic()
    (folder / "config.yaml").write_text(
        fakes.config(agent_timeout="20s", slow_line_after="10s", unclaimed_after="1s", max_handoffs=6)
    )
    programs: list[Program] = []
    kills: Counter[str] = Counter()
    models: list[FakeModel] = []
    names = [*WORKERS, "ingress"] if over_rest else WORKERS
    homes = dict(zip(names, itertools.cycle(ground.places), strict=False))
    try:
        await asyncio.to_thread(ground.start)
        models += map(_model, range(len(ground.places)), ground.places)
        programs += map(_program, names, itertools.cycle(models), [ground] * len(names), [folder] * len(names))
        await asyncio.gather(*(asyncio.to_thread(_launch, program, homes[program.name]) for program in programs))
        async with AsyncExitStack() as stack:
            stores = [await stack.enter_async_context(ground.store(number)) for number in range(STORES)]
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
                timers = Lateness(stores[-1])
                await timers.watch(calm_s)
                for program in programs:
                    group.create_task(_rage(program, homes[program.name], kills, stop))
                group.create_task(_trouble(ground, stop, for_s - calm_s))
            await ground.heal()
            await _settled(stores[0])
            await asyncio.gather(*(talk.close() for talk in talks), ingress.close())
            await _settled(stores[0])
            everybody: list[Heard] = [*talks, *ingress.talks]
            histories, slots = await within(
                stores[0], lambda store: looked_into(store, everybody, as_rest_would(folder))
            )
    finally:
        for program in programs:
            program.kill()
        for model in models:
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
        f"timers at most {timers.most_s:.2f} s late in {timers.looks} looks, " if calm_s else "",
    )


def _model(number: int, place: Home) -> FakeModel:
    """No two of them say the same."""
    with place.inside():
        model = FakeModel().start()
    model.otherwise(*itertools.islice(answers(ANSWERS * (number + 1)), ANSWERS * number, None))
    return model


def _program(name: str, model: FakeModel, ground: Ground, folder: Path) -> Program:
    variables = environment(
        REDIS_URL=ground.wire(), BATON_API_TOKEN=fakes.TOKEN, BATON_SECRET_KEY=fakes.SECRET, OPENAI_API_KEY="none",
        OPENAI_BASE_URL=model.base_url, BATON_LEASE_S="2", **ground.environment(),
    )  # fmt: skip
    return Program(("serve", "--role", name.partition("-")[0], "--port", "0"), folder, variables, name)


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


async def _rage(program: Program, home: Home, kills: Counter[str], stop: asyncio.Event) -> None:
    """One process is killed, frozen and asked to end, over and over."""
    chance = random.Random(program.name)
    role = program.name.partition("-")[0]
    while not stop.is_set():
        await asyncio.sleep(chance.uniform(0.1, 1.2))
        match chance.randrange(6):
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
            await asyncio.to_thread(_start, program, home)


def _start(program: Program, home: Home) -> None:
    """As a supervisor does: one that finds no store at its start ends, and is started again."""
    try:
        _launch(program, home)
    except AssertionError:
        program.kill()


def _launch(program: Program, home: Home) -> None:
    with home.inside():
        program.launch()
    program.wait_until_it_serves()


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


async def within(store: RedisStore, work: Callable[[RedisStore], Awaitable[T]]) -> T:
    """Work on a store, wherever that is."""
    return await (store.all_of(work) if isinstance(store, Elsewhere) else work(store))
