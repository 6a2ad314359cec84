"""What a model is to the runner: it gets a request in our own terms and gives an answer."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from bot.agents.items import Item
from bot.agents.tools import ToolSpec

log = logging.getLogger("baton.agents")


class ModelUnavailable(Exception):
    """Nobody answered: no connection, too slow, overloaded, not let in. Another model may."""


class ModelRejected(Exception):
    """The endpoint was reached and refuses this request. Asking again will not help."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them, 0 where it did not say."""

    input_tokens: int = 0
    output_tokens: int = 0
    model_calls: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.model_calls + other.model_calls,
        )


@dataclass(frozen=True, slots=True)
class RawCall:
    """A tool call exactly as it came, however odd: a missing id is None, arguments may be text, an object or None."""

    id: str | None
    name: str | None
    arguments: Any


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """`cause`: why a model that is not a language model hands over or gives up, one of the runner's reasons.
    `verbatim`: the text is a quotation of what an administrator wrote, and not a promise of the agent.
    """

    text: str = ""
    calls: tuple[RawCall, ...] = ()
    usage: Usage = Usage(model_calls=1)
    model: str = ""
    cause: str | None = None
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """`items` is a view: pairs complete, texts shortened. `tool_choice` is "auto", "required" or the name of a tool."""

    agent: str
    instructions: str
    items: tuple[Item, ...]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = "auto"


class Model(Protocol):
    """Both methods raise ModelUnavailable or ModelRejected, and nothing else for what the endpoint did."""

    @property
    def name(self) -> str: ...

    async def answer(self, request: ModelRequest) -> ModelAnswer: ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        """Pieces of text as they come, then the whole answer as the last element."""
        ...


class FallbackModel:
    """The first model that answers. A stream that has begun to speak is not taken over by another voice: its failure is
    raised."""

    def __init__(self, models: Sequence[Model]) -> None:
        if not models:
            raise ValueError("an agent needs at least one model")
        self._models = tuple(models)

    @property
    def name(self) -> str:
        return " | ".join(model.name for model in self._models)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        failures: list[str] = []
        for model in self._models:
            try:
                return await model.answer(request)
            except (ModelUnavailable, ModelRejected) as error:
                failures.append(self._note(model, error))
        raise ModelUnavailable("; ".join(failures))

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        failures: list[str] = []
        for model in self._models:
            spoke = False
            try:
                async with aclosing(model.stream(request)) as pieces:
                    async for piece in pieces:
                        spoke = True
                        yield piece
                return
            except (ModelUnavailable, ModelRejected) as error:
                failures.append(self._note(model, error))
                if spoke:
                    break
        raise ModelUnavailable("; ".join(failures))

    def _note(self, model: Model, error: Exception) -> str:
        log.warning("model.skipped %s: %s", model.name, error)
        return f"{model.name}: {error}"
