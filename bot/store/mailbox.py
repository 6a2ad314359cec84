"""The Mailbox port: accept events, wait for what became of them, read."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from handlers.ports import Unavailable
from handlers.values import Enqueued, Glance, Mail, Outcome, Place, Record
from routing.conversation import Closed, Conversation
from routing.effects import JournalEntry, Line
from routing.events import CancelRequested, MessageDeleted, MessageEdited, MessageReceived, PostedNatively

from .core import Core
from .lines import lines_of
from .log import journal_of
from .places import channel_of, place_of
from .records import at_leisure, checked, mail_of, mail_payload, outcome_of, parted
from .states import read_state

# Events that speak to a place: whichever conversation is open there. All others mean the one they name.
TO_THE_PLACE: Final = (MessageEdited, MessageDeleted, CancelRequested, PostedNatively)
OUTCOME_POLL_S: Final = 0.25
OUTCOME_KEPT_MS: Final = 86_400_000  # as in commit.lua


class RedisMailbox(Core):
    """`accepting_at_once`: how many events may be on their way into the store. More are refused, not gathered: a store
    that is slow must not fill this process's memory, and whoever is refused asks again."""

    accepting_at_once = 4_000
    _accepting = 0

    async def enqueue(self, place: Place, mail: Mail, *, dedupe: Sequence[str] = (), debounce_ms: int = 0) -> Enqueued:
        """See the port. `place.id` may be any conversation of the place.

        `debounce_ms`: wait so long for further lines before anybody is given the first; lines that arrive within 150 ms
        are then put in the platform's order. For platforms that do not promise order; 0 for those that do.
        """
        if self._accepting >= self.accepting_at_once:
            raise Unavailable(f"{self._accepting} events wait for the store already")
        self._accepting += 1
        try:
            return await self._enqueue(place, mail, dedupe, debounce_ms)
        finally:
            self._accepting -= 1

    async def _enqueue(self, place: Place, mail: Mail, dedupe: Sequence[str], debounce_ms: int) -> Enqueued:
        event = mail.event
        if isinstance(event, MessageReceived):
            mode = "line"
        else:
            mode = "place" if isinstance(event, TO_THE_PLACE) else "exact"
        sort_key = str(event.platform_ms) if debounce_ms and isinstance(event, MessageReceived) else ""
        shard = self.shard(place)
        if shard != self.shard_of_id(checked(place.id, "a place's id")):
            raise ValueError(f"place {place.id!r} is not where its id says: {place}")
        key = f"{self.tag(shard)}:c"
        node = await self.calls.node_of(key)
        conversation, seq, duplicate, _ = await self.on_shard(
            "enq",
            shard,
            place.id,
            channel_of(place),
            checked(mail.id, "a mail's id"),
            mail_payload(mail),
            mode,
            sort_key,
            debounce_ms,
            await self.override(),
            *dedupe,
        )
        if not conversation:
            raise LookupError(place.id)
        await self.replications.settle(self.calls, key, node)
        return Enqueued(conversation.decode(), int(seq) if seq else None, bool(duplicate))

    async def outcome(self, conversation: str, mail_id: str, *, wait_s: float) -> Outcome | None:
        """See the port. Quick for mail whose `reply_to` was this store's `owner`; other mail is polled for."""
        key = f"{self.tag(self.shard_of_id(conversation))}:res:{conversation}:{mail_id}"
        found = await self._outcome(key)
        if found is not None or wait_s <= 0:
            return found
        channel = f"{{out}}:{self.owner}"
        deadline = time.monotonic() + wait_s
        with self.signals.waiter(f"{channel}|{conversation}|{mail_id}") as rung:
            await self.signals.listen(channel)
            while True:
                # Looked for after the subscription stands, so an outcome between both is not missed.
                found = await self._outcome(key)
                left_s = deadline - time.monotonic()
                if found is not None or left_s <= 0:
                    return found
                try:
                    async with asyncio.timeout(min(left_s, OUTCOME_POLL_S)):
                        await rung.wait()
                except TimeoutError:
                    continue
                rung.clear()

    async def _outcome(self, key: str) -> Outcome | None:
        """What nobody takes back any more: with replicas, one of them has it. Decided on a master that is cut off, it
        would be told, and then decided again."""
        node = await self.calls.node_of(key)
        found = await self.calls.call("GET", key)
        if found is None:
            return None
        if self.replications.expected(node):
            # Any write will do: a replica that has it has all that was written before.
            await self.calls.call("PEXPIRE", key, OUTCOME_KEPT_MS)
            await self.replications.settle(self.calls, key, node)
        return outcome_of(found, key)

    async def read(self, conversation: str) -> Record | None:
        shard = self.shard_of_id(conversation)
        reply, number = await asyncio.gather(
            self.on_shard("read", shard, conversation, await self.override()),
            self.calls.call("HGET", f"{self.staff_tag}:idx:doc:{conversation}", "n"),
        )
        if reply is None:
            return None
        now, version, state, place, elements, mails, _ = reply
        found = read_state(state, self.tag(shard), conversation) if state else None
        lines, journal = await at_leisure(_history, elements, found, f"{self.tag(shard)}:h:{conversation}")
        return Record(
            conversation=found,
            version=int(version),
            lines=lines,
            journal=journal,
            pending=tuple(mail_of(entry, f"{self.tag(shard)}:m:{conversation}") for entry in mails),
            number=int(number) if number else None,
            place=place_of(conversation, place.decode() or None),
            now_ms=int(now),
        )

    async def glance(self, place: Place) -> Glance | None:
        """See the port."""
        tag = self.tag(self.shard(place))
        ordinal = int(await self.calls.call("GET", f"{tag}:pl:{place.id}") or 1)
        if ordinal < 0:
            return None  # the last one is closed
        conversation = place.id if ordinal == 1 else f"{place.id}~{ordinal}"
        key = f"{tag}:c:{conversation}"
        state, exists = await self.calls.all([("HGET", key, "st"), ("EXISTS", key)])
        if state:
            return _glance(conversation, read_state(state, tag, conversation))
        record = await self.read(conversation) if exists else None
        if record is None:
            return None
        if record.conversation is not None:  # decided between the two looks
            return _glance(conversation, record.conversation)
        first = record.pending[0].event if record.pending else None
        return Glance(conversation, first.author, None) if isinstance(first, MessageReceived) else None

    async def address(self, platform: str, workspace: str, channel: str, message: str) -> str | None:
        """The conversation that a message of ours belongs to, by the platform's id of it."""
        shard = self.shard(Place(message, platform, workspace, channel))
        found = await self.calls.call("GET", f"{self.tag(shard)}:a:{channel}:{message}")
        return None if found is None else str(found, "utf-8")


def _history(
    elements: list[bytes], conversation: Conversation | None, key: str
) -> tuple[tuple[Line, ...], tuple[JournalEntry, ...]]:
    lines, entries = parted(elements, key)
    return lines_of(lines, conversation, key), journal_of(entries, conversation, key)


def _glance(conversation: str, decided: Conversation) -> Glance | None:
    return None if isinstance(decided.holder, Closed) else Glance(conversation, decided.requester, decided)
