"""Calls that may wait a moment for others of their kind, while there are many of them."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from redis.exceptions import ResponseError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

MANY: Final = 8
LATELY_S: Final = 0.1
COMPANY_S: Final = 0.03
AT_ONCE: Final = 64


class Gathering(Generic[Asked, Answer]):
    """One call for what several ask.

    It leaves at once, unless there were eight or more within the last tenth of a second: then it waits for 30 ms for
    company. `send` answers in the order of what is asked; where it is refused by the server, each is sent alone, so
    that one that cannot be answered spoils no other.
    """

    def __init__(self, send: Callable[[list[Asked]], Awaitable[list[Answer]]]) -> None:
        self._send = send
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._lately: deque[float] = deque(maxlen=MANY)
        # The task's parent is this object: `close` waits for its end.
        self._flight: asyncio.Task[None] | None = None

    async def close(self) -> None:
        if self._flight is not None:
            await asyncio.wait((self._flight,))

    def ask(self, one: Asked) -> "asyncio.Future[Answer]":
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((one, answer))
        if self._flight is None:
            self._flight = loop.create_task(self._fly(), name="store.gathering")
        return answer

    async def _fly(self) -> None:
        try:
            while self._waiting:
                if len(self._lately) == MANY and time.monotonic() - self._lately[0] < LATELY_S:
                    await asyncio.sleep(COMPANY_S)
                batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                self._lately.extend([time.monotonic()] * len(batch))
                await self._carry(batch)
        finally:
            self._flight = None
            for _, answer in self._waiting:
                answer.cancel()
            self._waiting = []

    async def _carry(self, batch: list[tuple[Asked, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._send([one for one, _ in batch])
        except ResponseError as refusal:
            if len(batch) > 1:
                for single in batch:
                    await self._carry([single])
            else:
                _fail(batch[0][1], refusal)
        except BaseException as error:
            for _, answer in batch:
                _fail(answer, error)
            if not isinstance(error, Exception):
                raise
        else:
            for (_, waiting), value in zip(batch, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(value)


def _fail(answer: "asyncio.Future[Answer]", error: BaseException) -> None:
    if answer.done():
        return
    if isinstance(error, Exception):
        answer.set_exception(error)
        answer.exception()  # nobody may be waiting any more; that is not worth a warning
    else:
        answer.cancel()
