"""One run, step by step. A step is one answer of a model and what it leads to.

The journal is read once at the start. Steps that are in it are played again from there: no model is asked, no tool with
an effect is called and no hook runs twice, so that after a crash the run arrives where it was and goes on.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from bot.agents.agent import Agent, Handoff, enabled_handoffs, handoffs_of, instructions_of, transfer_specs
from bot.agents.calls import (
    BadCall,
    CallCheck,
    Completion,
    FunctionCall,
    Transfer,
    call_ids,
    shown_arguments,
    shown_name,
)
from bot.agents.events import (
    REASONS,
    Event,
    Finished,
    HandoffEvent,
    HandoffRecord,
    Reason,
    RepairEvent,
    RunResult,
    Status,
    TextDelta,
    ToolEvent,
)
from bot.agents.items import (
    AssistantMessage,
    Call,
    HandoffCall,
    HandoffOutput,
    Item,
    ToolCall,
    ToolOutput,
    UserMessage,
    view,
)
from bot.agents.journal import Journal
from bot.agents.models.base import ModelAnswer, ModelRejected, ModelRequest, ModelUnavailable, RawCall, Usage
from bot.agents.perform import Performer
from bot.agents.saydo import SpeechGate
from bot.agents.tools import COMPLETE_SPEC, ToolSpec

_EMPTY = "Your last answer was empty. Answer the customer, or use one of your tools."
_NUDGE = "You told the customer that you would transfer them, but you did not call a transfer tool. Call it now."


@dataclass(frozen=True, slots=True)
class Limits:
    max_handoffs: int
    detect_cycles: bool
    max_steps: int
    return_at_handoff: bool


class Turn:
    """The state of one run."""

    def __init__(
        self,
        agent: Agent,
        history: list[Item],
        journal: Journal,
        limits: Limits,
        context: Any,
        chain: Sequence[str],
        *,
        streamed: bool,
    ) -> None:
        self._agent = agent
        self._history = history
        self._journal = journal
        self._limits = limits
        self._context = context
        self._streamed = streamed
        self._chain = list(chain) if chain and chain[-1] == agent.name else [*chain, agent.name]
        self._new: list[Item] = []
        # What only this agent reads, and only now: its own bad answers and what it was told about them. Never part of
        # the history.
        self._scratch: list[tuple[int, Item]] = []
        self._repairs = 0
        self._nudged = False
        self._empty_before = False
        self._step = 0
        self._usage = Usage()
        self._handoffs: list[HandoffRecord] = []
        # The edge that brought the conversation here, until a tool gives the agent something new to go by.
        self._fresh_edge: tuple[str, str] | None = None
        self._said = ""
        self._recorded: dict[int, dict[str, Any]] = {}
        self._done_handoffs: set[str] = set()

    async def events(self) -> AsyncGenerator[Event, None]:
        entries = await self._journal.recorded()
        self._recorded = {entry["step"]: entry for entry in entries if entry["kind"] == "answer"}
        self._done_handoffs = {entry["call_id"] for entry in entries if entry["kind"] == "handoff"}
        self._performer = Performer(self._journal, entries, self._context)
        result: RunResult | None = None
        while result is None:
            if self._step >= self._limits.max_steps:
                result = self._fallback("turn_cap", f"{self._step} model calls")
                break
            async with aclosing(self._one_step()) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        result = event.result
                    else:
                        yield event
            self._step += 1
        yield Finished(result)

    # ---- one step

    async def _one_step(self) -> AsyncGenerator[Event, None]:
        agent = self._agent
        handoffs = await enabled_handoffs(agent, self._context)
        gate = SpeechGate()
        answer: ModelAnswer | None = None
        try:
            async with aclosing(self._answer(agent, handoffs, gate)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, ModelAnswer):
                        answer = piece
                    else:
                        yield piece
        except (ModelUnavailable, ModelRejected) as error:
            self._keep_words(gate.said)
            yield Finished(self._fallback("bot_unavailable", str(error)))
            return
        assert answer is not None, "a model's answer is the last thing it yields"
        self._usage += answer.usage
        ids = call_ids(answer.calls, self._step, self._ids_in_use())
        if self._done_handoffs.intersection(ids):
            # It was made before the crash, so it stands, whatever `is_enabled` says by now.
            handoffs = handoffs_of(agent)
        check = CallCheck(agent, handoffs)
        good, bad = check.check(answer.calls, ids)
        if not answer.calls:
            async for event in self._words_only(answer, gate, handoffs):
                yield event
            return
        self._keep_words(gate.said)
        if bad:
            yield self._repair(answer, ids, {call.call_id: call for call in bad}, check.allowed)
            return
        for call in good:
            if isinstance(call, FunctionCall):
                event, unknown = await self._call(call)
                yield event
                if unknown:
                    yield Finished(self._fallback("outcome_unknown", unknown))
                    return
        for call in good:
            if isinstance(call, Completion):
                yield Finished(self._complete(call))
            elif isinstance(call, Transfer):
                async for event in self._transfer(call, answer):
                    yield event

    async def _answer(
        self, agent: Agent, handoffs: list[Handoff], gate: SpeechGate
    ) -> AsyncGenerator[TextDelta | ModelAnswer, None]:
        """Pieces of speech, then the whole answer: from the journal if it is there, else from the model and then into
        the journal."""
        recorded = self._recorded.get(self._step)
        if recorded is not None and recorded["agent"] == agent.name:
            answer = _answer_from(recorded)
            shown = self._gated(gate, answer) + gate.end()
            if shown:
                yield TextDelta(agent.name, shown, replayed=True)
            yield answer
            return
        # From here on the past does not fit the present (an agent was renamed, say): what follows it is of no use.
        self._recorded = {step: entry for step, entry in self._recorded.items() if step < self._step}
        request = await self._request(agent, handoffs)
        whole: ModelAnswer | None = None
        if self._streamed:
            async with aclosing(agent.model_to_ask.stream(request)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, ModelAnswer):
                        whole = piece
                    elif shown := gate.feed(piece):
                        yield TextDelta(agent.name, shown)
            if whole is None:
                raise ModelUnavailable("the stream ended without an answer")
        else:
            whole = await agent.model_to_ask.answer(request)
        await self._journal.append(_recorded_answer(self._step, agent.name, whole))
        # A model that does not speak in pieces, or was not asked to, has said nothing yet.
        shown = "" if gate.said or gate.held or gate.pending else self._gated(gate, whole)
        if shown := shown + gate.end():
            yield TextDelta(agent.name, shown)
        yield whole

    def _gated(self, gate: SpeechGate, answer: ModelAnswer) -> str:
        return gate.quote(answer.text) if answer.verbatim else gate.feed(answer.text)

    async def _request(self, agent: Agent, handoffs: list[Handoff]) -> ModelRequest:
        transfers = transfer_specs(agent, handoffs)
        tools: list[ToolSpec] = [
            *(tool.spec for tool in agent.tools),
            *transfers,
            *([COMPLETE_SPEC] if agent.can_complete else []),
        ]
        choice = "auto"
        if self._nudged and self._scratch:
            tools = transfers
            choice = transfers[0].name if len(transfers) == 1 else "required"
        return ModelRequest(agent.name, await instructions_of(agent, self._context), self._view(), tuple(tools), choice)

    def _view(self) -> tuple[Item, ...]:
        items: list[Item] = list(self._history)
        scratch = list(self._scratch)
        for position, item in enumerate(self._new):
            items.extend(entry for at, entry in scratch if at == position)
            items.append(item)
        items.extend(entry for at, entry in scratch if at >= len(self._new))
        return view(items)

    def _ids_in_use(self) -> set[str]:
        everything = (*self._history, *self._new, *(item for _, item in self._scratch))
        return {item.call_id for item in everything if isinstance(item, Call)}

    # ---- what an answer leads to

    async def _words_only(
        self, answer: ModelAnswer, gate: SpeechGate, handoffs: list[Handoff]
    ) -> AsyncGenerator[Event, None]:
        agent = self._agent
        if answer.cause is not None:
            self._keep_words(gate.said)
            yield Finished(self._fallback(_reason(answer.cause), "the model gave up"))
        elif not answer.text.strip():
            if self._empty_before:
                yield Finished(self._fallback("no_answer", "the model answered nothing, twice"))
                return
            self._empty_before = True
            self._note(UserMessage(_EMPTY))
            yield RepairEvent(agent.name, "empty answer", self._step)
        elif gate.held.strip():
            self._keep_words(gate.said)
            if self._nudged or not handoffs:
                yield Finished(self._fallback("no_answer", "the agent promised a transfer and made none"))
                return
            self._nudged = True
            self._note(AssistantMessage(gate.held.strip(), agent.name))
            self._note(UserMessage(_NUDGE))
            yield RepairEvent(agent.name, "promised a transfer without a call", self._step)
        else:
            self._keep_words(gate.said)
            yield Finished(self._result("final"))

    def _repair(
        self, answer: ModelAnswer, ids: Sequence[str], bad: dict[str, BadCall], allowed: Sequence[str]
    ) -> Event:
        self._repairs += 1
        problems = " ".join(dict.fromkeys(call.problem for call in bad.values()))
        if self._repairs > self._agent.repairs:
            return Finished(
                self._fallback("no_answer", f"bad calls, {self._agent.repairs} repairs did not help: {problems}")
            )
        hint = f"Allowed tools: {', '.join(allowed)}." if allowed else "You have no tools: answer in words."
        for call, call_id in zip(answer.calls, ids, strict=True):
            self._note(ToolCall(call_id, shown_name(call), shown_arguments(call), self._agent.name))
        for call, call_id in zip(answer.calls, ids, strict=True):
            problem = (
                bad[call_id].problem if call_id in bad else "Not called: another call of the same answer was wrong."
            )
            told = problem if "llowed t" in problem else f"{problem} {hint}"
            self._note(ToolOutput(call_id, shown_name(call), json.dumps({"error": told}, ensure_ascii=False)))
        return RepairEvent(self._agent.name, problems, self._step)

    async def _call(self, call: FunctionCall) -> tuple[Event, str]:
        """Make the call; the second value says why nobody can tell what it did, or is empty."""
        result = await self._performer.call(call, self._agent.name, self._step)
        self._new.append(ToolCall(call.call_id, call.tool.name, call.raw, self._agent.name))
        self._new.append(ToolOutput(call.call_id, call.tool.name, result.output))
        if not result.failed:
            self._fresh_edge = None
        return ToolEvent(
            self._agent.name, call.tool.name, call.call_id, result.failed
        ), "" if result.known else result.problem

    def _complete(self, call: Completion) -> RunResult:
        self._new.append(ToolCall(call.call_id, COMPLETE_SPEC.name, call.raw, self._agent.name))
        self._new.append(ToolOutput(call.call_id, COMPLETE_SPEC.name, json.dumps({"complete": True})))
        return self._result("complete", summary=call.summary)

    async def _transfer(self, call: Transfer, answer: ModelAnswer) -> AsyncGenerator[Event, None]:
        source, target = self._agent, call.handoff.agent
        to_agent = isinstance(target, Agent)
        if to_agent and len(self._chain) >= self._limits.max_handoffs:
            yield Finished(self._fallback("hop_limit", f"{' -> '.join(self._chain)} -> {target.name}"))
            return
        if to_agent and self._limits.detect_cycles and self._fresh_edge == (target.name, source.name):
            yield Finished(self._fallback("cycle", f"{target.name} -> {source.name} -> {target.name}"))
            return
        record = HandoffRecord(
            source.name, target.name, call.handoff.target_kind, call.reason, call.call_id, self._step,
            call.input.model_dump(mode="json") if call.input is not None else None,
        )  # fmt: skip
        if call.call_id not in self._done_handoffs:
            await self._performer.run_hook(call)
            await self._journal.append(_recorded_handoff(record))
        self._handoffs.append(record)
        accepted = json.dumps({"handoff": {"to": target.name, "status": "accepted"}}, ensure_ascii=False)
        self._new.append(
            HandoffCall(call.call_id, call.tool_name, call.raw, source.name, target.name, record.to_kind, call.reason)
        )
        self._new.append(HandoffOutput(call.call_id, call.tool_name, accepted, target.name))
        yield HandoffEvent(source.name, target.name, record.to_kind, call.reason, self._step)
        if to_agent:
            self._chain.append(target.name)
        if not to_agent or self._limits.return_at_handoff:
            yield Finished(
                self._result("handoff", handoff_target=target, reason=call.reason, cause=_reason_or_none(answer.cause))
            )
            return
        assert isinstance(target, Agent)
        self._agent = target
        self._fresh_edge = (source.name, target.name)
        self._scratch.clear()
        self._repairs, self._nudged, self._empty_before, self._said = 0, False, False, ""

    # ---- words, notes, results

    def _keep_words(self, text: str) -> None:
        """What was said is part of the history, exactly as it was said."""
        self._said = text.strip()
        if self._said:
            self._new.append(AssistantMessage(self._said, self._agent.name))

    def _note(self, item: Item) -> None:
        self._scratch.append((len(self._new), item))

    def _fallback(self, reason: Reason, detail: str) -> RunResult:
        return self._result("fallback", reason=reason, cause=reason, detail=detail)

    def _result(self, status: Status, **facts: Any) -> RunResult:
        return RunResult(
            text=self._said,
            status=status,
            last_agent=self._agent,
            handoff_chain=list(self._chain),
            new_items=list(self._new),
            usage=self._usage,
            handoffs=list(self._handoffs),
            **facts,
        )


def _reason(cause: str) -> Reason:
    return _reason_or_none(cause) or "no_answer"


def _reason_or_none(cause: str | None) -> Reason | None:
    return next((reason for reason in REASONS if reason == cause), None)


def _recorded_answer(step: int, agent: str, answer: ModelAnswer) -> dict[str, Any]:
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
    }


def _answer_from(entry: dict[str, Any]) -> ModelAnswer:
    calls = tuple(RawCall(call["id"], call["name"], json.loads(call["arguments"])) for call in entry["calls"])
    return ModelAnswer(entry["text"], calls, Usage(*entry["usage"]), entry["model"], entry["cause"], entry["verbatim"])


def _recorded_handoff(record: HandoffRecord) -> dict[str, Any]:
    return {
        "kind": "handoff",
        "step": record.step,
        "call_id": record.call_id,
        "from": record.from_agent,
        "to": record.to,
        "to_kind": record.to_kind,
        "reason": record.reason,
        "input": record.input,
    }
