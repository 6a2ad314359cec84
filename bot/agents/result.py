"""How a run ended, and what callers make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from bot.agents.agent import Agent, Target
from bot.agents.items import Act, AssistantMessage, HandoffCall, HandoffOutput, Item
from bot.agents.models.base import Choice, Usage
from bot.agents.output import ResolvedAgentOutput
from bot.agents.saydo import without_promises
from bot.agents.state import RunState

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    output      the answer parsed into the agent's `output_type`, if it has one
    new_items   what belongs into the history: never the answers that had to be repaired
    handoff_chain   names of the agents that held the conversation, the chain that was passed in included
    act, choices   of a final answer: what it does, and the buttons under it, as its model gave them
    state       to go on with: `Runner.run(agent, "next", state=result.state)`
    """

    text: str
    status: Status
    last_agent: Agent[Any, Any]
    state: RunState = field(compare=False, repr=False)
    handoff_target: Target | None = None
    handoff_chain: list[str] = field(default_factory=list)
    reason: str | None = None
    cause: Reason | None = None
    new_items: list[Item] = field(default_factory=list)
    summary: str | None = None
    usage: Usage = field(default_factory=Usage)
    handoffs: list[HandoffRecord] = field(default_factory=list)
    detail: str = ""
    output: Any = None
    act: Act = ""
    choices: tuple[Choice, ...] = ()

    @property
    def final_output(self) -> ResolvedAgentOutput[Any]:
        """Who was handed to, the parsed answer, or the text."""
        if self.status == "handoff":
            return self.handoff_target
        return self.text if self.output is None else self.output

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


def handoff_result(result: RunResult) -> Mapping[str, Any]:
    """What an HTTP caller of a handoff agent gets: {"success": bool, "message": str}."""
    if result.status != "fallback" and result.handoffs:
        return {"success": True, "message": f"Conversation handed off to {result.handoffs[-1].to}"}
    return {"success": False, "message": result.text or "Conversation not handed off"}
