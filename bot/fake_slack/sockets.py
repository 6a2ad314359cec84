"""Socket Mode: links, hello, envelopes and their acknowledgements, disconnects, and sudden loss.

Each payload goes to one connection, drawn at random from those that are not being replaced. An acknowledgement counts
on whatever connection it comes.
"""

import asyncio
import json
import random
import secrets
from dataclasses import dataclass, field
from typing import Literal

import aiohttp
from aiohttp import web

from bot.fake_slack.delivery import Answer, Kind
from bot.fake_slack.options import Options
from bot.fake_slack.records import Json
from bot.fake_slack.workspace import Workspace

_TICKET_BYTES = 24


@dataclass(eq=False)
class Connection:
    id: int
    socket: web.WebSocketResponse
    request: web.Request
    draining: bool = False
    """It was told to reconnect: nothing new is sent on it."""
    sent: int = 0
    acked: list[str] = field(default_factory=list)


class Sockets:
    """The server's end of Socket Mode. `open` are the connections that are up."""

    def __init__(self, workspace: Workspace, options: Options, *, seed: int = 0) -> None:
        self.open: list[Connection] = []
        self.refusing = False
        """While True no connection is accepted and apps.connections.open still gives addresses."""
        self._workspace = workspace
        self._options = options
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._random = random.Random(seed)  # noqa: S311 - which connection gets a payload is no secret
        self._count = 0

    def new_link(self, base: str) -> str:
        """The address for one connection, as apps.connections.open gives it. `base` begins with http."""
        ticket = secrets.token_hex(_TICKET_BYTES)
        self._tickets.add(ticket)
        return f"ws{base.removeprefix('http')}link/?ticket={ticket}&app_id={self._workspace.app.id}"

    async def accept(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if self.refusing or ticket not in self._tickets:
            return web.Response(status=403 if not self.refusing else 503)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.open) >= self._options.max_sockets:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._count += 1
        mine = Connection(self._count, socket, request)
        self.open.append(mine)
        try:
            await socket.send_json(self._hello())
            self._workspace.changes.note()
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._received(mine, message.data)
        finally:
            self.open.remove(mine)
            self._workspace.changes.note()
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.open),
            "connection_info": {"app_id": self._workspace.app.id},
            "debug_info": {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
        }

    def _received(self, connection: Connection, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(str(answer.get("envelope_id", "")))
        if waiting is not None and not waiting.done():
            connection.acked.append(answer["envelope_id"])
            waiting.set_result(answer.get("payload") or {})

    async def send(self, kind: Kind, payload: Json, *, attempt: int, reason: str) -> Answer:
        """One envelope, and its acknowledgement within the time allowed. With no connection it waits that time."""
        envelope_id = secrets.token_hex(16)
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            async with asyncio.timeout(self._options.answer_within_s):
                connection = await self._pick()
                connection.sent += 1
                await connection.socket.send_json(envelope)
                return Answer(200, await answer)
        except TimeoutError:
            return Answer(None, {}, "timeout")
        except ConnectionError:
            return Answer(None, {}, "connection_failed")
        finally:
            del self._waiting[envelope_id]

    async def _pick(self) -> Connection:
        while True:
            ready = [each for each in self.open if not each.draining and not each.socket.closed]
            if ready:
                return self._random.choice(ready)
            await self._workspace.changes.next()

    # ---- trouble on command

    async def disconnect(self, reason: Literal["warning", "refresh_requested"] = "refresh_requested") -> int:
        """Tell every connection that it ends: `warning` comes 10 s ahead, `refresh_requested` asks for a new one."""
        for connection in list(self.open):
            connection.draining = connection.draining or reason == "refresh_requested"
            debug = {"host": "applink-fake"}
            await connection.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": debug})
        return len(self.open)

    def lose(self) -> int:
        """Cut every connection without a word, as a broken network does."""
        cut = 0
        for connection in self.open:
            transport = connection.request.transport
            if transport is not None:
                transport.abort()
                cut += 1
        return cut

    async def close(self) -> None:
        for connection in list(self.open):
            await connection.socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)
