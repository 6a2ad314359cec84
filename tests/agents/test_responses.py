"""The Responses wire: the whole input each time, nothing kept on the server, and its own odd streams."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.agents import (
    Agent,
    AssistantMessage,
    HandoffCall,
    HandoffOutput,
    ModelRequest,
    ModelUnavailable,
    PersonMessage,
    Runner,
    TeamTarget,
    ToolCall,
    ToolOutput,
    UserMessage,
    view,
)
from bot.agents.items import Item
from bot.agents.models.openai import OpenAIModel
from bot.agents.models.profile import EndpointProfile
from bot.agents.models.responses import ResponsesModel, model_named
from bot.agents.tools import ToolSpec
from tests.agents.openapi import Description
from tests.fakes.model import FakeModel, call, text
from tests.fakes.model_answers import problem_with

pytestmark = pytest.mark.anyio

SPEC = Path(__file__).resolve().parents[3] / "shared" / "specs" / "openai" / "openapi.nodisc.json"
BILLING = TeamTarget("billing")
GOOD = json.dumps({"reason": "a refund"})
TOOL = ToolSpec("look", "Look it up.", {"type": "object", "properties": {}, "additionalProperties": False}, strict=True)
HISTORY: list[Item] = [
    UserMessage("balance?", "Ana"),
    AssistantMessage("One moment.", "triage"),
    ToolCall("c1", "look", "{}"),
    ToolCall("c2", "look", "{}"),
    ToolOutput("c1", "look", "12"),
    ToolOutput("c2", "look", "13"),
    HandoffCall("c3", "transfer_to_billing", GOOD, "triage", "billing", "agent", "a refund"),
    HandoffOutput("c3", "transfer_to_billing", "{}", "billing"),
    PersonMessage("It is on its way.", "Dana"),
    UserMessage("when?"),
]
REQUESTS = {
    "words": ModelRequest("triage", "", view([UserMessage("hello")])),
    "everything": ModelRequest("triage", "Be kind.", view(HISTORY), (TOOL,), "required"),
    "a named tool": ModelRequest("triage", "Be kind.", view(HISTORY), (TOOL,), "look"),
}


@pytest.fixture
async def model(fake: FakeModel) -> AsyncIterator[ResponsesModel]:
    client = ResponsesModel("scripted", base_url=fake.base_url, api_key="for-tests")
    yield client
    await client.aclose()


@pytest.fixture
def agent(model: ResponsesModel) -> Agent:
    return Agent("triage", model, handoffs=[BILLING])


@pytest.fixture(scope="session")
def published() -> Description:
    """OpenAI's own description of its API, which is not part of the project."""
    if not SPEC.is_file():
        if "shared" in os.environ.get("BATON_REQUIRE", ""):
            pytest.fail(f"BATON_REQUIRE asks for the shared specs, and {SPEC} is not there")
        pytest.skip(f"NOT MEASURED: OpenAI's description is not at {SPEC}")
    return Description(json.loads(SPEC.read_text()))


async def test_the_whole_conversation_goes_along_and_nothing_is_kept(fake: FakeModel, model: ResponsesModel) -> None:
    fake.script(text("Soon."))

    await model.answer(REQUESTS["everything"])

    body = fake.requests[0]
    assert (body["store"], body["parallel_tool_calls"], body["tool_choice"]) == (False, False, "required")
    assert body["instructions"] == "Be kind."
    assert body["tools"] == [
        {
            "type": "function",
            "name": "look",
            "description": "Look it up.",
            "parameters": TOOL.parameters,
            "strict": False,
        }
    ]
    assert body["input"] == [
        {"type": "message", "role": "user", "content": "Ana: balance?"},
        {"type": "message", "role": "assistant", "content": "One moment."},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
        {"type": "function_call", "call_id": "c2", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "12"},
        {"type": "function_call_output", "call_id": "c2", "output": "13"},
        {"type": "function_call", "call_id": "c3", "name": "transfer_to_billing", "arguments": GOOD},
        {"type": "function_call_output", "call_id": "c3", "output": "{}"},
        {"type": "message", "role": "user",
         "content": "[Dana, a person on our team, told the customer:] It is on its way."},
        {"type": "message", "role": "user", "content": "when?"},
    ]  # fmt: skip
    assert not {"previous_response_id", "conversation", "include"} & body.keys()


