"""The desk of real processes with a Slack in front: the fake one on a thread of this process, over HTTP or by sockets.

    with opened(tmp_path, mode="socket") as desk:
        mia = desk.customer("mia")
        asked = desk.says(mia, "#help", f"{BOT} where is my invoice?")
        there = desk.conversation_of(asked)
        desk.click("ben", desk.card_of(there), "claim")

People act in the fake Slack, and what they see there is looked at; what the desk holds is asked over REST. `tell` and
`see` cross into the fake's own thread, so a story reads like one over REST.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from bot.fake_slack import FakeSlack, Message, Options, Outcome
from bot.fake_slack.blocks import elements_of
from bot.fake_slack.delivery import Answer, Delivered, HttpTransport
from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, View, eventually

T = TypeVar("T")
Mode = Literal["http", "socket"]
Wire = Callable[[str], str]
"""The address of a server -> the one under which it is reached over a wire that may be broken."""
TEAM = "T0ACME"
BOT = "<@U0BATON>"
STAFF = ("ana", "ben", "cleo", "dan")
CROWD = tuple(f"crowd{number}" for number in range(1, 51))
# Slack gives three seconds for an answer and for a modal; how busy the machine is is not what is tested.
PATIENCE_S = 60.0
INDEX = Path(__file__).parents[3] / "shared/specs/slack/derived/methods_index.json"

CONFIG = """\
version: 1
defaults: {{locale: en, agent: triage, team: general, model: scripted, agent_timeout: {agent_timeout},
  slow_line_after: 20s, unclaimed_after: 10m, max_handoffs: 6, debounce: 1ms}}
agents:
  triage: {{instructions: Answer what you know., handoffs: [helper, team:general, team:billing]}}
  helper: {{handoff_description: Knows the details, instructions: You help., handoffs: [team:billing]}}
people:
  ana: {{name: Ana Duarte, slack: U0ANA}}
  ben: {{name: Ben Okafor, slack: U0BEN}}
  cleo: {{name: Cleo Petit, slack: U0CLEO, roles: [lead]}}
  dan: {{name: Dan Weber, slack: U0DAN}}
{crowd}
teams:
  general: {{members: [ben, cleo], channel: "#desk"}}
  billing: {{members: [ana, ben, cleo], channel: "#desk-billing", public_prefix: ">>"}}
  parcels: {{members: [dan, {crowd_keys}], channel: "#desk-parcels"}}
  returns: {{members: [dan], channel: "#desk-returns", fallback: stock}}
  stock: {{members: [dan], channel: "#desk-stock"}}
  vanished: {{members: [dan], channel: "#never-made", fallback: stock}}
triggers:
  - asks_for_human: {{}}
routes:
  - {{name: refunds, examples: ["refund please"], at: 0.9, when: {{text: "charged|refund"}}, to: team:billing}}
  - {{name: parcels, examples: ["my parcel is late"], at: 0.9, when: {{text: "parcel"}}, to: team:parcels}}
  - {{name: returns, examples: ["send it back"], at: 0.9, when: {{text: "send back"}}, to: team:returns}}
  - {{name: vanished, examples: ["it has vanished"], at: 0.9, when: {{text: "vanished"}}, to: team:vanished}}
  - {{name: default, to: team:general}}
"""


def config(*, agent_timeout: str = "30s") -> str:
    """Ana, Ben and Cleo are of billing, Ben and Cleo of general; fifty people wait for parcels. The channel of the
    team `vanished` does not exist."""
    return CONFIG.format(
        agent_timeout=agent_timeout,
        crowd="\n".join(f"  {key}: {{name: {key.title()}, slack: U0{key.upper()}}}" for key in CROWD),
        crowd_keys=", ".join(CROWD),
    )


class Town:
    """The fake Slack, served from a thread of its own until `stop`."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options(
            methods_index=INDEX if INDEX.exists() else None, answer_within_s=PATIENCE_S, trigger_lives_s=PATIENCE_S
        )
        self.slack: FakeSlack
        self.loop: asyncio.AbstractEventLoop
        self._ready = threading.Event()
        self._stop: asyncio.Event
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="fake-slack")

    async def _serve(self) -> None:
        self.loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with FakeSlack(options=self.options) as self.slack:
                furnish(self.slack)
                self._ready.set()
                await self._stop.wait()
        finally:
            self._ready.set()

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def tell(self, act: Callable[[FakeSlack], Awaitable[T]]) -> T:
        """Let somebody act; what came of it."""

        async def acting() -> T:
            return await act(self.slack)

        return asyncio.run_coroutine_threadsafe(acting(), self.loop).result(fakes.WITHIN_S)

    def see(self, look: Callable[[FakeSlack], T]) -> T:
        """Look, while nothing moves."""

        async def looking() -> T:
            return look(self.slack)

        return asyncio.run_coroutine_threadsafe(looking(), self.loop).result(fakes.WITHIN_S)


