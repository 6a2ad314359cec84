"""Whose words are a customer's, and to which conversation they go."""

import asyncio
import json

import pytest

from routing.events import MessageDeleted, MessageEdited, MessageReceived
from tests.platforms.slack_inbound.world import TEAM, SlackDesk, client, event, eventually, headers, message, thread

pytestmark = pytest.mark.anyio
BOT = "<@U0BATON>"


async def test_a_direct_message_is_one_place_whatever_its_threads(quiet: SlackDesk) -> None:
    """T35: the line says in which thread its answer belongs."""
    slack = quiet.slack
    first = await slack.say("mia", "@mia", "I was charged twice")
    await slack.settled()
    second = await slack.say("mia", "@mia", "see <https://example.com/8841|invoice 8841> & help", thread_ts=first.ts)
    await slack.settled()

    one, two = await quiet.events(f"slack.{TEAM}.{slack.dm('mia')}")
    assert isinstance(one, MessageReceived) and isinstance(two, MessageReceived)
    assert (one.author, one.text, one.ref, one.thread) == ("U0MIA", "I was charged twice", first.ts, first.ts)
    assert (two.ref, two.thread, two.mentions_bot, two.called_in) == (second.ts, first.ts, True, False)
    assert one.platform_ms == int(float(first.ts) * 1000)


async def test_a_mention_begins_the_conversation_of_its_thread_once_although_two_events_tell_of_it(
    quiet: SlackDesk,
) -> None:
    slack = quiet.slack
    root = await slack.say("mia", "#help", f"{BOT} I was charged twice")
    await slack.settled()

    [only] = await quiet.events(thread(slack, "#help", root.ts))
    assert isinstance(only, MessageReceived)
    assert (only.text, only.mentions_bot, only.called_in) == ("I was charged twice", True, False)
    assert sorted(one.type for one in slack.deliveries.log) == ["app_mention", "message"]


async def test_a_mention_in_a_thread_that_others_began_says_that_we_were_called_in(quiet: SlackDesk) -> None:
    slack = quiet.slack
    root = await slack.say("tom", "#help", "is the API down?")
    await slack.say("mia", "#help", f"{BOT} do you know?", thread_ts=root.ts)
    await slack.settled()

    [only] = await quiet.events(thread(slack, "#help", root.ts))
    assert isinstance(only, MessageReceived)
    assert (only.author, only.called_in, only.thread) == ("U0MIA", True, root.ts)


async def test_the_requesters_own_thread_is_theirs_also_when_they_mention_us_only_later(quiet: SlackDesk) -> None:
    slack = quiet.slack
    root = await slack.say("mia", "#help", "is the API down?")
    await slack.say("mia", "#help", f"{BOT} is it?", thread_ts=root.ts)
    await slack.settled()

    [only] = await quiet.events(thread(slack, "#help", root.ts))
    assert isinstance(only, MessageReceived) and not only.called_in


@pytest.mark.parametrize("with_twin", [True, False])
async def test_who_began_the_thread_is_known_also_when_the_event_that_does_not_say_so_comes_first(
    quiet: SlackDesk, with_twin: bool
) -> None:
    """`app_mention` has no `parent_user_id`. Alone it is taken all the same, as a call into the thread of others."""
    slack = quiet.slack
    fields = {"channel": "C0HELP", "text": f"{BOT} is it?", "thread_ts": "1699999999.000100"}
    bodies = [event(message(**fields, type="app_mention"), event_id="Ev1")]
    if with_twin:
        bodies.append(event(message(**fields, parent_user_id="U0MIA"), event_id="Ev2"))
    async with client(quiet.inbound.asgi) as door:
        answers = await asyncio.gather(
            *(door.post("/", content=body, headers=headers(body, secret=slack.signing_secret)) for body in bodies)
        )

    assert {answer.status_code for answer in answers} == {200}
    [only] = await quiet.events(thread(slack, "#help", "1699999999.000100"))
    assert isinstance(only, MessageReceived)
    assert only.called_in is not with_twin


