"""What every callback gets first, and what goes along when the conversation changes hands."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import (
    Agent,
    HandoffConfig,
    HandoffTarget,
    RunContext,
    Runner,
    TeamTarget,
    ToolContext,
    function_tool,
    handoff,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, calls, text

pytestmark = pytest.mark.anyio


@function_tool
def remember(plan: str, tool: ToolContext) -> str:
    """Note the customer's plan."""
    tool.session_state["plan"] = plan
    return f"{tool.run_id} {tool.session_id}"


def pair(model: OpenAIModel, seen: list[RunContext[Any]], **config: Any) -> Agent:
    def instructions(ctx: RunContext[Any], agent: Agent) -> str:
        seen.append(RunContext(ctx.context, ctx.run_id, ctx.agent, ctx.session_id, dict(ctx.session_state)))
        return f"You are {agent.name}."

    billing = Agent("billing", model, instructions)
    return Agent("triage", model, instructions, tools=[remember], handoff=HandoffConfig([billing], **config))


async def test_every_callback_knows_the_run_the_session_and_the_holder(fake: FakeModel, model: OpenAIModel) -> None:
    """D8, R9, R26: and a tool's notes go along with the conversation."""
    seen: list[RunContext[Any]] = []
    fake.script(call("remember", plan="gold"), call("transfer_to_billing", reason="a refund"), text("Refunded."))

    result = await Runner.run(pair(model, seen), "hi", context={"tier": "premium"}, session_id="s1", run_id="r1")

    assert [ctx.agent.name for ctx in seen] == ["triage", "triage", "billing"]
    assert {(ctx.run_id, ctx.session_id, ctx.context["tier"]) for ctx in seen} == {("r1", "s1", "premium")}
    assert [ctx.session_state for ctx in seen] == [{}, {"plan": "gold"}, {"plan": "gold"}]
    assert "r1 s1" in str(fake.requests[1])
    assert result.state.run_context.context == {"tier": "premium"}


async def test_the_session_state_may_stay_behind(fake: FakeModel, model: OpenAIModel) -> None:
    """R9: carry_session_state."""
    seen: list[RunContext[Any]] = []
    fake.script(call("remember", plan="gold"), call("transfer_to_billing", reason="a refund"), text("Refunded."))

    result = await Runner.run(pair(model, seen, carry_session_state=False), "hi")

    assert seen[-1].session_state == {}
    assert result.state.session_state == {}


async def test_every_run_has_an_id_of_its_own_that_survives_a_crash(fake: FakeModel, model: OpenAIModel) -> None:
    from bot.agents import MemoryJournal

    seen: list[RunContext[Any]] = []
    journal = MemoryJournal()
    fake.script(text("Hello."), text("Hello."))

    first = await Runner.run(pair(model, seen), "hi", journal=journal)
    again = await Runner.run(pair(model, seen), "hi", journal=journal)
    other = await Runner.run(pair(model, seen), "hi")

    ids = [result.state.run_context.run_id for result in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]


