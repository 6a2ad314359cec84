"""Talking to Redis: calls of one loop tick leave as one pipeline, bells wait on a connection of their own.

Coalescing more than halves the cost of a call. It also means that a call may be sent again together with its
neighbours when a connection breaks, so every command that goes through `Calls` must be safe to repeat.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Final

import hiredis
from redis.exceptions import DataError, NoScriptError, ResponseError

from handlers.ports import Unavailable

from .addresses import SOCKET_TIMEOUT_S, Address, Node, client, close
from .scripts import Script
from .wire import Call, Wire

Argument = str | bytes | int | float
Revive = Callable[[], Awaitable[None]]

CALLS_PER_FLIGHT: Final = 500
# Pauses before a second and later attempts; together longer than a Redis of ours takes to come back.
PAUSES_S: Final = (0.0, 0.02, 0.06, 0.15, 0.4)
GIVE_UP_AFTER_S: Final = 6.0
MASTER_ASKED_EVERY_S: Final = 1.0


class Calls:
    """One door to one Redis. Every failure that is not the server's own reply is `Unavailable`.

    One pipeline is under way at a time, and what is called meanwhile gathers for the next. So the server sees calls in
    the order in which they were made (two pipelines at once were no faster, and let a question overtake an order), and
    a thousand calls at once need one connection.

    While the connection holds, calls leave and replies arrive in callbacks of the loop. What needs patience (to
    connect, to ask sentinels, to send again) is done by a task.
    """

    clustered = False

    def __init__(
        self,
        url: str,
        *,
        revive: Revive | None = None,
        node: Node | None = None,
        pauses_s: Sequence[float] = PAUSES_S,
        name: str = "",
    ) -> None:
        """`node`: which one, where the address is a cluster's. `name`: what the server calls the connection."""
        self.address = Address.of(url)
        self.sent = 0  # commands, repetitions included; the benchmark divides by it
        self.connections = 0  # that were made: after another one the server may be another, or know less than before
        self._revive = revive
        self._pauses_s = pauses_s
        # Only for its settings and for what a sentinel says; one connection of it is kept in hand, because to take it
        # from the pool and give it back each time doubles what a call costs.
        self._redis = client(self.address, socket_timeout_s=SOCKET_TIMEOUT_S, connections=1, node=node, name=name)
        pool = self._redis.connection_pool
        self._line = pool.connection_class(**{**pool.connection_kwargs, "socket_timeout": None})
        self._wire: Wire | None = None
        self._waiting: list[Call] = []
        # Of the calls that are under way: when they left for the first time, and the pauses that are left to them.
        self._began = 0.0
        self._pauses: Iterator[float] = iter(())
        self._at_rest = asyncio.Event()  # nothing is under way, and nothing is about to leave
        self._at_rest.set()
        # The task's parent is this object: `close` waits for rest, and there is none before its end.
        self._detour: asyncio.Task[None] | None = None
        self._asked = float("-inf")  # when sentinels were last asked who the master is
        self._closed = False

    async def close(self) -> None:
        self._closed = True
        await self._at_rest.wait()
        await self._line.disconnect()
        await close(self._redis)

    def call(self, *args: Argument, at: str = "") -> "asyncio.Future[Any]":
        """One command. It leaves with all others of this loop tick; await the reply.

        `at`: a key where the command belongs that names none itself; it matters only on a cluster.

        Raises (when awaited): ResponseError as the server gave it; DataError for a value that cannot be sent;
        Unavailable for everything else.
        """
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Any] = loop.create_future()
        if self._closed:
            reply.set_exception(Unavailable("the store is closed"))
            return reply
        try:
            self._waiting.append((packed(*args), reply))
        except DataError as error:  # a bug of ours, not weather
            reply.set_exception(error)
            return reply
        if self._at_rest.is_set():
            self._at_rest.clear()
            # After this tick's other callbacks, which may have calls of their own to add.
            loop.call_soon(self._take_off)
        return reply

    async def everywhere(self, *args: Argument) -> list[Any]:
        """One command to each server that holds data."""
        return [await self.call(*args)]

    async def servers(self) -> "list[Calls]":
        """A door to each server that holds data, for what is asked of servers and not of keys."""
        return [self]

    async def node_of(self, key: str) -> str:
        """Which server has the key; empty where there is only one."""
        return ""

    def line_to(self, key: str) -> int:
        """Which connection to the server that has this key is the one in use, counted from the first."""
        return self.connections

    async def cut_off_for_s(self, key: str) -> float:
        """How long the server that has this key may go on after it was cut off from those who replace it."""
        return 0.0  # of one alone nobody takes the place, and sentinels are asked all the time

    async def run(self, script: Script, key: str | Sequence[str], *args: Argument) -> Any:
        """A script by its hash; its text only if this server has not seen it (after a restart, a failover, a flush)."""
        keys = (key,) if isinstance(key, str) else key
        try:
            return await self.call("EVALSHA", script.sha, len(keys), *keys, *args)
        except NoScriptError:
            return await self.call("EVAL", script.text, len(keys), *keys, *args)

    async def all(self, commands: Sequence[Sequence[Argument]]) -> list[Any]:
        """Several commands in one go; the replies in order."""
        return list(await asyncio.gather(*(self.call(*command) for command in commands)))

    def _take_off(self) -> None:
        batch, self._waiting = self._waiting[:CALLS_PER_FLIGHT], self._waiting[CALLS_PER_FLIGHT:]
        if not batch:
            self._at_rest.set()
            return
        self._began, self._pauses = time.monotonic(), iter(self._pauses_s[1:])
        if self._wire is None or self._wire.lost is not None or self._is_to_ask():
            self._take_care_of(batch, None)
        else:
            self._send(self._wire, batch)

    def _send(self, wire: Wire, batch: list[Call]) -> None:
        self.sent += len(batch)
        wire.send(batch, self._arrive)

    def _arrive(self, problem: Exception | None) -> None:
        if problem is not None and self._wire is not None and (batch := self._wire.unanswered):
            self._take_care_of(batch, problem)
        elif self._waiting:
            self._take_off()  # at once: the server has something to do while those who were answered run
        else:
            asyncio.get_running_loop().call_soon(self._take_off)  # with all that they call, so after they have run

    def _take_care_of(self, batch: list[Call], problem: Exception | None) -> None:
        self._detour = asyncio.get_running_loop().create_task(self._carry(batch, problem), name="store.flight")

    async def _carry(self, batch: list[Call], problem: Exception | None) -> None:
        """Connects, and sends what has no answer yet. `problem`: how the attempt before this one failed, if any did."""
        try:
            while True:
                if problem is not None:
                    pause_s = next(self._pauses, None)
                    if pause_s is None or time.monotonic() > self._began + GIVE_UP_AFTER_S:
                        break
                    await asyncio.sleep(pause_s)
                try:
                    if problem is not None and self._revive is not None:
                        await self._revive()
                    wire = await self._connected()
                except Exception as error:
                    # A server that is away shows as ConnectionError, TimeoutError, OSError, and on failovers as
                    # AttributeError and RuntimeError from inside redis-py.
                    self._wire, problem = None, error
                else:
                    self._send(wire, batch)
                    return
        except BaseException:
            stranded, self._waiting = [*batch, *self._waiting], []
            self._fail(stranded, Unavailable("interrupted"))
            self._at_rest.set()
            raise
        self._fail(batch, Unavailable(f"{self.address.shown}: {type(problem).__name__}: {problem}"), problem)
        self._take_off()

    @staticmethod
    def _fail(batch: list[Call], error: Exception, cause: Exception | None = None) -> None:
        error.__cause__ = cause
        for _, reply in batch:
            if not reply.done():
                reply.set_exception(error)
                reply.exception()  # nobody may be waiting any more; that is not worth a warning

    async def _connected(self) -> Wire:
        # One limit for all of it: redis-py's own are one for each step.
        async with asyncio.timeout(SOCKET_TIMEOUT_S):
            if self._is_to_ask():
                await self._leave_a_deposed_master()
            if self._wire is None or self._wire.lost is not None:
                self._wire = await Wire.over(self._line, limit_s=SOCKET_TIMEOUT_S)
                self.connections += 1
            return self._wire

    def _is_to_ask(self) -> bool:
        return self.address.kind == "sentinel" and time.monotonic() - self._asked >= MASTER_ASKED_EVERY_S

    async def _leave_a_deposed_master(self) -> None:
        """A master that lost its place hears of it late, and what it takes meanwhile is lost. So the sentinels are
        asked every second, not only when a connection breaks."""
        pool: Any = self._redis.connection_pool
        place = await pool.sentinel_manager.discover_master(self.address.service)
        self._asked = time.monotonic()
        line: Any = self._line
        if (line.host, line.port) != place:
            self._wire = None


