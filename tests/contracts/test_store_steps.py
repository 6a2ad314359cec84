"""A server's clock that jumps fires no timer until a second worker has seen it too."""

import pytest

from bot.store.redis import RedisStore
from bot.store.steps import ALONE_S, ClockSteps

pytestmark = pytest.mark.anyio


class Monotonic:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


async def test_a_clock_that_walks_is_believed(redis_url: str) -> None:
    clock = Monotonic()
    async with RedisStore(redis_url) as store:
        steps = ClockSteps("one", monotonic=clock)

        for minute in range(5):
            clock.now_s = 1_000.0 + 60 * minute
            assert await steps.believable(store.calls, 5_000.0 + 61 * minute)


@pytest.mark.parametrize("jump_s", [3_600.0, -3_600.0])
async def test_a_step_holds_timers_until_a_second_worker_has_seen_it(redis_url: str, jump_s: float) -> None:
    clock = Monotonic()
    async with RedisStore(redis_url) as store:
        one, two = ClockSteps("one", monotonic=clock), ClockSteps("two", monotonic=clock)
        for steps in (one, two):
            assert await steps.believable(store.calls, 5_000.0)

        alone = [await one.believable(store.calls, 5_000.0 + jump_s) for _ in range(3)]
        second = await two.believable(store.calls, 5_000.0 + jump_s)
        after = await one.believable(store.calls, 5_000.0 + jump_s)

    assert alone == [False, False, False]
    assert second and after


async def test_a_worker_that_is_alone_believes_a_step_that_stays(redis_url: str) -> None:
    clock = Monotonic()
    async with RedisStore(redis_url) as store:
        steps = ClockSteps("one", monotonic=clock)
        await steps.believable(store.calls, 5_000.0)

        early = await steps.believable(store.calls, 9_000.0)
        clock.now_s += ALONE_S
        late = await steps.believable(store.calls, 9_000.0 + ALONE_S)

    assert not early
    assert late
