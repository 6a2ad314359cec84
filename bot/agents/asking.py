"""Asks the model of the agent that holds the conversation, or the journal when it has answered before."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from bot.agents.agent import Agent
from bot.agents.budget import Meter
from bot.agents.context import CALLBACK_TIMEOUT_S, RunContext, settled
from bot.agents.events import TextDelta
from bot.agents.journal import Journal, answer_from, recorded_answer
from bot.agents.models.base import Model, ModelAnswer, ModelRequest, ModelUnavailable
from bot.agents.offers import Offer
from bot.agents.output import is_structured, output_instructions
from bot.agents.rules import Rules
from bot.agents.saydo import SpeechGate
from bot.agents.views import Reading

log = logging.getLogger("baton.agents")


class BudgetSpent(Exception):
    """There may be no further model call."""


class Asking:
    """The answers of one run, by step. What is in the journal is not asked for again."""

    def __init__(
        self, journal: Journal, entries: Sequence[Mapping[str, Any]], ctx: RunContext[Any], rules: Rules, meter: Meter
    ) -> None:
        self._journal = journal
        self._ctx = ctx
        self._rules = rules
        self._meter = meter
        self._recorded = {entry["step"]: entry for entry in entries if entry["kind"] == "answer"}
        if 0 in self._recorded:
            ctx.run_id = self._recorded[0].get("run_id") or ctx.run_id

    @property
    def begun(self) -> bool:
        """Whether this run goes on after a crash."""
        return bool(self._recorded)

    async def answer(
        self, step: int, agent: Agent[Any, Any], offer: Offer, reading: Reading, gate: SpeechGate, *, transfer: bool
    ) -> AsyncGenerator[TextDelta | ModelAnswer, None]:
        """Pieces of speech, then the whole answer, which is written down first. `transfer`: it must be one.

        A structured agent does not speak: its answer may still have to be mended.

        Raises:
            BudgetSpent: nobody may be asked.
            ModelUnavailable, ModelRejected: nobody answered.
        """
        speaks = not is_structured(agent)
        recorded = self._recorded.get(step)
        if recorded is not None and recorded["agent"] == agent.name:
            answer = answer_from(recorded)
            if shown := _gated(gate, answer) + gate.end() if speaks else "":
                yield TextDelta(agent.name, shown, replayed=True)
            yield answer
            return
        # From here on the past does not fit the present (an agent was renamed, say): what follows it is of no use.
        self._recorded = {at: entry for at, entry in self._recorded.items() if at < step}
        if spent := self._meter.exceeded(agent.budget):
            raise BudgetSpent(spent)
        model = self._model_of(agent)
        request = await self._request(agent, offer, reading, transfer=transfer)
        whole: ModelAnswer | None = None
        if self._rules.streamed:
            async with aclosing(model.stream(request)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, ModelAnswer):
                        whole = piece
                    elif speaks and (shown := gate.feed(piece)):
                        yield TextDelta(agent.name, shown)
            if whole is None:
                raise ModelUnavailable("the stream ended without an answer")
        else:
            whole = await model.answer(request)
        await self._journal.append(recorded_answer(step, agent.name, whole, self._ctx.run_id))
        # A model that does not speak in pieces, or was not asked to, has said nothing yet.
        if speaks:
            shown = "" if gate.said or gate.held or gate.pending else _gated(gate, whole)
            if shown := shown + gate.end():
                yield TextDelta(agent.name, shown)
        yield whole

    def _model_of(self, agent: Agent[Any, Any]) -> Model:
        if len(agent.models) > 1 and self._meter.is_tight(agent.budget):
            return agent.models[-1]
        model = agent.model_to_ask or self._rules.model
        if model is None:
            raise ModelUnavailable(f"{agent.name} has no model, and neither has the runner")
        return model

    async def _request(self, agent: Agent[Any, Any], offer: Offer, reading: Reading, *, transfer: bool) -> ModelRequest:
        tools, choice = offer.tools, "auto"
        if transfer:
            tools = offer.transfers
            choice = tools[0].name if len(tools) == 1 else "required"
        parts = (await self._instructions(agent), self._rules.redacted(reading.view.added), output_instructions(agent))
        return ModelRequest(agent.name, "\n\n".join(part for part in parts if part), reading.seen(), tools, choice)

    async def _instructions(self, agent: Agent[Any, Any]) -> str:
        words = agent.instructions
        if not callable(words):
            return words
        try:
            return await settled(words(self._ctx, agent), CALLBACK_TIMEOUT_S)
        except Exception as error:  # an agent that does not know its task must not speak
            log.warning("agent.instructions_failed %s", agent.name, exc_info=error)
            raise ModelUnavailable(f"the instructions of {agent.name} failed with {type(error).__name__}") from error


def _gated(gate: SpeechGate, answer: ModelAnswer) -> str:
    return gate.quote(answer.text) if answer.verbatim else gate.feed(answer.text)
