"""The table of methods. Each declares its scopes (any of them will do), its tier and who may call it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.fake_slack.arguments import Args
from bot.fake_slack.records import Json
from bot.fake_slack.world import World

Run = Callable[[World, Args], Json]


@dataclass(frozen=True)
class Method:
    name: str
    run: Run
    scopes: tuple[str, ...]
    tier: int | None
    """1 to 4; None where Slack names no common figure."""
    caller: Literal["bot", "app", "anyone"]


METHODS: dict[str, Method] = {}


def method(
    name: str, *scopes: str, tier: int | None = None, caller: Literal["bot", "app", "anyone"] = "bot"
) -> Callable[[Run], Run]:
    """Register a function as a method of the Web API. It returns the answer without `ok`, or raises ApiError."""

    def register(run: Run) -> Run:
        METHODS[name] = Method(name, run, scopes, tier, caller)
        return run

    return register
