"""A copy of everything that a store holds, as records, and back.

A conversation is read at one instant, by one script. What surrounds it is read in an order that errs on the safe side:
outcomes, addresses, staffing and lists before the conversations, so that none knows of something that the copy of a
conversation does not; what was accepted and the dead letters after them, so that nothing of a copy is missing there,
and what is too new is left out again when it is restored. Places, shards and slots are worked out anew, so a copy fits
every number of shards; values are copied, not the server's own dumps, so it also fits every server.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from .archive import Record, Writer
from .keys import Key, of_conversation
from .redis import RedisStore
from .scanning import keys

PAGE: Final = 500  # values at once
AT_ONCE: Final = 64  # keys

# The kinds of records.
HEADER, CONVERSATION, VALUES, OUTCOME, ADDRESS, ACCEPTED, LETTER, END = (
    "header", "conversation", "values", "outcome", "address", "accepted", "letter", "end",
)  # fmt: skip


class BackupFailed(Exception):
    """The copy would not be whole. The text says why in one line."""


async def backup(store: RedisStore, path: Path, at: datetime, tell: Callable[[int, int], None]) -> int:
    """Write the file; how many conversations are in it. `tell` hears how many of how many are done.

    Raises:
        BackupFailed: it would not be whole. OSError: it cannot be written. Whatever was at `path` stays then.
    """
    total = await counted(store)
    counts: Counter[str] = Counter()
    facts = {
        "schema": store.schema, "shards": store.shards, "at": at.isoformat(timespec="seconds"), "conversations": total,
    }  # fmt: skip
    with Writer(path) as archive:
        archive.add([HEADER, facts])
        async for record in copied(store):
            archive.add(record)
            counts[record[0]] += 1
            tell(counts[CONVERSATION], total)
        archive.add([END, dict(counts)])
    return counts[CONVERSATION]


async def counted(store: RedisStore) -> int:
    """How many conversations there are. Raises BackupFailed for keys that this version knows nothing of."""
    count = 0
    async for key in keys(store.calls):
        if key.carried is None:
            raise BackupFailed(f"this Baton does not know what {key.name} is; back up with the version that wrote it")
        count += key.shard is not None and key.kind == "c"
    return count


async def copied(store: RedisStore) -> AsyncIterator[Record]:
    """Every record but the header and the end. Conversations can come twice; the first counts."""
    for reader, which in _READERS:
        batch: list[Key] = []
        async for key in keys(store.calls):
            if which(key):
                batch.append(key)
            if len(batch) == AT_ONCE:
                async for record in _read(store, reader, batch):
                    yield record
                batch = []
        async for record in _read(store, reader, batch):
            yield record
    for record in await _letters(store):
        yield record


Reader = Callable[[RedisStore, Key], AsyncIterator[Record]]


async def _read(store: RedisStore, reader: Reader, batch: list[Key]) -> AsyncIterator[Record]:
    """The first record of every key at once, because most have no other; the next ones of each in order."""
    found = [reader(store, key) for key in batch]
    first = await asyncio.gather(*(anext(records, None) for records in found))
    for record, more in zip(first, found, strict=True):
        if record is not None:
            yield record
            async for another in more:
                yield another


async def _surroundings(store: RedisStore, key: Key) -> AsyncIterator[Record]:
    """Addresses, and outcomes that somebody may still ask for. An outcome's key is `<id>:<mail>`, and both may have
    colons: whichever conversation exists is meant."""
    value, expires = await store.calls.all([("GET", key.name), ("PEXPIRETIME", key.name)])
    if value is None:
        return
    if key.kind == "a":
        yield [ADDRESS, key.rest, value.decode(), int(expires)]
        return
    parts = key.rest.split(":")
    for n in range(1, len(parts)):
        id, mail = ":".join(parts[:n]), ":".join(parts[n:])
        if await store.calls.call("EXISTS", f"{{{key.tag}}}:c:{id}"):
            yield [OUTCOME, id, mail, value, int(expires)]


async def _conversation(store: RedisStore, key: Key) -> AsyncIterator[Record]:
    tag = f"{{{key.tag}}}"
    pairs = [part for pair in of_conversation(tag, key.rest).items() for part in pair]
    reply = await store.calls.run(store.scripts["dump"], key.name, tag, key.rest, *pairs)
    if reply is not None:
        ready, since, now, counter, timers, kinds = reply
        named = {kind.decode(): values for kind, values in zip(kinds[::2], kinds[1::2], strict=True)}
        yield [CONVERSATION, key.rest, ready, since, now, counter, timers, named]


async def _values(store: RedisStore, key: Key) -> AsyncIterator[Record]:
    """A key of any type in pages: `[kind, name, type, expires or -1, values, number of the first]`."""
    calls, name = store.calls, key.name
    type_, expires = await calls.all([("TYPE", name), ("PEXPIRETIME", name)])
    head = [VALUES, name, type_.decode(), int(expires)]
    match type_:
        case b"string":
            yield [*head, [await calls.call("GET", name)], 0]
        case b"list":
            start = 0
            while page := await calls.call("LRANGE", name, start, start + PAGE - 1):
                yield [*head, page, start]
                start += PAGE
        case b"stream":
            after = "-"
            while page := await calls.call("XRANGE", name, after, "+", "COUNT", PAGE):
                yield [*head, page, 0]
                after = f"({page[-1][0].decode()}"
        case b"hash" | b"set" | b"zset":
            scan = {b"hash": "HSCAN", b"set": "SSCAN", b"zset": "ZSCAN"}[type_]
            cursor = b""
            while cursor != b"0":
                cursor, page = await calls.call(scan, name, cursor or b"0", "COUNT", PAGE)
                if page:
                    yield [*head, page, 0]
        case _:
            pass  # it has expired meanwhile


async def _accepted(store: RedisStore, key: Key) -> AsyncIterator[Record]:
    """What a channel has accepted: `[kind, channel, which of the two tables, expires, {id, what it became ...}]`."""
    channel, _, turn = key.rest.rpartition(":")
    async for _, _, _, expires, page, _ in _values(store, key):
        yield [ACCEPTED, channel, turn, expires, page]


_READERS: Final[Sequence[tuple[Reader, Callable[[Key], bool]]]] = (
    (_values, lambda key: key.carried == "as it is"),
    (_surroundings, lambda key: key.shard is not None and key.kind in ("a", "res")),
    (_conversation, lambda key: key.shard is not None and key.kind == "c"),
    (_accepted, lambda key: key.shard is not None and key.kind == "d"),
)


async def _letters(store: RedisStore) -> list[Record]:
    """In the order of their times, because a stream takes no other."""
    letters: list[tuple[tuple[int, int], Record]] = []
    async for key in keys(store.calls, "{*}:x"):
        if key.kind == "x" and key.shard is not None:
            async for _, _, _, _, page, _ in _values(store, key):
                for entry, fields in page:
                    ms, _, n = entry.decode().partition("-")
                    letters.append(((int(ms), int(n)), [LETTER, int(ms), fields]))
    return [record for _, record in sorted(letters, key=lambda letter: letter[0])]
