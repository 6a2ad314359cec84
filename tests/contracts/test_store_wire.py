"""What happens on the wire while it holds: when calls leave, how replies arrive, and bells."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio.connection import UnixDomainSocketConnection
from redis.exceptions import AskError, DataError, MovedError, NoScriptError, ResponseError

from bot.store.connection import CALLS_PER_FLIGHT, Bells, Calls
from handlers.ports import Unavailable
from tests.contracts.peers import Peer, Talk, asked, calling, echoed, serving
from tests.redis_servers import PrivateServer

pytestmark = pytest.mark.anyio


# ---- when calls leave


async def test_redis_py_keeps_its_transport_where_the_wire_takes_it(server: PrivateServer) -> None:
    line = UnixDomainSocketConnection(path=str(server.socket))
    await line.connect()  # type: ignore[no-untyped-call]
    held = getattr(getattr(line, "_writer", None), "transport", None)
    await line.disconnect()

    assert isinstance(held, asyncio.Transport), (
        "this redis-py keeps the transport of a connection elsewhere than in _writer.transport: nobody can talk to "
        "Redis until _transport_of in bot/store/wire.py finds it again"
    )


async def test_calls_of_one_tick_leave_in_one_write_and_so_do_those_of_whoever_was_answered() -> None:
    writes: list[list[str]] = []

    async def talk(peer: Peer) -> None:
        await peer.greet()
        while heard := await peer.hear():
            writes.append(heard)
            peer.say(echoed(*heard))

    async def twice(calls: Calls, word: str) -> None:
        await calls.call("ECHO", word)
        await calls.call("ECHO", word + word)

    async with calling(talk) as calls:
        await asyncio.gather(*(twice(calls, word) for word in "abcde"))

    assert writes == [["a", "b", "c", "d", "e"], ["aa", "bb", "cc", "dd", "ee"]]


async def test_what_is_called_during_a_flight_leaves_after_it_in_order() -> None:
    writes: list[list[str]] = []
    taken_off, answer = asyncio.Event(), asyncio.Event()

    async def talk(peer: Peer) -> None:
        await peer.greet()
        while heard := await peer.hear():
            writes.append(heard)
            taken_off.set()
            await answer.wait()
            peer.say(echoed(*heard))

    async with calling(talk) as calls:
        early = asked(calls, "a", "b")
        await taken_off.wait()
        late = asked(calls, "c", "d")
        answer.set()

        assert await asyncio.gather(*early, *late) == [b"a", b"b", b"c", b"d"]

    assert writes == [["a", "b"], ["c", "d"]]


async def test_a_flight_has_no_more_calls_than_it_may_have() -> None:
    words = [str(number) for number in range(2 * CALLS_PER_FLIGHT + 7)]
    flights: list[int] = []

    async def talk(peer: Peer) -> None:
        await peer.greet()
        for size in (CALLS_PER_FLIGHT, CALLS_PER_FLIGHT, 7):
            heard = await peer.hear(at_least=size)
            flights.append(len(heard))
            peer.say(echoed(*heard))

    async with calling(talk) as calls:
        replies = await asyncio.gather(*asked(calls, *words))

    assert [str(reply, "utf-8") for reply in replies] == words
    assert flights == [CALLS_PER_FLIGHT, CALLS_PER_FLIGHT, 7]


async def test_a_value_that_cannot_be_sent_fails_its_own_call_only(server: PrivateServer) -> None:
    calls = Calls(server.url)
    await calls.call("PING")

    before, none, words, after = (
        calls.call("ECHO", "before"),
        calls.call("ECHO", None),  # type: ignore[arg-type]
        calls.call("ECHO", "\ud800"),
        calls.call("ECHO", "after"),
    )

    assert (await before, await after) == (b"before", b"after")
    for failed in (none, words):
        with pytest.raises(DataError):
            await failed
    assert calls.connections == 1
    await calls.close()


async def test_a_call_that_is_under_way_or_about_to_leave_is_answered_before_the_door_is_closed() -> None:
    heard_first, closing = asyncio.Event(), asyncio.Event()

    async def talk(peer: Peer) -> None:
        await peer.greet()
        while heard := await peer.hear():
            heard_first.set()
            await closing.wait()
            peer.say(echoed(*heard))

    async with serving(talk) as url:
        calls = Calls(url)
        flying = calls.call("ECHO", "flying")
        await heard_first.wait()
        waiting = calls.call("ECHO", "waiting")
        closed = asyncio.create_task(calls.close())
        closing.set()

        await closed
        assert (flying.result(), waiting.result()) == (b"flying", b"waiting")


# ---- how replies arrive


async def test_a_reply_may_come_in_single_bytes_or_be_as_large_as_it_likes() -> None:
    large = b"x" * 3_000_000

    async def talk(peer: Peer) -> None:
        await peer.greet()
        await peer.say_in_bytes(echoed(*await peer.hear()))
        await peer.hear(at_least=2)
        peer.say(b"$%d\r\n%s\r\n:7\r\n" % (len(large), large))
        await peer.hear()

    async with calling(talk) as calls:
        assert await asyncio.gather(*asked(calls, "slow", "and slower")) == [b"slow", b"and slower"]
        assert await asyncio.gather(*asked(calls, "large", "small")) == [large, 7]


async def test_a_value_larger_than_any_buffer_arrives_whole(server: PrivateServer) -> None:
    calls = Calls(server.url)
    large = b"x" * 20_000_000

    written, length = calls.call("SET", "{n}:large", large), calls.call("STRLEN", "{n}:large")

    assert (await written, await length) == (b"OK", len(large))
    assert await calls.call("GET", "{n}:large") == large
    await calls.close()


async def test_an_error_within_an_array_is_a_value_like_others(server: PrivateServer) -> None:
    calls = Calls(server.url)

    reply = await calls.call("EVAL", "return {1, redis.error_reply('ERR of one'), {redis.error_reply('NO of it')}}", 0)

    assert reply[0] == 1
    assert [type(reply[1]), type(reply[2][0])] == [ResponseError, ResponseError]
    assert calls.connections == 1
    await calls.close()


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        ("NOSCRIPT no such script", NoScriptError),
        ("MOVED 7 127.0.0.1:7001", MovedError),
        ("ASK 7 127.0.0.1:7001", AskError),
        ("WRONGTYPE of key", ResponseError),
        ("READONLY a replica", Unavailable),
        ("OOM no memory", Unavailable),
        ("TRYAGAIN it moves", Unavailable),
        ("CLUSTERDOWN nobody serves it", Unavailable),
        ("MISCONF cannot write", Unavailable),
        ("NOREPLICAS too few", Unavailable),
    ],
)
async def test_an_error_is_raised_to_whoever_called_and_to_no_other(said: str, raised: type[Exception]) -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet()
        await peer.hear(at_least=3)
        peer.say(b"+before\r\n-%s\r\n+after\r\n" % said.encode())
        await peer.hear()

    async with calling(talk) as calls:
        before, refused, after = asked(calls, "a", "b", "c")

        with pytest.raises(raised) as error:
            await refused
        assert error.type is raised
        assert (await before, await after) == (b"before", b"after")
        assert calls.connections == 1


# ---- bells


@asynccontextmanager
async def bells_of(*talks: Talk) -> AsyncIterator[Bells]:
    async with serving(*talks) as url:
        bells = Bells(url)
        try:
            yield bells
        finally:
            await bells.close()


async def test_bells_use_one_connection_for_one_wait_after_another() -> None:
    met: list[Peer] = []

    async def talk(peer: Peer) -> None:
        met.append(peer)
        await peer.greet()
        while heard := await peer.hear():
            peer.say(b"*2\r\n" + echoed(heard[0], "token") if heard[0] != "quiet" else b"*-1\r\n")

    async with bells_of(talk) as bells:
        rung = [await bells.wait(lists, 1) for lists in (["a", "b"], ["quiet"], ["c"])]

    assert rung == ["a", None, "c"]
    assert len(met) == 1


async def test_a_bell_that_rings_late_for_one_who_has_gone_rings_for_nobody_else() -> None:
    waits, hung_up = asyncio.Event(), asyncio.Event()

    async def late(peer: Peer) -> None:
        await peer.greet()
        await peer.hear()
        waits.set()
        assert await peer.hear() == []
        hung_up.set()

    async def prompt(peer: Peer) -> None:
        await peer.greet()
        while heard := await peer.hear():
            peer.say(b"*2\r\n" + echoed(heard[0], "token"))

    async with bells_of(late, prompt) as bells:
        gone = asyncio.create_task(bells.wait(["a"], 60))
        await waits.wait()
        gone.cancel()
        await asyncio.wait((gone,))

        assert gone.cancelled()
        await hung_up.wait()
        assert await bells.wait(["b"], 1) == "b"


async def test_a_bell_whose_connection_broke_is_unavailable_once_or_not_noticed_at_all() -> None:
    async def broken(peer: Peer) -> None:
        await peer.greet()
        await peer.hear()
        peer.end()

    async def idle(peer: Peer) -> None:
        await peer.greet()
        heard = await peer.hear()
        peer.say(b"*2\r\n" + echoed(heard[0], "token"))
        peer.end()
        assert await peer.hear() == []
        left.set()

    left = asyncio.Event()
    async with bells_of(broken, idle) as bells:
        with pytest.raises(Unavailable, match="ConnectionError"):
            await bells.wait(["a"], 1)
        assert await bells.wait(["b"], 1) == "b"
        await left.wait()
        assert await bells.wait(["c"], 1) == "c"


@pytest.mark.parametrize(("said", "raised"), [("WRONGTYPE of key", ResponseError), ("OOM no memory", Unavailable)])
async def test_a_bell_that_is_refused_says_so(said: str, raised: type[Exception]) -> None:
    async def refusing(peer: Peer) -> None:
        await peer.greet()
        await peer.hear()
        peer.say(b"-%s\r\n" % said.encode())
        await peer.hear()

    async with bells_of(refusing) as bells:
        with pytest.raises(raised):
            await bells.wait(["a"], 1)
