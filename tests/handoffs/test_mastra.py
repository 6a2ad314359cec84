"""What an agent of Mastra with a chat dashboard does: one tool `handoff(target, reason)` that calls people."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from bot.agents import (
    Agent,
    Handoff,
    HandoffOutput,
    Item,
    PersonTarget,
    RunContext,
    Runner,
    RunResult,
    TeamTarget,
    UserMessage,
    function_tool,
    handoff,
    handoff_result,
)
from bot.agents.models.local import AnswerEntry, LocalModel, LocalTriage, RouteExamples
from bot.agents.models.openai import OpenAIModel
from bot.store.redis import RedisStore
from routing.conversation import HeldByAgent
from tests.contracts.samples import PLACE, conversation, decided, line, only
from tests.contracts.samples import said as line_of
from tests.fakes.model import FakeModel, call, text
from tests.handoffs.asked import offered, told
from tests.redis_servers import SAFE, SERVERS, PrivateServer

pytestmark = pytest.mark.anyio

SWAPNIL, SUPPORT = PersonTarget("swapnil", "Billing questions"), TeamTarget("support-team", "Everything else")
BILLING, TECH = TeamTarget("billing"), TeamTarget("tech-support")
INSTRUCTIONS = """You are a support triage bot. If you cannot answer, or the user needs a human: call handoff with the
right target and the reason. Otherwise try to answer simply."""
ESCALATE = "Escalate chat to a specific human or system."

# Needs no endpoint: it decides by examples when people are needed.
EMBEDDED = LocalModel(
    LocalTriage(
        [
            RouteExamples("refunds", "Charges", ("I was charged twice", "refund please"), "team:billing"),
            RouteExamples("errors", "Errors", ("I get an error 500", "the API is down"), "team:tech-support"),
        ],
        [AnswerEntry("invoices", ("where is my invoice",), "They are under Account.", "https://example.com/invoices")],
    )
)


def triage(model: OpenAIModel) -> Agent:
    return Agent("Handoff Agent", model, INSTRUCTIONS, handoffs=[SWAPNIL, SUPPORT], handoff_tool="single")


async def conversation_of(agent: Agent, *lines: str) -> list[RunResult]:
    """The results, line by line."""
    history: list[Item] = []
    results = []
    for words in lines:
        history.append(UserMessage(words))
        results.append(await Runner.run(agent, history))
        history += results[-1].new_items
    return results


# ---- when it hands over ----------------------------------------------------------------------------------------------


async def test_the_agent_answers_what_it_knows_and_hands_over_what_it_does_not() -> None:
    """M1, M2: nobody calls the handoff but the agent, and it does not fumble an answer to what it cannot do."""
    agent = Agent("front", EMBEDDED, handoffs=[SUPPORT])

    [known] = await conversation_of(agent, "where is my invoice?")
    unknown = await conversation_of(agent, "what is the weather", "and tomorrow in rome?", "I mean the sun")

    assert (known.status, known.text) == ("final", "They are under Account.\nSource: https://example.com/invoices")
    assert SUPPORT in [result.handoff_target for result in unknown]
    assert not any("under Account" in result.text for result in unknown)


async def test_i_need_human_help_routes_the_customer_to_people() -> None:
    """M26"""
    [result] = await conversation_of(Agent("front", EMBEDDED, handoffs=[SUPPORT]), "I need human help")

    assert (result.status, result.handoff_target, result.cause) == ("handoff", SUPPORT, "asked_for_human")
    assert handoff_result(result) == {"success": True, "message": "Conversation handed off to support-team"}


async def test_an_answer_that_failed_before_ends_in_a_handoff_and_not_in_a_loop() -> None:
    """M29"""
    agent = Agent("front", EMBEDDED, handoffs=[SUPPORT])

    *answered, last = await conversation_of(agent, "where is my invoice?", "but where is my invoice??")

    assert [result.status for result in answered] == ["final"]
    assert (last.handoff_target, last.cause) == (SUPPORT, "failed_answers")


@pytest.mark.parametrize(
    ("words", "team"),
    [("I was charged twice, get me a person", BILLING), ("error 500 again, I want a human", TECH)],
)
async def test_the_team_is_chosen_by_what_the_customer_needs(words: str, team: TeamTarget) -> None:
    """M30"""
    [result] = await conversation_of(Agent("front", EMBEDDED, handoffs=[SUPPORT, BILLING, TECH]), words)

    assert result.handoff_target == team


# ---- the tool --------------------------------------------------------------------------------------------------------


async def test_the_tool_is_named_handoff_and_says_that_it_reaches_people_and_teams(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """M7, M8: with the built-in words, or with one's own."""
    own = handoff(SUPPORT, tool_name_override="handoff", tool_description_override=ESCALATE)
    fake.otherwise(text("Hello."))

    await triage(model).run("hi")
    await Agent("Handoff Agent", model, handoffs=[own]).run("hi")

    built_in, described = (offered(request)["handoff"]["description"] for request in fake.requests)
    assert "a person, a team" in built_in
    assert "swapnil: Billing questions; support-team: Everything else" in built_in
    assert described == ESCALATE


