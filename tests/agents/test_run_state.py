"""Going on after a run: with the object it left, or with what was stored of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgpack
import pytest

from bot.agents import (
    Agent,
    Budget,
    PersonMessage,
    Runner,
    RunState,
    TeamTarget,
    ToolContext,
    UserMessage,
    function_tool,
    handoff,
    last_n_messages,
    redact_keys,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, text

pytestmark = pytest.mark.anyio

TRANSFER = call("transfer_to_billing", reason="a refund")


@function_tool
def remember(plan: str, tool: ToolContext) -> str:
    """Note the plan."""
    tool.session_state["plan"] = plan
    return "noted"


def triage(model: OpenAIModel, billing: str = "billing") -> Agent:
    specialist = Agent(billing, model, "You settle.", tools=[remember])
    return Agent(
        "triage", model, "You sort.",
        handoffs=[handoff(specialist, tool_name_override="transfer_to_billing", input_filter=last_n_messages(1))],
    )  # fmt: skip


async def test_the_last_agent_answers_the_next_message(fake: FakeModel, model: OpenAIModel) -> None:
    """D26, D28: from the entry agent or from the last one; the context stays the caller's."""
    fake.script(TRANSFER, text("Which one?"), text("Refunded."), text("Refunded."))
    first = await Runner.run(triage(model), "refund please", context={"user": 7})

    by_entry = await Runner.run(triage(model), "number 7", state=first.state)
    by_last = await Runner.run(first.last_agent, "number 7", state=first.state)

    assert by_entry.last_agent.name == by_last.last_agent.name == "billing"
    assert by_entry.handoff_chain == ["triage", "billing"]
    assert by_entry.state.run_context.context == first.state.run_context.context == {"user": 7}
    assert fake.requests[2]["messages"] == fake.requests[3]["messages"]
    assert len(first.state.history) == 4


