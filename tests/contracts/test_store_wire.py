"""What happens on the wire: when calls leave, and what becomes of them when the server misbehaves.

The servers are real ones, and small ones on a port whose every connection goes as a test says.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import hiredis
import pytest
from redis.asyncio.connection import UnixDomainSocketConnection
from redis.exceptions import AskError, DataError, MovedError, NoScriptError, ResponseError

from bot.store import connection
from bot.store.connection import CALLS_PER_FLIGHT, Bells, Calls
from handlers.ports import Unavailable
from tests.redis_servers import PrivateServer

pytestmark = pytest.mark.anyio

GREETINGS = 2  # what redis-py says on each connection, before its caller


class Peer:
    """The server's end of one connection, after the greeting."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._commands = hiredis.Reader(notEnoughData=...)
        self.greeting = b"+OK\r\n" * GREETINGS

    async def greet(self) -> None:
        for _ in range(GREETINGS):
            while self._commands.gets() is ...:
                self._commands.feed(await self._reader.read(65536))
        self.say(self.greeting)

    async def hear(self, at_least: int = 1) -> list[str]:
        """What is asked in one write: the first word after the name of each command. Empty once the client is gone."""
        heard: list[str] = []
        while len(heard) < at_least:
            data = await self._reader.read(1 << 22)
            if not data:
                break
            self._commands.feed(data)
            while (command := self._commands.gets()) is not ...:
                heard.append(str(command[1], "utf-8"))
        return heard

    def say(self, said: bytes) -> None:
        self._writer.write(said)

    async def say_in_bytes(self, said: bytes) -> None:
        for number in range(len(said)):
            self.say(said[number : number + 1])
            await asyncio.sleep(0)

    def end(self) -> None:
        """After what was said."""
        self._writer.write_eof()

    async def obey(self) -> None:
        """As an honest server does, whose every answer is what was asked."""
        await self.greet()
        while heard := await self.hear():
            self.say(echoed(*heard))


Talk = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def serving(*talks: Talk) -> AsyncIterator[str]:
    """The URL of a server whose connections go as the talks say, in turn; the last of them as often as needed."""
    left = [*talks]
    writers: list[asyncio.StreamWriter] = []

    async with asyncio.TaskGroup() as group:
        running: list[asyncio.Task[None]] = []

        def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            async def talk() -> None:
                await (left.pop(0) if len(left) > 1 else left[0])(Peer(reader, writer))

            writers.append(writer)
            running.append(group.create_task(talk()))

        server = await asyncio.start_server(met, "127.0.0.1", 0, limit=1 << 22)
        try:
            yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in running:
                task.cancel()
            for writer in writers:
                writer.transport.abort()


def echoed(*words: str) -> bytes:
    return b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)


def asked(calls: Calls, *words: str) -> "list[asyncio.Future[Any]]":
    return [calls.call("ECHO", word) for word in words]


@asynccontextmanager
async def calling(*talks: Talk) -> AsyncIterator[Calls]:
    async with serving(*talks) as url:
        calls = Calls(url, pauses_s=(0.0,) * 5)
        try:
            yield calls
        finally:
            await calls.close()


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


# ---- what is done when the connection is lost


async def test_a_cut_in_the_middle_of_a_reply_repeats_what_has_no_answer_in_order() -> None:
    again: list[str] = []

    async def cut(peer: Peer) -> None:
        await peer.greet()
        await peer.hear(at_least=5)
        peer.say(echoed("a", "b") + b"$1\r\n")
        peer.end()

    async def rest(peer: Peer) -> None:
        await peer.greet()
        again.extend(await peer.hear(at_least=3))
        peer.say(echoed(*again))
        await peer.hear()

    async with calling(cut, rest) as calls:
        assert await asyncio.gather(*asked(calls, *"abcde")) == [b"a", b"b", b"c", b"d", b"e"]
        assert (calls.connections, calls.sent) == (2, 8)

    assert again == ["c", "d", "e"]


async def test_calls_made_meanwhile_leave_after_those_that_are_repeated() -> None:
    heard: list[str] = []
    taken_off, cut_now = asyncio.Event(), asyncio.Event()

    async def cut(peer: Peer) -> None:
        await peer.greet()
        await peer.hear(at_least=2)
        taken_off.set()
        await cut_now.wait()
        peer.end()

    async def rest(peer: Peer) -> None:
        await peer.greet()
        while words := await peer.hear():
            heard.extend(words)
            peer.say(echoed(*words))

    async with calling(cut, rest) as calls:
        first = asked(calls, "a", "b")
        await taken_off.wait()
        late = asked(calls, "c", "d")
        cut_now.set()
        await asyncio.gather(*first, *late)

    assert heard == ["a", "b", "c", "d"]


