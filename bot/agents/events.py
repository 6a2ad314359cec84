"""What a run tells while it is under way: the same events, in the same order, for `Runner.run`, `Runner.stream` and
everybody who subscribed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from bot.agents.result import RunResult


class _Told:
    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The event as plain values, `type` first."""
        told = {name.name: getattr(self, name.name) for name in fields(self)}  # type: ignore[arg-type]
        return {"type": told.pop("type"), **told}


@dataclass(frozen=True, slots=True)
class TextDelta(_Told):
    """A piece of what the agent says; whole sentences, so that a promise of a transfer can be held until it is kept."""

    agent: str
    delta: str
    replayed: bool = False
    type: Literal["text_delta"] = "text_delta"


@dataclass(frozen=True, slots=True)
class HandoffEvent(_Told):
    """Told once per transfer, after it was written to the journal and before the target's first word."""

    from_agent: str
    to: str
    to_kind: str
    reason: str
    step: int
    type: Literal["handoff"] = "handoff"

    @property
    def from_(self) -> str:
        return self.from_agent

    def to_dict(self) -> dict[str, Any]:
        """{"type": "handoff", "from": ..., "to": ..., ...}"""
        return {"type": self.type, "from": self.from_agent, "to": self.to, "to_kind": self.to_kind,
                "reason": self.reason, "step": self.step}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TransferEvent(_Told):
    """Beside each handoff, for those who watch many runs."""

    run_id: str
    from_agent: str
    to_agent: str
    reason: str
    type: Literal["handoff.transfer"] = "handoff.transfer"


@dataclass(frozen=True, slots=True)
class ChainEvent(_Told):
    """Once at the end of a run in which the conversation changed hands."""

    run_id: str
    chain: tuple[str, ...]
    final_agent: str
    type: Literal["handoff.complete"] = "handoff.complete"


@dataclass(frozen=True, slots=True)
class ToolEvent(_Told):
    """A tool was called and gave its output, or failed."""

    agent: str
    tool: str
    call_id: str
    failed: bool
    type: Literal["tool"] = "tool"


@dataclass(frozen=True, slots=True)
class RepairEvent(_Told):
    """An answer could not be used and was sent back to the model, which was told `problem`."""

    agent: str
    problem: str
    step: int
    type: Literal["repair"] = "repair"


@dataclass(frozen=True, slots=True)
class Finished(_Told):
    """The last event of every run. `result` is for the caller and whole; `reason` is its reason as others may read
    it."""

    result: RunResult
    reason: str | None = None
    type: Literal["finished"] = "finished"

    def to_dict(self) -> dict[str, Any]:
        result = self.result
        return {
            "type": self.type,
            "status": result.status,
            "text": result.text,
            "reason": self.reason,
            "handoff_chain": list(result.handoff_chain),
            "last_agent": result.last_agent.name,
            "handoff_target": result.handoff_target.name if result.handoff_target is not None else None,
        }


_KINDS = (TextDelta, HandoffEvent, TransferEvent, ChainEvent, ToolEvent, RepairEvent, Finished)
TYPES: tuple[str, ...] = tuple(str(field.default) for kind in _KINDS for field in fields(kind) if field.name == "type")
Event = TextDelta | HandoffEvent | TransferEvent | ChainEvent | ToolEvent | RepairEvent | Finished
