"""One open connection to Redis: calls are written in one go, each reply is given to its caller as its bytes come in.

redis-py opens the connection and closes it: address, TLS, password, database, name and sentinels are its business. What
lies between is taken over: it would cost a coroutine for each reply and one more turn of the loop for each flight,
nearly half of what a lone call costs.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

import hiredis
from redis.asyncio.connection import DefaultParser
from redis.asyncio.sentinel import SentinelManagedConnection
from redis.exceptions import (
    ClusterDownError,
    ConnectionError,
    InvalidResponse,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from handlers.ports import Unavailable

Call = tuple[bytes, asyncio.Future[Any]]  # as it is sent, and who waits for the reply
Arrived = Callable[[Exception | None], None]

# Refusals that say "not now" although they come as a reply; redis-py cuts the word off where it has a class for it.
_NOT_NOW: Final = (ReadOnlyError, OutOfMemoryError, TryAgainError, ClusterDownError)
_NOT_NOW_WORDS: Final = ("MISCONF", "NOREPLICAS", "LOADING")
_INCOMPLETE: Final = object()


class Wire(asyncio.Protocol):
    """A connection from when it is open until it is lost; then it stays lost, and another is made.

    `lost`: why, or None. `line`: redis-py's connection, whose `disconnect` closes this too.
    """

    def __init__(self, line: Any, transport: asyncio.Transport, limit_s: float | None) -> None:
        """For `over`."""
        self.line = line
        self.lost: Exception | None = None
        self._transport = transport
        # redis-py waits for the end of the connection there.
        self._before: Any = transport.get_protocol()
        self._limit_s = limit_s
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(InvalidResponse, DefaultParser.parse_error, notEnoughData=_INCOMPLETE)
        # Some replies are about the connection and not about the call, which is to be made again over another one: the
        # server is loading, wants a password, or was the master and is a replica now, while sentinels know another.
        managed = isinstance(line, SentinelManagedConnection)
        self._hopeless = (ConnectionError, ReadOnlyError) if managed else (ConnectionError,)
        self._due: deque[Call] = deque()  # in the order of their replies
        self._arrived: Arrived | None = None
        self._until = 0.0
        self._watch: asyncio.TimerHandle | None = None

    @classmethod
    async def over(cls, line: Any, *, limit_s: float | None = None) -> Self:
        """Opens `line`, anew if it was open, and takes it over. Replies that take longer than `limit_s` are a loss."""
        await line.disconnect(nowait=True)
        await line.connect()
        transport = _transport_of(line)
        # Every answer to the greeting was read. What else lies there would be taken for the first reply.
        if transport.is_closing() or await line.can_read():
            raise ConnectionError("the server closed the connection at once, or said something nobody had asked for")
        wire = cls(line, transport, limit_s)
        transport.set_protocol(wire)
        return wire

    def send(self, calls: Sequence[Call], arrived: Arrived) -> None:
        """`arrived` is called once: right after the last reply, or with the loss; then `unanswered` has the rest.

        A reply that is an error is raised to its caller: as the server gave it, or Unavailable where it means "not
        now". What the socket does not take at once is kept by the transport, which nobody waits for: it is no more than
        the calls given here, and they are kept anyway until they are answered.
        """
        self._due.extend(calls)
        if self.lost is not None:
            arrived(self.lost)
            return
        self._arrived = arrived
        if self._limit_s is not None:
            self._until = self._loop.time() + self._limit_s
            if self._watch is None:
                self._watch = self._loop.call_at(self._until, self._look)
        self._transport.write(b"".join([packed for packed, _ in calls]))

    @property
    def unanswered(self) -> list[Call]:
        return list(self._due)

    # ---- what the transport tells

    def data_received(self, data: bytes) -> None:
        if self.lost is not None:
            return
        due, reader = self._due, self._reader
        try:
            reader.feed(data)
            while due:
                value = reader.gets()
                if value is _INCOMPLETE:
                    return
                first = value[0] if isinstance(value, list) and value else value
                if isinstance(first, self._hopeless):
                    raise first
                _, reply = due.popleft()
                if reply.done():
                    continue  # nobody waits any more
                if isinstance(value, Exception):
                    reply.set_exception(Unavailable(str(value)) if _is_transient(value) else value)
                else:
                    reply.set_result(value)
            if reader.has_data():
                raise InvalidResponse("a reply that nobody had asked for")
        except Exception as error:
            self._end(error)
        else:
            self._tell(None)

    def eof_received(self) -> None:
        # Left to itself, the transport would first wait until the server has read what is still to be written.
        self._end(ConnectionError("Connection closed by server."))

    def connection_lost(self, error: Exception | None) -> None:
        self._before.connection_lost(error)
        self._end(error or ConnectionError("Connection closed."))

    def _look(self) -> None:
        # One timer for all flights, which looks at the latest: to set and cancel one for each costs more.
        self._watch = None
        if self._due and self._loop.time() >= self._until:
            self._end(TimeoutError())
        elif self._due:
            self._watch = self._loop.call_at(self._until, self._look)

    def _end(self, error: Exception) -> None:
        if self.lost is not None:
            return
        self.lost = error
        if self._watch is not None:
            self._watch.cancel()
        self._transport.abort()
        self._tell(error)

    def _tell(self, problem: Exception | None) -> None:
        arrived, self._arrived = self._arrived, None
        if arrived is not None:
            arrived(problem)


def _transport_of(line: Any) -> asyncio.Transport:
    # The one thing of redis-py that has no public name: it opens connections well, and does not hand them over.
    transport: asyncio.Transport = line._writer.transport
    return transport


def _is_transient(error: Exception) -> bool:
    if not isinstance(error, ResponseError):
        return True
    return isinstance(error, _NOT_NOW) or any(word in str(error) for word in _NOT_NOW_WORDS)