async def test_a_reply_to_whoever_has_gone_is_no_other_callers_also_after_a_cut() -> None:
    async def cut(peer: Peer) -> None:
        await peer.greet()
        await peer.hear(at_least=4)
        peer.say(echoed("a"))
        peer.end()

    async with calling(cut, Peer.obey) as calls:
        a, b, c, d = asked(calls, *"abcd")
        b.cancel()

        assert (await a, await c, await d) == (b"a", b"c", b"d")


async def test_a_server_that_is_not_ready_is_asked_again_over_another_connection() -> None:
    async def loading(peer: Peer) -> None:
        await peer.greet()
        await peer.hear(at_least=2)
        peer.say(echoed("a") + b"-LOADING Redis is loading the dataset in memory\r\n")
        assert await peer.hear() == []

    async with calling(loading, Peer.obey) as calls:
        assert await asyncio.gather(*asked(calls, "a", "b")) == [b"a", b"b"]
        assert calls.connections == 2


async def test_a_server_that_hangs_up_without_reading_does_not_keep_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SOCKET_TIMEOUT_S", 60.0)

    async def deaf(peer: Peer) -> None:
        await peer.greet()
        peer.end()
        await asyncio.Event().wait()

    async with calling(deaf, Peer.obey) as calls:
        assert len(await calls.call("ECHO", "x" * 30_000_000)) == 30_000_000


async def test_a_server_that_falls_silent_is_left_and_the_calls_are_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "SOCKET_TIMEOUT_S", 0.5)

    async def silent(peer: Peer) -> None:
        await peer.greet()
        while (heard := await peer.hear())[:1] == ["a"]:
            peer.say(echoed(*heard))

    async with calling(silent, Peer.obey) as calls:
        for _ in range(100):  # silence is counted from the last of them
            assert await calls.call("ECHO", "a") == b"a"
        assert await asyncio.gather(*asked(calls, "b", "c")) == [b"b", b"c"]
        assert calls.connections > 1


@pytest.mark.parametrize("unasked", [b"+what\r\n", b"+wh"])
async def test_what_lies_unread_when_the_wire_is_taken_over_is_nobodys_reply(unasked: bytes) -> None:
    async def babbling(peer: Peer) -> None:
        peer.greeting += unasked
        await peer.greet()
        assert await peer.hear() == []

    async with calling(babbling, Peer.obey) as calls:
        assert await calls.call("ECHO", "a") == b"a"


@pytest.mark.parametrize("unasked", [b"+what\r\n", b"+wh"])
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_reply_that_nobody_asked_for_is_nobodys_reply(unasked: bytes, at_once: bool) -> None:
    answered = asyncio.Event()

    async def babbling(peer: Peer) -> None:
        await peer.greet()
        said = echoed(*await peer.hear())
        if at_once:
            peer.say(said + unasked)
        else:
            peer.say(said)
            await answered.wait()
            peer.say(unasked)
        assert await peer.hear() == []
        left.set()

    left = asyncio.Event()
    async with calling(babbling, Peer.obey) as calls:
        assert await calls.call("ECHO", "a") == b"a"
        answered.set()
        await left.wait()

        assert await calls.call("ECHO", "b") == b"b"
        assert calls.connections == 2


async def test_a_server_that_hangs_up_in_the_greeting_is_unavailable_and_no_bytes_of_it_are_kept() -> None:
    async def rude(peer: Peer) -> None:
        peer.greeting = b"+OK\r\n"
        await peer.greet()
        peer.end()

    async with calling(*[rude] * 4, Peer.obey) as calls, calling(rude) as hopeless:
        assert await calls.call("ECHO", "a") == b"a"
        with pytest.raises(Unavailable, match=r"redis://127\.0\.0\.1:\d+: ConnectionError: "):
            await hopeless.call("ECHO", "a")


async def test_whoever_is_interrupted_while_connecting_leaves_a_door_that_opens() -> None:
    waits = asyncio.Event()

    async def silent(peer: Peer) -> None:
        waits.set()

    async with calling(silent, Peer.obey) as calls:
        reply = calls.call("ECHO", "a")
        await waits.wait()
        (flight,) = (task for task in asyncio.all_tasks() if task.get_name() == "store.flight")
        flight.cancel()

        with pytest.raises(Unavailable, match="interrupted"):
            await reply
        assert await calls.call("ECHO", "b") == b"b"


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
