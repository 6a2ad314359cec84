"""One timer for many waits: it ends the wait that is under way, and tells its own cancellation from another's."""

import asyncio

import pytest

from bot.agents.models.deadline import Deadline

pytestmark = pytest.mark.anyio


def now() -> float:
    return asyncio.get_running_loop().time()


async def never() -> None:
    await asyncio.Event().wait()


async def at_once() -> str:
    return "there"


async def test_waits_end_when_the_time_is_over() -> None:
    deadline = Deadline(now() + 0.01)

    assert await deadline.wait(at_once()) == "there"
    with pytest.raises(TimeoutError):
        await deadline.wait(never())

    task = asyncio.current_task()
    assert task is not None and task.cancelling() == 0


async def test_between_two_waits_nobody_is_disturbed_and_the_next_one_ends_at_once() -> None:
    deadline = Deadline(now())
    while not deadline.passed():
        await asyncio.sleep(0)

    assert await deadline.wait(at_once()) == "there"
    with pytest.raises(TimeoutError):
        await deadline.wait(never())


async def test_a_cancellation_from_outside_goes_on() -> None:
    deadline = Deadline(now() + 60)
    task = asyncio.ensure_future(deadline.wait(never()))
    await asyncio.sleep(0)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    deadline.close()


async def test_both_at_once_count_as_a_cancellation() -> None:
    deadline = Deadline(now() + 60)
    task = asyncio.ensure_future(deadline.wait(never()))
    await asyncio.sleep(0)

    task.cancel()
    deadline._ring()

    with pytest.raises(asyncio.CancelledError):
        await task
    deadline.close()
