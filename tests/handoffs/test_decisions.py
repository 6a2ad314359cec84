"""What was decided where the five systems contradict each other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from bot.agents import (
    Agent,
    AssistantMessage,
    HandoffInputData,
    HandoffOutput,
    PersonTarget,
    RunContext,
    Runner,
    TeamTarget,
    UserMessage,
    compose,
    drop_keys,
    function_tool,
    get_transfer_message,
    handoff,
    handoffs_of,
    last_n_messages,
    redact_keys,
    redact_pii,
    remove_all_tools,
)
from bot.agents.models.openai import OpenAIModel
from routing.policy import HOUR_MS
from tests.config.config_texts import checked, codes
from tests.fakes.model import FakeModel, call, calls, text
from tests.handoffs.asked import offered, read, told
from tests.properties.desk_world import World

pytestmark = pytest.mark.anyio

TARGETS: list[Any] = [Agent("helper"), TeamTarget("billing"), PersonTarget("alice")]
TRANSFER = call("transfer_to_helper", reason="a refund")


class Case(BaseModel):
    invoice: int
    ssn: str


@function_tool
def look_up(invoice: int) -> str:
    """Look an invoice up."""
    return f"invoice {invoice} is paid"


def mutual(model: OpenAIModel, *, news: bool = False) -> Agent:
    a, b = Agent("agent-a", model), Agent("agent-b", model, tools=[look_up] if news else ())
    a.handoffs, b.handoffs = [b], [a]
    return a


def there_and_back(fake: FakeModel, *, news: bool = False) -> None:
    fake.rule("help", call("transfer_to_agent_b", reason="x"), *([call("look_up", invoice=7)] if news else []),
              call("transfer_to_agent_a", reason="x"))  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ("per_target", ["transfer_to_helper", "transfer_to_billing", "transfer_to_alice"]),
        ("single", ["handoff"]),
        ("transfer_to_agent", ["transfer_to_agent"]),
    ],
)
async def test_each_target_has_a_tool_or_one_tool_has_an_enum_of_them(
    fake: FakeModel, model: OpenAIModel, shape: Any, names: list[str]
) -> None:
    """X1: and each asks at least for a reason."""
    off = handoff(TeamTarget("closed"), is_enabled=False)
    agent = Agent("triage", model, handoffs=[*TARGETS, off], handoff_tool=shape, can_complete=False)
    fake.script(text("Hello."))

    await agent.run("hi")

    tools = offered(fake.requests[0])
    assert list(tools) == names
    assert all("reason" in tool["parameters"]["required"] for tool in tools.values())
    enums = [part["enum"] for tool in tools.values() for part in tool["parameters"]["properties"].values()
             if "enum" in part]  # fmt: skip
    assert enums == ([] if shape == "per_target" else [["helper", "billing", "alice"]])


def test_tool_names_are_readable_ascii_and_never_two_of_a_kind() -> None:
    """X2: in the library, and in config.yaml where the clash has a place."""
    names = ["HelperAgent", "Élodie & Søren", "billing"]
    agent = Agent("triage", handoffs=[*(Agent(name) for name in names), TeamTarget("billing")])
    clash = Agent("triage", handoffs=[TeamTarget("a b"), PersonTarget("a-b")])
    file = """\
        agents:
          triage: {instructions: hi, handoffs: [team:a b, person:a-b]}
        people: {a-b: {name: Ana}}
        teams: {a b: {members: [a-b]}}
        """

    assert [way.tool_name for way in handoffs_of(agent)] == [
        "transfer_to_HelperAgent", "transfer_to_Elodie_Soren", "transfer_to_billing", "transfer_to_billing_team",
    ]  # fmt: skip
    assert len(handoffs_of(Agent("triage", handoffs=[Agent("x" * 99)]))[0].tool_name) == 64
    with pytest.raises(ValueError, match=r'team "a b" and person "a-b".*tool_name_override'):
        handoffs_of(clash)
    assert "tool-name-clash" in codes(checked(file))


async def test_people_read_a_line_and_the_model_reads_json(fake: FakeModel, model: OpenAIModel) -> None:
    """X3"""
    fake.script(call("transfer_to_HelperAgent", reason="x"), text("Hello."))

    result = await Agent("triage", model, handoffs=[Agent("HelperAgent", model)]).run("hi")

    [output] = [item for item in result.new_items if isinstance(item, HandoffOutput)]
    assert get_transfer_message(result.last_agent) == "Transferring to HelperAgent..."
    assert json.loads(output.output) == {"handoff": {"to": "HelperAgent", "status": "accepted"}}


@pytest.mark.parametrize("way", ["continue", "return"])
async def test_a_run_continues_after_a_handoff_or_returns(fake: FakeModel, model: OpenAIModel, way: Any) -> None:
    """X4: with the same facts in the result."""
    helper = Agent("helper", model)
    agent = Agent("triage", model, handoffs=[helper])
    fake.script(calls(TRANSFER, words="One moment."), *([text("Done.")] if way == "continue" else []))

    result = await (agent.run("hi") if way == "continue" else agent.run("hi", on_handoff="return"))

    status, target, last, words = {
        "continue": ("final", None, helper, "Done."),
        "return": ("handoff", helper, agent, "One moment."),
    }[way]
    assert (result.status, result.handoff_target, result.last_agent, result.text) == (status, target, last, words)
    assert result.handoff_chain == ["triage", "helper"]
    assert isinstance(result.new_items[0], AssistantMessage)


@pytest.mark.parametrize("news", [False, True])
async def test_there_and_back_is_a_cycle_unless_a_tool_told_something_new(
    fake: FakeModel, model: OpenAIModel, news: bool
) -> None:
    """X5"""
    there_and_back(fake, news=news)

    result = await mutual(model, news=news).run("help", max_handoffs=3)

    assert (result.status, result.reason) == ("fallback", "hop_limit" if news else "cycle")
    assert len(result.handoff_chain) == (3 if news else 2)


async def test_a_new_message_of_the_customer_makes_the_way_back_free(fake: FakeModel, model: OpenAIModel) -> None:
    """X5"""
    fake.script(call("transfer_to_agent_b", reason="x"), text("What?"), call("transfer_to_agent_a", reason="x"))
    fake.script(text("Hello again."))
    entry = mutual(model)

    first = await entry.run("help")
    second = await entry.run("something else", state=first.state)

    assert (second.status, second.handoff_chain) == ("final", ["agent-a", "agent-b", "agent-a"])


async def test_the_cap_counts_the_agents_of_the_chain_and_not_people(fake: FakeModel, model: OpenAIModel) -> None:
    """X6"""
    there_and_back(fake)
    fake.rule("person", call("transfer_to_desk", reason="asked for"))
    agent = Agent("front", model, handoffs=[TeamTarget("desk")])

    mutual_ = await mutual(model).run("help", max_handoffs=5, detect_cycles=False)
    people = await agent.run("a person", max_handoffs=1)

    assert mutual_.handoff_chain == ["agent-a", "agent-b", "agent-a", "agent-b", "agent-a"]
    assert (mutual_.status, mutual_.reason, len(mutual_.handoffs)) == ("fallback", "hop_limit", 4)
    assert (people.status, people.handoff_chain) == ("handoff", ["front"])


async def test_a_filter_sees_the_parts_and_shapes_a_view_only(fake: FakeModel, model: OpenAIModel) -> None:
    """X7: what is stored stays whole, and calls stay with their outputs."""
    seen: list[HandoffInputData] = []
    ready_made = [drop_keys("ssn"), redact_keys("ssn"), redact_pii, last_n_messages(1), remove_all_tools]

    def watch(data: HandoffInputData) -> HandoffInputData:
        seen.append(data)
        return data

    helper = Agent("helper", model)
    for one in ready_made:
        way = handoff(helper, input_type=Case, input_filter=compose(watch, one))
        agent = Agent("triage", model, tools=[look_up], handoffs=[way])
        fake.script(call("look_up", invoice=7))
        fake.script(call("transfer_to_helper", reason="x", invoice=7, ssn="123-45-6789"), text("Done."))

        result = await agent.run([UserMessage("hello"), UserMessage("refund please")])

        shown = read(fake.requests[-1])
        assert len(result.state.history) == 7
        assert "123-45-6789" in str(result.state.history)
        assert sum(len(one.get("tool_calls", ())) for one in shown) == sum(one["role"] == "tool" for one in shown)
        if one not in (ready_made[3], ready_made[4]):
            assert "123-45-6789" not in str(shown)
    assert {data.input == {"invoice": 7, "ssn": "123-45-6789"} for data in seen} == {True}
    assert {(len(data.history), len(data.pre_handoff_items), len(data.new_items)) for data in seen} == {(2, 2, 2)}


async def test_structured_input_needs_no_hook_and_is_carried(fake: FakeModel, model: OpenAIModel) -> None:
    """X8"""
    agent = Agent("triage", model, handoffs=[handoff(TeamTarget("desk"), input_type=Case)])
    fake.script(call("transfer_to_desk", reason="x", invoice=7, ssn="1"))

    result = await agent.run("refund")

    assert result.handoffs[0].input == {"invoice": 7, "ssn": "1"}


@pytest.mark.parametrize("way", ["sync", "async"])
async def test_callbacks_may_be_sync_or_async(fake: FakeModel, model: OpenAIModel, way: str) -> None:
    """X9: filters, hooks, switches and context providers."""
    order: list[str] = []

    def either(name: str, give: Any) -> Any:
        def at_once(first: Any, *_: Any) -> Any:
            order.append(name)
            return give(first)

        async def later(first: Any, *_: Any) -> Any:
            return at_once(first)

        return at_once if way == "sync" else later

    helper = Agent("helper", model, either("instructions", lambda ctx: "You help."))
    made = handoff(
        helper,
        is_enabled=either("switch", lambda ctx: isinstance(ctx, RunContext)),
        input_filter=either("filter", lambda data: data),
        context_provider=either("provider", lambda items: f"{len(items)} items."),
        on_handoff=either("hook", lambda ctx: None),
    )
    fake.script(TRANSFER, text("Done."))

    await Runner.run(Agent("triage", model, handoffs=[made]), "hi")

    assert order == ["switch", "filter", "provider", "hook", "instructions"]
    assert told(fake.requests[1]) == "You help.\n\n3 items."


async def test_an_output_type_of_handoffs_means_that_it_may_hand_back(fake: FakeModel, model: OpenAIModel) -> None:
    """X10: to whoever handed to it, and to nobody where nobody did."""
    helper = Agent("helper", model, output_type="handoffs")
    first, second = (Agent(name, model, handoffs=[helper]) for name in ("first", "second"))
    fake.otherwise(text("Hello."))

    await helper.run("hi")
    for giver in (first, second):
        fake.script(TRANSFER)
        await giver.run("hi")

    asked = [list(offered(request)) for request in fake.requests]
    assert asked[0] == ["complete"]
    assert (asked[2], asked[4]) == (["transfer_to_first", "complete"], ["transfer_to_second", "complete"])


@pytest.mark.parametrize(("hours", "counted"), [(1, 4), (25, 2)])
def test_in_a_conversation_the_cap_forgets_after_a_day_of_silence(hours: int, counted: int) -> None:
    """X5: the count of handoffs is of the whole life, the cap of the chain since."""
    world = World()
    world.writes("I was charged twice")
    world.hands_off("agent:billing_agent")
    world.answers("Which invoice?")
    world.writes("Number 7")
    world.hands_off("agent:triage")
    world.answers("Anything else?")
    world.wait(hours * HOUR_MS)

    world.writes("Still there?")
    world.hands_off("agent:billing_agent")

    assert (len(world.c.hops), world.c.handoffs) == (counted, 3)
