"""A run that goes round in circles comes to an end with a reason, and never with an exception."""

from __future__ import annotations

import pytest

from bot.agents import (
    Agent,
    HandoffConfig,
    RepairEvent,
    Runner,
    TeamTarget,
    UserMessage,
    function_tool,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, calls, text

pytestmark = pytest.mark.anyio


def mutual(model: OpenAIModel, **config: object) -> Agent:
    a = Agent("agent-a", model)
    b = Agent("agent-b", model, handoffs=[a])
    a.handoff = HandoffConfig([b], **config)  # type: ignore[arg-type]
    return a


THERE_AND_BACK = [call("transfer_to_agent_b", reason="yours"), call("transfer_to_agent_a", reason="no, yours")]


async def test_the_limits_of_the_first_agents_config_count(fake: FakeModel, model: OpenAIModel) -> None:
    """R7, R24, X6: five entries are four transfers, exactly; what the run is told goes before the config."""
    fake.otherwise(*THERE_AND_BACK)

    by_config = await Runner.run(mutual(model, max_handoffs=5, detect_cycles=False), "who?")
    fake.reset()
    fake.otherwise(*THERE_AND_BACK)
    told = await Runner.run(mutual(model, max_handoffs=5, detect_cycles=False), "who?", max_handoffs=2)
    fake.reset()
    fake.otherwise(*THERE_AND_BACK)
    by_default = await Runner.run(mutual(model), "who?")

    assert by_config.handoff_chain == ["agent-a", "agent-b", "agent-a", "agent-b", "agent-a"]
    assert (by_config.reason, len(by_config.handoffs)) == ("hop_limit", 4)
    assert (told.reason, told.handoff_chain) == ("hop_limit", ["agent-a", "agent-b"])
    assert (by_default.reason, by_default.handoff_chain) == ("cycle", ["agent-a", "agent-b"])


async def test_a_new_message_of_the_customer_makes_the_way_back_free(fake: FakeModel, model: OpenAIModel) -> None:
    """X5, A15: A -> B, the customer speaks, B -> A is no cycle; the chain goes on counting."""
    fake.script(THERE_AND_BACK[0], text("Which invoice?"), THERE_AND_BACK[1], text("Hello again."))
    entry = mutual(model)

    first = await Runner.run(entry, "hi")
    second = await Runner.run(entry, "none, goodbye", state=first.state)

    assert (second.text, second.handoff_chain) == ("Hello again.", ["agent-a", "agent-b", "agent-a"])


async def test_people_do_not_count(fake: FakeModel, model: OpenAIModel) -> None:
    """X6."""
    agent = Agent("front", model, handoffs=[TeamTarget("desk")])
    fake.script(call("transfer_to_desk", reason="angry"))

    result = await Runner.run(agent, "a person!", max_handoffs=1)

    assert result.status == "handoff"


async def test_the_same_call_a_third_time_is_not_made(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 5: once the model is told, then the fallback answers; spaces and order of the arguments do not count."""
    made: list[int] = []

    @function_tool
    def look(page: int, size: int = 10) -> str:
        made.append(page)
        return "nothing"

    agent = Agent("busy", model, tools=[look])
    same = {"tool_calls": [{"name": "look", "arguments": '{"size":10,   "page": 1}'}]}
    fake.script(call("look", page=1, size=10), same, call("look", page=2), same, same)
    events: list[object] = []

    result = await Runner.run(agent, "find it", on_event=events.append)

    assert made == [1, 1, 2]
    assert (result.status, result.reason) == ("fallback", "no_answer")
    assert "look was called again and again" in result.detail
    assert [event.problem for event in events if isinstance(event, RepairEvent)] == [
        "You have called look with these arguments before. Use what it gave you, or do something else."
    ]
    assert "Use what it gave you" in fake.requests[4]["messages"][-1]["content"]


async def test_after_that_the_model_may_still_do_something_else(fake: FakeModel, model: OpenAIModel) -> None:
    @function_tool
    def look() -> str:
        return "nothing"

    agent = Agent("busy", model, tools=[look])
    fake.script(call("look"), calls(call("look"), call("look")), text("There is nothing."))

    result = await Runner.run(agent, "find it")

    assert (result.status, result.text) == ("final", "There is nothing.")
    assert [type(item).__name__ for item in result.new_items] == ["ToolCall", "ToolOutput", "AssistantMessage"]


async def test_each_holder_has_repairs_words_and_a_nudge_of_its_own(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 6, 7: what the one before used up or said is not the next one's."""
    expert = Agent("expert", model, handoffs=[TeamTarget("desk")])
    agent = Agent("front", model, handoffs=[expert])
    promise = text("I'll connect you with a colleague.")
    fake.script(
        promise, call("nonsense"), call("nonsense"),
        calls(call("transfer_to_expert", reason="hard"), words="A moment."),
        promise, call("nonsense"), call("nonsense"), text(""), call("nonsense"),
    )  # fmt: skip

    result = await Runner.run(agent, "hi")

    assert (result.status, result.reason, result.text) == ("fallback", "no_answer", "")
    assert "2 repairs did not help" in result.detail
    assert len(fake.requests) == 9
    assert [said.text for said in result.speech] == ["A moment."]


async def test_two_transfers_in_one_answer_leave_nothing_that_a_later_agent_reads(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """RUNTIME 13: neither is made, the model chooses again, and nobody learns from it."""
    billing, sales = Agent("billing", model), Agent("sales", model)
    agent = Agent("front", model, handoffs=[billing, sales])
    both = calls(call("transfer_to_billing", reason="1"), call("transfer_to_sales", reason="2"))
    fake.script(both, call("transfer_to_sales", reason="2"), text("Hello."))

    result = await Runner.run(agent, "hi")

    assert result.handoff_chain == ["front", "sales"]
    assert "billing" not in str(fake.requests[2]["messages"])
    assert "billing" not in str(result.state.to_dict())


async def test_a_transfer_together_with_an_answer_is_made_and_the_words_are_kept(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """A10: what was said stays said; the target goes on from there."""
    agent = Agent("front", model, handoffs=[Agent("billing", model)])
    fake.script(calls(call("transfer_to_billing", reason="1"), words="Your invoice is 7."), text("It is refunded."))

    result = await Runner.run(agent, "hi")

    assert [said.text for said in result.speech] == ["Your invoice is 7.", "It is refunded."]
    assert fake.requests[1]["messages"][-2]["content"] == "Your invoice is 7."


async def test_tool_results_beside_a_transfer_are_kept_and_carried(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 14: the effect is written down before the conversation changes hands."""

    @function_tool(effect=True)
    def refund(invoice: int) -> str:
        return f"refunded {invoice}"

    agent = Agent("front", model, tools=[refund], handoffs=[Agent("billing", model)])
    fake.script(calls(call("transfer_to_billing", reason="done"), call("refund", invoice=7)), text("It is refunded."))

    result = await Runner.run(agent, [UserMessage("refund please")])

    assert [type(item).__name__ for item in result.new_items] == [
        *("ToolCall", "ToolOutput", "HandoffCall", "HandoffOutput", "AssistantMessage")
    ]
    assert "refunded 7" in str(fake.requests[1]["messages"])
