"""What one turn of an agent did, written down as it happens, so that a crash repeats nothing that was paid for or had
an effect.

Entries are dicts of plain values. Their `kind`:
  answer   step, agent, text, calls, usage, model, cause, verbatim: what a model said; it is not asked for it again
  begun    tool, call_id, key: a tool with an effect was about to be called
  tool     step, call_id, name, output, failed: what a tool came to
  handoff  step, call_id, from, to, to_kind, reason: the conversation was given away; written before the target starts
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol


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
