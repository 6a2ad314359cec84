"""Real servers for the tests: Debian's Redis and the wheel's Valkey, private, on unix sockets, one each per process,
and a small cluster of either on loopback ports."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
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

    def __init__(self, binary: Path, *, port: int = 0, options: Sequence[str] = ()) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="baton-redis-"))
        self.socket = self.folder / "redis.sock"
        self.binary = binary
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        self.arguments: Sequence[str] = (
            *(str(binary), "--port", str(port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket)),
            *("--dir", str(self.folder), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
            *("--unixsocketperm", "700", "--databases", "1", "--repl-diskless-sync-delay", "0"),
            *options,
        )

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.arguments,
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
        return self.lines(*words).split(b"\r\n", 1)[0]

    def lines(self, *words: str) -> bytes:
        """The same; the whole reply as it came, if it fits into 64 kB."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(5)
            door.connect(str(self.socket))
            door.sendall((" ".join(words) + "\r\n").encode())
            return door.recv(65536)

    def flush(self) -> None:
        assert self.command("FLUSHALL") == b"+OK"

    def kill(self) -> None:
        """As a crash would: nothing is written any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def copy_data(self, into: Path) -> None:
        """What would be on the disk if the machine lost its power now; for a server that writes before it answers."""
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(self.folder / "appendonlydir", into)

    def forget(self, copy: Path) -> None:
        """A crash after which only that older copy is left; the server runs again."""
        self.kill()
        shutil.rmtree(self.folder / "appendonlydir")
        shutil.copytree(copy, self.folder / "appendonlydir")
        self.start()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """A loopback port that nothing listens on. Low enough that 10,000 more, a cluster's bus, is a port too."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 55_000:
            return port


SLOTS = 16_384


class PrivateCluster:
    """Primaries that share the slots, each followed by `replicas` others."""

    def __init__(self, binary: Path, *, primaries: int = 3, replicas: int = 0) -> None:
        options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-announce-ip", "127.0.0.1")
        self.primaries = primaries
        self.replicas = replicas
        self.nodes = [
            PrivateServer(binary, port=free_port(), options=options) for _ in range(primaries * (1 + replicas))
        ]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        first, *others = self.nodes
        for node in others:
            self._told(first, "CLUSTER", "MEET", "127.0.0.1", str(node.port))
        share = SLOTS // self.primaries
        for n, node in enumerate(self.nodes[: self.primaries]):
            last = SLOTS - 1 if n == self.primaries - 1 else (n + 1) * share - 1
            self._told(node, "CLUSTER", "ADDSLOTSRANGE", str(n * share), str(last))
        self._until(lambda node: node.lines("CLUSTER", "NODES").count(b"connected") >= len(self.nodes))
        for n, node in enumerate(self.nodes[self.primaries :]):
            self._told(node, "CLUSTER", "REPLICATE", self.id_of(self.nodes[n % self.primaries]))
        self._until(lambda node: b"cluster_state:ok" in node.lines("CLUSTER", "INFO"))
        if self.replicas:
            self._until(
                lambda node: any(
                    word in node.lines("INFO", "replication") for word in (b"state=online", b"link_status:up")
                )
            )

    @staticmethod
    def spans_of(node: PrivateServer) -> list[tuple[int, int]]:
        """The slots that this node says it serves, as first and last."""
        mine = next(line for line in node.lines("CLUSTER", "NODES").split(b"\n") if b"myself" in line)
        spans = [part.decode() for part in mine.split()[8:] if not part.startswith(b"[")]
        return [(int(first), int(last or first)) for first, _, last in (span.partition("-") for span in spans)]

    def serves(self, node: PrivateServer, slot: int) -> bool:
        return any(first <= slot <= last for first, last in self.spans_of(node))

    def is_primary(self, node: PrivateServer) -> bool:
        return node.process is not None and b"role:master" in node.lines("INFO", "replication")

    def healthy(self) -> bool:
        """Whether every node that runs says that all slots are served."""
        running = [node for node in self.nodes if node.process is not None]
        return all(b"cluster_state:ok" in node.lines("CLUSTER", "INFO") for node in running)

    def followed(self) -> bool:
        """Whether every primary that serves slots has a replica that is up to date."""
        primaries = [node for node in self.nodes if self.is_primary(node) and self.spans_of(node)]
        return all(b"state=online" in node.lines("INFO", "replication") for node in primaries)

    def id_of(self, node: PrivateServer) -> str:
        return node.lines("CLUSTER", "MYID").split(b"\r\n")[1].decode()

    @staticmethod
    def _told(node: PrivateServer, *words: str) -> None:
        assert node.command(*words) == b"+OK", words

    def _until(self, done: Callable[[PrivateServer], bool]) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while not all(done(node) for node in self.nodes if node.process is not None):
            if time.monotonic() > deadline:
                raise RuntimeError("the cluster did not form")
            time.sleep(0.01)

    def flush(self) -> None:
        for node in self.nodes[: self.primaries]:
            node.flush()

    def remove(self) -> None:
        for node in self.nodes:
            node.remove()


