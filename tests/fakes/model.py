"""A scripted model: a real HTTP server on a loopback port that speaks /v1/chat/completions and /v1/responses, streamed
and not.

    with FakeModel() as fake:
        fake.script(call("transfer_to_billing", reason="a refund"), text("Your refund is on its way."))
        fake.rule("thanks", text("You are welcome."))
        model = OpenAIModel("scripted", base_url=fake.base_url)

A request takes the next step of the script; when the script is used up, the first rule whose words stand in the
customer's last message gives its next step (starting again after its last), then the default. A request that nothing
answers is an error: the server answers 500, and leaving the `with` raises. So does a step that nobody asked for.

`refuse("tool_choice")` makes it an endpoint that does not know that part of a request, and says so; such a request
takes no step. A body that no server of Responses would take is answered 400.

The same over HTTP: `POST /script {"steps": [...], "rules": [{"contains": "...", "steps": [...]}], "default": [...],
"reset": true}`, `GET /requests`, `POST /reset`. On its own: `python -m tests.fakes.model --port 0` prints its port.

A step is a dict: `text`, `tool_calls` [{name, arguments, id}], `body` (an answer as it is), `chunks` (a stream as it
is), `sse` (the bytes of one), `garbage` (a page of HTML), `status`, `error` and `headers`, `when` (a threading.Event:
nothing is sent before it is set), `delay_s` (before anything is sent), `chunk_delay_s` (before each chunk), `hang`
(never an answer), `drop` (the connection breaks before an answer), `drop_after` (it breaks after so many chunks). No
wait outlives the server.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import threading
from collections import deque
from types import TracebackType
from typing import Any, Self

from tests.fakes.model_answers import (
    chunk,
    last_user_text,
    problem_with,
    uses,
    whole_body,
    whole_chunks,
    whole_response,
    whole_response_events,
)

__all__ = ["FakeModel", "Step", "Unscripted", "call", "calls", "chunk", "status", "text"]

LOOK_AGAIN_S = 0.01
Step = dict[str, Any]


def text(words: str, **more: Any) -> Step:
    return {"text": words, **more}


def call(name: str, /, **arguments: Any) -> Step:
    return {"tool_calls": [{"name": name, "arguments": json.dumps(arguments)}]}


def calls(*made: Step, words: str = "") -> Step:
    return {"tool_calls": [one for step in made for one in step["tool_calls"]], "text": words}


def status(code: int, message: str = "scripted", **headers: str) -> Step:
    """A refusal; `retry_after="7"` is the header Retry-After."""
    return {"status": code, "error": message, "headers": {key.replace("_", "-"): text for key, text in headers.items()}}


class Unscripted(AssertionError):
    """Somebody asked for what nobody scripted, or nobody asked for what was scripted."""


class _Script:
    """What is left to answer. Used from the server's thread and from the test's, each under the lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.steps: deque[Step] = deque()
        self.rules: list[tuple[str, deque[Step]]] = []
        self.default: deque[Step] = deque()
        self.requests: list[dict[str, Any]] = []
        self.refused: dict[str, tuple[int, Any]] = {}
        self.unscripted: list[str] = []

    def next(self, request: dict[str, Any]) -> Step | None:
        with self.lock:
            self.requests.append(request)
            for name, (code, body) in self.refused.items():
                if uses(name, request):
                    return {"status": code, "body": body}
            if problem := problem_with(request):
                return {"status": 400, "error": problem}
            if self.steps:
                return self.steps.popleft()
            said = last_user_text(request)
            for words, steps in self.rules:
                if words.lower() in said.lower():
                    return _rotate(steps)
            if self.default:
                return _rotate(self.default)
            self.unscripted.append(said)
            return None


def _rotate(steps: deque[Step]) -> Step:
    step = steps[0]
    steps.rotate(-1)
    return step


