"""In front of Bolt: size, signature and shape are checked before anything is parsed, and answered as they deserve.

Bolt parses before it verifies and so answers 500 to unsigned garbage. Statuses: 413 over 2 MiB; 401 without a valid
signature of the last five minutes; 400 for what is signed and cannot be read; else what becomes of the payload.
"""

import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from slack_bolt.response import BoltResponse

MAX_BODY_BYTES: Final = 2 * 1024 * 1024
MAX_AGE_S: Final = 300
MAX_FIELDS: Final = 100

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Accept = Callable[[Mapping[str, Any], Mapping[str, str]], Awaitable[BoltResponse]]


class Unreadable(Exception):
    """It is signed, and neither JSON nor a form with JSON in it."""


class SlackGuard:
    """Pure ASGI. `accept` gets a verified payload and the headers, in lower case; it never raises."""

    def __init__(self, accept: Accept, signing_secret: str, *, now: Callable[[], float] = time.time) -> None:
        self._accept = accept
        self._secret = signing_secret.encode()
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"Slack speaks HTTP, not {scope['type']}")
        answer = await self._answer(scope, receive)
        body = answer.body.encode()
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.first_headers().items()]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> BoltResponse:
        if scope["method"] != "POST":
            return BoltResponse(status=405, headers={"allow": "POST"})
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _read(receive, headers.get("content-length", ""))
        if body is None:
            return BoltResponse(status=413, body="A request may hold at most 2 MiB.")
        why = self._distrusts(headers, body)
        if why is not None:
            return BoltResponse(status=401, body=why)
        try:
            payload = payload_of(body, headers.get("content-type", ""))
        except Unreadable as error:
            return BoltResponse(status=400, body=str(error))
        if payload.get("type") == "url_verification":
            challenge = payload.get("challenge")
            return BoltResponse(status=200, body={"challenge": challenge if isinstance(challenge, str) else ""})
        return await self._accept(payload, headers)

    def _distrusts(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Why it is not from Slack; None when it is. https://docs.slack.dev/authentication/verifying-requests-from-slack"""
        stamp = headers.get("x-slack-request-timestamp", "")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
            return "The request is not signed."
        if abs(self._now() - int(stamp)) > MAX_AGE_S:
            return "The signature is too old."
        right = "v0=" + hmac.digest(self._secret, b"v0:" + stamp.encode() + b":" + body, "sha256").hex()
        given = headers.get("x-slack-signature", "")
        # As bytes: compare_digest refuses strings that are not ASCII.
        return None if hmac.compare_digest(right.encode(), given.encode()) else "The signature is not right."


async def _read(receive: Receive, declared: str) -> bytes | None:
    """The body; None once it holds more than is allowed, and as soon as that is known."""
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
        return None
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            return None
        chunks.append(chunk)
        if message["type"] != "http.request" or not message.get("more_body", False):
            return b"".join(chunks)


def payload_of(body: bytes, content_type: str) -> dict[str, Any]:
    """Events are JSON; clicks and submissions a form whose field `payload` is JSON; a slash command is a plain form.

    Raises:
        Unreadable: it is none of these.
    """
    try:
        text = body.decode("utf-8")
        if content_type.partition(";")[0].strip().lower() == "application/json":
            value = json.loads(text)
        else:
            fields = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=MAX_FIELDS))
            value = json.loads(fields["payload"]) if "payload" in fields else fields
    except (ValueError, RecursionError) as error:
        raise Unreadable("The body is neither JSON nor a form that holds JSON.") from error
    if not isinstance(value, dict) or not value:
        raise Unreadable("The payload is no JSON object, or an empty one.")
    return value
