"""The class `Handoff` as in the OpenAI Agents SDK for JavaScript."""

from __future__ import annotations

import json
from typing import Any, Generic, get_args

import pytest
from pydantic import BaseModel

from bot.agents import (
    Agent,
    Handoff,
    HandoffCall,
    HandoffInputData,
    HandoffOutput,
    Item,
    RunContext,
    Runner,
    ToolCall,
    ToolOutput,
    UserMessage,
    function_tool,
    handoff,
    last_n_messages,
    remove_all_tools,
)
from bot.agents.models.openai import OpenAIModel
from bot.agents.models.profile import EndpointProfile
from tests.fakes.model import FakeModel, call, text
from tests.handoffs.asked import offered, read, said

pytestmark = pytest.mark.anyio

HISTORY: list[Item] = [
    UserMessage("hello"),
    ToolCall("old", "look_up", '{"invoice": 7}', "triage"),
    ToolOutput("old", "look_up", "paid twice"),
    UserMessage("refund please"),
]
TRANSFER = call("transfer_to_billing", reason="a refund")


class Refund(BaseModel):
    invoice: int
    note: str | None = None


@function_tool
def look_up(invoice: int) -> str:
    """Look an invoice up."""
    return f"{invoice} is paid"


async def after_a_handoff(fake: FakeModel, model: OpenAIModel, **options: Any) -> list[dict[str, Any]]:
    """What billing reads when triage hands over with these options."""
    billing = Agent("billing", model)
    fake.script(TRANSFER, text("Refunded."))
    await Runner.run(Agent("triage", model, handoffs=[handoff(billing, **options)]), HISTORY)
    return read(fake.requests[-1])


# ---- made by hand ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "words"), [("billing", "charged twice"), ("account_management", "close my account")])
async def test_triage_delegates_the_task_to_the_agent_that_fits(
    fake: FakeModel, model: OpenAIModel, name: str, words: str
) -> None:
    """H1"""
    specialists = [Agent("billing", model), Agent("account_management", model)]
    triage = Agent("triage", model, handoffs=[Handoff(agent) for agent in specialists])
    fake.script(call(f"transfer_to_{name}", reason=words), text("Done."))

    result = await triage.run(words)

    assert (result.text, result.last_agent.name) == ("Done.", name)


def test_a_handoff_has_types_for_context_and_output_that_nobody_has_to_name() -> None:
    """H2: without them the context is anything and the output is text."""
    context, output = Handoff.__orig_bases__[0].__args__  # type: ignore[attr-defined]
    named = Handoff[dict[str, str], Refund](Agent("billing"))

    assert issubclass(Handoff, Generic)
    assert (context.__default__, output.__default__) == (Any, str)
    assert get_args(Handoff[dict[str, str], Refund]) == (dict[str, str], Refund)
    assert named.agent_name == "billing"


@pytest.mark.parametrize("way", ["sync", "async"])
async def test_it_is_made_of_an_agent_and_a_function_that_may_choose_another(
    fake: FakeModel, model: OpenAIModel, way: str
) -> None:
    """H3, H4"""
    plain, gold = Agent("plain", model), Agent("gold", model)

    def choose(ctx: RunContext[Any], args: str) -> Agent:
        return gold if ctx.context["tier"] == "gold" else plain

    async def choose_later(ctx: RunContext[Any], args: str) -> Agent:
        return choose(ctx, args)

    made: Handoff = Handoff(plain, choose if way == "sync" else choose_later)
    triage = Agent("triage", model, handoffs=[made])
    fake.script(*[call("transfer_to_plain", reason="help"), text("Hello.")] * 2)

    ordinary = await triage.run("help", context={"tier": "none"})
    special = await triage.run("help", context={"tier": "gold"})

    assert (ordinary.last_agent, special.last_agent) == (plain, gold)


