"""A customer's words in the card's thread: what staff can read of a direct message, which nobody else can enter.

A cursor, not a row per message: `relayed_upto` is the last transcript line that the desk has seen, on a card or as a
copy. Each copy is remembered right after its post; one that was cut off between the two is looked up by its key.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from handlers.ports import PlatformMemory
from handlers.values import Record
from routing.effects import Line

from .client import SlackRefusal
from .posting import Post, Poster, Spot, escaped, pieces

log = structlog.get_logger("baton.slack")

COPY_MOST: Final = 3_800  # an edit takes 4,000
COPIES_KEPT: Final = 50
UPTO, COPIES = "relayed_upto", "relayed"
DELETED: Final = "_(they deleted this)_"


@dataclass(frozen=True, slots=True)
class Relay:
    """Attributes:
    name_of: a customer's Slack id -> the name to show.
    """

    poster: Poster
    memory: PlatformMemory
    name_of: Callable[[str], Awaitable[str]]

    async def shown(self, upto: int) -> None:
        """A new card shows everything up to that line."""
        await self.memory.remember(UPTO, str(upto))

    async def sync(self, handoff: int, record: Record, thread: Spot) -> None:
        """Copy what the desk has not seen yet, in order, and bring earlier copies up to date."""
        upto = int(await self.memory.recall(UPTO) or 0)
        waiting = [line for line in record.lines if line.n > upto]
        amended = {line.seq: line for line in record.lines if line.kind == "amend"}
        for line in waiting:
            if line.kind == "amend":
                await self._amend(line)
            elif line.kind == "message" and line.author.kind in ("customer", "participant"):
                change = amended.get(line.seq) if line.seq is not None else None
                if change is None or not _is_deletion(change):
                    text = change.text if change is not None else line.text
                    await self._copy(handoff, line, text, thread)
            else:
                continue
            await self.memory.remember(UPTO, str(line.n))
        if waiting:
            await self.memory.remember(UPTO, str(waiting[-1].n))

    async def _copy(self, handoff: int, line: Line, text: str, thread: Spot) -> None:
        name = await self.name_of(line.author.name)
        parts = pieces(text, COPY_MOST)
        key = f"relay|{self.poster.conversation}|{line.n}"
        for number, part in enumerate(parts):
            post = Post(escaped(part) or "(no words)", "relay", handoff, name=f"{name} (customer)")
            sent = await self.poster.once("desk", key, thread, post, part=number, of=len(parts))
            if number == 0 and sent is not None and line.seq is not None:
                await self._remember(line.seq, sent)

    async def _amend(self, line: Line) -> None:
        """Edited or deleted in the customer's place: so is the copy. A line without one was only on the card."""
        sent = next((each for seq, each in await self._copies() if seq == line.seq), None)
        if sent is None:
            return
        where, _, ts = sent.rpartition(":")
        team, _, channel = where.partition(".")
        text = DELETED if _is_deletion(line) else f"{escaped(pieces(line.text, COPY_MOST)[0])} _(edited)_"
        try:
            await self.poster.edit(Spot(team, channel), ts, Post(text, "relay"))
        except SlackRefusal as refusal:
            log.info("relay.copy_gone", code=refusal.code)

    async def _copies(self) -> list[tuple[int, str]]:
        packed = await self.memory.recall(COPIES)
        return [(int(seq), str(sent)) for seq, sent in json.loads(packed)] if packed else []

    async def _remember(self, seq: int, sent: str) -> None:
        known = [each for each in await self._copies() if each[0] != seq]
        await self.memory.remember(COPIES, json.dumps([*known, (seq, sent)][-COPIES_KEPT:]))


def _is_deletion(line: Line) -> bool:
    return any(fact.get("deleted") for fact in line.data)
