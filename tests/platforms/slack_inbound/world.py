"""One desk with Slack in front: a real store, worker and Slack adapter in this loop, served on a port of its own.

Nothing here decides anything: people act in the fake Slack, and what they see there, or what the store holds, is told.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.agent_runtime import Runtime
from bot.config_file import load
from bot.fake_slack import FakeSlack, Message, Options
from bot.fake_slack.delivery import sign
from bot.platforms.slack.client import Web
from bot.platforms.slack.inbound import SlackInbound
from bot.platforms.slack.outbound import SlackPlatform
from bot.platforms.slack.voice import WebVoice
from bot.store.redis import RedisStore
from bot.tenure import World
from bot.worker import Worker
from handlers.apply import Desk
from handlers.values import Record
from routing.conversation import describe
from routing.events import Event
from routing.policy import Policy

TEAM = "T0ACME"
# Slack gives three seconds for an answer and for a modal; how busy the machine is is not what is tested. What is sent
# into a socket that is just being lost, though, is only sent again when that time is over.
PATIENT = Options(answer_within_s=60.0, trigger_lives_s=60.0)
CONFIG = """\
version: 1
defaults: {timezone: Europe/Paris, locale: en, agent: triage, team: general, model: local, debounce: 1ms}
agents:
  triage: {model: local, instructions: "Answer what you know.", handoffs: [team:billing, team:general]}
  helper: {model: local, instructions: "Answer what you know.", handoffs: [team:general]}
people:
  alice: {name: Alice Martin, slack: U0ALICE, roles: [lead]}
  ana: {name: Ana Duarte, slack: U0ANA}
  bob: {name: Bob Stone, slack: U0BOB}
  vic: {name: Vic Lund, slack: U0VIC, roles: [viewer]}
teams:
  general: {members: [bob, alice], channel: "#desk"}
  billing: {members: [alice, ana, vic], channel: "#desk-billing", public_prefix: ">>"}
triggers:
  - asks_for_human: {}
routes:
  - {name: refunds, examples: ["I was charged twice"], at: 0.9, when: {text: "charged|refund"}, to: team:billing}
  - {name: default, to: team:general}
answers:
  - name: invoices
    examples: ["where is my invoice", "where can I find my invoices", "I need my invoice"]
    text: "Invoices are under Account > Billing."
