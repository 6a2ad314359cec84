"""What an agent reads of a conversation, made from the transcript alone, and what of its run goes back into it.

Nothing of a view is stored: whoever runs the agent next, on whichever worker, finds the call that brought the
conversation to it and applies the same filters to the same items. Two kinds of entries stand beside the library's items
in the transcript and are read only here:
  handed   upto                 up to which customer message the agent had been asked when it handed over
  context  agent, text          what the context providers said when this agent took over
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bot.agents import (
    AssistantMessage,
    HandoffCall,
    HandoffOutput,
    Item,
    PersonMessage,
    RunResult,
    ToolOutput,
    UserMessage,
    from_dict,
    to_dict,
)
from bot.agents.context import RunContext
from bot.agents.filters import HandoffInputData, InputFilter, filter_name, filtered
from routing.conversation import Choice, Run, Spent, Target
from routing.effects import Line
from routing.events import AgentCompleted, AgentEvent, AgentFailed, AgentHandedOff, AgentReplied
from routing.reasons import REASONS, Reason

from .redaction import Redact

HANDED, CONTEXT = "handed", "context"
OURS = (HANDED, CONTEXT)


class FilterFailed(Exception):
    """A filter broke. Nobody may see what it was to hide."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the conversation came to the agent that holds it: the call, and where in the items its answer begins and
    ends, the giver's words beside it included."""

    call: HandoffCall
    begins: int
    ends: int


class Transcript:
    """The public transcript as items of the library, with what belongs to the agents' handoffs."""

    def __init__(self, lines: Sequence[Line], redact: Redact | None = None) -> None:
        """Names of customers are words of theirs too, and models read them; `redact` changes those."""
        self.items: list[Item] = []
        self._contexts: list[tuple[int, Mapping[str, Any]]] = []
        self._seqs: list[int | None] = []
        late: list[tuple[Item, int | None]] = []
        giver = ""
        for line in lines:
            if late and not (line.kind == "message" and line.author.kind == "agent" and line.author.name == giver):
                late = self._put_back(late)
            if line.kind == "items":
                late, giver = self._take(line), line.author.name
            elif (item := _spoken(line, redact)) is not None:
                self._add(item, line.seq)
        self._put_back(late)

    def _add(self, item: Item, seq: int | None = None) -> None:
        self.items.append(item)
        self._seqs.append(seq)

    def _put_back(self, late: list[tuple[Item, int | None]]) -> list[tuple[Item, int | None]]:
        for item, seq in late:
            self._add(item, seq)
        return []

    def _take(self, line: Line) -> list[tuple[Item, int | None]]:
        """The items of a run. What is returned belongs behind the words that its agent said beside them."""
        upto = next((data["upto"] for data in line.data if data.get("kind") == HANDED), None)
        late = self._take_out_later(upto) if upto is not None else []
        for data in line.data:
            if data.get("kind") == CONTEXT:
                self._contexts.append((len(self.items), data))
            elif data.get("kind") not in OURS:
                self._add(from_dict(data))
        return late

    def _take_out_later(self, upto: int) -> list[tuple[Item, int | None]]:
        """Messages that came while the giver was at work were not part of what it handed over: the receiver answers
        them, so no filter of the handoff may hide them."""
        both: list[tuple[Item, int | None]] = list(zip(self.items, self._seqs, strict=True))
        late = [pair for pair in both if (pair[1] or 0) > upto]
        kept = [pair for pair in both if (pair[1] or 0) <= upto]
        self.items = [item for item, _ in kept]
        self._seqs = [seq for _, seq in kept]
        return late

    def arrival(self, agent: str) -> Arrival | None:
        """The last handoff to this agent by another one; None if it was never handed to."""
        for at in range(len(self.items) - 1, -1, -1):
            call = self.items[at]
            if isinstance(call, HandoffCall) and call.target_kind == "agent" and call.target == agent:
                return Arrival(call, at, self._end_of(call, at))
        return None

    def _end_of(self, call: HandoffCall, at: int) -> int:
        end = at + 1
        while end < len(self.items):
            item = self.items[end]
            its_output = isinstance(item, HandoffOutput) and item.call_id == call.call_id
            its_words = isinstance(item, AssistantMessage) and item.agent == call.agent
            if not (its_output or its_words):
                break
            end += 1
        return end

    def context_of(self, agent: str) -> str | None:
        """What the context providers said of this tenure of the agent; None while they have not been asked. Another
        agent's handoff or a person's words end a tenure."""
        for at, data in reversed(self._contexts):
            if data["agent"] != agent:
                continue
            since = self.items[at:]
            over = any(
                isinstance(item, PersonMessage)
                or (isinstance(item, HandoffCall) and item.target_kind == "agent" and item.target == agent)
                for item in since
            )
            return None if over else str(data["text"])
        return None


