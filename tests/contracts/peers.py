"""A small server on a port whose every connection goes as a test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import hiredis

from bot.store.connection import Calls

GREETINGS = 2  # what redis-py says on each connection, before its caller


class Peer:
    """The server's end of one connection, after the greeting."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._commands = hiredis.Reader(notEnoughData=...)
        self.greeting = b"+OK\r\n" * GREETINGS

    async def greet(self) -> None:
        for _ in range(GREETINGS):
            while self._commands.gets() is ...:
                self._commands.feed(await self._reader.read(65536))
        self.say(self.greeting)

    async def hear(self, at_least: int = 1) -> list[str]:
        """What is asked in one write: the first word after the name of each command. Empty once the client is gone."""
        heard: list[str] = []
        while len(heard) < at_least:
            data = await self._reader.read(1 << 22)
            if not data:
                break
            self._commands.feed(data)
            while (command := self._commands.gets()) is not ...:
                heard.append(str(command[1], "utf-8"))
        return heard

    def say(self, said: bytes) -> None:
        self._writer.write(said)

    async def say_in_bytes(self, said: bytes) -> None:
        for number in range(len(said)):
            self.say(said[number : number + 1])
            await asyncio.sleep(0)

    def end(self) -> None:
        """After what was said."""
        self._writer.write_eof()

    async def obey(self) -> None:
        """As an honest server does, whose every answer is what was asked."""
        await self.greet()
        while heard := await self.hear():
            self.say(echoed(*heard))


Talk = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def serving(*talks: Talk) -> AsyncIterator[str]:
    """The URL of a server whose connections go as the talks say, in turn; the last of them as often as needed."""
    left = [*talks]
    writers: list[asyncio.StreamWriter] = []

    async with asyncio.TaskGroup() as group:
        running: list[asyncio.Task[None]] = []

        def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            async def talk() -> None:
                await (left.pop(0) if len(left) > 1 else left[0])(Peer(reader, writer))

            writers.append(writer)
            running.append(group.create_task(talk()))

        server = await asyncio.start_server(met, "127.0.0.1", 0, limit=1 << 22)
        try:
            yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in running:
                task.cancel()
            for writer in writers:
                writer.transport.abort()


def echoed(*words: str) -> bytes:
    return b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)


def asked(calls: Calls, *words: str) -> "list[asyncio.Future[Any]]":
    return [calls.call("ECHO", word) for word in words]


@asynccontextmanager
async def calling(*talks: Talk) -> AsyncIterator[Calls]:
    async with serving(*talks) as url:
        calls = Calls(url, pauses_s=(0.0,) * 5)
        try:
            yield calls
        finally:
            await calls.close()
