"""The class `Handoff` by itself: made by hand, choosing at run time, with schemas of its own."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from bot.agents import (
    Agent,
    FallbackModel,
    Handoff,
    HandoffConfig,
    HandoffRefused,
    MemoryJournal,
    PersonTarget,
    RunContext,
    Runner,
    TeamTarget,
    UserMessage,
    get_handoff,
    handoff,
)
from bot.agents.models.openai import OpenAIModel
from bot.agents.schemas import without_nulls
from tests.fakes.model import FakeModel, call, text

pytestmark = pytest.mark.anyio


class Address(BaseModel):
    city: str
    zip: str | None = None


class Escalation(BaseModel):
    priority: Literal["low", "medium", "high"]
    notes: str = "none"
    where: list[Address] = []


async def test_a_handoff_made_by_hand_chooses_its_target_at_run_time(fake: FakeModel, model: OpenAIModel) -> None:
    """H3, H4, H5: sync or async; it gets the context and the model's JSON text."""
    gold, plain = Agent("gold", model), Agent("plain", model)
    heard: list[str] = []

    async def choose(ctx: RunContext[dict[str, str]], args: str) -> Agent:
        heard.append(args)
        return gold if ctx.context["tier"] == "gold" else plain

    way: Handoff[Any, Any] = Handoff(plain, choose)
    agent = Agent("front", model, handoffs=[way])
    fake.script(
        *(call("transfer_to_plain", reason="vip"), text("Gold.")),
        *(call("transfer_to_plain", reason="no"), text("Plain.")),
    )

    first = await Runner.run(agent, "hi", context={"tier": "gold"})
    second = await Runner.run(agent, "hi", context={"tier": "none"})

    assert (way.agent, way.agent_name, way.tool_name) == (plain, "plain", "transfer_to_plain")
    assert (first.handoff_chain, second.handoff_chain) == (["front", "gold"], ["front", "plain"])
    assert [json.loads(args) for args in heard] == [{"reason": "vip"}, {"reason": "no"}]
    assert get_handoff(way) is way


async def test_an_agent_made_for_the_occasion_goes_on_later(fake: FakeModel, model: OpenAIModel) -> None:
    """H4: it is not within reach of the entry agent, but the state knows it while it stays in the process."""
    agent = Agent("front", model, handoffs=[Handoff(TeamTarget("desk"), lambda ctx, args: Agent("tenant-7", model))])
    fake.script(call("transfer_to_desk", reason="x"), text("Hello."), text("Hello again."))

    first = await Runner.run(agent, "hi")
    second = await Runner.run(agent, "more", state=first.state)

    assert second.last_agent.name == "tenant-7"


async def test_without_any_input_the_arguments_are_an_empty_text(fake: FakeModel, model: OpenAIModel) -> None:
    """H5, H13: and whatever a model sends for "nothing" is accepted."""
    heard: list[str] = []

    def choose(ctx: RunContext[Any], args: str) -> TeamTarget:
        heard.append(args)
        return TeamTarget("desk")

    way: Handoff[Any, Any] = Handoff(TeamTarget("desk"), choose, input_json_schema={})
    sent: list[Any] = ["", None, {}, "{}"]
    for arguments in sent:
        fake.script({"tool_calls": [{"name": "transfer_to_desk", "arguments": arguments}]})
        result = await Runner.run(Agent("front", model, handoffs=[way]), "hi")
        assert (result.status, result.reason) == ("handoff", "")

    assert heard == ["", "", "", ""]
    assert way.get_handoff_as_function_tool()["parameters"] == {}
    assert fake.requests[0]["tools"][0]["function"]["parameters"]["type"] == "object"


