"""Talking to Redis: calls of one loop tick leave as one pipeline, bells wait on a connection of their own.

Coalescing more than halves the cost of a call. It also means that a call may be sent again together with its
neighbours when a connection breaks, so every command that goes through `Calls` must be safe to repeat.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import hiredis
from redis.exceptions import (
    ClusterDownError,
    DataError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from handlers.ports import Unavailable

from .addresses import SOCKET_TIMEOUT_S, Address, Node, client, close
from .scripts import Script

Argument = str | bytes | int | float
Call = tuple[tuple[Argument, ...], asyncio.Future[Any]]
Revive = Callable[[], Awaitable[None]]

CALLS_PER_FLIGHT: Final = 500
# Pauses before a second and later attempts; together longer than a Redis of ours takes to come back.
PAUSES_S: Final = (0.0, 0.02, 0.06, 0.15, 0.4)
GIVE_UP_AFTER_S: Final = 6.0
MASTER_ASKED_EVERY_S: Final = 1.0
# Refusals that say "not now" although they come as a reply; redis-py cuts the word off where it has a class for it.
_NOT_NOW: Final = (ReadOnlyError, OutOfMemoryError, TryAgainError, ClusterDownError)
_NOT_NOW_WORDS: Final = ("MISCONF", "NOREPLICAS", "LOADING")


class Calls:
    """One door to one Redis. Every failure that is not the server's own reply is `Unavailable`.

    One pipeline is under way at a time, and what is called meanwhile gathers for the next. So the server sees calls in
    the order in which they were made (two pipelines at once were no faster, and let a question overtake an order), and
    a thousand calls at once need one connection.
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
        self._waiting: list[Call] = []
        # The task's parent is this object: `close` waits for its end.
        self._flight: asyncio.Task[None] | None = None
        self._asked = float("-inf")  # when sentinels were last asked who the master is
        self._closed = False

    async def close(self) -> None:
        self._closed = True
        if self._flight is not None:
            await asyncio.wait((self._flight,))
        await self._line.disconnect()
        await close(self._redis)

    def call(self, *args: Argument, at: str = "") -> "asyncio.Future[Any]":
        """One command. It leaves with all others of this loop tick; await the reply.

        `at`: a key where the command belongs that names none itself; it matters only on a cluster.

        Raises (when awaited): ResponseError as the server gave it; Unavailable for everything else.
        """
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Any] = loop.create_future()
        if self._closed:
            reply.set_exception(Unavailable("the store is closed"))
            return reply
        self._waiting.append((args, reply))
        if self._flight is None:
            # The task starts after this tick's other callbacks, which may have calls of their own to add.
            self._flight = loop.create_task(self._fly(), name="store.flight")
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

    async def _fly(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:CALLS_PER_FLIGHT], self._waiting[CALLS_PER_FLIGHT:]
                await self._carry(batch)
        finally:
            self._flight = None
            stranded, self._waiting = self._waiting, []
            self._fail(stranded, Unavailable("interrupted"))

    async def _carry(self, batch: list[Call]) -> None:
        try:
            replies = await self._send([args for args, _ in batch])
        except BaseException as error:
            self._fail(batch, error if isinstance(error, Exception) else Unavailable("interrupted"))
            if not isinstance(error, Exception):
                raise
            return
        for (_, reply), value in zip(batch, replies, strict=True):
            if reply.done():
                continue
            if not isinstance(value, Exception):
                reply.set_result(value)
            elif is_transient(value):
                reply.set_exception(Unavailable(str(value)))
            else:
                reply.set_exception(value)

    @staticmethod
    def _fail(batch: list[Call], error: Exception) -> None:
        for _, reply in batch:
            if not reply.done():
                reply.set_exception(error)
                reply.exception()  # nobody may be waiting any more; that is not worth a warning

    async def _send(self, commands: list[tuple[Argument, ...]]) -> list[Any]:
        deadline = time.monotonic() + GIVE_UP_AFTER_S
        problem: Exception | None = None
        for pause_s in self._pauses_s:
            if problem is not None:
                if time.monotonic() > deadline:
                    break
                await asyncio.sleep(pause_s)
                if self._revive is not None:
                    try:
                        await self._revive()
                    except Exception as error:
                        problem = error
                        continue
            self.sent += len(commands)
            try:
                return await self._exchange(commands)
            except DataError:
                raise  # a value that redis-py cannot send is a bug of ours, not weather
            except Exception as error:
                # A broken connection shows as ConnectionError, TimeoutError, OSError, and on failovers as
                # AttributeError and RuntimeError from inside redis-py.
                problem = error
        raise Unavailable(f"{self.address.shown}: {type(problem).__name__}: {problem}") from problem

    async def _exchange(self, commands: list[tuple[Argument, ...]]) -> list[Any]:
        """Write all, read all; a line on which either was cut off is closed, because its replies would be another's."""
        line = self._line
        replies: list[Any] = []
        try:
            # One limit for all of it: redis-py's own, for each reply, takes as long as the reply.
            async with asyncio.timeout(SOCKET_TIMEOUT_S):
                await self._leave_a_deposed_master()
                if not line.is_connected:  # left to itself, it would not ask the sentinels where to
                    await line.connect()  # type: ignore[no-untyped-call]
                    self.connections += 1
                await line.send_packed_command(packed(commands), check_health=False)
                for _ in commands:
                    try:
                        replies.append(await line.read_response())
                    except ResponseError as refusal:
                        replies.append(refusal)
        except BaseException:
            await line.disconnect(nowait=True)
            raise
        return replies

    async def _leave_a_deposed_master(self) -> None:
        """A master that lost its place hears of it late, and what it takes meanwhile is lost. So the sentinels are
        asked every second, not only when a connection breaks."""
        if self.address.kind != "sentinel" or time.monotonic() - self._asked < MASTER_ASKED_EVERY_S:
            return
        pool: Any = self._redis.connection_pool
        place = await pool.sentinel_manager.discover_master(self.address.service)
        self._asked = time.monotonic()
        line: Any = self._line
        if line.is_connected and (line.host, line.port) != place:
            await line.disconnect(nowait=True)


