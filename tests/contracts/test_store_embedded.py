"""The server of our own: it starts, is shared, ends with its process, and keeps the data."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.embedded import EmbeddedRedis, NoRedis, home_of, server_binary
from bot.store.redis import RedisStore
from tests.contracts.samples import PLACE, eventually, line
from tests.redis_servers import SERVERS

pytestmark = pytest.mark.anyio


@pytest.fixture(params=sorted(SERVERS))
def binary(request: pytest.FixtureRequest) -> Path:
    return SERVERS[request.param]


@pytest.mark.parametrize("pipe", [False, True], ids=["by the kernel", "by a pipe"])
async def test_a_killed_server_is_started_again_with_its_data(tmp_path: Path, binary: Path, pipe: bool) -> None:
    embedded = EmbeddedRedis(tmp_path, binary=binary, pipe=pipe)
    try:
        async with RedisStore(embedded.start(), revive=embedded.revive) as store:
            # `everysec` may put a write off for two seconds while the disk is busy with the last one.
            await store.calls.call("CONFIG", "SET", "appendfsync", "always")
            await store.enqueue(PLACE, line())
            os.kill(int(dict_of(await store.calls.call("INFO", "server"))["process_id"]), signal.SIGKILL)

            accepted = await store.enqueue(PLACE, line("m-2"))

            assert accepted.seq == 2
            record = await store.read(PLACE.id)
            assert record is not None
            assert [mail.id for mail in record.pending] == ["m-1", "m-2"]
            assert "noeviction, appendonly yes" in str(store.found)
            assert await store.calls.call("CONFIG", "GET", "port") == [b"port", b"0"]
        assert embedded.socket.stat().st_mode & 0o777 == 0o700
    finally:
        embedded.stop()


def dict_of(info: bytes) -> dict[str, str]:
    return dict(row.split(":", 1) for row in info.decode().split("\r\n") if ":" in row)


async def test_two_processes_share_one_server(tmp_path: Path, binary: Path) -> None:
    first, second = EmbeddedRedis(tmp_path, binary=binary), EmbeddedRedis(tmp_path, binary=binary)
    try:
        first.start()
        second.start()

        assert second._server is None
        assert first.url == second.url

        first.stop()
        async with RedisStore(second.url, revive=second.revive) as store:
            await store.ping()
        assert second._server is not None
    finally:
        first.stop()
        second.stop()


@pytest.mark.parametrize("pipe", [False, True], ids=["by the kernel", "by a pipe"])
async def test_the_server_ends_with_the_process_that_started_it(tmp_path: Path, binary: Path, pipe: bool) -> None:
    program = (
        "import sys, time; from pathlib import Path; from bot.store.embedded import EmbeddedRedis\n"
        f"own = EmbeddedRedis(Path({str(tmp_path)!r}), binary=Path({str(binary)!r}), pipe={pipe})\n"
        "print(own.start(), flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        try:
            assert starter.stdout is not None
            url = await asyncio.to_thread(starter.stdout.readline)
            assert url.strip().decode() == EmbeddedRedis(tmp_path).url
        finally:
            starter.kill()

    async def gone() -> bool:
        return EmbeddedRedis(tmp_path)._state() == "down"

    await eventually(gone, 10)


def test_a_path_that_is_too_long_for_a_socket_goes_to_the_temporary_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    embedded = EmbeddedRedis(deep)
    try:
        embedded.start()

        assert len(str(embedded.socket)) <= 100
        assert embedded.socket.parent.stat().st_mode & 0o777 == 0o700
        assert (deep / "redis" / "appendonlydir").is_dir()
    finally:
        embedded.stop()
        embedded.socket.unlink(missing_ok=True)
        embedded.socket.parent.rmdir()


def test_the_first_server_on_the_path_is_taken_else_the_one_of_the_wheel(tmp_path: Path) -> None:
    own = tmp_path / "valkey-server"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)

    assert server_binary({"PATH": str(tmp_path)}) == own
    if "valkey" in SERVERS:
        assert server_binary({"PATH": str(tmp_path / "nothing")}) == SERVERS["valkey"]


def test_a_server_that_ends_at_once_is_reported_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\necho cannot do that >&2\nexit 1\n")
    broken.chmod(0o755)

    with pytest.raises(NoRedis, match="ended at once: cannot do that"):
        EmbeddedRedis(tmp_path / "home", binary=broken).start()


def test_data_lies_where_the_environment_says(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"

    assert home_of(config, {"BATON_HOME": str(tmp_path)}) == tmp_path
    one = home_of(config, {"XDG_STATE_HOME": str(tmp_path)})
    assert one.parent == tmp_path / "baton"
    assert one != home_of(tmp_path / "other.yaml", {"XDG_STATE_HOME": str(tmp_path)})
