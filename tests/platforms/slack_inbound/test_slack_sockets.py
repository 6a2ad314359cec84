"""Socket Mode: the same ingress by connections of ours, acknowledged only when the store has it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack import FakeSlack, Options
from bot.platforms.slack.inbound import SlackInbound
from bot.platforms.slack.socket_mode import SlackSockets
from bot.store.redis import RedisStore
from routing.policy import Policy
from tests.platforms.slack_inbound.test_slack_guard import POLICY, Nobody
from tests.platforms.slack_inbound.world import TEAM, SlackDesk, eventually, opened
from tests.redis_servers import SERVERS, PrivateServer

pytestmark = pytest.mark.anyio
PING_S = 0.2


@asynccontextmanager
async def connected(slack: FakeSlack, inbound: SlackInbound) -> AsyncIterator[SlackSockets]:
    web_client = AsyncWebClient(base_url=slack.api_url)
    web_client.proxy = None
    sockets = SlackSockets(inbound.accept, slack.app_token, web_client, ping_s=PING_S)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(sockets.run(stop))
        await slack.until(lambda: len(slack.sockets.open) == 2)
        yield sockets
        stop.set()


@pytest.fixture
async def quiet_sockets(redis_url: str, tmp_path: Path) -> AsyncIterator[tuple[SlackDesk, SlackSockets]]:
    async with (
        opened(redis_url, tmp_path, working=False, socket_mode=True) as world,
        connected(world.slack, world.inbound) as sockets,
    ):
        yield world, sockets


async def test_lines_come_by_two_connections_and_are_acknowledged(
    quiet_sockets: tuple[SlackDesk, SlackSockets],
) -> None:
    world, sockets = quiet_sockets
    slack = world.slack
    for n in range(12):
        await slack.say("mia", "@mia", f"line {n}")
    await slack.settled()

    assert len(await world.events(f"slack.{TEAM}.{slack.dm('mia')}")) == 12
    assert all(told.arrived and len(told.attempts) == 1 for told in slack.deliveries.log)
    assert all(connection.acked for connection in slack.sockets.open)
    assert await sockets.problem() is None


@pytest.mark.parametrize("trouble", ["refresh", "loss"])
async def test_nothing_is_lost_when_connections_go(quiet_sockets: tuple[SlackDesk, SlackSockets], trouble: str) -> None:
    world, sockets = quiet_sockets
    slack = world.slack
    before = {connection.id for connection in slack.sockets.open}
    if trouble == "refresh":
        await slack.sockets.disconnect()
    else:
        slack.sockets.lose()
    await slack.say("mia", "@mia", "are you there?")
    await slack.until(lambda: sum(connection.id not in before for connection in slack.sockets.open) == 2)
    await slack.settled()

    assert len(await world.events(f"slack.{TEAM}.{slack.dm('mia')}")) == 1
    await eventually(lambda: _up(sockets))


async def _up(sockets: SlackSockets) -> bool:
    return await sockets.connected() == 2


async def test_what_the_store_did_not_take_is_not_acknowledged_and_comes_again() -> None:
    options = Options(answer_within_s=1.5, retry_delays_s=(0.01, 0.5, 1.0))
    with PrivateServer(next(iter(SERVERS.values()))) as server:
        async with (
            FakeSlack(options=options) as slack,
            RedisStore(server.url) as store,
            SlackInbound(store, lambda: POLICY, Nobody(), ingress="test") as inbound,
            connected(slack, inbound),
        ):
            slack.add_user("mia")
            server.kill()
            await slack.say("mia", "@mia", "hello")
            await slack.until(lambda: bool(slack.deliveries.log[0].attempts))
            assert not slack.deliveries.log[0].arrived
            server.start()
            await slack.settled()

            assert slack.deliveries.log[0].arrived
            record = await store.read(f"slack.{TEAM}.{slack.dm('mia')}")
            assert record is not None and len(record.pending) == 1


async def test_stopping_finishes_what_is_in_hand(redis_url: str) -> None:
    """What was received is stored and acknowledged on the socket that brought it; then the sockets close."""
    entered, go_on = asyncio.Event(), asyncio.Event()

    def policy() -> Policy:
        return POLICY

    async with (
        FakeSlack() as slack,
        RedisStore(redis_url) as store,
        SlackInbound(store, policy, Nobody(), ingress="test") as inbound,
    ):
        slack.add_user("mia")
        web_client = AsyncWebClient(base_url=slack.api_url)
        web_client.proxy = None

        async def slowly(payload, headers):  # type: ignore[no-untyped-def]
            entered.set()
            await go_on.wait()
            return await inbound.accept(payload, headers)

        sockets = SlackSockets(slowly, slack.app_token, web_client, ping_s=PING_S)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(sockets.run(stop))
            await slack.until(lambda: len(slack.sockets.open) == 2)
            await slack.say("mia", "@mia", "hello")
            await entered.wait()
            stop.set()
            go_on.set()
            await running
        await slack.settled()

        assert slack.deliveries.log[0].arrived and len(slack.deliveries.log[0].attempts) == 1
        await slack.until(lambda: slack.sockets.open == [])
        assert await sockets.problem() == "no Socket Mode connection is up"


async def test_it_ends_at_once_when_slack_was_never_there() -> None:
    web_client = AsyncWebClient(base_url="http://127.0.0.1:9/api/")
    web_client.proxy = None

    async def never(payload, headers):  # type: ignore[no-untyped-def]
        raise AssertionError("nothing can come")

    sockets = SlackSockets(never, "xapp-1", web_client, ping_s=PING_S)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(sockets.run(stop))
        assert await sockets.problem() is not None
        stop.set()
