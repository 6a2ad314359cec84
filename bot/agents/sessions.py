"""Conversations by name, for callers that store nothing themselves."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from bot.agents.state import RunState


@dataclass(slots=True)
class Session:
    """A conversation while one run has it; what the run leaves in `state` is kept."""

    state: RunState | None = None


class Sessions(Protocol):
    def held(self, session_id: str) -> AbstractAsyncContextManager[Session]:
        """The session, for one run at a time: a second one waits until the first has let go."""
        ...


@dataclass(slots=True)
class _Kept:
    session: Session = field(default_factory=Session)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class MemorySessions:
    """Sessions in this process. Beyond `limit` the one that was used longest ago is forgotten."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    @asynccontextmanager
    async def held(self, session_id: str) -> AsyncIterator[Session]:
        kept = self._kept.setdefault(session_id, _Kept())
        self._kept.move_to_end(session_id)
        kept.users += 1
        try:
            async with kept.lock:
                yield kept.session
        finally:
            kept.users -= 1
            self._forget()

    def state(self, session_id: str) -> RunState | None:
        """What is kept of the session, or None."""
        kept = self._kept.get(session_id)
        return kept.session.state if kept is not None else None

    def _forget(self) -> None:
        extra = len(self._kept) - self._limit
        if extra > 0:
            idle = (name for name, kept in self._kept.items() if not kept.users)
            for name in list(islice(idle, extra)):
                del self._kept[name]
