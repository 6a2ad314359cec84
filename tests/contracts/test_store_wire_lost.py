"""What becomes of calls when the server misbehaves or the connection is lost."""

import asyncio

import pytest

from bot.store import connection
from handlers.ports import Unavailable
from tests.contracts.peers import Peer, asked, calling, echoed

pytestmark = pytest.mark.anyio


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
