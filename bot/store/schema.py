"""The version of the store's shape, `{meta}:schema`, and the steps from one to the next.

It rises only when a worker of the version before could not read what is written; fields with a default and new types of
records do not raise it (docs/adr/0003). A migration is one small function for one conversation that may be cut off and
done again: it changes nothing where it was done before.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from routing.effects import Line

from . import codec
from .lines import line_entry
from .records import packed, unpacked
from .scanning import conversations
from .states import read_state

if TYPE_CHECKING:
    from .redis import RedisStore

SCHEMA: Final = 1
KEY: Final = "{meta}:schema"
ATTEMPTS: Final = 100  # at one conversation that is written to meanwhile

Step = Callable[["RedisStore", str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Migration:
    """How a store comes to `version`. `step` returns whether there was something to change in that conversation."""

    version: int
    what: str
    step: Step


async def compact_lines(store: "RedisStore", conversation: str) -> bool:
    """Transcript lines that are records of the codec become what `lines.py` writes."""
    tag = store.tag(store.shard_of_id(conversation))
    key = f"{tag}:h:{conversation}"
    for _ in range(ATTEMPTS):
        (state, version), entries = await store.calls.all(
            [("HMGET", f"{tag}:c:{conversation}", "st", "v"), ("LRANGE", key, 0, -1)]
        )
        whole = list(unpacked(entries, key))
        old = [place for place, entry in enumerate(whole) if _is_record(entry, key)]
        if not old:
            return False
        owner = read_state(state, tag, conversation)
        for place in old:
            whole[place] = line_entry(codec.decode(Line, whole[place], key), owner)
        blob = len(whole) != len(entries)
        written = [packed(whole)] if blob else whole
        shard = store.shard_of_id(conversation)
        if await store.on_shard("rewrite", shard, conversation, version, len(entries), len(whole), *written):
            return True
    raise RuntimeError(f"{conversation} is written to all the time; stop the workers and migrate again")


def _is_record(entry: bytes, key: str) -> bool:
    record = codec.unpack(entry, key)
    return isinstance(record, list) and len(record) == 3 and record[1] == codec.TAGS[Line]


MIGRATIONS: Final = (Migration(1, "transcript lines in their compact form", compact_lines),)


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
