"""Handoffs as the documentation of the OpenAI Agents SDK for JavaScript describes them."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from bot.agents import (
    Agent,
    Handoff,
    HandoffInputData,
    PersonTarget,
    RunContext,
    RunHandoffCallItem,
    RunHandoffOutputItem,
    Runner,
    TeamTarget,
    drop_keys,
    get_handoff,
    get_transfer_message,
    handoff,
    redact_keys,
    remove_all_tools,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, text
from tests.handoffs.asked import offered, read, said, told

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]
PRIVATE = {"ssn": "123-45-6789", "creditCard": "4111111111111111"}


class Claim(BaseModel):
    invoice: int
    ssn: str
    creditCard: str


class Escalation(BaseModel):
    issue: str
    customer: str
    priority: Literal["low", "medium", "high"]
    notes: str | None = None


def helper(model: OpenAIModel | None = None) -> Agent:
    return Agent("HelperAgent", model or ())


async def one_handoff(fake: FakeModel, model: OpenAIModel, way: Any, *, runner: Runner | None = None) -> str:
    """Everything that the next agent was sent, as text."""
    fake.script(call(get_handoff(way).tool_name, reason="a refund", invoice=7, **PRIVATE), text("Refunded."))
    await (runner or Runner()).run(Agent("triage", model, handoffs=[way]), "refund please")
    return json.dumps(fake.requests[-1])


# ---- handoff() -------------------------------------------------------------------------------------------------------


def test_handoff_makes_a_handoff_of_an_agent() -> None:
    """D1: the options are its keyword arguments and have no type of their own."""
    options = [one for one in inspect.signature(handoff).parameters.values() if one.name != "agent"]

    assert isinstance(handoff(helper()), Handoff)
    assert {one.kind for one in options} == {inspect.Parameter.KEYWORD_ONLY}


async def test_the_tool_can_have_another_name_and_description(fake: FakeModel, model: OpenAIModel) -> None:
    """D2, D3"""
    way = handoff(helper(model), tool_name_override="escalate", tool_description_override="For hard cases.")
    fake.script(call("escalate", reason="hard"), text("Solved."))

    result = await Agent("triage", model, handoffs=[way]).run("help")

    assert offered(fake.requests[0])["escalate"]["description"] == "For hard cases."
    assert result.last_agent.name == "HelperAgent"


@pytest.mark.parametrize("way", ["sync", "async"])
async def test_a_callback_hears_of_the_handoff(fake: FakeModel, model: OpenAIModel, way: str) -> None:
    """D4: with the context and the input, or with the context alone."""
    metrics: list[tuple[str, str | None]] = []

    def count(ctx: RunContext[Any], given: Escalation) -> None:
        metrics.append((ctx.context["team"], given.priority))

    async def count_later(ctx: RunContext[Any]) -> None:
        metrics.append((ctx.context["team"], None))

    made = handoff(helper(model), on_handoff=count if way == "sync" else count_later, input_type=Escalation)
    given = {"issue": "down", "customer": "42", "priority": "high", "notes": None}
    fake.script(call("transfer_to_HelperAgent", reason="x", **given), text("Solved."))

    await Agent("triage", model, handoffs=[made]).run("help", context={"team": "desk"})

    assert metrics == [("desk", "high" if way == "sync" else None)]


async def test_the_handoff_takes_structured_input(fake: FakeModel, model: OpenAIModel) -> None:
    """D5, D23: texts, one of three priorities, and notes that may be left out; what does not fit is sent back."""
    made = handoff(helper(model), input_type=Escalation)
    given = {"reason": "urgent", "issue": "down", "customer": "42", "notes": None}
    fake.script(
        call("transfer_to_HelperAgent", **given, priority="extreme"),
        call("transfer_to_HelperAgent", **given, priority="high"),
        text("Solved."),
    )

    result = await Agent("triage", model, handoffs=[made]).run("help")

    properties = offered(fake.requests[0])["transfer_to_HelperAgent"]["parameters"]["properties"]
    assert properties["issue"]["type"] == properties["customer"]["type"] == "string"
    assert properties["priority"]["enum"] == ["low", "medium", "high"]
    assert {"type": "null"} in properties["notes"]["anyOf"]
    assert "priority" in fake.requests[1]["messages"][-1]["content"]
    assert result.handoffs[0].input == {"issue": "down", "customer": "42", "priority": "high", "notes": None}


@pytest.mark.parametrize("way", ["plain", "function", "async function"])
async def test_a_handoff_can_be_switched_off(fake: FakeModel, model: OpenAIModel, way: str) -> None:
    """D7, D8: for good, or for customers of another tier."""

    def premium(run_context: RunContext[Any], agent: Agent) -> bool:
        assert agent.name == "triage"
        return bool(run_context.context["customer_tier"] == "premium")

    async def premium_later(run_context: RunContext[Any], agent: Agent) -> bool:
        return premium(run_context, agent)

    switch: Any = {"plain": False, "function": premium, "async function": premium_later}[way]
    triage = Agent("triage", model, handoffs=[handoff(helper(), is_enabled=switch)], can_complete=False)
    fake.otherwise(text("Hello."))

    for tier in ("basic", "premium"):
        await triage.run("hi", context={"customer_tier": tier})

    basic, special = (list(offered(request)) for request in fake.requests)
    assert basic == []
    assert special == ([] if way == "plain" else ["transfer_to_HelperAgent"])


async def test_handoffs_are_declared_on_the_agent_as_agents_or_handoffs(fake: FakeModel, model: OpenAIModel) -> None:
    """D10, D17"""
    triage = Agent("triage", model, handoffs=[helper(model), handoff(Agent("Sales", model))])
    fake.script(call("transfer_to_Sales", reason="a quote"), text("Gladly."))

    result = await Runner.run(triage, "a quote please", context={"user": 7})

    assert list(offered(fake.requests[0])) == ["transfer_to_HelperAgent", "transfer_to_Sales", "complete"]
    assert (result.last_agent.name, result.state.run_context.context) == ("Sales", {"user": 7})


# ---- filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["sync", "async"])
async def test_a_filter_takes_and_returns_the_input_data(fake: FakeModel, model: OpenAIModel, way: str) -> None:
    """D6, D9: `input` is a flat mapping of what the model filled in."""
    seen: list[HandoffInputData] = []

    def watch(data: HandoffInputData) -> HandoffInputData:
        seen.append(data)
        return data.clone(input={**(data.input or {}), "message": "checked"})

    async def watch_later(data: HandoffInputData) -> HandoffInputData:
        return watch(data)

    made = handoff(helper(model), input_type=Claim, input_filter=watch if way == "sync" else watch_later)

    sent = await one_handoff(fake, model, made)

    assert [dict(data.input or {}) for data in seen] == [{"invoice": 7, **PRIVATE}]
    assert "checked" in sent


@pytest.mark.parametrize(("filter_of", "mark"), [(drop_keys, False), (redact_keys, True)])
async def test_sensitive_keys_are_deleted_or_replaced(
    fake: FakeModel, model: OpenAIModel, filter_of: Any, mark: bool
) -> None:
    """D11, D12"""
    made = handoff(helper(model), input_type=Claim, input_filter=filter_of("ssn", "creditCard"))

    sent = await one_handoff(fake, model, made)

    assert not any(value in sent for value in PRIVATE.values())
    assert [key in sent for key in PRIVATE] == [mark, mark]
    assert ("[REDACTED]" in sent) is mark
    assert '\\"invoice\\": 7' in sent


async def test_a_handoffs_own_filter_goes_before_the_runners(fake: FakeModel, model: OpenAIModel) -> None:
    """D24, D25"""
    everywhere = Runner(handoff_input_filter=remove_all_tools)
    own = handoff(helper(model), input_type=Claim, input_filter=drop_keys("ssn"))
    none = handoff(helper(model), input_type=Claim)

    with_own = await one_handoff(fake, model, own, runner=everywhere)
    without = await one_handoff(fake, model, none, runner=everywhere)

    assert "creditCard" in with_own
    assert "ssn" not in with_own
    assert [message["role"] for message in json.loads(without)["messages"]] == ["user"]


# ---- the class and its helpers ---------------------------------------------------------------------------------------


async def test_a_handoff_can_be_read_and_called_by_hand() -> None:
    """D13: the arguments may be left out."""
    agent = helper()
    made = handoff(agent, tool_name_override="escalate")
    ctx = RunContext(None, "r-1", Agent("triage"))
    invoke: Any = made.on_invoke_handoff

    taken = [await invoke(ctx), await invoke(ctx, '{"reason": "hard"}')]

    assert taken == [agent, agent]
    assert (made.tool_name, made.agent) == ("escalate", agent)
    assert "HelperAgent" in made.tool_description
    assert made.get_handoff_as_function_tool()["parameters"] is made.input_json_schema


def test_get_handoff_builds_one_or_gives_back_the_same() -> None:
    """D14"""
    made = get_handoff(helper())

    assert isinstance(made, Handoff)
    assert get_handoff(made) is made


def test_names_and_messages_come_from_the_agents_name() -> None:
    """D15, D16"""
    assert get_handoff(helper()).tool_name == "transfer_to_HelperAgent"
    assert get_transfer_message(helper()) == "Transferring to HelperAgent..."


async def test_the_agents_own_description_becomes_that_of_the_tool(fake: FakeModel, model: OpenAIModel) -> None:
    """D18"""
    billing = Agent("Billing", model, handoff_description="Invoices and refunds.")
    fake.script(text("Hello."))

    await Agent("triage", model, handoffs=[billing]).run("hi")

    assert "Invoices and refunds." in offered(fake.requests[0])["transfer_to_Billing"]["description"]


TYPED = """
from pydantic import BaseModel
from bot.agents import Agent
class Verdict(BaseModel):
    guilty: bool
