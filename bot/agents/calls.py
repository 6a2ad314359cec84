"""Are the calls of a model's answer ones that we can make? If not, what is it told?

Nothing is guessed: an argument list that is not a JSON object is an error and never an empty one. If one call of an
answer is bad, none is made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bot.agents.agent import Agent
from bot.agents.handoffs import Handoff
from bot.agents.models.base import RawCall
from bot.agents.offers import SINGLE_TOOLS, Offer, single_names
from bot.agents.tools import COMPLETE, BadArguments, CompleteArguments, FunctionTool, parse_model


@dataclass(frozen=True, slots=True)
class FunctionCall:
    call_id: str
    tool: FunctionTool
    raw: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Transfer:
    """`reason` is the model's; `input` is the parsed `input_type` of the handoff, or the fields of its own schema."""

    call_id: str
    tool_name: str
    raw: str
    handoff: Handoff[Any, Any]
    reason: str
    input: BaseModel | dict[str, Any] | None

    @property
    def args(self) -> str:
        """What `on_invoke_handoff` gets: the JSON text, or "" for a handoff that takes no input."""
        return self.raw if self.handoff.input_json_schema else ""

    @property
    def data(self) -> dict[str, Any] | None:
        """The structured input as plain values."""
        return self.input.model_dump(mode="json") if isinstance(self.input, BaseModel) else self.input


@dataclass(frozen=True, slots=True)
class Completion:
    call_id: str
    raw: str
    summary: str


GoodCall = FunctionCall | Transfer | Completion


@dataclass(frozen=True, slots=True)
class BadCall:
    """`name` and `raw` are what can be shown to the model of its own call; `problem` is what it is told."""

    call_id: str
    name: str
    raw: str
    problem: str


def call_ids(calls: Sequence[RawCall], step: int, taken: set[str]) -> list[str]:
    """An id for each call: the model's own unless it is missing or was used before. The same at every replay."""
    ids: list[str] = []
    for number, call in enumerate(calls):
        own = call.id if isinstance(call.id, str) and call.id.strip() else ""
        ids.append(own if own and own not in taken and own not in ids else f"{own or 'call'}-s{step}n{number}")
    return ids


class CallCheck:
    """Checks calls against what an agent may call at this moment."""

    def __init__(self, agent: Agent[Any, Any], offer: Offer) -> None:
        self._agent = agent
        self._offer = offer
        self.allowed = offer.names

    def check(self, calls: Sequence[RawCall], ids: Sequence[str]) -> tuple[list[GoodCall], list[BadCall]]:
        """The calls that can be made, and those that cannot; a second way to end the turn counts as a bad call."""
        good: list[GoodCall] = []
        bad: list[BadCall] = []
        for call, call_id in zip(calls, ids, strict=True):
            try:
                good.append(self._one(call, call_id))
            except BadArguments as error:
                bad.append(BadCall(call_id, shown_name(call), shown_arguments(call), str(error)))
        endings = [call for call in good if isinstance(call, Transfer | Completion)]
        if len(endings) > 1:
            good = [call for call in good if call not in endings]
            problem = "Only one transfer, or complete, can be made at a time. Choose one."
            bad += [BadCall(ending.call_id, _tool_name(ending), ending.raw, problem) for ending in endings]
        return good, bad

    def _one(self, call: RawCall, call_id: str) -> GoodCall:
        if not call.name:
            raise BadArguments(f"The call names no tool. {self._hint()}")
        way = self._way(call.name)
        # A handoff without any input has nothing that could be wrong; what some models send for "nothing" varies.
        arguments = {} if way is not None and not way.input_json_schema else _json_object(call)
        if not (isinstance(call.id, str) and call.id.strip()):
            raise BadArguments(f"The call to {call.name} has no id. Make it again.")
        if call.name in self._offer.functions:
            tool = self._offer.functions[call.name]
            return FunctionCall(call_id, tool, call.arguments, tool.parse(call.arguments))
        if call.name == COMPLETE and self._agent.can_complete:
            done = parse_model(CompleteArguments, call.arguments)
            return Completion(call_id, call.arguments, getattr(done, "summary", ""))
        if way is None:
            return self._single(call, call_id, arguments)
        way = self._not_itself(way)
        if not way.input_json_schema:
            return Transfer(call_id, call.name, "{}", way, "", None)
        needed = way.input_json_schema.get("required", ())
        reason = _reason(arguments, needed="reason" in needed)
        given = way.parse_input(arguments) if way.input_type is not None else way.loose_input(arguments)
        return Transfer(call_id, call.name, call.arguments, way, reason, given)

    def _way(self, name: str) -> Handoff[Any, Any] | None:
        if self._agent.handoff_tool != "per_target":
            return None
        return next((way for way in self._offer.handoffs if way.tool_name == name), None)

    def _single(self, call: RawCall, call_id: str, arguments: Mapping[str, Any]) -> Transfer:
        name, field_name = SINGLE_TOOLS.get(self._agent.handoff_tool, (None, ""))
        ways = self._offer.handoffs
        if name is None or call.name != name or not ways:
            raise BadArguments(f"There is no tool {call.name!r} for you now. {self._hint()}")
        wanted = arguments.get(field_name)
        names = single_names(ways)
        if wanted not in names:
            raise BadArguments(f"You cannot hand over to {wanted!r}. Allowed targets: {', '.join(names)}.")
        way = self._not_itself(ways[names.index(wanted)])
        return Transfer(call_id, name, call.arguments, way, _reason(arguments), None)

    def _not_itself(self, way: Handoff[Any, Any]) -> Handoff[Any, Any]:
        if way.agent is self._agent or (way.target_kind == "agent" and way.agent_name == self._agent.name):
            raise BadArguments(f"You are {self._agent.name} already: answer, or choose another target. {self._hint()}")
        return way

    def _hint(self) -> str:
        return f"Allowed tools: {', '.join(self.allowed)}." if self.allowed else "You have no tools: answer in words."


def _json_object(call: RawCall) -> dict[str, Any]:
    if not isinstance(call.arguments, str) or not call.arguments.strip():
        found = {"NoneType": "null", "dict": "an object instead of JSON text", "str": "empty"}.get(
            type(call.arguments).__name__, "not JSON text"
        )
        raise BadArguments(f"The arguments of {call.name} are {found}. Send them as a JSON object in text form.")
    try:
        parsed = json.loads(call.arguments)
    except ValueError as error:
        raise BadArguments(
            f"The arguments of {call.name} are not valid JSON ({error}). Send them again, whole."
        ) from None
    if not isinstance(parsed, dict):
        raise BadArguments(f"The arguments of {call.name} must be a JSON object.")
    return parsed


def _reason(arguments: Mapping[str, Any], *, needed: bool = True) -> str:
    reason = arguments.get("reason")
    if not needed and not reason:
        return ""
    if not isinstance(reason, str) or not reason.strip():
        raise BadArguments("Give a reason, in one short sentence.")
    return reason.strip()


def _tool_name(call: Transfer | Completion) -> str:
    return call.tool_name if isinstance(call, Transfer) else COMPLETE


def shown_name(call: RawCall) -> str:
    """A tool name that a provider accepts back in a history, whatever the model wrote."""
    kept = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "_" for letter in str(call.name or "")
    )
    return kept[:64] or "unknown"


def shown_arguments(call: RawCall) -> str:
    """Arguments that a provider accepts back: the model's text when it is a JSON object, else `{}`; some servers refuse
    a history with bad JSON."""
    if isinstance(call.arguments, str):
        try:
            if isinstance(json.loads(call.arguments), dict):
                return call.arguments
        except ValueError:
            pass
    return "{}"
