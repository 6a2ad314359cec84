"""What `Runner.stream` tells while a run is under way, in order, and the result it ends with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.agents.agent import Agent, Target
from bot.agents.items import AssistantMessage, HandoffCall, HandoffOutput, Item
from bot.agents.models.base import Usage
from bot.agents.saydo import without_promises

Reason = Literal[
    "asked_for_human",
    "failed_answers",
    "no_answer",
    "hop_limit",
    "cycle",
    "bot_unavailable",
    "outcome_unknown",
    "budget",
    "turn_cap",
]
REASONS: tuple[Reason, ...] = (
    "asked_for_human",
    "failed_answers",
    "no_answer",
    "hop_limit",
    "cycle",
    "bot_unavailable",
    "outcome_unknown",
    "budget",
    "turn_cap",
)
Status = Literal["final", "handoff", "complete", "fallback"]


@dataclass(frozen=True, slots=True)
class HandoffRecord:
    """One transfer: `to_kind` is agent, team or person; `reason` is the model's; `input` the structured input, as a
    dict, if there was one."""

    from_agent: str
    to: str
    to_kind: str
    reason: str
    call_id: str
    step: int
    input: dict[str, Any] | None = None


@dataclass
class RunResult:
    """How a run ended.

    status      final     `text` answers the customer
                handoff   the conversation goes to `handoff_target`; when agents continue, a team or a person
                complete  the agent settled it; `summary` says what was done
                fallback  the agent cannot go on; `reason` is one of REASONS and the caller's fallback answers
    reason      of a handoff: the model's words; of a fallback: one of REASONS; else None
    cause       of a handoff or fallback: one of REASONS where the model or the runner knows it, else None
    detail      of a fallback: for the log, never for the customer
    text        what the last agent said in its last answer, without sentences that promise a transfer where one was
                made or none came
    new_items   what belongs into the history: never the answers that had to be repaired
    handoff_chain   names of the agents that held the conversation, the chain that was passed in included
    """

    text: str
    status: Status
    last_agent: Agent
    handoff_target: Target | None = None
    handoff_chain: list[str] = field(default_factory=list)
    reason: str | None = None
    cause: Reason | None = None
    new_items: list[Item] = field(default_factory=list)
    summary: str | None = None
    usage: Usage = field(default_factory=Usage)
    handoffs: list[HandoffRecord] = field(default_factory=list)
    detail: str = ""

    @property
    def speech(self) -> list[AssistantMessage]:
        """What the agents said in this run, in order. Beside a handoff to people, promises are left out: the notice
        says it."""
        said = [item for item in self.new_items if isinstance(item, AssistantMessage)]
        if self.status not in ("handoff", "fallback"):
            return said
        cut = [AssistantMessage(without_promises(item.text), item.agent) for item in said]
        return [item for item in cut if item.text]

    @property
    def handoff_items(self) -> list[HandoffCall | HandoffOutput]:
        return [item for item in self.new_items if isinstance(item, HandoffCall | HandoffOutput)]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of what the agent says; whole sentences, so that a promise of a transfer can be held until it is kept."""

    agent: str
    delta: str
    replayed: bool = False
    type: Literal["text_delta"] = "text_delta"


@dataclass(frozen=True, slots=True)
class HandoffEvent:
    """Told once per transfer, after it was written to the journal and before the target's first word."""

    from_agent: str
    to: str
    to_kind: str
    reason: str
    step: int
    type: Literal["handoff"] = "handoff"


@dataclass(frozen=True, slots=True)
class ToolEvent:
    """A tool was called and gave its output, or failed."""

    agent: str
    tool: str
    call_id: str
    failed: bool
    type: Literal["tool"] = "tool"


@dataclass(frozen=True, slots=True)
class RepairEvent:
    """An answer could not be used and was sent back to the model, which was told `problem`."""

    agent: str
    problem: str
    step: int
    type: Literal["repair"] = "repair"


@dataclass(frozen=True, slots=True)
class Finished:
    result: RunResult
    type: Literal["finished"] = "finished"


Event = TextDelta | HandoffEvent | ToolEvent | RepairEvent | Finished