async def test_what_goes_along_is_there_in_the_next_run_and_the_earlier_state_stays(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """R9: a state can be gone on from twice."""

    @function_tool
    def collect(word: str, tool: ToolContext) -> str:
        tool.session_state.setdefault("words", []).append(word)
        return " ".join(tool.session_state["words"])

    agent = Agent("front", model, tools=[collect])
    fake.script(*(step for word in "abc" for step in (call("collect", word=word), text("Noted."))))

    first = await Runner.run(agent, "a")
    second = await Runner.run(agent, "b", state=first.state)
    other = await Runner.run(agent, "c", state=first.state)

    states = [result.state.session_state["words"] for result in (first, second, other)]
    assert states == [["a"], ["a", "b"], ["a", "c"]]
    assert [len(result.state.history) for result in (first, second, other)] == [4, 8, 8]


async def test_a_run_that_stopped_at_the_handoff_goes_on_with_the_target(fake: FakeModel, model: OpenAIModel) -> None:
    """D21, D28, A6, A7, X4: the view that the filter made is still the target's."""
    fake.script(TRANSFER, text("Refunded."))

    first = await Runner.run(triage(model), [UserMessage("older"), UserMessage("now")],
                             on_handoff="return")  # fmt: skip
    second = await Runner.run(triage(model), [], state=first.state)

    assert isinstance(first.final_output, Agent)
    assert (first.final_output.name, first.status) == ("billing", "handoff")
    assert (second.text, second.last_agent.name) == ("Refunded.", "billing")
    assert [message["content"] for message in fake.requests[1]["messages"] if message["role"] == "user"] == ["now"]


async def test_a_state_can_be_stored_and_read(fake: FakeModel, model: OpenAIModel) -> None:
    """History, chain, holder, views, session state and what was spent; as JSON or msgpack."""
    fake.script(TRANSFER, call("remember", plan="gold"), text("Noted."), text("Yes, gold."))
    first = await Runner.run(triage(model), "refund please", session_id="s1", budget=Budget(tokens=1000))

    stored = msgpack.packb(json.loads(json.dumps(first.state.to_dict())))
    state = RunState.from_dict(msgpack.unpackb(stored), agents=triage(model), context="mine")
    second = await Runner.run(triage(model), "which plan?", state=state, budget=Budget(tokens=1000))

    assert state.to_dict() == first.state.to_dict()
    assert (state.run_context.context, state.session_state) == ("mine", {"plan": "gold"})
    assert (second.last_agent.name, second.handoff_chain) == ("billing", ["triage", "billing"])
    assert fake.requests[3]["messages"][1]["content"] == "refund please"
    assert (first.state.spent.tokens, second.state.spent.tokens) == (45, 60)


async def test_a_view_with_changed_items_is_stored_with_them(fake: FakeModel, model: OpenAIModel) -> None:
    history = [{"kind": "tool_call", "call_id": "c", "name": "look", "arguments": '{"ssn": 1}'},
               {"kind": "tool_output", "call_id": "c", "name": "look", "output": "{}"}]  # fmt: skip
    agent = Agent("a", model, handoffs=[handoff(Agent("b", model), input_filter=redact_keys("ssn"))])
    fake.script(call("transfer_to_b", reason="x"), text("Hi."), text("Hi again."))
    first = await Runner.run(agent, history)

    state = RunState.from_dict(json.loads(json.dumps(first.state.to_dict())), agents=[agent])
    await Runner.run(agent, "hello?", state=state)

    assert state.views == first.state.views
    assert "[REDACTED]" in str(fake.requests[2])
    assert [message["content"] for message in fake.requests[2]["messages"][-2:]] == ["Hi.", "hello?"]


async def test_a_renamed_agent_is_replaced_by_the_entry_agent_with_a_warning(
    fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    """RUNTIME 20."""
    fake.script(TRANSFER, text("Which one?"), text("Let me see."))
    first = await Runner.run(triage(model), "refund please")

    state = RunState.from_dict(first.state.to_dict(), agents=triage(model, billing="accounting"))
    second = await Runner.run(triage(model, billing="accounting"), "number 7", state=state)

    assert second.last_agent.name == "triage"
    assert "billing held the conversation; triage answers instead" in caplog.text
    assert [message["content"] for message in fake.requests[2]["messages"] if message["role"] == "user"] == [
        *("refund please", "number 7")
    ]


async def test_doubled_names_are_refused_before_anything_happens(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 20: nobody could tell later who holds the conversation."""
    deep = Agent("middle", model, handoffs=[Agent("twin", model)])
    entry = Agent("entry", model, handoffs=[deep, Agent("twin", model)])

    for doubled in (entry, Agent("middle", model, handoffs=[deep])):
        with pytest.raises(ValueError, match="are named"):
            await Runner.run(doubled, "hi")
    with pytest.raises(ValueError, match="named"):
        RunState.from_dict(
            {"version": 1, "run_id": "", "session_id": None, "session_state": {}, "last_agent": "", "chain": [],
             "history": [], "views": [], "spent": {}}, agents=[Agent("a", model), Agent("a", model)],
        )  # fmt: skip
    assert fake.requests == []


@pytest.mark.parametrize(
    "data, agents, problem", [({"version": 7}, 1, "version 7"), ({"version": 1}, 0, "at least one")]
)
def test_what_cannot_be_read_is_refused(data: dict[str, Any], agents: int, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        RunState.from_dict(data, agents=[Agent("a")] * agents)


async def test_an_agent_may_hand_back_to_whoever_handed_to_it(fake: FakeModel, model: OpenAIModel) -> None:
    """D29, D30, X10: the tool is there by itself, in the same run and in a later one, and not for a first agent."""

    @function_tool
    def look() -> str:
        return "it is paid"

    specialist = Agent("specialist", model, output_type="handoffs", tools=[look])
    router = Agent("router", model, handoffs=[specialist])
    fake.script(
        call("transfer_to_specialist", reason="knows"), text("Anything else?"), call("look"),
        call("transfer_to_router", reason="done"), text("Back at the desk."), text("Alone."),
    )  # fmt: skip

    first = await Runner.run(router, "help")
    second = await Runner.run(specialist, "no, something else", state=first.state)
    await Runner.run(specialist, "hi")

    assert second.handoff_chain == ["router", "specialist", "router"]
    assert (second.text, second.last_agent) == ("Back at the desk.", router)
    offered = [[tool["function"]["name"] for tool in request["tools"]] for request in fake.requests]
    assert offered[1] == ["look", "transfer_to_router", "complete"]
    assert offered[5] == ["look", "complete"]


async def test_a_new_chain_begins_once_it_was_settled_or_a_person_spoke(fake: FakeModel, model: OpenAIModel) -> None:
    """X5: the cap counts since the last resolution, or the last public answer by a person."""
    entry = triage(model)
    fake.script(TRANSFER, call("complete", summary="Done."), text("Hello again."), text("Hello."))

    settled = await Runner.run(entry, "refund please")
    again = await Runner.run(entry, "one more thing", state=settled.state)
    unsettled = await Runner.run(entry, [PersonMessage("It is refunded.", "Dana"), UserMessage("thanks")],
                                 state=replace(settled.state, history=[UserMessage("hi")], views=[]))  # fmt: skip

    assert settled.handoff_chain == ["triage", "billing"]
    assert (again.handoff_chain, unsettled.handoff_chain) == (["billing"], ["billing"])


async def test_a_conversation_that_went_to_people_comes_back_to_the_agent_that_gave_it(
    fake: FakeModel, model: OpenAIModel
) -> None:
    agent = Agent("front", model, handoffs=[TeamTarget("desk")])
    fake.script(call("transfer_to_desk", reason="angry"), text("Welcome back."))

    first = await Runner.run(agent, "I want a person")
    second = await Runner.run(agent, "and now?", state=first.state)

    assert (first.final_output, first.state.last_agent) == (TeamTarget("desk"), "front")
    assert second.text == "Welcome back."