def _spoken(line: Line, redact: Redact | None) -> Item | None:
    """Baton's own notices are not part of it."""
    match line.author.kind:
        case "customer" | "participant":
            return UserMessage(line.text, redact(line.author.name) if redact is not None else line.author.name)
        case "agent":
            return AssistantMessage(line.text, line.author.name, line.act)
        case "person":
            return PersonMessage(line.text, line.author.name)
        case _:
            return None


async def seen_by(
    transcript: Transcript, arrival: Arrival | None, ctx: RunContext[Any], *,
    of_edge: Sequence[InputFilter], own: Sequence[InputFilter],
) -> list[Item]:  # fmt: skip
    """The view of the agent that works now: the handoff's filters on everything up to the handoff, its own on the rest
    as well. The transcript stays as it is.

    Raises:
        FilterFailed: one of them broke.
    """
    items = transcript.items
    if arrival is None:
        return list((await _through(HandoffInputData(tuple(items), (), (), None, ctx), own)).all_items)
    given = _input_of(arrival.call)
    handed = items[arrival.begins : arrival.ends]
    data = HandoffInputData(tuple(items[: arrival.begins]), (), tuple(handed), given, ctx)
    data = await _through(data, of_edge)
    data = await _through(data.clone(new_items=(*data.new_items, *items[arrival.ends :])), own)
    return list(data.all_items)


def _input_of(call: HandoffCall) -> Mapping[str, Any] | None:
    """The structured input of a handoff: what the model filled in beside the reason."""
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        return None
    given = {key: value for key, value in arguments.items() if key not in ("reason", "target", "agent_name")}
    return given or None


async def _through(data: HandoffInputData, filters: Sequence[InputFilter]) -> HandoffInputData:
    try:
        return await filtered(data, filters)
    except Exception as error:
        names = ", ".join(map(filter_name, filters))
        raise FilterFailed(f"{names} failed with {type(error).__name__}") from error


# ---- the result as an event ------------------------------------------------------------------------------------------


def event_of(result: RunResult, run: Run, usage: Spent, context: str | None) -> AgentEvent:
    """What the engine commits. Agents' words go into the event, what they called goes along as items; `context` is what
    the context providers have just said, None where that is known already."""
    kept = tuple(_kept(result, run, context))
    text = "\n\n".join(said.text for said in result.speech)
    head = (run.turn, run.step, run.agent, run.epoch)
    match result.status:
        case "final":
            choices = tuple(Choice(one.label, one.kind) for one in result.choices)
            return AgentReplied(
                *head, run.upto, text, items=kept, usage=usage, act=result.act, choices=choices
            )  # fmt: skip
        case "complete":
            return AgentCompleted(*head, run.upto, text, result.summary or "", items=kept, usage=usage)
        case "handoff":
            assert result.handoff_target is not None
            made = result.handoffs[-1]
            reason: Reason = "asked_for_human" if result.cause == "asked_for_human" else "agent_decided"
            if result.cause == "failed_answers":
                reason = "failed_answers"
            to = Target("agent" if made.to_kind == "agent" else "person" if made.to_kind == "person" else "team",
                        made.to)  # fmt: skip
            facts = any(isinstance(item, ToolOutput) for item in result.new_items)
            return AgentHandedOff(
                *head, run.upto, to, reason, comment=result.reason or "", text=text, input=made.input, new_facts=facts,
                items=kept, usage=usage,
            )  # fmt: skip
        case _:
            cause = cast(Reason, result.reason) if result.reason in REASONS else "no_answer"
            return AgentFailed(*head, cause, result.detail, items=kept, usage=usage)


def _kept(result: RunResult, run: Run, context: str | None) -> Iterator[Mapping[str, Any]]:
    if context is not None:
        yield {"kind": CONTEXT, "agent": run.agent, "text": context}
    if result.status == "handoff" and result.handoffs[-1].to_kind == "agent":
        yield {"kind": HANDED, "upto": run.upto}
    for item in result.new_items:
        if not isinstance(item, AssistantMessage):
            yield to_dict(item)
