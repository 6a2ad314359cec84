"""A desk whose conversations live in the fake Slack: real store, worker and HTTP; events come straight to the store.

async with office(redis_url, tmp_path) as desk:
    thread = await desk.asks("mia", "#help", "I was charged twice, get me a person")
    await desk.quiet()
    await desk.does(thread, Claimed("ana"))
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.app import Baton, assemble
from bot.fake_slack import FakeSlack, Options, furnish
from bot.fake_slack.records import Message
from bot.platforms.slack.client import Web
from bot.platforms.slack.ids import located, place_of
from bot.platforms.slack.outbound import SlackPlatform
from bot.settings import Settings
from bot.store.memory import memory_key
from bot.store.redis import RedisStore
from bot.worker import Worker
from handlers.values import Mail, Record, Row
from routing.conversation import Conversation, Target
from routing.events import Event, MessageDeleted, MessageEdited, MessageReceived, Transferred

LONGEST_S = 60.0
SETTLE_S = 0.3
INDEX = Path(__file__).parents[4] / "shared/specs/slack/derived/methods_index.json"

CONFIG = """\
version: 1
defaults: {locale: en, agent: triage, team: general, model: local}
agents:
  triage: {instructions: Answer what you know., handoffs: [team:general, team:billing]}
people:
  alice: {name: Alice Martin, slack: U0ALICE, roles: [lead]}
  ana: {name: Ana Duarte, slack: U0ANA}
  bob: {name: Bob Stone, slack: U0BOB}
  dana: {name: Dana Weiss, slack: U0DANA, roles: [admin]}
  noslack: {name: Nora Slackless}
teams:
  general: {members: [dana, bob, alice], channel: "#desk"}
  billing: {members: [alice, ana, noslack], channel: "#desk-billing", fallback: platform}
  platform: {members: [bob, dana], channel: "#desk-platform"}
triggers:
  - asks_for_human: {}
routes:
  - {name: refunds, examples: ["I was charged twice", "refund please"], at: 0.9, when: {text: "charged|refund"},
     to: team:billing, priority: high}
  - {name: default, to: team:general}
answers:
  - {name: invoices, examples: ["where is my invoice", "where do I find my invoices"],
     text: "Invoices are under Account > Billing."}
"""
ANSWER = "Invoices are under Account > Billing."


@dataclass(slots=True)
class ByHand:
    """The PlatformMemory of a row that a test performs itself, past the worker: under no lease."""

    store: RedisStore
    conversation: str
    doubtful: bool = False

    @property
    def _key(self) -> str:
        return memory_key(self.store.tag(self.store.shard_of_id(self.conversation)), self.conversation)

    async def recall(self, name: str) -> str | None:
        value = await self.store.calls.call("HGET", self._key, name)
        return value.decode() if value is not None else None

    async def remember(self, name: str, value: str) -> None:
        await self.store.calls.call("HSET", self._key, name, value)

    async def sure(self) -> None:
        pass

    def in_doubt(self) -> bool:
        return self.doubtful

    async def clock_s(self) -> float:
        return await self.store.now_ms() / 1000


@dataclass(slots=True)
class Office:
    slack: FakeSlack
    baton: Baton
    platform: SlackPlatform
    store: RedisStore
    sent: int = 0

    # ---- what happens

    async def asks(self, user: str, where: str, words: str, *, thread: str | None = None) -> str:
        """A customer writes, there and into the store; the conversation's id."""
        message = await self.slack.say(user, where, words, thread_ts=thread)
        root = message.thread_ts or message.ts
        who = self.slack.workspace.user(user).id
        place = place_of(self.slack.workspace.team, message.channel, root)
        event = MessageReceived(0, who, words, 0, thread=root, ref=message.ts)
        return (await self.store.enqueue(place, Mail(message.ts, event))).conversation

    async def does(self, conversation: str, *events: Event) -> None:
        for event in events:
            self.sent += 1
            here = located(conversation)
            assert here is not None
            await self.store.enqueue(replace(here.place, id=conversation), Mail(f"event-{self.sent}", event))
            await self.quiet()

    async def edits(self, conversation: str, seq: int, words: str | None) -> None:
        who = "U0MIA"
        changed = MessageDeleted(seq, who) if words is None else MessageEdited(seq, who, words)
        await self.does(conversation, changed)

    async def transfers(self, conversation: str, by: str, team: str, comment: str) -> None:
        await self.does(conversation, Transferred(by, Target("team", team), comment))

    async def quiet(self) -> None:
        """Everything that followed is done."""
        async with asyncio.timeout(LONGEST_S):
            while not await self.store.quiet():
                await asyncio.sleep(0.005)

    async def performs(self, row: Row, conversation: Conversation) -> str:
        memory = ByHand(self.store, conversation.id)
        return await self.platform.perform(row, conversation, self.baton.policy(), memory)

    # ---- what is seen

    async def record(self, conversation: str) -> Record:
        found = await self.store.read(conversation)
        assert found is not None
        return found

    def seen(self, conversation: str) -> list[Message]:
        """Everything of ours in the customer's place."""
        here = located(conversation)
        assert here is not None
        ours = [each for each in self.slack.messages(here.channel) if each.bot_id == self.slack.app.bot_id]
        return [each for each in ours if not here.root or here.root in (each.ts, each.thread_ts)]

    def words(self, conversation: str) -> list[str]:
        return [each.text for each in self.seen(conversation)]

    def cards(self, channel: str) -> list[Message]:
        return [each for each in self.slack.messages(channel) if kind(each) == "card"]

    def card(self, channel: str) -> Message:
        (one,) = self.cards(channel)
        return one

    def thread(self, channel: str) -> list[str]:
        """What stands below the one card of the channel."""
        return [each.text for each in self.slack.replies(channel, self.card(channel).ts)]

    def private(self, user: str) -> list[Message]:
        """What the app wrote to a member directly."""
        return [each for each in self.slack.messages(f"@{user}") if each.bot_id == self.slack.app.bot_id]


