"""A model that costs nothing: Chat Completions from memory, over kept connections, on a loopback port that it prints.

A request that offers `transfer_to_billing` gets that call, every other gets words, and `"stream": true` gets them in
pieces, each written on its own. All answers are bytes that were made at the start.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from typing import Any

WORDS = "Your refund for the second charge is on its way and will be in your account within five working days."
PIECES = 40
_REASON = json.dumps({"reason": "charged twice"})
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def _choice(said: dict[str, Any], reason: str | None, *, streamed: bool) -> dict[str, Any]:
    return {"index": 0, ("delta" if streamed else "message"): said, "finish_reason": reason, "logprobs": None}


def _body(choices: list[dict[str, Any]], kind: str, **more: Any) -> bytes:
    return json.dumps(
        {"id": "chatcmpl-1", "object": kind, "created": 1_770_000_000, "model": "stub", "choices": choices, **more}
    ).encode()


_USAGE = {"prompt_tokens": 90, "completion_tokens": 24, "total_tokens": 114}
# Every conversation has its own calls, but an id is needed only within one.
_CALL = {"id": "call_1", "type": "function", "function": {"name": "transfer_to_billing", "arguments": _REASON}}


def _whole(said: dict[str, Any], reason: str) -> bytes:
    body = _body([_choice(said, reason, streamed=False)], "chat.completion", usage=_USAGE)
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def _chunks(deltas: list[dict[str, Any]], reason: str) -> list[bytes]:
    kind = "chat.completion.chunk"
    bodies = [_body([_choice(delta, None, streamed=True)], kind) for delta in deltas]
    bodies += [_body([_choice({}, reason, streamed=True)], kind), _body([], kind, usage=_USAGE), b"[DONE]"]
    events = [b"data: %s\n\n" % body for body in bodies]
    pieces = [b"%x\r\n%s\r\n" % (len(event), event) for event in events]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return [head + pieces[0], *pieces[1:-1], pieces[-1] + b"0\r\n\r\n"]


def _call_chunks() -> list[bytes]:
    begun = {**_CALL, "index": 0, "function": {"name": "transfer_to_billing", "arguments": ""}}
    cut = [_REASON[at : at + 6] for at in range(0, len(_REASON), 6)]
    deltas = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in cut]
    return _chunks([{"role": "assistant", "content": None, "tool_calls": [begun]}, *deltas], "tool_calls")


def _word_chunks() -> list[bytes]:
    size = -(-len(WORDS) // PIECES)
    cut = [WORDS[at : at + size] for at in range(0, len(WORDS), size)]
    return _chunks([{"role": "assistant", "content": ""}, *({"content": piece} for piece in cut)], "stop")


ANSWERS: dict[tuple[bool, bool], list[bytes]] = {
    (True, False): [_whole({"role": "assistant", "content": None, "tool_calls": [_CALL]}, "tool_calls")],
    (False, False): [_whole({"role": "assistant", "content": WORDS}, "stop")],
    (True, True): _call_chunks(),
    (False, True): _word_chunks(),
}


class Stub(asyncio.Protocol):
    """One kept connection."""

    def __init__(self) -> None:
        self._got = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head = self._got.find(b"\r\n\r\n")
        length = _LENGTH.search(self._got, 0, head) if head >= 0 else None
        if length is None or len(self._got) < head + 4 + int(length[1]):
            return
        body, self._got = self._got[head + 4 :], b""
        request = json.loads(body)
        offered = any(tool["function"]["name"] == "transfer_to_billing" for tool in request.get("tools") or ())
        assert self._transport is not None
        for piece in ANSWERS[offered, request.get("stream") is True]:
            self._transport.write(piece)


async def serve() -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(Stub, "127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1\n")
    sys.stdout.flush()
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
