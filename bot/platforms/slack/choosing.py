"""Buttons under an agent's answer: drawn while they may be pressed, taken away when they have had their time.

A press is a line of the customer's, who alone may press. It counts once, however often it arrives.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from handlers.packet import shorten
from handlers.ports import PlatformMemory, Temporary
from handlers.values import Record
from routing.choices import STALE, choice_of
from routing.conversation import Conversation
from routing.effects import DropChoices, Say
from routing.events import MessageReceived

from . import cards
from .client import SlackRefusal
from .ids import Value, value_of
from .posting import Post, Poster, Spot, escaped

log = structlog.get_logger("baton.slack")

LABEL_MOST: Final = 75  # of a button, by Slack
NOT_YOURS: Final = "Only the person who asked can choose here."


def buttons(conversation: Conversation, said: Say) -> list[Mapping[str, Any]]:
    """The block with them; nothing if the conversation has moved on before the answer leaves."""
    if not said.choices or conversation.choices.turn != said.turn or not conversation.choices.of:
        return []
    elements = [
        cards.button(
            shorten(choice.label, LABEL_MOST), f"choose:{place}",
            value_of(conversation.id, f"{said.turn}.{place}", conversation.epoch),
        )
        for place, choice in enumerate(said.choices)
    ]  # fmt: skip
    return [{"type": "actions", "elements": elements}]


def said_by(record: Record, value: Value, user: str) -> MessageReceived | str:
    """What the press says, or why it says nothing."""
    conversation = record.conversation
    if conversation is None:
        return STALE
    if user != conversation.requester:
        return NOT_YOURS
    choice = choice_of(conversation, value.handoff, value.epoch)
    if choice is None:
        return STALE
    return MessageReceived(0, user, choice.label, 0, pressed=value.handoff, pressed_epoch=value.epoch)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where the buttons of a conversation stand: the answer that has them, written down once it is posted, by its
    turn."""

    poster: Poster
    memory: PlatformMemory

    async def posted(self, said: Say, spot: Spot, sent: str, text: str) -> None:
        """`sent` is the message's id, `text` what it shows."""
        if said.choices:
            kept = json.dumps([spot.channel, sent.rpartition(":")[2], text])
            await self.memory.remember(f"choices:{said.turn}", kept)

    async def drop(self, conversation: Conversation, effect: DropChoices, spot: Spot) -> None:
        """Draw the answer without its buttons, and with what was chosen. It is tried once: the next line to the
        customer does not wait for it, and who presses a button that stayed is told."""
        kept = await self.memory.recall(f"choices:{effect.turn}")
        if not kept:
            return  # it left without buttons, or never
        channel, ts, text = json.loads(kept)
        blocks: list[Mapping[str, Any]] = [{"type": "markdown", "text": text}]
        if effect.chosen:
            chosen = {"type": "mrkdwn", "text": f":ballot_box_with_check: {escaped(effect.chosen)}"}
            blocks.append({"type": "context", "elements": [chosen]})
        try:
            await self.poster.edit(Spot(spot.team, channel), ts, Post(escaped(text), "reply", blocks=blocks))
        except (SlackRefusal, Temporary) as error:
            log.info("choices.not_taken_away", conversation=conversation.id, reason=str(error)[:200])
        await self.memory.remember(f"choices:{effect.turn}", "")
