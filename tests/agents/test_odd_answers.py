"""Every odd answer of compatible servers: it is repaired, or the fallback answers; a run never dies of one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.agents import Agent, RepairEvent, Runner, TeamTarget, UserMessage, handoff
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, calls, chunk, text

pytestmark = pytest.mark.anyio

GOOD = json.dumps({"reason": "a refund"})
BILLING, SUPPORT = TeamTarget("billing"), TeamTarget("support")


@pytest.fixture
def agent(model: OpenAIModel) -> Agent:
    return Agent("triage", model, handoffs=[BILLING, SUPPORT])


def one(name: Any = "transfer_to_billing", arguments: Any = GOOD, **more: Any) -> dict[str, Any]:
    return {"tool_calls": [{"name": name, "arguments": arguments, **more}]}


BAD = {
    "unknown target": (one("transfer_to_nobody"), "There is no tool"),
    "no name": (one(None), "names no tool"),
    "empty arguments": (one(arguments=""), "are empty"),
    "null arguments": (one(arguments=None), "are null"),
    "an object as arguments": (one(arguments={"reason": "a refund"}), "are an object"),
    "truncated arguments": (one(arguments='{"reason": "a ref'), "not valid JSON"),
    "a list as arguments": (one(arguments="[]"), "must be a JSON object"),
    "no reason": (one(arguments="{}"), "Give a reason"),
    "an empty reason": (one(arguments='{"reason": " "}'), "Give a reason"),
    "no id": (one(id=None), "has no id"),
    "two transfers": (
        calls(call("transfer_to_billing", reason="a"), call("transfer_to_support", reason="b")),
        "Only one",
    ),
    "a transfer and the end": (
        calls(call("transfer_to_billing", reason="a"), call("complete", summary="b")),
        "Only one",
    ),
    "the doubled name": (one("transfer_to_billingtransfer_to_support"), "There is no tool"),
}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_call_is_sent_back_with_the_allowed_list(
    fake: FakeModel, agent: Agent, bad: str, streamed: bool
) -> None:
    step, problem = BAD[bad]
    fake.script(step, one())

    result = await Runner.run(agent, "refund please", on_text=(lambda shown: None) if streamed else None)

    assert (result.status, result.handoff_target) == ("handoff", BILLING)
    assert len(result.handoff_items) == len(result.new_items) == 2
    *_, told = fake.requests[1]["messages"]
    assert told["role"] == "tool"
    assert problem in told["content"]
    assert "transfer_to_billing, transfer_to_support" in told["content"]


@pytest.mark.parametrize("bad", BAD)
async def test_what_is_sent_back_is_a_history_that_servers_accept(fake: FakeModel, agent: Agent, bad: str) -> None:
    step, _ = BAD[bad]
    fake.script(step, one())

    await Runner.run(agent, "refund please")

    *_, asked = [message for message in fake.requests[1]["messages"] if message["role"] == "assistant"]
    answered = [message["tool_call_id"] for message in fake.requests[1]["messages"] if message["role"] == "tool"]
    assert [made["id"] for made in asked["tool_calls"]] == answered
    for made in asked["tool_calls"]:
        assert made["id"]
        assert made["function"]["name"]
        assert isinstance(json.loads(made["function"]["arguments"]), dict)


async def test_after_so_many_repairs_the_fallback_answers(fake: FakeModel, agent: Agent) -> None:
    fake.script(one(arguments=""), one(arguments=None), one("nobody"))

    result = await Runner.run(agent, "refund please")

    assert (result.status, result.reason) == ("fallback", "no_answer")
    assert result.new_items == []
    assert "nobody" in result.detail


async def test_the_next_agent_does_not_read_what_was_repaired(fake: FakeModel, model: OpenAIModel) -> None:
    """A rejected call teaches a later agent nothing good."""
    billing = Agent("billing", model)
    fake.script(one(arguments=""), one(), text("Refunded."))

    result = await Runner.run(Agent("triage", model, handoffs=[billing]), "refund please")

    assert result.text == "Refunded."
    assert [message["role"] for message in fake.requests[2]["messages"]] == ["user", "assistant", "tool"]


async def test_repairs_are_told_in_the_stream(fake: FakeModel, agent: Agent) -> None:
    fake.script(one(arguments=""), text("Then let me ask: which invoice?"))

    events = [event async for event in Runner.stream(agent, "refund please")]

    assert [event.problem for event in events if isinstance(event, RepairEvent)] == [
        "The arguments of transfer_to_billing are empty. Send them as a JSON object in text form."
    ]


async def test_a_transfer_to_itself_is_repaired(fake: FakeModel, model: OpenAIModel) -> None:
    agent = Agent("triage", model)
    agent.handoffs = [handoff(agent, tool_name_override="transfer_to_me"), BILLING]
    fake.script(one("transfer_to_me"), one())

    result = await Runner.run(agent, "refund please")

    assert result.handoff_target == BILLING
    assert "You are triage already" in fake.requests[1]["messages"][-1]["content"]


async def test_nothing_is_done_beside_a_bad_call(fake: FakeModel, agent: Agent) -> None:
    fake.script(calls(call("transfer_to_billing", reason="a refund"), one("nonsense")), text("Which invoice?"))

    result = await Runner.run(agent, "refund please")

    assert (result.status, result.text, result.handoffs) == ("final", "Which invoice?", [])


async def test_an_empty_answer_is_asked_for_once_more(fake: FakeModel, agent: Agent) -> None:
    fake.script(text(""), text("Which invoice?"), text(""), text("  "))

    repaired = await Runner.run(agent, "refund please")
    given_up = await Runner.run(agent, "refund please")

    assert repaired.text == "Which invoice?"
    assert (given_up.status, given_up.reason) == ("fallback", "no_answer")


def delta(index: Any = 0, call_id: Any = None, name: Any = None, arguments: Any = None, **more: Any) -> dict[str, Any]:
    """A chunk with one piece of a call; what is None is left out."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    piece = {key: value for key, value in (("index", index), ("id", call_id)) if value is not None}
    return chunk({"tool_calls": [{**piece, "function": function, **more}]})