async def test_target_and_reason_are_both_required_and_a_target_is_a_person_or_a_team(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """M9, M10"""
    fake.script(
        call("handoff", target="swapnil"),
        call("handoff", reason="billing"),
        call("handoff", target="swapnil", reason="billing"),
        call("handoff", target="support-team", reason="billing"),
    )

    person = await triage(model).run("let me talk to swapnil")
    team = await triage(model).run("let me talk to somebody")

    parameters = offered(fake.requests[0])["handoff"]["parameters"]
    assert parameters["required"] == ["target", "reason"]
    assert parameters["properties"]["target"] == {"type": "string", "enum": ["swapnil", "support-team"]}
    assert parameters["properties"]["reason"]["type"] == "string"
    assert "reason" in fake.requests[1]["messages"][-1]["content"]
    assert "Allowed targets: swapnil, support-team" in fake.requests[2]["messages"][-1]["content"]
    assert (person.handoff_target, team.handoff_target) == (SWAPNIL, SUPPORT)


async def test_the_action_returns_json_with_the_target(fake: FakeModel, model: OpenAIModel) -> None:
    """M3"""
    fake.script(call("handoff", target="support-team", reason="needs a human"))

    result = await triage(model).run("get me somebody")

    [output] = [item for item in result.new_items if isinstance(item, HandoffOutput)]
    assert json.loads(output.output) == {"handoff": {"to": "support-team", "status": "accepted"}}


class Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    success: bool
    message: str


async def test_callers_get_success_and_a_message_that_names_the_target(fake: FakeModel, model: OpenAIModel) -> None:
    """M11, M14"""
    fake.script(call("handoff", target="swapnil", reason="billing"), text("They are under Account."))

    handed = handoff_result(await triage(model).run("swapnil please"))
    answered = handoff_result(await triage(model).run("where are my invoices?"))

    assert handed == {"success": True, "message": "Conversation handed off to swapnil"}
    assert [Answer.model_validate(one).success for one in (handed, answered)] == [True, False]


async def test_an_async_action_gets_the_target_and_the_reason(fake: FakeModel, model: OpenAIModel) -> None:
    """M12: as a handoff that moves the conversation itself, and as a tool that moves it elsewhere."""
    moved: list[dict[str, str]] = []

    async def execute(ctx: RunContext[Any], args: str) -> TeamTarget:
        moved.append(json.loads(args))
        return SUPPORT

    @function_tool(effect=True)
    async def reassign(target: str, reason: str) -> dict[str, object]:
        """Reassign the chat."""
        moved.append({"target": target, "reason": reason})
        return {"success": True, "message": f"Conversation handed off to {target}"}

    by_handoff = Agent("Handoff Agent", model, handoffs=[Handoff(SUPPORT, execute)], handoff_tool="single")
    by_tool = Agent("Handoff Agent", model, tools=[reassign])
    fake.script(
        call("handoff", target="support-team", reason="billing"),
        call("reassign", target="swapnil", reason="asked for"),
        text("Swapnil has it now."),
    )

    result = await by_handoff.run("help")
    await by_tool.run("help")

    assert moved == [
        {"target": "support-team", "reason": "billing"},
        {"target": "swapnil", "reason": "asked for"},
    ]
    assert result.handoff_target == SUPPORT
    assert '"success":true' in fake.requests[2]["messages"][-1]["content"]


async def test_the_log_says_to_whom_and_why(
    fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    """M13"""
    fake.script(call("handoff", target="swapnil", reason="billing issue"))

    with caplog.at_level(logging.INFO, logger="baton.agents"):
        await triage(model).run("I need to speak with swapnil about my billing issue")

    assert caplog.messages == ["Handing off to swapnil because billing issue"]


# ---- the agent -------------------------------------------------------------------------------------------------------


async def test_a_triage_bot_is_a_name_and_instructions_and_answers_or_hands_over(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """M15"""
    fake.script(text("From nine to five."), call("handoff", target="swapnil", reason="needs a human"))
    agent = triage(model)

    simple = await agent.run("when are you open?")
    human = await agent.run("I need a human")

    assert {told(request) for request in fake.requests} == {INSTRUCTIONS}
    assert (simple.status, simple.text, simple.last_agent.name) == ("final", "From nine to five.", "Handoff Agent")
    assert (human.status, human.reason) == ("handoff", "needs a human")


async def test_each_agent_has_its_own_model(fake: FakeModel) -> None:
    """M16"""
    small, large = (
        OpenAIModel(name, base_url=fake.base_url, api_key="for-tests") for name in ("gpt-4o-mini", "gpt-4o")
    )
    specialist = Agent("specialist", large)
    fake.script(call("transfer_to_specialist", reason="hard"), text("Solved."))

    await Agent("Handoff Agent", small, handoffs=[specialist]).run("help")

    assert [request["model"] for request in fake.requests] == ["gpt-4o-mini", "gpt-4o"]
    for one in (small, large):
        await one.aclose()


async def test_tools_may_be_a_map_from_the_name_that_the_model_calls(fake: FakeModel, model: OpenAIModel) -> None:
    """M17"""

    @function_tool
    async def handoff_tool(target: str, reason: str) -> dict[str, object]:
        """Escalate the chat."""
        return {"success": True, "message": f"Conversation handed off to {target}"}

    agent = Agent("Handoff Agent", model, tools={"handoff": handoff_tool}, can_complete=False)
    fake.script(call("handoff", target="swapnil", reason="billing"), text("Swapnil has it now."))

    result = await agent.run("swapnil please")

    assert list(offered(fake.requests[0])) == ["handoff"]
    assert (result.status, result.text) == ("final", "Swapnil has it now.")


# ---- what stays ------------------------------------------------------------------------------------------------------


async def test_conversations_are_still_there_when_the_server_was_killed() -> None:
    """M19: with their holder and their lines."""
    with PrivateServer(next(iter(SERVERS.values())), options=SAFE) as server:
        async with RedisStore(server.url) as store:
            await store.enqueue(PLACE, line())
            held = conversation(holder=HeldByAgent("handoff"))
            await decided(store, await only(store), conversation=held, lines=(line_of(1),))
        server.kill()
        server.start()

        async with RedisStore(server.url) as store:
            record = await store.read(PLACE.id)

    assert record is not None
    assert (record.conversation, record.lines) == (held, (line_of(1),))


def test_the_log_is_structured_and_begins_at_info() -> None:
    """M20: one JSON object per line, an event and its fields, where no person watches."""
    program = (
        "import structlog; from bot.observe.logs import configure; configure(); log = structlog.get_logger('baton');"
        "log.debug('unseen'); log.info('conversation.claimed', conversation='c-1', person='swapnil')"
    )

    written = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr

    [entry] = [json.loads(row) for row in written.splitlines()]
    assert {key: entry[key] for key in entry if key != "timestamp"} == {
        "event": "conversation.claimed", "level": "info", "conversation": "c-1", "person": "swapnil",
    }  # fmt: skip
