"""The same door to a Redis Cluster: a line to each node, calls sorted by slot, redirections followed.

A slot may be on its way from one node to another while we write. Our scripts touch keys that they do not declare, and a
script that finds half of them gone would see a new conversation where an old one is. So on a cluster every script
declares two keys more of its slot: one that always exists and one that never does. Redis then refuses the script with
TRYAGAIN on both sides for as long as the slot is moving, and we ask again: nothing is ever half seen.
"""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

from redis.crc import key_slot
from redis.exceptions import AskError, MovedError, NoScriptError, ResponseError

from handlers.ports import Unavailable

from .addresses import Address, Node
from .connection import GIVE_UP_AFTER_S, Argument, Calls
from .scripts import Script

# Of one node, before the map is asked for anew; a node that is gone is replaced, not waited for.
NODE_PAUSES_S: Final = (0.0, 0.02)
PAUSE_S: Final = 0.05
USUAL_NODE_TIMEOUT_MS: Final = 15_000  # of a server that nobody has configured
MARKER: Final = ":shard"  # of each slot in use, always there
NEVER: Final = ":none"


class ClusterCalls(Calls):
    """`Calls` over a cluster. Order is kept among the calls to one node, as far as none of them is redirected."""

    clustered = True

    def __init__(self, url: str, *, name: str = "") -> None:
        self.address = Address.of(url)
        self._name = name
        self._nodes: dict[Node, Calls] = {}
        self._spans: list[tuple[int, int, Node]] = []
        self._patches: dict[int, Node] = {}  # slots that moved since the map was read
        self._learning = asyncio.Lock()
        self._marked: set[str] = set()
        self._calls: set[asyncio.Future[Any]] = set()
        self._closed = False

    @property
    def sent(self) -> int:  # type: ignore[override]
        return sum(node.sent for node in self._nodes.values())

    @property
    def connections(self) -> int:  # type: ignore[override]
        return sum(node.connections for node in self._nodes.values())

    async def close(self) -> None:
        self._closed = True
        for node in self._nodes.values():
            await node.close()
        if self._calls:
            await asyncio.wait(set(self._calls))

    def call(self, *args: Argument, at: str = "") -> "asyncio.Future[Any]":
        """See Calls. A command without a key and without `at` goes to any node."""
        key = at or _key_of(args)
        return self._task(self._anywhere(args) if key is None else self._routed(slot_of(key), args))

    async def run(self, script: Script, key: str | Sequence[str], *args: Argument) -> Any:
        if not isinstance(key, str):
            raise TypeError(f"{script.name} reads several slots, which a cluster does not allow")
        tag = tag_of(key)
        if tag not in self._marked:
            await self.call("SET", f"{tag}{MARKER}", "1", "NX")
            self._marked.add(tag)
        keys = (key, f"{tag}{MARKER}", f"{tag}{NEVER}")
        slot = slot_of(key)
        try:
            return await self._routed(slot, ("EVALSHA", script.sha, len(keys), *keys, *args))
        except NoScriptError:
            return await self._routed(slot, ("EVAL", script.text, len(keys), *keys, *args))

    async def everywhere(self, *args: Argument) -> list[Any]:
        """One command to each node that serves slots."""
        return [await server.call(*args) for server in await self.servers()]

    async def servers(self) -> list[Calls]:
        """See Calls."""
        if not self._spans:
            await self._learn()
        return [self._to(node) for node in sorted({node for _, _, node in self._spans})]

    async def node_of(self, key: str) -> str:
        """Which node has this key now; for what is counted per node."""
        if not self._spans:
            await self._learn()
        host, port = self._node(slot_of(key))
        return f"{host}:{port}"

    def line_to(self, key: str) -> int:
        """See Calls."""
        return self._to(self._node(slot_of(key))).connections

    async def cut_off_for_s(self, key: str) -> float:
        """See Calls. A primary that does not hear from most others stops after the node timeout; that it does not hear
        from them, it notices when half of that has passed since it last asked."""
        try:
            _, timeout_ms = await self.call("CONFIG", "GET", "cluster-node-timeout", at=key)
        except (ResponseError, ValueError):  # a hosted one that does not tell
            timeout_ms = USUAL_NODE_TIMEOUT_MS
        return 2 * int(timeout_ms) / 1000

    # ---- one call

    def _task(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Future[Any]":
        if self._closed:
            work.close()
            reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            reply.set_exception(Unavailable("the store is closed"))
            return reply
        # Its parent is this object: `close` waits for its end.
        task = asyncio.ensure_future(work)
        self._calls.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Future[Any]") -> None:
        self._calls.discard(task)
        if not task.cancelled():
            task.exception()  # nobody may be waiting any more; that is not worth a warning

    async def _anywhere(self, args: tuple[Argument, ...]) -> Any:
        return await self._routed(None, args)

    async def _routed(self, slot: int | None, args: tuple[Argument, ...]) -> Any:
        deadline = time.monotonic() + GIVE_UP_AFTER_S
        node: Node | None = None
        while True:
            try:
                if not self._spans:
                    await self._learn()
                node = self._node(slot) if slot is not None else self._spans[0][2]
                return await self._to(node).call(*args)
            except MovedError as error:
                self._patches[int(error.slot_id)] = (error.host or (node[0] if node else ""), error.port)
            except AskError as error:
                with suppress(Unavailable, MovedError):
                    return await self._follow((error.host or (node[0] if node else ""), error.port), args)
            except Unavailable:
                if self._closed or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(PAUSE_S)
                with suppress(Unavailable):
                    await self._learn()
                continue
            if time.monotonic() > deadline:
                raise Unavailable(f"{self.address.shown}: slot {slot} is redirected again and again")

    async def _follow(self, node: Node, args: tuple[Argument, ...]) -> Any:
        # Both are called in one tick, so they follow each other on the wire.
        line = self._to(node)
        asking, reply = line.call("ASKING"), line.call(*args)
        await asyncio.wait((asking, reply))
        return reply.result()

    # ---- the map

    def _node(self, slot: int) -> Node:
        if slot in self._patches:
            return self._patches[slot]
        for first, last, node in self._spans:
            if first <= slot <= last:
                return node
        raise Unavailable(f"{self.address.shown}: nobody serves slot {slot}")

    def _to(self, node: Node) -> Calls:
        if node not in self._nodes:
            self._nodes[node] = Calls(self.address.url, node=node, pauses_s=NODE_PAUSES_S, name=self._name)
        return self._nodes[node]

    async def _learn(self) -> None:
        """Read the map of slots from the first node that answers."""
        if self._learning.locked():
            async with self._learning:
                return  # somebody has just done it
        async with self._learning:
            problem: Exception | None = None
            for node in dict.fromkeys((*(at for _, _, at in self._spans), *self.address.nodes)):
                try:
                    found = await self._to(node).call("CLUSTER", "SLOTS")
                except Exception as error:
                    problem = error
                    continue
                spans = [
                    (int(first), int(last), (main[0].decode() or node[0], int(main[1])))
                    for first, last, main, *_ in found
                ]
                if spans:
                    self._spans, self._patches = spans, {}
                    return
            raise Unavailable(f"{self.address.shown}: no node tells who serves what ({problem})") from problem


@lru_cache(maxsize=4096)
def _slot_of_tag(tag: str) -> int:
    return int(key_slot(tag.encode()))


def slot_of(key: str) -> int:
    return _slot_of_tag(tag_of(key))


def tag_of(key: str) -> str:
    """`{5}` of `{5}:c:mia`. All keys of ours begin with their tag."""
    return key[: key.index("}") + 1]


def _key_of(args: Sequence[Argument]) -> str | None:
    """The first argument that is a key of ours: it begins with a tag."""
    for argument in args[1:4]:
        if isinstance(argument, str) and argument.startswith("{") and "}" in argument:
            return argument
    return None
