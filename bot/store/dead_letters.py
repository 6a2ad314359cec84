"""Dead letters: events that no decision could be made on, and calls to the outside that were given up.

Nobody waits for them: the conversation went to a person when they were written. For an operator, who may have them
tried again or thrown away.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from handlers.values import Mail, Row
from routing.events import MessageReceived

from . import codec
from .core import Core
from .records import mail_payload

PAGE = 1000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One of them. `id` is `<shard>-<ms>-<n>`; `at_ms` when it was given up.

    `record` is a Mail or a Row, or None where what is stored cannot be read; `error` then says so too.
    """

    id: str
    conversation: str
    what: Literal["event", "call"]
    at_ms: int
    error: str
    record: Mail | Row | None

    @property
    def kind(self) -> str:
        """The name of the event or effect."""
        match self.record:
            case Mail(event=event):
                return type(event).__name__
            case Row(effect=effect):
                return type(effect).__name__
            case None:
                return "unreadable"


class RedisDeadLetters(Core):
    async def dead_letters(self) -> list[DeadLetter]:
        """All of them, oldest first. Asks every shard: for a command, never for a message."""
        found = await asyncio.gather(*(self._dead_on(shard) for shard in range(self.shards)))
        return sorted((letter for letters in found for letter in letters), key=lambda letter: (letter.at_ms, letter.id))

    async def dead_letter(self, letter: str) -> DeadLetter | None:
        shard, entry = self._place_of_letter(letter)
        found = await self.calls.call("XRANGE", f"{self.tag(shard)}:x", entry, entry)
        return self._letter(shard, *found[0]) if found else None

    async def retry_dead_letter(self, letter: DeadLetter) -> bool:
        """Put it back: an event into its conversation's mailbox, a call into its lane. False when it is gone.

        Raises:
            ValueError: what is stored cannot be read.
        """
        shard, entry = self._place_of_letter(letter.id)
        match letter.record:
            case Mail(event=event) as mail:
                seq = event.seq if isinstance(event, MessageReceived) else ""
                parts = ("", f"retry:{letter.id}", mail_payload(mail), seq or "")
            case Row() as row:
                parts = (row.lane, row.key, codec.encode(row), "")
            case None:
                raise ValueError(f"{letter.id} cannot be read: {letter.error}")
        done = await self.on_shard("revive", shard, letter.conversation, entry, await self.override(), *parts)
        return bool(done)

    async def discard_dead_letter(self, letter: str) -> bool:
        """Throw it away for good. False when it is gone."""
        shard, entry = self._place_of_letter(letter)
        return bool(await self.calls.call("XDEL", f"{self.tag(shard)}:x", entry))

    def _place_of_letter(self, letter: str) -> tuple[int, str]:
        """Raises ValueError for what is no id of a dead letter."""
        shard, _, entry = letter.partition("-")
        ms, _, n = entry.partition("-")
        if not (shard.isdigit() and ms.isdigit() and n.isdigit() and int(shard) < self.shards):
            raise ValueError(f"{letter!r} is not the id of a dead letter; `baton dead-letters list` shows them")
        return int(shard), entry

    async def _dead_on(self, shard: int) -> list[DeadLetter]:
        letters: list[DeadLetter] = []
        start = "-"
        while True:
            page = await self.calls.call("XRANGE", f"{self.tag(shard)}:x", start, "+", "COUNT", PAGE)
            letters += (self._letter(shard, *entry) for entry in page)
            if len(page) < PAGE:
                return letters
            start = f"({page[-1][0].decode()}"

    def _letter(self, shard: int, entry: bytes, fields: list[Any]) -> DeadLetter:
        facts = dict(zip(fields[::2], fields[1::2], strict=True))
        what: Literal["event", "call"] = "event" if facts[b"what"] == b"mail" else "call"
        error = facts[b"error"].decode(errors="replace")
        record: Mail | Row | None = None
        try:
            record = codec.decode_any(facts[b"record"], f"{self.tag(shard)}:x")
        except codec.CodecError as damage:
            error = f"{error}; and the record is damaged: {damage}"
        entry_id = entry.decode()
        at_ms = int(entry_id.partition("-")[0])
        return DeadLetter(f"{shard}-{entry_id}", facts[b"of"].decode(), what, at_ms, error, record)
