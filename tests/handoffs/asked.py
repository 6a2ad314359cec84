"""What a model was asked, read from the request as it came over the wire."""

from __future__ import annotations

from typing import Any

Request = dict[str, Any]


def offered(request: Request) -> dict[str, dict[str, Any]]:
    """The tools that the model was offered, by name."""
    return {tool["function"]["name"]: tool["function"] for tool in request.get("tools", ())}


def told(request: Request) -> str:
    """The instructions of whoever was asked."""
    return "\n".join(message["content"] for message in request["messages"] if message["role"] == "system")


def read(request: Request) -> list[dict[str, Any]]:
    """The conversation as it was shown, without the instructions."""
    return [message for message in request["messages"] if message["role"] != "system"]


def said(request: Request) -> list[str]:
    """The customer's lines among it."""
    return [message["content"] for message in request["messages"] if message["role"] == "user"]
