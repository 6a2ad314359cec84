"""Trouble on command: what was committed and what was not is certain, whatever the client saw."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack import FakeSlack
from tests.platforms.fake_slack.conftest import StandingClock

pytestmark = pytest.mark.anyio


def texts(slack: FakeSlack) -> list[str]:
    return [each.text for each in slack.messages("#help")]


async def test_too_many_says_when_to_come_back(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fault("ratelimited", "chat.postMessage", seconds=7)

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0HELP", text="one")
    await client.chat_postMessage(channel="C0HELP", text="two")

    assert refused.value.response.status_code == 429
    assert refused.value.response["error"] == "ratelimited"
    assert refused.value.response.headers["Retry-After"] == "7"
    assert texts(slack) == ["two"]


async def test_a_connection_cut_before_the_commit_left_nothing(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fault("drop_before", "chat.postMessage")

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0HELP", text="one")

    assert texts(slack) == []


async def test_a_connection_cut_after_the_commit_left_the_message(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fault("drop_after", "chat.postMessage")

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0HELP", text="one")

    assert texts(slack) == ["one"]
    assert slack.calls("chat.postMessage")[0].committed


async def test_the_sdks_own_handler_posts_twice_after_such_a_cut(slack: FakeSlack) -> None:
    careless = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    slack.fault("drop_after", "chat.postMessage")

    await careless.chat_postMessage(channel="C0HELP", text="one")

    assert texts(slack) == ["one", "one"]


async def test_a_second_post_with_one_id_is_the_first_where_slack_honours_it(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    slack.options.honours_client_msg_id = True

    first = await client.chat_postMessage(channel="C0HELP", text="one", client_msg_id="k1")
    again = await client.chat_postMessage(channel="C0HELP", text="one", client_msg_id="k1")

    assert first["ts"] == again["ts"]
    assert texts(slack) == ["one"]


async def test_errors_and_broken_servers_change_nothing(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fault("http_error", "chat.postMessage", status=503)
    slack.fault("error", "chat.postMessage", code="is_archived")

    for _ in range(2):
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel="C0HELP", text="one")
    await client.chat_postMessage(channel="C0HELP", text="two")

    assert texts(slack) == ["two"]


async def test_a_fault_meets_the_calls_it_was_meant_for(slack: FakeSlack, client: AsyncWebClient) -> None:
    fault = slack.fault("error", "chat.postMessage", skip=1, times=1, channel="#help")

    await client.chat_postMessage(channel="C0HELP", text="first")
    await client.chat_postMessage(channel="C0DESK", text="elsewhere")
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C0HELP", text="second")
    await client.chat_postMessage(channel="C0HELP", text="third")

    assert fault.met == 1
    assert texts(slack) == ["first", "third"]


async def test_an_answer_can_be_held_before_or_after_the_commit(slack: FakeSlack, client: AsyncWebClient) -> None:
    before = slack.fault("hold_before", "chat.postMessage")
    async with asyncio.TaskGroup() as group:
        group.create_task(client.chat_postMessage(channel="C0HELP", text="one"))
        await slack.until(lambda: before.met)
        assert texts(slack) == []
        after = slack.fault("hold", "chat.postMessage")
        group.create_task(client.chat_postMessage(channel="C0HELP", text="two"))
        await slack.until(lambda: after.met)
        assert texts(slack) == ["two"]
        slack.faults.clear()

    assert texts(slack) == ["two", "one"]


async def test_slacks_own_limits_can_be_switched_on(
    slack: FakeSlack, client: AsyncWebClient, clock: StandingClock
) -> None:
    slack.options.real_limits = True

    await client.chat_postMessage(channel="C0HELP", text="one")
    await client.chat_postMessage(channel="C0DESK", text="another channel")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0HELP", text="two")
    clock.advance(1.0)
    await client.chat_postMessage(channel="C0HELP", text="two")
    for _ in range(20):
        await client.usergroups_list()
    with pytest.raises(SlackApiError) as tier_two:
        await client.usergroups_list()

    assert refused.value.response.headers["Retry-After"] == "1"
    assert tier_two.value.response.headers["Retry-After"] == "60"
    assert texts(slack) == ["one", "two"]
