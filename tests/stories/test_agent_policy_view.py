"""The receiver's view is made from the transcript alone: what a handoff's filter covers, and what it must not hide."""

import pytest

from bot.agent_view import FilterFailed, Transcript, seen_by
from bot.agents import (
    Agent,
    AssistantMessage,
    HandoffCall,
    HandoffInputData,
    Item,
    RunContext,
    ToolCall,
    ToolOutput,
    UserMessage,
    last_n_messages,
    redact_keys,
    remove_all_tools,
    to_dict,
)
from bot.agents.items import HandoffOutput
from routing.conversation import Actor
from routing.edges import as_refused
from routing.effects import Line

CUSTOMER, TRIAGE, HELPER = Actor("customer", "mia"), Actor("agent", "triage"), Actor("agent", "helper")
CALL = HandoffCall("c1", "transfer_to_helper", '{"reason": "r", "ssn": "123"}', "triage", "helper", "agent", "r")
OUTPUT = HandoffOutput("c1", "transfer_to_helper", "{}", "helper")


def said(who: Actor, text: str, seq: int | None = None) -> Line:
    return Line(0, who, text, "public", 0, seq=seq)


def kept(who: Actor, *items: Item, upto: int | None = None, context: str | None = None) -> Line:
    ours = [{"kind": "context", "agent": who.name, "text": context}] if context is not None else []
    handed = [{"kind": "handed", "upto": upto}] if upto is not None else []
    return Line(0, who, "", "internal", 0, kind="items", data=(*ours, *handed, *map(to_dict, items)))


HANDED = kept(TRIAGE, CALL, OUTPUT, upto=1)


async def view_of(lines: list[Line], *, of_edge: tuple = (), own: tuple = ()) -> list[Item]:  # type: ignore[type-arg]
    transcript = Transcript(lines)
    ctx = RunContext(None, "run", Agent("helper"))
    return await seen_by(transcript, transcript.arrival("helper"), ctx, of_edge=of_edge, own=own)


def texts(items: list[Item]) -> list[str]:
    return [item.text for item in items if isinstance(item, UserMessage | AssistantMessage)]


@pytest.mark.anyio
async def test_the_givers_words_beside_the_call_are_part_of_what_the_filter_covers() -> None:
    """H11"""
    lines = [said(CUSTOMER, "my card is 4111", 1), HANDED, said(TRIAGE, "I saw 4111."), said(CUSTOMER, "hello?", 2)]

    seen = await view_of(lines, of_edge=(last_n_messages(0),))

    assert texts(seen) == ["hello?"]


@pytest.mark.anyio
async def test_a_message_that_came_while_the_giver_worked_is_hidden_by_no_filter() -> None:
    """I5: the receiver has to answer it."""
    lines = [said(CUSTOMER, "one", 1), said(CUSTOMER, "two", 2), HANDED, said(TRIAGE, "passing it on")]

    seen = await view_of(lines, of_edge=(last_n_messages(0),))

    assert texts(seen) == ["two"]


@pytest.mark.anyio
async def test_the_agents_own_filters_come_after_the_handoffs_and_see_everything() -> None:
    """D24, D25"""
    used = (ToolCall("t1", "look", '{"ssn": "9"}', "helper"), ToolOutput("t1", "look", '{"ssn": "9"}'))
    lines = [said(CUSTOMER, "one", 1), HANDED, kept(HELPER, *used), said(HELPER, "found it"), said(CUSTOMER, "two", 2)]

    redacted = await view_of(lines, of_edge=(redact_keys("ssn"),))
    bare = await view_of(lines, own=(remove_all_tools,))

    assert [item.arguments for item in redacted if isinstance(item, HandoffCall)] == [
        '{"reason": "r", "ssn": "[REDACTED]"}'
    ]
    assert used[0] in redacted
    assert [type(item) for item in bare] == [UserMessage, AssistantMessage, UserMessage]


@pytest.mark.anyio
async def test_only_the_last_handoff_to_the_agent_counts() -> None:
    back = HandoffCall("c2", "transfer_to_triage", '{"reason": "r"}', "helper", "triage", "agent", "r")
    again = HandoffCall("c3", "transfer_to_helper", '{"reason": "r"}', "triage", "helper", "agent", "r")
    lines = [
        said(CUSTOMER, "one", 1), HANDED,
        kept(HELPER, back, HandoffOutput("c2", "transfer_to_triage", "{}", "triage"), upto=1),
        said(CUSTOMER, "two", 2),
        kept(TRIAGE, again, HandoffOutput("c3", "transfer_to_helper", "{}", "helper"), upto=2),
        said(CUSTOMER, "three", 3),
    ]  # fmt: skip

    assert texts(await view_of(lines, of_edge=(last_n_messages(1),))) == ["two", "three"]


@pytest.mark.anyio
async def test_a_refused_handoff_is_no_handoff_in_any_later_view() -> None:
    """RUNTIME 13"""
    refused = as_refused((to_dict(CALL), to_dict(OUTPUT)), "may not hand to agent:helper now")
    lines = [said(CUSTOMER, "one", 1), Line(0, TRIAGE, "", "internal", 0, kind="items", data=refused)]

    transcript = Transcript(lines)

    assert transcript.arrival("helper") is None
    assert isinstance(transcript.items[-1], ToolOutput) and "may not hand" in transcript.items[-1].output


@pytest.mark.anyio
async def test_a_filter_that_breaks_or_gives_something_else_gives_no_view_at_all() -> None:
    def broken(data: HandoffInputData) -> HandoffInputData:
        raise KeyError("ssn")

    for odd in (broken, lambda data: None):
        with pytest.raises(FilterFailed):
            await view_of([said(CUSTOMER, "one", 1), HANDED], of_edge=(odd,))
        with pytest.raises(FilterFailed):
            await view_of([said(CUSTOMER, "one", 1)], own=(odd,))


def test_what_a_context_provider_said_holds_for_the_tenure() -> None:
    """A14: until the agent is handed to again, or a person has spoken."""
    tenure = [said(CUSTOMER, "one", 1), HANDED, kept(HELPER, context="gold"), said(HELPER, "hi")]

    assert Transcript(tenure).context_of("helper") == "gold"
    assert Transcript(tenure).context_of("triage") is None
    assert Transcript([*tenure, said(CUSTOMER, "two", 2), HANDED]).context_of("helper") is None
    assert Transcript([*tenure, said(Actor("person", "ana"), "hello")]).context_of("helper") is None


def test_a_customers_name_is_redacted_like_their_words() -> None:
    transcript = Transcript([said(Actor("customer", "mia@example.org"), "hi", 1)], lambda text: "[email]")

    assert transcript.items == [UserMessage("hi", "[email]")]