"""


@dataclass(slots=True)
class SlackDesk:
    """What a test looks at. `policy` may be read, not changed."""

    slack: FakeSlack
    store: RedisStore
    inbound: SlackInbound
    policy: Policy

    # ---- the store

    async def record(self, conversation: str) -> Record | None:
        return await self.store.read(conversation)

    async def said(self, conversation: str) -> list[tuple[str, str]]:
        """Who said what, customers and staff, public and internal, accepted or decided."""
        record = await self.store.read(conversation)
        if record is None:
            return []
        lines = [(str(line.author), line.text) for line in record.lines if line.kind in ("message", "note")]
        return lines + [
            (str(getattr(one.event, "author", "")), getattr(one.event, "text", "")) for one in record.pending
        ]

    async def events(self, conversation: str) -> list[Event]:
        """What waits to be decided; for a world without a worker."""
        record = await self.store.read(conversation)
        return [mail.event for mail in record.pending] if record is not None else []

    async def holder(self, conversation: str) -> str:
        record = await self.store.read(conversation)
        return describe(record.conversation.holder) if record is not None and record.conversation is not None else ""

    async def until_held_by(self, conversation: str, holder: str) -> None:
        async def held() -> bool:
            return await self.holder(conversation) == holder

        await eventually(held)

    async def nothing_stored(self) -> bool:
        """Whether no conversation exists at all."""
        return all(not key.startswith(b"{") or b":c:" not in key for key in await self.store.calls.call("KEYS", "*"))

    # ---- Slack

    async def card_of(self, conversation: str, channel: str = "#desk-billing") -> Message:
        """The card of its handoff, once its address is known."""

        def card() -> Message | None:
            for message in self.slack.messages(channel):
                about = (message.metadata or {}).get("event_payload", {})
                if about.get("kind") == "card" and about.get("conversation") == conversation:
                    return message
            return None

        found = await self.slack.until(card)

        async def addressed() -> bool:
            where = f"{TEAM}.{found.channel}"
            return await self.store.address("slack", TEAM, where, found.ts) == conversation

        await eventually(addressed)
        return found

    async def whispered(self, user: str) -> str:
        """The newest line that only this user sees."""
        return (await self.slack.until(lambda: self.slack.ephemerals(user)))[-1].text

    async def waiting(
        self, user: str = "mia", text: str = "I was charged twice, get me a person"
    ) -> tuple[str, Message]:
        """A direct message that waits for the billing team: the conversation and its card."""
        await self.slack.say(user, f"@{user}", text)
        conversation = f"slack.{TEAM}.{self.slack.dm(user)}"
        await self.until_held_by(conversation, "team:billing")
        return conversation, await self.card_of(conversation)

    async def held(self, by: str = "ana") -> tuple[str, Message]:
        conversation, card = await self.waiting()
        await self.slack.click(by, "#desk-billing", card.ts, "baton:claim")
        await self.until_held_by(conversation, f"person:{by}")
        await self.slack.until(lambda: shows(card, "baton:reply"))
        return conversation, card


def shows(message: Message, action_id: str) -> bool:
    return f'"{action_id}"' in json.dumps([message.blocks, message.attachments])


def thread(slack: FakeSlack, channel: str, ts: str) -> str:
    return f"slack.{TEAM}.{slack.workspace.channel(channel).id}.{ts}"


@asynccontextmanager
async def opened(
    redis_url: str, folder: Path, *, working: bool = True, socket_mode: bool = False, options: Options | None = None
) -> AsyncIterator[SlackDesk]:
    """`working` False: events stay in the mailbox, undecided."""
    path = folder / "config.yaml"
    path.write_text(CONFIG)
    policy = load(path)

    async def policy_of(_: str) -> Policy:
        return policy

    async with (
        FakeSlack(options=options or (Options() if socket_mode else replace(PATIENT))) as slack,
        Web(slack.bot_token, base_url=slack.api_url) as web,
        RedisStore(redis_url) as store,
        asyncio.TaskGroup() as group,
    ):
        furnish(slack)
        platform = SlackPlatform(web, store, policy_of)
        inbound = SlackInbound(
            store, lambda: policy, WebVoice(web), ingress=store.owner, signing_secret=slack.signing_secret,
            channel_id=platform.directory.channel,
        )  # fmt: skip
        async with inbound:
            app = Starlette(routes=[Route("/slack/events", inbound.asgi, methods=["POST"])])
            server = Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
            serving = group.create_task(server.serve())
            await eventually(lambda: _is(server.started))
            if not socket_mode:
                slack.app.request_url = f"http://127.0.0.1:{port_of(server)}/slack/events"
            worker = Worker(
                World(
                    store, store, store, Runtime(), {"slack": platform}, policy_of,
                    Desk(store, store, frozenset()),
                )
            )  # fmt: skip
            running = group.create_task(worker.run(grace_s=0.2)) if working else None
            await eventually(lambda: _is(len(inbound.desks) == 2))
            try:
                yield SlackDesk(slack, store, inbound, policy)
            finally:
                worker.stop()
                if running is not None:
                    await running
                server.should_exit = True
                await serving


def furnish(slack: FakeSlack) -> None:
    for name in ("mia", "tom", "alice", "ana", "bob", "vic"):
        slack.add_user(name, id=f"U0{name.upper()}")
    slack.add_bot("deploybot")
    everybody = ["mia", "tom", "alice", "ana", "bob", "vic", "deploybot"]
    slack.add_channel("help", everybody, id="C0HELP")
    slack.add_channel("desk", ["alice", "bob"], id="C0DESK")
    slack.add_channel("desk-billing", everybody, id="C0BILLING")


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


def port_of(server: uvicorn.Server) -> int:
    return int(server.servers[0].sockets[0].getsockname()[1])


async def _is(value: bool) -> bool:
    return value


async def eventually(check: Callable[[], Awaitable[bool]], within_s: float = 60.0) -> None:
    """Until it holds; a test that waits for nothing fails instead of hanging."""
    deadline = time.monotonic() + within_s
    while not await check():
        assert time.monotonic() < deadline, "it did not happen in time"
        await anyio.sleep(0.005)


# ---- raw requests ----------------------------------------------------------------------------------------------------

SECRET = "a-signing-secret"


def client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://slack.test")


def headers(body: str, *, secret: str = SECRET, age_s: int = 0, kind: str = "application/json") -> dict[str, str]:
    stamp = str(int(time.time()) - age_s)
    return {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": sign(secret, body, stamp),
        "content-type": kind,
    }


def event(inner: Mapping[str, Any], *, event_id: str = "Ev1") -> str:
    """A callback around an event, as Slack sends it."""
    granted = {"team_id": TEAM, "user_id": "U0BATON", "is_bot": True}
    return json.dumps(
        {
            "type": "event_callback", "team_id": TEAM, "api_app_id": "A0BATON", "event_id": event_id,
            "authorizations": [granted], "event": inner,
        }
    )  # fmt: skip


def message(**fields: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "channel": "D0MIA",
        "user": "U0MIA",
        "ts": "1700000000.000100",
        "text": "hello",
        **fields,
    }
