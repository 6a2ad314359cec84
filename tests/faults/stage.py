"""Where the small storm happens: two workers (the real tenures over the real store) and everybody who talks, in this
process, so that it is the same every time.

An accident is hung on a script: it happens right before or right after a worker's next call of it. Leases never run out
by themselves, so what nobody works on stays where it is and is found; the clock moves by a millisecond with every look,
so that what came first can be told from the times.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from bot.config_file import check_file
from bot.store.places import place_of
from bot.store.redis import RedisStore
from bot.tenure import Tenure, World
from handlers.apply import Desk
from handlers.packet import rfc3339
from handlers.ports import PlatformMemory, RunJournal, Unavailable
from handlers.values import Judgement, Mail, Row, RunRequest
from routing.conversation import Conversation, state_of
from routing.effects import Notice, Say
from routing.events import AgentEvent, AgentReplied, Event, MarkedResolved, MessageReceived, Replied
from routing.policy import Policy
from tests.fakes import desk as fakes
from tests.faults.checker import Accepted, Acted

POLL_S = 0.02
STILL = 4  # looks without a call of any worker after which nothing will move any more
ANSWER_S = 5.0  # when a worker that does not hear of mail is given up
LOOKING = ("lease", "ripe", "due", "read", "quiet")  # scripts that move nothing

T = TypeVar("T")
Accident = Callable[["Worker", tuple[Any, ...]], Awaitable[None]]


class Clock:
    def __init__(self) -> None:
        self.now_ms = 1_770_000_000_000

    async def override_ms(self) -> int:
        self.now_ms += 1
        return self.now_ms


class Worker(RedisStore):
    """A worker's store, on which accidents are hung. Each happens once."""

    lease_s = 3_600.0

    def __init__(self, url: str, name: str, clock: Clock, sources: Mapping[str, str] | None) -> None:
        super().__init__(url, owner=f"{name}:1:1", clock=clock, lease_s=self.lease_s, sources=sources)
        self.before: dict[str, Accident] = {}
        self.after: dict[str, Accident] = {}
        self.tenures: dict[asyncio.Task[None], Tenure] = {}
        # As of processes that have run for different times; of two with the same number one passes for the other.
        self._nonce = 1_000_000 * int(name[-1])
        self.waiting: asyncio.Task[frozenset[str]] | None = None
        self.dead = False
        self.calls_made = 0
        self.under_way = 0  # accidents
        self.others_s = 0.0

    async def on_shard(self, name: str, shard: int, *args: Any) -> Any:
        self.calls_made += name not in LOOKING
        call = (name, shard, *args)
        await self._happens(self.before, call)
        reply = await super().on_shard(name, shard, *args)
        await self._happens(self.after, call)
        return reply

    async def _happens(self, accidents: dict[str, Accident], call: tuple[Any, ...]) -> None:
        if call[0] in accidents:
            self.under_way += 1
            try:
                await accidents.pop(call[0])(self, call)
            finally:
                self.under_way -= 1


class Shown:
    """A chat product that forgets nothing."""

    name = "slack"
    transcript_is_delivery = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.posts: list[dict[str, Any]] = []

    async def perform(self, row: Row, conversation: Conversation, policy: Policy, memory: PlatformMemory) -> str:
        if not isinstance(row.effect, Say | Notice):
            return ""
        kind, name = (row.effect.author.kind, row.effect.author.name) if isinstance(row.effect, Say) else ("system", "")
        self.posts.append({
            "conversation": conversation.id, "key": row.key, "author": {"kind": kind, "name": name},
            "text": row.effect.text, "visibility": "public", "at": rfc3339(await self._clock.override_ms()),
        })  # fmt: skip
        return f"C1:{row.key.replace('|', '.')}"

    async def working(self, conversation: Conversation) -> None:
        pass

    async def find(self, row: Row, conversation: Conversation, memory: PlatformMemory) -> str | None:
        found = any(post["key"] == row.key for post in self.posts)
        return f"C1:{row.key.replace('|', '.')}" if found else None