async def test_lines_without_a_mention_count_where_a_conversation_is_open_and_nowhere_else(quiet: SlackDesk) -> None:
    slack = quiet.slack
    elsewhere = await slack.say("tom", "#help", "lunch?")
    await slack.say("mia", "#help", "yes", thread_ts=elsewhere.ts)
    await slack.settled()
    assert await quiet.nothing_stored()

    root = await slack.say("mia", "#help", f"{BOT} I was charged twice")
    await slack.settled()
    await slack.say("mia", "#help", "in October", thread_ts=root.ts, broadcast=True)
    await slack.say("tom", "#help", "me too", thread_ts=root.ts)
    await slack.settled()

    events = await quiet.events(thread(slack, "#help", root.ts))
    told = [(one.author, one.text, one.mentions_bot) for one in events if isinstance(one, MessageReceived)]
    assert told[1:] == [("U0MIA", "in October", False), ("U0TOM", "me too", False)]


async def test_a_mention_without_words_gets_a_line_that_only_its_author_sees(quiet: SlackDesk) -> None:
    await quiet.slack.say("mia", "#help", f"{BOT}  ")

    assert "your question" in await quiet.whispered("mia")
    assert await quiet.nothing_stored()


async def test_bots_and_our_own_echoes_start_nothing(quiet: SlackDesk) -> None:
    slack = quiet.slack
    await slack.bot_says("deploybot", "#help", f"{BOT} deployed")
    root = await slack.say("mia", "#help", "look at that")
    await slack.bot_says("deploybot", "#help", f"{BOT} done", thread_ts=root.ts)
    await slack.settled()
    assert await quiet.nothing_stored()

    await slack.say("mia", "@mia", "hello")
    await slack.settled()
    asgi = client(quiet.inbound.asgi)
    dm = slack.dm("mia")
    for fields in (
        {"user": "U0BATON", "bot_id": "B0BATON", "app_id": "A0BATON"},
        {"user": "U0BATON"},
        {"subtype": "bot_message", "bot_id": "B0BATON", "user": ""},
        {"metadata": {"event_type": "baton", "event_payload": {}}},
        {"user": "USLACKBOT"},
    ):
        body = event(message(channel=dm, **fields), event_id=f"Ev{fields}"[:20])
        answer = await asgi.post("/", content=body, headers=headers(body, secret=slack.signing_secret))
        assert answer.status_code == 200
    assert len(await quiet.events(f"slack.{TEAM}.{dm}")) == 1


async def test_what_slack_sends_again_counts_once(quiet: SlackDesk) -> None:
    """T33: retries, doubled deliveries, and one gesture that arrives as two messages."""
    slack = quiet.slack
    slack.deliveries.duplicate(copies=3)
    await slack.say("mia", "@mia", "hello")
    await slack.settled()
    for told in list(slack.deliveries.log):
        slack.deliveries.repeat(told.event_id)
    await slack.settled()
    await slack.say("mia", "@mia", "anybody?", phantom=True)
    await slack.settled()

    events = await quiet.events(f"slack.{TEAM}.{slack.dm('mia')}")
    assert [one.text for one in events if isinstance(one, MessageReceived)] == ["hello", "anybody?"]


async def test_a_retry_is_a_first_delivery_when_the_first_was_lost(quiet: SlackDesk) -> None:
    slack = quiet.slack
    body = event(message(channel=slack.dm("mia")))
    retried = headers(body, secret=slack.signing_secret) | {
        "x-slack-retry-num": "3",
        "x-slack-retry-reason": "http_error",
    }
    for _ in range(2):
        answer = await client(quiet.inbound.asgi).post("/", content=body, headers=retried)
        assert answer.status_code == 200

    assert len(await quiet.events(f"slack.{TEAM}.{slack.dm('mia')}")) == 1