async def test_what_is_no_agent_does_not_take_over(
    fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    """H4: the handoff's own agent does, and the log says why."""
    billing = Agent("billing", model)
    wrong: Any = lambda ctx, args: "billing"  # noqa: E731
    fake.script(TRANSFER, text("Refunded."))

    result = await Agent("triage", model, handoffs=[Handoff(billing, wrong)]).run("help")

    assert result.last_agent is billing
    assert "handoff.choice_failed for billing: it chose str" in caplog.text


@pytest.mark.parametrize(
    ("schema", "sent", "given"),
    [(None, '{"reason": "a refund"}', '{"reason": "a refund"}'), ({}, "{}", ""), ({}, "", "")],
)
async def test_the_function_gets_the_context_and_the_arguments_as_json(
    fake: FakeModel, model: OpenAIModel, schema: dict[str, Any] | None, sent: str, given: str
) -> None:
    """H5, H13: an empty text where the schema is empty, because there is no input."""
    heard: list[tuple[Any, str]] = []
    billing = Agent("billing", model)

    def choose(ctx: RunContext[Any], args: str) -> Agent:
        heard.append((ctx.context, args))
        return billing

    made: Handoff = Handoff(billing, choose, input_json_schema=schema)
    fake.script({"tool_calls": [{"name": "transfer_to_billing", "arguments": sent}]}, text("Refunded."))

    await Agent("triage", model, handoffs=[made]).run("help", context="mine")

    assert heard == [("mine", given)]


async def test_a_handoff_tells_its_target_its_schema_and_its_tool() -> None:
    """H6, H7, H13, H15, H16"""
    billing = Agent("billing", handoff_description="Invoices and refunds")
    made = handoff(billing, input_type=Refund)

    assert made.agent is billing
    assert (made.agent_name, made.tool_name) == ("billing", "transfer_to_billing")
    assert made.tool_description == "Hand the conversation to the agent billing. Invoices and refunds"
    assert made.input_json_schema is not None
    assert made.input_json_schema["required"] == ["reason", "invoice", "note"]
    assert Handoff(billing, input_json_schema={}).input_json_schema == {}


async def test_the_schema_is_strict_unless_one_says_otherwise(fake: FakeModel) -> None:
    """H14: also on the wire, for an endpoint that takes it."""
    model = OpenAIModel("m", base_url=fake.base_url, api_key="for-tests", profile=EndpointProfile(strict=True))
    strict = handoff(Agent("strict", model), input_type=Refund)
    loose = handoff(Agent("loose", model), input_type=Refund, strict_json_schema=False)
    fake.script(text("Hello."))

    await Agent("triage", model, handoffs=[strict, loose]).run("hi")
    await model.aclose()

    tools = offered(fake.requests[0])
    assert (strict.strict_json_schema, loose.strict_json_schema) == (True, False)
    assert (tools["transfer_to_strict"]["strict"], "strict" in tools["transfer_to_loose"]) == (True, False)
    assert tools["transfer_to_strict"]["parameters"]["required"] == ["reason", "invoice", "note"]
    assert tools["transfer_to_loose"]["parameters"]["required"] == ["reason", "invoice"]


def test_a_handoff_is_a_function_tool() -> None:
    """H17"""
    made = handoff(Agent("billing"), tool_name_override="to_billing", tool_description_override="Invoices.")

    assert made.get_handoff_as_function_tool() == {
        "type": "function",
        "name": "to_billing",
        "description": "Invoices.",
        "parameters": made.input_json_schema,
        "strict": True,
    }


# ---- filters ---------------------------------------------------------------------------------------------------------


async def test_without_a_filter_the_next_agent_reads_the_whole_conversation(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """H9"""
    messages = await after_a_handoff(fake, model)

    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "user", "assistant", "tool"]
    assert json.loads(messages[-1]["content"]) == {"handoff": {"to": "billing", "status": "accepted"}}


async def test_a_filter_drops_what_is_old_or_takes_the_tools_out(fake: FakeModel, model: OpenAIModel) -> None:
    """H8, H10: it is optional."""
    assert handoff(Agent("billing")).input_filter is None
    assert handoff(Agent("billing"), input_filter=remove_all_tools).input_filter is remove_all_tools

    newest = await after_a_handoff(fake, model, input_filter=last_n_messages(1))
    no_tools = await after_a_handoff(fake, model, input_filter=remove_all_tools)

    assert [message["role"] for message in newest] == ["user", "assistant", "tool"]
    assert newest[0]["content"] == "refund please"
    assert [message["content"] for message in no_tools] == ["hello", "refund please"]


async def test_a_filter_gets_the_history_with_the_call_that_hands_over_and_its_output(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """H11"""
    seen: list[HandoffInputData] = []

    def watch(data: HandoffInputData) -> HandoffInputData:
        seen.append(data)
        return data

    billing = Agent("billing", model)
    triage = Agent("triage", model, tools=[look_up], handoffs=[handoff(billing, input_filter=watch)])
    fake.script(call("look_up", invoice=7), TRANSFER, text("Refunded."))

    await Runner.run(triage, HISTORY)

    [data] = seen
    assert list(data.history) == HISTORY
    assert [type(item) for item in data.pre_handoff_items] == [ToolCall, ToolOutput]
    made, output = data.new_items
    assert isinstance(made, HandoffCall)
    assert isinstance(output, HandoffOutput)
    assert (made.name, made.call_id) == ("transfer_to_billing", output.call_id)


async def test_the_next_agent_reads_all_items_of_what_the_filter_returns(fake: FakeModel, model: OpenAIModel) -> None:
    """H12: history and new items may both be changed."""

    async def summed_up(data: HandoffInputData) -> HandoffInputData:
        return data.clone(
            history=(UserMessage("In short: charged twice."),),
            new_items=(*data.new_items, UserMessage("Invoice 7.")),
        )

    messages = await after_a_handoff(fake, model, input_filter=summed_up)

    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "user"]
    assert said(fake.requests[-1]) == ["In short: charged twice.", "Invoice 7."]