NAME = "transfer_to_billing"
STREAMS = {
    "id and name in every delta": [
        delta(0, "c1", NAME, '{"reason":'),
        delta(0, "c1", NAME, ' "a '),
        delta(0, "c1", NAME, 'refund"}'),
    ],
    "another id in every delta": [
        delta(0, "c1", NAME, '{"reason":'),
        delta(0, "c2", None, ' "a '),
        delta(0, "c3", None, 'refund"}'),
    ],
    "no index": [delta(None, "c1", NAME, '{"reason":'), delta(None, None, None, ' "a refund"}')],
    "index null": [
        chunk({"tool_calls": [{"index": None, "id": "c1", "function": {"name": NAME, "arguments": '{"reason": '}}]}),
        chunk({"tool_calls": [{"index": None, "function": {"arguments": '"a refund"}'}}]}),
    ],
    "all in one chunk": [delta(0, "c1", NAME, GOOD)],
    "finish_reason stop": [delta(0, "c1", NAME, GOOD), chunk({}, "stop")],
    "usage alone": [delta(0, "c1", NAME, GOOD), {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}],
    "name before arguments, null in between": [
        delta(0, "c1", NAME, None),
        chunk(
            {"content": None, "tool_calls": [{"index": 0, "id": None, "function": {"name": None, "arguments": None}}]}
        ),
        delta(0, None, None, GOOD),
    ],
    "a delta that is null": [{"choices": [{"index": 0, "delta": None}]}, delta(0, "c1", NAME, GOOD)],
    "a message instead of a delta": [
        {"choices": [{"message": {"tool_calls": [{"id": "c1", "function": {"name": NAME, "arguments": GOOD}}]}}]}
    ],
    "the name in pieces": [
        delta(0, "c1", "transfer_to_", None),
        delta(0, None, "billing", None),
        delta(0, None, None, GOOD),
    ],
}


