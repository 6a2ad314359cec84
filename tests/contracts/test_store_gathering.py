"""What may wait for company waits only where there is much of it, and one that is refused spoils no other."""

import asyncio

import pytest
from redis.exceptions import ResponseError

from bot.store.gathering import AT_ONCE, MANY, Gathering
from handlers.ports import Unavailable

pytestmark = pytest.mark.anyio


class Server:
    """Answers with the tenfold; a negative number is refused, zero means that it is away."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    async def send(self, numbers: list[int]) -> list[int]:
        self.asked.append(numbers)
        if 0 in numbers:
            raise Unavailable("away")
        if min(numbers) < 0:
            raise ResponseError("no")
        return [10 * number for number in numbers]


async def test_one_alone_leaves_at_once_and_what_is_asked_together_leaves_together() -> None:
    server = Server()
    gathering = Gathering(server.send)

    alone = await gathering.ask(1)
    together = await asyncio.gather(*map(gathering.ask, (2, 3, 4)))

    assert (alone, together) == (10, [20, 30, 40])
    assert server.asked == [[1], [2, 3, 4]]


async def test_where_many_were_asked_lately_the_next_wait_for_company() -> None:
    server = Server()
    gathering = Gathering(server.send)
    for number in range(1, MANY + 1):
        await gathering.ask(number)

    first = gathering.ask(100)
    await asyncio.sleep(0)  # others come later, not in the same turn of the loop
    answers = await asyncio.gather(first, gathering.ask(200))

    assert answers == [1000, 2000]
    assert server.asked[MANY:] == [[100, 200]]


async def test_more_than_one_call_holds_leave_in_several() -> None:
    server = Server()
    gathering = Gathering(server.send)

    answers = await asyncio.gather(*map(gathering.ask, range(1, AT_ONCE + 3)))

    assert answers == [10 * number for number in range(1, AT_ONCE + 3)]
    assert list(map(len, server.asked)) == [AT_ONCE, 2]


async def test_one_that_is_refused_spoils_no_other() -> None:
    server = Server()
    gathering = Gathering(server.send)

    answers = await asyncio.gather(*map(gathering.ask, (1, -2, 3)), return_exceptions=True)

    assert (answers[0], answers[2]) == (10, 30)
    assert isinstance(answers[1], ResponseError)


async def test_a_server_that_is_away_is_told_to_everybody_who_waits_and_the_next_try_again() -> None:
    server = Server()
    gathering = Gathering(server.send)

    answers = await asyncio.gather(*map(gathering.ask, (0, 1)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    assert await gathering.ask(5) == 50


async def test_closing_waits_for_what_is_under_way_and_a_caller_may_go() -> None:
    server = Server()
    gathering = Gathering(server.send)
    left = asyncio.ensure_future(gathering.ask(1))
    stays = gathering.ask(2)
    left.cancel()

    await gathering.close()

    assert await stays == 20
    assert left.cancelled()
