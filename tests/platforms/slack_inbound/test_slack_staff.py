"""What staff write in Slack: in the customer's own thread, and in the thread of a card."""

import pytest

from bot.fake_slack import Message
from bot.platforms.slack.client import Web
from handlers.values import Place
from routing.events import Noted, PostedNatively
from tests.platforms.slack_inbound.world import TEAM, SlackDesk, eventually, thread

pytestmark = pytest.mark.anyio
BOT = "<@U0BATON>"


async def test_staff_in_a_customers_thread_step_in_with_or_without_a_mention(quiet: SlackDesk) -> None:
    slack = quiet.slack
    root = await slack.say("mia", "#help", f"{BOT} I was charged twice")
    await slack.settled()
    await slack.say("ana", "#help", "I'll look at it", thread_ts=root.ts)
    await slack.settled()
    await slack.say("bob", "#help", f"{BOT} thanks, Ana has it", thread_ts=root.ts)
    await slack.settled()

    events = await quiet.events(thread(slack, "#help", root.ts))
    assert events[1:] == [PostedNatively("ana", "I'll look at it"), PostedNatively("bob", "thanks, Ana has it")]


async def test_staff_who_ask_for_help_themselves_are_customers_there(quiet: SlackDesk) -> None:
    slack = quiet.slack
    root = await slack.say("ana", "#help", f"{BOT} my own laptop is broken")
    await slack.settled()
    await slack.say("ana", "#help", "it smokes", thread_ts=root.ts)
    await slack.settled()

    events = await quiet.events(thread(slack, "#help", root.ts))
    assert [type(one).__name__ for one in events] == ["MessageReceived", "MessageReceived"]


async def test_a_staff_members_post_takes_the_conversation(desk: SlackDesk) -> None:
    slack = desk.slack
    root = await slack.say("mia", "#help", f"{BOT} I was charged twice, get me a person")
    conversation = thread(slack, "#help", root.ts)
    await desk.until_held_by(conversation, "team:billing")
    await slack.say("ana", "#help", "Hi Mia, I see both charges", thread_ts=root.ts)

    await desk.until_held_by(conversation, "person:ana")
    assert ("person:ana", "Hi Mia, I see both charges") in await desk.said(conversation)


async def test_words_in_a_cards_thread_stay_with_the_team_and_the_prefix_makes_them_public(desk: SlackDesk) -> None:
    """T36: nothing of what staff discuss reaches the customer."""
    slack = desk.slack
    conversation, card = await desk.held()
    await slack.say("ana", "#desk-billing", "she is right, it was twice", thread_ts=card.ts)
    await slack.say("tom", "#desk-billing", "not of this desk", thread_ts=card.ts)
    await slack.say("ana", "#desk-billing", "&gt;&gt; no", thread_ts=card.ts)  # typed so, it is no prefix
    await slack.say("ana", "#desk-billing", ">> The second charge is refunded.", thread_ts=card.ts)

    def answered() -> bool:
        return any("second charge is refunded" in one.text for one in slack.messages("@mia"))

    await slack.until(answered)
    await slack.settled()
    record = await desk.record(conversation)
    assert record is not None
    words = {(str(line.author), line.text, line.visibility) for line in record.lines}
    assert ("person:ana", "she is right, it was twice", "internal") in words
    assert ("person:ana", "The second charge is refunded.", "public") in words
    shown = " ".join(one.text for one in slack.messages("@mia"))
    assert "she is right" not in shown and "not of this desk" not in shown
    assert not any("not of this desk" in text for _, text, _ in words)


async def test_a_public_reply_of_somebody_who_does_not_hold_it_is_refused_to_them_alone(desk: SlackDesk) -> None:
    """T23: it is not sent, and its author is told who holds the conversation."""
    slack = desk.slack
    _, card = await desk.held()
    await slack.say("alice", "#desk-billing", ">>I answer too", thread_ts=card.ts)

    assert "Ana Duarte is answering" in await desk.whispered("alice")
    assert not any("I answer too" in one.text for one in slack.messages("@mia"))


