"""Handoffs as values: their names, descriptions and schemas, and what is refused before any model is asked."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.agents import (
    Agent,
    PersonTarget,
    RunContext,
    Runner,
    TeamTarget,
    ToolContext,
    function_tool,
    get_handoff,
    get_transfer_message,
    handoff,
    handoffs_of,
)
from bot.agents.models.local import LocalModel, LocalTriage
from bot.agents.models.openai import OpenAIModel
from bot.agents.naming import transfer_tool_name
from tests.fakes.model import FakeModel, call

LOCAL = LocalModel(LocalTriage())


def agent(name: str, description: str | None = None) -> Agent:
    return Agent(name, LOCAL, handoff_description=description)


def test_a_handoff_is_made_from_an_agent_and_kept_when_it_is_one() -> None:
    """D1, D13, D14, H6, H7, H13-H17."""
    helper = agent("HelperAgent", "Helps.")

    made = get_handoff(helper)

    assert get_handoff(made) is made
    assert (made.agent, made.agent_name, made.tool_name) == (helper, "HelperAgent", "transfer_to_HelperAgent")
    assert "Helps." in made.tool_description
    assert made.get_handoff_as_function_tool() == {
        "type": "function",
        "name": "transfer_to_HelperAgent",
        "description": made.tool_description,
        "parameters": made.input_json_schema,
        "strict": True,
    }
    assert made.input_json_schema["required"] == ["reason"]
    assert "message" not in made.input_json_schema["properties"]


def test_the_transfer_message_is_for_people() -> None:
    """D16, X3."""
    assert get_transfer_message(agent("HelperAgent")) == "Transferring to HelperAgent..."
    assert get_transfer_message(handoff(TeamTarget("billing"))) == "Transferring to billing..."


def test_name_and_description_can_be_given() -> None:
    """D2, D3."""
    made = handoff(agent("x"), tool_name_override="escalate", tool_description_override="When all else fails.")

    assert (made.tool_name, made.tool_description) == ("escalate", "When all else fails.")


@pytest.mark.parametrize(
    "name, tool",
    [
        ("HelperAgent", "transfer_to_HelperAgent"),
        ("front_desk-2", "transfer_to_front_desk_2"),
        ("Élodie Müller", "transfer_to_Elodie_Muller"),
        ("Straße", "transfer_to_Strasse"),
        ("Поддержка", "transfer_to_Podderzhka"),
        ("a  &  b", "transfer_to_a_b"),
    ],
)
def test_a_tool_name_is_readable_ascii(name: str, tool: str) -> None:
    """D15, X2."""
    assert transfer_tool_name(name) == tool


@settings(deadline=None)
@given(st.text(min_size=1))
def test_any_name_gives_a_tool_name_that_providers_accept(name: str) -> None:
    for suffix in ("", "_team"):
        made = transfer_tool_name(name, suffix=suffix)
        assert re.fullmatch(r"transfer_to_[A-Za-z0-9_]+", made)
        assert len(made) <= 64
        assert made.endswith(suffix)


def test_long_and_foreign_names_stay_apart_by_a_hash() -> None:
    names = ["x" * 100, "x" * 101, "客服", "销售"]

    assert len({transfer_tool_name(name) for name in names}) == 4


def test_an_agent_and_a_team_of_one_name_have_two_tools() -> None:
    front = Agent("front", LOCAL, handoffs=[TeamTarget("billing"), agent("billing")])

    assert [entry.tool_name for entry in handoffs_of(front)] == ["transfer_to_billing_team", "transfer_to_billing"]


def test_two_targets_with_one_tool_name_are_refused_and_both_named() -> None:
    front = Agent("front", LOCAL, handoffs=[PersonTarget("ana b"), PersonTarget("ana-b")])

    with pytest.raises(ValueError, match=r'person "ana b" and person "ana-b".*tool_name_override'):
        handoffs_of(front)


def test_a_handoff_named_like_a_tool_is_refused() -> None:
    @function_tool
    def transfer_to_desk() -> str:
        return ""

    with pytest.raises(ValueError, match="transfer_to_desk"):
        handoffs_of(Agent("front", LOCAL, tools=[transfer_to_desk], handoffs=[TeamTarget("desk")]))
    with pytest.raises(ValueError, match="two tools"):
        Agent("front", LOCAL, tools=[transfer_to_desk, transfer_to_desk])


class Escalation(BaseModel):
    priority: Literal["low", "medium", "high"]
    notes: str | None = None


@pytest.mark.anyio
async def test_structured_input_is_checked_carried_and_given_to_the_hook(fake: FakeModel, model: OpenAIModel) -> None:
    """R6, D4, D5, D23, H5, X8: a value outside the enum is repaired."""
    heard: list[object] = []

    async def heed(ctx: RunContext[dict[str, str]], given: Escalation) -> None:
        heard.append((ctx.context["run"], given.priority))

    desk = handoff(TeamTarget("desk"), input_type=Escalation, on_handoff=heed)
    fake.script(
        call("transfer_to_desk", reason="angry", priority="extreme"),
        call("transfer_to_desk", reason="angry", priority="high"),
    )

    result = await Runner.run(Agent("front", model, handoffs=[desk]), "this is urgent", context={"run": "r1"})

    assert heard == [("r1", "high")]
    assert result.handoffs[0].input == {"priority": "high", "notes": None}
    assert "priority" in fake.requests[1]["messages"][-1]["content"]


def test_an_input_type_may_not_have_a_reason_of_its_own() -> None:
    class Reasoned(BaseModel):
        reason: str

    with pytest.raises(ValueError, match="reason"):
        handoff(TeamTarget("desk"), input_type=Reasoned)


def test_a_tool_tells_the_model_its_signature_and_hides_the_context() -> None:
    @function_tool(effect=True, idempotent=True)
    def refund(invoice: int, tool: ToolContext, why: str = "asked") -> str:
        """Refund an invoice.

        Not for the model.
        """
        return tool.key

    assert (refund.name, refund.description) == ("refund", "Refund an invoice.")
    assert (refund.effect, refund.idempotent) == (True, True)
    assert list(refund.parameters["properties"]) == ["invoice", "why"]


def test_a_tool_without_annotations_is_refused() -> None:
    def vague(what) -> str:  # type: ignore[no-untyped-def]
        return str(what)

    def many(*what: str) -> str:
        return ""

    with pytest.raises(TypeError, match="'what' needs a type"):
        function_tool(vague)
    with pytest.raises(TypeError, match="ordinary"):
        function_tool(many)
