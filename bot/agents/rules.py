"""What a run must keep to, whoever holds the conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.agents.edges import Edges
from bot.agents.filters import InputFilter
from bot.agents.models.base import Model
from bot.agents.views import Redact

if TYPE_CHECKING:
    from bot.agents.runner import Runner


@dataclass(frozen=True, slots=True)
class Rules:
    """`model` speaks for agents without one; `input_filter` is for handoffs without one; `redactors` see every text
    first; `runner` is whose run it is, for runs inside it."""

    max_handoffs: int
    detect_cycles: bool
    max_turns: int
    return_at_handoff: bool = False
    streamed: bool = False
    model: Model | None = None
    input_filter: InputFilter | None = None
    redactors: tuple[Redact, ...] = ()
    edges: Edges | None = None
    runner: Runner | None = None

    def redacted(self, text: str) -> str:
        for redact in self.redactors:
            text = redact(text)
        return text