async def test_a_teams_channel_never_begins_a_conversation(quiet: SlackDesk) -> None:
    slack = quiet.slack
    root = await slack.say("ana", "#desk-billing", f"{BOT} I was charged twice")
    assert "desk's own channel" in await quiet.whispered("ana")
    await slack.say("ana", "#desk-billing", f"{BOT} hello?", thread_ts=root.ts)
    await slack.say("mia", "#desk-billing", f"{BOT} hello?", thread_ts=root.ts)
    await slack.say("ana", "#desk-billing", "a chat among us")
    await slack.settled()

    assert await quiet.nothing_stored()


async def addressed(world: SlackDesk, line: Message, conversation: str) -> None:
    """As a worker does once the line is sent."""
    store, channel = world.store, f"{TEAM}.{line.channel}"
    shard = store.shard(Place(line.ts, "slack", TEAM, channel))
    await store.calls.call("SET", f"{store.tag(shard)}:a:{channel}:{line.ts}", conversation)


async def card_without_address(world: SlackDesk) -> tuple[str, str]:
    """A conversation, and a card of it that was posted and not settled."""
    slack = world.slack
    root = await slack.say("mia", "#help", f"{BOT} I was charged twice")
    await slack.settled()
    conversation = thread(slack, "#help", root.ts)
    about = {"event_type": "baton", "event_payload": {"conversation": conversation, "kind": "card", "key": "k"}}
    async with Web(slack.bot_token, base_url=slack.api_url) as web:
        posted = await web.client.chat_postMessage(channel="C0BILLING", text="a card", metadata=about)
    return conversation, str(posted["ts"])


async def test_a_card_whose_address_is_not_written_says_itself_what_it_is_about(quiet: SlackDesk) -> None:
    """The reply is in the mailbox before Slack is acknowledged."""
    conversation, card = await card_without_address(quiet)

    await quiet.slack.say("ana", "#desk-billing", "she is right", thread_ts=card)
    await quiet.slack.settled()

    assert (await quiet.events(conversation))[1:] == [Noted("ana", "she is right")]


async def test_a_reply_is_sent_again_while_slack_does_not_say_what_its_thread_is_about(quiet: SlackDesk) -> None:
    conversation, card = await card_without_address(quiet)
    quiet.slack.fault("ratelimited", "conversations.replies", times=1)

    await quiet.slack.say("ana", "#desk-billing", "she is right", thread_ts=card)

    async def arrived() -> bool:
        return (await quiet.events(conversation))[1:] == [Noted("ana", "she is right")]

    await eventually(arrived)


async def test_a_thread_of_the_teams_own_stays_theirs(quiet: SlackDesk) -> None:
    conversation, _ = await card_without_address(quiet)
    other = await quiet.slack.bot_says("deploybot", "#desk-billing", "deployed")

    for words in ("nice", "very nice"):
        await quiet.slack.say("ana", "#desk-billing", words, thread_ts=other.ts)
        await quiet.slack.settled()

    assert len(await quiet.events(conversation)) == 1
    assert len(quiet.slack.calls("conversations.replies")) == 1


async def test_staff_answer_a_line_about_a_conversation_in_their_own_direct_message(quiet: SlackDesk) -> None:
    """It belongs to that conversation; what they write beside it begins one of their own."""
    slack = quiet.slack
    conversation = f"slack.{TEAM}.{slack.dm('mia')}"
    await slack.say("mia", "@mia", "hello")
    own = Message(slack.dm("ana"), slack.workspace.new_ts(), "Mia waits.", user="U0BATON", bot_id="B0BATON")
    slack.world.post(own)
    await addressed(quiet, own, conversation)
    await slack.say("ana", "@ana", "on it", thread_ts=own.ts)
    await slack.settled()
    assert (await quiet.events(conversation))[1:] == [Noted("ana", "on it")]
    assert await quiet.record(f"slack.{TEAM}.{slack.dm('ana')}") is None

    await slack.say("ana", "@ana", "my laptop is broken")
    await slack.settled()
    assert len(await quiet.events(f"slack.{TEAM}.{slack.dm('ana')}")) == 1


async def test_a_viewer_may_not_even_note_and_hears_so(desk: SlackDesk) -> None:
    _, card = await desk.waiting()
    await desk.slack.say("vic", "#desk-billing", "interesting", thread_ts=card.ts)

    assert "may look but not act" in await desk.whispered("vic")
