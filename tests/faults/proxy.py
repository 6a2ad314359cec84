"""A wire that misbehaves: it stands between a client and a server, and breaks what passes when it is told to.

with Proxy(server.url) as proxy:
    RedisStore(proxy.url) ...
    proxy.cut()                 every connection ends at once
    proxy.swallow()             the next answers are lost and then the wire is cut: the server did it, nobody knows
    proxy.stall(for_s=2)        nothing passes, in either direction, and nothing is said (half open)
    proxy.delay(0.05)           everything takes so much longer, until it is told otherwise
"""

import asyncio
import contextlib
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

CHUNK = 65_536


class Proxy:
    """In front of the server at `url` (unix://, redis://host:port or http://host:port), on a thread of its own: on a
    unix socket, before a web server on a port. `faults` counts what it did to connections."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = parts.path if parts.scheme == "unix" else (parts.hostname or "", parts.port or 0)
        self._folder = tempfile.TemporaryDirectory(prefix="baton-proxy-")
        self._socket = Path(self._folder.name) / "proxy.sock"
        self._is_web = parts.scheme == "http"
        self._port = 0
        self.faults: Counter[str] = Counter()
        self._wires: set[_Wire] = set()
        self._delay_s = 0.0
        self._stalled_until = 0.0
        self._loop: asyncio.AbstractEventLoop
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="proxy")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}" if self._is_web else f"unix://{self._socket}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._folder.cleanup()

    # ---- what may go wrong

    def cut(self) -> None:
        self._tell("cut", lambda: self._each(lambda wire: wire.end()))

    def swallow(self) -> None:
        def swallow(wire: "_Wire") -> None:
            wire.swallows = True

        self._tell("swallowed", lambda: self._each(swallow))

    def stall(self, for_s: float) -> None:
        def stall() -> None:
            self._stalled_until = self._loop.time() + for_s

        self._tell("stalled", stall)

    def delay(self, by_s: float) -> None:
        def delay() -> None:
            self._delay_s = by_s

        self._tell("delayed" if by_s else "", delay)

    def _tell(self, name: str, act: Callable[[], Any]) -> None:
        if name:
            self.faults[name] += 1
        self._loop.call_soon_threadsafe(act)

    def _each(self, act: Callable[["_Wire"], None]) -> None:
        for wire in list(self._wires):
            act(wire)

    # ---- passing things on

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        if self._is_web:
            server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
            self._port = server.sockets[0].getsockname()[1]
        else:
            server = await asyncio.start_unix_server(self._carry, self._socket)
        self._ready.set()
        await self._stop.wait()
        server.close()
        self._each(lambda wire: wire.end())

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self._target, str):
                there = await asyncio.open_unix_connection(self._target)
            else:
                there = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        wire = _Wire(writer, there[1])
        self._wires.add(wire)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, wire.to_server, wire, answers=False))
                group.create_task(self._pump(there[0], wire.to_client, wire, answers=True))
        finally:
            self._wires.discard(wire)
            wire.end()

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, wire: "_Wire", *, answers: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                while (left_s := self._stalled_until - self._loop.time()) > 0:
                    await asyncio.sleep(left_s)
                if answers and wire.swallows:
                    break  # the server has done it; whoever asked will never hear so
                sink.write(data)
                await sink.drain()
        wire.end()


class _Wire:
    """One connection, both halves."""

    def __init__(self, to_client: asyncio.StreamWriter, to_server: asyncio.StreamWriter) -> None:
        self.to_client = to_client
        self.to_server = to_server
        self.swallows = False

    def end(self) -> None:
        for writer in (self.to_client, self.to_server):
            with contextlib.suppress(RuntimeError):
                writer.transport.abort()
