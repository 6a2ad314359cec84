"""Every odd answer of compatible servers: it is repaired, or the fallback answers; a run never dies of one, and no
request is without what the customer said."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from bot.agents import Agent, AssistantMessage, RepairEvent, Runner, TeamTarget, UserMessage, handoff
from bot.agents.models.openai import OpenAIModel
from bot.agents.models.responses import ResponsesModel
from tests.fakes.model import FakeModel, call, calls, chunk, text

pytestmark = pytest.mark.anyio

GOOD = json.dumps({"reason": "a refund"})
BILLING, SUPPORT = TeamTarget("billing"), TeamTarget("support")


SAID = ("refund please", "hello")


@pytest.fixture(autouse=True)
def what_the_customer_said_is_in_every_request(fake: FakeModel) -> Iterator[None]:
    yield
    for body in fake.requests:
        said = [item["content"] for item in body.get("messages") or body["input"] if item.get("role") == "user"]
        assert said and said[0] in SAID


@pytest.fixture
def agent(model: OpenAIModel) -> Agent:
    return Agent("triage", model, handoffs=[BILLING, SUPPORT])


@pytest.fixture(params=[OpenAIModel, ResponsesModel], ids=["chat", "responses"])
async def either(fake: FakeModel, request: pytest.FixtureRequest) -> AsyncIterator[Agent]:
    """The same agent over either wire."""
    client = request.param("scripted", base_url=fake.base_url, api_key="for-tests")
    yield Agent("triage", client, handoffs=[BILLING, SUPPORT])
    await client.aclose()


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
    fake: FakeModel, either: Agent, bad: str, streamed: bool
) -> None:
    step, problem = BAD[bad]
    fake.script(step, one())

    result = await Runner.run(either, "refund please", on_text=(lambda shown: None) if streamed else None)

    assert (result.status, result.handoff_target) == ("handoff", BILLING)
    assert len(result.handoff_items) == len(result.new_items) == 2
    *_, last = fake.requests[1].get("messages") or fake.requests[1]["input"]
    told = last["content"] if last.get("role") == "tool" else last["output"]
    assert problem in told
    assert "transfer_to_billing, transfer_to_support" in told


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


# What is sent, and how the run ends: with the transfer ("handoff"), with words, or with the reason of the fallback.
# A whole body, chunks of a stream, or the bytes of one.
CALL = {"id": "c1", "type": "function", "function": {"name": NAME, "arguments": GOOD}}
LEGACY = {"name": NAME, "arguments": GOOD}
PARTS = [{"type": "text", "text": "Which "}, {"type": "text", "text": "invoice?"}]
THOUGHT = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "reasoning", "text": "hm"}]


def message(finish: str | None = "stop", **fields: Any) -> dict[str, Any]:
    return {"body": {"choices": [{"index": 0, "message": {"role": "assistant", **fields}, "finish_reason": finish}]}}


def deltas(*pieces: dict[str, Any]) -> dict[str, Any]:
    return {"chunks": [chunk(piece) for piece in pieces]}


def sse(*lines: str, words: str = "Fine.") -> dict[str, Any]:
    data = f"data: {json.dumps(chunk({'content': words}))}"
    return {"sse": "".join(f"{line}\n\n" for line in lines).replace("DATA", data)}


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "content null beside a call": (message(content=None, tool_calls=[CALL]), "handoff"),
    "no content at all": (message(tool_calls=[CALL]), "handoff"),
    "finish_reason stop beside a call": (message("stop", content="", tool_calls=[CALL]), "handoff"),
    "finish_reason null": (message(None, content="", tool_calls=[CALL]), "handoff"),
    "text beside a call": (message(content="One moment.", tool_calls=[CALL]), "handoff"),
    "a call without a type": (message(tool_calls=[{"id": "c1", "function": CALL["function"]}]), "handoff"),
    "a call with an index": (message(tool_calls=[{"index": 0, **CALL}]), "handoff"),
    "function_call": (message("function_call", content=None, function_call=LEGACY), "handoff"),
    "function_call null": (message(content="Fine.", function_call=None), "Fine."),
    "tool_calls null": (message(content="Fine.", tool_calls=None), "Fine."),
    "tool_calls empty": (message(content="Fine.", tool_calls=[]), "Fine."),
    "content in parts": (message(content=PARTS), "Which invoice?"),
    "thoughts among the parts": (message(content=[*THOUGHT, *PARTS]), "Which invoice?"),
    "thoughts beside the content": (message(content="Fine.", reasoning_content="hm", reasoning="hm"), "Fine."),
    "nothing but thoughts": (message(content=None, reasoning_content="hm"), "no_answer"),
    "a null usage": ({"body": {**message(content="Fine.")["body"], "usage": None, "model": None}}, "Fine."),
    "an empty object": ({"body": {}}, "bot_unavailable"),
    "no choices": ({"body": {"choices": []}}, "bot_unavailable"),
    "choices null": ({"body": {"choices": None}}, "bot_unavailable"),
    "a choice that is null": ({"body": {"choices": [None]}}, "bot_unavailable"),
    "a list": ({"body": []}, "bot_unavailable"),
    "a text": ({"body": "fine"}, "bot_unavailable"),
    "an error with status 200": ({"body": {"error": {"message": "overloaded"}}}, "bot_unavailable"),
    "an error in words": ({"body": {"error": "overloaded"}}, "bot_unavailable"),
    "a page": ({"garbage": "<html>gateway</html>"}, "bot_unavailable"),
    "a page instead of a stream": ({"garbage": "<html>gateway</html>", "streamed": True}, "bot_unavailable"),
    "streamed function_call": (
        deltas({"function_call": {"name": NAME, "arguments": ""}}, {"function_call": {"arguments": GOOD}}),
        "handoff",
    ),
    "streamed, text before the call": (deltas({"content": "One moment."}, {"tool_calls": [CALL]}), "handoff"),
    "streamed, tool_calls null": (deltas({"content": "Fine.", "tool_calls": None}), "Fine."),
    "streamed, content null": (deltas({"content": None}, {"content": "Fine."}, {"content": None}), "Fine."),
    "streamed, content in parts": (deltas({"content": THOUGHT}, {"content": PARTS}), "Which invoice?"),
    "streamed, thoughts": (deltas({"reasoning_content": "hm"}, {"reasoning": "hm", "content": "Fine."}), "Fine."),
    "streamed, no call id": (deltas({"tool_calls": [{"index": 0, "function": LEGACY}]}), "repaired"),
    "streamed, arguments an object": (
        deltas({"tool_calls": [{"id": "c1", "function": {"name": NAME, "arguments": {"reason": "a refund"}}}]}),
        "repaired",
    ),
    "streamed, arguments cut": (
        deltas({"tool_calls": [{"id": "c1", "function": {"name": NAME, "arguments": GOOD[:-3]}}]}),
        "repaired",
    ),
    "streamed, chunks without choices": (
        {"chunks": [{"choices": []}, {"choices": None}, {}, chunk({"content": "Fine."}), {"choices": [None]}]},
        "Fine.",
    ),
    "streamed, nothing": ({"chunks": []}, "bot_unavailable"),
    "streamed, only the usage": ({"chunks": [{"choices": [], "usage": {"prompt_tokens": 3}}]}, "no_answer"),
    "streamed, an error": ({"chunks": [{"error": {"message": "overloaded"}}]}, "bot_unavailable"),
    "streamed, an error after words": (
        {"chunks": [chunk({"content": "Fine. "}), {"error": {"message": "overloaded"}}]},
        "bot_unavailable",
    ),
    "streamed, cut off": ({**text("Well, this is it."), "drop_after": 3}, "bot_unavailable"),
    "streamed, cut off before a word": ({**text("Fine."), "drop_after": 0}, "bot_unavailable"),
    "comments": (sse(": ping", "DATA", ": ping", "data: [DONE]"), "Fine."),
    "event names and ids": (sse("event: message\nid: 7\nDATA", "data: [DONE]"), "Fine."),
    "twice the end": (sse("DATA", "data: [DONE]", "data: [DONE]"), "Fine."),
    "no end": (sse("DATA"), "Fine."),
    "null as a chunk": (sse("data: null", "DATA", "data: [DONE]"), "Fine."),
    "a chunk that is no JSON": (sse("DATA", "data: {oops", "data: [DONE]"), "bot_unavailable"),
}


@pytest.mark.parametrize("oddity", ODD)
async def test_each_odd_answer_has_its_end(fake: FakeModel, agent: Agent, oddity: str) -> None:
    step, end = ODD[oddity]
    streamed = bool({"chunks", "sse", "drop_after", "streamed"} & step.keys())
    fake.script(step, *[one()] * (end == "repaired"), *[text("")] * (end == "no_answer"))
    shown: list[str] = []

    result = await Runner.run(agent, "refund please", on_text=shown.append if streamed else None)

    match result.status:
        case "handoff":
            assert end in ("handoff", "repaired")
            assert (result.handoff_target, result.reason) == (BILLING, "a refund")
        case "fallback":
            assert end == result.reason
        case _:
            assert end == result.text
    assert len(fake.requests) == (2 if end in ("repaired", "no_answer") else 1)
    if streamed:
        kept = " ".join(item.text for item in result.new_items if isinstance(item, AssistantMessage))
        assert "".join(shown).strip() == kept


async def test_an_emoji_cut_in_half_is_put_together(fake: FakeModel, agent: Agent) -> None:
    halves = [chunk({"content": "Done \ud83d"}), chunk({"content": "\ude00 and \udc00 done"})]
    fake.script({"chunks": halves})

    result = await Runner.run(agent, "hello", on_text=lambda shown: None)

    assert result.text == "Done 😀 and \ufffd done"
