"""The Web API as the real SDK calls it: who may call what, and what the workspace then holds."""

from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack import FakeSlack
from bot.fake_slack.methods import METHODS
from tests.platforms.fake_slack.conftest import StandingClock

pytestmark = pytest.mark.anyio
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


async def error_of(client: AsyncWebClient, method: str, **args: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=args)
    return str(caught.value.response["error"])


async def test_a_token_says_who_calls_and_the_answer_says_what_it_may(slack: FakeSlack, client: AsyncWebClient) -> None:
    who = await client.auth_test()

    assert (who["user_id"], who["bot_id"], who["team_id"]) == ("U0BATON", "B0BATON", "T0ACME")
    assert set(who.headers["X-OAuth-Scopes"].split(",")) == slack.app.scopes


async def test_a_call_without_the_right_token_or_scope_is_refused(slack: FakeSlack) -> None:
    nobody = AsyncWebClient(base_url=slack.api_url)
    stranger = AsyncWebClient(token="xoxb-wrong", base_url=slack.api_url)
    app_level = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
    bot = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    slack.app.scopes.discard("reactions:write")

    assert await error_of(nobody, "auth.test") == "not_authed"
    assert await error_of(stranger, "auth.test") == "invalid_auth"
    assert await error_of(app_level, "auth.test") == "not_allowed_token_type"
    assert await error_of(bot, "apps.connections.open") == "not_allowed_token_type"
    assert await error_of(bot, "reactions.add", channel="C0HELP", name="eyes", timestamp="1.000000") == "missing_scope"
    assert await error_of(bot, "chat.shout", channel="C0HELP") == "unknown_method"


async def test_a_post_can_be_edited_and_deleted_by_the_app_alone(slack: FakeSlack, client: AsyncWebClient) -> None:
    meta = {"event_type": "x", "event_payload": {}}
    mine = await client.chat_postMessage(channel="C0HELP", text="one", metadata=meta)
    hers = await slack.say("mia", "#help", "two")

    edited = await client.chat_update(channel="C0HELP", ts=mine["ts"], text="one, better")
    assert edited["message"]["edited"]["user"] == "B0BATON"
    assert slack.messages("#help")[0].text == "one, better"
    assert slack.messages("#help")[0].metadata == meta
    assert await error_of(client, "chat.update", channel="C0HELP", ts=hers.ts, text="no") == "cant_update_message"
    assert await error_of(client, "chat.delete", channel="C0HELP", ts=hers.ts) == "cant_delete_message"

    await client.chat_delete(channel="C0HELP", ts=mine["ts"])
    assert [each.text for each in slack.messages("#help")] == ["two"]
    assert await error_of(client, "chat.update", channel="C0HELP", ts=mine["ts"], text="x") == "message_not_found"


async def test_a_place_refuses_the_app_with_slacks_own_words(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.add_channel("elsewhere", ["mia"], id="C0ELSE", with_app=False)
    slack.add_channel("secret", ["mia"], id="C0SECRET", kind="private", with_app=False)
    slack.add_channel("old", ["mia"], id="C0OLD", archived=True)

    assert await error_of(client, "chat.postMessage", channel="C0ELSE", text="x") == "not_in_channel"
    assert await error_of(client, "chat.postMessage", channel="C0SECRET", text="x") == "channel_not_found"
    assert await error_of(client, "chat.postMessage", channel="C0OLD", text="x") == "is_archived"
    assert await error_of(client, "chat.postMessage", channel="C0HELP") == "no_text"
    assert (
        await error_of(client, "chat.postEphemeral", channel="C0DESK", user="U0MIA", text="x") == "user_not_in_channel"
    )
    assert await error_of(client, "conversations.history", channel="C0ELSE") == "not_in_channel"

    await client.conversations_join(channel="C0ELSE")
    assert (await client.chat_postMessage(channel="C0ELSE", text="x"))["ok"]
    assert [each.subtype for each in slack.messages("#elsewhere")] == ["channel_join", None]


async def test_a_users_id_as_channel_is_the_direct_message(slack: FakeSlack, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="U0MIA", text="hello")
    opened = await client.conversations_open(users="U0MIA")
    group = await client.conversations_open(users=["U0MIA", "U0ANA"])

    assert posted["channel"] == opened["channel"]["id"] == slack.dm("mia")
    assert opened["already_open"]
    assert (await client.conversations_members(channel=group["channel"]["id"]))["members"] == [
        "U0BATON",
        "U0MIA",
        "U0ANA",
    ]
    assert await error_of(client, "conversations.open", users="U0NOBODY") == "user_not_found"


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([section("x")] * 51, "invalid_blocks"),
        ([section("x" * 3001)], "invalid_blocks"),
        ([section("")], "invalid_blocks"),
        ([{"type": "surprise"}], "invalid_blocks"),
        ([actions(BUTTON | {"value": "v" * 2001})], "invalid_blocks"),
        (
            [{"type": "actions", "elements": [BUTTON | {"text": {"type": "plain_text", "text": "t" * 76}}]}],
            "invalid_blocks",
        ),
        ([actions(BUTTON | {"text": {"type": "mrkdwn", "text": "Go"}})], "invalid_blocks"),
        ([actions(BUTTON, BUTTON)], "invalid_blocks"),
        ([actions(*(BUTTON | {"action_id": str(n)} for n in range(26)))], "invalid_blocks"),
        ([section("a") | {"block_id": "same"}, section("b") | {"block_id": "same"}], "invalid_blocks"),
        ([{"type": "markdown", "text": "m" * 7000}, {"type": "markdown", "text": "m" * 7000}], "msg_blocks_too_long"),
        ("no list", "invalid_blocks_format"),
    ],
)
async def test_blocks_beyond_slacks_limits_are_refused(
    slack: FakeSlack, client: AsyncWebClient, blocks: Any, error: str
) -> None:
    assert await error_of(client, "chat.postMessage", channel="C0HELP", text="x", blocks=blocks) == error
    assert slack.messages("#help") == []