async def test_edits_and_deletions_name_the_line_and_change_nothing_by_unfurling(quiet: SlackDesk) -> None:
    slack = quiet.slack
    dm = slack.dm("mia")
    line = await slack.say("mia", "@mia", "https://example.com is down")
    await slack.settled()
    slack.world.edit(line, editor="U0MIA", attachments=[{"fallback": "Example"}])  # Slack shows the page
    await slack.edit("mia", "@mia", line.ts, "https://example.com is *up*")
    await slack.settled()
    await slack.delete("mia", "@mia", line.ts)
    await slack.settled()

    _, edited, deleted = await quiet.events(f"slack.{TEAM}.{dm}")
    assert edited == MessageEdited(0, "U0MIA", "https://example.com is *up*", ref=line.ts)
    assert deleted == MessageDeleted(0, "U0MIA", ref=line.ts)


async def test_a_deleted_line_with_replies_leaves_a_tombstone_and_is_deleted_all_the_same(quiet: SlackDesk) -> None:
    slack = quiet.slack
    root = await slack.say("mia", "#help", f"{BOT} my password is hunter2")
    await slack.settled()
    await slack.say("mia", "#help", "oops", thread_ts=root.ts)
    await slack.delete("mia", "#help", root.ts)
    await slack.settled()

    events = await quiet.events(thread(slack, "#help", root.ts))
    assert events[-1] == MessageDeleted(0, "U0MIA", ref=root.ts)


async def test_edits_and_deletions_of_what_is_nobodys_business_store_nothing(quiet: SlackDesk) -> None:
    slack = quiet.slack
    line = await slack.say("tom", "#help", "lunch?")
    await slack.edit("tom", "#help", line.ts, "dinner?")
    await slack.delete("tom", "#help", line.ts)
    await slack.settled()

    assert await quiet.nothing_stored()


async def test_a_message_of_files_alone_says_their_names(quiet: SlackDesk) -> None:
    slack = quiet.slack
    files = [{"name": "bill.pdf"}, {"title": "Screenshot"}, {}]
    body = event(message(channel=slack.dm("mia"), subtype="file_share", text="", files=files))
    await client(quiet.inbound.asgi).post("/", content=body, headers=headers(body, secret=slack.signing_secret))

    [only] = await quiet.events(f"slack.{TEAM}.{slack.dm('mia')}")
    assert isinstance(only, MessageReceived)
    assert only.text == "[bill.pdf, Screenshot, a file]"


async def test_half_a_surrogate_pair_and_very_long_words_are_stored_all_the_same(quiet: SlackDesk) -> None:
    slack = quiet.slack
    body = event(message(channel=slack.dm("mia"), text="a\ud83d" + "b" * 50_000))
    assert "\\ud83d" in body
    answer = await client(quiet.inbound.asgi).post(
        "/", content=body, headers=headers(body, secret=slack.signing_secret)
    )

    assert answer.status_code == 200
    [only] = await quiet.events(f"slack.{TEAM}.{slack.dm('mia')}")
    assert isinstance(only, MessageReceived)
    assert only.text.startswith("a?b") and len(only.text) == 40_000


async def test_the_line_is_answered_in_its_thread(desk: SlackDesk) -> None:
    """The whole way: from the customer's words to an answer of the embedded model."""
    slack = desk.slack
    root = await slack.say("mia", "#help", f"{BOT} where is my invoice?")

    answer = await slack.until(lambda: slack.replies("#help", root.ts))
    assert "Account > Billing" in json.dumps(answer[0].blocks) + answer[0].text.replace("&gt;", ">")


async def test_after_resolution_and_closing_the_thread_begins_anew_only_by_a_mention(desk: SlackDesk) -> None:
    slack = desk.slack
    conversation, card = await desk.held()
    await slack.click("ana", "#desk-billing", card.ts, "baton:resolve")
    await slack.until(lambda: slack.modal("ana"))
    await slack.submit("ana", {"outcome": "refunded"})
    await desk.until_held_by(conversation, "none")
    await slack.say("mia", "@mia", "I was charged again, get me a person")

    async def back() -> bool:
        return await desk.holder(conversation) in ("person:ana", "team:billing")

    await eventually(back)
