"""Two halves of a network, and what lies between them, which may be cut while both go on.

    with Network() as network:
        server = PrivateServer(binary, listens=True, home=network.halves[0])
        async with Elsewhere(network.halves[1], url) as store:
        network.cut(), network.mend()

Each half is a network namespace of Linux with an address of its own (ip-netns(8), veth(4)): nothing is simulated, a
connection over the cut hears nothing any more, as behind a switch that died. That takes root.
"""

import asyncio
import ctypes
import inspect
import os
import shutil
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import pytest

from bot.store.redis import RedisStore

ADDRESSES = ("10.213.0.1", "10.213.0.2")
LINKS = ("east", "west")
THE_NETWORK = 0x40000000  # CLONE_NEWNET of sched.h
T = TypeVar("T")
_libc = ctypes.CDLL(None, use_errno=True)


def _called(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def whole_or_skip() -> None:
    """Returns if a network can be cut here. With BATON_REQUIRE naming network it must be."""
    problem = unable()
    if problem and "network" in os.environ.get("BATON_REQUIRE", "").split(","):
        pytest.fail(f"BATON_REQUIRE asks for networks that can be cut: {problem}")
    if problem:
        pytest.skip(f"no network is cut in two here: {problem}")


def unable() -> str:
    """Why no network can be cut here; empty if it can be."""
    if shutil.which("ip") is None:
        return "there is no `ip` (Debian: apt-get install iproute2)"
    try:
        with Network():
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"it takes root on Linux ({error})"


class Half:
    """A place with a network of its own."""

    def __init__(self, address: str) -> None:
        self.address = address
        made = threading.Thread(target=self._make)
        made.start()
        made.join()
        if isinstance(self._made, OSError):
            raise self._made

    def _make(self) -> None:
        # On a thread that ends: only a thread can leave its network, not a process, and this one does not come back.
        try:
            _called(_libc.unshare(THE_NETWORK))
            self._made: int | OSError = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        except OSError as error:
            self._made = error

    @property
    def file(self) -> int:
        """It exists for as long as this is open, or somebody is in it."""
        assert isinstance(self._made, int)
        return self._made

    @contextmanager
    def inside(self) -> Iterator[None]:
        """This thread is there, and with it the processes and threads that it starts and the sockets that it makes."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _called(_libc.setns(self.file, THE_NETWORK))
            yield
        finally:
            _called(_libc.setns(home, THE_NETWORK))
            os.close(home)

    def ip(self, *words: str) -> None:
        with self.inside():
            subprocess.run(("ip", *words), check=True, capture_output=True)

    def close(self) -> None:
        os.close(self.file)


class Network:
    """Two halves that reach each other until it is cut."""

    def __init__(self) -> None:
        self.halves: list[Half] = []

    def __enter__(self) -> Self:
        try:
            for address in ADDRESSES:
                self.halves.append(Half(address))
            there = f"/proc/{os.getpid()}/fd/{self.halves[1].file}"
            self.halves[0].ip("link", "add", LINKS[0], "type", "veth", "peer", "name", LINKS[1], "netns", there)
            for half, link in zip(self.halves, LINKS, strict=True):
                half.ip("address", "add", f"{half.address}/24", "dev", link)
                half.ip("link", "set", "lo", "up")
                half.ip("link", "set", link, "up")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for half in self.halves:
            half.close()
        self.halves.clear()

    def cut(self, *, heard_by: int = 1) -> None:
        """Nothing passes any more. The half `heard_by` is told so with every packet, the other one hears nothing."""
        self.halves[heard_by].ip("link", "set", LINKS[heard_by], "down")

    def mend(self) -> None:
        for half, link in zip(self.halves, LINKS, strict=True):
            half.ip("link", "set", link, "up")


class Elsewhere:
    """A store whose connections are made in a half, on a thread and a loop there. What it is asked for here is
    answered here."""

    def __init__(self, half: Half, url: str, **options: Any) -> None:
        self._half = half
        self._url = url
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"store in {half.address}")
        self._store: RedisStore

    async def __aenter__(self) -> RedisStore:
        with self._half.inside():
            self._thread.start()
        self._store = await self._there(self._open)
        return cast("RedisStore", self)

    async def _open(self) -> RedisStore:
        return await RedisStore(self._url, **self._options).__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._there(self._store.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def _there(self, ask: Callable[..., Awaitable[Any]], *args: Any, **named: Any) -> Any:
        async def asked() -> Any:
            return await ask(*args, **named)

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked(), self._loop))

    async def all_of(self, work: Callable[[RedisStore], Awaitable[T]]) -> T:
        """Work that asks it for more than one thing, over there as a whole."""
        found: T = await self._there(work, self._store)
        return found

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._store, name)
        if not inspect.iscoroutinefunction(value):
            return value

        async def ask(*args: Any, **named: Any) -> Any:
            return await self._there(value, *args, **named)

        return ask
