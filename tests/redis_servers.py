"""Real servers for the tests: Debian's Redis and the wheel's Valkey, private, on unix sockets, one each per process,
and a small cluster of either on loopback ports."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import cycle, islice
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from bot.store.embedded import bundled_binary, end_with_parent
from tests.ports import give_back, take_port

WITHIN_S = 60.0  # when a start, a reply or a new order of servers is given up; nothing that works comes near it
PORTS_TRIED = 3
# For a server that a test kills. Without it a write may lie in memory for two seconds while the disk is busy with the
# one before, although it was answered.
SAFE = ("--appendfsync", "always")


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


class DidNotStart(RuntimeError):
    """With what the server said last."""


class Private(ABC):
    """Servers nobody else talks to. They run inside `with`, or from `start` until `remove`."""

    def start(self) -> None:
        """When this raises, nothing of it runs any more."""
        try:
            self._start()
        except BaseException:
            self.remove()
            raise

    @abstractmethod
    def _start(self) -> None: ...
    @abstractmethod
    def remove(self) -> None: ...

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


class Home(Protocol):
    """Where a server runs: an address, and `inside`, while which a process that is started starts there."""

    address: str

    def inside(self) -> AbstractContextManager[None]: ...


class ThisMachine:
    address = "127.0.0.1"

    def inside(self) -> AbstractContextManager[None]:
        return nullcontext()


HERE = ThisMachine()


class PrivateServer(Private):
    """One server. `port` is 0 unless it `listens`: then on a port of its home, which it keeps once it has started.
    `environment` is beside this process's own."""

    def __init__(
        self, binary: Path, *, listens: bool = False, options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None, home: Home = HERE,
    ) -> None:  # fmt: skip
        self.folder = Path(tempfile.mkdtemp(prefix="baton-redis-"))
        self.socket = self.folder / "redis.sock"
        self.binary = binary
        self.options = options
        self.environment = environment or {}
        self.home = home
        self.port = take_port() if listens else 0
        self.process: subprocess.Popen[bytes] | None = None
        self._began = False

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def arguments(self) -> Sequence[str]:
        return (
            *("--port", str(self.port), "--bind", self.home.address, "--unixsocket", str(self.socket)),
            *("--dir", str(self.folder), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
            *("--unixsocketperm", "700", "--databases", "1", "--repl-diskless-sync-delay", "0"),
            *("--protected-mode", "no"),  # it would refuse everybody whose address is not a loopback's
            *self.options,
        )

    def _start(self) -> None:
        for tried in range(1, PORTS_TRIED + 1):
            try:
                self._run()
            except DidNotStart:
                if self._began or not self.port or tried == PORTS_TRIED:
                    raise
                # Somebody took the port, or the one of its bus, after we had looked.
                self.kill()
                give_back(self.port)
                self.port = take_port()
            else:
                self._began = True
                return

    def _run(self) -> None:
        log = self.folder / "log"
        with log.open("wb") as said, self.home.inside():
            self.process = subprocess.Popen(
                (str(self.binary), *self.arguments()),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env={**os.environ, **self.environment},
                # A test run that is killed leaves no server behind.
                preexec_fn=end_with_parent() if sys.platform == "linux" else None,
            )
        deadline = time.monotonic() + WITHIN_S
        while True:
            try:
                if self.command("PING") == b"+PONG":
                    return
            except OSError:
                pass
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise DidNotStart(f"{self.binary} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.002)

    @property
    def at(self) -> str:
        return f"{self.home.address}:{self.port}"

    def command(self, *words: str) -> bytes:
        """One command over a connection of its own; the reply's first line."""
        return self.lines(*words).split(b"\r\n", 1)[0]

    def lines(self, *words: str) -> bytes:
        """The same; the whole reply as it came, if it fits into 64 kB."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(WITHIN_S)
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
        give_back(self.port)
        shutil.rmtree(self.folder, ignore_errors=True)


def until(so: Callable[[], bool], what: str) -> None:
    """Look until it is so. Raises RuntimeError when it never is."""
    deadline = time.monotonic() + WITHIN_S
    while not so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: it never came so far")
        time.sleep(0.01)


def start_all(servers: Iterable[PrivateServer]) -> None:
    for server in servers:
        server.start()


def remove_all(servers: Iterable[PrivateServer]) -> None:
    for server in servers:
        server.remove()


SLOTS = 16_384


class PrivateCluster(Private):
    """Primaries that share the slots, each followed by `replicas` others."""

    def __init__(self, binary: Path, *, primaries: int = 3, replicas: int = 0, homes: Sequence[Home] = (HERE,)) -> None:
        """`homes`: where the nodes run, primaries first, over again when there are fewer."""
        # A node that says nothing for so long is called dead. Without replicas that helps nobody: a machine that was
        # busy for a moment would be a cluster that is down.
        dead_after_ms = "2000" if replicas else "30000"
        options = (*("--cluster-enabled", "yes", "--cluster-node-timeout", dead_after_ms),)
        self.primaries = primaries
        self.replicas = replicas
        self.nodes = [
            PrivateServer(binary, listens=True, home=home, options=(*options, "--cluster-announce-ip", home.address))
            for home in islice(cycle(homes), primaries * (1 + replicas))
        ]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(node.at for node in self.nodes)

    def _start(self) -> None:
        start_all(self.nodes)
        share = SLOTS // self.primaries
        for n, node in enumerate(self.nodes[: self.primaries]):
            last = SLOTS - 1 if n == self.primaries - 1 else (n + 1) * share - 1
            self._told(node, "CLUSTER", "ADDSLOTSRANGE", str(n * share), str(last))
        until(self._met, "the nodes of the cluster knowing each other")
        for n, node in enumerate(self.nodes[self.primaries :]):
            self._told(node, "CLUSTER", "REPLICATE", self.id_of(self.nodes[n % self.primaries]))
        until(self.healthy, "every slot of the cluster being served")
        if self.replicas:
            until(lambda: all(self._in_step(node) for node in self.nodes), "every replica being up to date")

    def _met(self) -> bool:
        """Whether every node is connected to every other. Who is not is introduced again: a greeting that is not
        answered within the node timeout is forgotten."""
        ids = {self.id_of(node).encode() for node in self.nodes}
        first, *others = self.nodes
        for node in others:
            if self.id_of(node).encode() not in self._connected(first):
                self._told(first, "CLUSTER", "MEET", *node.at.split(":"))
        return all(self._connected(node) >= ids for node in self.nodes)

    @staticmethod
    def _connected(node: PrivateServer) -> set[bytes]:
        """The nodes that this one is connected to, itself among them."""
        rows = [row.split() for row in node.lines("CLUSTER", "NODES").split(b"\n")]
        return {row[0] for row in rows if len(row) > 7 and row[7] == b"connected" and b"handshake" not in row[2]}

    @staticmethod
    def _in_step(node: PrivateServer) -> bool:
        words = node.lines("INFO", "replication")
        return b"state=online" in words or b"link_status:up" in words

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

    def flush(self) -> None:
        for node in self.nodes[: self.primaries]:
            node.flush()

    def remove(self) -> None:
        remove_all(self.nodes)


class PrivateSentinels(Private):
    """A master with replicas, and sentinels that watch it: `service` is what they call it."""

    service = "baton"

    def __init__(
        self,
        binary: Path,
        *,
        replicas: int = 2,
        sentinels: int = 3,
        homes: Sequence[Home] = (HERE,),
        watched_from: Sequence[Home] = (HERE,),
    ) -> None:
        """`homes`: where the servers run, the first master first, `watched_from` the sentinels; over again when there
        are fewer."""
        self.servers = [PrivateServer(binary, listens=True, home=home) for home in islice(cycle(homes), 1 + replicas)]
        self.sentinels = [
            _Sentinel(binary, self.servers[0], self.service, home) for home in islice(cycle(watched_from), sentinels)
        ]

    @property
    def url(self) -> str:
        return "redis+sentinel://" + ",".join(one.at for one in self.sentinels) + f"/{self.service}"

    def _start(self) -> None:
        start_all(self.servers)
        for replica in self.servers[1:]:
            assert replica.command("REPLICAOF", *self.servers[0].at.split(":")) == b"+OK"
        start_all(self.sentinels)
        until(self._formed, "the sentinels finding each other")

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
        remove_all((*self.sentinels, *self.servers))


class _Sentinel(PrivateServer):
    """A watcher that calls a master dead after two seconds: on a busy machine less is a failover for nothing."""

    def __init__(self, binary: Path, master: PrivateServer, service: str, home: Home) -> None:
        super().__init__(binary, listens=True, home=home)
        self._master = master
        self._service = service

    def arguments(self) -> Sequence[str]:
        config = self.folder / "sentinel.conf"
        if not config.exists():  # a sentinel keeps in it what it has learned
            config.write_text(
                f"sentinel monitor {self._service} {self._master.at.replace(':', ' ')} 2\n"
                f"sentinel down-after-milliseconds {self._service} 2000\n"
                f"sentinel failover-timeout {self._service} 3000\n"
            )
        return (
            *(str(config), "--sentinel", "--port", str(self.port), "--bind", self.home.address),
            *("--unixsocket", str(self.socket), "--dir", str(self.folder)),
        )
