"""With a replica, an event is acknowledged once the replica has it."""

import signal
from collections.abc import AsyncIterator

import pytest

from bot.store.redis import RedisStore
from bot.store.replication import ALONE, Replications
from handlers.ports import Unavailable
from handlers.values import Enqueued, Mail
from tests.contracts.samples import PLACE, line
from tests.redis_servers import SERVERS, PrivateServer, until

pytestmark = pytest.mark.anyio


@pytest.fixture(params=sorted(SERVERS))
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[tuple[PrivateServer, PrivateServer]]:
    """A server and a replica that follows it."""
    with PrivateServer(SERVERS[request.param], listens=True) as main, PrivateServer(SERVERS[request.param]) as replica:
        replica.command("REPLICAOF", "127.0.0.1", str(main.port))
        until(lambda: b"state=online" in main.lines("INFO", "replication"), "the replica being up to date")
        yield main, replica


async def accept(store: RedisStore, mail: Mail) -> Enqueued:
    """As a sender does: sent again until it is acknowledged (a busy machine may take more than half a second)."""
    for _ in range(20):
        try:
            return await store.enqueue(PLACE, mail)
        except Unavailable:
            continue
    raise AssertionError("never acknowledged")


async def test_an_acknowledged_event_is_on_the_replica(pair: tuple[PrivateServer, PrivateServer]) -> None:
    main, replica = pair
    async with RedisStore(main.url) as store:
        await accept(store, line("m-1", "hello"))

        place = f"{store.tag(store.shard(PLACE))}:m:{PLACE.id}"

    assert replica.command("EXISTS", place) == b":1"


async def test_an_event_that_no_replica_confirms_is_not_acknowledged_and_counts_once_when_sent_again(
    pair: tuple[PrivateServer, PrivateServer],
) -> None:
    main, replica = pair
    assert replica.process is not None
    async with RedisStore(main.url) as store:
        await accept(store, line("m-1", "hello"))
        replica.process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(Unavailable):
                await store.enqueue(PLACE, line("m-2", "are you there?"))
        finally:
            replica.process.send_signal(signal.SIGCONT)

        again = await accept(store, line("m-2", "are you there?"))

    assert (again.seq, again.duplicate) == (2, True)


async def test_without_its_last_replica_the_store_goes_on_alone_and_says_so(
    pair: tuple[PrivateServer, PrivateServer],
) -> None:
    main, replica = pair
    async with RedisStore(main.url) as store:
        store.replications = Replications(patience_s=0, look_every_s=0)
        await accept(store, line("m-1", "hello"))
        replica.kill()
        while b"connected_slaves:0" not in await store.calls.call("INFO", "replication"):
            pass

        accepted = await store.enqueue(PLACE, line("m-2", "still there?"))

        assert accepted.seq == 2
        assert store.replications.alone == [""]
        assert await store.calls.call("EXISTS", ALONE)  # for baton doctor, which is another process
