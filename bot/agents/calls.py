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

from bot.agents.agent import SINGLE_TOOL, Agent, Handoff, single_names
from bot.agents.models.base import RawCall
from bot.agents.tools import COMPLETE, BadArguments, CompleteArguments, FunctionTool, parse_model


@dataclass(frozen=True, slots=True)
class FunctionCall:
    call_id: str
    tool: FunctionTool
    raw: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Transfer:
    """`reason` is the model's; `input` is the parsed `input_type` of the handoff, if it has one."""

    call_id: str
    tool_name: str
    raw: str
    handoff: Handoff
    reason: str
    input: BaseModel | None


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

    def __init__(self, agent: Agent, handoffs: Sequence[Handoff]) -> None:
        self._agent = agent
        self._functions = {tool.name: tool for tool in agent.tools}
        self._handoffs = list(handoffs)

    @property
    def allowed(self) -> list[str]:
        transfers = (
            [entry.tool_name for entry in self._handoffs] if self._agent.handoff_tool == "per_target" else [SINGLE_TOOL]
        )
        return [
            *self._functions,
            *(transfers if self._handoffs else []),
            *([COMPLETE] if self._agent.can_complete else []),
        ]

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
        arguments = _json_object(call)
        if not (isinstance(call.id, str) and call.id.strip()):
            raise BadArguments(f"The call to {call.name} has no id. Make it again.")
        if call.name in self._functions:
            tool = self._functions[call.name]
            return FunctionCall(call_id, tool, call.arguments, tool.parse(call.arguments))
        if call.name == COMPLETE and self._agent.can_complete:
            done = parse_model(CompleteArguments, call.arguments)
            return Completion(call_id, call.arguments, getattr(done, "summary", ""))
        chosen = self._target(call.name, arguments)
        return Transfer(
            call_id, call.name, call.arguments, chosen, _reason(arguments), self._input(chosen, call.name, arguments)
        )

    def _target(self, name: str, arguments: Mapping[str, Any]) -> Handoff:
        if self._agent.handoff_tool == "per_target":
            for entry in self._handoffs:
                if entry.tool_name == name:
                    return self._not_itself(entry)
            raise BadArguments(f"There is no tool {name!r} for you now. {self._hint()}")
        wanted = arguments.get("target")
        if name == SINGLE_TOOL and self._handoffs:
            names = single_names(self._handoffs)
            if wanted in names:
                return self._not_itself(self._handoffs[names.index(wanted)])
            raise BadArguments(f"You cannot hand over to {wanted!r}. Allowed targets: {', '.join(names)}.")
        raise BadArguments(f"There is no tool {name!r} for you now. {self._hint()}")

    def _not_itself(self, entry: Handoff) -> Handoff:
        if entry.agent is self._agent or (entry.target_kind == "agent" and entry.agent_name == self._agent.name):
            raise BadArguments(f"You are {self._agent.name} already: answer, or choose another target. {self._hint()}")
        return entry

    def _input(self, entry: Handoff, name: str, arguments: Mapping[str, Any]) -> BaseModel | None:
        if entry.input_type is None or name == SINGLE_TOOL:
            return None
        rest = {key: value for key, value in arguments.items() if key != "reason"}
        return parse_model(entry.input_type, json.dumps(rest))

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


def _reason(arguments: Mapping[str, Any]) -> str:
    reason = arguments.get("reason")
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
