"""A store that comes back without its last seconds makes nobody say anything twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.places import place_of
from handlers.ports import Mail
from routing.events import MessageReceived
from tests.faults.test_delivery import QUESTION, Chat, answers, chat
from tests.redis_servers import SERVERS, PrivateServer

THREADS = [f"slack.T1.C{n}.100" for n in range(12)]
pytestmark = pytest.mark.anyio


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest) -> Iterator[PrivateServer]:
    running = PrivateServer(SERVERS[request.param], options=("--appendfsync", "always"))
    running.start()
    yield running
    running.remove()


async def ask(desk: Chat) -> None:
    """Everybody asks, or is heard again: a platform sends what was not acknowledged once more, under the same id."""
    for thread in THREADS:
        await desk.baton.store.enqueue(place_of(thread), Mail(f"m-{thread}", MessageReceived(0, "U1", QUESTION, 0)))


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_is_posted_twice_when_the_store_forgets_what_it_was_told(
    server: PrivateServer, tmp_path: Path, seed: int
) -> None:
    """ENGINE 7. The copy is taken at some moment between the first question and the last answer."""
    chance = random.Random(seed)
    async with chat(server.url, tmp_path) as desk:
        asking = asyncio.create_task(ask(desk))
        posted = chance.randrange(0, len(THREADS) - 1)
        await desk.until(lambda: len(desk.recorder.posts) >= posted)
        server.copy_data(tmp_path / "copy")
        await asking
        await desk.until(lambda: len(desk.recorder.posts) == len(THREADS))

        await asyncio.to_thread(server.forget, tmp_path / "copy")
        await ask(desk)
        await desk.until(lambda: desk.baton.store.in_doubt_since_ms() is not None)
        await desk.quiet()

    assert [answers(desk.recorder.texts(thread)) for thread in THREADS] == [1] * len(THREADS)
    assert max(Counter(post["key"] for post in desk.recorder.posts).values()) == 1
    assert desk.recorder.look_ups
