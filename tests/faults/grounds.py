"""Where the torture happens: one server behind misbehaving wires, sentinels, a cluster. Each knows its own faults."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from tests.faults.proxy import Proxy
from tests.redis_servers import SERVERS, SLOTS, PrivateCluster, PrivateSentinels, PrivateServer

HEALED_WITHIN_S = 40.0


class Ground(Protocol):
    """A store that things happen to. `wire` is an address for one process; `fault` does the next bad thing, waits until
    it has healed where somebody must heal it, and names it."""

    name: str

    @property
    def done(self) -> Counter[str]: ...
    def start(self) -> None: ...
    def wire(self) -> str: ...
    async def fault(self, chance: random.Random) -> None: ...
    def remove(self) -> None: ...


class Plain:
    """One server that writes every command to disk before it answers, killed and started again; and bad wires."""

    name = "one server"

    def __init__(self) -> None:
        self.server = PrivateServer(SERVERS["redis"], options=("--appendfsync", "always"))
        self._proxies: list[Proxy] = []
        self._killed = 0

    @property
    def done(self) -> Counter[str]:
        wires = sum((proxy.faults for proxy in self._proxies), Counter[str]())
        return Counter({"server killed": self._killed}) + Counter({f"wire {name}": n for name, n in wires.items()})

    def start(self) -> None:
        self.server.start()

    def wire(self) -> str:
        proxy = Proxy(self.server.url)
        proxy.__enter__()
        self._proxies.append(proxy)
        return proxy.url

    async def fault(self, chance: random.Random) -> None:
        proxy = chance.choice(self._proxies)
        match chance.randrange(6):
            case 0:
                self.server.kill()
                await asyncio.sleep(chance.uniform(0.0, 0.3))
                self.server.start()
                self._killed += 1
            case 1 | 2:
                proxy.cut()
            case 3 | 4:
                proxy.swallow()
            case _:
                proxy.stall(chance.uniform(0.1, 2.0))

    def remove(self) -> None:
        for proxy in self._proxies:
            proxy.__exit__(None, None, None)
        self.server.remove()


class Sentinels:
    """A master with two replicas and three sentinels: the master dies and comes back as a replica."""

    name = "sentinels"

    def __init__(self) -> None:
        self.servers = PrivateSentinels(SERVERS["redis"])
        self.done: Counter[str] = Counter()

    def start(self) -> None:
        self.servers.start()

    def wire(self) -> str:
        return self.servers.url

    async def fault(self, chance: random.Random) -> None:
        master = self.servers.master()
        if chance.random() < 0.7:
            master.command("CLIENT", "KILL", "TYPE", "normal")
            self.done["all connections cut"] += 1
            return
        master.kill()
        await healed(lambda: self.servers.master() is not master)
        master.start()
        await healed(self.servers.whole)
        self.done["failover"] += 1

    def remove(self) -> None:
        self.servers.remove()


class Cluster:
    """Three primaries with a replica each: slots move, primaries die and come back as replicas."""

    name = "cluster of six"

    def __init__(self) -> None:
        self.nodes = PrivateCluster(SERVERS["redis"], replicas=1)
        self.done: Counter[str] = Counter()

    def start(self) -> None:
        self.nodes.start()

    def wire(self) -> str:
        return self.nodes.url

    async def fault(self, chance: random.Random) -> None:
        primaries = [node for node in self.nodes.nodes if self.nodes.is_primary(node)]
        node, other = chance.sample(primaries, 2)
        match chance.randrange(6):
            case 0:
                node.kill()
                await healed(lambda: self.nodes.healthy())
                node.start()
                await healed(lambda: self.nodes.healthy() and self.nodes.followed())
                self.done["failover"] += 1
            case 1 | 2:
                await move_slot(self.nodes, chance.choice(used_slots(node)), node, other)
                self.done["slot moved"] += 1
            case _:
                node.command("CLIENT", "KILL", "TYPE", "normal")
                self.done["all connections cut"] += 1

    def remove(self) -> None:
        self.nodes.remove()


async def healed(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(HEALED_WITHIN_S):
        while not done():
            await asyncio.sleep(0.05)


def used_slots(node: PrivateServer) -> Sequence[int]:
    """The slots of this node in which something lies; the first of its slots if nothing does."""
    spans = PrivateCluster.spans_of(node)
    mine = [slot for first, last in spans for slot in range(first, last + 1)]
    keys = (node.lines("CLUSTER", "GETKEYSINSLOT", str(slot), "1")[:2] for slot in mine[:: max(1, SLOTS // 2048)])
    return [slot for slot, found in zip(mine[:: max(1, SLOTS // 2048)], keys, strict=True) if found != b"*0"] or mine[
        :1
    ]


async def move_slot(cluster: PrivateCluster, slot: int, source: PrivateServer, target: PrivateServer) -> None:
    """A slot from one node to another, key by key, as `redis-cli --cluster reshard` does."""
    theirs, ours = cluster.id_of(source), cluster.id_of(target)
    assert target.command("CLUSTER", "SETSLOT", str(slot), "IMPORTING", theirs) == b"+OK"
    assert source.command("CLUSTER", "SETSLOT", str(slot), "MIGRATING", ours) == b"+OK"
    while True:
        reply = source.lines("CLUSTER", "GETKEYSINSLOT", str(slot), "1").split(b"\r\n")
        if reply[0] == b"*0":
            break
        key = reply[2].decode()
        assert source.command("MIGRATE", "127.0.0.1", str(target.port), key, "0", "2000") in (b"+OK", b"+NOKEY")
        await asyncio.sleep(0.005)
    for node in (target, source):
        assert node.command("CLUSTER", "SETSLOT", str(slot), "NODE", ours) == b"+OK"