class Agents:
    """Answers at once, never the same twice; who asks it to think waits until nobody wants the answer any more."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.while_thinking: Callable[[], Awaitable[None]] | None = None

    async def prepare(self, message: MessageReceived, policy: Policy, *, before: str = "") -> None:
        pass

    def judge(self, message: MessageReceived, policy: Policy, *, about: bool, before: str = "") -> Judgement:
        return Judgement(wants_person="human" in message.text)

    async def run(self, request: RunRequest, journal: RunJournal) -> AgentEvent:
        run = request.conversation.run
        assert run is not None
        if self.while_thinking is not None:
            meanwhile, self.while_thinking = self.while_thinking, None
            await meanwhile()
            await asyncio.Event().wait()
        return AgentReplied(run.turn, run.step, run.agent, run.epoch, run.upto, f"answer {next(self._numbers)}.")


@dataclass(slots=True)
class Stage:
    """The two workers and what they share."""

    one: Worker
    two: Worker
    clock: Clock
    platform: Shown
    agents: Agents
    policy: Policy

    def world(self, worker: Worker) -> World:
        async def policy_of(_: str) -> Policy:
            return self.policy

        platforms, desk = {self.platform.name: self.platform}, Desk(worker, worker, frozenset())
        return World(worker, worker, worker, self.agents, platforms, policy_of, desk, settle_s=0.0)

    async def take(self, worker: Worker) -> list[Tenure]:
        """What is ready is this worker's."""
        return [Tenure(self.world(worker), lease) for lease in await surely(lambda: worker.lease(8))]

    async def take_something(self, worker: Worker) -> list[Tenure]:
        async with asyncio.timeout(ANSWER_S):
            while not (taken := await self.take(worker)):
                await worker.wait_for_work(POLL_S)
            return taken

    async def work(self, worker: Worker, taken: list[Tenure] | None = None) -> None:
        """Until this worker has nothing to do, waits for what will never come, or is dead."""
        still = calls = 0
        tenures = list(taken or ())
        while not worker.dead and still < (STILL if worker.tenures else 2):
            for tenure in tenures:
                worker.tenures[asyncio.create_task(tenure.run())] = tenure
            rung = await self._something(worker)
            for tenure in worker.tenures.values():
                if tenure.lease.id in rung:
                    tenure.ring()
            for task in [task for task in worker.tenures if task.done()]:
                del worker.tenures[task]
                assert task.cancelled() or task.exception() is None, task.exception()
            tenures = await self.take(worker) if not worker.dead and not worker.under_way else []
            if not worker.tenures and not tenures and await surely(worker.quiet):
                return
            made = self.one.calls_made + self.two.calls_made
            still = 0 if made != calls or rung or tenures or worker.under_way else still + 1
            calls = made
        for task in worker.tenures:
            task.cancel()

    async def _something(self, worker: Worker) -> frozenset[str]:
        """A bell, or the end of a tenure. A wait that was not answered goes on with the next call."""
        if worker.waiting is None:
            worker.waiting = asyncio.create_task(surely(lambda: worker.wait_for_work(POLL_S)))
        await asyncio.wait([worker.waiting, *worker.tenures], return_when=asyncio.FIRST_COMPLETED)
        if not worker.waiting.done():
            return frozenset()
        rung, worker.waiting = worker.waiting.result(), None
        return rung

    # ---- accidents

    async def frozen(self, worker: Worker) -> None:
        """It stood still for longer than its leases: they are anybody's, and it does not know that."""
        for tenure in worker.tenures.values():
            tenure.lease.good_until = 0.0
        await worker.reap(worker.owner)

    async def died(self, worker: Worker, call: tuple[Any, ...]) -> None:
        """And whoever watches it gives away what it held."""
        worker.dead = True
        await worker.reap(worker.owner)
        for task in worker.tenures:
            task.cancel()
        await asyncio.Event().wait()


async def surely(ask: Callable[[], Awaitable[T]]) -> T:
    """The answer, asked for again while the store is away."""
    while True:
        try:
            return await ask()
        except Unavailable:
            await asyncio.sleep(0)


class Talk:
    """One conversation, as in fast_talk.py: who got no answer asks again."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.stage = stage
        self.id = f"slack.T1.C{name}.100"
        self.accepted: list[Accepted] = []
        self.asked: dict[str, Acted] = {}
        self.seen = 0  # by staff who resolved it
        self.acted: list[Acted] = []

    async def say(self, text: str) -> None:
        number = len(self.accepted) + 1
        accepted = await self._surely(Mail(f"{self.id}-m{number}", MessageReceived(0, "mia", f"{text}, {number}", 0)))
        self.accepted.append(Accepted(accepted or 0, f"{text}, {number}"))

    async def act(self, action: str, event: Event, by: str = "ben", text: str = "") -> str:
        name = f"{self.id}-{action}-{len(self.asked)}"
        self.asked[name] = Acted(action, by, False, text)
        await self._surely(Mail(name, event, reply_to=self.stage.one.owner))
        return name

    async def _surely(self, mail: Mail) -> int | None:
        return (await surely(lambda: self.stage.one.enqueue(place_of(self.id), mail))).seq

    async def resolve(self, seen: int) -> None:
        self.seen = seen
        await self.act("resolve", MarkedResolved("ben", seen=seen))

    async def hear(self) -> None:
        """What staff were answered, and the holder's last words if the customer waits for some."""
        record = await self.stage.one.read(self.id)
        state = record.conversation if record is not None else None
        if state is not None and state.unanswered and state_of(state.holder) == "held":
            await self.act("reply", Replied("ben", f"last words in {self.id}"), text=f"last words in {self.id}")
            await self.stage.work(self.stage.one)
        for name, asked in self.asked.items():
            outcome = await self.stage.one.outcome(self.id, name, wait_s=0)
            if outcome is not None:
                self.acted.append(replace(asked, ok=outcome.code == "ok"))


@asynccontextmanager
async def staged(url: str, folder: Path, sources: Mapping[str, str] | None) -> AsyncIterator[Stage]:
    (folder / "config.yaml").write_text(fakes.config())
    policy = check_file(folder / "config.yaml", {}).policy
    assert policy is not None
    clock = Clock()
    async with Worker(url, "worker-1", clock, sources) as one, Worker(url, "worker-2", clock, sources) as two:
        yield Stage(one, two, clock, Shown(clock), Agents(), policy)
        for worker in (one, two):
            if worker.waiting is not None:
                worker.waiting.cancel()
