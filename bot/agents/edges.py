"""Who may hand to whom: a table of allowed edges, asked when a transfer is offered and again when it is made."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.agents.agent import Target
from bot.agents.context import CALLBACK_TIMEOUT_S, RunContext, settled

log = logging.getLogger("baton.agents")

When = Callable[[RunContext[Any]], bool | Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Edge:
    """A transfer that is allowed: from the agent of this name to the target of that name, "*" for any; `when` may look
    at the customer's tier, the hour, the channel or whatever else the context knows."""

    from_agent: str
    to: str
    when: When | None = None
    because: str = ""


class Edges:
    """The table. What no edge allows is refused, with the reason of the last edge that fitted but did not hold."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._edges = tuple(edges)

    async def refusal(self, ctx: RunContext[Any], from_agent: str, target: Target) -> str | None:
        """None if the transfer is allowed, else why it is not, in words for the model."""
        why = ""
        for edge in self._edges:
            if edge.from_agent not in ("*", from_agent) or edge.to not in ("*", target.name):
                continue
            if edge.when is None or await _holds(edge.when, ctx):
                return None
            why = edge.because or why
        return f"{from_agent} may not hand over to {target.name} now" + (f": {why}" if why else "")


async def _holds(when: When, ctx: RunContext[Any]) -> bool:
    try:
        return bool(await settled(when(ctx), CALLBACK_TIMEOUT_S))
    except Exception as error:  # what cannot be checked is not allowed
        log.warning("edge.failed", exc_info=error)
        return False
