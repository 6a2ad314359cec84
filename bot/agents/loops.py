"""When does a run go round in circles? Nothing here raises: the run ends with a reason, and its fallback answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.agents.agent import Agent, Target
from bot.agents.calls import FunctionCall
from bot.agents.result import Reason

# A tool that gave the same twice will give the same again.
SAME_CALLS = 2


@dataclass(frozen=True, slots=True)
class Stop:
    """Why the run cannot go on; `detail` is for the log."""

    reason: Reason
    detail: str


class Loops:
    """`max_handoffs` caps the agents of the chain; people do not count."""

    def __init__(self, chain: Sequence[str], max_handoffs: int, *, detect_cycles: bool) -> None:
        self.chain = list(chain)
        self._max_handoffs = max_handoffs
        self._detect_cycles = detect_cycles
        # The edge that brought the conversation here, until a tool gives the agent something new to go by.
        self._fresh_edge: tuple[str, str] | None = None
        self._made: Counter[str] = Counter()
        self.nudged = False

    def stop_before(self, source: str, target: Target) -> Stop | None:
        """Why this transfer must not be made."""
        if not isinstance(target, Agent):
            return None
        if len(self.chain) >= self._max_handoffs:
            return Stop("hop_limit", f"{' -> '.join(self.chain)} -> {target.name}")
        if self._detect_cycles and self._fresh_edge == (target.name, source):
            return Stop("cycle", f"{target.name} -> {source} -> {target.name}")
        return None

    def handed_over(self, source: str, target: str) -> None:
        self.chain.append(target)
        self._fresh_edge = (source, target)

    def made(self, call: FunctionCall, *, failed: bool) -> None:
        self._made[_same(call)] += 1
        if not failed:
            self._fresh_edge = None

    def repeated(self, calls: Sequence[FunctionCall]) -> list[FunctionCall]:
        """Which of these have been made, with the same arguments, as often as makes sense."""
        if not calls:
            return []
        counted = Counter(self._made)
        again: list[FunctionCall] = []
        for call in calls:
            if counted[_same(call)] >= SAME_CALLS:
                again.append(call)
            counted[_same(call)] += 1
        return again


def _same(call: FunctionCall) -> str:
    return f"{call.tool.name} {json.dumps(json.loads(call.raw), sort_keys=True)}"