def kind(message: Message) -> str:
    return str(payload(message).get("kind", ""))


def payload(message: Message) -> dict[str, Any]:
    found = (message.metadata or {}).get("event_payload")
    return found if isinstance(found, dict) else {}


def drawn(message: Message) -> str:
    """Everything that a message shows, as one text."""
    return "\n".join([message.text, str(message.blocks), str(message.attachments)])


def buttons(message: Message) -> list[str]:
    """The actions on a message, in order."""
    return [element["action_id"] for element in _elements(message)]


def values(message: Message) -> set[str]:
    return {element["value"] for element in _elements(message) if "value" in element}


def _elements(message: Message) -> list[dict[str, Any]]:
    blocks = [*message.blocks, *(block for each in message.attachments for block in each.get("blocks", []))]
    found = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return [*found, *(block["accessory"] for block in blocks if block.get("accessory"))]


@asynccontextmanager
async def office(
    redis_url: str, folder: Path, *, config: str = CONFIG, workers: int = 1, slack: FakeSlack | None = None
) -> AsyncIterator[Office]:
    """A running desk; a cut-off call is looked up soon, because the fake is never late for long."""
    (folder / "config.yaml").write_text(config)
    async with AsyncExitStack() as stack:
        if slack is None:
            slack = await stack.enter_async_context(
                FakeSlack(options=Options(methods_index=INDEX if INDEX.exists() else None))
            )
            furnish(slack)
            slack.deliveries.hold()  # nobody listens to events here
        store = await stack.enter_async_context(RedisStore(redis_url))
        web = await stack.enter_async_context(Web(slack.bot_token, base_url=slack.api_url, timeout_s=3.0))
        baton: Baton

        async def policy_of(_: str) -> Any:
            return baton.policy()

        platform = SlackPlatform(web, store, policy_of, number_of=store.index, settle_s=SETTLE_S)
        baton = await stack.enter_async_context(
            assemble(
                Settings(_env_file=None), folder / "config.yaml", redis_url=redis_url, api_token="t", secret_key="s",
                platforms=[platform],
            )
        )  # fmt: skip
        running = [Worker(replace(baton.world, settle_s=SETTLE_S)) for _ in range(workers)]
        async with asyncio.TaskGroup() as group:
            for worker in running:
                group.create_task(worker.run(grace_s=2.0))
            try:
                yield Office(slack, baton, platform, store)
            finally:
                for worker in running:
                    worker.stop()
        assert slack.violations == []


def in_order(found: Sequence[str], *wanted: str) -> bool:
    """Whether each wanted text occurs in a later line than the one before."""
    at = iter(found)
    return all(any(one in each for each in at) for one in wanted)
