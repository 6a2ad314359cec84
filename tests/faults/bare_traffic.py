"""Senders and workers over the store alone: what is accepted must lie in the transcripts, once and in order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from bot.store.redis import RedisStore
from handlers.ports import LeaseLost, Unavailable
from handlers.values import Commit, Lease, Mail, Place
from routing.conversation import Actor, Conversation, HeldByAgent
from routing.effects import Line
from routing.events import MessageReceived

LONGEST_S = 60.0  # for each thing that is waited for
LEASE_S = 2.0
Door = Callable[[float], contextlib.AbstractAsyncContextManager[RedisStore]]


@dataclass
class Traffic:
    """Lines to several places at once, sent again until they are accepted, and workers that write them down. `doors`:
    ways to the store, taken in turn; each makes one with leases of so many seconds."""

    url: str
    places: int = 12
    sent: dict[str, list[str]] = field(default_factory=dict)
    refused: int = 0
    doors: Sequence[Door] = ()
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @contextlib.asynccontextmanager
    async def flowing(self, *, workers: int = 2) -> AsyncIterator[None]:
        """While the block runs, lines come in; afterwards everything that was accepted has been decided."""
        async with contextlib.AsyncExitStack() as stack:
            doors = self.doors or (self._door,)
            ingresses = [await stack.enter_async_context(door(LEASE_S)) for door in doors]
            stores = [await stack.enter_async_context(doors[n % len(doors)](LEASE_S)) for n in range(workers)]
            async with asyncio.timeout(3 * LONGEST_S), asyncio.TaskGroup() as group:
                working = [group.create_task(self._work(store)) for store in stores]
                senders = [
                    group.create_task(self._send(ingresses[n % len(ingresses)], f"place-{n}"))
                    for n in range(self.places)
                ]
                yield
                self._stop.set()
                for sender in senders:
                    await sender
                while not await _still(ingresses[-1]):
                    await asyncio.sleep(0.05)
                for task in working:
                    task.cancel()

    def _door(self, lease_s: float) -> contextlib.AbstractAsyncContextManager[RedisStore]:
        return RedisStore(self.url, shards=64, lease_s=lease_s)

    async def _send(self, store: RedisStore, place: str) -> None:
        texts = self.sent.setdefault(place, [])
        while not self._stop.is_set():
            text = f"line {len(texts)}"
            mail = Mail(f"{place}:{text}", MessageReceived(0, "mia", text, 0))
            try:
                accepted = await store.enqueue(Place(place), mail)
            except Unavailable:
                self.refused += 1
                await asyncio.sleep(0.02)
                continue
            assert accepted.seq == len(texts) + 1, f"{place}: {text} is number {accepted.seq}"
            texts.append(text)
            await asyncio.sleep(0.002)

    async def _work(self, store: RedisStore) -> None:
        while True:
            try:
                await store.wait_for_work(0.2)
                await store.reap()
                for lease in await store.lease(8):
                    await self._decide(store, lease)
            except (Unavailable, LeaseLost):
                await asyncio.sleep(0.02)

    async def _decide(self, store: RedisStore, lease: Lease) -> None:
        with contextlib.suppress(Unavailable, LeaseLost):
            while True:
                while lease.mails:
                    event = lease.mails[0].event
                    assert isinstance(event, MessageReceived)
                    state = lease.conversation or Conversation(
                        lease.id, "console", "local", "mia", 1_000, HeldByAgent("triage"), 5, "v1"
                    )
                    line = Line(lease.lines + 1, Actor("customer", "mia"), event.text, "public", 1_000)
                    await store.commit(lease, Commit(lease.mails[0], state, (line,)))
                if lease.more:
                    await store.refresh(lease)
                elif await store.unlease(lease):
                    return

    async def further(self, lines: int) -> None:
        """Returns when so many more lines have been accepted in every place."""
        before = {f"place-{n}": len(self.sent.get(f"place-{n}", ())) for n in range(self.places)}
        async with asyncio.timeout(LONGEST_S):
            while any(len(self.sent.get(place, ())) < count + lines for place, count in before.items()):
                await asyncio.sleep(0.02)

    async def written(self) -> dict[str, list[str]]:
        """The transcripts."""
        async with asyncio.timeout(LONGEST_S):
            while True:
                try:
                    return await self._written()
                except Unavailable:  # it has only just healed
                    await asyncio.sleep(0.1)

    async def _written(self) -> dict[str, list[str]]:
        async with (self.doors or (self._door,))[-1](LEASE_S) as store:
            records = {place: await store.read(place) for place in self.sent}
        return {place: [line.text for line in record.lines] if record else [] for place, record in records.items()}


async def _still(store: RedisStore) -> bool:
    try:
        return await store.quiet()
    except Unavailable:
        return False
