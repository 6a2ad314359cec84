"""What the app hears of what happens: the right events, signed, repeated, and in trouble as Slack brings it."""

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack import FakeSlack, Impossible
from tests.platforms.fake_slack.listening_app import Listener, bolt_app, raw, served

pytestmark = pytest.mark.anyio


async def test_a_real_bolt_app_accepts_the_signature_and_the_challenge(slack: FakeSlack, listener: Listener) -> None:
    assert await slack.verify_url()

    await slack.say("mia", "@mia", "I was charged twice")
    await slack.settled()

    assert [attempt.answer.status for attempt in slack.deliveries.log[0].attempts] == [200]
    assert listener.bodies[0]["event_id"] == slack.deliveries.log[0].event_id


async def test_an_app_with_another_secret_refuses_every_attempt(slack: FakeSlack, client: AsyncWebClient) -> None:
    app = bolt_app(slack, client, signing_secret="not the secret")
    async with served(slack, app.web_app("/slack/events")):
        await slack.say("mia", "@mia", "hello")
        await slack.settled()

    assert [attempt.answer.status for attempt in slack.deliveries.log[0].attempts] == [401] * 4


async def test_a_line_in_a_direct_message_has_no_thread_until_it_is_answered(
    slack: FakeSlack, client: AsyncWebClient, listener: Listener
) -> None:
    line = await slack.say("mia", "@mia", "5 < 6 & so on, see https://example.com/a")
    await client.chat_postMessage(channel=line.channel, thread_ts=line.ts, text="an answer")
    await slack.say("mia", "@mia", "thanks", thread_ts=line.ts)
    await slack.settled()

    first, answer, thanks = listener.of("message")
    assert "thread_ts" not in first
    assert (first["channel_type"], first["user"], first["ts"]) == ("im", "U0MIA", line.ts)
    assert first["text"] == "5 &lt; 6 &amp; so on, see <https://example.com/a>"
    assert (answer["bot_id"], answer["thread_ts"]) == ("B0BATON", line.ts)
    assert (thanks["thread_ts"], thanks["parent_user_id"]) == (line.ts, "U0MIA")


async def test_a_mention_is_told_twice_where_the_app_is_a_member(slack: FakeSlack, listener: Listener) -> None:
    slack.add_channel("elsewhere", ["mia"], with_app=False)

    await slack.say("mia", "#help", "<@U0BATON> help")
    await slack.say("mia", "#elsewhere", "<@U0BATON> help")
    await slack.say("mia", "@mia", "<@U0BATON> help")
    await slack.settled()

    in_channel = [body for body in listener.bodies if body["event"]["channel"] == "C0HELP"]
    assert [body["event"]["type"] for body in in_channel] == ["app_mention", "message"]
    assert len({body["event_id"] for body in in_channel}) == 2
    assert len({body["event"]["ts"] for body in in_channel}) == 1
    assert len(listener.of("app_mention")) == 1
    assert len(listener.events) == 3


async def test_only_what_was_subscribed_and_may_be_read_is_told(slack: FakeSlack, listener: Listener) -> None:
    slack.app.events = {"message.im", "message.channels"}
    slack.app.scopes.discard("channels:history")

    await slack.say("mia", "#help", "<@U0BATON> hello")
    await slack.say("ana", "#desk", "hello")
    await slack.say("mia", "@mia", "hello")
    await slack.settled()

    assert [event["channel_type"] for event in listener.events] == ["im"]


async def test_edits_and_deletions_come_with_what_was_there_before(
    slack: FakeSlack, client: AsyncWebClient, listener: Listener
) -> None:
    line = await slack.say("mia", "#help", "helo")
    await slack.edit("mia", "#help", line.ts, "hello")
    own = await client.chat_postMessage(channel="C0HELP", text="one")
    await client.chat_update(channel="C0HELP", ts=own["ts"], text="two")
    await slack.delete("mia", "#help", line.ts)
    await slack.settled()

    hers, ours = listener.of("message", "message_changed")
    assert (hers["previous_message"]["text"], hers["message"]["text"]) == ("helo", "hello")
    assert hers["message"]["edited"]["user"] == "U0MIA"
    assert ours["message"]["bot_id"] == "B0BATON"
    assert listener.of("message", "message_deleted")[0]["deleted_ts"] == line.ts
    with pytest.raises(Impossible):
        await slack.edit("ana", "#help", own["ts"], "not mine")


async def test_coming_going_and_reacting_are_told(slack: FakeSlack, listener: Listener) -> None:
    slack.add_user("kim", id="U0KIM")
    line = await slack.say("mia", "#help", "hello")

    await slack.join("kim", "#help")
    await slack.leave("bob", "#help")
    await slack.invite("ana", "kim", "#desk")
    await slack.react("ana", "#help", line.ts, "eyes")
    await slack.unreact("ana", "#help", line.ts, "eyes")
    await slack.settled()

    assert [event["user"] for event in listener.of("member_joined_channel")] == ["U0KIM", "U0KIM"]
    assert {event["channel_type"] for event in listener.of("member_joined_channel")} == {"C", "G"}
    assert listener.of("member_left_channel")[0]["user"] == "U0BOB"
    assert listener.of("reaction_added")[0]["item"] == {"type": "message", "channel": "C0HELP", "ts": line.ts}
    assert len(listener.of("message", "channel_join")) == 2
    with pytest.raises(Impossible):
        await slack.say("bob", "#help", "I left")


