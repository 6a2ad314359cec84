"""A fake Slack with a few people, checked against Slack's reference, a client, and a real app that listens."""

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack import FakeSlack, Options
from tests.platforms.fake_slack.listening_app import Listener, served

_INDEX = Path(__file__).resolve().parents[4] / "shared" / "specs" / "slack" / "derived" / "methods_index.json"


@dataclass
class StandingClock:
    """Time that moves only when it is told to."""

    now: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def methods_index() -> Path | None:
    """Slack's reference of methods; None where the shared data is not there and nobody asked for it."""
    if not _INDEX.is_file():
        if "shared" in re.split(r"[\s,]+", os.environ.get("BATON_REQUIRE", "")):
            pytest.fail(f"BATON_REQUIRE asks for the shared data, and {_INDEX} is not there")
        return None
    return _INDEX


@pytest.fixture
async def slack(clock: StandingClock, methods_index: Path | None) -> AsyncIterator[FakeSlack]:
    options = Options(retry_delays_s=(0.0, 0.0, 0.0), answer_within_s=10.0, methods_index=methods_index)
    async with FakeSlack(clock=clock, options=options) as started:
        started.add_user("mia", id="U0MIA", real_name="Mia Chen", tz="America/New_York")
        started.add_user("ana", id="U0ANA", real_name="Ana Duarte")
        started.add_user("bob", id="U0BOB", real_name="Bob Stone")
        started.add_channel("help", ["mia", "ana", "bob"], id="C0HELP")
        started.add_channel("desk", ["ana", "bob"], id="C0DESK", kind="private")
        yield started


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    """Without the default handlers, which send a post again after a cut connection."""
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
async def listener(slack: FakeSlack, client: AsyncWebClient) -> AsyncIterator[Listener]:
    """A Bolt app over HTTP that hears every event."""
    listening = Listener(slack, client)
    async with served(slack, listening.app.web_app("/slack/events")):
        yield listening