async def test_a_provider_adds_to_the_receivers_instructions_for_its_tenure(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """A13, A14, A26: per handoff and per agent, sync or async, a mapping or a text."""

    async def account(items: Any) -> dict[str, str]:
        return {"additional_instructions": f"Account 7. {len(items)} items."}

    @function_tool
    def look() -> str:
        return "paid"

    billing = Agent("billing", model, "Settle it.", tools=[look], context_provider=lambda items: "Plan: gold.")
    triage = Agent("triage", model, "Sort it.", handoffs=[handoff(billing, context_provider=account)])
    fake.script(call("transfer_to_billing", reason="a refund"), call("look"), text("Paid."), text("You are welcome."))

    first = await Runner.run(triage, "is it paid?")
    await Runner.run(triage, "thanks", state=first.state)

    said = [request["messages"][0]["content"] for request in fake.requests]
    assert said == ["Sort it.", *["Settle it.\n\nAccount 7. 3 items.\n\nPlan: gold."] * 3]


async def test_a_provider_of_the_first_agent_counts_too_and_one_that_breaks_is_left_out(
    fake: FakeModel, model: OpenAIModel
) -> None:
    def broken(items: Any) -> str:
        raise RuntimeError("no account")

    fake.script(text("Hello."), text("Hello."))

    await Runner.run(Agent("triage", model, "Sort it.", context_provider=lambda items: None), "hi")
    result = await Runner.run(Agent("triage", model, "Sort it.", context_provider=broken), "hi")

    assert [request["messages"][0]["content"] for request in fake.requests] == ["Sort it.", "Sort it."]
    assert result.status == "final"


async def test_targets_of_the_config_and_handoffs_are_one_list(fake: FakeModel, model: OpenAIModel) -> None:
    """R3-R6, D10, D17: with the description that the model decides by, and the hook before the handoff."""
    heard: list[str] = []

    async def note(ctx: RunContext[Any]) -> None:
        heard.append(f"{ctx.agent.name} {ctx.session_id}")

    billing = Agent("billing", model, handoff_description="not used")
    agent = Agent(
        "front", model, handoffs=[TeamTarget("desk")],
        handoff=HandoffConfig([HandoffTarget(billing, "Invoices and refunds", note)]),
    )  # fmt: skip
    fake.script(call("transfer_to_billing", reason="a refund"), text("Refunded."))

    result = await agent.run("refund please", session_id="s1")

    offered = {tool["function"]["name"]: tool["function"]["description"] for tool in fake.requests[0]["tools"]}
    assert list(offered) == ["transfer_to_desk", "transfer_to_billing", "complete"]
    assert offered["transfer_to_billing"].endswith("Invoices and refunds")
    assert (heard, result.text, result.handoff_chain) == (["front s1"], "Refunded.", ["front", "billing"])


async def test_an_agent_without_targets_still_completes(fake: FakeModel, model: OpenAIModel) -> None:
    """R27, R29."""
    fake.script(calls(call("complete", summary="Done."), words="Bye."))

    result = await Runner.run(Agent("leaf", model, handoff=HandoffConfig()), "thanks")

    assert (result.status, result.summary) == ("complete", "Done.")
    assert [tool["function"]["name"] for tool in fake.requests[0]["tools"]] == ["complete"]


async def test_an_agent_that_is_switched_off_is_not_offered(fake: FakeModel, model: OpenAIModel) -> None:
    """D7, D8: the target's own switch, asked at each answer, sync or async."""

    async def at_night(ctx: RunContext[Any], agent: Agent) -> bool:
        return bool(ctx.context["night"])

    night = Agent("night_desk", model, is_enabled=at_night)
    agent = Agent("front", model, handoffs=[night], can_complete=False)
    fake.script(text("By day."), text("By night."))

    await Runner.run(agent, "hi", context={"night": False})
    await Runner.run(agent, "hi", context={"night": True})

    assert ["tools" in request for request in fake.requests] == [False, True]


async def test_a_disabled_target_that_is_called_anyway_is_repaired(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 6."""
    agent = Agent("front", model, handoffs=[handoff(TeamTarget("desk"), is_enabled=False), TeamTarget("sales")])
    fake.script(call("transfer_to_desk", reason="now"), text("Sorry."))

    result = await Runner.run(agent, "hi")

    assert (result.status, result.handoffs) == ("final", [])
    assert "There is no tool" in fake.requests[1]["messages"][-1]["content"]


async def test_tools_may_be_a_mapping_from_the_name_that_the_model_reads(fake: FakeModel, model: OpenAIModel) -> None:
    """M17."""
    agent = Agent("front", model, tools={"note_plan": remember}, can_complete=False)
    fake.script(call("note_plan", plan="gold"), text("Noted."))

    result = await Runner.run(agent, "I have gold")

    assert [tool["function"]["name"] for tool in fake.requests[0]["tools"]] == ["note_plan"]
    assert result.state.session_state == {"plan": "gold"}


async def test_a_runners_model_speaks_for_agents_without_one(fake: FakeModel, model: OpenAIModel) -> None:
    """M16, R13, R15: an agent's own model goes before it."""
    fake.script(text("Hello."))

    result = await Runner(model=model).run(Agent("plain"), "hi")
    nobody = await Runner.run(Agent("plain"), "hi")

    assert result.text == "Hello."
    assert (nobody.status, nobody.reason) == ("fallback", "bot_unavailable")
    assert "has no model" in nobody.detail


async def test_messages_may_come_in_a_mapping_and_unknown_options_are_refused(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """A5: the shape in which HTTP callers send them."""
    fake.script(text("Hello."))

    result = await Runner.run(Agent("plain", model), {"messages": [{"role": "user", "content": "hi"}]})

    assert result.text == "Hello."
    with pytest.raises(TypeError, match="max_steps"):
        await Runner.run(Agent("plain", model), "hi", max_steps=3)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="messages"):
        await Runner.run(Agent("plain", model), {"text": "hi"})
