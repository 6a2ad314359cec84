"""The leases of a process that is gone: taken from the dead at once, never from anybody of whom that is not known."""

import socket
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from structlog.testing import capture_logs

from bot.store.core import new_owner
from bot.store.gone import NEWCOMER_S, SPARED_S, Presence
from bot.store.redis import RedisStore
from handlers.ports import LeaseLost
from handlers.values import Lease, Place
from tests.contracts.conftest import OpenStore
from tests.contracts.samples import PLACE, begun, decide, eventually, line, only, speech
from tests.redis_servers import PrivateServer

LEASE_S = 60.0
QUIET_S = 10.0
STALE_S = 30.0  # a lease of so long looks as one of LEASE_S does that was prolonged half a minute ago
pytestmark = pytest.mark.anyio


def judge(store: RedisStore) -> RedisStore:
    """One that knows the others for long enough, and looks every time."""
    store.quiet_s, store.newcomer_s, store.spared_s = QUIET_S, 0.0, 0.0
    return store


async def leave(store: RedisStore, *, seen_by: RedisStore) -> None:
    """As when it is killed: its connections are closed. Until the servers have noticed."""
    await store.close()

    async def noticed() -> bool:
        listings = await seen_by.calls.everywhere("CLIENT", "LIST")
        return not any(f" name={store.owner} ".encode() in listing for listing in listings)

    await eventually(noticed)


async def another(store: RedisStore) -> Lease:
    """A lease on a conversation of another shard of the same server."""

    async def server(place: Place) -> str:
        return await store.calls.node_of(store.tag(store.shard(place)))

    numbers = count()
    beside = PLACE
    while store.shard(beside) == store.shard(PLACE) or await server(beside) != await server(PLACE):
        beside = Place(f"beside-{next(numbers)}")
    await store.enqueue(beside, line())
    return await only(store)


async def test_what_a_dead_process_held_is_ready_long_before_its_leases_end(open_store: OpenStore) -> None:
    """What it prolonged right before its end too."""
    dying = open_store(lease_s=STALE_S)
    async with judge(open_store(lease_s=LEASE_S)) as living:
        await dying.open()
        await begun(dying)
        dying.lease_s = LEASE_S
        just_taken = await another(dying)
        await leave(dying, seen_by=living)

        with capture_logs() as logs:
            reaped = await living.reap()

        assert reaped == 2
        assert {lease.id for lease in await living.lease(10)} == {PLACE.id, just_taken.id}
    assert [(entry["owner"], entry["count"]) for entry in logs if entry["event"].startswith("leases.")] == [
        (dying.owner, 2)
    ]


async def test_one_that_beat_a_moment_ago_is_not_judged_yet(open_store: OpenStore) -> None:
    """It may be about to come back."""
    cut = open_store(lease_s=LEASE_S)
    async with judge(open_store(lease_s=LEASE_S)) as living:
        await cut.open()
        await begun(cut)
        await leave(cut, seen_by=living)

        assert await living.reap() == 0


async def test_one_that_is_quiet_and_connected_keeps_its_leases(open_store: OpenStore) -> None:
    async with open_store(lease_s=STALE_S) as quiet, judge(open_store(lease_s=LEASE_S)) as living:
        lease = await begun(quiet)

        assert [await living.reap() for _ in range(3)] == [0, 0, 0]
        assert await quiet.beat([lease]) == (set(), set())


async def test_one_that_lives_and_was_cut_off_loses_its_leases_and_can_write_nothing(open_store: OpenStore) -> None:
    async with open_store(lease_s=STALE_S) as cut, judge(open_store(lease_s=LEASE_S)) as living:
        lease = await begun(cut, rows=(speech("k-1"), speech("k-2")))
        row, waiting = lease.lanes["customer"]
        await cut.mark(lease, row)
        await cut.enqueue(PLACE, line("m-2"))
        await cut.refresh(lease)
        await living.calls.everywhere("CLIENT", "KILL", "TYPE", "normal")

        assert await living.reap() == 1
        found = await only(living)

        with pytest.raises(LeaseLost):
            await decide(cut, lease)
        with pytest.raises(LeaseLost):
            await cut.mark(lease, waiting)
        assert [(one.row.key, one.marked_by) for one in found.lanes["customer"]] == [("k-1", cut.owner), ("k-2", "")]


async def test_who_has_only_just_connected_judges_nobody(open_store: OpenStore) -> None:
    dying = open_store(lease_s=STALE_S)
    newcomer = judge(open_store(lease_s=LEASE_S))
    newcomer.newcomer_s = 3_600.0
    async with newcomer:
        await dying.open()
        await begun(dying)
        await leave(dying, seen_by=newcomer)

        assert await newcomer.reap() == 0