class FakeModel:
    """The server on a thread of its own, so that it answers whatever event loop the test runs, or none."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._script = _Script()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="fake-model")

    # ---- scripting

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The bodies of the requests so far, oldest first."""
        with self._script.lock:
            return list(self._script.requests)

    def script(self, *steps: Step) -> None:
        with self._script.lock:
            self._script.steps.extend(steps)

    def rule(self, contains: str, *steps: Step) -> None:
        with self._script.lock:
            self._script.rules.append((contains, deque(steps)))

    def otherwise(self, *steps: Step) -> None:
        with self._script.lock:
            self._script.default = deque(steps)

    def refuse(self, part: str, code: int = 400, body: Any = None) -> None:
        """Do not know `strict`, `tool_choice`, `parallel_tool_calls`, `stream_options`, or the path of `responses`;
        `body` is what it answers then."""
        told = {
            "error": {"message": f"Unsupported parameter: '{part}'", "param": part, "code": "unsupported_parameter"}
        }
        with self._script.lock:
            self._script.refused[part] = (code, told if body is None else body)

    def reset(self) -> None:
        with self._script.lock:
            self._script.reset()

    def check(self) -> None:
        """Raises Unscripted if a request had no answer or a step no request."""
        with self._script.lock:
            if self._script.unscripted:
                raise Unscripted(f"nobody scripted an answer to: {self._script.unscripted}")
            if self._script.steps:
                raise Unscripted(
                    f"nobody asked for {len(self._script.steps)} scripted step(s): {list(self._script.steps)}"
                )

    # ---- life

    def start(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise RuntimeError("the fake model did not start") from self._failure
        return self

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if kind is None:
            self.check()

    def _run(self) -> None:
        try:
            asyncio.run(self.serve(self._ready.set))
        except BaseException as error:  # told to the thread that waits in start()
            self._failure = error
            self._ready.set()

    async def serve(self, ready: Any = lambda: None) -> None:
        """Serve until `stop` is called, or the task is cancelled; connections and waits end with it."""
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        open_tasks: set[asyncio.Task[Any]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            open_tasks.add(task)
            try:
                await _Connection(self._script, reader, writer).serve()
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass  # the other side went away, or the server is stopping
            finally:
                open_tasks.discard(task)
                writer.transport.abort()

        server = await asyncio.start_server(accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            ready()
            await self._stop.wait()
        finally:
            server.close()
            for task in list(open_tasks):
                task.cancel()
            if open_tasks:
                await asyncio.wait(open_tasks)


class _Connection:
    """One kept-alive HTTP/1.1 connection. Written by hand, because a framework does not let an answer break off in the
    middle."""

    def __init__(self, script: _Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._script = script
        self._reader = reader
        self._writer = writer

    async def serve(self) -> None:
        while (head := await self._head()) is not None:
            method, path, headers = head
            body = await self._reader.readexactly(int(headers.get("content-length", "0")))
            if not await self._answer(method, path, body):
                return

    async def _head(self) -> tuple[str, str, dict[str, str]] | None:
        try:
            raw = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = raw.decode("latin-1").strip().split("\r\n")
        method, path, _ = first.split(" ", 2)
        return method, path, {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}

    async def _answer(self, method: str, path: str, body: bytes) -> bool:
        """Answer one request; False when the connection is over."""
        match method, path.split("?")[0].rstrip("/"):
            case "POST", ("/v1/chat/completions" | "/chat/completions"):
                return await self._complete(json.loads(body))
            case "POST", ("/v1/responses" | "/responses"):
                if "responses" in self._script.refused:
                    await self._send_json(404, {"detail": "Not Found"})
                else:
                    return await self._complete(json.loads(body))
            case "POST", "/script":
                self._take_script(json.loads(body))
                await self._send_json(200, {"ok": True})
            case "POST", "/reset":
                with self._script.lock:
                    self._script.reset()
                await self._send_json(200, {"ok": True})
            case "GET", "/requests":
                with self._script.lock:
                    seen = {"requests": list(self._script.requests), "unscripted": list(self._script.unscripted)}
                await self._send_json(200, seen)
            case "GET", ("/v1/models" | "/healthz"):
                await self._send_json(200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})
            case _:
                await self._send_json(404, {"error": {"message": f"the fake model has no {method} {path}"}})
        return True

    def _take_script(self, data: dict[str, Any]) -> None:
        with self._script.lock:
            if data.get("reset"):
                self._script.reset()
            self._script.steps.extend(data.get("steps", []))
            self._script.rules.extend((rule["contains"], deque(rule["steps"])) for rule in data.get("rules", []))
            if "default" in data:
                self._script.default = deque(data["default"])

    async def _complete(self, request: dict[str, Any]) -> bool:
        step = self._script.next(request)
        if step is None:
            message = f"nobody scripted an answer to {last_user_text(request)!r} (request {len(self._script.requests)})"
            await self._send_json(500, {"error": {"message": message, "type": "unscripted"}})
            return True
        while "when" in step and not step["when"].is_set():
            await asyncio.sleep(LOOK_AGAIN_S)
        if step.get("delay_s"):
            await asyncio.sleep(step["delay_s"])
        if step.get("hang"):
            await self._reader.read()  # until the other side gives up
            return False
        if step.get("drop"):
            return False
        if "status" in step:
            told = step.get("body") or {"error": {"message": step.get("error", "scripted"), "type": "scripted"}}
            await self._send_json(step["status"], told, step.get("headers", {}))
        elif "garbage" in step:
            await self._send(200, "text/html", str(step["garbage"]).encode())
        elif request.get("stream"):
            return await self._send_stream(step, request)
        else:
            tidy = whole_response if "input" in request else whole_body
            await self._send_json(200, step["body"] if "body" in step else tidy(step, request))
        return True

    async def _send_json(self, code: int, data: Any, headers: dict[str, str] | None = None) -> None:
        await self._send(code, "application/json", json.dumps(data).encode(), headers)

    async def _send(self, code: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        lines = {"content-type": kind, "content-length": str(len(body)), **(headers or {})}
        head = "".join(f"{key}: {value}\r\n" for key, value in lines.items())
        self._writer.write(f"HTTP/1.1 {code} Scripted\r\n{head}\r\n".encode() + body)
        await self._writer.drain()

    async def _send_stream(self, step: Step, request: dict[str, Any]) -> bool:
        self._writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        if "sse" in step:
            await self._send_piece(step["sse"])
            self._writer.write(b"0\r\n\r\n")
            return True
        tidy = whole_response_events if "input" in request else whole_chunks
        chunks = step["chunks"] if "chunks" in step else tidy(step, request)
        for number, one in enumerate(chunks):
            if step.get("drop_after") == number:
                await self._writer.drain()
                return False
            if step.get("chunk_delay_s"):
                await asyncio.sleep(step["chunk_delay_s"])
            await self._send_piece(f"data: {json.dumps(one)}\n\n")
        await self._send_piece("data: [DONE]\n\n")
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()
        return True

    async def _send_piece(self, piece: str) -> None:
        data = piece.encode()
        self._writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self._writer.drain()


def main() -> None:
    parser = argparse.ArgumentParser(description="a scripted model on a loopback port")
    parser.add_argument("--port", type=int, default=0)
    fake = FakeModel(parser.parse_args().port)

    def ready() -> None:
        sys.stdout.write(f"{fake.port}\n")
        sys.stdout.flush()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(fake.serve(ready))


if __name__ == "__main__":
    main()
