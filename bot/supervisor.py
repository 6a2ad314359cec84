"""Several processes on one machine: they are started, what a dead one held goes on at once, and it is started again.

A supervisor and each child hold the two ends of a tether, a pair of sockets. The child says in it that it is ready.
When the supervisor's end closes, because the child is to stop or because the supervisor was killed, the child drains
and ends. The kernel closes it whatever happened, on every system, so children do not outlive their supervisor.
"""

import asyncio
import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from handlers.ports import Unavailable

from .store.core import owners_of

log = structlog.get_logger("baton.supervisor")

DRAIN_S: Final = 24.0  # a child is promised to need less than 25
STEADY_S: Final = 10.0  # one that lived for so long was well: its death counts as the first
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0  # a start takes some two seconds of a core
LAST_WORDS_S: Final = 1.0
Reap = Callable[[str], Awaitable[int]]


class Tether:
    """A child's end, the open file that `--tether` names. Once it is made the process ends with its supervisor."""

    def __init__(self, number: int) -> None:
        self._end = socket.socket(fileno=number)
        self._end.set_inheritable(False)
        # A thread, because it also has to end a process whose event loop does not run yet, or hangs.
        threading.Thread(target=self._follow, name="tether", daemon=True).start()

    def ready(self, words: str) -> None:
        """Say that this process serves. One line, which the supervisor shows to whoever started it."""
        with contextlib.suppress(OSError):  # the supervisor is gone, and this process is told so too
            self._end.sendall(f"{words}\n".encode())

    def _follow(self) -> None:
        with contextlib.suppress(OSError):  # a reset, if our words were not read
            self._end.recv(1)  # nothing is ever sent: it returns when the other end is closed
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(DRAIN_S)
        os._exit(1)


@dataclass(frozen=True, slots=True)
class Program:
    """What a child runs: `command`, to which `--tether N` is added.

    Attributes:
        inherits: files that stay open in it.
        heard: called with each line that it writes into its tether; the first says that it is ready.
    """

    name: str
    command: Sequence[str]
    inherits: Sequence[int] = ()
    heard: Callable[[str], None] = lambda _: None


class Supervisor:
    """Runs each program once, for as long as `run` runs.

    Args:
        reap: makes ready again what owners of that prefix (`host:pid:`) have leased; see the port.
        drain_s: a child that has not ended so long after it was asked to is killed.
    """

    def __init__(self, programs: Sequence[Program], reap: Reap, *, drain_s: float = DRAIN_S) -> None:
        self._stop = asyncio.Event()
        self.children = [Child(program, reap, self._stop, drain_s) for program in programs]

    def stop(self) -> None:
        """Ask all to drain; `run` returns once they have ended or were killed."""
        self._stop.set()

    async def run(self, announce: Callable[[], None]) -> int:
        """`announce` is called when all are ready. Returns the exit code: 0 if all have drained, 1 if one failed in
        that, the child's own if it ended before it was ready for the first time."""
        first, *others = self.children
        async with asyncio.TaskGroup() as group:
            # One alone first: what is wrong with the installation is said once, not by each of them.
            kept = [group.create_task(first.keep(), name=first.name)]
            await first.settled.wait()
            kept += [group.create_task(child.keep(), name=child.name) for child in others]
            for child in others:
                await child.settled.wait()
            if not self._stop.is_set():
                announce()
        return next((task.result() for task in kept if task.result()), 0)


class Child:
    """One program, kept alive.

    Attributes:
        settled: it was ready once, or never will be.
        pid: of the process that runs or was the last to run; 0 before.
    """

    def __init__(self, program: Program, reap: Reap, stop: asyncio.Event, drain_s: float) -> None:
        self.name = program.name
        self.settled = asyncio.Event()
        self.pid = 0
        self._program = program
        self._reap = reap
        self._stop = stop
        self._drain_s = drain_s

    async def keep(self) -> int:
        """Start it again whenever it ends, until `stop`; the exit code."""
        short_lives = 0
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                try:
                    code = await self._live()
                except OSError as error:  # no memory, or Python is just being replaced
                    log.error("supervisor.cannot_start", child=self.name, error=str(error))
                    code = 1
                if code > 0 and not self.settled.is_set():
                    self._stop.set()
                    return code
                if self._stop.is_set():
                    return 0 if code in (0, -signal.SIGTERM) else 1  # by the signal: it had not begun yet
                lived_s = time.monotonic() - began
                short_lives = 1 if lived_s >= STEADY_S else short_lives + 1
                again_in_s = pause_s(short_lives)
                say = log.error if again_in_s else log.warning
                say("supervisor.again", child=self.name, lived_s=round(lived_s, 1), in_s=again_in_s)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(again_in_s):
                        await self._stop.wait()
            return 0
        finally:
            self.settled.set()

    async def _live(self) -> int:
        """From its start to its end; the exit code, negative for a signal. What it held is ready again then."""
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        process: asyncio.subprocess.Process | None = None
        try:
            # Its input and its session are its own: a Ctrl-C in the terminal is for the supervisor, which passes it on.
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *self._program.command, "--tether", str(theirs.fileno()), stdin=asyncio.subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(), *self._program.inherits), start_new_session=True,
                )  # fmt: skip
            self.pid = process.pid
            log.info("supervisor.child_started", child=self.name, pid=self.pid)
            async with asyncio.TaskGroup() as group:
                hearing = group.create_task(self._hear(reader), name=f"{self.name} speaks")
                ending = group.create_task(self._end_when_asked(process, writer), name=f"{self.name} ends")
                code = await process.wait()
                await self._give_back(process.pid, code)
                ending.cancel()
                await asyncio.wait((hearing,), timeout=LAST_WORDS_S)  # one that it forked may hold the tether on
                hearing.cancel()
        finally:
            writer.close()
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()
        return code

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        async for raw in reader:
            self.settled.set()
            self._program.heard(raw.decode(errors="replace").rstrip("\n"))

    async def _end_when_asked(self, process: asyncio.subprocess.Process, writer: asyncio.StreamWriter) -> None:
        await self._stop.wait()
        with contextlib.suppress(OSError):  # it has just ended
            writer.write_eof()
        await asyncio.sleep(self._drain_s)
        log.error("supervisor.drain_over", child=self.name, pid=process.pid, after_s=self._drain_s)
        process.kill()

    async def _give_back(self, pid: int, code: int) -> None:
        """At once: later the number may be another process's."""
        reaped: int | None = None  # the store is away; then the leases run out
        with contextlib.suppress(Unavailable):
            reaped = await self._reap(owners_of(pid))
        log.info("supervisor.child_ended", child=self.name, pid=pid, code=code, reaped=reaped)


def pause_s(short_lives: int) -> float:
    """Before it is started again, after so many short lives in a row: none at first, then each twice the one before."""
    return 0.0 if short_lives < 2 else min(FIRST_PAUSE_S * 2.0 ** min(short_lives - 2, 10), LONGEST_PAUSE_S)