@pytest.mark.parametrize("chosen", [None, "desk"])
async def test_a_choice_that_fails_or_is_no_target_falls_back_to_the_handoffs_own(
    fake: FakeModel, model: OpenAIModel, chosen: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def choose(ctx: RunContext[Any], args: str) -> Any:
        if chosen is None:
            raise LookupError
        return chosen

    fake.script(call("transfer_to_desk", reason="x"))

    result = await Runner.run(Agent("front", model, handoffs=[Handoff(TeamTarget("desk"), choose)]), "hi")

    assert result.handoff_target == TeamTarget("desk")
    assert "handoff.choice_failed for desk" in caplog.text


async def test_a_choice_of_nobody_or_of_the_holder_itself_is_repaired(fake: FakeModel, model: OpenAIModel) -> None:
    agent = Agent("front", model)

    def nobody(ctx: RunContext[Any], args: str) -> Agent:
        ctx.session_state["asked"] = True
        raise HandoffRefused("Nobody is there on Sundays.")

    for choose, why in (nobody, "on Sundays"), (lambda ctx, args: agent, "You are front already"):
        agent.handoffs = [Handoff(TeamTarget("desk"), choose)]
        journal = MemoryJournal()
        fake.script(call("transfer_to_desk", reason="x"), text("Then I answer."))

        result = await Runner.run(agent, "hi", journal=journal)
        again = await Runner.run(agent, "hi", journal=journal)

        assert (result.text, result.handoffs) == ("Then I answer.", [])
        assert why in fake.requests[-1]["messages"][-1]["content"]
        assert (again, again.state.session_state) == (result, result.state.session_state)


async def test_a_handoff_can_be_called_by_hand() -> None:
    """H4, D13: on_invoke_handoff of one that `handoff` made parses, calls the hook and gives the agent."""
    heard: list[Any] = []
    way = handoff(TeamTarget("desk"), input_type=Escalation, on_handoff=lambda ctx, given: heard.append(given))
    assert way.on_invoke_handoff is not None

    taken = way.on_invoke_handoff(
        RunContext(None, "r", Agent("a")), '{"reason": "x", "priority": "low", "notes": null}'
    )

    assert not isinstance(taken, Agent | TeamTarget | PersonTarget)
    assert await taken == TeamTarget("desk")
    assert heard == [Escalation(priority="low")]


async def test_a_strict_schema_closes_every_object_and_requires_every_field(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """H14, D5, D23: what is optional may be null, and null means left out."""
    desk = handoff(TeamTarget("desk"), input_type=Escalation)
    fake.script(call("transfer_to_desk", reason="x", priority="high", notes=None, where=[{"city": "Ulm", "zip": None}]))

    result = await Runner.run(Agent("front", model, handoffs=[desk]), "hi")

    schema = fake.requests[0]["tools"][0]["function"]["parameters"]
    assert (schema["required"], schema["additionalProperties"]) == (["reason", "priority", "notes", "where"], False)
    assert {"type": "null"} in schema["properties"]["notes"]["anyOf"]
    assert schema["$defs"]["Address"]["required"] == ["city", "zip"]
    assert schema["$defs"]["Address"]["additionalProperties"] is False
    assert "default" not in str(schema)
    assert result.handoffs[0].input == {"priority": "high", "notes": "none", "where": [{"city": "Ulm", "zip": None}]}
    loose = handoff(TeamTarget("desk"), input_type=Escalation, strict_json_schema=False)
    assert loose.input_json_schema is not None
    assert loose.input_json_schema["required"] == ["reason", "priority"]


def test_what_no_strict_schema_can_say_is_refused_with_the_way_out() -> None:
    class Free(BaseModel):
        facts: dict[str, str]

    with pytest.raises(ValueError, match="strict_json_schema=False"):
        handoff(TeamTarget("desk"), input_type=Free)
    handoff(TeamTarget("desk"), input_type=Free, strict_json_schema=False)
    assert without_nulls({"facts": {"a": None}, "more": None}, Free.model_json_schema()) == {
        "facts": {"a": None}, "more": None,
    }  # fmt: skip


async def test_a_schema_written_by_hand_is_carried_as_it_is_sent(fake: FakeModel, model: OpenAIModel) -> None:
    """H13, X8: without a type the fields go along unchecked, and a reason is asked for only if the schema does."""
    schema = {"type": "object", "properties": {"topic": {"type": "string"}}, "required": ["topic"]}
    way: Handoff[Any, Any] = Handoff(TeamTarget("desk"), input_json_schema=schema, strict_json_schema=False)
    fake.script(call("transfer_to_desk", topic="money"))

    result = await Runner.run(Agent("front", model, handoffs=[way]), "hi")

    assert (result.handoffs[0].input, result.reason) == ({"topic": "money"}, "")


async def test_the_tool_of_another_kind_names_its_target(fake: FakeModel, model: OpenAIModel) -> None:
    """R10, X1: transfer_to_agent(agent_name, reason)."""
    billing = Agent("billing", model)
    agent = Agent("front", model, handoffs=[billing, TeamTarget("desk")], handoff_tool="transfer_to_agent")
    fake.script(call("transfer_to_agent", agent_name="billing", reason="a refund"), text("Refunded."))

    result = await Runner.run(agent, "hi")

    assert result.handoff_chain == ["front", "billing"]
    parameters = fake.requests[0]["tools"][0]["function"]["parameters"]
    assert parameters["properties"]["agent_name"]["enum"] == ["billing", "desk"]


def test_agents_are_made_in_either_way_and_generic_with_defaults() -> None:
    """H2, D19, D20: the context and the output have types, and nobody has to name them."""

    class Verdict(BaseModel):
        guilty: bool

    judge = Agent.create("judge", output_type=Verdict)
    router = Agent.create("router", handoffs=[judge])
    plain: Agent[dict[str, str], str] = Agent[dict[str, str], str]("plain")

    assert (router.name, router.handoffs, plain.name) == ("router", [judge], "plain")
    for wrong, problem in ({"handoff_tool": "one"}, "handoff_tool is one of"), ({"output_type": "song"}, "song"):
        with pytest.raises(ValueError, match=problem):
            Agent.create("judge", **wrong)
    with pytest.raises(ValueError, match="at least one agent"):
        HandoffConfig(max_handoffs=0)
    with pytest.raises(ValueError, match=r"known: \*, text_delta, handoff, handoff.transfer"):
        plain.on("handoff.transfers", print)
    with pytest.raises(ValueError, match="needs a name"):
        Agent.create(" ")
    with pytest.raises(TypeError, match="not to str"):
        get_handoff("billing")  # type: ignore[arg-type]


async def test_late_changes_of_an_agent_are_seen(fake: FakeModel, model: OpenAIModel) -> None:
    """D18, D30: what is worked out once is worked out again when a list, a tool or a description changes."""
    billing = Agent("billing", model, handoff_description="Old")
    agent = Agent("front", FallbackModel([model]), handoffs=[billing], can_complete=False)
    fake.otherwise(text("Hello."))

    await Runner.run(agent, "hi")
    billing.handoff_description = "New"
    await Runner.run(agent, "hi")
    agent.handoffs = [*agent.handoffs, TeamTarget("desk")]
    await Runner.run(agent, [UserMessage("hi")])
    billing.is_enabled = False
    await Runner.run(agent, "hi")
    agent.handoffs = [handoff(billing, tool_description_override="By hand"), TeamTarget("desk")]
    await Runner.run(agent, "hi")
    billing.is_enabled = True
    await Runner.run(agent, "hi")

    offered = [[tool["function"]["description"].split(". ")[-1] for tool in r["tools"]] for r in fake.requests]
    desk = "Hand the conversation to the people of the team desk."
    assert offered == [["Old"], ["New"], ["New", desk], [desk], [desk], ["By hand", desk]]
