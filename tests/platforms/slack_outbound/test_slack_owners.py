"""An owner that died between post and settle, and one that stood still: each line is there once, by who owns it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from bot.platforms.slack.client import Web
from bot.platforms.slack.outbound import SlackPlatform
from bot.store.memory import memory_key
from bot.store.redis import RedisStore
from handlers.ports import LeaseLost, Temporary
from handlers.values import Commit, Row
from routing.conversation import Actor, Conversation, HeldByHuman
from routing.decide import birth
from routing.effects import InvitePerson, Notice, PostCard, Say, SyncDesk
from routing.events import Claimed
from routing.policy import Policy
from tests.platforms.slack_outbound.office import ANSWER, ByHand, Office, drawn, kind, office, payload

pytestmark = pytest.mark.anyio
CALLS = "I was charged twice, get me a person"


def ours(desk: Office, channel: str) -> list:  # type: ignore[type-arg]
    return [each for each in desk.slack.messages(channel) if each.bot_id == desk.slack.app.bot_id]


T = TypeVar("T")


class Second:
    """The platform of another worker, which knows of the first only what is in the store. It waits as the worker does
    for a call that may still be on its way."""

    def __init__(self, desk: Office, web: Web) -> None:
        async def policy_of(_: str) -> Policy:
            return desk.baton.policy()

        self._desk = desk
        self._platform = SlackPlatform(web, desk.store, policy_of, settle_s=0.2)

    async def finds(self, row: Row, conversation: Conversation) -> str | None:
        return await settled(lambda: self._platform.find(row, conversation, self._memory(conversation)))

    async def performs(self, row: Row, conversation: Conversation, *, doubtful: bool = False) -> str:
        policy, memory = self._desk.baton.policy(), self._memory(conversation)
        memory.doubtful = doubtful
        return await settled(lambda: self._platform.perform(row, conversation, policy, memory))

    def _memory(self, conversation: Conversation) -> ByHand:
        return ByHand(self._desk.store, conversation.id)


async def settled(attempt: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await attempt()
        except Temporary as error:
            await asyncio.sleep(error.retry_after_s or 0.0)


async def state(desk: Office, conversation: str) -> Conversation:
    found = (await desk.record(conversation)).conversation
    assert found is not None
    return found


async def test_what_a_dead_owner_had_posted_is_found_by_the_next(redis_url: str, tmp_path: Path) -> None:
    async with (
        office(redis_url, tmp_path) as desk,
        Web(desk.slack.bot_token, base_url=desk.slack.api_url) as web,
    ):
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"))
        conversation = await state(desk, there)
        other = Second(desk, web)
        handoff = conversation.holder.handoff.id  # type: ignore[union-attr]
        rows = [
            Row("customer", f"{there}|90|0", Say(Actor("person", "ana"), "once"), "reconcile", "reply"),
            Row("customer", f"{there}|90|1", Say(Actor("agent", "triage"), ANSWER * 800), "reconcile", "reply"),
            Row("customer", f"{there}|90|2", Notice("resolved", 7, "done"), "reconcile", "line"),
            Row("desk", f"{there}|90|3", PostCard("billing", handoff), "reconcile", "card"),
        ]
        for row in rows:
            assert await other.finds(row, conversation) is None, "nothing of it was sent yet"
            sent = await desk.performs(row, conversation)
            assert sent and await other.finds(row, conversation) == sent

        posted = [payload(each)["key"] for channel in ("@mia", "#desk-billing") for each in ours(desk, channel)]
        assert len(posted) == len(set(posted))


async def test_a_handoff_that_waits_for_another_team_leaves_a_line_where_its_card_was(
    redis_url: str, tmp_path: Path
) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        conversation = await state(desk, there)
        handoff = conversation.holder.handoff.id  # type: ignore[union-attr]
        row = Row("desk", f"{there}|93|0", PostCard("platform", handoff), "reconcile", "card")
        desk.slack.fault("ratelimited", "chat.update", seconds=0.1)
        with pytest.raises(Temporary):
            await desk.performs(row, conversation)
        for _ in ("again", "once more, as after an answer of the store that was lost"):
            await settled(lambda: desk.performs(row, conversation))

        before, now = desk.card("#desk-billing"), desk.card("#desk-platform")
        assert (before.text, before.blocks, before.attachments) == (":arrow_right: Moved to Platform", [], [])
        await desk.does(there, Claimed("ana"))
        assert "*Ana Duarte*" in drawn(now) and "Ana" not in drawn(before)


async def test_half_of_a_long_answer_is_continued_not_repeated(redis_url: str, tmp_path: Path) -> None:
    async with (
        office(redis_url, tmp_path) as desk,
        Web(desk.slack.bot_token, base_url=desk.slack.api_url) as web,
    ):
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        conversation = await state(desk, there)
        other = Second(desk, web)
        words = " ".join(f"w{number:06d}" for number in range(5_000))
        row = Row("customer", f"{there}|91|0", Say(Actor("agent", "triage"), words), "reconcile", "reply")
        desk.slack.fault("drop_after", "chat.postMessage", skip=1)
        with pytest.raises(Temporary):
            await desk.performs(row, conversation)

        assert await other.finds(row, conversation) is None, "two of four are there"
        first = await other.performs(row, conversation)
        parts = [each for each in desk.seen(there) if kind(each) == "reply"]
        assert " ".join(each.text for each in parts).split() == words.split()
        assert first == f"T0ACME.{parts[0].channel}:{parts[0].ts}"


async def test_rows_that_are_repeated_without_a_look_up_do_nothing_twice(redis_url: str, tmp_path: Path) -> None:
    async with (
        office(redis_url, tmp_path) as desk,
        Web(desk.slack.bot_token, base_url=desk.slack.api_url) as web,
    ):
        there = await desk.asks("mia", "#help", CALLS)
        directly = await desk.asks("tom", "@tom", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"))
        await desk.does(directly, Claimed("alice"))
        other = Second(desk, web)
        for place, person in ((there, "ana"), (directly, "alice")):
            conversation = await state(desk, place)
            handoff = conversation.holder.handoff.id  # type: ignore[union-attr]
            before = len(desk.private(person)), len(desk.seen(place))
            invite = Row("desk", f"{place}|92|0", InvitePerson(person, handoff), "free", "line")
            await desk.performs(invite, conversation)
            await other.performs(invite, conversation)
            assert len(desk.private(person)) == before[0] + 1
            assert len(desk.seen(place)) == before[1] + (place == there)
        sync = Row("desk", f"{directly}|92|1", SyncDesk(handoff), "free", "relay")
        desk.slack.fault("hold", "chat.postMessage", channel="#desk-billing")
        held = asyncio.create_task(desk.asks("tom", "@tom", "hello?"))
        await desk.slack.until(lambda: [each for each in desk.slack.messages("#desk-billing") if kind(each) == "relay"])
        await held
        await other.performs(sync, conversation)
        desk.slack.faults.clear()
        await desk.quiet()
        assert [each.text for each in desk.slack.messages("#desk-billing") if kind(each) == "relay"] == ["hello?"]


async def test_what_the_store_may_have_forgotten_is_looked_up_before_it_is_said_again(
    redis_url: str, tmp_path: Path
) -> None:
    async with (
        office(redis_url, tmp_path) as desk,
        Web(desk.slack.bot_token, base_url=desk.slack.api_url) as web,
    ):
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"))
        conversation = await state(desk, there)
        invite = Row("desk", f"{there}|92|0", InvitePerson("ana", 7), "free", "line")
        await desk.performs(invite, conversation)
        seen = len(desk.seen(there)), len(desk.private("ana"))
        await desk.store.calls.call("DEL", memory_key(desk.store.tag(desk.store.shard_of_id(there)), there))

        await Second(desk, web).performs(invite, conversation, doubtful=True)

        assert (len(desk.seen(there)), len(desk.private("ana"))) == seen


@pytest.mark.parametrize("slow", ["conversations.invite", "users.info"])
async def test_who_has_lost_the_conversation_posts_nothing_more(redis_url: str, tmp_path: Path, slow: str) -> None:
    """The call before the post took longer than the lease."""
    async with office(redis_url, tmp_path, workers=0) as desk, RedisStore(redis_url) as other:
        there = await desk.asks("mia", "#help", CALLS)
        (lease,) = await desk.store.lease(1)
        conversation = birth(there, "U0MIA", desk.baton.policy(), lease.now_ms, platform="slack", workspace="T0ACME")
        row = {
            "conversations.invite": Row("desk", f"{there}|92|0", InvitePerson("ana", 7), "free", "line"),
            "users.info": Row("customer", f"{there}|92|1", Say(Actor("person", "ana"), "Hi"), "reconcile", "reply"),
        }[slow]
        held = replace(conversation, holder=HeldByHuman("ana", "billing"))
        assert await desk.store.commit(lease, Commit(lease.mails[0], held))
        call = desk.slack.fault("hold", slow)
        performing = asyncio.create_task(
            desk.platform.perform(row, held, desk.baton.policy(), desk.store.memory(lease))
        )
        await desk.slack.until(lambda: call.met)
        await other.reap(desk.store.owner)
        lease.good_until = 0.0

        desk.slack.faults.clear()
        with pytest.raises(LeaseLost):
            await performing

        assert desk.slack.calls("chat.postMessage") == []
