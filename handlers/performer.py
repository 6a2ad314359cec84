"""Effect -> the port call that performs it. One row at a time, in the order of its lane."""

import asyncio
from collections.abc import Mapping

from routing.conversation import Conversation
from routing.effects import Emit, FreeSlot, Publish
from routing.policy import Policy

from .ports import ChatPlatform, Permanent, ReadModels, Row, Staffing


async def perform(
    row: Row, conversation: Conversation, version: int, policy: Policy, platforms: Mapping[str, ChatPlatform],
    staffing: Staffing, read_models: ReadModels,
) -> str:  # fmt: skip
    """Do what the row says; the platform's id of what was sent, empty where there is none.

    `conversation` is the state now, which may be newer than the row.

    Raises:
        Temporary: not now. Permanent: never.
    """
    match row.effect:
        case FreeSlot(person=person, before_epoch=before_epoch):
            await staffing.free(person, conversation.id, before_epoch)
        case Publish():
            await publish(row, row.effect, conversation, version, read_models)
        case _:
            platform = platforms.get(conversation.platform)
            if platform is None:
                raise Permanent(f"the platform {conversation.platform} is not connected")
            return await platform.perform(row, conversation, policy)
    return ""


async def publish(row: Row, effect: Publish, conversation: Conversation, version: int, read_models: ReadModels) -> None:
    """Lists first, then the feed, so that whoever is woken by the feed finds the lists up to date. Asked in one go: the
    store answers in order."""
    base = {"conversation": conversation.id, "epoch": conversation.epoch}
    events = (*effect.events, Emit("conversation.updated", {"version": version}))
    await asyncio.gather(
        read_models.index(conversation, version),
        *(
            read_models.emit(f"{row.key}|{number}", event.type, {**base, **event.data})
            for number, event in enumerate(events)
        ),
    )
