"""The ReadModels port: lists, the waiting queue, short numbers and the event feed of one workspace."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from routing.conversation import (
    Conversation,
    HeldByHuman,
    Offered,
    OnHold,
    Parked,
    Queued,
    Resolved,
    describe,
    state_of,
)
from routing.effects import KeepCase

from . import codec
from .connection import Argument
from .core import Core
from .gathering import Gathering
from .states import read_state

PRIORITY_RANK: Final = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
RANK_STEP: Final = 10**13  # more than any time in milliseconds for centuries, and exact in a ZSET's double
FEED_PAGE: Final = 200
FEED_POLL_S: Final = 1.0
CURSOR: Final = re.compile(r"[0-9]{1,20}(-[0-9]{1,20})?\Z")
KIND: Final = re.compile(r"\A(agent|team|person):")


class RedisReadModels(Core):
    def __init__(self) -> None:
        super().__init__()
        self._publishing: Gathering[list[Argument], bytes] = Gathering(self._publish)

    async def _model(self, name: str, *args: Argument) -> Any:
        return await self.calls.run(self.scripts[name], f"{self.staff_tag}:idx", self.staff_tag, *args)

    async def _publish(self, told: list[list[Argument]]) -> list[bytes]:
        numbers: list[bytes] = await self._model("publish", await self.override(), *chain.from_iterable(told))
        return numbers

    async def index(self, conversation: Conversation, version: int) -> int | None:
        (number,) = await self._publish([_publication(conversation, version, ())])
        return int(number) if number else None

    async def publish(
        self, conversation: Conversation, version: int, events: Sequence[tuple[int, str, Mapping[str, Any]]]
    ) -> None:
        await self._publishing.ask(_publication(conversation, version, events))

    async def rebuild(self) -> int:
        """Every list anew from the conversations; how many there were. Reads all keys: for a command, never for a
        message."""
        count = 0
        for shard in range(self.shards):
            cursor = b"0"
            while True:
                pattern = f"{{{shard}}}:c:*"
                cursor, keys = await self.calls.call(
                    "SCAN", cursor, "MATCH", pattern, "COUNT", 1000, at=self.tag(shard)
                )
                for key in keys:
                    count += await self._rebuild_one(key.decode())
                if cursor == b"0":
                    break
        return count

    async def _rebuild_one(self, key: str) -> int:
        state, version = await self.calls.call("HMGET", key, "st", "v")
        if not state:
            return 0
        tag, _, id = key.partition(":c:")
        conversation = read_state(state, tag, id)
        # Without its version the document counts as older than anything.
        await self.calls.call("HDEL", f"{self.staff_tag}:idx:doc:{conversation.id}", "v")
        await self.index(conversation, int(version))
        return 1

    async def find(
        self,
        *,
        state: str | None = None,
        team: str | None = None,
        holder: str | None = None,
        customer: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """See the port. `holder` is a name, with or without its kind. A page may be shorter than `limit` although a
        cursor comes with it: where filters rarely meet, the search stops after 2,000 looks."""
        if cursor and not CURSOR.match(cursor):
            raise ValueError("this is not a cursor of ours")
        lists = [
            f"{name}:{KIND.sub('', value) if name == 'holder' else value}"
            for name, value in (("customer", customer), ("holder", holder), ("team", team), ("state", state))
            if value
        ]
        reply = await self._model("find", cursor or "", limit, *(lists or ["all"]))
        return self._items(reply[1:]), str(reply[0], "utf-8") or None

    async def queue(self, team: str | None = None) -> list[dict[str, Any]]:
        reply = await self._model("queue", f"q:{team}" if team else "idx:queue")
        return [{**item, "position": n} for n, item in enumerate(self._items(reply), 1)]

    def _items(self, reply: list[Any]) -> list[dict[str, Any]]:
        items = []
        for conversation, doc, number, changed in zip(reply[::4], reply[1::4], reply[2::4], reply[3::4], strict=True):
            if not doc:
                continue
            item = codec.unpack(doc, f"{self.staff_tag}:idx:doc:{conversation.decode()}")
            items.append({**item, "number": int(number) if number else None, "updated_ms": int(changed)})
        return items

    async def by_number(self, number: int) -> str | None:
        """The conversation with that short number."""
        found = await self.calls.call("HGET", f"{self.staff_tag}:idx:numbers", number)
        return None if found is None else str(found, "utf-8")

    async def emit(self, key: str, type: str, data: Mapping[str, Any]) -> None:
        await self._model("emit", key, type, codec.pack(data))

    async def keep_case(self, conversation: str, case: KeepCase) -> None:
        await self.calls.call("HSET", f"{self.staff_tag}:eval:cases", conversation, codec.encode(case))

    async def cases(self) -> list[tuple[str, KeepCase]]:
        """What staff have said of the routing, by conversation, oldest first."""
        key = f"{self.staff_tag}:eval:cases"
        flat = await self.calls.call("HGETALL", key)
        kept = flat.items() if isinstance(flat, dict) else zip(flat[::2], flat[1::2], strict=True)
        cases = [(str(identity, "utf-8"), codec.decode(KeepCase, raw, key)) for identity, raw in kept]
        return sorted(cases, key=lambda entry: (entry[1].at_ms, entry[0]))

    async def feed(self, after: str | None) -> AsyncIterator[tuple[str, str, dict[str, Any]]]:
        """See the port. Without a cursor it begins with the oldest entry that is kept."""
        cursor = after or ""
        if cursor and not CURSOR.match(cursor):
            cursor = "0-1"  # not one of ours: as good as one that is too old
        channel = f"{self.staff_tag}:feed"
        await self.signals.listen(channel)
        with self.signals.waiter(channel) as rung:
            while True:
                rung.clear()
                cut, entries = await self._model("feed", cursor, FEED_PAGE)
                if cursor and cut and _order(cursor) < _order(cut.decode()):
                    cursor = str(entries[0][0], "utf-8") if entries else cut.decode()
                    yield _before(cursor), "reset", {}
                    cursor = _before(cursor)
                    continue
                for entry_id, fields in entries:
                    cursor = entry_id.decode()
                    facts = dict(zip(fields[::2], fields[1::2], strict=True))
                    yield cursor, facts[b"type"].decode(), codec.unpack(facts[b"data"], f"{channel}:{cursor}")
                if not entries:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(FEED_POLL_S):
                            await rung.wait()


def _publication(
    conversation: Conversation, version: int, events: Sequence[tuple[int, str, Mapping[str, Any]]]
) -> list[Argument]:
    """What the script is told of one conversation."""
    item = summary(conversation)
    team, since_ms = item["team"], conversation.waiting_for_person_since_ms
    waits = isinstance(conversation.holder, Queued | Offered | Parked)
    rank = PRIORITY_RANK[conversation.priority] * RANK_STEP
    numbered = any(link.startswith(("team:", "person:")) for link in conversation.chain)
    lists = ["all", f"state:{item['state']}", f"customer:{conversation.requester}"]
    if team:
        lists.append(f"team:{team}")
    if item["holder"]["kind"] != "none":
        lists.append(f"holder:{item['holder']['name']}")
    told: list[Argument] = []
    for written, type, data in events:
        told += (written, type, codec.pack(data))
    return [
        conversation.id, version, codec.pack(item), "1" if numbered else "", team if waits else "",
        rank + (since_ms or 0), len(lists), len(events), *lists, *told,
    ]  # fmt: skip


def _order(cursor: str) -> tuple[int, int]:
    at, _, n = cursor.partition("-")
    return int(at), int(n or 0)


def _before(cursor: str) -> str:
    at, n = _order(cursor)
    return f"{at}-{n - 1}" if n else f"{at - 1}-{2**64 - 1}"


def summary(conversation: Conversation) -> dict[str, Any]:
    """A list's item, as the API shows it but for times, which stay milliseconds. The store adds number and change."""
    holder = conversation.holder
    team: str | None = None
    need: str | None = None
    match holder:
        case (
            Queued(team=team, handoff=handoff)
            | Offered(team=team, handoff=handoff)
            | Parked(team=team, handoff=handoff)
        ):
            need = handoff.need
        case HeldByHuman(team=team, handoff=taken) | OnHold(team=team, handoff=taken):
            need = taken.need if taken is not None else None
        case Resolved(team=team):
            pass
        case _:
            pass
    kind, _, name = describe(holder).partition(":")
    return {
        "id": conversation.id,
        "platform": conversation.platform,
        "state": state_of(holder),
        "holder": {"kind": kind, "name": name or None},
        "team": team,
        "customer": conversation.requester,
        "epoch": conversation.epoch,
        "priority": conversation.priority,
        "route": conversation.route,
        "waiting_since_ms": conversation.waiting_since_ms,
        "waiting_for_person_since_ms": conversation.waiting_for_person_since_ms,
        "unanswered": bool(conversation.unanswered),
        "need": need,
    }
