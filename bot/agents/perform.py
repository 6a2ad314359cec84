"""Makes the calls of a run: each effect at most once, also over a crash, a cancellation and a second worker."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from bot.agents.calls import FunctionCall, Transfer
from bot.agents.journal import Journal
from bot.agents.tools import ToolContext, ToolError, ToolResult

log = logging.getLogger("baton.agents")
T = TypeVar("T")


class Performer:
    def __init__(self, journal: Journal, entries: Sequence[dict[str, Any]], context: Any) -> None:
        self._journal = journal
        self._context = context
        self._outputs = {entry["call_id"]: entry for entry in entries if entry["kind"] == "tool"}

    async def call(self, call: FunctionCall, agent: str, step: int) -> ToolResult:
        """The output of the call: from the journal if it is there, else by calling the tool and writing it down."""
        before = self._outputs.get(call.call_id)
        if before is not None:
            return ToolResult(before["output"], before["failed"])
        key = call.call_id
        if call.tool.effect:
            begin = await self._journal.begin(call.tool.name, call.call_id, call.tool.idempotent)
            if begin.state == "done":
                return ToolResult(begin.result or "")
            if begin.state == "unknown":
                return self._unknown(call, "it had begun before, and its end is not known")
            key = begin.key
        made = self._make(call, ToolContext(self._context, agent, call.call_id, key), step)
        # What has begun outside cannot be taken back: a cancelled run waits for it and writes down how it ended.
        return await (_to_its_end(made) if call.tool.effect else made)

    async def _make(self, call: FunctionCall, context: ToolContext, step: int) -> ToolResult:
        try:
            result = ToolResult(await call.tool.call(call.arguments, context))
        except ToolError as error:
            result = ToolResult(json.dumps({"error": str(error)}, ensure_ascii=False), failed=True)
        except Exception as error:  # a tool is not ours; one that breaks must not end the conversation
            log.warning("tool.failed %s", call.tool.name, exc_info=error)
            if call.tool.effect and not call.tool.idempotent:
                return self._unknown(call, f"it broke off with {type(error).__name__}")
            result = ToolResult(json.dumps({"error": f"{call.tool.name} failed ({type(error).__name__})"}), failed=True)
        await self._journal.append(
            {
                "kind": "tool",
                "step": step,
                "call_id": call.call_id,
                "name": call.tool.name,
                "output": result.output,
                "failed": result.failed,
            }
        )
        return result

    def _unknown(self, call: FunctionCall, why: str) -> ToolResult:
        told = json.dumps({"error": "It is not known whether this happened."})
        return ToolResult(told, failed=True, known=False, problem=f"{call.tool.name}({call.raw}): {why}")

    async def run_hook(self, call: Transfer) -> None:
        """Run the handoff's `on_handoff`, at most once: one that had begun before a crash is not run again."""
        hook = call.handoff.on_handoff
        if hook is None:
            return
        begin = await self._journal.begin(f"on_handoff:{call.tool_name}", call.call_id, False)
        if begin.state == "begun":
            ran = hook(self._context, call.input)
            if inspect.isawaitable(ran):
                await ran


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
