"""A chat product that records what is posted, as a real server with state, and breaks off when it is told to."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from handlers.ports import Permanent, PlatformMemory, Temporary
from handlers.values import Row
from routing.conversation import Conversation
from routing.effects import Notice, Say
from routing.policy import Policy

# `refuse`: the connection ends before anything happened; `drop`: after it was posted; `late`: it is posted after that.
LATE_S = 0.3
Fault = Literal["refuse", "drop", "late"]


class Recorder:
    """Posts by key, one JSON line per request. `faults` are taken one per post, oldest first."""

    def __init__(self) -> None:
        self.posts: list[dict[str, str]] = []
        self.faults: deque[Fault] = deque()
        self.look_ups = 0
        self.at_work: list[str] = []
        self.port = 0
        self.under_way = 0  # posts whose caller has been told nothing and that are not here yet

    def texts(self, thread: str) -> list[str]:
        return [post["text"] for post in self.posts if post["thread"] == thread]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Recorder"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = json.loads(await reader.readline())
            if request["do"] == "find":
                self.look_ups += 1
                answer = {"found": any(post["key"] == request["key"] for post in self.posts)}
            else:
                fault = self.faults.popleft() if self.faults else None
                if fault == "refuse":
                    return
                if fault == "late":
                    writer.close()
                    self.under_way += 1
                    await asyncio.sleep(LATE_S)
                    self.under_way -= 1
                self.posts.append(request)
                if fault is not None:
                    return
                answer = {"found": True}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        finally:
            writer.close()


class RecordingPlatform:
    """ChatPlatform over a Recorder. `searchable` False: one that can do little but post."""

    name = "slack"
    transcript_is_delivery = False

    def __init__(self, recorder: Recorder, *, searchable: bool = True) -> None:
        self._recorder = recorder
        self._searchable = searchable

    async def perform(self, row: Row, conversation: Conversation, policy: Policy, memory: PlatformMemory) -> str:
        text = row.effect.text if isinstance(row.effect, Say | Notice) else ""
        if not text:
            return ""
        await self._ask({"do": "post", "key": row.key, "thread": conversation.id, "text": text})
        return f"C1:{row.key.replace('|', '.')}"

    async def working(self, conversation: Conversation) -> None:
        self._recorder.at_work.append(conversation.id)
        if not self._searchable:
            raise ConnectionError("a product that cannot show this")

    async def find(self, row: Row, conversation: Conversation, memory: PlatformMemory) -> str | None:
        if not self._searchable:
            raise Permanent("cannot be looked up")
        answer = await self._ask({"do": "find", "key": row.key})
        return f"C1:{row.key.replace('|', '.')}" if answer["found"] else None

    async def _ask(self, request: dict[str, str]) -> dict[str, bool]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._recorder.port)
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            line = await reader.readline()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        if not line:
            raise Temporary("the connection broke off")
        answer: dict[str, bool] = json.loads(line)
        return answer
