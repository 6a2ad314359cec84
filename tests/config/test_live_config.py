"""The file changes while Baton runs: a good one comes into force, a bad one never does."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from config_texts import BASE

from bot.config_file import ConfigError
from bot.live_config import LiveConfig

GOOD = BASE
BETTER = BASE.replace("Bob Stone", "Robert Stone")
BAD = BASE.replace("[alice, bob]", "[alice, bbo]")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD)
    return path


def replace_file(path: Path, text: str) -> None:
    """As editors do: a new file takes the place of the old one."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


@asynccontextmanager
async def following(path: Path) -> AsyncIterator[LiveConfig]:
    live = LiveConfig(path, {})
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(live.run(stop))
        yield live
        stop.set()


async def until(live: LiveConfig, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await live.changed()


@pytest.mark.parametrize("write", [Path.write_text, replace_file])
@pytest.mark.anyio
async def test_a_change_comes_into_force_however_it_is_written(
    file: Path, write: Callable[[Path, str], object]
) -> None:
    async with following(file) as live:
        write(file, BETTER)
        await until(live, lambda: live.policy.people["bob"].name == "Robert Stone")


@pytest.mark.anyio
async def test_a_bad_file_is_named_and_the_good_one_stays_until_it_is_mended(file: Path) -> None:
    async with following(file) as live:
        good, version = live.policy, live.version

        replace_file(file, BAD)
        await until(live, lambda: live.problem is not None)
        assert live.policy is good
        assert live.version == version
        assert live.problem is not None
        assert [one.code for one in live.problem] == ["unknown-person"]

        replace_file(file, BETTER)
        await until(live, lambda: live.problem is None)
        assert live.policy.people["bob"].name == "Robert Stone"


@pytest.mark.anyio
async def test_a_file_that_vanishes_changes_nothing_either(file: Path) -> None:
    live = LiveConfig(file, {})
    good = live.policy
    file.unlink()

    assert not await live.reload()
    assert live.policy is good
    assert live.problem is not None
    assert live.problem[0].code == "unreadable"

    file.write_text(GOOD)
    assert not await live.reload()
    assert live.problem is None


@pytest.mark.anyio
async def test_a_change_before_the_watching_began_is_not_missed(file: Path) -> None:
    live = LiveConfig(file, {})
    replace_file(file, BETTER)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(live.run(stop))
        await until(live, lambda: live.policy.people["bob"].name == "Robert Stone")
        stop.set()


@pytest.mark.anyio
async def test_a_link_that_is_swapped_is_followed(tmp_path: Path) -> None:
    """As Kubernetes mounts a ConfigMap: config.yaml -> ..data/config.yaml, ..data -> a folder of that version."""
    for name, text in (("one", GOOD), ("two", BETTER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.yaml").write_text(text)
    (tmp_path / "..data").symlink_to("one")
    (tmp_path / "config.yaml").symlink_to("..data/config.yaml")

    async with following(tmp_path / "config.yaml") as live:
        (tmp_path / "..new").symlink_to("two")
        (tmp_path / "..new").rename(tmp_path / "..data")
        shutil.rmtree(tmp_path / "one")
        await until(live, lambda: live.policy.people["bob"].name == "Robert Stone")


@pytest.mark.anyio
async def test_where_nothing_can_be_watched_the_file_is_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "away"
    folder.mkdir()
    (folder / "config.yaml").write_text(GOOD)
    live = LiveConfig(folder / "config.yaml", {})
    shutil.rmtree(folder)
    stop = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(live.run(stop))
        await until(live, lambda: live.problem is not None)
        folder.mkdir()
        replace_file(folder / "config.yaml", BETTER)
        await until(live, lambda: live.policy.people["bob"].name == "Robert Stone")
        stop.set()


@pytest.mark.anyio
async def test_versions_come_from_whoever_keeps_them(file: Path) -> None:
    kept: list[str] = []

    async def version_of(text: str) -> str:
        if text not in kept:
            kept.append(text)
        return f"v{kept.index(text) + 1}"

    asked: Callable[[str], Awaitable[str]] = version_of
    live = LiveConfig(file, {}, version_of=asked)
    assert await live.number() == "v1"

    file.write_text(BETTER)
    assert await live.reload()
    assert (live.version, live.policy.version) == ("v2", "v2")


def test_a_bad_file_at_the_start_is_refused_with_its_place(file: Path) -> None:
    file.write_text(BAD)

    with pytest.raises(ConfigError, match=r"config\.yaml:7:30 error\[unknown-person\]"):
        LiveConfig(file, {})
