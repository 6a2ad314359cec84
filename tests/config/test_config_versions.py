"""Versions of the configuration: one per text, kept over restarts, never given twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from config_texts import BASE

from bot.live_config import LiveConfig
from bot.store.config_versions import ConfigVersions
from bot.store.connection import Calls
from handlers.ports import Unavailable

pytestmark = pytest.mark.anyio


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Calls]:
    calls = Calls(redis_url)
    yield calls
    await calls.close()


async def test_a_text_keeps_its_version_until_another_comes(redis: Calls) -> None:
    versions = ConfigVersions(redis, "T1")

    assert await versions.latest() is None
    assert [await versions.remember(text) for text in ("a", "a", "ä", "ä", "a")] == ["v1", "v1", "v2", "v2", "v3"]
    assert [await versions.get(version) for version in ("v1", "v2", "v3")] == ["a", "ä", "a"]
    assert await versions.latest() == "v3"


async def test_what_was_never_a_version_is_none(redis: Calls) -> None:
    versions = ConfigVersions(redis, "T1")
    await versions.remember("a")

    assert [await versions.get(version) for version in ("v2", "latest", "", "v")] == [None] * 4


async def test_workspaces_count_for_themselves(redis: Calls) -> None:
    await ConfigVersions(redis, "T1").remember("a")

    assert await ConfigVersions(redis, "T2").remember("b") == "v1"
    assert sorted(await redis.call("KEYS", "*")) == [
        b"{w:T1}:cfg:latest",
        b"{w:T1}:cfg:v1",
        b"{w:T2}:cfg:latest",
        b"{w:T2}:cfg:v1",
    ]


async def test_workers_that_start_at_once_with_a_new_text_agree(redis: Calls) -> None:
    told = await asyncio.gather(*(ConfigVersions(redis, "T1").remember("new") for _ in range(50)))

    assert set(told) == {"v1"}


async def test_a_store_that_is_away_is_unavailable(tmp_path: Path) -> None:
    nobody = Calls(f"unix://{tmp_path}/nobody.sock")

    with pytest.raises(Unavailable):
        await ConfigVersions(nobody, "T1").remember("a")
    await nobody.close()


async def test_a_restart_with_the_same_file_keeps_the_version_that_journals_name(redis: Calls, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(BASE)
    versions = ConfigVersions(redis, "T1")
    first = LiveConfig(file, {}, version_of=versions.remember)
    await first.number()

    file.write_text(BASE + "# later\n")
    await first.reload()
    second = LiveConfig(file, {}, version_of=versions.remember)

    assert (first.version, await second.number(), second.policy.version) == ("v2", "v2", "v2")
