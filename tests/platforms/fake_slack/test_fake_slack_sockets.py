"""Socket Mode with the real handler: one connection per payload, redelivery, planned and sudden loss."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack import FakeSlack
from tests.platforms.fake_slack.listening_app import Listener

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def connected(slack: FakeSlack, client: AsyncWebClient) -> AsyncIterator[Listener]:
    """A Bolt app in Socket Mode, up when the body begins."""
    listener = Listener(slack, client)
    before = len(slack.sockets.open)
    handler = AsyncSocketModeHandler(listener.app, slack.app_token, ping_interval=0.2)
    await handler.connect_async()
    await slack.until(lambda: len(slack.sockets.open) > before)
    try:
        yield listener
    finally:
        await handler.close_async()
        # The handler leaves a closing connection behind; let it end within this test.
        await slack.until(lambda: len(slack.sockets.open) == before)


async def test_events_and_clicks_arrive_over_a_socket(slack: FakeSlack, client: AsyncWebClient) -> None:
    async with connected(slack, client) as listener:
        acted: list[dict[str, Any]] = []

        @listener.app.action("claim")
        async def claim(ack: Any, body: dict[str, Any]) -> None:
            acted.append(body)
            await ack()

        line = await slack.say("mia", "@mia", "hello")
        await slack.settled()
        button = {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}}
        blocks = [{"type": "actions", "elements": [button]}]
        posted = await client.chat_postMessage(channel=line.channel, text="x", blocks=blocks)
        outcome = await slack.click("mia", "@mia", posted["ts"], "claim")

    assert listener.events[0]["ts"] == line.ts
    assert outcome.delivered
    assert acted[0]["user"]["id"] == "U0MIA"


async def test_an_event_without_acknowledgement_comes_again(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.options.answer_within_s = 0.1
    async with connected(slack, client) as listener:

        def fail_once(event: dict[str, Any]) -> None:
            if len(listener.events) == 1:
                slack.options.answer_within_s = 10.0  # for the next attempt
                raise RuntimeError("the store is away")

        listener.answer = fail_once
        await slack.say("mia", "@mia", "hello")
        await slack.settled()

    assert len(listener.events) == 2
    assert listener.headers[1]["x-slack-retry-num"] == ["1"]
    assert listener.headers[1]["x-slack-retry-reason"] == ["timeout"]
    assert slack.deliveries.log[0].arrived


async def test_each_payload_goes_to_one_of_several_connections(slack: FakeSlack, client: AsyncWebClient) -> None:
    async with connected(slack, client) as one, connected(slack, client) as other:
        for number in range(12):
            await slack.say("mia", "@mia", str(number))
        await slack.settled()

    assert one.events and other.events
    assert sorted(int(event["text"]) for event in [*one.events, *other.events]) == list(range(12))


async def test_a_connection_that_is_to_be_refreshed_is_replaced_without_loss(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    async with connected(slack, client) as listener:
        old = slack.sockets.open[0]
        await slack.sockets.disconnect("refresh_requested")
        await slack.say("mia", "@mia", "meanwhile")
        await slack.settled()

        assert [event["text"] for event in listener.events] == ["meanwhile"]
        assert slack.sockets.open[-1] is not old
        assert len(slack.calls("apps.connections.open")) == 2


async def test_a_lost_connection_comes_back_and_the_event_with_it(slack: FakeSlack, client: AsyncWebClient) -> None:
    async with connected(slack, client) as listener:
        assert slack.sockets.lose() == 1
        await slack.until(lambda: not slack.sockets.open)
        await slack.say("mia", "@mia", "anybody there?")
        await slack.settled()

    assert [event["text"] for event in listener.events] == ["anybody there?"]


async def test_an_address_serves_once(slack: FakeSlack, client: AsyncWebClient) -> None:
    link = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(link) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["connection_info"]["app_id"]) == ("hello", "A0BATON")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(link)