@pytest.mark.parametrize("kind", [OpenAIModel, ResponsesModel], ids=["chat", "responses"])
@pytest.mark.parametrize("name", REQUESTS)
async def test_what_is_sent_fits_the_published_description(
    fake: FakeModel, published: Description, kind: type[OpenAIModel], name: str
) -> None:
    profile = EndpointProfile(strict=True, responses=kind is ResponsesModel)
    model = kind("gpt-4o-mini", base_url=fake.base_url, api_key="x", profile=profile)
    fake.script(text("Soon."), text("Soon."))

    await model.answer(REQUESTS[name])
    _ = [piece async for piece in model.stream(REQUESTS[name])]

    schema = "CreateResponse" if kind is ResponsesModel else "CreateChatCompletionRequest"
    assert [published.problems(schema, body) for body in fake.requests] == [[], []]
    await model.aclose()


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ("CreateResponse", {"model": "m", "input": [{"type": "message", "role": "owner", "content": "x"}]}),
        ("CreateResponse", {"model": "m", "input": [{"type": "function_call", "call_id": "c1", "name": "look"}]}),
        ("CreateResponse", {"model": "m", "input": "x", "tools": [{"type": "function", "name": "look"}]}),
        ("CreateResponse", {"model": "m", "input": "x", "messages": []}),
        ("CreateChatCompletionRequest", {"model": "m", "messages": [{"role": "tool", "content": "x"}]}),
        ("CreateChatCompletionRequest", {"model": "m"}),
        ("CreateChatCompletionRequest", {"model": "m", "messages": [], "store": "no"}),
    ],
)
def test_the_description_refuses_what_is_wrong(published: Description, schema: str, body: dict[str, Any]) -> None:
    assert published.problems(schema, body)


@pytest.mark.parametrize(
    "wrong",
    [
        [{"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"}],
        [{"type": "function_call_output", "call_id": "c1", "output": "12"}],
        [{"type": "message", "role": "system", "content": "x"}],
        [{"type": "surprise"}],
    ],
    ids=["a call alone", "an output alone", "a role", "a kind"],
)
def test_the_scripted_server_takes_no_input_that_a_real_one_would_not(wrong: list[dict[str, Any]]) -> None:
    assert problem_with({"input": wrong, "store": False})
    assert problem_with({"input": [], "store": True})


async def test_a_tool_is_called_and_its_result_read(fake: FakeModel, model: ResponsesModel) -> None:
    """The server checks that the call goes back together with its output."""
    fake.script(call("transfer_to_billing", reason="a refund"), text("Refunded."))

    result = await Runner.run(Agent("triage", model, handoffs=[Agent("billing", model)]), "refund please")

    assert result.text == "Refunded."
    assert [item["type"] for item in fake.requests[1]["input"]] == ["message", "function_call", "function_call_output"]


def added(index: int, call_id: str | None = "c1", name: str = "transfer_to_billing", **more: Any) -> dict[str, Any]:
    item = {"type": "function_call", "id": f"fc_{index}", "call_id": call_id, "name": name, "arguments": "", **more}
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def arguments(index: int, piece: str) -> dict[str, Any]:
    return {"type": "response.function_call_arguments.delta", "output_index": index, "delta": piece}


def done(index: int, **more: Any) -> dict[str, Any]:
    return {**added(index, **more), "type": "response.output_item.done"}


def completed(*output: Any, **more: Any) -> dict[str, Any]:
    response = {"status": "completed", "output": list(output), "usage": {"input_tokens": 3, "output_tokens": 2}, **more}
    return {"type": "response.completed", "response": response}


