"""Buttons and modals: one winner, everybody else hears why, and nothing forged is ever accepted."""

import asyncio
import copy
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.fake_slack import Message
from bot.platforms.slack.ids import value_of
from tests.platforms.slack_inbound.world import TEAM, SlackDesk, client, eventually, headers, shows, thread

pytestmark = pytest.mark.anyio
FORM = "application/x-www-form-urlencoded"


async def post(world: SlackDesk, payload: dict[str, Any]) -> int:
    body = urlencode({"payload": json.dumps(payload)})
    signed = headers(body, secret=world.slack.signing_secret, kind=FORM)
    return (await client(world.inbound.asgi).post("/", content=body, headers=signed)).status_code


def pressed(user: str, value: str, *, verb: str = "claim", **fields: Any) -> dict[str, Any]:
    """A click as nobody's client would send it."""
    return {
        "type": "block_actions",
        "user": {"id": user},
        "team": {"id": TEAM},
        "container": {"type": "message", "channel_id": "C0BILLING", "message_ts": "1700000000.000100"},
        "actions": [{"action_id": f"baton:{verb}", "value": value, "action_ts": "1700000001.000100"}],
        "response_url": "",
        "trigger_id": "1.2.3",
        **fields,
    }


async def test_of_all_who_claim_one_wins_and_the_others_are_told_who(desk: SlackDesk) -> None:
    """T12."""
    slack = desk.slack
    conversation, card = await desk.waiting()
    await asyncio.gather(*(slack.click(who, "#desk-billing", card.ts, "baton:claim") for who in ("ana", "alice")))

    async def held() -> bool:
        return (await desk.holder(conversation)).startswith("person:")

    await eventually(held)
    winner = (await desk.holder(conversation)).removeprefix("person:")
    loser = "alice" if winner == "ana" else "ana"
    name = desk.policy.person_name(winner)
    assert (await desk.whispered(loser)).startswith(f"{name} claimed this")
    assert slack.ephemerals(winner) == []


async def test_a_click_that_comes_twice_counts_once(desk: SlackDesk) -> None:
    conversation, card = await desk.waiting()
    record = await desk.record(conversation)
    assert record is not None and record.conversation is not None
    value = value_of(conversation, "", record.conversation.epoch)
    click = pressed("U0ANA", value, container={"type": "message", "channel_id": "C0BILLING", "message_ts": card.ts})
    assert [await post(desk, click), await post(desk, click)] == [200, 200]
    await desk.until_held_by(conversation, "person:ana")

    record = await desk.record(conversation)
    assert record is not None
    assert sum(entry.after == "person:ana" for entry in record.journal) == 1


async def test_who_is_not_staff_or_may_only_look_is_refused_and_nothing_is_accepted(desk: SlackDesk) -> None:
    slack = desk.slack
    conversation, card = await desk.waiting()
    await slack.click("tom", "#desk-billing", card.ts, "baton:claim")
    assert "Only the people of this desk" in await desk.whispered("tom")
    await slack.click("vic", "#desk-billing", card.ts, "baton:claim")
    assert "may look but not act" in await desk.whispered("vic")
    await slack.click("bob", "#desk-billing", card.ts, "baton:claim")
    assert "not a member of the team" in await desk.whispered("bob")

    record = await desk.record(conversation)
    assert record is not None and record.pending == ()
    assert await desk.holder(conversation) == "team:billing"


async def test_forged_and_foreign_values_are_refused(desk: SlackDesk) -> None:
    conversation, card = await desk.waiting()
    await desk.slack.say("tom", "@tom", "hello")
    other = f"slack.{TEAM}.{desk.slack.dm('tom')}"
    on_the_card = {"type": "message", "channel_id": "C0BILLING", "message_ts": card.ts}
    shown = {"metadata": {"event_type": "baton", "event_payload": {"conversation": conversation}}}
    for forged in (
        pressed("U0ANA", "garbage", container=on_the_card),
        pressed("U0ANA", "", container=on_the_card),
        pressed("U0ANA", f"{conversation}||notanumber", container=on_the_card),
        pressed("U0ANA", value_of("order-7", "", 1), container=on_the_card),
        pressed("U0ANA", value_of(conversation, "", 1)),  # on a message that is none of ours
        pressed("U0ANA", value_of(other, "", 1), container=on_the_card),  # on another conversation's card
        pressed("U0ANA", value_of(other, "", 1), container=on_the_card, message=shown),
        pressed("U0ANA", value_of(conversation, "", 1), container=on_the_card, team={"id": "T0OTHER"}),
        pressed("U0ANA", value_of(f"slack.{TEAM}.D0NOBODY", "", 1), container={"type": "view"}),
        pressed("U0ANA", value_of(conversation, "", 1), container=on_the_card, verb="no-such-verb"),
        pressed("U0ANA", "release|nothing", container=on_the_card, verb="more"),
    ):
        assert await post(desk, forged) == 200

    assert await desk.holder(conversation) == "team:billing"
    assert not (await desk.holder(other)).startswith("person:")


