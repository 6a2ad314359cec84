"""The answers of the scripted model on both wires, and what it checks of a request."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

Step = dict[str, Any]


def whole_body(step: Step, request: dict[str, Any]) -> dict[str, Any]:
    """A tidy answer, as a well-behaved server sends it."""
    made = _tool_calls(step, request)
    message: dict[str, Any] = {"role": "assistant", "content": step.get("text") or None}
    if made:
        message["tool_calls"] = made
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if made else "stop"}
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [choice],
        "usage": _USAGE,
    }


_USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """One chunk of a stream, for scripting odd ones."""
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def whole_chunks(step: Step, request: dict[str, Any]) -> list[dict[str, Any]]:
    """A tidy stream: words one by one, each call's arguments in two pieces, then the usage alone."""
    chunks = [chunk({"role": "assistant", "content": ""})]
    chunks += [chunk({"content": word}) for word in _words(step)]
    made = _tool_calls(step, request)
    for index, one in enumerate(made):
        arguments = one["function"]["arguments"]
        first = {"index": index, **one, "function": {"name": one["function"]["name"], "arguments": ""}}
        if not isinstance(arguments, str):
            chunks.append(chunk({"tool_calls": [{**first, "function": one["function"]}]}))
            continue
        chunks.append(chunk({"tool_calls": [first]}))
        middle = len(arguments) // 2
        for piece in (arguments[:middle], arguments[middle:]):
            chunks.append(chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}))
    chunks.append(chunk({}, "tool_calls" if made else "stop"))
    return [*chunks, {**chunk({}), "choices": [], "usage": _USAGE}]


def _tool_calls(step: Step, request: dict[str, Any]) -> list[dict[str, Any]]:
    made: Sequence[dict[str, Any]] = step.get("tool_calls", ())
    # Unique over a conversation, as a good server's ids are: the number of messages grows with every call.
    stem = f"call_{len(_said(request))}"
    return [
        {
            "id": one.get("id", f"{stem}_{number}"),
            "type": "function",
            "function": {"name": one["name"], "arguments": one.get("arguments", "{}")},
        }
        for number, one in enumerate(made)
    ]


# ---- Responses -------------------------------------------------------------------------------------------------------


def whole_response(step: Step, request: dict[str, Any]) -> dict[str, Any]:
    """A tidy response; with a call there is a thought before it, which nobody has asked for."""
    output: list[dict[str, Any]] = []
    if step.get("text"):
        content = [{"type": "output_text", "text": step["text"], "annotations": []}]
        output.append({"type": "message", "id": "msg_fake", "role": "assistant", "content": content})
    made = _tool_calls(step, request)
    if made:
        thought = {"type": "summary_text", "text": "never to be shown"}
        output.insert(0, {"type": "reasoning", "id": "rs_fake", "summary": [thought], "encrypted_content": "xyz"})
    for number, one in enumerate(made):
        function = {"name": one["function"]["name"], "arguments": one["function"]["arguments"]}
        output.append({"type": "function_call", "id": None, "call_id": one["id"], "status": "completed", **function})
        if one["id"]:
            output[-1]["id"] = f"fc_{number}"
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    return {"id": "resp_fake", "object": "response", "created_at": 0, "status": "completed", "model": "scripted",
            "error": None, "output": output, "usage": usage}  # fmt: skip


def whole_response_events(step: Step, request: dict[str, Any]) -> list[dict[str, Any]]:
    """A tidy stream: words one by one, each call's arguments in two pieces, then the whole response."""
    response = whole_response(step, request)
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {**response, "output": [], "usage": None}}]
    for index, item in enumerate(response["output"]):
        place = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            events.append({"type": "response.output_item.added", **place, "item": {**item, "content": []}})
            events += [
                {"type": "response.output_text.delta", **place, "content_index": 0, "delta": word}
                for word in _words(step)
            ]
        elif item["type"] == "function_call" and isinstance(item["arguments"], str):
            events.append({"type": "response.output_item.added", **place, "item": {**item, "arguments": ""}})
            middle = len(item["arguments"]) // 2
            events += [
                {"type": "response.function_call_arguments.delta", **place, "delta": piece}
                for piece in (item["arguments"][:middle], item["arguments"][middle:])
            ]
        events.append({"type": "response.output_item.done", **place, "item": item})
    events.append({"type": "response.completed", "response": response})
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


# ---- requests --------------------------------------------------------------------------------------------------------


def _said(request: dict[str, Any]) -> list[dict[str, Any]]:
    said = request.get("input", request.get("messages", []))
    return said if isinstance(said, list) else []


def last_user_text(request: dict[str, Any]) -> str:
    said = [message.get("content") for message in _said(request) if message.get("role") == "user"]
    return str(said[-1]) if said else ""


def _words(step: Step) -> list[str]:
    return re.findall(r"\s*\S+\s*$|\s*\S+", step.get("text") or "")


def uses(part: str, request: dict[str, Any]) -> bool:
    """Whether a request has a part of the wire that not every endpoint knows."""
    if part == "strict":
        tools = request.get("tools", [])
        return any(tool.get("strict") or tool.get("function", {}).get("strict") for tool in tools)
    return part in request


def problem_with(request: dict[str, Any]) -> str:
    """Why a server of Responses that keeps nothing would not take this body, or an empty text."""
    if "input" not in request:
        return ""
    if request.get("store") is not False or "previous_response_id" in request or "conversation" in request:
        return "this server keeps nothing"
    waiting: set[str] = set()
    for item in request["input"]:
        match item.get("type"):
            case "function_call":
                if item["call_id"] in waiting or not isinstance(json.loads(item["arguments"]), dict):
                    return f"bad function_call {item['call_id']}"
                waiting.add(item["call_id"])
            case "function_call_output":
                if item["call_id"] not in waiting or not isinstance(item["output"], str):
                    return f"No tool call found for function call output with call_id {item['call_id']}."
                waiting.remove(item["call_id"])
            case "message" if item.get("role") in ("user", "assistant") and isinstance(item.get("content"), str):
                if waiting:
                    return f"No tool output found for function call {min(waiting)}."
            case kind:
                return f"Invalid value: {kind!r} in input"
    return f"No tool output found for function call {min(waiting)}." if waiting else ""