class PrivateSentinels:
    """A master with replicas, and sentinels that watch it: `service` is what they call it."""

    service = "baton"

    def __init__(self, binary: Path, *, replicas: int = 2, sentinels: int = 3) -> None:
        self.servers = [PrivateServer(binary, port=free_port()) for _ in range(1 + replicas)]
        self.sentinels = [_Sentinel(binary, self.servers[0].port, self.service) for _ in range(sentinels)]

    @property
    def url(self) -> str:
        return "redis+sentinel://" + ",".join(f"127.0.0.1:{one.port}" for one in self.sentinels) + f"/{self.service}"

    def start(self) -> None:
        for server in self.servers:
            server.start()
        for replica in self.servers[1:]:
            assert replica.command("REPLICAOF", "127.0.0.1", str(self.servers[0].port)) == b"+OK"
        for sentinel in self.sentinels:
            sentinel.start()
        deadline = time.monotonic() + START_WITHIN_S
        while not self._formed():
            if time.monotonic() > deadline:
                raise RuntimeError("the sentinels did not find each other")
            time.sleep(0.05)

    def whole(self) -> bool:
        """Whether every other server follows the master."""
        return self.master().lines("INFO", "replication").count(b"state=online") == len(self.servers) - 1

    def _formed(self) -> bool:
        """Every sentinel knows the others and the replicas, and the replicas follow."""
        words = [one.lines("SENTINEL", "MASTER", self.service).split(b"\r\n") for one in self.sentinels]
        counts = [(w[w.index(b"num-slaves") + 2], w[w.index(b"num-other-sentinels") + 2]) for w in words]
        wanted = (str(len(self.servers) - 1).encode(), str(len(self.sentinels) - 1).encode())
        return self.whole() and all(count == wanted for count in counts)

    def master(self) -> PrivateServer:
        """Whom the first sentinel calls the master now."""
        port = int(self.sentinels[0].lines("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.service).split(b"\r\n")[4])
        return next(server for server in self.servers if server.port == port)

    def remove(self) -> None:
        for server in (*self.sentinels, *self.servers):
            server.remove()


class _Sentinel(PrivateServer):
    """A watcher that calls a master dead after two seconds: on a busy machine less is a failover for nothing."""

    def __init__(self, binary: Path, master_port: int, service: str) -> None:
        super().__init__(binary, port=free_port())
        config = self.folder / "sentinel.conf"
        config.write_text(
            f"sentinel monitor {service} 127.0.0.1 {master_port} 2\n"
            f"sentinel down-after-milliseconds {service} 2000\n"
            f"sentinel failover-timeout {service} 3000\n"
        )
        self.arguments = (
            *(str(binary), str(config), "--sentinel", "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--unixsocket", str(self.socket), "--dir", str(self.folder)),
        )
