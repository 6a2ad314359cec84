"""Server-sent events that end: with their reader, and within a second once the process drains.

uvicorn waits for open streams before it shuts down, so a stream that only ends with its reader would keep it alive.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from starlette.responses import StreamingResponse

from handlers.ports import Unavailable

from .services import Services

POLL_S = 1.0
KEEP_ALIVE_EVERY = 15  # polls without an event before a comment is sent, so that a proxy sees life


def event(data: str, *, kind: str = "", identity: str = "") -> bytes:
    """One event. Newlines in `data` become lines of their own; `kind` and `identity` hold none."""
    lines = [f"id: {identity}"] if identity else []
    if kind:
        lines.append(f"event: {kind}")
    lines += [f"data: {line}" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def to_json(value: Any) -> str:
    """In ASCII: readers that split lines as Unicode does would otherwise cut an event at a U+2028 in a text."""
    return json.dumps(value, separators=(",", ":"))


def response(events: AsyncGenerator[bytes], services: Services) -> StreamingResponse:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(until_drained(events, services), media_type="text/event-stream", headers=headers)


async def until_drained(events: AsyncGenerator[bytes], services: Services) -> AsyncGenerator[bytes]:
    """Those events, comments while there are none, and the end when the process drains or the store is away."""
    yield b"retry: 1000\n\n"
    silent = 0
    async with aclosing(events):
        following = asyncio.ensure_future(_next(events))
        try:
            while not services.draining():
                done, _ = await asyncio.wait({following}, timeout=POLL_S)
                if done:
                    chunk = following.result()
                    if chunk is None:
                        return
                    silent = 0
                    following = asyncio.ensure_future(_next(events))
                    yield chunk
                else:
                    silent += 1
                    if silent % KEEP_ALIVE_EVERY == 0:
                        yield b": still here\n\n"
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


async def _next(events: AsyncGenerator[bytes]) -> bytes | None:
    """The next event; None when there will be none, or when the store went away: the reader then comes back."""
    try:
        return await anext(events)
    except (StopAsyncIteration, Unavailable):
        return None
