"""A store that holds something of every kind, what can be seen of it, and copies of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.store.archive import Record, Writer
from bot.store.backup import END, HEADER, backup
from bot.store.clock import RedisTestClock
from bot.store.config_versions import ConfigVersions
from bot.store.keys import kinds
from bot.store.redis import RedisStore
from bot.store.restore import restore
from bot.store.scanning import keys
from handlers.values import Commit, Mail, Place
from routing.conversation import Actor, HeldByHuman, OpenHandoff, Queued, Resolved, Unanswered
from routing.effects import KeepCase
from routing.events import Claimed, Noted
from tests.contracts.samples import OK, armed, conversation, entry, line, only, running, said, speech

THREADS = [Place(f"slack.T1.C1.{n}", "slack", "T1", "T1.C1") for n in range(6)]
HELD, CLOSED, SILENT, DEAD, FULL = (Place(name) for name in ("held", "closed", "silent", "dead", "full"))
Tell = Callable[[int, int], None]
CLOCK_MS = 1_770_000_000_000


def clock() -> RedisTestClock:
    """Its time is a key as well."""
    return RedisTestClock(CLOCK_MS)


async def fill(store: RedisStore) -> None:
    """Something of every kind of key."""
    for thread in THREADS:
        await store.enqueue(thread, line(f"m-{thread.id}", f"hello {thread.id}"), dedupe=[f"ts-{thread.id}"])
        lease = await only(store)
        parts: dict[str, Any] = {"lines": (said(1), said(2, "and")), "journal": (entry(),), "timers": (armed(9_000),)}
        waits = running(unanswered=(Unanswered(1, 1_000),))
        await _decide(store, lease, waits, **parts, rows=(speech(f"{thread.id}|1|0"),))
        await store.run_append(lease, 1, {"kind": "model", "text": "hm"})
        await store.settle(lease, lease.lanes["customer"][0], platform_id="T1.DESK:77." + thread.id[-1])
    await _held(store)
    await _closed_and_begun_again(store)
    await _dead_letters(store)
    for n in range(1010):
        await store.enqueue(FULL, line(f"many-{n}"))
    await only(store)
    await store.enqueue(SILENT, line("s-1", "is anybody there"))
    await _workspace(store)
    await store.rebuild()


async def _decide(store: RedisStore, lease: Any, state: Any, **parts: Any) -> None:
    state = replace(state, id=lease.id)
    assert await store.commit(lease, Commit(lease.mails[0], state, **parts))


async def _held(store: RedisStore) -> None:
    await store.enqueue(HELD, line("h-1"))
    lease = await only(store)
    held = conversation(HELD.id, holder=HeldByHuman("ana", "general"), epoch=6)
    rows = (speech("held|1|0", epoch=None), speech("held|1|1", epoch=None))
    await _decide(store, lease, held, rows=rows)
    await store.enqueue(HELD, Mail("h-2", Claimed("ana"), reply_to="nobody"))
    await store.refresh(lease)
    await _decide(store, lease, held, outcome=OK)
    await store.mark(lease, lease.lanes["customer"][0])
    await store.memory(lease).remember("card", "C9:1.2")
    await store.take("ana", HELD.id, 6)
    handoff = OpenHandoff(7, "general", "rule", Actor("system", ""), 1, "help", 1, "v1")
    waiting = replace(held, id="waiting", holder=Queued("general", 1, handoff), chain=("team:general",))
    await store.publish(waiting, 1, ())
    await store.publish(held, lease.version, [(1, "message.created", {"n": 1})])


async def _closed_and_begun_again(store: RedisStore) -> None:
    for n in (1, 2):
        await store.enqueue(CLOSED, line(f"c-{n}"))
        lease = await only(store)
        await _decide(
            store,
            lease,
            conversation(lease.id, holder=Resolved(Actor("person", "ana"), 1, "person:ana", None)),
            closes=n == 1,
        )
        assert await store.unlease(lease)


async def _dead_letters(store: RedisStore) -> None:
    await store.enqueue(DEAD, line("d-1"))
    lease = await only(store)
    await _decide(store, lease, conversation(DEAD.id), rows=(speech("dead|1|0"),))
    await store.bury(lease, lease.lanes["customer"][0], "channel archived")
    await store.enqueue(DEAD, Mail("d-2", Noted("ana", "x")))
    await store.refresh(lease)
    await store.park(lease, lease.mails[0], "boom", Commit(lease.mails[0], conversation(DEAD.id)))
    assert await store.unlease(lease)


async def _workspace(store: RedisStore) -> None:
    versions = ConfigVersions(store.calls, store.workspace)
    assert [await versions.remember(text) for text in ("version: 1", "version: 1 # new")] == ["v1", "v2"]
    await store.set_duty("ben", "away", CLOCK_MS * 2)
    await store.set_paused(True, "ana")
    assert await store.spend_once("a login link")
    for n in range(1200):  # more than one page
        await store.emit(f"e-{n}", "conversation.created", {"n": n})
    await store.keep_case(HELD.id, KeepCase(("hello",), "team:general", "team:billing", "ana", 1_000))


async def seen(store: RedisStore) -> dict[str, Any]:
    """All that ports and commands tell of it, but for the time."""
    facts: dict[str, Any] = {}
    ids = sorted({key.rest async for key in keys(store.calls, "{*}:c:*") if key.kind == "c" and key.shard is not None})
    for id in ids:
        record = await store.read(id)
        assert record is not None
        facts[id] = (record.conversation, record.version, record.lines, record.journal, record.pending, record.number)
        facts[f"place of {id}"] = await store.glance(record.place)
    for thread in THREADS:
        desk = f"77.{thread.id[-1]}"
        facts[f"address {desk}"] = await store.address("slack", "T1", "T1.DESK", desk)
    letters = await store.dead_letters()
    facts["dead letters"] = [(one.conversation, one.what, one.error, one.record, one.at_ms) for one in letters]
    facts["outcome"] = await store.outcome(HELD.id, "h-2", wait_s=0)
    facts["memory"] = await store.calls.call("HGETALL", f"{store.tag(store.shard(HELD))}:k:{HELD.id}")
    facts["duty"], facts["paused"] = await store.duty(), await store.paused()
    facts["lists"] = await store.find(state=None, team=None, holder=None, customer=None)
    facts["cases"] = await store.cases()
    facts["versions"] = [await ConfigVersions(store.calls, store.workspace).get(name) for name in ("v1", "v2")]
    facts["due"] = await store.next_due_ms()
    facts["feed"] = []
    async for told in store.feed(None):
        facts["feed"].append(told)
        if len(facts["feed"]) == 1201:
            break
    return facts


async def kinds_held(store: RedisStore) -> set[str]:
    """Every kind of key that is there, as `{tag}:kind` with one tag for all shards and workspaces."""
    return {f"{_family(key.tag)}:{key.kind}" async for key in keys(store.calls)}


def kinds_known() -> set[str]:
    return {f"{_family(tag)}:{kind}" for tag in ("1", "w:local", "meta", "clock") for kind in kinds(tag)}


def of_shards_and_workspaces() -> set[str]:
    return {*kinds("1"), *kinds("w:local")}


def _family(tag: str) -> str:
    return "{s}" if tag.isdigit() else "{w}" if tag.startswith("w:") else f"{{{tag}}}"


async def backed_up(store: RedisStore, path: Path) -> int:
    return await backup(store, path, datetime(2026, 3, 28, tzinfo=UTC), lambda done, total: None)


async def restored(store: RedisStore, path: Path, tell: Tell = lambda done, total: None) -> None:
    await restore(store, path, tell)


async def put(store: RedisStore, records: list[Record], path: Path) -> None:
    """Restore these, as if a file of them had been written."""
    with Writer(path) as archive:
        archive.add([HEADER, {"schema": store.schema, "shards": store.shards, "at": "", "conversations": 0}])
        for record in records:
            archive.add(record)
        archive.add([END, dict(Counter(record[0] for record in records))])
    await restored(store, path)
