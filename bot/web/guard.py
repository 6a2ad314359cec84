"""In front of everything: no body over 2 MiB reaches any path, every answer carries the security headers, and a request
that the end of the process cuts off is answered 503.

The body is read here, before the app sees the request, because a path that never reads it must answer 413 as well.
"""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import Problem, problem_response

MAX_BODY_BYTES = 2 * 1024 * 1024
TOO_LARGE = Problem("too_large", "A request body may hold at most 2 MiB.")
GOING = Problem("unavailable", "This process is ending and could not finish the request. Send it again.")
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Pure ASGI: streams of answers pass untouched."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        answering = False

        async def send_secured(message: Message) -> None:
            nonlocal answering
            if message["type"] == "http.response.start":
                answering = True
                _secure(message)
            await send(message)

        headers = Headers(scope=scope)
        declared = headers.get("content-length")
        if declared is not None and (not declared.isdecimal() or int(declared[:20]) > self._max_body_bytes):
            await problem_response(TOO_LARGE)(scope, receive, send_secured)
            return
        body = await self._read(receive)
        if body is None:
            await problem_response(TOO_LARGE)(scope, receive, send_secured)
            return
        try:
            await self._app(scope, _replay(body, receive), send_secured)
        except asyncio.CancelledError:
            # The server is going and waits no longer. What is not answered by us it answers with 500, which says that
            # sending again is of no use; it is.
            if not answering:
                await problem_response(GOING)(scope, receive, send_secured)
            raise

    async def _read(self, receive: Receive) -> list[Message] | None:
        """The request's messages; None once they hold more than is allowed."""
        messages: list[Message] = []
        size = 0
        while True:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if size > self._max_body_bytes:
                return None
            if message["type"] != "http.request" or not message.get("more_body", False):
                return messages


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def replayed() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replayed


def _secure(message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
