"""The wire of Chat Completions as plain dicts: a request as its body, a body or a stream of chunks as an answer.

Everything here was seen from servers that call themselves compatible: ids and names repeated in every delta, deltas
without an index, two calls at one index, calls without an id, whole calls in one chunk, finish_reason "stop" beside a
call, chunks that hold only the usage, arguments that are null, an object or empty. What is odd is passed on as it is;
the runner decides whether it can be used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.agents.items import AssistantMessage, Call, Output, PersonMessage, UserMessage, sound
from bot.agents.models.base import ModelAnswer, ModelRequest, ModelUnavailable, RawCall, Usage
from bot.agents.tools import ToolSpec


def messages_of(request: ModelRequest) -> list[dict[str, Any]]:
    """The view as messages; words and the calls made with them become one assistant message, as the wire wants it."""
    messages: list[dict[str, Any]] = []
    if request.instructions:
        messages.append({"role": "system", "content": request.instructions})
    for item in request.items:
        if isinstance(item, Call):
            _add_call(messages, item)
        else:
            messages.append(_message(item))
    return messages


def _add_call(messages: list[dict[str, Any]], item: Call) -> None:
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": ""})
    function = {"name": item.name, "arguments": item.arguments}
    messages[-1].setdefault("tool_calls", []).append({"id": item.call_id, "type": "function", "function": function})


def _message(item: UserMessage | AssistantMessage | PersonMessage | Output) -> dict[str, Any]:
    match item:
        case UserMessage(text, name):
            return {"role": "user", "content": f"{name}: {text}" if name else text}
        case AssistantMessage(text):
            return {"role": "assistant", "content": text}
        case PersonMessage(text, person):
            # In the user's role, so that the model does not take a colleague's words for its own.
            return {"role": "user", "content": f"[{person}, a person on our team, told the customer:] {text}"}
        case _:
            return {"role": "tool", "tool_call_id": item.call_id, "content": item.output}


def tool_of(spec: ToolSpec, *, strict: bool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": spec.name, "description": spec.description, "parameters": spec.parameters}
    if strict and spec.strict:
        function["strict"] = True
    return {"type": "function", "function": function}


def tool_choice_of(choice: str) -> Any:
    return choice if choice in ("auto", "required") else {"type": "function", "function": {"name": choice}}


def usage_of(data: Any) -> Usage:
    if not isinstance(data, Mapping):
        return Usage(model_calls=1)
    return Usage(_count(data.get("prompt_tokens")), _count(data.get("completion_tokens")), 1)


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def answer_of(body: Any) -> ModelAnswer:
    """The answer in a whole body.

    Raises:
        ModelUnavailable: this is not a chat completion; something else than a model answered.
    """
    _refuse_error(body)
    choices = body.get("choices") if isinstance(body, Mapping) else None
    if not isinstance(choices, Sequence) or not choices or not isinstance(choices[0], Mapping):
        raise ModelUnavailable("the endpoint's answer is not a chat completion")
    message = choices[0].get("message")
    message = message if isinstance(message, Mapping) else {}
    calls = [_raw_call(call) for call in _list(message.get("tool_calls"))]
    return ModelAnswer(
        sound(text_of(message.get("content"))), tuple(calls), usage_of(body.get("usage")), str(body.get("model") or "")
    )


def _raw_call(call: Any) -> RawCall:
    call = call if isinstance(call, Mapping) else {}
    function = call.get("function")
    function = function if isinstance(function, Mapping) else {}
    name = function.get("name")
    return RawCall(
        _text_or_none(call.get("id")), sound(name) if isinstance(name, str) else None, function.get("arguments")
    )


def _refuse_error(body: Any) -> None:
    if isinstance(body, Mapping) and body.get("error"):
        error = body["error"]
        raise ModelUnavailable(str(error.get("message") if isinstance(error, Mapping) else error)[:300])


def text_of(content: Any) -> str:
    """Text, or the text parts of a list of parts."""
    if isinstance(content, str):
        return content
    return "".join(text_of(part.get("text")) for part in _list(content) if isinstance(part, Mapping))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _text_or_none(value: Any) -> str | None:
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


class Accumulator:
    """Puts the chunks of a stream together."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._half = ""
        self._calls: list[_Growing] = []
        self._usage = Usage(model_calls=1)
        self._model = ""
        self.chunks = 0

    def feed(self, chunk: Any) -> str:
        """Take a chunk; returns the text in it, often none.

        Raises:
            ModelUnavailable: the chunk reports an error.
        """
        _refuse_error(chunk)
        if not isinstance(chunk, Mapping):
            return ""
        self.chunks += 1
        self._model = str(chunk.get("model") or self._model)
        if isinstance(chunk.get("usage"), Mapping):
            self._usage = usage_of(chunk["usage"])
        shown = ""
        for choice in _list(chunk.get("choices"))[:1]:
            delta = (choice.get("delta") or choice.get("message")) if isinstance(choice, Mapping) else None
            if not isinstance(delta, Mapping):
                continue
            shown += text_of(delta.get("content"))
            for call in _list(delta.get("tool_calls")):
                if isinstance(call, Mapping):
                    self._feed_call(call)
        return self._whole_letters(shown)

    def _whole_letters(self, shown: str) -> str:
        """Some servers cut between the two halves of an emoji: the first waits for the second."""
        shown = self._half + shown
        cut = len(shown) - 1 if shown and "\ud800" <= shown[-1] <= "\udbff" else len(shown)
        self._half = shown[cut:]
        whole = sound(shown[:cut])
        self._text.append(whole)
        return whole

    def answer(self) -> ModelAnswer:
        calls = tuple(RawCall(call.id, call.name, call.arguments) for call in self._calls)
        return ModelAnswer("".join(self._text), calls, self._usage, self._model)

    def _feed_call(self, delta: Mapping[str, Any]) -> None:
        piece = _raw_call(delta)
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
