"""A store that comes back without its last seconds makes nobody say anything twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot.delivery import Delivery
from bot.store.places import place_of
from handlers.values import Mail, QueuedRow
from routing.events import MessageReceived
from tests.faults.test_delivery import ANSWER, QUESTION, Chat, chat
from tests.redis_servers import SAFE, SERVERS, PrivateServer

THREADS = [f"slack.T1.C{n}.100" for n in range(12)]
HOLDING = "Passing you to General."
pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[PrivateServer]:
    """One product is enough here, where each test takes seconds: the contract tests run on all of them."""
    with PrivateServer(next(iter(SERVERS.values())), options=SAFE) as running:
        yield running


async def ask(desk: Chat, threads: Sequence[str] = tuple(THREADS)) -> None:
    """They ask, or are heard again: a platform sends what was not acknowledged once more, under the same id."""
    for thread in threads:
        await desk.baton.store.enqueue(place_of(thread), Mail(f"m-{thread}", MessageReceived(0, "U1", QUESTION, 0)))


async def forgotten(server: PrivateServer, folder: Path, seed: int) -> None:
    """The store forgets what came after some moment between the first question and the last answer."""
    chance = random.Random(seed)
    # The store that comes back may still know of leases that were given back since: their end is waited for.
    async with chat(server.url, folder, lease_s=2.0) as desk:
        half = len(THREADS) // 2
        posted = chance.randrange(0, half)
        await ask(desk, THREADS[:half])
        await desk.until(lambda: len(desk.recorder.posts) >= posted)
        server.copy_data(folder / "copy")
        await ask(desk, THREADS[half:])
        await desk.until(lambda: len(desk.recorder.posts) == len(THREADS))

        await asyncio.to_thread(server.forget, folder / "copy")
        await ask(desk)
        await desk.until(lambda: desk.baton.store.in_doubt_since_ms() is not None)
        await desk.quiet()

    said = [Counter(desk.recorder.texts(thread)) for thread in THREADS]
    # Who is heard again while it is certain that something is lost gets people. How many that are is open.
    assert [one[ANSWER] for one in said] == [1] * len(THREADS)
    assert {text for one in said for text in one} <= {ANSWER, HOLDING}
    assert max(one[HOLDING] for one in said) <= 1
    assert max(Counter(post["key"] for post in desk.recorder.posts).values()) == 1
    assert desk.recorder.look_ups


@pytest.mark.parametrize("seed", range(1))
async def test_nothing_is_posted_twice_when_the_store_forgets_what_it_was_told(
    server: PrivateServer, tmp_path: Path, seed: int
) -> None:
    """ENGINE 7."""
    await forgotten(server, tmp_path, seed)


async def test_a_row_that_is_assumed_unsent_in_a_new_generation_is_noticed(
    server: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted bug of that name (ENGINE 3)."""

    async def believes(delivery: Delivery, row: QueuedRow, since_ms: int) -> bool:
        return False

    monkeypatch.setattr(Delivery, "_was_sent", believes)

    with pytest.raises(AssertionError, match=r"(\[|, )2\b|2 != 1"):
        await forgotten(server, tmp_path, seed=1)
