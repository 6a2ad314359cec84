"""What holds up the event loop is measured and named."""

import asyncio
import time

import pytest
from prometheus_client import CollectorRegistry

from bot.observe.lag import LoopLag

pytestmark = pytest.mark.anyio

PATIENCE_S = 30.0


def held_up_until_told(lag: LoopLag) -> None:
    """Keeps the loop, as a slow computation would."""
    deadline = time.monotonic() + PATIENCE_S
    while not lag.told and time.monotonic() < deadline:
        pass


async def test_work_that_holds_up_the_loop_is_measured_and_named() -> None:
    registry = CollectorRegistry()
    lag = LoopLag(too_late_s=0.02, period_s=0.005)
    lag.register(registry)

    watching = asyncio.create_task(lag.run())
    await asyncio.sleep(0)
    held_up_until_told(lag)
    while not lag.worst_s:
        await asyncio.sleep(0)
    watching.cancel()

    assert any("held_up_until_told" in place for place in lag.told)
    assert lag.worst_s > 0.02
    assert registry.get_sample_value("baton_loop_lag_seconds_count")
    with pytest.raises(asyncio.CancelledError):
        await watching


async def test_a_loop_that_only_waits_is_not_blamed() -> None:
    lag = LoopLag(too_late_s=PATIENCE_S, period_s=0.001)

    watching = asyncio.create_task(lag.run())
    async with asyncio.timeout(PATIENCE_S):
        while lag.worst_s == 0:
            await asyncio.sleep(0)
    watching.cancel()

    assert not lag.told
    with pytest.raises(asyncio.CancelledError):
        await watching
