"""The wire of Responses as plain dicts, used without the server's memory: every request carries its whole input.

What a model thought (`reasoning`) is neither shown nor kept, so it is not sent back either.
Field and event names: OpenAI's published OpenAPI description, `CreateResponse`, `Response` and `ResponseStreamEvent`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.agents.items import Item, sound
from bot.agents.models.base import ModelAnswer, ModelRequest, ModelUnavailable, RawCall, Usage
from bot.agents.models.profile import EndpointProfile
from bot.agents.models.wire import (
    CALLS,
    OUTPUTS,
    Letters,
    Wire,
    as_list,
    refuse_error,
    spoken,
    text_of,
    text_or_none,
    usage_of,
    wire_id,
)


def body_of(request: ModelRequest, profile: EndpointProfile) -> dict[str, Any]:
    body: dict[str, Any] = {"input": [_input(item) for item in request.items], "store": False}
    if request.instructions:
        body["instructions"] = request.instructions
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "name": spec.name,
                "description": spec.description,
                "parameters": spec.parameters,
                # Left out it would mean true here, and schemas that strict mode does not take would be refused.
                "strict": profile.strict and spec.strict,
            }
            for spec in request.tools
        ]
        if profile.tool_choice and request.tool_choice != "auto":
            choice = request.tool_choice
            body["tool_choice"] = choice if choice == "required" else {"type": "function", "name": choice}
        if profile.parallel_tool_calls:
            body["parallel_tool_calls"] = False
    return body


def _streamed(profile: EndpointProfile) -> dict[str, Any]:
    return {"stream": True}


def _input(item: Item) -> dict[str, Any]:
    if isinstance(item, CALLS):
        called = {"type": "function_call", "call_id": wire_id(item.call_id)}
        return {**called, "name": item.name, "arguments": item.arguments}
    if isinstance(item, OUTPUTS):
        return {"type": "function_call_output", "call_id": wire_id(item.call_id), "output": item.output}
    return {"type": "message", **spoken(item)}


def answer_of(body: Any) -> ModelAnswer:
    """The answer in a whole body. What the model thought is left out.

    Raises:
        ModelUnavailable: this is not a response, or one that failed.
    """
    refuse_error(body)
    if not isinstance(body, Mapping) or not isinstance(body.get("output"), list) or body.get("status") == "failed":
        raise ModelUnavailable("the endpoint's answer is not a response")
    output = [item for item in body["output"] if isinstance(item, Mapping)]
    text = "".join(text_of(item.get("content")) for item in output if item.get("type") == "message")
    calls = tuple(_raw_call(item) for item in output if item.get("type") == "function_call")
    return ModelAnswer(sound(text), calls, _usage(body.get("usage")), str(body.get("model") or ""))


def _raw_call(item: Mapping[str, Any]) -> RawCall:
    name = item.get("name")
    call_id = text_or_none(item.get("call_id")) or text_or_none(item.get("id"))
    return RawCall(call_id, sound(name) if isinstance(name, str) else None, item.get("arguments"))


def _usage(data: Any) -> Usage:
    return usage_of(data, into="input_tokens", out="output_tokens")


class Accumulator:
    """Parts of a streamed response.

    A call grows in its place in the output until the event that holds it whole. The response at the end is believed
    only where nothing came before it: some servers give calls another id there (vllm-project/vllm#47916).
    """

    def __init__(self) -> None:
        self._letters = Letters()
        self._calls: dict[Any, dict[str, Any]] = {}
        self._places: dict[Any, Any] = {}
        self._end = ModelAnswer()
        self.chunks = 0

    def feed(self, chunk: Any) -> str:
        refuse_error(chunk)
        kind = chunk.get("type") if isinstance(chunk, Mapping) else None
        if not isinstance(kind, str):
            return ""
        if kind == "error":
            raise ModelUnavailable(str(chunk.get("message"))[:300])
        self.chunks += kind.startswith("response.")
        match kind:
            case "response.output_text.delta":
                return self._letters.feed(text_of(chunk.get("delta")))
            case "response.output_item.added" | "response.output_item.done":
                return self._feed_item(chunk, chunk.get("item"))
            case "response.function_call_arguments.delta" | "response.function_call_arguments.done":
                self._feed_arguments(chunk)
            case "response.completed" | "response.incomplete" | "response.failed":
                return self._finish(chunk.get("response"))
        return ""

    def answer(self) -> ModelAnswer:
        calls = tuple(_raw_call(call) for call in self._calls.values())
        return ModelAnswer(self._letters.text, calls or self._end.calls, self._end.usage, self._end.model)

    def _feed_item(self, chunk: Mapping[str, Any], item: Any) -> str:
        if not isinstance(item, Mapping):
            return ""
        if item.get("type") == "function_call":
            known = self._call_at(chunk.get("output_index"), item.get("id") or item.get("call_id"))
            known.update({key: value for key, value in item.items() if value not in (None, "") or key not in known})
        elif item.get("type") == "message" and not self._letters.text:
            return self._letters.feed(text_of(item.get("content")))
        return ""

    def _feed_arguments(self, chunk: Mapping[str, Any]) -> None:
        call = self._call_at(chunk.get("output_index"), chunk.get("item_id"))
        if "delta" in chunk and isinstance(chunk["delta"], str):
            call["arguments"] = (call.get("arguments") or "") + chunk["delta"]
        elif chunk.get("arguments"):
            call["arguments"] = chunk["arguments"]

    def _call_at(self, index: Any, item_id: Any) -> dict[str, Any]:
        """The call at a place in the output. Some events name it by the index, some by the item's id, most by both."""
        place = index if index in self._calls else self._places.get(item_id, item_id if index is None else index)
        if item_id is not None:
            self._places.setdefault(item_id, place)
        return self._calls.setdefault(place, {})

    def _finish(self, response: Any) -> str:
        if not isinstance(response, Mapping):
            return ""
        self._end = answer_of({**response, "output": list(as_list(response.get("output")))})
        return "" if self._letters.text or self._calls else self._letters.feed(self._end.text)


RESPONSES = Wire("/responses", body_of, _streamed, answer_of, Accumulator)
