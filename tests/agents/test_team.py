"""Teams of agents: they hand over to each other, answer side by side, or one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest

from bot.agents import (
    Agent,
    AssistantMessage,
    Budget,
    Event,
    Finished,
    MemoryJournal,
    Model,
    RunResult,
    TeamTarget,
    TextDelta,
    ToolContext,
    function_tool,
    handoff,
    remove_all_tools,
)
from bot.agents.models.openai import OpenAIModel
from bot.agents.redact import redacted
from bot.agents.team import Team, TeamMode
from tests.agents.test_run_journal import CutJournal, PowerCut
from tests.fakes.model import FakeModel, call, status, text

pytestmark = pytest.mark.anyio


def support(model: Model, **more: Any) -> Team:
    members = [Agent("receptionist"), Agent("billing", handoff_description="Invoices"), Agent("technical")]
    return Team("support", members, model=model, **more)


def tools_of(request: dict[str, Any]) -> list[str]:
    return [tool["function"]["name"] for tool in request["tools"]]


# ---- handing over


async def test_members_hand_over_to_each_other_and_complete_ends_the_chain(fake: FakeModel, model: OpenAIModel) -> None:
    """R14, R15, R17, R18, R19, R20, R27, R28: the first member is the entry, the team's model speaks for all."""
    team = support(model)
    fake.script(
        call("transfer_to_billing", reason="an invoice"),
        call("transfer_to_technical", reason="the page is broken"),
        {**call("complete", summary="The page works again."), "text": "It works again."},
    )

    result = await team.run("my invoice page is broken")

    assert (result.status, result.text, result.summary) == ("complete", "It works again.", "The page works again.")
    assert result.handoff_chain == ["receptionist", "billing", "technical"]
    assert result.last_agent is team.members[2]
    assert [tools_of(request) for request in fake.requests] == [
        ["transfer_to_billing", "transfer_to_technical", "complete"],
        ["transfer_to_receptionist", "transfer_to_technical", "complete"],
        ["transfer_to_receptionist", "transfer_to_billing", "complete"],
    ]


async def test_members_stay_as_they_are(model: OpenAIModel) -> None:
    team = support(model)

    assert [(member.handoffs, member.model) for member in team.members] == [((), ())] * 3


async def test_the_cap_of_rounds_ends_in_the_fallback(fake: FakeModel, model: OpenAIModel) -> None:
    """R16: so many agents in the chain, and no exception."""
    team = Team("loop", [Agent("a"), Agent("b")], model=model, max_rounds=3)
    fake.script(*(call(f"transfer_to_{name}", reason="not mine") for name in ("b", "a", "b")))

    result = await team.run("help", detect_cycles=False)

    assert (result.status, result.reason, result.handoff_chain) == ("fallback", "hop_limit", ["a", "b", "a"])


async def test_a_members_own_handoffs_and_the_teams_filter_hold(fake: FakeModel, model: OpenAIModel) -> None:
    """D25 in a team: an own handoff to another member stays the one that is used."""
    second = Agent("second")
    first = Agent("first", handoffs=[handoff(second, tool_name_override="pass_on"), TeamTarget("people")])
    team = Team("two", [first, second], model=model, handoff_input_filter=remove_all_tools)
    fake.script(call("pass_on", reason="yours"), text("Done."))

    result = await team.run("help")

    assert tools_of(fake.requests[0]) == ["pass_on", "transfer_to_people", "complete"]
    assert tools_of(fake.requests[1]) == ["transfer_to_first", "complete"]
    assert [message["role"] for message in fake.requests[1]["messages"]] == ["user"]
    assert result.last_agent is second


async def test_both_events_of_a_chain_can_be_heard(fake: FakeModel, model: OpenAIModel) -> None:
    """R21, R22, R31."""
    team = support(model)
    heard: list[dict[str, Any]] = []
    for event in ("handoff.transfer", "handoff.complete"):
        team.on(event, lambda told: heard.append(told.to_dict()))
    fake.script(call("transfer_to_billing", reason="an invoice"), text("Found it."))

    await team.run("my invoice", run_id="r-1")

    assert heard == [
        {
            "type": "handoff.transfer",
            "run_id": "r-1",
            "from_agent": "receptionist",
            "to_agent": "billing",
            "reason": "an invoice",
        },
        {
            "type": "handoff.complete",
            "run_id": "r-1",
            "chain": ("receptionist", "billing"),
            "final_agent": "billing",
        },
    ]


async def test_a_members_hook_is_called_once(fake: FakeModel, model: OpenAIModel) -> None:
    """R6 in a team."""
    called: list[str] = []
    second = Agent("second")
    first = Agent("first", handoffs=[handoff(second, on_handoff=lambda ctx: called.append(ctx.agent.name))])
    fake.script(call("transfer_to_second", reason="yours"), text("Done."))

    await Team("two", [first, second], model=model).run("help")

    assert called == ["first"]