class CutWhileAsking(RedisStore):
    """Its own connection breaks right before it asks who is connected."""

    async def _names_connected(self, at: str) -> set[str] | None:
        await self.calls.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no", at=at)
        return await super()._names_connected(at)


async def test_an_answer_over_another_connection_than_before_is_believed_by_nobody(server: PrivateServer) -> None:
    """Everybody was cut off, and who is not back in that moment may live."""
    dying = RedisStore(server.url, lease_s=STALE_S)
    async with judge(CutWhileAsking(server.url, lease_s=LEASE_S)) as living:
        await dying.open()
        await begun(dying)
        await leave(dying, seen_by=living)

        assert await living.reap() == 0


async def test_where_the_own_name_is_not_seen_nobody_is_judged(open_store: OpenStore) -> None:
    """Something stands in between, and others' names may be as little true. It is said once."""
    dying = open_store(lease_s=STALE_S)
    async with judge(open_store(lease_s=LEASE_S)) as living:
        await dying.open()
        await begun(dying)
        await leave(dying, seen_by=living)
        await living.calls.everywhere("CLIENT", "SETNAME", "proxy")

        with capture_logs() as logs:
            reaped = [await living.reap() for _ in range(3)]

    assert reaped == [0, 0, 0]
    assert [entry["reason"] for entry in logs] == ["this process is not among them"]


@pytest.fixture
def limited(server: PrivateServer) -> Iterator[Callable[[str], str]]:
    """The URL of a user who may do everything but that."""

    def without(command: str) -> str:
        assert server.command("ACL", "SETUSER", "mia", "on", ">secret", "~*", "&*", "+@all", f"-{command}") == b"+OK"
        return f"unix://mia@{server.socket}?password=secret"

    yield without
    server.command("ACL", "DELUSER", "mia")


@pytest.mark.parametrize(
    ("forbidden", "reason"),
    [("client|list", "client|list"), ("client|setname", "not among them"), ("client", "client|list")],
)
async def test_where_the_server_does_not_tell_leases_run_out_and_it_is_said_once(
    server: PrivateServer, limited: Callable[[str], str], forbidden: str, reason: str
) -> None:
    dying = RedisStore(server.url, lease_s=STALE_S)
    async with RedisStore(server.url) as other, judge(RedisStore(limited(forbidden), lease_s=LEASE_S)) as living:
        await dying.open()
        await begun(dying)
        await leave(dying, seen_by=other)

        with capture_logs() as logs:
            reaped = [await living.reap() for _ in range(3)]

    assert reaped == [0, 0, 0]
    assert [entry["event"] for entry in logs] == ["store.connections_hidden"]
    assert reason in logs[0]["reason"]


async def test_while_all_prolong_their_leases_nothing_more_is_asked(open_store: OpenStore) -> None:
    async with open_store(lease_s=LEASE_S) as busy, judge(open_store(lease_s=LEASE_S)) as living:
        await living.reap()

        before = living.calls.sent
        await living.reap()
        idle = living.calls.sent - before
        await begun(busy)
        before = living.calls.sent
        await living.reap()

        assert living.calls.sent - before == idle


async def test_a_host_may_have_any_name(server: PrivateServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis takes no spaces in the name of a connection, and nothing but ASCII."""
    monkeypatch.setattr(socket, "gethostname", lambda: "mia's büro")
    owner = new_owner()

    async with RedisStore(server.url, owner=owner) as store:
        listing = await store.calls.call("CLIENT", "LIST")

    assert f" name={owner} ".encode() in listing


# ---- one process's watch over one server -----------------------------------------------------------------------------


def test_over_another_connection_everybody_is_given_time_to_come_back() -> None:
    presence = Presence()
    presence.look(1, 0.0)

    at_first = presence.suspects({"dead"}, NEWCOMER_S - 1)
    later = presence.suspects({"dead"}, NEWCOMER_S)
    presence.look(2, 100.0)
    after_a_cut = presence.suspects({"dead"}, 100.0 + NEWCOMER_S - 1)
    presence.look(2, 100.0 + NEWCOMER_S)
    in_the_end = presence.suspects({"dead"}, 100.0 + NEWCOMER_S)

    assert (at_first, later, after_a_cut, in_the_end) == (set(), {"dead"}, set(), {"dead"})


def test_one_that_stands_still_is_looked_for_now_and_then() -> None:
    presence = Presence()
    presence.look(1, -NEWCOMER_S)
    presence.spare({"stopped"}, 0.0)

    meanwhile = presence.suspects({"stopped", "dead"}, SPARED_S - 0.1)
    afterwards = presence.suspects({"stopped", "dead"}, SPARED_S)

    assert (meanwhile, afterwards) == ({"dead"}, {"stopped", "dead"})
