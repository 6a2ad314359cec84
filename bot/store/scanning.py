"""Every key of a store, one by one: for commands, never for a message."""

from collections.abc import AsyncIterator

from .connection import Calls
from .keys import Key, key_of

PAGE = 1000


async def keys(calls: Calls, pattern: str = "{*}:*") -> AsyncIterator[Key]:
    """Those of ours that are there from begin to end; others perhaps, and some twice."""
    for server in await calls.servers():
        cursor = b"0"
        while True:
            cursor, names = await server.call("SCAN", cursor, "MATCH", pattern, "COUNT", PAGE)
            for name in names:
                key = key_of(name.decode("utf-8", "surrogateescape"))
                if key is not None:
                    yield key
            if cursor == b"0":
                break


async def conversations(calls: Calls) -> AsyncIterator[str]:
    """Their ids."""
    async for key in keys(calls, "{*}:c:*"):
        if key.shard is not None and key.kind == "c":
            yield key.rest