THOUGHT = {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "secret"}]}
CALL = {"type": "function_call", "call_id": "c9", "name": "transfer_to_billing", "arguments": GOOD}
STREAMS = {
    "whole call in one event": [done(0, arguments=GOOD), completed()],
    "another id at the end": [added(0), arguments(0, GOOD), done(0, arguments=GOOD), completed(CALL)],
    "only the response at the end": [completed(THOUGHT, CALL)],
    "no end at all": [added(0), arguments(0, GOOD)],
    "arguments whole, no deltas": [
        added(0),
        {"type": "response.function_call_arguments.done", "output_index": 0, "arguments": GOOD},
    ],
    "no index": [
        {"type": "response.output_item.added", "item": {**CALL, "id": "fc_1", "arguments": ""}},
        {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": GOOD},
    ],
    "an index in one event, an id in the next": [
        added(0),
        {"type": "response.function_call_arguments.delta", "item_id": "fc_0", "delta": GOOD[:9]},
        {"type": "response.function_call_arguments.delta", "output_index": 0, "item_id": "other", "delta": GOOD[9:]},
        {**done(0, arguments=GOOD), "output_index": None},
    ],
    "a thought and unknown events before it": [
        {"type": "response.in_progress"},
        {"type": "response.output_item.added", "output_index": 0, "item": THOUGHT},
        {"type": "response.reasoning_summary_text.delta", "output_index": 0, "delta": "secret"},
        {"type": "response.output_item.done", "output_index": 0, "item": THOUGHT},
        {"type": "vendor.heartbeat"},
        {"type": "response.surprise", "output": None},
        added(1),
        arguments(1, GOOD[:5]),
        arguments(1, GOOD[5:]),
        done(1, arguments=GOOD),
        completed(THOUGHT, CALL),
    ],
    "no call_id but an id": [done(0, call_id=None, arguments=GOOD)],
    "the output null at the end": [done(0, arguments=GOOD), completed(), {**completed(), "response": {"output": None}}],
}


@pytest.mark.parametrize("oddity", STREAMS)
async def test_an_odd_stream_is_put_together(fake: FakeModel, agent: Agent, oddity: str) -> None:
    fake.script({"chunks": STREAMS[oddity]})

    result = await Runner.run(agent, "refund please", on_text=lambda shown: None)

    assert (result.status, result.handoff_target, result.reason) == ("handoff", BILLING, "a refund")
    assert len(result.new_items) == 2


async def test_two_calls_stay_two(fake: FakeModel, agent: Agent) -> None:
    """Interleaved, by index and by id."""
    second = {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": GOOD}
    fake.script(
        {"chunks": [added(0), added(1, "c2"), arguments(0, GOOD[:9]), second, arguments(0, GOOD[9:]), completed()]},
        call("transfer_to_billing", reason="a refund"),
    )

    result = await Runner.run(agent, "refund please", on_text=lambda shown: None)

    assert result.handoff_target == BILLING
    sent_back = [item for item in fake.requests[1]["input"] if item["type"] == "function_call"]
    assert [(item["call_id"], item["arguments"]) for item in sent_back] == [("c1", GOOD), ("c2", GOOD)]


SPOKEN = {
    "deltas, cut in an emoji": [
        {"type": "response.output_text.delta", "delta": "Done \ud83d"},
        {"type": "response.output_text.delta", "delta": "\ude00"},
    ],
    "the item alone": [
        {"type": "response.output_item.done", "output_index": 0,
         "item": {"type": "message", "content": [{"type": "output_text", "text": "Done 😀"}]}}
    ],
    "only at the end": [completed({"type": "message", "content": [{"type": "output_text", "text": "Done 😀"}]})],
}  # fmt: skip


@pytest.mark.parametrize("oddity", SPOKEN)
async def test_words_arrive_once_however_they_come(fake: FakeModel, agent: Agent, oddity: str) -> None:
    fake.script({"chunks": SPOKEN[oddity]})
    shown: list[str] = []

    result = await Runner.run(agent, "hello", on_text=shown.append)

    assert (result.text, "".join(shown)) == ("Done 😀", "Done 😀")


FAILURES: dict[str, dict[str, Any]] = {
    "failed": {"body": {"status": "failed", "output": [], "error": {"code": "server_error", "message": "no"}}},
    "failed without a word": {"body": {"status": "failed", "output": []}},
    "a chat completion": {"body": {"choices": [{"message": {"content": "hi"}}]}},
    "no output": {"body": {"status": "completed"}},
    "failed in the stream": {
        "chunks": [{"type": "response.failed", "response": {"status": "failed", "error": {"message": "no"}}}]
    },
    "an error event": {"chunks": [{"type": "error", "code": "x", "message": "no"}]},
    "chat chunks": {"chunks": [{"choices": [{"delta": {"content": "hi"}}]}]},
    "nothing": {"chunks": []},
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_what_is_no_response_counts_as_nobody_there(
    fake: FakeModel, model: ResponsesModel, failure: str
) -> None:  # fmt: skip
    fake.script(FAILURES[failure])

    with pytest.raises(ModelUnavailable):
        if "body" in FAILURES[failure]:
            await model.answer(REQUESTS["words"])
        else:
            _ = [piece async for piece in model.stream(REQUESTS["words"])]


async def test_what_was_cut_for_its_length_is_taken_as_it_is(fake: FakeModel, model: ResponsesModel) -> None:
    cut = {"type": "message", "content": [{"type": "output_text", "text": "It is"}]}
    fake.script({"body": {"status": "incomplete", "output": [cut], "incomplete_details": {"reason": "max_tokens"}}})

    answer = await model.answer(REQUESTS["words"])

    assert answer.text == "It is"


def test_a_name_says_which_wire() -> None:
    chat, responses = model_named("llama3:8b"), model_named("responses:gpt-4o-mini")

    assert (chat.name, chat.profile.responses) == ("llama3:8b", False)
    assert (responses.name, responses.profile.responses) == ("gpt-4o-mini", True)
