"""Doorbells over PUBLISH: they say that something may have changed, the waiter then looks for itself.

A message that is lost (a cut connection, a failover) costs one poll interval, never an answer.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from redis.asyncio.client import PubSub

from .addresses import Address, client, close

RETRY_S = 0.5


class Signals:
    """One subscription per process, begun when somebody first waits."""

    def __init__(self, url: str) -> None:
        self._address = Address.of(url)
        self._redis = client(self._address, socket_timeout_s=None, connections=2)
        self._channels: set[str] = set()
        self._waiters: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._taps: defaultdict[str, list[Callable[[str | None], None]]] = defaultdict(list)
        self._listener: asyncio.Task[None] | None = None
        self._subscribed = asyncio.Event()
        self._pubsub: PubSub | None = None

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
        await close(self._redis)

    def tap(self, channel: str, tell: Callable[[str | None], None]) -> None:
        """Call `tell` with each message of the channel, and with None when some may have been missed."""
        self._taps[channel].append(tell)

    async def listen(self, channel: str) -> None:
        """Subscribe to a channel; returns once the subscription is sent, or at once when Redis is away."""
        if channel in self._channels:
            return
        self._channels.add(channel)
        if self._listener is None:
            # Its parent is this object: `close` cancels it and waits for its end.
            self._listener = asyncio.create_task(self._listen(), name="store.signals")
        elif self._pubsub is not None:
            with contextlib.suppress(Exception):  # a broken subscription is made anew with all channels
                await self._pubsub.subscribe(channel)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._subscribed.wait(), RETRY_S)

    @contextlib.contextmanager
    def waiter(self, topic: str) -> Iterator[asyncio.Event]:
        """An event that is set by every signal on the topic (`<channel>` or `<channel>|<message>`)."""
        rung = asyncio.Event()
        self._waiters[topic].add(rung)
        try:
            yield rung
        finally:
            self._waiters[topic].discard(rung)
            if not self._waiters[topic]:
                del self._waiters[topic]

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    self._pubsub = pubsub
                    await pubsub.subscribe(*self._channels)
                    self._subscribed.set()
                    while True:
                        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=None)
                        if message is not None:
                            self._ring(str(message["channel"], "utf-8"), str(message["data"], "utf-8"))
            except Exception:
                # Whatever broke, signals may have been missed: everybody looks once.
                self._subscribed.clear()
                self._pubsub = None
                for waiters in list(self._waiters.values()):
                    for rung in waiters:
                        rung.set()
                for taps in self._taps.values():
                    for tell in taps:
                        tell(None)
                await asyncio.sleep(RETRY_S)
                if self._address.kind == "cluster":  # another node tells as much as the one that is gone
                    await close(self._redis)
                    self._redis = client(self._address, socket_timeout_s=None, connections=2)

    def _ring(self, channel: str, message: str) -> None:
        for topic in (channel, f"{channel}|{message}"):
            for rung in self._waiters.get(topic, ()):
                rung.set()
        for tell in self._taps.get(channel, ()):
            tell(message)


class PublishedBells:
    """The bells of a cluster, where no command waits on lists of many slots: scripts publish which list has rung.

    A message that is lost costs one sweep. The same interface as `Bells`.
    """

    def __init__(self, signals: Signals, owner: str) -> None:
        self._signals = signals
        self._channels = ("bell", f"wake:{owner}")
        self._rung: dict[str, None] = {}
        self._any = asyncio.Event()
        for channel in self._channels:
            signals.tap(channel, self._hear)

    def _hear(self, name: str | None) -> None:
        if name is not None:
            self._rung[name] = None
        self._any.set()

    async def open(self) -> None:
        """From here on no bell is missed."""
        for channel in self._channels:
            await self._signals.listen(channel)

    async def close(self) -> None:
        """Nothing is held here; the signals are closed by whoever made them."""

    async def wait(self, lists: Sequence[str], timeout_s: float) -> str | None:
        """The list whose bell rang, None after the time-out. `lists` is what the caller would have waited for."""
        if not self._rung:
            self._any.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._any.wait()
        name = next(iter(self._rung), None)
        if name is not None:
            del self._rung[name]
        return name