class Receipt(BaseModel):
    number: int
judge = Agent.create("judge", output_type=Verdict)
clerk = Agent.create("clerk", output_type=Receipt)
reveal_type(judge)
reveal_type(Agent.create("plain"))
reveal_type(Agent.create("router", handoffs=[judge]))
reveal_type(Agent.create("both", handoffs=[judge, clerk]))
"""


def test_the_output_type_of_an_agent_is_inferred_from_its_handoffs(tmp_path: Path) -> None:
    """D19: a type checker sees text, or the output of whoever may take over."""
    (tmp_path / "typed.py").write_text(TYPED)

    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--follow-imports=silent", "--cache-dir", tmp_path / "cache",
         tmp_path / "typed.py"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stdout
    revealed = [row.split('"')[1].rpartition("Agent[Any, ")[2] for row in checked.stdout.splitlines() if '"' in row]
    assert revealed == ["typed.Verdict]", "str]", "str | typed.Verdict]", "str | pydantic.main.BaseModel]"]


# ---- results ---------------------------------------------------------------------------------------------------------


async def test_the_final_output_is_the_answer_or_who_was_handed_to(fake: FakeModel, model: OpenAIModel) -> None:
    """D20, D21"""
    judge = Agent("judge", model, output_type=Escalation, handoffs=[helper(model), TeamTarget("desk")])
    answer = '{"issue": "down", "customer": "42", "priority": "low"}'
    fake.script(text(answer), call("transfer_to_HelperAgent", reason="x"), call("transfer_to_desk", reason="x"))
    fake.script(text("Words."))

    value = await judge.run("help")
    agent = await judge.run("help", on_handoff="return")
    team = await judge.run("help")
    words = await Agent("plain", model).run("help")

    assert value.final_output == Escalation(issue="down", customer="42", priority="low")
    assert isinstance(agent.final_output, Agent)
    assert agent.final_output.name == "HelperAgent"
    assert team.final_output == TeamTarget("desk")
    assert words.final_output == "Words."


async def test_handoffs_go_over_several_levels(fake: FakeModel, model: OpenAIModel) -> None:
    """D22, D26"""
    expert = Agent("HardwareExpert", model)
    support = Agent("TechSupport", model, handoffs=[expert])
    fake.script(
        call("transfer_to_TechSupport", reason="a device"),
        call("transfer_to_HardwareExpert", reason="a fan"),
        text("The fan is worn."),
    )

    result = await Runner.run(Agent("MainRouter", model, handoffs=[support]), "my laptop is loud")

    assert result.handoff_chain == ["MainRouter", "TechSupport", "HardwareExpert"]
    assert (result.last_agent.name, result.text) == ("HardwareExpert", "The fan is worn.")


async def test_the_new_items_hold_the_call_and_the_output_of_the_handoff(fake: FakeModel, model: OpenAIModel) -> None:
    """D27"""
    fake.script(call("transfer_to_HelperAgent", reason="x"), text("Solved."))

    result = await Agent("triage", model, handoffs=[helper(model)]).run("help")

    [made] = [item for item in result.new_items if isinstance(item, RunHandoffCallItem)]
    [output] = [item for item in result.new_items if isinstance(item, RunHandoffOutputItem)]
    assert made.handoff_call.name == "transfer_to_HelperAgent"
    assert json.loads(output.handoff_output.output)["handoff"]["to"] == "HelperAgent"


async def test_the_next_message_goes_to_the_agent_that_was_handed_to(fake: FakeModel, model: OpenAIModel) -> None:
    """D28: with the same context; with the state it also knows what was said."""
    fake.script(call("transfer_to_HelperAgent", reason="x"), text("One."), text("Two."))

    first = await Runner.run(
        Agent("triage", model, handoffs=[helper(model)]), "help", context={"user": 7}, on_handoff="return"
    )
    taken = first.final_output
    assert isinstance(taken, Agent)
    bare = await Runner.run(taken, "and now?", context=first.state.run_context.context)
    whole = await Runner.run(taken, "and now?", state=first.state)

    assert [result.last_agent.name for result in (bare, whole)] == ["HelperAgent"] * 2
    assert [result.state.run_context.context for result in (bare, whole)] == [{"user": 7}] * 2
    assert [said(request) for request in fake.requests[1:]] == [["and now?"], ["help", "and now?"]]


async def test_an_agent_may_hand_back_to_whoever_handed_to_it(fake: FakeModel, model: OpenAIModel) -> None:
    """D29"""
    specialist = Agent("specialist", model, output_type="handoffs")
    router = Agent("router", model, handoffs=[specialist])
    fake.script(
        call("transfer_to_specialist", reason="a parcel"), text("Where is it?"),
        call("transfer_to_router", reason="opening hours"), text("From nine to five."),
    )  # fmt: skip

    first = await router.run("my parcel")
    second = await router.run("when are you open?", state=first.state)

    assert list(offered(fake.requests[1])) == ["transfer_to_router", "complete"]
    assert (second.text, second.handoff_chain) == ("From nine to five.", ["router", "specialist", "router"])


async def test_two_agents_name_each_other_by_late_binding(fake: FakeModel, model: OpenAIModel) -> None:
    """D30: "Handed back to" is what the result says."""
    specialist = Agent("specialist", model)
    router = Agent("router", model, "You sort.", handoffs=[specialist])
    specialist.handoffs = [router]
    fake.script(call("transfer_to_specialist", reason="a parcel"), text("Where is it?"))
    fake.script(call("transfer_to_router", reason="opening hours"))

    first = await router.run("my parcel")
    second = await router.run("when are you open?", state=first.state, on_handoff="return")

    back = second.final_output
    assert isinstance(back, Agent)
    assert f"Handed back to {back.name}" == "Handed back to router"
    assert told(fake.requests[0]) == "You sort."
    assert not isinstance(back, PersonTarget)
    assert len(read(fake.requests[2])) == 5
