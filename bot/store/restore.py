"""A backup's records into an empty store, of any number of shards, on any server."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final

from redis.exceptions import ResponseError

from handlers.values import Place
from routing.conversation import slots

from . import schema
from .archive import BadArchive, Record, check, records
from .backup import ACCEPTED, ADDRESS, CONVERSATION, END, HEADER, LETTER, OUTCOME, VALUES
from .connection import Argument
from .generations import KEY as GENERATION
from .keys import of_conversation
from .places import place_of
from .records import accepted_as
from .redis import RESTORING, RedisStore
from .scanning import keys
from .states import read_state

AT_ONCE: Final = 32  # records
PAGE: Final = 1000  # values in one command

# How values are written back; sets of pairs come as the server scans them.
_WRITE: Final = {"hash": "HSET", "set": "SADD", "zset": "ZADD", "list": "RPUSH"}


class RestoreFailed(Exception):
    """Nothing was restored. The text says why in one line."""


async def restore(store: RedisStore, path: Path, tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Returns the file's header. `tell` hears how many conversations of how many are done.

    When it is cut off the store stays unusable, and says so, until it is emptied.

    Raises:
        BadArchive: the file. RestoreFailed: the store is not empty, or the file is of a newer schema.
    """
    await asyncio.to_thread(check, path)
    stream = records(path)
    first = next(stream, None)
    if first is None or first[0] != HEADER:
        raise BadArchive(f"{path} is damaged: it does not begin with its header")
    facts: dict[str, Any] = first[1]
    if facts["schema"] > schema.SCHEMA:
        raise RestoreFailed(f"{path} is of schema {facts['schema']}, this Baton knows {schema.SCHEMA}: use a newer one")
    async for key in keys(store.calls):
        if key.carried != "no" and key.tag != "clock":
            raise RestoreFailed(f"this store is not empty (it holds {key.name}); restore into an empty one")
    await store.calls.call("SET", RESTORING, facts["at"])
    work = _Restoring(store)
    for batch in _batches(stream):
        if batch[0][0] == END:
            work.compare(batch[0][1])
        elif batch[0][0] in (CONVERSATION, ADDRESS, OUTCOME):
            await asyncio.gather(*map(work.put, batch))
        else:
            for record in batch:
                await work.put(record)
        tell(work.done[CONVERSATION], facts["conversations"])
    await work.begin_again(facts["schema"])
    return facts


def _batches(stream: Iterator[Record]) -> Iterator[list[Record]]:
    """Of one kind each, no conversation twice."""
    batch: list[Record] = []
    for record in stream:
        full = len(batch) == AT_ONCE or any(record[0] != other[0] or record[1] == other[1] for other in batch)
        if batch and full:
            yield batch
            batch = []
        batch.append(record)
    yield batch


