"""The arguments of a Web API call, whichever way they came: query, form, multipart or JSON."""

import json
from typing import Any

from aiohttp import web

from bot.fake_slack.records import ApiError, Json

_STRUCTURED = ("blocks", "attachments", "metadata", "view", "prompts", "loading_messages", "chunks")


async def read_arguments(request: web.Request) -> tuple[Json, bool]:
    """All arguments by name, and whether they came as JSON. Nulls count as not given.

    Raises:
        ApiError: invalid_json, or invalid_arguments for a structured argument that is no JSON.
    """
    args: Json = dict(request.query)
    is_json = request.content_type == "application/json"
    if is_json:
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError as wrong:
            raise ApiError("invalid_json") from wrong
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        args |= body
    elif request.can_read_body:
        args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    for name in _STRUCTURED:
        if isinstance(args.get(name), str):
            try:
                args[name] = json.loads(args[name])
            except ValueError as wrong:
                code = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
                raise ApiError(code, messages=[f"[ERROR] {name} is no JSON"]) from wrong
    return {key: value for key, value in args.items() if value is not None}, is_json


class Args:
    """Reads arguments by type. What is missing or of another type is `invalid_arguments`, as Slack answers."""

    def __init__(self, given: Json) -> None:
        self.given = given

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def need(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise ApiError("invalid_arguments", messages=[f"[ERROR] missing required field: {name}"])
        return value

    def text(self, name: str) -> str:
        value = self.given.get(name, "")
        return value if isinstance(value, str) else str(value)

    def flag(self, name: str) -> bool:
        return str(self.given.get(name, "")).lower() in ("1", "true", "yes")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.given.get(name, default))
        except (TypeError, ValueError) as wrong:
            raise ApiError("invalid_arguments", messages=[f"[ERROR] {name} must be a number"]) from wrong

    def names(self, name: str) -> list[str]:
        """A list of ids: comma-separated or a JSON list."""
        value = self.given.get(name, "")
        given = value if isinstance(value, list) else str(value).split(",")
        return [each.strip() for each in given if each.strip()]

    def items(self, name: str) -> list[Any]:
        value = self.given.get(name) or []
        if not isinstance(value, list):
            raise ApiError("invalid_arguments", messages=[f"[ERROR] {name} must be an array"])
        return value
