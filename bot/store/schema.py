"""The version of the store's shape, `{meta}:schema`, and the steps from one to the next.

It rises only when a worker of the version before could not read what is written; fields with a default and new types of
records do not raise it (docs/adr/0003). A migration is one small function for one conversation that may be cut off and
done again: it changes nothing where it was done before.
"""

import zlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from routing.conversation import Conversation
from routing.effects import Line

from . import codec
from .dense import DENSE
from .lines import line_entry
from .records import TURN, part
from .scanning import conversations
from .states import read_state

if TYPE_CHECKING:
    from .redis import RedisStore

SCHEMA: Final = 2
KEY: Final = "{meta}:schema"
ATTEMPTS: Final = 100  # at one conversation that is written to meanwhile
_BLOB: Final = b"z"

Step = Callable[["RedisStore", str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Migration:
    """How a store comes to `version`. `step` returns whether there was something to change in that conversation."""

    version: int
    what: str
    step: Step


async def one_list(store: "RedisStore", conversation: str) -> bool:
    """The log moves into the list of the transcript, and lines that are records of the codec become what `lines.py`
    writes."""
    tag = store.tag(store.shard_of_id(conversation))
    key, log = f"{tag}:h:{conversation}", f"{tag}:j:{conversation}"
    for _ in range(ATTEMPTS):
        (state, version), old_lines, old_entries = await store.calls.all(
            [("HMGET", f"{tag}:c:{conversation}", "st", "v"), ("LRANGE", key, 0, -1), ("LRANGE", log, 0, -1)]
        )
        if not old_entries and (not old_lines or old_lines[0][:1] in (DENSE, TURN)):
            return False
        owner = read_state(state, tag, conversation)
        lines = [_line(line, owner, key) for line in _entries(old_lines, key)]
        written = part(lines, [*_entries(old_entries, log)])
        counts = (version, len(old_lines), len(old_entries), len(lines))
        if await store.on_shard("rewrite", store.shard_of_id(conversation), conversation, *counts, written):
            return True
    raise RuntimeError(f"{conversation} is written to all the time; stop the workers and migrate again")


def _entries(stored: list[bytes], key: str) -> Iterator[bytes]:
    """Lines or entries of the log one by one, as they were stored: some, or many in a blob."""
    for entry in stored:
        if entry[:1] != _BLOB:
            yield entry
            continue
        try:
            whole = zlib.decompress(entry[1:])
        except zlib.error as error:
            raise codec.CodecError(f"{key}: damaged blob of {len(entry)} bytes: {error}") from error
        yield from codec.unpack(whole, key)


def _line(line: bytes, owner: Conversation, key: str) -> bytes:
    record = codec.unpack(line, key)
    is_of_the_codec = isinstance(record, list) and len(record) == 3 and record[1] == codec.TAGS[Line]
    return line_entry(codec.decode(Line, line, key), owner) if is_of_the_codec else line


MIGRATIONS: Final = (Migration(2, "transcript and log in one list, in their shorter form", one_list),)


def due(stored: int) -> list[Migration]:
    return [migration for migration in MIGRATIONS if migration.version > stored]


async def migrate(store: "RedisStore", tell: Callable[[Migration, int], None]) -> None:
    """Bring the store to this version. `tell` hears how many conversations of a migration were changed, at its end.

    May be called again after it was cut off, and while workers of this version run.
    """
    for migration in due(store.schema):
        changed = 0
        async for conversation in conversations(store.calls):
            changed += await migration.step(store, conversation)
        await store.calls.call("SET", KEY, migration.version)
        store.schema = migration.version
        tell(migration, changed)