def packed(commands: Sequence[tuple[Argument, ...]]) -> bytes:
    """As the server reads them. redis-py packs several commands in Python, which takes seven times as long."""
    try:
        # Its stub says: a tuple of one.
        return b"".join(hiredis.pack_command(command) for command in commands)  # type: ignore[arg-type]
    except (TypeError, UnicodeError) as error:
        raise DataError(str(error)) from error


def is_transient(error: Exception) -> bool:
    if not isinstance(error, ResponseError):
        return True
    return isinstance(error, _NOT_NOW) or any(word in str(error) for word in _NOT_NOW_WORDS)


class Bells:
    """Waiting for a token on one of many lists. Tokens carry no data: a cancelled BLPOP may swallow one."""

    def __init__(self, url: str) -> None:
        # No socket time-out: redis-py's default of 5 s, with retries, answers a 7 s BLPOP after a minute.
        self._redis = client(Address.of(url), socket_timeout_s=None, connections=8)
        self._idle: list[Any] = []  # lines on which nobody waits now

    async def close(self) -> None:
        for line in self._idle:
            await line.disconnect()
        await close(self._redis)

    async def wait(self, lists: Sequence[str], timeout_s: float) -> str | None:
        """The list whose bell rang, None after the time-out (0 would mean for ever and is not used)."""
        # As in `Calls`, without the client and its pool: with some seventy names they take most of the time.
        pool = self._redis.connection_pool
        line: Any = self._idle.pop() if self._idle else pool.connection_class(**pool.connection_kwargs)
        try:
            # The server answers in time; the outer limit only notices one that is gone without a word.
            async with asyncio.timeout(timeout_s + SOCKET_TIMEOUT_S):
                reply = await self._blocked(line, lists, timeout_s)
        except ResponseError as error:
            if is_transient(error):
                raise Unavailable(str(error)) from error
            raise
        except Exception as error:
            raise Unavailable(f"{type(error).__name__}: {error}") from error
        return None if reply is None else str(reply[0], "utf-8")

    async def _blocked(self, line: Any, lists: Sequence[str], timeout_s: float) -> Any:
        try:
            if not line.is_connected:
                await line.connect()
            await line.send_packed_command(packed([("BLPOP", *lists, max(timeout_s, 0.001))]), check_health=False)
            reply = await line.read_response()
        except BaseException:
            await line.disconnect(nowait=True)  # an answer that comes later would be taken for the next one's
            raise
        self._idle.append(line)
        return reply
