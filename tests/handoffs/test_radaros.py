"""Agent handoff as in RadarOS: a block `handoff` in an agent, a team, limits and events."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.agents import (
    Agent,
    ChainEvent,
    EventBus,
    HandoffConfig,
    HandoffRefused,
    HandoffTarget,
    RunContext,
    Runner,
    Team,
    TeamMode,
    TextDelta,
    ToolContext,
    TransferEvent,
    function_tool,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, calls, text
from tests.handoffs.asked import offered, read, said, told

pytestmark = pytest.mark.anyio

TRANSFER = call("transfer_to_billing", reason="a refund")
SPECIALIST = "When the issue is resolved, use the complete tool."


def front_desk(*targets: Agent | HandoffTarget, model: OpenAIModel, **config: Any) -> Agent:
    return Agent("front-desk", model, "You greet.", handoff=HandoffConfig(targets=targets, **config))


def mutual(model: OpenAIModel, **config: Any) -> Agent:
    """Two agents that can hand to each other; the first one."""
    a, b = Agent("agent-a", model), Agent("agent-b", model)
    a.handoff, b.handoff = HandoffConfig([b], **config), HandoffConfig([a], **config)
    return a


THERE_AND_BACK = [call("transfer_to_agent_b", reason="not mine"), call("transfer_to_agent_a", reason="not mine")]


@function_tool
def note_plan(plan: str, tool: ToolContext) -> str:
    """Note the customer's plan."""
    tool.session_state["plan"] = plan
    return "noted"


# ---- the block -------------------------------------------------------------------------------------------------------


async def test_one_call_of_run_transfers_with_the_whole_conversation(fake: FakeModel, model: OpenAIModel) -> None:
    """R1, R2, R12, R19, R20: the target goes on where the other one stopped."""
    billing = Agent("billing", model, "You settle.")
    fake.script(calls(TRANSFER, words="One moment."), text("Refunded."))

    result = await front_desk(billing, model=model).run("I was charged twice")

    assert (result.text, result.handoff_chain) == ("Refunded.", ["front-desk", "billing"])
    assert told(fake.requests[1]) == "You settle."
    assert [message["content"] for message in read(fake.requests[1])[:2]] == ["I was charged twice", "One moment."]


async def test_the_model_chooses_a_target_by_its_description(fake: FakeModel, model: OpenAIModel) -> None:
    """R3, R4, R5"""
    billing, tech = Agent("billing", model), Agent("tech", model)
    desk = front_desk(HandoffTarget(billing, "Money"), HandoffTarget(tech, "Errors"), model=model)
    fake.script(call("transfer_to_tech", reason="an error"), text("Mended."))

    result = await desk.run("error 500")

    described = {name: tool["description"] for name, tool in offered(fake.requests[0]).items()}
    assert described["transfer_to_billing"] == "Hand the conversation to the agent billing. Money"
    assert described["transfer_to_tech"] == "Hand the conversation to the agent tech. Errors"
    assert result.last_agent is tech
    with pytest.raises(TypeError):
        HandoffTarget()  # type: ignore[call-arg]


async def test_a_hook_of_one_target_runs_before_the_handoff_to_it(fake: FakeModel, model: OpenAIModel) -> None:
    """R6, R26: it is async, and knows the run and the session."""
    tracked: list[dict[str, Any]] = []

    async def track(ctx: RunContext) -> None:
        tracked.append({"event": "agent_handoff", "from": ctx.agent.name, "run": ctx.run_id,
                        "session": ctx.session_id, "asked": len(fake.requests)})  # fmt: skip

    billing, tech = Agent("billing", model), Agent("tech", model)
    desk = front_desk(HandoffTarget(billing, "Money", on_handoff=track), HandoffTarget(tech, "Errors"), model=model)
    fake.script(call("transfer_to_tech", reason="x"), text("Mended."), TRANSFER, text("Refunded."))

    await desk.run("error 500", run_id="r-1", session_id="s-1")
    await desk.run("charged twice", run_id="r-2", session_id="s-2")

    assert tracked == [
        {"event": "agent_handoff", "from": "front-desk", "run": "r-2", "session": "s-2", "asked": 3},
    ]


