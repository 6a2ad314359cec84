"""Worker processes as their parent sees them: started, asked for figures, ended or killed."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from .load import ROOT

PATIENCE_S = 30.0


@dataclass(slots=True)
class Told:
    """What the workers of one measure have told: when each commit and each copy was done, by its first doer."""

    committed: dict[str, float] = field(default_factory=dict)
    copied: dict[str, float] = field(default_factory=dict)
    again: int = 0  # copies that were made although they had been made before


class WorkerProcess:
    def __init__(self, process: asyncio.subprocess.Process, told: Told) -> None:
        self._process = process
        self._told = told
        self._figures: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._ready = asyncio.Event()
        self.owner = ""

    async def figures(self) -> dict[str, Any]:
        """Calls, calls by name and CPU seconds since it started. Waiting for a bell is not among the calls."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"?\n")
        async with asyncio.timeout(PATIENCE_S):
            return await self._figures.get()

    async def ready(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._ready.wait()

    async def kill(self) -> None:
        """As a crash would. Returns when the parent has been told by the kernel."""
        self._process.kill()
        await self._process.wait()

    async def end(self) -> None:
        if self._process.returncode is not None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def listen(self) -> None:
        """Until its output ends."""
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            kind, _, rest = raw.decode().strip().partition(" ")
            match kind:
                case "ready":
                    self.owner = rest
                    self._ready.set()
                case "=":
                    self._figures.put_nowait(json.loads(rest))
                case "c" | "s":
                    key, _, at = rest.rpartition(" ")
                    self._note(kind, key, float(at))

    def _note(self, kind: str, key: str, at: float) -> None:
        if kind == "c":
            self._told.committed.setdefault(key, at)
        elif self._told.copied.setdefault(key, at) != at:
            self._told.again += 1


@asynccontextmanager
async def workers(
    url: str, count: int, told: Told, *, lease_s: float = 10.0, slowest_s: float = 0.0
) -> AsyncIterator[list[WorkerProcess]]:
    """So many worker processes, all of them ready."""
    command = (sys.executable, "-m", "bench.worker_process", url)
    options = ("--lease-s", str(lease_s), "--slowest-s", str(slowest_s))
    started: list[WorkerProcess] = []
    async with asyncio.TaskGroup() as group:
        try:
            for _ in range(count):
                process = await asyncio.create_subprocess_exec(
                    *command, *options, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
                )
                worker = WorkerProcess(process, told)
                started.append(worker)
                group.create_task(worker.listen())
            for worker in started:
                await worker.ready()
            yield started
        finally:
            for worker in started:
                await worker.end()