def furnish(slack: FakeSlack) -> None:
    """Staff are in the desk's channels and, but for Ben and the crowd, where customers ask."""
    for key in (*STAFF, *CROWD):
        slack.add_user(key, id=f"U0{key.upper()}")
        slack.dm(key)
    slack.add_channel("help", ["ana", "cleo"], id="C0HELP")
    slack.add_channel("desk", ["ben", "cleo", "ana"], id="C0DESK")
    slack.add_channel("desk-billing", ["ana", "ben", "cleo"], id="C0BILLING", kind="private")
    slack.add_channel("desk-parcels", ["dan", *CROWD], id="C0PARCELS")
    slack.add_channel("desk-returns", ["dan"], id="C0RETURNS")
    slack.add_channel("desk-stock", ["dan"], id="C0STOCK")


@dataclass(slots=True)
class SlackDesk:
    """`desk` is the same as without Slack: its processes, its model, its REST API."""

    desk: Desk
    town: Town
    mode: Mode
    wire: Wire = str

    def find_ingress(self) -> None:
        """Tell Slack where events go to, now that the ingress serves; by sockets it calls Slack itself."""
        if self.mode == "http":
            self.town.slack.app.request_url = f"{self.wire(self.desk.ingress.url)}/slack/events"
        else:
            eventually(lambda: self.town.see(lambda slack: len(slack.sockets.open) == 2), what="two sockets")

    # ---- what people do

    def customer(self, name: str) -> str:
        """Somebody new, who may write in #help and directly. Their name."""

        def arrive(slack: FakeSlack) -> str:
            user = slack.add_user(name, id=f"U0{name.upper().replace('-', '')}")
            slack.dm(name)
            slack.workspace.channel("#help").members.append(user.id)
            return name

        return self.town.see(arrive)

    def says(self, user: str, where: str, words: str, *, under: Message | None = None) -> Message:
        """`under`: in the thread of that message."""
        thread = (under.thread_ts or under.ts) if under is not None else None
        return self.town.tell(lambda slack: slack.say(user, where, words, thread_ts=thread))

    def click(self, user: str, on: Message, verb: str) -> Outcome:
        return self.town.tell(lambda slack: slack.click(user, on.channel, on.ts, f"baton:{verb}"))

    def fill_in(self, user: str, on: Message, verb: str, **values: str) -> Outcome:
        """Press the button, wait for its modal, and send that."""
        pressed = self.click(user, on, verb)
        assert pressed.delivered, pressed
        eventually(lambda: self.town.see(lambda slack: slack.modal(user)), what=f"the modal of {verb}")
        return self.town.tell(lambda slack: slack.submit(user, values))

    def repeated(self, message: Message, attempt: int) -> Answer:
        """Slack sends that message's event once more, as after an answer that was lost: with its retry headers."""
        told = self.events_of(message)[0]

        async def again(slack: FakeSlack) -> Answer:
            if self.mode == "socket":
                return await slack.sockets.send("events_api", told.payload, attempt=attempt, reason="timeout")
            async with HttpTransport(slack.workspace, slack.options) as http:
                return await http.send("events_api", told.payload, attempt=attempt, reason="http_timeout")

        return self.town.tell(again)

    # ---- what is seen

    def events_of(self, message: Message) -> list[Delivered]:
        """What Slack told the app of that message."""
        return self.town.see(
            lambda slack: [
                each for each in slack.deliveries.log
                if each.payload["event"].get("ts") == message.ts
                and each.payload["event"].get("channel") == message.channel
            ]
        )  # fmt: skip

    def arrived(self, message: Message) -> None:
        """Return once the app has acknowledged it."""
        eventually(lambda: any(each.arrived for each in self.events_of(message)), what=f"{message.text!r} arriving")

    def conversation_of(self, message: Message) -> str:
        if message.channel.startswith("D"):
            return f"slack.{TEAM}.{message.channel}"
        return f"slack.{TEAM}.{message.channel}.{message.thread_ts or message.ts}"

    def ours(self, where: str, root: str = "") -> list[Message]:
        """What the app posted there, or in one thread there, in order."""

        def look(slack: FakeSlack) -> list[Message]:
            found = slack.replies(where, root) if root else slack.messages(where)
            return [each for each in found if each.bot_id == slack.app.bot_id]

        return self.town.see(look)

    def answers(self, message: Message, *kinds: str) -> list[Message]:
        """What the customer reads from us where that message stands: in its thread, or all of a direct message."""
        root = "" if message.channel.startswith("D") else message.thread_ts or message.ts
        return [each for each in self.ours(message.channel, root) if not kinds or payload(each)["kind"] in kinds]

    def answered(self, message: Message, words: str) -> Message:
        """The first answer with these words, once it is there."""

        def look() -> Message | None:
            self.desk.check()
            return next((each for each in self.answers(message) if words in drawn(each)), None)

        found = eventually(look, what=f"the answer {words!r}")
        assert found is not None
        return found

    def cards(self, conversation: str) -> list[Message]:
        """Every card of that conversation, wherever it stands."""
        return [
            each for each in self.town.see(lambda slack: all_messages(slack))
            if payload(each).get("kind") == "card" and payload(each).get("conversation") == conversation
        ]  # fmt: skip

    def card_of(self, conversation: str, showing: str = "claim") -> Message:
        """The card, once it shows that button."""

        def look() -> Message | None:
            self.desk.check()
            return next((each for each in self.cards(conversation) if f"baton:{showing}" in buttons(each)), None)

        found = eventually(look, what=f"a card with {showing}")
        assert found is not None
        return found

    def under(self, card: Message, *kinds: str) -> list[Message]:
        """What the app wrote in the card's thread."""
        found = self.ours(card.channel, card.ts)
        return [each for each in found if not kinds or payload(each)["kind"] in kinds]

    def private(self, user: str, *kinds: str) -> list[Message]:
        return [each for each in self.ours(f"@{user}") if not kinds or payload(each)["kind"] in kinds]

    def packet_of(self, conversation: str, user: str) -> Message:
        """What they got when it became theirs, once it is there."""

        def look() -> list[Message]:
            return [each for each in self.private(user, "packet") if payload(each)["conversation"] == conversation]

        return eventually(look, what=f"the packet of {conversation}")[-1]

    def whispers(self, user: str) -> list[str]:
        """The lines that only this user sees."""
        return self.town.see(lambda slack: [each.text for each in slack.ephemerals(user)])

    def whispered(self, user: str, words: str) -> None:
        eventually(lambda: any(words in each for each in self.whispers(user)), what=f"{user} being told {words!r}")

    # ---- what the desk holds

    def held_by(self, conversation: str, person: str) -> View:
        wanted = {"kind": "person", "name": person}
        return self.desk.until(conversation, lambda view: view["state"] == "held" and view["holder"] == wanted)

    def began(self, message: Message) -> str:
        """The conversation of that message, once the desk knows of it."""
        conversation = self.conversation_of(message)

        def known() -> bool:
            self.desk.check()
            return self.desk.request("GET", f"/conversations/{conversation}").status_code == 200

        eventually(known, what=f"{conversation} beginning")
        return conversation

    def waiting(self, user: str, where: str, words: str) -> tuple[Message, str, Message]:
        """A customer asks for a person: the line, its conversation, and the card once it is there."""
        mention = "" if where.startswith("@") else f"{BOT} "
        line = self.says(user, where, f"{mention}{words}, get me a person please")
        there = self.began(line)
        self.desk.queued(there)
        return line, there, self.card_of(there)

    def taken(self, user: str, where: str, words: str, by: str) -> tuple[Message, str, Message]:
        """The same, claimed by somebody: the card offers the holder's buttons."""
        line, there, card = self.waiting(user, where, words)
        assert self.click(by, card, "claim").delivered
        self.held_by(there, by)
        return line, there, self.card_of(there, "reply")

    def hears(self, conversation: str, words: str) -> View:
        """The conversation once somebody's words are in its transcript."""
        return self.desk.until(conversation, lambda view: any(words in each["text"] for each in view["messages"]))


