"""Handoffs of the AssistMe SDK: control moves to another agent, in one run and one stream."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import pytest

from bot.agents import (
    Agent,
    Handoff,
    HandoffCall,
    HandoffEvent,
    Item,
    Runner,
    TextDelta,
    function_tool,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, calls, text
from tests.handoffs.asked import offered, read, said, told

pytestmark = pytest.mark.anyio

ASKED = {"messages": [{"role": "user", "content": "I was charged twice"}]}
TRANSFER = call("transfer_to_billing", reason="charged twice")


@function_tool
def find_invoice(number: int) -> str:
    """Find an invoice."""
    return f"invoice {number} is paid"


def triage(model: OpenAIModel) -> tuple[Agent, Agent]:
    billing = Agent(name="billing", model=model, instructions="You settle.", tools=[find_invoice])
    return Agent(name="triage", model=model, instructions="You sort.", handoffs=[billing]), billing


async def account(messages: Sequence[Item]) -> dict[str, str]:
    return {"additional_instructions": f"Account A-1001, plan Team; {len(messages)} items so far."}


# ---- control ---------------------------------------------------------------------------------------------------------


async def test_the_new_agent_replaces_the_old_one(fake: FakeModel, model: OpenAIModel) -> None:
    """A1, A9: it answers the customer itself, and the old agent is not asked again, in later runs either."""
    entry, _ = triage(model)
    fake.script(TRANSFER, text("Which invoice?"), text("Refunded."))

    first = await Runner.run(entry, ASKED)
    second = await Runner.run(entry, "number 7", state=first.state)

    assert (first.text, second.text) == ("Which invoice?", "Refunded.")
    assert [told(request) for request in fake.requests] == ["You sort.", "You settle.", "You settle."]


async def test_what_the_old_agent_wanted_to_call_besides_is_done_before_it_lets_go(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """A9: the new agent reads what came of it."""
    entry, _ = triage(model)
    entry.tools = [find_invoice]
    fake.script(calls(TRANSFER, call("find_invoice", number=7)), text("It is paid."))

    await Runner.run(entry, ASKED)

    assert "invoice 7 is paid" in str(read(fake.requests[1]))
    assert len(fake.requests) == 2


async def test_agents_are_plain_configuration_and_each_has_its_own_tools(fake: FakeModel, model: OpenAIModel) -> None:
    """A2, A3, A23: the last one of a chain has tools and no handoffs."""
    entry, _ = triage(model)
    fake.script(TRANSFER, call("find_invoice", number=7), text("It is paid."))

    result = await Runner.run(entry, ASKED)

    assert [list(offered(request)) for request in fake.requests] == [
        ["transfer_to_billing", "complete"],
        ["find_invoice", "complete"],
        ["find_invoice", "complete"],
    ]
    assert result.text == "It is paid."


async def test_a_handoff_is_a_tool_call_that_the_runner_takes_for_a_transfer(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """A4, A5"""
    entry, billing = triage(model)
    fake.script(TRANSFER, text("Refunded."))

    result = await Runner.run(entry, ASKED)

    [made] = [item for item in result.new_items if isinstance(item, HandoffCall)]
    assert (made.name, made.target, result.last_agent) == ("transfer_to_billing", "billing", billing)
    assert said(fake.requests[0]) == ["I was charged twice"]


async def test_a_run_that_stops_at_the_handoff_says_to_whom(fake: FakeModel, model: OpenAIModel) -> None:
    """A6, A7"""
    entry, billing = triage(model)
    fake.script(TRANSFER)

    result = await Runner.run(entry, ASKED, on_handoff="return")

    assert result.status == "handoff"
    assert result.handoff_target == billing


async def test_the_new_agent_receives_the_whole_conversation(fake: FakeModel, model: OpenAIModel) -> None:
    """A8"""
    entry, _ = triage(model)
    messages = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "Hello! What can I do?"},
        {"role": "user", "content": "I was charged twice"},
    ]
    fake.script(TRANSFER, text("Refunded."))

    await Runner.run(entry, {"messages": messages})

    shown = read(fake.requests[1])
    assert [message["content"] for message in shown[:3]] == [message["content"] for message in messages]
    assert [message["role"] for message in shown[3:]] == ["assistant", "tool"]


async def test_the_reason_is_logged(fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture) -> None:
    """A11"""
    entry, _ = triage(model)
    fake.script(TRANSFER, text("Refunded."))

    with caplog.at_level(logging.INFO, logger="baton.agents"):
        result = await Runner.run(entry, ASKED)

    assert caplog.messages == ["Handing off to billing because charged twice"]
    assert [record.reason for record in result.handoffs] == ["charged twice"]


# ---- what goes along -------------------------------------------------------------------------------------------------


async def test_an_entry_may_have_a_description_and_a_context_provider(fake: FakeModel, model: OpenAIModel) -> None:
    """A13, A14: the receiver knows account and plan without asking."""
    billing = Agent("billing", model, "You settle.")
    entry = Handoff[Any, str](billing, description="Invoices and refunds", context_provider=account)
    fake.script(TRANSFER, text("Refunded."))

    await Runner.run(Agent("triage", model, handoffs=[entry]), ASKED)

    described = offered(fake.requests[0])["transfer_to_billing"]["description"]
    assert described == "Hand the conversation to the agent billing. Invoices and refunds"
    assert told(fake.requests[1]) == "You settle.\n\nAccount A-1001, plan Team; 3 items so far."


# ---- circles and levels ----------------------------------------------------------------------------------------------


async def test_agents_may_hand_over_in_a_circle(fake: FakeModel, model: OpenAIModel) -> None:
    """A15: the first one names an agent that is defined later."""
    sales = Agent("sales", model)
    billing = Agent("billing", model, handoffs=[sales])
    sales.handoffs = [billing]
    fake.script(TRANSFER, text("Done."), call("transfer_to_sales", reason="a quote"), text("Gladly."))

    first = await Runner.run(sales, ASKED)
    second = await Runner.run(sales, "and a quote please", state=first.state)

    assert (second.text, second.handoff_chain) == ("Gladly.", ["sales", "billing", "sales"])


async def test_a_limit_of_turns_ends_an_endless_loop(fake: FakeModel, model: OpenAIModel) -> None:
    """A16: with a reason, and without an exception."""
    sales = Agent("sales", model)
    billing = Agent("billing", model, handoffs=[sales])
    sales.handoffs = [billing]
    fake.otherwise(TRANSFER, call("transfer_to_sales", reason="not mine"))

    result = await Runner.run(sales, ASKED, max_turns=4, max_handoffs=100, detect_cycles=False)

    assert (result.status, result.reason, len(fake.requests)) == ("fallback", "turn_cap", 4)


async def test_handoffs_go_over_several_levels(fake: FakeModel, model: OpenAIModel) -> None:
    """A22, A23"""
    enterprise = Agent("enterprise_sales", model, tools=[find_invoice])
    sales = Agent("sales_team", model, handoffs=[enterprise])
    fake.script(
        call("transfer_to_sales_team", reason="a quote"),
        call("transfer_to_enterprise_sales", reason="500 seats"),
        text("Gladly."),
    )

    result = await Runner.run(Agent("front_desk", model, handoffs=[sales]), "a quote for 500 seats")

    assert result.handoff_chain == ["front_desk", "sales_team", "enterprise_sales"]
    assert list(offered(fake.requests[2])) == ["find_invoice", "complete"]


async def test_an_agent_can_be_a_tool_of_another(fake: FakeModel, model: OpenAIModel) -> None:
    """A18: the parent keeps the conversation and gets an answer to read."""
    researcher = Agent("researcher", model, "You find facts.")
    writer = Agent("writer", model, tools=[researcher.as_tool(name="research")])
    fake.script(call("research", input="How long is the warranty?"), text("Two years."), text("It is two years."))

    result = await Runner.run(writer, "I am Jane. Warranty?")

    assert (result.text, result.handoff_chain) == ("It is two years.", ["writer"])
    assert said(fake.requests[1]) == ["How long is the warranty?"]


# ---- streams ---------------------------------------------------------------------------------------------------------


async def test_one_stream_goes_on_across_the_handoff(fake: FakeModel, model: OpenAIModel) -> None:
    """A10, A19, A20, A21: words of both agents, and between them one event that says from whom to whom."""
    entry, _ = triage(model)
    fake.script(calls(TRANSFER, words="One moment."), text("Which invoice? Number 7?"))

    events = [event async for event in Runner.stream(entry, ASKED)]

    told_ = [event.to_dict() for event in events if isinstance(event, TextDelta | HandoffEvent)]
    assert [(event["type"], event.get("delta")) for event in told_] == [
        ("text_delta", "One moment."),
        ("handoff", None),
        ("text_delta", "Which invoice? "),
        ("text_delta", "Number 7?"),
    ]
    assert {key: told_[1][key] for key in ("type", "from", "to")} == {
        "type": "handoff", "from": "triage", "to": "billing",
    }  # fmt: skip
    assert [event["agent"] for event in told_ if event["type"] == "text_delta"] == ["triage", "billing", "billing"]


async def test_the_stream_of_an_agent_can_be_read_as_it_comes(fake: FakeModel, model: OpenAIModel) -> None:
    """A19: and its result when it has ended."""
    entry, _ = triage(model)
    fake.script(TRANSFER, text("Refunded."))
    words = ""

    async with entry.stream(ASKED) as stream:
        async for event in stream:
            words += event.delta if isinstance(event, TextDelta) else ""

    assert words == stream.result.text == "Refunded."
