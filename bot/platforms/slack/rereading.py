"""What Slack had delivered and the store has forgotten is fetched again: open places are read once a generation.

Slack does not send an acknowledged event a second time. So when the store comes back without its last seconds, whoever
takes events in reads each open conversation's thread from its newest known line on, and hears what is missing as if
Slack had just delivered it. What is known is told by its name, as for any event that comes twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog

from handlers.ports import Mailbox, Permanent, ReadModels, Temporary, Unavailable
from handlers.values import Record

from .client import Web
from .ids import PLATFORM, Located, located

log = structlog.get_logger("baton.slack")

LOOK_S: Final = 1.0
RECENT_S: Final = 3600.0  # a process that starts reads for a generation that is no older
MARGIN_S: Final = 10.0  # lines may have been accepted in another order than they were written
PAGE: Final = 200
TRIES: Final = 5
AGAIN_S: Final = 5.0
OPEN: Final = ("bot", "queued", "offered", "parked", "held", "on_hold")

Hear = Callable[[str, str, Mapping[str, Any]], Awaitable[None]]
"""Team, channel, and a message as `conversations.history` shows it."""
Generation = Callable[[], Awaitable[tuple[int, float]]]
"""The store's generation, and how many seconds ago it began."""


class Rereading:
    """One in each process that takes events in; together they read each place once.

    Args:
        once: True for the first of all processes that asks with this token.
    """

    def __init__(
        self, web: Web, mailbox: Mailbox, read_models: ReadModels, hear: Hear, generation: Generation,
        once: Callable[[str], Awaitable[bool]],
    ) -> None:  # fmt: skip
        self._web = web
        self._mailbox = mailbox
        self._read_models = read_models
        self._hear = hear
        self._generation = generation
        self._once = once
        self._read_for = 0

    async def run(self) -> None:
        """For as long as the process takes events in."""
        while True:
            try:
                await self.look()
            except Unavailable:
                log.warning("slack.reread_waits", reason="the store is away")
            await asyncio.sleep(LOOK_S)

    async def look(self) -> int:
        """Read the open places if a generation has begun; how many lines were heard that way."""
        number, age_s = await self._generation()
        if number == self._read_for or not number:
            return 0
        heard = 0
        if age_s < RECENT_S:
            for conversation in await self._open_conversations():
                if await self._once(f"reread|{number}|{conversation}"):
                    heard += await self._read_again(conversation)
            log.warning("slack.places_read_again", generation=number, lines=heard)
        self._read_for = number
        return heard

    async def _open_conversations(self) -> list[str]:
        found: list[str] = []
        for state in OPEN:
            cursor: str | None = None
            while True:
                items, cursor = await self._read_models.find(
                    state=state, team=None, holder=None, customer=None, cursor=cursor, limit=PAGE
                )
                found += (item["id"] for item in items if item["platform"] == PLATFORM)
                if cursor is None:
                    break
        return found

    async def _read_again(self, conversation: str) -> int:
        here, record = located(conversation), await self._mailbox.read(conversation)
        if here is None or record is None:
            return 0
        known = {line.ref for line in record.lines if line.ref}
        newest = max((float(ref) for ref in known), default=0.0)
        heard = 0
        for call in self._places(here, record, f"{max(newest - MARGIN_S, 0.0):.6f}"):
            for message in await self._messages(conversation, call):
                if message.get("ts") not in known:
                    await self._hear(here.team, here.channel, message)
                    heard += 1
        return heard

    def _places(self, here: Located, record: Record, oldest: str) -> list[Callable[[], Awaitable[Any]]]:
        """A channel's thread; of a direct message what stands at its top level and in the thread that is written in."""
        client = self._web.client
        thread = here.root or (record.conversation.thread if record.conversation is not None else "")
        places: list[Callable[[], Awaitable[Any]]] = []
        if not here.root:
            places.append(lambda: client.conversations_history(channel=here.channel, oldest=oldest, limit=PAGE))
        if thread:
            places.append(
                lambda: client.conversations_replies(channel=here.channel, ts=thread, oldest=oldest, limit=PAGE)
            )
        return places

    async def _messages(self, conversation: str, call: Callable[[], Awaitable[Any]]) -> list[Mapping[str, Any]]:
        """Oldest first. Nothing where Slack does not say: the conversation goes on without."""
        for _ in range(TRIES):
            try:
                found = (await self._web.ask(call())).get("messages") or []
                return sorted(found, key=lambda message: float(message["ts"]))
            except Temporary as error:
                await asyncio.sleep(error.retry_after_s or AGAIN_S)
            except Permanent as error:
                log.warning("slack.not_read_again", conversation=conversation, reason=str(error))
                return []
        log.error("slack.not_read_again", conversation=conversation, reason="Slack says not now")
        return []