async def test_a_button_of_a_state_that_has_passed_changes_nothing_and_says_so(desk: SlackDesk) -> None:
    """I7."""
    slack = desk.slack
    conversation, card = await desk.waiting()
    seen = copy.deepcopy(card)  # as a slow client still shows it later
    await slack.click("ana", "#desk-billing", card.ts, "baton:claim")
    await desk.until_held_by(conversation, "person:ana")
    await slack.until(lambda: shows(card, "baton:release"))
    await slack.click("ana", "#desk-billing", card.ts, "baton:release")
    await desk.until_held_by(conversation, "team:billing")
    seen.ts = slack.workspace.new_ts()
    slack.world.post(seen)
    await slack.click("alice", "#desk-billing", seen.ts, "baton:claim")

    assert "moved on since" in await desk.whispered("alice")
    assert await desk.holder(conversation) == "team:billing"


async def test_the_menu_of_further_verbs_means_what_its_entry_says(desk: SlackDesk) -> None:
    conversation, card = await desk.held()
    record = await desk.record(conversation)
    assert record is not None and record.conversation is not None
    chosen = {"value": f"release|{value_of(conversation, '', record.conversation.epoch)}"}
    action = {
        "action_id": "baton:more",
        "type": "overflow",
        "selected_option": chosen,
        "action_ts": "1700000001.000200",
    }
    on_the_card = {"type": "message", "channel_id": "C0BILLING", "message_ts": card.ts}
    assert await post(desk, pressed("U0ANA", "", container=on_the_card, actions=[action])) == 200

    await desk.until_held_by(conversation, "team:billing")


async def test_the_customer_cancels_the_wait_and_nobody_else_does(desk: SlackDesk) -> None:
    slack = desk.slack
    root = await slack.say("mia", "#help", "<@U0BATON> I was charged twice, get me a person")
    conversation = thread(slack, "#help", root.ts)
    await desk.until_held_by(conversation, "team:billing")
    record = await desk.record(conversation)
    assert record is not None and record.conversation is not None
    cancel = {
        "type": "button", "action_id": "baton:cancel", "text": {"type": "plain_text", "text": "Cancel"},
        "value": value_of(conversation, "", record.conversation.epoch),
    }  # fmt: skip
    notice = Message(
        "C0HELP", slack.workspace.new_ts(), "Passing you to Billing.", user="U0BATON", bot_id="B0BATON",
        app_id="A0BATON", thread_ts=root.ts, blocks=[{"type": "actions", "block_id": "b", "elements": [cancel]}],
    )  # fmt: skip
    slack.world.post(notice)
    await slack.click("tom", "#help", notice.ts, "baton:cancel")
    assert "Only the person who asked" in await desk.whispered("tom")
    assert await desk.holder(conversation) == "team:billing"

    await slack.click("mia", "#help", notice.ts, "baton:cancel")
    await desk.until_held_by(conversation, "agent:triage")


# ---- modals ----------------------------------------------------------------------------------------------------------


async def test_the_reply_modal_shows_the_last_words_and_its_words_reach_the_customer(desk: SlackDesk) -> None:
    slack = desk.slack
    _, card = await desk.held()
    await slack.click("ana", "#desk-billing", card.ts, "baton:reply")
    modal = await slack.until(lambda: slack.modal("ana"))
    assert "I was charged twice" in json.dumps(modal.body["blocks"])
    outcome = await slack.submit("ana", {"text": "Both <b>charges</b> are visible & one is refunded."})

    assert outcome.delivered and outcome.problem == "" and slack.modal("ana") is None
    await slack.until(lambda: any("one is refunded" in one.text for one in slack.messages("@mia")))


async def test_nobody_writes_a_page_for_nothing(desk: SlackDesk) -> None:
    """The Reply button says at once that somebody else is answering, before a modal opens."""
    slack = desk.slack
    _, card = await desk.held()
    await slack.click("alice", "#desk-billing", card.ts, "baton:reply")

    assert "Ana Duarte is answering" in await desk.whispered("alice")
    assert slack.modal("alice") is None


async def test_a_reply_that_came_too_late_is_refused_with_its_words_kept(desk: SlackDesk) -> None:
    slack = desk.slack
    conversation, card = await desk.held()
    await slack.click("ana", "#desk-billing", card.ts, "baton:reply")
    await slack.until(lambda: slack.modal("ana"))
    await slack.click("ana", "#desk-billing", card.ts, "baton:release")
    await desk.until_held_by(conversation, "team:billing")
    await slack.submit("ana", {"text": "A long and careful answer"})

    told = await desk.whispered("ana")
    assert "claim it before you reply" in told and "> A long and careful answer" in told
    assert not any("careful" in one.text for one in slack.messages("@mia"))


