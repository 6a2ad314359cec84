"""Effect -> the port call that performs it. One row at a time, in the order of its lane."""

from collections.abc import Mapping, Sequence

from routing.conversation import Conversation
from routing.effects import FreeSlot, KeepCase, Publish
from routing.policy import Policy

from .ports import ChatPlatform, Permanent, PlatformMemory, ReadModels, Staffing
from .values import Row


async def perform(
    row: Row, conversation: Conversation, policy: Policy, platforms: Mapping[str, ChatPlatform], staffing: Staffing,
    read_models: ReadModels, memory: PlatformMemory,
) -> str:  # fmt: skip
    """Do what the row says; the platform's id of what was sent, empty where there is none.

    `conversation` is the state now, which may be newer than the row. Rows for the read models: `publish`.

    Raises:
        Temporary: not now. Permanent: never.
    """
    match row.effect:
        case FreeSlot(person=person, before_epoch=before_epoch):
            await staffing.free(person, conversation.id, before_epoch)
            return ""
        case KeepCase() as case:
            await read_models.keep_case(conversation.id, case)
            return ""
        case _:
            platform = platforms.get(conversation.platform)
            if platform is None:
                raise Permanent(f"the platform {conversation.platform} is not connected")
            return await platform.perform(row, conversation, policy, memory)


async def publish(rows: Sequence[Row], conversation: Conversation, version: int, read_models: ReadModels) -> None:
    """Rows that wait for the read models, together: lists show the state now, the feed tells what each row tells."""
    base = {"conversation": conversation.id, "epoch": conversation.epoch}
    events: list[tuple[int, str, Mapping[str, object]]] = []
    written = 0
    for row in rows:
        if isinstance(row.effect, Publish):
            written = int(row.key.split("|")[1])  # `<conversation>|<version>|<n>`
            events += ((written, event.type, {**base, **event.data}) for event in row.effect.events)
    events.append((written, "conversation.updated", {**base, "version": version}))
    await read_models.publish(conversation, version, events)
