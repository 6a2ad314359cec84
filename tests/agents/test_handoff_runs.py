"""Runs of agents that answer, hand the conversation on, settle it or give up."""

from __future__ import annotations

import pytest

from bot.agents import (
    Agent,
    AssistantMessage,
    Finished,
    HandoffCall,
    HandoffEvent,
    HandoffOutput,
    PersonTarget,
    RunContext,
    Runner,
    TeamTarget,
    TextDelta,
    ToolError,
    UserMessage,
    function_tool,
    handoff,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, calls, status, text

pytestmark = pytest.mark.anyio

PEOPLE = TeamTarget("billing", "People who can refund")
ALICE = PersonTarget("alice")


def triage_and_billing(model: OpenAIModel) -> tuple[Agent, Agent]:
    billing = Agent("billing_agent", model, "You settle invoices.", handoff_description="Invoices, refunds")
    triage = Agent("triage", model, "You are a support triage bot.", handoffs=[billing, PEOPLE, ALICE])
    return triage, billing


async def test_an_agent_answers(fake: FakeModel, model: OpenAIModel) -> None:
    """A5, A12, D21: run(agent, messages) and a final answer."""
    triage, _ = triage_and_billing(model)
    fake.script(text("Invoices are under Account."))

    result = await Runner.run(triage, [{"role": "user", "content": "where is my invoice"}])

    assert (result.status, result.text, result.last_agent) == ("final", "Invoices are under Account.", triage)
    assert result.new_items == [AssistantMessage("Invoices are under Account.", "triage")]
    assert result.handoff_chain == ["triage"]
    assert (result.usage.input_tokens, result.usage.output_tokens, result.usage.model_calls) == (10, 5, 1)


async def test_the_specialist_answers_in_the_same_run_and_sees_everything(fake: FakeModel, model: OpenAIModel) -> None:
    """R2, R11, R12, R20, A1, A4, A8, A9, D26, D27, H9: the conversation moves, with all of its history."""
    triage, billing = triage_and_billing(model)
    fake.script(call("transfer_to_billing_agent", reason="a refund"), text("Your refund is on its way."))

    result = await Runner.run(triage, "refund please")

    assert (result.status, result.text, result.last_agent) == ("final", "Your refund is on its way.", billing)
    assert result.handoff_chain == ["triage", "billing_agent"]
    made, output = result.handoff_items
    assert isinstance(made, HandoffCall)
    assert isinstance(output, HandoffOutput)
    assert (made.handoff_call.name, output.handoff_output) == ("transfer_to_billing_agent", output)
    assert (made.name, made.reason, made.target) == ("transfer_to_billing_agent", "a refund", "billing_agent")
    assert output.output == '{"handoff": {"to": "billing_agent", "status": "accepted"}}'
    second = fake.requests[1]["messages"]
    assert [message["role"] for message in second] == ["system", "user", "assistant", "tool"]
    assert second[0]["content"] == "You settle invoices."
    assert "transfer_to_billing_agent" not in str(fake.requests[1].get("tools"))


async def test_a_run_may_stop_at_the_handoff(fake: FakeModel, model: OpenAIModel) -> None:
    """A6, A7, D28, X4: status and target are returned, and the target can be run next."""
    triage, billing = triage_and_billing(model)
    fake.script(call("transfer_to_billing_agent", reason="a refund"), text("Done."))

    first = await Runner.run(triage, "refund please", on_handoff="return")
    second = await Runner.run(billing, [UserMessage("refund please"), *first.new_items], chain=first.handoff_chain)

    assert (first.status, first.handoff_target, first.reason) == ("handoff", billing, "a refund")
    assert (second.text, second.handoff_chain) == ("Done.", ["triage", "billing_agent"])


@pytest.mark.parametrize(
    "tool, target", [("transfer_to_billing", PEOPLE), ("transfer_to_alice", PersonTarget("alice"))]
)
async def test_a_team_or_a_person_ends_the_run(fake: FakeModel, model: OpenAIModel, tool: str, target: object) -> None:
    """M9, M26, T08: people are targets like agents; the state follows the call and never the words."""
    triage, _ = triage_and_billing(model)
    fake.script(call(tool, reason="wants a person"))

    result = await Runner.run(triage, "I need human help")

    assert (result.status, result.handoff_target, result.last_agent) == ("handoff", target, triage)
    assert result.handoff_chain == ["triage"]


async def test_the_single_tool_takes_the_target_from_an_enum(fake: FakeModel, model: OpenAIModel) -> None:
    """M7, M8, M10, R10, X1: one tool, and a target that is not allowed is sent back with the allowed ones."""
    agent = Agent("triage", model, handoffs=[PEOPLE, ALICE], handoff_tool="single")
    fake.script(
        call("handoff", target="swapnil", reason="asked for"), call("handoff", target="alice", reason="asked for")
    )

    result = await Runner.run(agent, "let me talk to Alice")

    assert result.handoff_target == ALICE
    offered = fake.requests[0]["tools"][0]["function"]
    assert offered["name"] == "handoff"
    assert offered["parameters"]["properties"]["target"]["enum"] == ["billing", "alice"]
    assert "billing, alice" in fake.requests[1]["messages"][-1]["content"]


async def test_the_handoff_is_told_before_the_first_word_of_the_target(fake: FakeModel, model: OpenAIModel) -> None:
    """A10, A19, A20, A21: one stream of events across the boundary."""
    triage, _ = triage_and_billing(model)
    fake.script(
        calls(call("transfer_to_billing_agent", reason="a refund"), words="Of course. I'll connect you with billing."),
        text("Hello, billing here. It is refunded."),
    )

    events = [event async for event in Runner.stream(triage, "refund please")]

    assert [event.type for event in events] == [
        *("text_delta", "handoff", "handoff.transfer", "text_delta", "text_delta", "handoff.complete", "finished")
    ]
    assert [(event.agent, event.delta) for event in events if isinstance(event, TextDelta)] == [
        ("triage", "Of course. "),
        ("billing_agent", "Hello, billing here. "),
        ("billing_agent", "It is refunded."),
    ]
    told = next(event for event in events if isinstance(event, HandoffEvent))
    assert (told.from_agent, told.to, told.reason) == ("triage", "billing_agent", "a refund")
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.result.text == "Hello, billing here. It is refunded."


async def test_only_one_line_tells_of_the_handoff(fake: FakeModel, model: OpenAIModel) -> None:
    """T04: a promise beside a committed handoff to people is dropped, for the notice says the same."""
    triage, _ = triage_and_billing(model)
    fake.script(calls(call("transfer_to_billing", reason="a refund"), words="I'm transferring you to billing."))
    shown: list[str] = []

    result = await Runner.run(triage, "refund please", on_text=shown.append)

    assert result.status == "handoff"
    assert (result.text, result.speech, shown) == ("", [], [])


async def test_a_promise_without_a_call_is_nudged_once_with_force(fake: FakeModel, model: OpenAIModel) -> None:
    """M28: what was said is done."""
    triage, _ = triage_and_billing(model)
    fake.script(
        text("I understand. I'll connect you with a colleague."), call("transfer_to_billing", reason="a refund")
    )
    shown: list[str] = []

    result = await Runner.run(triage, "refund please", on_text=shown.append)

    assert (result.status, result.handoff_target) == ("handoff", PEOPLE)
    assert [item.text for item in result.speech] == ["I understand."]
    assert shown == ["I understand. "]
    assert fake.requests[1]["tool_choice"] == "required"
    assert {tool["function"]["name"] for tool in fake.requests[1]["tools"]} == {
        "transfer_to_billing_agent",
        "transfer_to_billing",
        "transfer_to_alice",
    }


async def test_a_promise_that_stays_one_ends_in_the_fallback(fake: FakeModel, model: OpenAIModel) -> None:
    """I15: "transferred" is never said alone."""
    triage, _ = triage_and_billing(model)
    fake.script(text("Transferring you now."), text("You are being transferred."))

    result = await Runner.run(triage, "refund please")

    assert (result.status, result.reason, result.text) == ("fallback", "no_answer", "")
    assert result.new_items == []


async def test_mutual_transfer_stops_at_exactly_that_many_agents(fake: FakeModel, model: OpenAIModel) -> None:
    """R7, R24, A15, A16, D30, X6: five agents in the chain, four transfers, then the fallback and no exception."""
    a = Agent("agent-a", model)
    b = Agent("agent-b", model, handoffs=[a])
    a.handoffs = [b]
    fake.otherwise(call("transfer_to_agent_b", reason="yours"), call("transfer_to_agent_a", reason="no, yours"))

    result = await Runner.run(a, "who is it?", max_handoffs=5, detect_cycles=False)

    assert result.handoff_chain == ["agent-a", "agent-b", "agent-a", "agent-b", "agent-a"]
    assert (result.status, result.reason, result.last_agent) == ("fallback", "hop_limit", a)
    assert len(result.handoffs) == 4


async def test_a_chain_that_began_earlier_counts(fake: FakeModel, model: OpenAIModel) -> None:
    triage, _ = triage_and_billing(model)
    fake.script(call("transfer_to_billing_agent", reason="again"))

    result = await Runner.run(triage, "and now?", max_handoffs=3, chain=["billing_agent", "sales", "triage"])

    assert (result.status, result.reason) == ("fallback", "hop_limit")
    assert result.handoff_chain == ["billing_agent", "sales", "triage"]


async def test_there_and_back_without_news_is_a_cycle(fake: FakeModel, model: OpenAIModel) -> None:
    """R23, X5."""
    a = Agent("a", model)
    b = Agent("b", model, handoffs=[a])
    a.handoffs = [b]
    fake.script(call("transfer_to_b", reason="yours"), call("transfer_to_a", reason="no, yours"))

    result = await Runner.run(a, "who is it?")

    assert (result.status, result.reason, result.handoff_chain) == ("fallback", "cycle", ["a", "b"])


async def test_back_with_a_new_tool_result_is_no_cycle(fake: FakeModel, model: OpenAIModel) -> None:
    """X5: the specialist found something out and hands back."""

    @function_tool
    def find_invoice(number: int) -> str:
        """Find an invoice."""
        return f"invoice {number} is paid"

    a = Agent("a", model)
    b = Agent("b", model, tools=[find_invoice], handoffs=[a])
    a.handoffs = [b]
    fake.script(
        call("transfer_to_b", reason="look it up"),
        calls(call("find_invoice", number=7), call("transfer_to_a", reason="found")),
        text("It is paid."),
    )

    result = await Runner.run(a, "is it paid?")

    assert (result.text, result.handoff_chain) == ("It is paid.", ["a", "b", "a"])
    assert "invoice 7 is paid" in str(fake.requests[2]["messages"])


async def test_complete_ends_the_conversation_with_a_summary(fake: FakeModel, model: OpenAIModel) -> None:
    """R18, R27, R28, R29: also for an agent that has nobody to hand to."""
    agent = Agent("leaf", model)
    fake.script(calls(call("complete", summary="Refund explained."), words="All set. Goodbye!"))

    result = await Runner.run(agent, "thanks, that is all")

    assert (result.status, result.summary, result.text) == (
        "complete",
        "Refund explained.",
        "All set. Goodbye!",
    )


async def test_a_tool_is_called_and_its_result_read(fake: FakeModel, model: OpenAIModel) -> None:
    """A2, A23: an agent's own tools; a tool's own refusal goes to the model."""

    @function_tool
    async def balance(account: str, currency: str = "EUR") -> dict[str, str]:
        """Read a balance."""
        if account == "nobody":
            raise ToolError("there is no such account")
        return {"account": account, "amount": f"12 {currency}"}

    agent = Agent("bank", model, tools=[balance])
    fake.script(call("balance", account="nobody"), call("balance", account="ana"), text("You have 12 EUR."))

    result = await Runner.run(agent, "how much do I have?")

    assert result.text == "You have 12 EUR."
    assert "no such account" in fake.requests[1]["messages"][-1]["content"]
    assert '"amount":"12 EUR"' in fake.requests[2]["messages"][-1]["content"]
    schema = fake.requests[0]["tools"][0]["function"]["parameters"]
    assert schema["required"] == ["account"]


async def test_a_tool_that_breaks_does_not_end_the_run(fake: FakeModel, model: OpenAIModel) -> None:
    @function_tool
    def broken() -> str:
        raise RuntimeError("secret detail")

    agent = Agent("bank", model, tools=[broken])
    fake.script(call("broken"), text("I cannot see it just now."))

    result = await Runner.run(agent, "how much do I have?")

    assert result.text == "I cannot see it just now."
    assert "secret detail" not in str(fake.requests[1])


async def test_instructions_and_offers_follow_the_context(fake: FakeModel, model: OpenAIModel) -> None:
    """D7, D8, X9: functions of the context, sync or async; the context itself never reaches the model."""

    async def instructions(ctx: RunContext[dict[str, str]], agent: Agent) -> str:
        return f"You are {agent.name} for {ctx.context['tier']} customers."

    sales = handoff(TeamTarget("sales"), is_enabled=lambda ctx, agent: ctx.context["tier"] == "premium")
    agent = Agent("triage", model, instructions, handoffs=[sales], can_complete=False)
    fake.otherwise(text("Hello."))

    await Runner.run(agent, "hi", context={"tier": "free", "secret": "canary"})
    await Runner.run(agent, "hi", context={"tier": "premium", "secret": "canary"})

    free, premium = fake.requests
    assert free["messages"][0]["content"] == "You are triage for free customers."
    assert "tools" not in free
    assert premium["tools"][0]["function"]["name"] == "transfer_to_sales"
    assert "canary" not in str(fake.requests)


async def test_when_no_model_can_be_reached_the_fallback_answers(fake: FakeModel, model: OpenAIModel) -> None:
    """T30: a provider that is down is a reason and not an exception."""
    triage, _ = triage_and_billing(model)
    fake.script(status(503, "overloaded"))

    result = await Runner.run(triage, "hello")

    assert (result.status, result.reason, result.text) == ("fallback", "bot_unavailable", "")
    assert "503" in result.detail


async def test_of_several_models_the_first_that_can_be_reached_answers(fake: FakeModel, model: OpenAIModel) -> None:
    closed = OpenAIModel("closed", base_url="http://127.0.0.1:9/v1", api_key="x")
    agent = Agent("triage", [closed, model])
    fake.otherwise(text("Here I am."))

    whole = await Runner.run(agent, "hello")
    streamed = await Runner.run(agent, "hello", on_text=lambda shown: None)

    assert (whole.text, streamed.text) == ("Here I am.", "Here I am.")
    await closed.aclose()


async def test_a_stream_that_breaks_keeps_what_was_shown_and_falls_back(fake: FakeModel, model: OpenAIModel) -> None:
    triage, _ = triage_and_billing(model)
    fake.script({**text("The first part. The second part"), "drop_after": 5})
    shown: list[str] = []

    result = await Runner.run(triage, "hello", on_text=shown.append)

    assert (result.status, result.reason) == ("fallback", "bot_unavailable")
    assert (result.text, shown) == ("The first part.", ["The first part. "])


async def test_an_agent_that_never_comes_to_an_end_is_stopped(fake: FakeModel, model: OpenAIModel) -> None:
    @function_tool
    def look(page: int) -> str:
        return "nothing new"

    agent = Agent("busy", model, tools=[look])
    fake.script(*(call("look", page=page) for page in range(4)))

    result = await Runner.run(agent, "hello", max_turns=4)

    assert (result.status, result.reason) == ("fallback", "turn_cap")
    assert len(fake.requests) == 4
