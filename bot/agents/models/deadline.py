"""A time-out for many short waits of one task, with one timer for all of them.

`asyncio.timeout` must not be open across a `yield`, because the time that a stream's reader takes is not the model's;
one for each chunk cost more than reading the chunk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class Deadline:
    """Waits end with TimeoutError at `when`, a time of the running loop. Call `close` when there are no more."""

    def __init__(self, when: float) -> None:
        self._over = False
        self._waiting: asyncio.Task[Any] | None = None
        self._timer = asyncio.get_running_loop().call_at(when, self._ring)

    def passed(self) -> bool:
        return self._over

    def close(self) -> None:
        self._timer.cancel()

    def _ring(self) -> None:
        self._over = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def wait(self, work: Awaitable[T]) -> T:
        """The result of the work, unless the deadline comes first."""
        if self.passed():
            # Whatever is there already may be had: it was sent in time.
            async with asyncio.timeout(0):
                return await work
        task = asyncio.current_task()
        assert task is not None
        cancelled_before = task.cancelling()
        self._waiting = task
        try:
            return await work
        except asyncio.CancelledError:
            # As asyncio.timeout does: a cancellation that is not the timer's goes on.
            if self.passed() and task.uncancel() <= cancelled_before:
                raise TimeoutError from None
            raise
        finally:
            self._waiting = None
