"""The guard in front of the app, on its own."""

import asyncio
from collections.abc import Iterable
from typing import Any

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from bot.web.guard import Guard


async def through(guard: Guard, chunks: Iterable[bytes], headers: Iterable[tuple[bytes, bytes]] = ()) -> list[Message]:
    waiting = list(chunks)
    sent: list[Message] = []

    async def receive() -> Message:
        body = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": list(headers)}
    await guard(scope, receive, send)
    return sent


def echo_length() -> tuple[list[int], Any]:
    seen: list[int] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        total, more = 0, True
        while more:
            message = await receive()
            total += len(message["body"])
            more = message["more_body"]
        seen.append(total)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return seen, app


@pytest.mark.parametrize(
    ("chunks", "headers", "status"),
    [
        ([b"x" * 10], [], 200),
        ([b"x" * 5, b"x" * 5], [], 200),
        ([b"x" * 11], [], 413),
        ([b"x" * 6, b"x" * 6], [], 413),
        ([b"x" * 6, b"x" * 6], [(b"content-length", b"3")], 413),
        ([b"x"], [(b"content-length", b"11")], 413),
        ([b"x"], [(b"content-length", b"9" * 40)], 413),
        ([b"x"], [(b"content-length", b"-1")], 413),
        ([], [], 200),
    ],
)
def test_size_is_what_arrives_not_only_what_is_declared(
    chunks: list[bytes], headers: list[tuple[bytes, bytes]], status: int
) -> None:
    seen, app = echo_length()

    sent = anyio.run(through, Guard(app, max_body_bytes=10), chunks, headers)

    assert sent[0]["status"] == status
    assert seen == ([sum(map(len, chunks))] if status == 200 else [])
    assert b"content-security-policy" in dict(sent[0]["headers"])


@pytest.mark.parametrize(("begun", "statuses"), [(False, [503]), (True, [200])])
def test_a_request_that_the_end_of_the_process_cuts_off_may_be_sent_again(begun: bool, statuses: list[int]) -> None:
    """CONTRACT: a store that is away is 503 on every path. What has begun to answer is left as it is."""
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise asyncio.CancelledError

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    async def served() -> None:
        with pytest.raises(asyncio.CancelledError):
            await Guard(app)({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send)

    anyio.run(served)

    assert [message["status"] for message in sent if message["type"] == "http.response.start"] == statuses