async def test_long_words_are_cut_in_a_post_and_refused_in_an_edit(slack: FakeSlack, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0HELP", text="x" * 50_000)

    assert len(slack.messages("#help")[0].text) == 40_000
    assert await error_of(client, "chat.update", channel="C0HELP", ts=posted["ts"], text="x" * 4001) == "msg_too_long"
    assert (
        await error_of(client, "chat.postMessage", channel="C0HELP", text="x", markdown_text="y")
        == "markdown_text_conflict"
    )


async def test_nobody_can_reply_to_a_deleted_parent(slack: FakeSlack, client: AsyncWebClient) -> None:
    parent = await slack.say("mia", "#help", "help")
    await client.chat_postMessage(channel="C0HELP", thread_ts=parent.ts, text="an answer")
    await slack.delete("mia", "#help", parent.ts)

    refused = await error_of(client, "chat.postMessage", channel="C0HELP", thread_ts=parent.ts, text="another")
    assert refused == "cannot_reply_to_message"
    assert [each.text for each in slack.replies("#help", parent.ts)] == ["an answer"]
    assert await error_of(client, "conversations.replies", channel="C0HELP", ts="1.000000") == "thread_not_found"


async def test_replies_and_history_come_in_pages_and_with_metadata_on_request(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    parent = await slack.say("mia", "#help", "help")
    meta = {"event_type": "baton", "event_payload": {"k": "1"}}
    sent = [
        await client.chat_postMessage(channel="C0HELP", thread_ts=parent.ts, text=str(n), metadata=meta)
        for n in range(3)
    ]

    first = await client.conversations_replies(channel="C0HELP", ts=parent.ts, limit=2)
    rest = await client.conversations_replies(
        channel="C0HELP", ts=parent.ts, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    newer = await client.conversations_replies(
        channel="C0HELP", ts=parent.ts, oldest=sent[1]["ts"], include_all_metadata=True
    )
    history = await client.conversations_history(channel="C0HELP")

    assert [each["text"] for each in [*first["messages"], *rest["messages"]]] == ["help", "0", "1", "2"]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert first["messages"][0]["reply_count"] == 3
    assert "metadata" not in rest["messages"][0]
    assert [each["text"] for each in newer["messages"]] == ["help", "2"]
    assert newer["messages"][1]["metadata"] == meta
    assert [each["text"] for each in history["messages"]] == ["help"]


async def test_a_post_under_another_name_has_no_user_and_needs_its_scope(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0HELP", text="hi", username="Ana Duarte")
    slack.app.scopes.discard("chat:write.customize")

    assert posted["message"]["subtype"] == "bot_message"
    assert posted["message"]["bot_id"] == "B0BATON"
    assert "user" not in posted["message"]
    assert await error_of(client, "chat.postMessage", channel="C0HELP", text="x", username="Ana") == "missing_scope"


async def test_an_invitation_says_of_each_user_why_not(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.add_user("kim", id="U0KIM")

    assert await error_of(client, "conversations.invite", channel="C0DESK", users="U0BATON") == "cant_invite_self"
    assert await error_of(client, "conversations.invite", channel="C0DESK", users="U0ANA") == "already_in_channel"
    assert await error_of(client, "conversations.invite", channel="C0DESK", users="U0NOBODY") == "user_not_found"
    forced = await client.conversations_invite(channel="C0DESK", users=["U0ANA", "U0KIM"], force=True)
    assert forced["errors"][0]["error"] == "already_in_channel"
    assert "U0KIM" in slack.workspace.channels["C0DESK"].members


async def test_the_directory_answers_about_people_groups_and_quiet_hours(
    slack: FakeSlack, client: AsyncWebClient, clock: StandingClock
) -> None:
    slack.add_user("gone", id="U0GONE", deleted=True)
    group = slack.add_group("billing", ["ana"])
    await slack.pause_notifications("ana", clock.now + 60)

    assert (await client.users_info(user="U0MIA"))["user"]["tz"] == "America/New_York"
    assert (await client.users_info(user="U0GONE"))["user"]["deleted"] is True
    assert (await client.users_lookupByEmail(email="ana@example.com"))["user"]["id"] == "U0ANA"
    assert len((await client.users_list(limit=2))["members"]) == 2
    assert (await client.usergroups_list(include_users=True))["usergroups"][0]["users"] == ["U0ANA"]
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == ["U0ANA"]
    assert (await client.dnd_info(user="U0ANA"))["dnd_enabled"] is True
    clock.advance(61)
    assert (await client.dnd_info(user="U0ANA"))["dnd_enabled"] is False
    assert await error_of(client, "users.lookupByEmail", email="no@example.com") == "users_not_found"


async def test_reactions_count_once_per_user(slack: FakeSlack, client: AsyncWebClient) -> None:
    message = await slack.say("mia", "#help", "help")
    here = {"channel": "C0HELP", "timestamp": message.ts, "name": "eyes"}

    await client.reactions_add(**here)
    again = await error_of(client, "reactions.add", **here)
    await client.reactions_remove(**here)

    assert again == "already_reacted"
    assert message.reactions == {}
    assert await error_of(client, "reactions.remove", **here) == "no_reaction"


async def test_a_status_ends_with_the_reply_or_after_two_minutes(
    slack: FakeSlack, client: AsyncWebClient, clock: StandingClock
) -> None:
    line = await slack.say("mia", "@mia", "help")
    here = {"channel_id": slack.dm("mia"), "thread_ts": line.ts}

    await client.assistant_threads_setStatus(**here, status="is thinking…")
    assert slack.status("@mia", line.ts) == "is thinking…"
    clock.advance(120)
    assert slack.status("@mia", line.ts) == ""

    await client.assistant_threads_setStatus(**here, status="is writing…")
    await client.chat_postMessage(channel=here["channel_id"], thread_ts=line.ts, text="an answer")
    assert slack.status("@mia", line.ts) == ""
    wrong = await error_of(client, "assistant.threads.setStatus", channel_id="C0HELP", thread_ts="1.000000", status="x")
    assert wrong == "invalid_thread_ts"


async def test_a_stream_grows_until_it_is_stopped_by_the_app_the_person_or_time(
    slack: FakeSlack, client: AsyncWebClient, clock: StandingClock
) -> None:
    line = await slack.say("mia", "@mia", "help")
    channel = slack.dm("mia")
    stream = await client.chat_stream(channel=channel, thread_ts=line.ts, buffer_size=1)
    await stream.append(markdown_text="I can see ")
    await stream.append(markdown_text="two charges")
    ts = slack.replies("@mia", line.ts)[0].ts
    assert await error_of(client, "chat.update", channel=channel, ts=ts, text="x") == "streaming_state_conflict"
    await stream.stop()
    assert slack.replies("@mia", line.ts)[0].text == "I can see two charges"

    second = await client.chat_startStream(channel=channel, thread_ts=line.ts, markdown_text="And ")
    await slack.stop_agent("mia", "@mia", line.ts)
    more = {"channel": channel, "ts": second["ts"], "markdown_text": "more"}
    assert await error_of(client, "chat.appendStream", **more) == "stopped_by_user"

    third = await client.chat_startStream(channel=channel, thread_ts=line.ts, markdown_text="And ")
    clock.advance(301)
    assert await error_of(client, "chat.appendStream", **more | {"ts": third["ts"]}) == "message_not_in_streaming_state"
    in_channel = await slack.say("mia", "#help", "help")
    assert (
        await error_of(client, "chat.startStream", channel="C0HELP", thread_ts=in_channel.ts)
        == "missing_recipient_team_id"
    )


async def test_a_form_says_the_same_as_json(slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.api_call(
        "chat.postMessage", data={"channel": "C0HELP", "blocks": '[{"type": "divider"}]', "text": "x"}
    )

    assert slack.messages("#help")[0].blocks[0]["type"] == "divider"
    assert slack.calls("chat.postMessage")[0].args["blocks"] == [{"type": "divider"}]


async def test_every_call_is_held_to_slacks_reference(
    slack: FakeSlack, client: AsyncWebClient, methods_index: Path | None
) -> None:
    if methods_index is None:
        pytest.skip("NOT CHECKED: the reference of Slack's methods is not there")
    await client.chat_postMessage(channel="C0HELP", text="x", client_msg_id="known though undocumented")
    assert slack.violations == []

    await client.api_call("chat.postMessage", json={"channel": "C0HELP", "text": "x", "loud": True})
    await error_of(client, "chat.delete", channel="C0HELP")

    assert slack.violations == [
        "chat.postMessage: unknown argument loud",
        "chat.delete: required argument ts is missing",
    ]


async def test_the_table_of_methods_agrees_with_slacks_reference(slack: FakeSlack, methods_index: Path | None) -> None:
    if methods_index is None:
        pytest.skip("NOT CHECKED: the reference of Slack's methods is not there")
    known = slack.world.contract.methods
    for name, method in METHODS.items():
        assert name in known, name
        tier = known[name]["tier"] or ""
        assert tier.startswith(f"Tier {method.tier}:") or not tier.startswith("Tier"), f"{name} is {tier}"
        if method.caller == "bot":
            assert set(method.scopes) <= set(known[name]["bot_scopes"] or ()), name
