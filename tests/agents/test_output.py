"""An agent's last words as a value: what fits is parsed, what does not is sent back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from bot.agents import Agent, AssistantMessage, Finished, Runner, TextDelta
from bot.agents.models.local import LocalModel, LocalTriage
from bot.agents.models.openai import OpenAIModel
from bot.agents.output import OutputProblem, check_output_type, output_instructions, parse_output
from tests.fakes.model import FakeModel, call, text

pytestmark = pytest.mark.anyio
LOCAL = LocalModel(LocalTriage())


class Verdict(BaseModel):
    refund: bool
    amount: float
    why: str | None = None


@dataclass
class Point:
    x: int
    y: int


class Address(TypedDict):
    city: str


def agent(output_type: Any, model: Any = LOCAL) -> Agent[Any, Any]:
    return Agent("judge", model, "You judge.", output_type=output_type)


@pytest.mark.parametrize(
    "output_type, words, value",
    [
        (Verdict, '{"refund": true, "amount": 12.5}', Verdict(refund=True, amount=12.5)),
        (Point, '{"x": 1, "y": 2}', Point(1, 2)),
        (Address, '{"city": "Ulm"}', {"city": "Ulm"}),
        (list[int], "[1, 2]", [1, 2]),
        (bool, "true", True),
        (Literal["yes", "no"], '"yes"', "yes"),
        (Verdict, '```json\n{"refund": false, "amount": 0}\n```', Verdict(refund=False, amount=0)),
        (Verdict, 'Here it is:\n```\n{"refund": false, "amount": 0}\n```\nBye.', Verdict(refund=False, amount=0)),
        (None, "plain words", "plain words"),
        (str, '{"not": "parsed"}', '{"not": "parsed"}'),
        ("handoffs", "plain words", "plain words"),
    ],
)
def test_what_fits_is_a_value(output_type: Any, words: str, value: Any) -> None:
    assert parse_output(agent(output_type), words) == value


@pytest.mark.parametrize(
    "words, problem",
    [
        ("I would refund.", "Invalid JSON"),
        ('{"refund": true}', "amount: Field required"),
        ('{"refund": true, "amount": "lots"}', "amount: Input should be a valid number"),
        ('```json\n{"refund": true}\n```', "amount: Field required"),
        ("", "Invalid JSON"),
    ],
)
def test_what_does_not_fit_says_why(words: str, problem: str) -> None:
    with pytest.raises(OutputProblem, match=problem):
        parse_output(agent(Verdict), words)


def test_the_model_is_shown_the_schema_only_where_there_is_one() -> None:
    told = output_instructions(agent(Verdict))

    assert json.loads(told[told.index("{") :]) == Verdict.model_json_schema()
    assert output_instructions(agent(None)) == output_instructions(agent("handoffs")) == ""


def test_a_type_without_a_schema_is_refused_before_any_model_is_asked() -> None:
    with pytest.raises(ValueError, match="output_type"):
        check_output_type("hand-offs")
    with pytest.raises(ValueError, match="no JSON schema"):
        check_output_type(object())


async def test_the_final_output_is_the_value(fake: FakeModel, model: OpenAIModel) -> None:
    """D20, D21, H2."""
    fake.script(text('{"refund": true, "amount": 12.5}'))

    result = await Runner.run(agent(Verdict, model), "refund?")

    assert result.final_output == Verdict(refund=True, amount=12.5)
    assert (result.status, result.text) == ("final", '{"refund": true, "amount": 12.5}')
    system = fake.requests[0]["messages"][0]["content"]
    assert system.startswith("You judge.")
    assert '"amount"' in system


async def test_words_that_do_not_fit_are_sent_back_and_never_said(fake: FakeModel, model: OpenAIModel) -> None:
    """The bad answer and what was said about it are for the model only; nobody hears or keeps them."""
    fake.script(text("I'll transfer you. Refund it."), text('{"refund": true, "amount": 1}'))

    events = [event async for event in Runner.stream(agent(Verdict, model), "refund?")]

    assert [event.type for event in events] == ["repair", "text_delta", "finished"]
    assert [event.delta for event in events if isinstance(event, TextDelta)] == ['{"refund": true, "amount": 1}']
    told = fake.requests[1]["messages"]
    assert [message["role"] for message in told] == ["system", "user", "assistant", "user"]
    assert "Invalid JSON" in told[-1]["content"]
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.result.new_items == [AssistantMessage('{"refund": true, "amount": 1}', "judge")]


async def test_words_that_never_fit_end_in_the_fallback(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(text("No."), text("No."), text("No."))

    result = await Runner.run(agent(Verdict, model), "refund?")

    assert (result.status, result.reason, result.new_items) == ("fallback", "no_answer", [])


async def test_a_structured_agent_may_still_hand_over(fake: FakeModel, model: OpenAIModel) -> None:
    """D21: the final output is who was handed to."""
    judge = Agent("judge", model, output_type=Verdict)
    clerk = Agent("clerk", model)
    judge.handoffs = [clerk]
    fake.script(call("transfer_to_clerk", reason="not mine"))

    result = await Runner.run(judge, "refund?", on_handoff="return")

    assert result.final_output is clerk
