"""What one turn of an agent did, written down as it happens, so that a crash repeats nothing that was paid for or had
an effect.

Entries are dicts of plain values. Their `kind`:
  answer   step, agent, text, calls, usage, model, cause, verbatim, run_id, act, choices: what a model said; it is not
           asked again
  begun    tool, call_id, key: a tool with an effect, or a hook, was about to be called
  tool     step, call_id, name, output, failed: what a tool came to
  refused  step, call_id, why: a transfer was not made
  handoff  step, call_id, from, to, to_kind, reason, input: the conversation was given away; written before the target
           starts
  within   call_id, entry: what the run of an agent that is a tool wrote
`session_state`, as JSON text, stands in an entry behind which it was another than before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bot.agents.models.base import Choice, ModelAnswer, RawCall, Usage


@dataclass(frozen=True, slots=True)
class Begin:
    """May a tool with an effect be called?

    begun    yes, with this key; also when it had begun before and is idempotent
    done     no: it was called before, and `result` is what it gave
    unknown  no: it had begun before, its end is not known, and calling it again might do harm
    """

    state: Literal["begun", "done", "unknown"]
    key: str = ""
    result: str | None = None


class Journal(Protocol):
    async def recorded(self) -> list[dict[str, Any]]:
        """The entries of this turn so far, oldest first; empty at the first attempt."""
        ...

    async def append(self, entry: dict[str, Any]) -> None:
        """Write one entry. An exception ends the run: somebody else owns the conversation, or nothing can be
        written."""
        ...

    async def begin(self, tool_name: str, call_id: str, idempotent: bool) -> Begin:
        """Ask before a tool with an effect is called, in one step that also writes `begun`."""
        ...


class MemoryJournal:
    """A journal in memory: the default, and the model of how a stored one behaves."""

    def __init__(self, turn: str = "turn") -> None:
        self.entries: list[dict[str, Any]] = []
        self._turn = turn

    async def recorded(self) -> list[dict[str, Any]]:
        return [dict(entry) for entry in self.entries]

    async def append(self, entry: dict[str, Any]) -> None:
        self.entries.append(entry)

    async def begin(self, tool_name: str, call_id: str, idempotent: bool) -> Begin:
        key = f"{self._turn}:{call_id}"
        mine = [entry for entry in self.entries if entry.get("call_id") == call_id]
        for entry in mine:
            if entry["kind"] == "tool":
                return Begin("done", key, entry["output"])
        if any(entry["kind"] == "begun" for entry in mine):
            return Begin("begun", key) if idempotent else Begin("unknown", key)
        self.entries.append({"kind": "begun", "tool": tool_name, "call_id": call_id, "key": key})
        return Begin("begun", key)


def recorded_answer(step: int, agent: str, answer: ModelAnswer, run_id: str) -> dict[str, Any]:
    return {
        "kind": "answer",
        "step": step,
        "agent": agent,
        "text": answer.text,
        # As JSON: what an odd server sends as arguments need not fit any other encoding.
        "calls": [{"id": call.id, "name": call.name, "arguments": json.dumps(call.arguments)} for call in answer.calls],
        "usage": [answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.model_calls],
        "model": answer.model,
        "cause": answer.cause,
        "verbatim": answer.verbatim,
        "run_id": run_id,
        "act": answer.act,
        "choices": [[choice.label, choice.kind] for choice in answer.choices],
    }


def answer_from(entry: Mapping[str, Any]) -> ModelAnswer:
    """The answer that `recorded_answer` wrote."""
    calls = tuple(RawCall(call["id"], call["name"], json.loads(call["arguments"])) for call in entry["calls"])
    return ModelAnswer(
        entry["text"], calls, Usage(*entry["usage"]), entry["model"], entry["cause"], entry["verbatim"],
        entry.get("act", ""), tuple(Choice(*one) for one in entry.get("choices", ())),
    )  # fmt: skip