@pytest.mark.parametrize("oddity", STREAMS)
async def test_an_odd_stream_is_put_together(fake: FakeModel, agent: Agent, oddity: str) -> None:
    fake.script({"chunks": STREAMS[oddity]})

    result = await Runner.run(agent, "refund please", on_text=lambda shown: None)

    assert (result.status, result.handoff_target, result.reason) == ("handoff", BILLING, "a refund")


TWO = {
    "both at index 0": [delta(0, "c1", NAME, GOOD), delta(0, "c2", "transfer_to_support", GOOD)],
    "both at index 0, in pieces": [
        delta(0, "c1", NAME, ""),
        delta(0, None, None, GOOD),
        delta(0, "c2", "transfer_to_support", ""),
        delta(0, None, None, GOOD),
    ],
    "both at index 0, the same tool": [delta(0, "c1", NAME, GOOD), delta(0, "c2", NAME, GOOD)],
    "without index": [delta(None, "c1", NAME, GOOD), delta(None, "c2", "transfer_to_support", GOOD)],
    "without index or id": [delta(None, None, NAME, GOOD), delta(None, None, "transfer_to_support", GOOD)],
    "interleaved": [
        delta(0, "c1", NAME, '{"reason":'),
        delta(1, "c2", "transfer_to_support", '{"reason":'),
        delta(0, None, None, '"a"}'),
        delta(1, None, None, '"b"}'),
    ],
}


@pytest.mark.parametrize("oddity", TWO)
async def test_two_calls_stay_two(fake: FakeModel, agent: Agent, oddity: str) -> None:
    fake.script({"chunks": TWO[oddity]}, one())

    result = await Runner.run(agent, "refund please", on_text=lambda shown: None)

    assert result.handoff_target == BILLING
    sent_back = next(message for message in fake.requests[1]["messages"] if message.get("tool_calls"))
    assert len(sent_back["tool_calls"]) == 2
    assert all(json.loads(made["function"]["arguments"]) for made in sent_back["tool_calls"])


async def test_an_id_that_was_used_before_is_made_unique(fake: FakeModel, agent: Agent) -> None:
    """Some servers begin at call_1 in every answer; a history with one id twice is refused by others."""
    fake.script(one(id="call_1"), one(id="call_1"), text("Hello again."))

    first = await Runner.run(agent, "refund please")
    history = [UserMessage("refund please"), *first.new_items, UserMessage("once more")]
    second = await Runner.run(agent, history)
    await Runner.run(agent, [*history, *second.new_items, UserMessage("and?")])

    used = [message["tool_call_id"] for message in fake.requests[2]["messages"] if message["role"] == "tool"]
    assert len(used) == len(set(used)) == 2


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": [None]}, [], "fine", {"error": {"message": "no"}}], ids=str
)
async def test_what_is_no_chat_completion_counts_as_nobody_there(fake: FakeModel, agent: Agent, body: Any) -> None:
    fake.script({"body": body}, {"chunks": [body] if isinstance(body, dict) and "error" in body else []})

    whole = await Runner.run(agent, "hello")
    streamed = await Runner.run(agent, "hello", on_text=lambda shown: None)

    assert (whole.reason, streamed.reason) == ("bot_unavailable", "bot_unavailable")


async def test_an_emoji_cut_in_half_is_put_together(fake: FakeModel, agent: Agent) -> None:
    halves = [chunk({"content": "Done \ud83d"}), chunk({"content": "\ude00 and \udc00 done"})]
    fake.script({"chunks": halves})

    result = await Runner.run(agent, "hello", on_text=lambda shown: None)

    assert result.text == "Done 😀 and \ufffd done"


async def test_content_in_parts_is_text(fake: FakeModel, agent: Agent) -> None:
    parts = [{"type": "text", "text": "Which "}, {"type": "text", "text": "invoice?"}]
    fake.script({"body": {"choices": [{"message": {"content": parts}}]}}, {"chunks": [chunk({"content": parts})]})

    whole = await Runner.run(agent, "hello")
    streamed = await Runner.run(agent, "hello", on_text=lambda shown: None)

    assert (whole.text, streamed.text) == ("Which invoice?", "Which invoice?")