def all_messages(slack: FakeSlack) -> list[Message]:
    return [each for channel in list(slack.workspace.channels) for each in slack.messages(channel)]


def payload(message: Message) -> dict[str, Any]:
    """Conversation, handoff, kind and key of one of our posts."""
    found = (message.metadata or {}).get("event_payload")
    return found if isinstance(found, dict) else {}


def blocks_of(message: Message) -> list[dict[str, Any]]:
    return [*message.blocks, *(block for each in message.attachments for block in each.get("blocks", []))]


def buttons(message: Message) -> list[str]:
    return [str(element.get("action_id")) for _, element in elements_of(blocks_of(message))]


def drawn(message: Message) -> str:
    """Everything that a message shows, as one text."""
    return "\n".join([message.text, str(message.blocks), str(message.attachments)])


def texts(messages: Sequence[Message]) -> list[str]:
    return [each.text for each in messages]


@contextmanager
def opened(
    folder: Path, *, mode: Mode = "http", config: str = "", options: Options | None = None, wire: Wire = str,
    redis_url: str = "", **settings: str,
) -> Iterator[SlackDesk]:  # fmt: skip
    """An ingress and two workers on their own Redis, or on the store at `redis_url`, connected to a Slack of their own,
    until the block ends."""
    town = Town(options)
    town.start()
    try:
        slack = town.slack
        secret, app = (slack.signing_secret, "") if mode == "http" else ("", slack.app_token)
        variables = {
            "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": f"{wire(slack.url.rstrip('/'))}/api/",
            "SLACK_SIGNING_SECRET": secret, "SLACK_APP_TOKEN": app,
        }  # fmt: skip
        text = config or globals()["config"]()
        with fakes.running(folder, config=text, wire=wire, redis_url=redis_url, **variables, **settings) as desk:
            opened_desk = SlackDesk(desk, town, mode, wire)
            opened_desk.find_ingress()
            yield opened_desk
    finally:
        town.stop()
    assert town.slack.violations == [], town.slack.violations
