"""Worker processes as their parent sees them: started, asked for figures, ended; or kept alive by a supervisor."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.supervisor import Child, Program, Reap, Supervisor

from .load import ROOT

PATIENCE_S = 30.0


@dataclass(slots=True)
class Told:
    """What the workers of one measure have told: when each commit and each copy was done, by its first doer."""

    committed: dict[str, float] = field(default_factory=dict)
    copied: dict[str, float] = field(default_factory=dict)
    again: int = 0  # copies that were made although they had been made before

    def note(self, line: str) -> None:
        """One line of a worker; those that tell of neither count for nothing."""
        kind, _, rest = line.partition(" ")
        key, _, at = rest.rpartition(" ")
        if kind == "c":
            self.committed.setdefault(key, float(at))
        elif kind == "s" and self.copied.setdefault(key, float(at)) != float(at):
            self.again += 1


class WorkerProcess:
    def __init__(self, process: asyncio.subprocess.Process, told: Told) -> None:
        self._process = process
        self._told = told
        self._figures: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._ready = asyncio.Event()
        self.pid = process.pid

    async def figures(self) -> dict[str, Any]:
        """Calls, calls by name and CPU seconds since it started. Waiting for a bell is not among the calls."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"?\n")
        async with asyncio.timeout(PATIENCE_S):
            return await self._figures.get()

    async def ready(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._ready.wait()

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
                    self._ready.set()
                case "=":
                    self._figures.put_nowait(json.loads(rest))
                case _:
                    self._told.note(f"{kind} {rest}")


@asynccontextmanager
async def workers(
    url: str, count: int, told: Told, *, lease_s: float = 10.0, slowest_s: float = 0.0
) -> AsyncIterator[list[WorkerProcess]]:
    """So many worker processes, all of them ready."""
    command = _command(url, lease_s, slowest_s)
    started: list[WorkerProcess] = []
    async with asyncio.TaskGroup() as group:
        try:
            for _ in range(count):
                process = await asyncio.create_subprocess_exec(
                    *command, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
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


@asynccontextmanager
async def supervised(
    url: str, count: int, told: Told, reap: Reap, *, lease_s: float = 10.0, slowest_s: float = 0.0
) -> AsyncIterator[list[Child]]:
    """The same under Baton's own supervisor."""
    command = _command(url, lease_s, slowest_s)
    programs = [Program(f"worker-{number}", command, heard=told.note) for number in range(1, count + 1)]
    supervisor, ready = Supervisor(programs, reap), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(supervisor.run(ready.set))
        try:
            async with asyncio.timeout(PATIENCE_S):
                await ready.wait()
            yield supervisor.children
        finally:
            supervisor.stop()


def _command(url: str, lease_s: float, slowest_s: float) -> list[str]:
    options = ("--lease-s", str(lease_s), "--slowest-s", str(slowest_s))
    return [sys.executable, "-m", "bench.worker_process", url, *options]
