"""The load: conversations that a person holds, whose customers write, and a platform that only counts.

The event of these measures is a customer's line in a conversation that a person took after a handoff. It is accepted,
judged, decided, committed with its transcript line, copied to the desk, drawn on the card and indexed.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.agent_runtime import Runtime
from bot.config_file import load
from bot.store.connection import Argument, Calls
from bot.store.places import place_of
from bot.store.redis import RedisStore
from bot.tenure import World
from bot.worker import Worker
from handlers.apply import Desk
from handlers.ports import AgentRuntime, PlatformMemory
from handlers.values import Commit, Lease, Mail, Place, Row
from routing.conversation import Conversation
from routing.events import Claimed, MessageReceived
from routing.policy import Policy

ROOT = Path(__file__).parent.parent
CHANNELS = 64
WORDS = tuple(
    re.findall(
        r"\w+",
        "invoice charge card refund account plan order address delivery login password error export report team seat "
        "yesterday today twice again still never please thanks my the a of on for with and but it was is not cannot",
    )
)
FIRST_LINE = "I was charged twice for my last order, get me a person"


@cache
def policy() -> Policy:
    """The configuration that everybody starts with."""
    return load(ROOT / "config.yaml", {})


def text(number: int, words: int = 18) -> str:
    """A line of some hundred letters; the same number gives the same line."""
    chosen = random.Random(number)
    return " ".join(chosen.choice(WORDS) for _ in range(words))


def line(mail_id: str, content: str) -> Mail:
    return Mail(mail_id, MessageReceived(0, "U0MIA", content, 0, author_name="Mia Chen"))


def place(number: int) -> Place:
    return place_of(f"slack.T1.C{number % CHANNELS:02}.{1_700_000_000 + number}.000100")


class CountingCalls(Calls):
    """Counts what is sent by the script's or command's name."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(url, name=name)
        self.by_name: Counter[str] = Counter()
        self.names: dict[Argument, str] = {}

    def call(self, *args: Argument, at: str = "") -> "asyncio.Future[Any]":
        self.by_name[self.names.get(args[1], str(args[0])) if len(args) > 1 else str(args[0])] += 1
        return super().call(*args, at=at)


class BenchStore(RedisStore):
    """The store, telling of each commit and counting its calls."""

    def __init__(self, url: str, *, lease_s: float = 10.0) -> None:
        super().__init__(url, lease_s=lease_s)
        self.counted = CountingCalls(url, self.owner)
        self.counted.names = {script.sha: script.name for script in self.scripts.values()}
        self.calls = self.counted
        self.on_commit: Callable[[str], None] = lambda _: None

    async def commit(self, lease: Lease, commit: Commit) -> bool:
        done = await super().commit(lease, commit)
        self.on_commit(f"{lease.id}|{lease.version}")
        return done


class BenchPlatform:
    """Slack's place in the process. A copy to the desk takes up to `slowest_s`; everything else takes no time."""

    name = "slack"
    transcript_is_delivery = False

    def __init__(self, *, slowest_s: float = 0.0) -> None:
        self.copies = 0
        self.on_copy: Callable[[str], None] = lambda _: None
        self._slowest_s = slowest_s
        self._sent = 0

    async def perform(self, row: Row, conversation: Conversation, policy: Policy, memory: PlatformMemory) -> str:
        self._sent += 1
        if row.kind != "relay":
            return "" if row.kind == "card" else f"{self._sent}.000200"
        if self._slowest_s:
            await asyncio.sleep(random.random() * self._slowest_s)
        self.copies += 1
        self.on_copy(row.key.rpartition("|")[0])
        return ""  # as Slack's: nobody replies to a copy

    async def working(self, conversation: Conversation) -> None:
        return None

    async def find(self, row: Row, conversation: Conversation, memory: PlatformMemory) -> str | None:
        return None


def world(store: RedisStore, platform: BenchPlatform, runtime: AgentRuntime | None = None) -> World:
    """As the composition root builds it, with the platform in the process."""
    in_force = policy()

    async def policy_of(_: str) -> Policy:
        return in_force

    desk = Desk(store, store, frozenset())
    return World(store, store, store, runtime or Runtime(), {platform.name: platform}, policy_of, desk)


@asynccontextmanager
async def working(
    store: RedisStore, platform: BenchPlatform, runtime: AgentRuntime | None = None
) -> AsyncIterator[Worker]:
    """A worker in this process."""
    worker = Worker(world(store, platform, runtime))
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(grace_s=5.0))
        try:
            yield worker
        finally:
            worker.stop()


@dataclass(slots=True)
class Held:
    """A conversation that a person holds. `version` is that of its last commit; each line adds one."""

    place: Place
    version: int


async def held_conversations(store: RedisStore, count: int) -> list[Held]:
    """Conversations whose customer asked for a person and got one. A worker must be running."""
    places = [place(number) for number in range(count)]
    await at_once(64, [_opened(store, one) for one in places])
    await until_quiet(store)
    await at_once(64, [_claimed(store, one) for one in places])
    await until_quiet(store)
    records = await at_once(64, [store.read(one.id) for one in places])
    return [Held(one, record.version) for one, record in zip(places, records, strict=True)]


async def _opened(store: RedisStore, where: Place) -> None:
    await store.enqueue(where, line(f"open-{where.id}", FIRST_LINE))


async def _claimed(store: RedisStore, where: Place) -> None:
    await store.enqueue(where, Mail(f"claim-{where.id}", Claimed("alice")))


async def at_once(limit: int, work: Sequence[Awaitable[Any]]) -> list[Any]:
    """All of it, so many at a time; the results in order."""
    free = asyncio.Semaphore(limit)

    async def one(step: Awaitable[Any]) -> Any:
        async with free:
            return await step

    return list(await asyncio.gather(*map(one, work)))


async def until_quiet(store: RedisStore) -> None:
    """Until everything that was accepted is decided and sent."""
    while not await store.quiet():
        await asyncio.sleep(0.01)


async def until(done: Callable[[], bool], within_s: float) -> bool:
    """Until the condition holds; False when it does not in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not done():
        if loop.time() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True
