"""Conversations by name: the last agent answers, one run at a time."""

from __future__ import annotations

import asyncio

import pytest

from bot.agents import Agent, MemorySessions, Runner
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, text

pytestmark = pytest.mark.anyio


def triage(model: OpenAIModel) -> Agent:
    return Agent("triage", model, "You sort.", handoffs=[Agent("billing", model, "You settle.")])


async def test_the_next_run_of_a_session_goes_on_with_the_last_agent(fake: FakeModel, model: OpenAIModel) -> None:
    """Probe 1 of RUNTIME: elsewhere the second turn starts with the entry agent and hands off again."""
    runner = Runner(sessions=MemorySessions())
    fake.script(call("transfer_to_billing", reason="a refund"), text("Which one?"), text("Refunded."), text("Hello."))

    await runner.run(triage(model), "refund please", session_id="ana")
    second = await runner.run(triage(model), "number 7", session_id="ana")
    other = await runner.run(triage(model), "hi", session_id="ben")

    assert (second.last_agent.name, second.handoff_chain) == ("billing", ["triage", "billing"])
    assert (other.last_agent.name, other.handoff_chain) == ("triage", ["triage"])
    asked = fake.requests[2]["messages"]
    assert asked[0]["content"] == "You settle."
    assert [message["content"] for message in asked if message["role"] == "user"] == ["refund please", "number 7"]
    assert len(fake.requests[3]["messages"]) == 2


async def test_without_sessions_the_id_is_a_label(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(text("Hello."), text("Hello."))

    await Runner.run(triage(model), "hi", session_id="ana")
    await Runner.run(triage(model), "hi", session_id="ana")

    assert [len(request["messages"]) for request in fake.requests] == [2, 2]


async def test_two_messages_at_once_are_answered_one_after_the_other(fake: FakeModel, model: OpenAIModel) -> None:
    """Probe 2 of RUNTIME: elsewhere both hand off, and the history is mixed."""
    sessions = MemorySessions()
    runner = Runner(sessions=sessions)
    fake.script(call("transfer_to_billing", reason="a refund"), text("Which one?"), text("Refunded."))

    async with asyncio.TaskGroup() as group:
        for words in ("refund please", "number 7"):
            group.create_task(runner.run(triage(model), words, session_id="ana"))

    state = sessions.state("ana")
    assert state is not None
    assert [type(item).__name__ for item in state.history] == [
        *("UserMessage", "HandoffCall", "HandoffOutput", "AssistantMessage", "UserMessage", "AssistantMessage")
    ]


async def test_a_run_that_is_left_before_its_end_keeps_nothing_and_lets_go(fake: FakeModel, model: OpenAIModel) -> None:
    sessions = MemorySessions()
    runner = Runner(sessions=sessions)
    fake.script(text("Hello there."), text("Hello again."))

    async with runner.stream(triage(model), "hi", session_id="ana") as stream:
        await anext(stream)
    assert sessions.state("ana") is None
    result = await runner.run(triage(model), "hi", session_id="ana")

    assert result.text == "Hello again."
    assert len(result.state.history) == 2


async def test_a_given_state_replaces_what_the_session_had(fake: FakeModel, model: OpenAIModel) -> None:
    sessions = MemorySessions()
    runner = Runner(sessions=sessions)
    fake.script(text("One."), text("Two."), text("Three."))
    first = await runner.run(triage(model), "1", session_id="ana")
    await runner.run(triage(model), "2", session_id="ana")

    result = await runner.run(triage(model), "again", session_id="ana", state=first.state)

    assert len(result.state.history) == 4
    assert sessions.state("ana") is result.state


async def test_the_session_used_longest_ago_is_forgotten_but_never_one_in_use(
    fake: FakeModel, model: OpenAIModel
) -> None:
    sessions = MemorySessions(limit=2)
    runner = Runner(sessions=sessions)
    fake.otherwise(text("Hello."))

    async with sessions.held("busy"):
        for name in ("a", "b", "c"):
            await runner.run(triage(model), "hi", session_id=name)

    assert [name for name in ("a", "b", "c") if sessions.state(name) is not None] == ["c"]
