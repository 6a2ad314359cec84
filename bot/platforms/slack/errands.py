"""What is done after Slack was acknowledged: lines to one person, modals, a look for an address that is late.

Each errand has a parent and an end, and none is written down: a process that dies takes its errands with it. At most
some hundred run at once and further ones are dropped, so that they never hold up what customers write.
"""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Final, Self

import structlog

log = structlog.get_logger("baton.slack")

MOST: Final = 500
LONGEST_S: Final = 30.0
GRACE_S: Final = 2.0


class Errands:
    """`async with Errands() as errands`: on leaving, the running ones get two seconds, then they are cancelled."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._group = asyncio.TaskGroup()
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        group, self._group = self._group, None
        assert group is not None
        try:
            if self._running:
                await asyncio.wait(self._running, timeout=GRACE_S)
        finally:
            for task in self._running:
                task.cancel()
            await group.__aexit__(kind, error, trace)

    def run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Never raises. What goes wrong is logged."""
        if self._group is None or len(self._running) >= MOST:
            work.close()
            log.warning("slack.errand_dropped", errand=name, running=len(self._running))
            return
        task = self._group.create_task(self._bounded(work, name), name=f"slack {name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def keep(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """A task beside the errands for as long as they live; whoever starts it cancels it. It may not raise."""
        assert self._group is not None
        return self._group.create_task(work, name=f"slack {name}")

    async def _bounded(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            async with asyncio.timeout(LONGEST_S):
                await work
        except Exception as error:
            # One line that could not be said must not end the others; nobody waits for it.
            log.warning("slack.errand_failed", errand=name, error=type(error).__name__, detail=str(error)[:200])