def packed(*args: Argument) -> bytes:
    """A command as the server reads it. redis-py packs in Python, which takes seven times as long."""
    try:
        command: bytes = hiredis.pack_command(args)  # type: ignore[arg-type]  # its stub says: a tuple of one
    except (TypeError, UnicodeError) as error:
        raise DataError(str(error)) from error
    return command


class Bells:
    """Waiting for a token on one of many lists. Tokens carry no data: a cancelled BLPOP may swallow one."""

    def __init__(self, url: str) -> None:
        # No socket time-out: redis-py's default of 5 s, with retries, answers a 7 s BLPOP after a minute.
        self._redis = client(Address.of(url), socket_timeout_s=None, connections=8)
        self._idle: list[Wire] = []  # on which nobody waits now

    async def close(self) -> None:
        for wire in self._idle:
            await wire.line.disconnect()
        await close(self._redis)

    async def wait(self, lists: Sequence[str], timeout_s: float) -> str | None:
        """The list whose bell rang, None after the time-out (0 would mean for ever and is not used)."""
        # As in `Calls`, without the client and its pool: with some seventy names they take most of the time.
        pool = self._redis.connection_pool
        wire = self._idle.pop() if self._idle else None
        line: Any = pool.connection_class(**pool.connection_kwargs) if wire is None else wire.line
        try:
            # The server answers in time; the outer limit only notices one that is gone without a word.
            async with asyncio.timeout(timeout_s + SOCKET_TIMEOUT_S):
                if wire is None or wire.lost is not None:
                    wire = await Wire.over(line)
                reply = await self._blocked(wire, packed("BLPOP", *lists, max(timeout_s, 0.001)))
        except BaseException as error:
            await line.disconnect(nowait=True)  # an answer that comes later would be taken for the next one's
            if not isinstance(error, Exception) or isinstance(error, (ResponseError, Unavailable)):
                raise
            raise Unavailable(f"{type(error).__name__}: {error}") from error
        self._idle.append(wire)
        return None if reply is None else str(reply[0], "utf-8")

    @staticmethod
    async def _blocked(wire: Wire, command: bytes) -> Any:
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def arrived(problem: Exception | None) -> None:
            if problem is not None and not reply.done():
                reply.set_exception(Unavailable(f"{type(problem).__name__}: {problem}"))

        wire.send([(command, reply)], arrived)
        return await reply
