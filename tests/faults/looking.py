"""What is left in the store when everything is over, for checker.py."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from bot.config_file import check_file
from bot.store.redis import RedisStore
from handlers.values import LANES, Record
from handlers.view import conversation_view
from tests.faults.checker import Accepted, Acted, History

View = Callable[[str, Record], Mapping[str, Any]]
"""A conversation's id and record -> what REST shows of it."""


class Heard(Protocol):
    """A conversation, and what the people in it know of it."""

    id: str
    accepted: list[Accepted]
    acted: list[Acted]


def as_rest_would(folder: Path) -> View:
    """The view under the configuration in that folder, without a process that serves it."""
    policy = check_file(folder / "config.yaml", {}).policy
    assert policy is not None
    return lambda conversation, record: conversation_view(conversation, record, policy)


async def looked_into(
    store: RedisStore, talks: Sequence[Heard], view: View
) -> tuple[list[History], dict[str, set[str]]]:
    """Every conversation as it is shown and as it lies in Redis, and the slots that are taken."""
    histories = []
    for talk in talks:
        record = await store.read(talk.id)
        assert record is not None
        left = [f"mail {mail.id}" for mail in record.pending]
        for lane in LANES:
            rows = await store.calls.call("LLEN", f"{store.tag(store.shard_of_id(talk.id))}:q:{talk.id}:{lane}")
            left += [f"{rows} rows for {lane}"] if rows else []
        if record.conversation is not None and record.conversation.run is not None:
            left.append(f"a run: {record.conversation.run}")
        keys = [line.key if line.kind != "withdrawn" else "" for line in record.lines]
        withdrawn = frozenset(line.key for line in record.lines if line.kind == "withdrawn")
        histories.append(
            History(talk.id, dict(view(talk.id, record)), talk.accepted, talk.acted, left, keys, withdrawn)
        )
    slots: dict[str, set[str]] = {}
    for person in await store.calls.call("SMEMBERS", f"{store.staff_tag}:people"):
        fields = await store.calls.call("HKEYS", f"{store.staff_tag}:p:{person.decode()}")
        slots[person.decode()] = {name.decode()[2:] for name in fields if name.startswith(b"s:")}
    return histories, slots