class _Restoring:
    """`done` counts the records of each kind."""

    def __init__(self, store: RedisStore) -> None:
        self._store = store
        self.done: Counter[str] = Counter()

    async def put(self, record: Record) -> None:
        kind, *parts = record
        put: dict[str, Callable[..., Awaitable[None]]] = {
            CONVERSATION: self._conversation, VALUES: self._values, OUTCOME: self._outcome, ADDRESS: self._address,
            ACCEPTED: self._accepted, LETTER: self._letter,
        }  # fmt: skip
        await put[kind](*parts)
        self.done[kind] += 1

    def compare(self, counts: dict[str, int]) -> None:
        """With what the file says of itself; a checksum does not see what was never written."""
        if counts != dict(self.done):
            raise BadArchive(f"the file should hold {counts} and holds {dict(self.done)}")

    async def begin_again(self, stored: int) -> None:
        """The store may be used. Its first worker begins a generation: nobody knows what was sent since the backup."""
        calls = self._store.calls
        await calls.call("HSET", GENERATION, "since", "", "n", 1)
        await calls.call("SET", schema.KEY, stored)
        await calls.call("DEL", RESTORING)

    async def _conversation(
        self, id: str, ready: bytes, since: bytes, now: bytes, counter: bytes, timers: list[bytes],
        kinds: dict[str, list[bytes]],
    ) -> None:  # fmt: skip
        store = self._store
        shard = store.shard_of_id(id)
        tag = store.tag(shard)
        if await store.calls.call("EXISTS", f"{tag}:c:{id}"):
            return
        own = of_conversation(tag, id)
        commands: list[list[Argument]] = []
        for kind, values in kinds.items():
            write = "HSET" if kind in ("c", "k") else "RPUSH"
            commands += ([write, own[kind], *values[at : at + PAGE]] for at in range(0, len(values), PAGE))
        await store.calls.all(commands)
        facts = dict(zip(kinds["c"][::2], kinds["c"][1::2], strict=True))
        place = facts.get(b"pl", b"").decode() or id
        await store.on_shard(
            "adopt", shard, id, ready, since, now, place, _counter(id, place, counter), *timers
        )  # fmt: skip
        if b"st" in facts:
            conversation = read_state(facts[b"st"], tag, id)
            for person in slots(conversation.holder):
                await store.take(person, id, conversation.epoch)
            await store.index(conversation, int(facts[b"v"]))

    async def _values(self, name: str, type: str, expires: int, values: list[Any], first: int) -> None:
        calls = self._store.calls
        if type == "string":
            await calls.call("SET", name, values[0])
        elif type == "stream":
            for entry, fields in values:
                try:
                    await calls.call("XADD", name, entry, *fields)
                except ResponseError as error:
                    if "equal or smaller" not in str(error):  # it came twice
                        raise
        elif type != "list" or await calls.call("LLEN", name) == first:
            if type == "zset":
                values = [part for pair in zip(values[1::2], values[::2], strict=True) for part in pair]
            await calls.call(_WRITE[type], name, *values)
        await self._expire(name, expires)

    async def _expire(self, name: str, expires: int) -> None:
        if expires > 0:
            await self._store.calls.call("PEXPIREAT", name, expires)

    async def _outcome(self, id: str, mail: str, value: bytes, expires: int) -> None:
        name = f"{self._store.tag(self._store.shard_of_id(id))}:res:{id}:{mail}"
        await self._values(name, "string", expires, [value], 0)

    async def _address(self, address: str, conversation: str, expires: int) -> None:
        channel, _, message = address.rpartition(":")
        place = place_of(conversation)
        shard = self._store.shard(Place(message, place.platform, place.workspace, channel))
        await self._values(f"{self._store.tag(shard)}:a:{address}", "string", expires, [conversation], 0)

    async def _accepted(self, channel: str, turn: str, expires: int, page: list[bytes]) -> None:
        """Without what a conversation's copy is too old to know: that is accepted anew when it is sent again."""
        store = self._store
        newest: dict[str, int] = {}
        kept: dict[str, list[Argument]] = {}
        for one, value in zip(page[::2], page[1::2], strict=True):
            seq, id = accepted_as(value, channel)
            tag = store.tag(store.shard_of_id(id))
            if id not in newest:
                exists, last = await store.calls.all([("EXISTS", f"{tag}:c:{id}"), ("HGET", f"{tag}:c:{id}", "sq")])
                newest[id] = int(last or 0) if exists else -1
            if seq <= newest[id]:
                kept.setdefault(f"{tag}:d:{channel}:{turn}", []).extend((one, value))
        for name, pairs in kept.items():
            await store.calls.call("HSET", name, *pairs)
            await self._expire(name, expires)

    async def _letter(self, at_ms: int, fields: list[bytes]) -> None:
        of = fields[fields.index(b"of") + 1].decode()
        name = f"{self._store.tag(self._store.shard_of_id(of))}:x"
        await self._store.calls.call("XADD", name, f"{at_ms}-*", *fields)


def _counter(id: str, place: str, counter: bytes) -> int | str:
    """What the copy of the place's n-th conversation says of the place; of later ones theirs will tell."""
    own = 1 if id == place else int(id[len(place) + 1 :])
    if not counter:
        return ""
    return int(counter) if abs(int(counter)) == own else -own
