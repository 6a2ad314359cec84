"""What a transfer goes through before the target holds the conversation.

Who takes over, is the way open, what would they read, do their guardrails and the hooks let it happen; then it is
written down. Up to there nothing has changed; from there on it is never done a second time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.agents.agent import (
    Agent,
    ContextProvider,
    HandoffConfig,
    InputGuardrail,
    PersonTarget,
    Target,
    TeamTarget,
    kind_of,
)
from bot.agents.calls import Transfer
from bot.agents.context import CALLBACK_TIMEOUT_S, RunContext, settled
from bot.agents.edges import Edges
from bot.agents.filters import HandoffInputData, InputFilter, filter_name, filtered
from bot.agents.hooks import HandoffRefused, run_hooks
from bot.agents.items import HandoffCall, HandoffOutput, Item, UserMessage
from bot.agents.journal import Journal
from bot.agents.loops import Loops, Stop
from bot.agents.result import HandoffRecord
from bot.agents.views import Reading, View

log = logging.getLogger("baton.agents")


@dataclass(frozen=True, slots=True)
class Refused:
    """The transfer is not made; the model is told why and may do something else."""

    why: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The transfer is made. `view` is what the target reads, if it is an agent; `fresh` says that it was made just now
    and not before a crash."""

    target: Target
    record: HandoffRecord
    items: tuple[HandoffCall, HandoffOutput]
    view: View | None
    fresh: bool


class Transfers:
    """The transfers of one run."""

    def __init__(
        self, journal: Journal, entries: Sequence[Mapping[str, Any]], ctx: RunContext[Any], loops: Loops,
        known: Mapping[str, Agent[Any, Any]], *, edges: Edges | None, input_filter: InputFilter | None,
    ) -> None:  # fmt: skip
        self._journal = journal
        self._ctx = ctx
        self._loops = loops
        self._known = known
        self._edges = edges
        self._input_filter = input_filter
        self._made = {entry["call_id"]: entry for entry in entries if entry["kind"] == "handoff"}
        self._refused = {entry["call_id"]: entry for entry in entries if entry["kind"] == "refused"}

    def was_made(self, call_ids: Sequence[str]) -> bool:
        return not self._made.keys().isdisjoint(call_ids)

    async def attempt(
        self, call: Transfer, source: Agent[Any, Any], reading: Reading, step: int, step_began: int
    ) -> Accepted | Refused | Stop:
        """Take the transfer as far as it goes. `step_began`: where in the log the answer with the call begins."""
        if (refused := self._refused.get(call.call_id)) is not None:
            self._ctx.replay(refused)
            return Refused(str(refused["why"]))
        before = self._ctx.session_json()
        try:
            return await self._attempt(call, source, reading, step, step_began, before)
        except HandoffRefused as refusal:
            why = str(refusal) or "The handoff was refused."
            refused = {"kind": "refused", "step": step, "call_id": call.call_id, "why": why}
            await self._journal.append({**refused, **self._ctx.changed(before)})
            return Refused(why)

    async def _attempt(
        self, call: Transfer, source: Agent[Any, Any], reading: Reading, step: int, step_began: int, before: str
    ) -> Accepted | Stop:
        """Raises HandoffRefused, whoever refuses. `before`: the session's state before anybody was called."""
        fresh = call.call_id not in self._made
        target = await self._target(call)
        if target is source:
            raise HandoffRefused(f"You are {source.name} already: answer, or choose another target.")
        if fresh and (stop := self._loops.stop_before(source.name, target)):
            return stop
        if fresh and self._edges is not None and (why := await self._edges.refusal(self._ctx, source.name, target)):
            raise HandoffRefused(why)
        record = HandoffRecord(source.name, target.name, kind_of(target), call.reason, call.call_id, step, call.data)
        items = _items(call, record)
        view: View | None = None
        if isinstance(target, Agent):
            try:
                seen, whole = await self._shown(call, source, target, reading, step_began, items)
            except _FilterFailed as error:
                return Stop("no_answer", f"the handoff to {target.name} was stopped: {error}")
            if fresh and (why := await refusal_of(target.input_guardrails, self._ctx, seen)):
                raise HandoffRefused(why)
            added = await added_by((call.handoff.context_provider, target.context_provider), seen)
            after = [*reading.log, *items]
            view = View(target.name, len(after), None, added) if whole else View.of(target.name, after, seen, added)
        if fresh:
            await run_hooks(self._journal, call.handoff, target, call.call_id, self._ctx, call.input)
            await self._journal.append({**_recorded(record), **self._ctx.changed(before)})
        else:
            self._ctx.replay(self._made[call.call_id])
        return Accepted(target, record, items, view, fresh)

    async def _target(self, call: Transfer) -> Target:
        """Who takes over: chosen at run time if the handoff chooses. What was chosen before a crash stands.

        Raises:
            HandoffRefused: the choice is that nobody does.
        """
        way = call.handoff
        if not way.chooses:
            return way.agent
        made = self._made.get(call.call_id)
        if made is not None and made["to"] in self._known:
            return self._known[made["to"]]
        assert way.on_invoke_handoff is not None
        try:
            chosen = await settled(way.on_invoke_handoff(self._ctx, call.args), way.hook_timeout_s)
        except HandoffRefused:
            raise
        except Exception as error:  # choosing is not ours; its target of record takes over
            log.warning("handoff.choice_failed for %s", way.agent_name, exc_info=error)
            return way.agent
        if not isinstance(chosen, Agent | TeamTarget | PersonTarget):
            log.warning("handoff.choice_failed for %s: it chose %s", way.agent_name, type(chosen).__name__)
            return way.agent
        return chosen

    async def _shown(
        self, call: Transfer, source: Agent[Any, Any], target: Agent[Any, Any], reading: Reading, step_began: int,
        items: tuple[Item, ...],
    ) -> tuple[tuple[Item, ...], bool]:  # fmt: skip
        """What the target would read, and whether that is everything."""
        config = source.handoff or HandoffConfig()
        data = self._data(call, config, reading, step_began, items)
        ways = (call.handoff.input_filter or self._input_filter, target.input_filter)
        filters = [one for one in ways if one is not None]
        if not filters:
            return data.all_items, config.carry_messages
        try:
            return (await filtered(data, filters, call.handoff.hook_timeout_s)).all_items, False
        except Exception as error:
            # Closed, not open: what the filter was to hide must not be shown because it failed to hide it.
            names = ", ".join(map(filter_name, filters))
            log.warning("handoff.filter_failed %s to %s", names, target.name, exc_info=error)
            raise _FilterFailed(f"{names} failed with {type(error).__name__}") from error

    def _data(
        self, call: Transfer, config: HandoffConfig, reading: Reading, step_began: int, items: tuple[Item, ...]
    ) -> HandoffInputData:
        everything, start = reading.log, reading.start
        if config.carry_messages:
            return HandoffInputData(
                tuple(everything[:start]), tuple(everything[start:step_began]), (*everything[step_began:], *items),
                call.data, self._ctx,
            )  # fmt: skip
        newest = next((item for item in reversed(everything) if isinstance(item, UserMessage)), None)
        return HandoffInputData((newest,) if newest is not None else (), (), items, call.data, self._ctx)