async def test_a_transfer_names_its_target_and_needs_a_comment(desk: SlackDesk) -> None:
    slack = desk.slack
    conversation, card = await desk.held()
    await slack.click("ana", "#desk-billing", card.ts, "baton:transfer")
    modal = await slack.until(lambda: slack.modal("ana"))
    offered = json.dumps(modal.body["blocks"])
    assert "team:general" in offered and "person:bob" in offered and "person:ana" not in offered
    outcome = await slack.submit("ana", {"to": "team:general", "text": "   "})
    assert outcome.body["response_action"] == "errors" and slack.modal("ana") is not None
    await slack.submit("ana", {"to": "team:general", "text": "needs the platform people"})

    await desk.until_held_by(conversation, "team:general")
    assert ("person:ana", "needs the platform people") in await desk.said(conversation)


async def test_hand_back_and_its_hint(desk: SlackDesk) -> None:
    slack = desk.slack
    conversation, card = await desk.held()
    await slack.click("ana", "#desk-billing", card.ts, "baton:hand-back")
    await slack.until(lambda: slack.modal("ana"))
    await slack.submit("ana", {"to": "helper", "hint": "the refund is done"})

    await desk.until_held_by(conversation, "agent:helper")


async def test_a_resolution_says_what_its_author_had_seen(desk: SlackDesk) -> None:
    """What the customer wrote while the modal was open reopens at once."""
    slack = desk.slack
    conversation, card = await desk.held()
    await slack.click("ana", "#desk-billing", card.ts, "baton:resolve")
    await slack.until(lambda: slack.modal("ana"))
    await slack.say("mia", "@mia", "wait, there is a third charge")

    async def heard() -> bool:
        return ("customer:U0MIA", "wait, there is a third charge") in await desk.said(conversation)

    await eventually(heard)
    await slack.submit("ana", {"outcome": "refunded"})
    await slack.settled()

    async def reopened() -> bool:
        record = await desk.record(conversation)
        return record is not None and any(entry.reason == "reopened" for entry in record.journal)

    await eventually(reopened)
    assert await desk.holder(conversation) == "person:ana"


async def test_a_note_from_the_modal_stays_with_the_team(desk: SlackDesk) -> None:
    slack = desk.slack
    conversation, card = await desk.held()
    record = await desk.record(conversation)
    assert record is not None and record.conversation is not None
    value = value_of(conversation, "", record.conversation.epoch)
    trigger = slack.world.triggers.issue("U0ALICE")
    on_the_card = {"type": "message", "channel_id": "C0BILLING", "message_ts": card.ts}
    await post(desk, pressed("U0ALICE", value, verb="note", container=on_the_card, trigger_id=trigger))
    await slack.until(lambda: slack.modal("alice"))
    await slack.submit("alice", {"text": "check card 2"})

    async def noted() -> bool:
        return ("person:alice", "check card 2") in await desk.said(conversation)

    await eventually(noted)
    assert not any("check card 2" in one.text for one in slack.messages("@mia"))


async def test_a_modal_that_cannot_open_in_time_says_to_press_again(desk: SlackDesk) -> None:
    slack = desk.slack
    _, card = await desk.held()
    slack.fault("error", "views.open", code="expired_trigger_id")
    await slack.click("ana", "#desk-billing", card.ts, "baton:reply")

    assert "press the button again" in await desk.whispered("ana")
    assert shows(card, "baton:reply")


async def test_forged_submissions_are_refused(desk: SlackDesk) -> None:
    conversation, _ = await desk.held()
    state = {"values": {"text": {"text": {"value": "sneaked in"}}}}
    for metadata, user in (
        ("", "U0ANA"),
        ("nonsense", "U0ANA"),
        (f"{value_of(conversation, '', 1)}|1|C0BILLING|", "U0TOM"),
        (f"{value_of('order-7', '', 1)}|1|C0BILLING|", "U0ANA"),
        (f"{value_of(conversation, '', 1)}|1|not a channel|", "U0ANA"),
        (f"{value_of(f'slack.{TEAM}.D0NOBODY', '', 1)}|1|C0BILLING|", "U0ANA"),
    ):
        view = {
            "id": "V1",
            "type": "modal",
            "hash": "1.1",
            "callback_id": "baton:note",
            "private_metadata": metadata,
            "state": state,
        }
        assert await post(
            desk, {"type": "view_submission", "user": {"id": user}, "team": {"id": TEAM}, "view": view}
        ) == 200  # fmt: skip

    assert not any("sneaked in" in text for _, text in await desk.said(conversation))


async def test_a_command_has_a_kind_answer(desk: SlackDesk) -> None:
    outcome = await desk.slack.command("mia", "#help", "/baton", "queue")

    assert outcome.delivered
    assert "not available yet" in await desk.whispered("mia")
