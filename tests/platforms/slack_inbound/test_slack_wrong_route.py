"""Wrong route? in the card's menu: a modal asks to whom it should have gone, and the case is kept."""

import json

import pytest

from bot.platforms.slack.ids import choice_of
from tests.platforms.slack_inbound.world import SlackDesk, eventually

pytestmark = pytest.mark.anyio


async def choice(desk: SlackDesk, conversation: str) -> str:
    """The entry of the menu that the card carries now."""
    record = await desk.record(conversation)
    assert record is not None and record.conversation is not None
    state = record.conversation
    return choice_of("correct", conversation, state.card[1], state.epoch)


async def test_a_member_of_staff_says_where_it_should_have_gone(desk: SlackDesk) -> None:
    slack = desk.slack
    conversation, card = await desk.held("ana")
    await slack.click("bob", "#desk-billing", card.ts, "baton:more", value=await choice(desk, conversation))
    modal = await slack.until(lambda: slack.modal("bob"))
    assert "team:general" in json.dumps(modal.body["blocks"]) and "agent:helper" in json.dumps(modal.body["blocks"])
    outcome = await slack.submit("bob", {"to": "team:general"})

    assert outcome.delivered and outcome.problem == "" and slack.modal("bob") is None
    await eventually(desk.store.cases)
    [(identity, case)] = await desk.store.cases()
    assert (identity, case.expected, case.was, case.by) == (conversation, "team:general", "team:billing", "bob")
    assert case.said == ("I was charged twice, get me a person",)
    assert await desk.holder(conversation) == "person:ana"
    assert "Kept as a case" in await desk.whispered("bob")


async def test_the_last_of_several_corrections_counts(desk: SlackDesk) -> None:
    slack = desk.slack
    conversation, card = await desk.waiting()
    for to in ("team:general", "agent:helper"):
        await slack.click("ana", "#desk-billing", card.ts, "baton:more", value=await choice(desk, conversation))
        await slack.until(lambda: slack.modal("ana"))
        await slack.submit("ana", {"to": to})

        async def kept(wanted: str = to) -> bool:
            return [case.expected for _, case in await desk.store.cases()] == [wanted]

        await eventually(kept)

    assert await desk.holder(conversation) == "team:billing"


async def test_who_may_only_look_and_who_asked_may_not_say_so(desk: SlackDesk) -> None:
    slack = desk.slack
    conversation, card = await desk.waiting()
    carried = await choice(desk, conversation)
    await slack.click("vic", "#desk-billing", card.ts, "baton:more", value=carried)
    assert "may look but not act" in await desk.whispered("vic")
    await slack.click("tom", "#desk-billing", card.ts, "baton:more", value=carried)
    assert "Only the people of this desk" in await desk.whispered("tom")

    assert slack.modal("vic") is None and slack.modal("tom") is None
    assert await desk.store.cases() == []
