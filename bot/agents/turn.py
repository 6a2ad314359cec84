"""One run, step by step. A step is one answer of a model and what it leads to.

The journal is read once at the start. Steps that are in it are played again from there: no model is asked, no tool with
an effect is called and no hook runs twice, so that after a crash the run arrives where it was and goes on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from bot.agents.agent import Agent
from bot.agents.asking import Asking, BudgetSpent
from bot.agents.budget import Meter
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
    ChainEvent,
    Event,
    Finished,
    HandoffEvent,
    RepairEvent,
    TextDelta,
    ToolEvent,
    TransferEvent,
)
from bot.agents.items import Act, AssistantMessage, ToolCall, ToolOutput, UserMessage
from bot.agents.journal import Journal
from bot.agents.loops import Loops, Stop
from bot.agents.models.base import ModelAnswer, ModelRejected, ModelUnavailable, Usage
from bot.agents.offers import Offer, offer_of
from bot.agents.output import OutputProblem, is_structured, parse_output
from bot.agents.perform import Performer
from bot.agents.result import REASONS, HandoffRecord, Reason, RunResult, Status
from bot.agents.rules import Rules
from bot.agents.saydo import SpeechGate
from bot.agents.state import RunState
from bot.agents.tools import COMPLETE_SPEC
from bot.agents.transfer import Accepted, Refused, Transfers, added_by, refusal_of
from bot.agents.views import Reading, View

log = logging.getLogger("baton.agents")

_EMPTY = "Your last answer was empty. Answer the customer, or use one of your tools."
_NUDGE = "You told the customer that you would transfer them, but you did not call a transfer tool. Call it now."
_SAME_CALL = "You have called {tool} with these arguments before. Use what it gave you, or do something else."


class Turn:
    """The state of one run. `state` is the run's own: it grows with it and is part of the result."""

    def __init__(
        self, agent: Agent[Any, Any], known: Mapping[str, Agent[Any, Any]], state: RunState, journal: Journal,
        rules: Rules, meter: Meter,
    ) -> None:  # fmt: skip
        self._agent = agent
        self._known = known
        self._state = state
        self._ctx = state.run_context
        self._journal = journal
        self._rules = rules
        self._meter = meter
        self._used_before = meter.usage
        chain = state.chain if state.chain and state.chain[-1] == agent.name else [*state.chain, agent.name]
        self._loops = Loops(chain, rules.max_handoffs, detect_cycles=rules.detect_cycles)
        self._back_to = (known.get(chain[-2]) if len(chain) > 1 else None) or state.giver
        self._repairs = 0
        self._nudged = False
        self._empty_before = False
        self._step = 0
        self._handoffs: list[HandoffRecord] = []
        self._said = ""

    async def events(self) -> AsyncGenerator[Event, None]:
        result: RunResult | None = await self._begin()
        while result is None:
            if self._step >= self._rules.max_turns:
                result = self._fallback("turn_cap", f"{self._step} model calls")
                break
            async with aclosing(self._one_step()) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        result = event.result
                    else:
                        yield event
            self._step += 1
        if self._handoffs:
            chain = tuple(result.handoff_chain)
            yield ChainEvent(self._ctx.run_id, chain, chain[-1])
        yield Finished(result, self._rules.redacted(result.reason) if result.reason is not None else None)

    async def _begin(self) -> RunResult | None:
        """Read the journal, and find out what the first agent reads, and whether it may."""
        entries = await self._journal.recorded()
        self._asking = Asking(self._journal, entries, self._ctx, self._rules, self._meter)
        self._performer = Performer(self._journal, entries, self._ctx, self._meter, self._rules.runner)
        self._transfers = Transfers(
            self._journal, entries, self._ctx, self._loops, self._known,
            edges=self._rules.edges, input_filter=self._rules.input_filter,
        )  # fmt: skip
        agent, state = self._agent, self._state
        if state.views and state.views[-1].agent == agent.name:
            view = state.views[-1]
        else:
            view = View(agent.name, added=await added_by([agent.context_provider], state.history))
        self._reading = Reading(state.history, view, self._rules.redactors)
        if agent.input_guardrails and not self._asking.begun:
            why = await refusal_of(agent.input_guardrails, self._ctx, view.items(state.history))
            if why:
                return self._fallback("no_answer", f"a guardrail of {agent.name} refused: {why}")
        return None

    # ---- one step

    async def _one_step(self) -> AsyncGenerator[Event, None]:
        agent = self._agent
        began = len(self._reading.log)
        offer = await offer_of(agent, self._ctx, edges=self._rules.edges, back_to=self._back_to)
        gate = SpeechGate()
        answer: ModelAnswer | None = None
        try:
            must_transfer = self._nudged and self._reading.noted
            asked = self._asking.answer(self._step, agent, offer, self._reading, gate, transfer=must_transfer)
            async with aclosing(asked) as pieces:
                async for piece in pieces:
                    if isinstance(piece, ModelAnswer):
                        answer = piece
                    else:
                        yield piece
        except (ModelUnavailable, ModelRejected) as error:
            self._keep_words(gate.said)
            yield Finished(self._fallback("bot_unavailable", str(error)))
            return
        except BudgetSpent as error:
            yield Finished(self._fallback("budget", str(error)))
            return
        assert answer is not None, "a model's answer is the last thing it yields"
        self._meter.answered(answer, agent.budget)
        ids = call_ids(answer.calls, self._step, self._reading.ids)
        if self._transfers.was_made(ids):
            # It was made before the crash, so it stands, whatever `is_enabled` says by now.
            offer = await offer_of(agent, self._ctx, back_to=self._back_to, everything=True)
        check = CallCheck(agent, offer)
        good, bad = check.check(answer.calls, ids)
        if not answer.calls:
            async for event in self._words_only(answer, gate, offer):
                yield event
            return
        functions = [call for call in good if isinstance(call, FunctionCall)]
        self._keep_words(gate.said)
        if bad:
            yield self._repair(answer, ids, bad, check.allowed)
            return
        if again := self._loops.repeated(functions):
            if self._loops.nudged:
                yield Finished(self._fallback("no_answer", f"{again[0].tool.name} was called again and again"))
                return
            self._loops.nudged = True
            yield self._send_back(answer, ids, {call.call_id: _SAME_CALL.format(tool=call.tool.name) for call in again})
            return
        for call in functions:
            event, unknown = await self._call(call)
            yield event
            if unknown:
                yield Finished(self._fallback("outcome_unknown", unknown))
                return
        for ending in good:
            if isinstance(ending, Completion):
                yield Finished(self._complete(ending))
            elif isinstance(ending, Transfer):
                async for event in self._transfer(ending, answer, began):
                    yield event

    # ---- what an answer leads to

    async def _words_only(self, answer: ModelAnswer, gate: SpeechGate, offer: Offer) -> AsyncGenerator[Event, None]:
        agent = self._agent
        if answer.cause is not None:
            self._keep_words(gate.said)
            yield Finished(self._fallback(_reason(answer.cause) or "no_answer", "the model gave up"))
        elif not answer.text.strip():
            if self._empty_before:
                yield Finished(self._fallback("no_answer", "the model answered nothing, twice"))
                return
            self._empty_before = True
            self._reading.note(UserMessage(_EMPTY))
            yield RepairEvent(agent.name, "empty answer", self._step)
        elif is_structured(agent):
            for event in self._value(answer):
                yield event
        elif gate.held.strip():
            self._keep_words(gate.said)
            if self._nudged or not offer.handoffs:
                yield Finished(self._fallback("no_answer", "the agent promised a transfer and made none"))
                return
            self._nudged = True
            self._reading.note(AssistantMessage(gate.held.strip(), agent.name))
            self._reading.note(UserMessage(_NUDGE))
            yield RepairEvent(agent.name, "promised a transfer without a call", self._step)
        else:
            self._keep_words(gate.said, answer.act)
            yield Finished(self._result("final", act=answer.act, choices=answer.choices))

    def _value(self, answer: ModelAnswer) -> Iterator[Event]:
        """The end of a structured agent's run, or what it is told when its words do not fit."""
        agent = self._agent
        try:
            output = parse_output(agent, answer.text)
        except OutputProblem as problem:
            if stop := self._no_more_repairs(str(problem)):
                yield stop
                return
            self._reading.note(AssistantMessage(answer.text, agent.name))
            self._reading.note(UserMessage(str(problem)))
            yield RepairEvent(agent.name, self._rules.redacted(str(problem)), self._step)
            return
        self._keep_words(answer.text)
        yield TextDelta(agent.name, answer.text)
        yield Finished(self._result("final", output=output))

    def _no_more_repairs(self, problems: str) -> Finished | None:
        self._repairs += 1
        most = self._agent.repairs
        if self._repairs <= most:
            return None
        return Finished(self._fallback("no_answer", f"bad answers, {most} repairs did not help: {problems}"))

    def _repair(self, answer: ModelAnswer, ids: Sequence[str], bad: Sequence[BadCall], allowed: Sequence[str]) -> Event:
        problems = {call.call_id: call.problem for call in bad}
        if stop := self._no_more_repairs(" ".join(dict.fromkeys(problems.values()))):
            return stop
        hint = f"Allowed tools: {', '.join(allowed)}." if allowed else "You have no tools: answer in words."
        others = "Not called: another call of the same answer was wrong."
        told = {call_id: problems.get(call_id, others) for call_id in ids}
        return self._send_back(
            answer, ids, {key: why if "llowed t" in why else f"{why} {hint}" for key, why in told.items()},
            problem=" ".join(dict.fromkeys(problems.values())),
        )  # fmt: skip

    def _send_back(
        self, answer: ModelAnswer, ids: Sequence[str], told: Mapping[str, str], *, problem: str = ""
    ) -> RepairEvent:
        """Show the model its own calls with an error as their output; `told` holds the errors by call id."""
        for call, call_id in zip(answer.calls, ids, strict=True):
            self._reading.note(ToolCall(call_id, shown_name(call), shown_arguments(call), self._agent.name))
        for call, call_id in zip(answer.calls, ids, strict=True):
            why = told.get(call_id, "Not called.")
            error = json.dumps({"error": why}, ensure_ascii=False)
            self._reading.note(ToolOutput(call_id, shown_name(call), error))
        problem = problem or " ".join(dict.fromkeys(told.values()))
        return RepairEvent(self._agent.name, self._rules.redacted(problem), self._step)

    async def _call(self, call: FunctionCall) -> tuple[Event, str]:
        """Make the call; the second value says why nobody can tell what it did, or is empty."""
        result = await self._performer.call(call, self._agent.name, self._step)
        self._reading.add(
            ToolCall(call.call_id, call.tool.name, call.raw, self._agent.name),
            ToolOutput(call.call_id, call.tool.name, result.output),
        )
        self._loops.made(call, failed=result.failed)
        event = ToolEvent(self._agent.name, call.tool.name, call.call_id, result.failed)
        return event, "" if result.known else result.problem

    def _complete(self, call: Completion) -> RunResult:
        self._reading.add(
            ToolCall(call.call_id, COMPLETE_SPEC.name, call.raw, self._agent.name),
            ToolOutput(call.call_id, COMPLETE_SPEC.name, json.dumps({"complete": True})),
        )
        return self._result("complete", summary=call.summary)

    async def _transfer(self, call: Transfer, answer: ModelAnswer, began: int) -> AsyncGenerator[Event, None]:
        source = self._agent
        target = call.handoff.agent
        # What was made before a crash stands, whatever it cost.
        if isinstance(target, Agent) and not self._transfers.was_made([call.call_id]):
            spent = self._meter.exceeded(source.budget, target.budget, hops=1)
        else:
            spent = None
        if spent:
            yield Finished(self._fallback("budget", spent))
            return
        match await self._transfers.attempt(call, source, self._reading, self._step, began):
            case Stop(reason, detail):
                yield Finished(self._fallback(reason, detail))
            case Refused(why):
                stop = self._no_more_repairs(why)
                if stop is None:
                    error = json.dumps({"error": why}, ensure_ascii=False)
                    self._reading.note(ToolCall(call.call_id, call.tool_name, call.raw, source.name))
                    self._reading.note(ToolOutput(call.call_id, call.tool_name, error))
                yield stop or RepairEvent(source.name, self._rules.redacted(why), self._step)
            case Accepted() as accepted:
                for event in self._handed_over(accepted, source, _reason(answer.cause)):
                    yield event

    def _handed_over(self, accepted: Accepted, source: Agent[Any, Any], cause: Reason | None) -> Iterator[Event]:
        record, target = accepted.record, accepted.target
        reason = self._rules.redacted(record.reason)
        if accepted.fresh:
            log.info("Handing off to %s because %s", record.to, reason or "it was asked to")
        self._handoffs.append(record)
        self._reading.add(*accepted.items)
        yield HandoffEvent(source.name, record.to, record.to_kind, reason, record.step)
        yield TransferEvent(self._ctx.run_id, source.name, record.to, reason)
        if isinstance(target, Agent):
            assert accepted.view is not None, "an agent that takes over reads something"
            self._loops.handed_over(source.name, target.name)
            self._meter.hopped()
            self._state.views.append(accepted.view)
            if source.handoff is not None and not source.handoff.carry_session_state:
                self._ctx.session_state = {}
        if not isinstance(target, Agent) or self._rules.return_at_handoff:
            next_holder = target if isinstance(target, Agent) else source
            yield Finished(
                self._result(
                    "handoff", handoff_target=target, reason=record.reason, cause=cause, next_holder=next_holder
                )
            )
            return
        self._agent, self._back_to, self._ctx.agent = target, source, target
        self._reading.hand_over(self._state.views[-1])
        self._repairs, self._nudged, self._empty_before, self._said = 0, False, False, ""

    # ---- words, results

    def _keep_words(self, text: str, act: Act = "") -> None:
        """What was said is part of the history, exactly as it was said."""
        self._said = text.strip()
        if self._said:
            self._reading.add(AssistantMessage(self._said, self._agent.name, act))

    def _fallback(self, reason: Reason, detail: str) -> RunResult:
        return self._result("fallback", reason=reason, cause=reason, detail=detail)

    def _result(self, status: Status, next_holder: Agent[Any, Any] | None = None, **facts: Any) -> RunResult:
        holder = next_holder or self._agent
        state = self._state
        state.chain, state.last_agent, state.holder = list(self._loops.chain), holder.name, holder
        state.giver = self._agent if holder is not self._agent else self._back_to
        state.spent = self._meter.spent
        return RunResult(
            text=self._said,
            status=status,
            last_agent=self._agent,
            state=state,
            handoff_chain=list(state.chain),
            new_items=self._reading.new_items,
            usage=_difference(self._meter.usage, self._used_before),
            handoffs=list(self._handoffs),
            **facts,
        )


def _reason(cause: str | None) -> Reason | None:
    return next((reason for reason in REASONS if reason == cause), None)


def _difference(after: Usage, before: Usage) -> Usage:
    return Usage(
        after.input_tokens - before.input_tokens,
        after.output_tokens - before.output_tokens,
        after.model_calls - before.model_calls,
    )