class _FilterFailed(Exception):
    pass


async def refusal_of(guardrails: Sequence[InputGuardrail], ctx: RunContext[Any], items: Sequence[Item]) -> str | None:
    """Why an agent must not read this, or None. A guardrail that breaks has not said yes."""
    for guardrail in guardrails:
        try:
            why = await settled(guardrail(ctx, items), CALLBACK_TIMEOUT_S)
        except Exception as error:
            log.warning("guardrail.failed", exc_info=error)
            why = "It could not be checked."
        if why:
            return why
    return None


async def added_by(providers: Sequence[ContextProvider | None], items: Sequence[Item]) -> str:
    """What the providers add to the receiver's instructions. Without it the receiver knows less, but answers."""
    words: list[str] = []
    for provider in providers:
        if provider is None:
            continue
        try:
            given = await settled(provider(items), CALLBACK_TIMEOUT_S)
        except Exception as error:
            log.warning("handoff.context_failed", exc_info=error)
            continue
        given = given.get("additional_instructions") if isinstance(given, Mapping) else given
        if given:
            words.append(str(given))
    return "\n\n".join(words)


def _items(call: Transfer, record: HandoffRecord) -> tuple[HandoffCall, HandoffOutput]:
    told = json.dumps({"handoff": {"to": record.to, "status": "accepted"}}, ensure_ascii=False)
    made = HandoffCall(
        call.call_id, call.tool_name, call.raw, record.from_agent, record.to, record.to_kind, record.reason
    )
    return made, HandoffOutput(call.call_id, call.tool_name, told, record.to)


def _recorded(record: HandoffRecord) -> dict[str, Any]:
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