async def test_a_team_goes_on_with_whoever_held_last(fake: FakeModel, model: OpenAIModel) -> None:
    team = support(model)
    fake.script(call("transfer_to_billing", reason="an invoice"), text("Which one?"), text("Found it."))

    first = await team.run("my invoice")
    second = await team.run("number 7", state=first.state)

    assert (second.text, second.last_agent) == ("Found it.", team.members[1])
    assert second.handoff_chain == ["receptionist", "billing"]


# ---- side by side


async def test_all_members_answer_the_same_input_and_their_names_stand_before(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """R30."""
    team = support(model, mode=TeamMode.BROADCAST)
    fake.otherwise(text("Two years."))

    result = await team.run("how long is the warranty?")

    assert result.text == "receptionist: Two years.\n\nbilling: Two years.\n\ntechnical: Two years."
    assert (result.status, result.handoff_chain) == ("final", ["receptionist", "billing", "technical"])
    assert [one.text for one in result.member_results.values()] == ["Two years."] * 3
    assert [request["messages"][-1]["content"] for request in fake.requests] == ["how long is the warranty?"] * 3
    assert [tools_of(request) for request in fake.requests] == [["complete"]] * 3
    assert result.usage.model_calls == 3
    assert {one.usage.model_calls for one in result.member_results.values()} == {1}


async def test_a_member_that_fails_does_not_silence_the_others(fake: FakeModel, model: OpenAIModel) -> None:
    broken = OpenAIModel("broken", base_url="http://127.0.0.1:1/v1", api_key="for-tests")

    def torn(ctx: Any, agent: Any) -> str:
        raise RuntimeError("no instructions")

    members = [Agent("down", broken), Agent("torn", model, torn), Agent("well", model)]
    fake.script(text("Two years."))

    result = await Team("support", members, "broadcast").run("warranty?")
    await broken.aclose()

    assert (result.status, result.text, result.last_agent) == ("final", "well: Two years.", members[2])
    assert {name: one.reason for name, one in result.member_results.items()} == {
        "down": "bot_unavailable",
        "torn": "bot_unavailable",
        "well": None,
    }


async def test_when_nobody_has_an_answer_the_fallback_says_why(fake: FakeModel, model: OpenAIModel) -> None:
    fake.otherwise(status(500))

    result = await support(model, mode="broadcast").run("warranty?")

    assert (result.status, result.reason, result.text, result.new_items) == ("fallback", "bot_unavailable", "", [])


async def test_all_answers_can_be_made_one(fake: FakeModel, model: OpenAIModel) -> None:
    async def longest(results: Mapping[str, RunResult]) -> str:
        return max((result.text for result in results.values()), key=len)

    fake.script(text("No."), text("Yes, it is."), text("Yes."))

    result = await support(model, mode="broadcast", merge=longest).run("is it?")

    assert result.text == "Yes, it is."
    assert result.new_items == [AssistantMessage("Yes, it is.", "support")]


async def test_one_budget_holds_for_all_members(fake: FakeModel, model: OpenAIModel) -> None:
    fake.otherwise(text("Yes."))

    result = await support(model, mode="sequential").run("is it?", budget=Budget(model_calls=2))

    assert (result.status, result.reason, result.state.spent.model_calls) == ("fallback", "budget", 2)


# ---- one after the other


async def test_each_member_reads_what_those_before_it_said_and_the_last_one_answers(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """R30."""
    team = support(model, mode=TeamMode.SEQUENTIAL)
    fake.script(text("A draft."), text("A better draft."), text("The answer."))

    result = await team.run("write it")

    assert (result.status, result.text) == ("final", "The answer.")
    assert result.handoff_chain == ["receptionist", "billing", "technical"]
    assert [item.text for item in result.speech] == ["A draft.", "A better draft.", "The answer."]
    seen = [message["content"] for message in fake.requests[2]["messages"]]
    assert seen[:3] == ["write it", "A draft.", "A better draft."]
    assert "your turn" in seen[3]


async def test_complete_ends_the_sequence(fake: FakeModel, model: OpenAIModel) -> None:
    """R27, R28."""
    fake.script(text("A draft."), call("complete", summary="Nothing to add."))

    result = await support(model, mode="sequential").run("write it")

    assert (result.status, result.summary, result.handoff_chain) == (
        "complete",
        "Nothing to add.",
        ["receptionist", "billing"],
    )


async def test_more_members_than_rounds_end_in_the_fallback(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(text("A draft."), text("A better draft."))

    result = await support(model, mode="sequential", max_rounds=2).run("write it")

    assert (result.status, result.reason) == ("fallback", "hop_limit")
    assert result.detail == "receptionist -> billing -> technical"


async def test_the_next_message_finds_what_all_of_them_said(fake: FakeModel, model: OpenAIModel) -> None:
    team = Team("two", [Agent("a"), Agent("b")], "broadcast", model=model)
    fake.otherwise(text("Yes."))
    first = await team.run("is it?")

    await team.run("sure?", state=first.state)

    assert [message["content"] for message in fake.requests[-1]["messages"]] == ["is it?", "Yes.", "Yes.", "sure?"]


# ---- all modes


@pytest.mark.parametrize("mode", list(TeamMode))
async def test_every_mode_can_be_streamed_and_heard(fake: FakeModel, model: OpenAIModel, mode: TeamMode) -> None:
    """A19, R31: what is streamed is what the result says."""
    team = Team("two", [Agent("a"), Agent("b")], mode, model=model)
    heard: list[Event] = []
    team.on("finished", heard.append)
    fake.otherwise(text("Two years."))

    stream = team.stream("warranty?")
    events = [event async for event in stream]

    said = "".join(event.delta for event in events if isinstance(event, TextDelta))
    assert said == stream.result.text != ""
    assert isinstance(events[-1], Finished)
    assert heard == [events[-1]]


@pytest.mark.parametrize("mode", list(TeamMode))
async def test_a_team_tells_its_words_and_events(fake: FakeModel, model: OpenAIModel, mode: TeamMode) -> None:
    shown: list[str] = []
    heard: list[str] = []
    fake.otherwise(text("Two years."))

    result = await Team("two", [Agent("a"), Agent("b")], mode, model=model).run(
        "warranty?", on_text=shown.append, on_event=lambda event: heard.append(event.type)
    )

    assert "".join(shown) == result.text
    assert heard[-1] == "finished"


@pytest.mark.parametrize("mode", ["broadcast", "sequential"])
async def test_a_team_that_was_cut_off_repeats_nothing(fake: FakeModel, model: OpenAIModel, mode: str) -> None:
    """Each member has its own part of the journal."""
    done: list[str] = []

    @function_tool(effect=True, idempotent=True)
    def note(words: str, tool: ToolContext) -> str:
        done.append(tool.key)
        return "noted"

    team = Team("two", [Agent("a", tools=[note]), Agent("b")], mode, model=model)
    whole = MemoryJournal()
    fake.rule("is it?", call("note", words="x"), text("Yes."))
    fake.rule("your turn", text("Yes."))
    if mode == "broadcast":
        team = Team("one", [Agent("a", tools=[note])], mode, model=model)
    first = await team.run("is it?", journal=whole)
    asked = len(fake.requests)

    again = await team.run("is it?", journal=whole)

    assert (again.text, again.usage) == (first.text, first.usage)
    assert (len(fake.requests), len(done)) == (asked, 1)


@pytest.fixture
def other_fake() -> Iterator[FakeModel]:
    with FakeModel() as server:
        yield server


@pytest.fixture
async def other_model(other_fake: FakeModel) -> AsyncIterator[OpenAIModel]:
    client = OpenAIModel("other", base_url=other_fake.base_url, api_key="for-tests")
    yield client
    await client.aclose()


@pytest.mark.parametrize("mode", ["broadcast", "sequential"])
async def test_what_members_keep_for_later_goes_along(
    fake: FakeModel, model: OpenAIModel, other_fake: FakeModel, other_model: OpenAIModel, mode: str
) -> None:
    """R9 in a team: the session state of the next run has what every member put there."""

    @function_tool
    def keep(name: str, tool: ToolContext) -> str:
        tool.session_state[tool.agent] = name
        return "kept"

    team = Team("two", [Agent("a", model, tools=[keep]), Agent("b", other_model, tools=[keep])], mode)
    fake.script(call("keep", name="x"), text("Yes."))
    other_fake.script(call("keep", name="y"), text("Yes."))

    result = await team.run("is it?")

    assert result.state.session_state == {"a": "x", "b": "y"}


async def test_a_stream_that_is_left_leaves_nobody_working(
    fake: FakeModel, model: OpenAIModel, other_fake: FakeModel, other_model: OpenAIModel
) -> None:
    """Every member's task ends with the stream."""
    fake.script(text("Here."))
    other_fake.otherwise({"hang": True})

    async with Team("two", [Agent("a", model), Agent("b", other_model)], "broadcast").stream("is it?") as stream:
        first = await anext(stream)

    assert isinstance(first, TextDelta)
    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("two: ")] == []


async def test_what_is_private_reaches_no_member(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 9: redactors hold for every member."""
    fake.otherwise(text("Thanks."))

    await support(model, mode="sequential", redactors=[redacted]).run("I am jane@example.com")

    assert [request["messages"][0]["content"] for request in fake.requests] == ["I am [email]"] * 3


@pytest.mark.parametrize("mode", ["broadcast", "sequential"])
async def test_a_journal_that_fails_ends_the_team(fake: FakeModel, model: OpenAIModel, mode: str) -> None:
    """Somebody else has the conversation: nobody of the team may go on."""
    fake.otherwise(text("Yes."))

    with pytest.raises(PowerCut):
        await Team("one", [Agent("a")], mode, model=model).run("is it?", journal=CutJournal([], 0))


@pytest.mark.parametrize("members", [[], [Agent("a"), Agent("a")]])
def test_a_team_without_members_or_with_two_of_one_name_is_refused(members: list[Agent]) -> None:
    with pytest.raises(ValueError, match="members of different names"):
        Team("support", members)
    with pytest.raises(ValueError, match="0 rounds"):
        Team("support", [Agent("a")], max_rounds=0)
