"""Who runs, for whom, and what the run remembers: what every callback of the library gets first."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

if TYPE_CHECKING:
    from bot.agents.agent import Agent

TContext = TypeVar("TContext", default=Any)
# Covariant, so that agents with different outputs fit into one list of handoffs.
TOutput = TypeVar("TOutput", default=str, covariant=True)
T = TypeVar("T")

# How long a callback may take that a customer waits for.
CALLBACK_TIMEOUT_S = 10.0


@dataclass(slots=True)
class RunContext(Generic[TContext]):
    """`context` is the caller's own object; it never reaches a model.

    `agent` is who holds the conversation now: in a hook of a handoff still the one who gives it away. `session_state`
    goes along from agent to agent and from run to run; put only what can be stored as JSON into it.
    """

    context: TContext
    run_id: str
    agent: Agent[Any, Any]
    session_id: str | None = None
    session_state: dict[str, Any] = field(default_factory=dict)

    def session_json(self) -> str:
        """The session's state as text, to tell whether it changed, and to write down what it became."""
        return json.dumps(self.session_state, ensure_ascii=False, default=str) if self.session_state else "{}"

    def replay(self, entry: Mapping[str, Any]) -> None:
        """Bring back what a journal entry says the session's state became."""
        if "session_state" in entry:
            self.session_state = json.loads(entry["session_state"])

    def changed(self, before: str) -> dict[str, Any]:
        """What a journal entry says of the session's state, when it is not what it was before."""
        after = self.session_json()
        return {} if after == before else {"session_state": after}


async def settled(answer: T | Awaitable[T], within_s: float | None = None) -> T:
    """What a callback gave, whether it is sync or async.

    Raises:
        TimeoutError: an async one took longer than `within_s`.
    """
    if not inspect.isawaitable(answer):
        return answer
    if within_s is None:
        return await answer
    async with asyncio.timeout(within_s):
        return await answer


def takes(function: Callable[..., Any], wanted: int) -> int:
    """How many of `wanted` positional arguments the function has room for; all of them when nobody can tell."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return wanted
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return wanted
    room = sum(
        parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD) for parameter in parameters
    )
    return min(wanted, room)
