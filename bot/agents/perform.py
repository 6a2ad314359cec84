"""Makes the calls of a run: each effect at most once, also over a crash, a cancellation and a second worker."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from bot.agents.agent_tool import entries_within
from bot.agents.budget import Meter
from bot.agents.calls import FunctionCall
from bot.agents.context import RunContext
from bot.agents.journal import Journal, answer_from
from bot.agents.tools import JournalFailed, OutcomeUnknown, ToolContext, ToolError, ToolResult

if TYPE_CHECKING:
    from bot.agents.runner import Runner

log = logging.getLogger("baton.agents")
T = TypeVar("T")


class Performer:
    def __init__(
        self, journal: Journal, entries: Sequence[dict[str, Any]], ctx: RunContext[Any], meter: Meter,
        runner: Runner | None,
    ) -> None:  # fmt: skip
        self._journal = journal
        self._entries = entries
        self._ctx = ctx
        self._meter = meter
        self._runner = runner
        self._outputs = {entry["call_id"]: entry for entry in entries if entry["kind"] == "tool"}

    async def call(self, call: FunctionCall, agent: str, step: int) -> ToolResult:
        """The output of the call: from the journal if it is there, else by calling the tool and writing it down."""
        before = self._outputs.get(call.call_id)
        if before is not None:
            self._ctx.replay(before)
            self._count_inside(call.call_id, self._entries)
            return ToolResult(before["output"], before["failed"])
        key = call.call_id
        if call.tool.effect:
            begin = await self._journal.begin(call.tool.name, call.call_id, call.tool.idempotent)
            if begin.state == "done":
                return ToolResult(begin.result or "")
            if begin.state == "unknown":
                return self._unknown(call, "it had begun before, and its end is not known")
            key = begin.key
        ctx = self._ctx
        context = ToolContext(ctx.context, agent, call.call_id, key, ctx, self._journal, self._meter, self._runner)
        made = self._make(call, context, step)
        # What has begun outside cannot be taken back: a cancelled run waits for it and writes down how it ended.
        return await (_to_its_end(made) if call.tool.effect else made)

    async def _make(self, call: FunctionCall, context: ToolContext, step: int) -> ToolResult:
        before = self._ctx.session_json()
        try:
            result = ToolResult(await call.tool.call(call.arguments, context))
        except ToolError as error:
            result = ToolResult(json.dumps({"error": str(error)}, ensure_ascii=False), failed=True)
        except OutcomeUnknown as error:
            return self._unknown(call, str(error))
        except JournalFailed as failure:
            raise failure.__cause__ or failure from None
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
                **self._ctx.changed(before),
            }
        )
        return result

    def _unknown(self, call: FunctionCall, why: str) -> ToolResult:
        told = json.dumps({"error": "It is not known whether this happened."})
        return ToolResult(told, failed=True, known=False, problem=f"{call.tool.name}({call.raw}): {why}")

    def _count_inside(self, call_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        """What an agent that is a tool spent before the crash counts like what it spends now."""
        inside = list(entries_within(entries, call_id))
        for entry in inside:
            if entry["kind"] == "answer":
                self._meter.answered(answer_from(entry))
        for name in {entry["call_id"] for entry in inside if entry["kind"] == "within"}:
            self._count_inside(name, inside)


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