async def test_people_groups_and_agents_tell_too(slack: FakeSlack, listener: Listener) -> None:
    slack.add_group("billing", ["ana"])
    line = await slack.say("mia", "@mia", "hello")

    await slack.set_group_members("billing", ["bob"])
    await slack.open_home("mia", tab="messages")
    await slack.look_at("mia", "#help")
    await slack.pause_notifications("ana", 1_790_000_600.0)
    await slack.stop_agent("mia", "@mia", line.ts)
    await slack.settled()

    changed = listener.of("subteam_members_changed")[0]
    assert (changed["added_users"], changed["removed_users"]) == (["U0BOB"], ["U0ANA"])
    assert listener.of("subteam_updated")[0]["subteam"]["users"] == ["U0BOB"]
    assert listener.of("app_home_opened")[0]["tab"] == "messages"
    assert listener.of("app_context_changed")[0]["context"]["entities"][0]["value"] == "C0HELP"
    assert listener.of("dnd_updated_user")[0]["dnd_status"]["dnd_enabled"] is True
    assert listener.of("agent_session_stopped")[0]["thread_ts"] == line.ts


async def test_another_apps_bot_is_heard_like_anybody(slack: FakeSlack, listener: Listener) -> None:
    bot = slack.add_bot("deploys")
    slack.workspace.channels["C0HELP"].members.append(bot.id)

    await slack.bot_says("deploys", "#help", "<@U0BATON> v42 is out")
    await slack.settled()

    assert [event["type"] for event in listener.events] == ["app_mention", "message"]
    assert listener.events[0]["bot_id"] == bot.bot_id


async def test_an_event_is_repeated_after_a_failure_under_the_same_id(slack: FakeSlack, listener: Listener) -> None:
    def fail_twice(event: dict[str, object]) -> None:
        if len(listener.events) < 3:
            raise RuntimeError("the store is away")

    listener.answer = fail_twice
    await slack.say("mia", "@mia", "hello")
    await slack.settled()

    delivered = slack.deliveries.log[0]
    assert [attempt.answer.status for attempt in delivered.attempts] == [500, 500, 200]
    assert {body["event_id"] for body in listener.bodies} == {delivered.event_id}
    assert "x-slack-retry-num" not in listener.headers[0]
    assert [headers["x-slack-retry-num"] for headers in listener.headers[1:]] == [["1"], ["2"]]
    assert listener.headers[1]["x-slack-retry-reason"] == ["http_error"]


async def test_the_app_can_ask_not_to_be_told_again(slack: FakeSlack) -> None:
    async def no_more(request: web.Request) -> web.Response:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    async with served(slack, raw(no_more)):
        await slack.say("mia", "@mia", "hello")
        await slack.settled()

    assert len(slack.deliveries.log[0].attempts) == 1
    assert not slack.deliveries.log[0].arrived


async def test_an_app_that_never_answers_is_a_timeout(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.options.answer_within_s = 0.05
    slack.options.retry_delays_s = (0.0,)

    async def silence(request: web.Request) -> web.Response:
        await slack.until(lambda: len(slack.deliveries.log[0].attempts) == 2)
        return web.Response()

    async with served(slack, raw(silence)):
        await slack.say("mia", "@mia", "hello")
        await slack.settled()

    assert [attempt.answer.reason for attempt in slack.deliveries.log[0].attempts] == ["http_timeout"] * 2


async def test_events_come_twice_late_and_backwards_on_command(slack: FakeSlack, listener: Listener) -> None:
    slack.deliveries.duplicate()
    await slack.say("mia", "@mia", "one")
    await slack.settled()
    assert [body["event_id"] for body in listener.bodies] == [slack.deliveries.log[0].event_id] * 2

    slack.deliveries.hold()
    await slack.say("mia", "@mia", "two")
    await slack.say("mia", "@mia", "three")
    assert len(listener.events) == 2
    assert slack.deliveries.release(order="reversed") == 2
    await slack.settled()

    assert [event["text"] for event in listener.events] == ["one", "one", "three", "two"]


async def test_one_gesture_on_a_bad_line_is_two_messages(slack: FakeSlack, listener: Listener) -> None:
    await slack.say("mia", "@mia", "hello", phantom=True)
    await slack.settled()

    first, second = listener.events
    assert first["client_msg_id"] == second["client_msg_id"]
    assert first["ts"] != second["ts"]


async def test_an_uninstalled_app_hears_of_it_and_its_token_is_dead(
    slack: FakeSlack, client: AsyncWebClient, listener: Listener
) -> None:
    await client.auth_test()
    await slack.say("mia", "@mia", "hello")
    await slack.settled()
    await slack.uninstall()
    await slack.settled()

    sent = [each.type for each in slack.deliveries.log]
    assert sent == ["message", "tokens_revoked", "app_uninstalled"]
