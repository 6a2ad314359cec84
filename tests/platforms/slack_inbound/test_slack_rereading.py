"""What Slack had delivered before the store lost its last seconds is fetched again, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.platforms.slack.client import Web
from bot.platforms.slack.rereading import Rereading
from tests.platforms.slack_inbound.world import TEAM, SlackDesk, eventually, opened, thread
from tests.redis_servers import SAFE, SERVERS, PrivateServer

pytestmark = pytest.mark.anyio
BOT = "<@U0BATON>"
PERSON = "I was charged twice, get me a person"


@asynccontextmanager
async def rereading(desk: SlackDesk) -> AsyncIterator[Rereading]:
    store = desk.store
    async with Web(desk.slack.bot_token, base_url=desk.slack.api_url) as web:
        yield Rereading(web, store, store, desk.inbound.hear, store.generation, store.spend_once)


async def listed(desk: SlackDesk, *conversations: str) -> None:
    async def all_are() -> bool:
        items, _ = await desk.store.find()
        return {item["id"] for item in items} >= set(conversations) and await desk.store.quiet()

    await eventually(all_are)


async def a_generation_begins(desk: SlackDesk) -> None:
    async def begun() -> bool:
        return (await desk.store.generation())[0] > 0

    await eventually(begun)


async def test_lines_that_were_acknowledged_and_forgotten_are_read_again_and_count_once(tmp_path: Path) -> None:
    """ENGINE 7: in a new generation open places are read again once. In a thread and in a direct message."""
    with PrivateServer(next(iter(SERVERS.values())), options=SAFE) as server:
        async with opened(server.url, tmp_path) as desk, rereading(desk) as again:
            slack = desk.slack
            root = await slack.say("mia", "#help", f"{BOT} where is my invoice")
            directly = await slack.say("tom", "@tom", "where is my invoice")
            there, private = thread(slack, "#help", root.ts), f"slack.{TEAM}.{slack.dm('tom')}"
            await slack.settled()
            await listed(desk, there, private)
            server.copy_data(tmp_path / "copy")
            await slack.say("mia", "#help", PERSON, thread_ts=root.ts)
            await slack.say("tom", "@tom", PERSON, thread_ts=directly.ts)
            await slack.settled()
            await desk.until_held_by(there, "team:billing")
            await desk.until_held_by(private, "team:billing")

            await asyncio.to_thread(server.forget, tmp_path / "copy")
            await a_generation_begins(desk)
            heard = [await again.look(), await again.look()]

            await desk.until_held_by(there, "team:billing")
            await desk.until_held_by(private, "team:billing")
            for conversation in (there, private):
                lines = [words for _, words in await desk.said(conversation)]
                assert lines.count(PERSON) == 1 and lines.count("where is my invoice") == 1
            assert heard[0] >= 2 and heard[1] == 0


async def test_what_is_known_is_not_heard_again_and_two_processes_read_each_place_once(
    redis_url: str, tmp_path: Path
) -> None:
    async with opened(redis_url, tmp_path) as desk, rereading(desk) as one, rereading(desk) as other:
        root = await desk.slack.say("mia", "#help", f"{BOT} where is my invoice")
        there = thread(desk.slack, "#help", root.ts)
        await desk.slack.settled()
        await listed(desk, there)
        before = await desk.said(there)
        await desk.store.calls.run(desk.store.scripts["doubt"], "{meta}:generation", 0)
        calls = len(desk.slack.calls("conversations.replies"))
        desk.slack.fault("ratelimited", "conversations.replies", seconds=0.1)

        await asyncio.gather(one.look(), other.look())
        await listed(desk, there)

        assert await desk.said(there) == before
        assert len(desk.slack.calls("conversations.replies")) == calls + 2  # one was told: not now


async def test_before_the_first_generation_nothing_is_read(redis_url: str, tmp_path: Path) -> None:
    async with opened(redis_url, tmp_path) as desk, rereading(desk) as again:
        assert await again.look() == 0
        assert not desk.slack.calls("conversations.replies")
