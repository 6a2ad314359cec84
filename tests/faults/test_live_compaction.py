"""A conversation that goes on for long is stored in less room every now and then, and nobody notices."""

from pathlib import Path

import pytest

from bot.replay import replay
from bot.store.records import parted
from bot.tenure import COMPACT_IDLE
from handlers.view import transcript
from routing.conversation import HeldByHuman
from routing.events import Claimed, MessageEdited, Replied
from routing.policy import Policy
from tests.faults.test_delivery import THREAD, Chat, chat

pytestmark = pytest.mark.anyio
LINES = 24


async def stored(desk: Chat) -> list[bytes]:
    store = desk.baton.store
    elements: list[bytes] = await store.calls.call(
        "LRANGE", f"{store.tag(store.shard_of_id(THREAD))}:h:{THREAD}", 0, -1
    )
    return elements


async def test_a_person_and_a_customer_who_talk_for_long_find_every_word(redis_url: str, tmp_path: Path) -> None:
    async with chat(redis_url, tmp_path) as desk:
        await desk.say("get me a person")
        await desk.quiet()
        await desk.send(Claimed("ben"))
        await desk.quiet()
        for number in range(LINES):
            await desk.say(f"line {number}")
            await desk.quiet()
        elements = await stored(desk)
        record = await desk.record()
        await desk.send(MessageEdited(record.lines[-LINES].seq or 0, "U1", "the first line, corrected"))
        await desk.send(Replied("ben", "Here is your answer."))
        await desk.quiet()
        after = await desk.record()
        book = await desk.baton.store.logbook(THREAD)
        policy = await desk.baton.world.policy_of("T1")

    async def policy_for(version: str) -> Policy | None:
        return policy if version == policy.version else None

    first, _ = parted(elements[:1], "h")
    assert len(first) >= COMPACT_IDLE / 2
    assert 2 < len(elements) < LINES  # not packed again for every line
    assert isinstance(record.conversation and record.conversation.holder, HeldByHuman)
    assert [line.text for line in record.lines[-LINES:]] == [f"line {number}" for number in range(LINES)]
    assert [line.n for line in after.lines] == list(range(1, len(after.lines) + 1))
    words = [line.text for line in transcript(after) if line.kind == "message"]
    assert words[-LINES - 1] == "the first line, corrected"
    assert words[-1] == "Here is your answer."
    assert book is not None
    assert (await replay(book, policy_for)).verdict == "same"
