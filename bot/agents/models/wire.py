"""The wire of Chat Completions as plain dicts: a request as its body, a body or a stream of chunks as an answer.

Everything here was seen from servers that call themselves compatible: ids and names repeated in every delta, deltas
without an index, two calls at one index, calls without an id, whole calls in one chunk, finish_reason "stop" beside a
call, chunks that hold only the usage, arguments that are null, an object or empty. What is odd is passed on as it is;
the runner decides whether it can be used. Bodies come from JSON, so a `dict` is every mapping there can be; to ask for
a `Mapping` takes three times as long, and a stream asks some ten times for each piece.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from bot.agents.items import (
    AssistantMessage,
    Call,
    HandoffCall,
    HandoffOutput,
    PersonMessage,
    ToolCall,
    ToolOutput,
    UserMessage,
    sound,
)
from bot.agents.models.base import ModelAnswer, ModelRequest, ModelUnavailable, RawCall, Usage
from bot.agents.models.profile import EndpointProfile
from bot.agents.tools import ToolSpec

# Tuples, because a check against a union costs as much as the dict that follows from it.
CALLS = (ToolCall, HandoffCall)
OUTPUTS = (ToolOutput, HandoffOutput)


class Parts(Protocol):
    """Puts the chunks of one stream together. `chunks`: how many belonged to an answer at all."""

    chunks: int

    def feed(self, chunk: Any) -> str:
        """Take a chunk; returns the text in it, often none.

        Raises:
            ModelUnavailable: the chunk reports an error.
        """
        ...

    def answer(self) -> ModelAnswer: ...


@dataclass(frozen=True)
class Wire:
    """One of the two shapes in which an endpoint takes a request and gives an answer, as plain dicts."""

    path: str
    body_of: Callable[[ModelRequest, EndpointProfile], dict[str, Any]]
    streamed: Callable[[EndpointProfile], dict[str, Any]]  # what streaming adds to the body
    answer_of: Callable[[Any], ModelAnswer]
    parts: Callable[[], Parts]


def body_of(request: ModelRequest, profile: EndpointProfile) -> dict[str, Any]:
    body: dict[str, Any] = {"messages": messages_of(request)}
    if request.tools:
        body["tools"] = [tool_of(spec, strict=profile.strict) for spec in request.tools]
        if profile.tool_choice and request.tool_choice != "auto":
            body["tool_choice"] = tool_choice_of(request.tool_choice)
        if profile.parallel_tool_calls:
            body["parallel_tool_calls"] = False
    return body


def _streamed(profile: EndpointProfile) -> dict[str, Any]:
    asked = {"stream_options": {"include_usage": True}} if profile.stream_options else {}
    return {"stream": True, **asked}


def messages_of(request: ModelRequest) -> list[dict[str, Any]]:
    """The view as messages; words and the calls made with them become one assistant message, as the wire wants it."""
    messages: list[dict[str, Any]] = []
    if request.instructions:
        messages.append({"role": "system", "content": request.instructions})
    for item in request.items:
        if isinstance(item, CALLS):
            _add_call(messages, item)
        elif isinstance(item, OUTPUTS):
            messages.append({"role": "tool", "tool_call_id": wire_id(item.call_id), "content": item.output})
        else:
            messages.append(spoken(item))
    return messages


def _add_call(messages: list[dict[str, Any]], item: Call) -> None:
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": ""})
    function = {"name": item.name, "arguments": item.arguments}
    call = {"id": wire_id(item.call_id), "type": "function", "function": function}
    messages[-1].setdefault("tool_calls", []).append(call)


def spoken(item: UserMessage | AssistantMessage | PersonMessage) -> dict[str, Any]:
    """Words in the shape that both wires share."""
    if isinstance(item, AssistantMessage):
        return {"role": "assistant", "content": item.text}
    if isinstance(item, UserMessage):
        return {"role": "user", "content": f"{item.name}: {item.text}" if item.name else item.text}
    # In the user's role, so that the model does not take a colleague's words for its own.
    return {"role": "user", "content": f"[{item.person}, a person on our team, told the customer:] {item.text}"}


_WIRE_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


@lru_cache(maxsize=4096)  # each call of a history is sent again with every request after it
def wire_id(call_id: str) -> str:
    """A call's id as every endpoint takes it; one provider's id may be too long for the next (OpenAI's limit is 40)."""
    if _WIRE_ID.fullmatch(call_id):
        return call_id
    return "call_" + hashlib.blake2b(call_id.encode("utf-8", "replace"), digest_size=12).hexdigest()


def tool_of(spec: ToolSpec, *, strict: bool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": spec.name, "description": spec.description, "parameters": spec.parameters}
    if strict and spec.strict:
        function["strict"] = True
    return {"type": "function", "function": function}


def tool_choice_of(choice: str) -> Any:
    return choice if choice in ("auto", "required") else {"type": "function", "function": {"name": choice}}


def usage_of(data: Any, *, into: str = "prompt_tokens", out: str = "completion_tokens") -> Usage:
    if not isinstance(data, dict):
        return Usage(model_calls=1)
    return Usage(_count(data.get(into)), _count(data.get(out)), 1)


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def answer_of(body: Any) -> ModelAnswer:
    """The answer in a whole body.

    Raises:
        ModelUnavailable: this is not a chat completion; something else than a model answered.
    """
    refuse_error(body)
    choices = body.get("choices") if isinstance(body, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise ModelUnavailable("the endpoint's answer is not a chat completion")
    message = choices[0].get("message")
    message = message if isinstance(message, dict) else {}
    calls = [raw_call(call) for call in _calls_in(message)]
    return ModelAnswer(
        sound(text_of(message.get("content"))), tuple(calls), usage_of(body.get("usage")), str(body.get("model") or "")
    )


# The shape before `tool_calls` has no id, so its absence is no fault that a model could mend.
_LEGACY_ID = "function_call"


def _calls_in(message: Mapping[str, Any]) -> Sequence[Any]:
    """The calls of a message or of a delta, those of the shape before `tool_calls` included."""
    calls = as_list(message.get("tool_calls"))
    legacy = message.get("function_call")
    if not calls and isinstance(legacy, dict):
        return [{"id": _LEGACY_ID, "index": 0, "function": legacy}]
    return calls


def raw_call(call: Any) -> RawCall:
    call = call if isinstance(call, dict) else {}
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    name = function.get("name")
    return RawCall(
        text_or_none(call.get("id")), sound(name) if isinstance(name, str) else None, function.get("arguments")
    )


def refuse_error(body: Any) -> None:
    if isinstance(body, dict) and body.get("error"):
        error = body["error"]
        raise ModelUnavailable(str(error.get("message") if isinstance(error, dict) else error)[:300])


def text_of(content: Any) -> str:
    """Text, or the text parts of a list of parts; what a model thought before it spoke is not text."""
    if isinstance(content, str):
        return content
    parts = [part for part in as_list(content) if isinstance(part, dict)]
    spoken_parts = [part.get("text") for part in parts if part.get("type", "text") in ("text", "output_text")]
    return "".join(text for text in spoken_parts if isinstance(text, str))


def as_list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


@dataclass
class _Growing:
    index: Any
    id: str | None
    name: str | None
    arguments: Any = None

    def add_arguments(self, piece: Any) -> None:
        if isinstance(piece, str) and (self.arguments is None or isinstance(self.arguments, str)):
            self.arguments = (self.arguments or "") + piece
        elif piece is not None:
            self.arguments = piece

    @property
    def whole(self) -> bool:
        """Whether the arguments are complete, so that more for the same tool is another call."""
        if not isinstance(self.arguments, str):
            return self.arguments is not None
        try:
            json.loads(self.arguments)
        except ValueError:
            return False
        return True


class Letters:
    """Text in pieces. Some servers cut between the two halves of an emoji: the first waits for the second."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._half = ""

    def feed(self, piece: str) -> str:
        if not self._half and piece.isascii() and "\0" not in piece:
            self._pieces.append(piece)
            return piece
        piece = self._half + piece
        cut = len(piece) - 1 if piece and "\ud800" <= piece[-1] <= "\udbff" else len(piece)
        self._half = piece[cut:]
        whole = sound(piece[:cut])
        self._pieces.append(whole)
        return whole

    @property
    def text(self) -> str:
        return "".join(self._pieces)


class Accumulator:
    """Parts of a chat completion."""

    def __init__(self) -> None:
        self._letters = Letters()
        self._calls: list[_Growing] = []
        self._usage = Usage(model_calls=1)
        self._model = ""
        self.chunks = 0

    def feed(self, chunk: Any) -> str:
        refuse_error(chunk)
        if not isinstance(chunk, dict):
            return ""
        self.chunks += 1
        self._model = self._model or str(chunk.get("model") or "")
        if isinstance(chunk.get("usage"), dict):
            self._usage = usage_of(chunk["usage"])
        shown = ""
        for choice in as_list(chunk.get("choices"))[:1]:
            delta = (choice.get("delta") or choice.get("message")) if isinstance(choice, dict) else None
            if not isinstance(delta, dict):
                continue
            shown += text_of(delta.get("content"))
            for call in _calls_in(delta):
                if isinstance(call, dict):
                    self._feed_call(call)
        return self._letters.feed(shown) if shown else ""

    def answer(self) -> ModelAnswer:
        calls = tuple(RawCall(call.id, call.name, call.arguments) for call in self._calls)
        return ModelAnswer(self._letters.text, calls, self._usage, self._model)

    def _feed_call(self, delta: Mapping[str, Any]) -> None:
        piece = raw_call(delta)
        index = delta.get("index")
        name = piece.name if piece.name else None
        current = self._belongs_to(index, piece.id, name)
        if current is None:
            current = _Growing(index, piece.id, name)
            self._calls.append(current)
        elif name and not current.name:
            current.name = name
        elif name and name != current.name and current.arguments is None and piece.id is None:
            current.name = (current.name or "") + name
        current.id = current.id or piece.id
        current.add_arguments(piece.arguments)

    def _belongs_to(self, index: Any, call_id: str | None, name: str | None) -> _Growing | None:
        """The call that this delta goes on with, or None when it begins another one."""
        if call_id is not None:
            for call in self._calls:
                if call.id == call_id:
                    return call
        mine = [call for call in self._calls if index is None or call.index == index]
        if not mine:
            return None
        last = mine[-1]
        if name is None:
            # Nothing but more arguments; an id that changes from delta to delta is a server's quirk and not another
            # call.
            return last
        if call_id is not None and last.id is not None:
            # Another id with a name: another call, unless the same tool's arguments are still on their way.
            return last if name == last.name and last.arguments and not last.whole else None
        if name == last.name:
            return None if last.whole and index is None else last
        return last if last.arguments is None and index is not None else None


CHAT = Wire("/chat/completions", body_of, _streamed, answer_of, Accumulator)