async def test_a_hook_may_log_validate_and_change_what_goes_along(
    fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    """R25"""

    async def before(ctx: RunContext) -> None:
        logging.getLogger("acme").warning("to billing in %s", ctx.run_id)
        if ctx.context["closed"]:
            raise HandoffRefused("Billing is closed today.")
        ctx.session_state["tier"] = "gold"

    billing = Agent("billing", model, lambda ctx, agent: f"Tier {ctx.session_state['tier']}.")
    desk = front_desk(HandoffTarget(billing, on_handoff=before), model=model)
    fake.script(TRANSFER, text("Refunded."), TRANSFER, text("Billing is closed, sorry."))

    open_ = await desk.run("refund", context={"closed": False}, run_id="r-1")
    closed = await desk.run("refund", context={"closed": True})

    assert told(fake.requests[1]) == "Tier gold."
    assert open_.handoff_chain == ["front-desk", "billing"]
    assert (closed.handoff_chain, closed.text) == (["front-desk"], "Billing is closed, sorry.")
    assert "Billing is closed today." in fake.requests[3]["messages"][-1]["content"]
    assert "to billing in r-1" in caplog.messages


async def test_the_limit_of_agents_is_five_or_what_the_block_says(fake: FakeModel, model: OpenAIModel) -> None:
    """R7"""
    fake.otherwise(*THERE_AND_BACK)

    three = await mutual(model, max_handoffs=3, detect_cycles=False).run("help")

    assert HandoffConfig().max_handoffs == 5
    assert three.handoff_chain == ["agent-a", "agent-b", "agent-a"]
    assert (three.status, three.reason) == ("fallback", "hop_limit")


@pytest.mark.parametrize(("carry", "seen"), [(True, ["hello", "refund please"]), (False, ["refund please"])])
async def test_messages_are_carried_unless_the_block_says_no(
    fake: FakeModel, model: OpenAIModel, carry: bool, seen: list[str]
) -> None:
    """R8"""
    fake.script(TRANSFER, text("Refunded."))
    messages = [{"role": "user", "content": words} for words in ("hello", "refund please")]

    await front_desk(Agent("billing", model), model=model, carry_messages=carry).run(messages)

    assert HandoffConfig().carry_messages is True
    assert said(fake.requests[1]) == seen


@pytest.mark.parametrize(("carry", "kept"), [(True, {"plan": "gold"}), (False, {})])
async def test_the_session_state_is_carried_unless_the_block_says_no(
    fake: FakeModel, model: OpenAIModel, carry: bool, kept: dict[str, str]
) -> None:
    """R9"""
    found: list[dict[str, Any]] = []

    def instructions(ctx: RunContext, agent: Agent) -> str:
        found.append(dict(ctx.session_state))
        return "You settle."

    desk = front_desk(Agent("billing", model, instructions), model=model, carry_session_state=carry)
    desk.tools = [note_plan]
    fake.script(call("note_plan", plan="gold"), TRANSFER, text("Refunded."))

    result = await desk.run("refund")

    assert HandoffConfig().carry_session_state is True
    assert (found, result.state.session_state) == ([kept], kept)


async def test_one_tool_takes_the_name_of_the_target_and_the_runner_moves_the_conversation(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """R10, R11"""
    desk = front_desk(Agent("billing", model), Agent("tech", model), model=model)
    desk.handoff_tool = "transfer_to_agent"
    fake.script(call("transfer_to_agent", agent_name="tech", reason="an error"), text("Mended."))

    result = await desk.run("error 500")

    parameters = offered(fake.requests[0])["transfer_to_agent"]["parameters"]
    assert parameters["properties"]["agent_name"]["enum"] == ["billing", "tech"]
    assert parameters["required"] == ["agent_name", "reason"]
    assert (result.text, result.last_agent.name) == ("Mended.", "tech")


async def test_front_desk_and_specialists_have_models_of_their_own(fake: FakeModel) -> None:
    """R13"""
    large = OpenAIModel("gpt-4o", base_url=fake.base_url, api_key="for-tests")
    small = OpenAIModel("gpt-4o-mini", base_url=fake.base_url, api_key="for-tests")
    fake.script(TRANSFER, text("Refunded."))

    await front_desk(Agent("billing", small), model=large).run("refund")

    assert [request["model"] for request in fake.requests] == ["gpt-4o", "gpt-4o-mini"]
    for one in (large, small):
        await one.aclose()


# ---- the end of a chain ----------------------------------------------------------------------------------------------


async def test_every_agent_of_a_chain_may_complete_and_that_ends_it(fake: FakeModel, model: OpenAIModel) -> None:
    """R27, R28: the caller gets the summary, and no handoff follows."""
    fake.script(
        TRANSFER,
        calls(call("complete", summary="One charge was refunded."), words="It is refunded."),
    )

    result = await front_desk(Agent("billing", model), model=model).run("refund")

    assert all("complete" in offered(request) for request in fake.requests)
    assert offered(fake.requests[0])["complete"]["parameters"]["required"] == ["summary"]
    assert (result.status, result.summary, result.text) == ("complete", "One charge was refunded.", "It is refunded.")
    assert len(fake.requests) == 2


async def test_complete_beside_a_transfer_makes_neither(fake: FakeModel, model: OpenAIModel) -> None:
    """R27"""
    fake.script(calls(call("complete", summary="Done."), TRANSFER), call("complete", summary="Done."))

    result = await front_desk(Agent("billing", model), model=model).run("refund")

    assert (result.status, result.handoff_chain) == ("complete", ["front-desk"])


async def test_an_agent_without_targets_still_has_complete(fake: FakeModel, model: OpenAIModel) -> None:
    """R29"""
    fake.script(call("complete", summary="Settled."))

    result = await Agent("billing", model, handoff=HandoffConfig(targets=[])).run("thanks")

    assert list(offered(fake.requests[0])) == ["complete"]
    assert result.summary == "Settled."


# ---- teams -----------------------------------------------------------------------------------------------------------


def support(model: OpenAIModel, **options: Any) -> Team:
    members = [
        Agent("receptionist", instructions="Route customers; do not solve issues yourself."),
        Agent("billing", instructions=f"You settle invoices. {SPECIALIST}"),
        Agent("technical", instructions=f"You repair. {SPECIALIST}"),
    ]
    return Team(name="support", members=members, model=model, **options)


async def test_a_team_hands_over_from_its_first_member_and_its_model_speaks(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """R14, R15, R17, R18, R19, R20: specialists are told to complete, the receptionist not to solve."""
    team = support(model, mode=TeamMode.HANDOFF, max_rounds=5)
    fake.script(TRANSFER, calls(call("complete", summary="Refunded."), words="It is refunded."))

    result = await team.run("I was charged twice")

    assert told(fake.requests[0]) == "Route customers; do not solve issues yourself."
    assert SPECIALIST in told(fake.requests[1])
    assert {request["model"] for request in fake.requests} == {"scripted"}
    assert (result.status, result.text) == ("complete", "It is refunded.")
    assert result.handoff_chain == ["receptionist", "billing"]


async def test_a_team_stops_after_so_many_rounds(fake: FakeModel, model: OpenAIModel) -> None:
    """R16"""
    names = ["billing", "technical", "receptionist", "billing", "technical"]
    fake.script(*(call(f"transfer_to_{name}", reason="not mine") for name in names))

    result = await support(model, mode="handoff", max_rounds=5).run("help")

    assert result.handoff_chain == ["receptionist", *names[:4]]
    assert (result.status, result.reason) == ("fallback", "hop_limit")


async def test_a_team_may_also_answer_side_by_side_or_one_after_the_other(fake: FakeModel, model: OpenAIModel) -> None:
    """R30"""
    fake.otherwise(text("Two years."))

    together = await support(model, mode=TeamMode.BROADCAST).run("warranty?")
    in_turn = await support(model, mode=TeamMode.SEQUENTIAL).run("warranty?")

    assert together.text == "receptionist: Two years.\n\nbilling: Two years.\n\ntechnical: Two years."
    assert in_turn.text == "Two years."
    assert [len(read(request)) for request in fake.requests] == [1, 1, 1, 1, 3, 4]


# ---- circles ---------------------------------------------------------------------------------------------------------


async def test_there_and_back_is_prevented(fake: FakeModel, model: OpenAIModel) -> None:
    """R23"""
    fake.script(*THERE_AND_BACK)

    result = await mutual(model).run("who is it?")

    assert (result.status, result.reason, result.handoff_chain) == ("fallback", "cycle", ["agent-a", "agent-b"])


async def test_mutual_transfer_stops_with_five_agents_and_four_transfers(fake: FakeModel, model: OpenAIModel) -> None:
    """R24"""
    fake.otherwise(*THERE_AND_BACK)

    result = await mutual(model, max_handoffs=5, detect_cycles=False).run("who is it?")

    assert result.handoff_chain == ["agent-a", "agent-b", "agent-a", "agent-b", "agent-a"]
    assert len(result.handoffs) == 4


# ---- events ----------------------------------------------------------------------------------------------------------


async def test_every_transfer_and_the_end_of_the_chain_can_be_heard(fake: FakeModel, model: OpenAIModel) -> None:
    """R21, R22, R31: on the agent, on the team and on a bus for all runs."""
    bus = EventBus()
    heard: list[dict[str, Any]] = []
    for event in ("handoff.transfer", "handoff.complete"):
        bus.subscribe(event, lambda event: heard.append(event.to_dict()))
    own: list[Any] = []
    desk = front_desk(Agent("billing", model), model=model)
    desk.on("handoff.transfer", own.append)
    desk.on("handoff.complete", own.append)
    fake.script(TRANSFER, text("Refunded."))

    await Runner(hooks=bus).run(desk, "refund", run_id="r-1")

    assert own == [
        TransferEvent("r-1", "front-desk", "billing", "a refund"),
        ChainEvent("r-1", ("front-desk", "billing"), "billing"),
    ]
    assert heard == [
        {"type": "handoff.transfer", "run_id": "r-1", "from_agent": "front-desk", "to_agent": "billing",
         "reason": "a refund"},
        {"type": "handoff.complete", "run_id": "r-1", "chain": ("front-desk", "billing"), "final_agent": "billing"},
    ]  # fmt: skip


async def test_a_teams_events_can_be_heard_and_its_words_streamed(fake: FakeModel, model: OpenAIModel) -> None:
    """R31"""
    team = support(model)
    heard: list[Any] = []
    team.on("*", heard.append)
    fake.script(TRANSFER, text("Refunded."))

    streamed = [event async for event in team.stream("refund")]

    assert heard == streamed
    assert [event.type for event in streamed] == [
        "handoff", "handoff.transfer", "text_delta", "handoff.complete", "finished",
    ]  # fmt: skip
    assert [event.delta for event in streamed if isinstance(event, TextDelta)] == ["Refunded."]
