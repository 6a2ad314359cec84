from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.platforms.slack_inbound.world import SlackDesk, opened


@pytest.fixture
async def desk(redis_url: str, tmp_path: Path) -> AsyncIterator[SlackDesk]:
    """A desk at work."""
    async with opened(redis_url, tmp_path) as world:
        yield world


@pytest.fixture
async def quiet(redis_url: str, tmp_path: Path) -> AsyncIterator[SlackDesk]:
    """A desk without a worker: what was accepted stays as it came."""
    async with opened(redis_url, tmp_path, working=False) as world:
        yield world
