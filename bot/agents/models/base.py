"""What a model is to the runner: it gets a request in our own terms and gives an answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bot.agents.items import Act, Item
from bot.agents.tools import ToolSpec


class ModelUnavailable(Exception):
    """Nobody answered: no connection, too slow, overloaded, not let in. Another model may.

    `retry_after_s`: how long the endpoint wants to be left alone, where it said so.
    """

    def __init__(self, problem: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(problem)
        self.retry_after_s = retry_after_s


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
class Choice:
    """A button under an answer. To press it is to say its label; the labels of a person and of help may be left to who
    draws them."""

    label: str
    kind: Literal["say", "person", "helped"] = "say"


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """`cause`: why a model that is not a language model hands over or gives up, one of the runner's reasons.
    `verbatim`: the text is a quotation of what an administrator wrote, and not a promise of the agent.
    `act`: what the text does, as in `AssistantMessage`.
    """

    text: str = ""
    calls: tuple[RawCall, ...] = ()
    usage: Usage = Usage(model_calls=1)
    model: str = ""
    cause: str | None = None
    verbatim: bool = False
    act: Act = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """`items` is a view: pairs complete, texts shortened. `tool_choice` is "auto", "required" or the name of a tool.
    `within_s`: how long this answer may take, in place of the model's own time-out."""

    agent: str
    instructions: str
    items: tuple[Item, ...]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = "auto"
    within_s: float | None = None


class Model(Protocol):
    """Both methods raise ModelUnavailable or ModelRejected, and nothing else for what the endpoint did."""

    @property
    def name(self) -> str: ...

    async def answer(self, request: ModelRequest) -> ModelAnswer: ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        """Pieces of text as they come, then the whole answer as the last element."""
        ...
