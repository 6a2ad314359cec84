"""What goes over either wire to a compatible endpoint, and how its failures are sorted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.agents import (
    Agent,
    AssistantMessage,
    ModelRejected,
    ModelRequest,
    ModelUnavailable,
    Runner,
    ToolCall,
    ToolOutput,
    UserMessage,
    view,
)
from bot.agents.items import Item
from bot.agents.models.base import ModelAnswer
from bot.agents.models.openai import OpenAIModel
from bot.agents.models.profile import EndpointProfile
from bot.agents.models.responses import ResponsesModel
from bot.agents.tools import ToolSpec
from tests.fakes.model import FakeModel, Step, call, calls, status, text

pytestmark = pytest.mark.anyio

ASK = ModelRequest("triage", "Be kind.", view([UserMessage("hello")]))
TOOL = ToolSpec("look", "Look it up.", {"type": "object", "properties": {}}, strict=True)


KINDS = pytest.mark.parametrize("kind", [OpenAIModel, ResponsesModel], ids=["chat", "responses"])


@pytest.fixture(params=[OpenAIModel, ResponsesModel], ids=["chat", "responses"])
async def either(fake: FakeModel, request: pytest.FixtureRequest) -> AsyncIterator[OpenAIModel]:
    client: OpenAIModel = request.param("scripted", base_url=fake.base_url, api_key="for-tests")
    yield client
    await client.aclose()


async def streamed(model: OpenAIModel, request: ModelRequest = ASK) -> list[str | ModelAnswer]:
    return [piece async for piece in model.stream(request)]


async def test_words_and_calls_of_one_answer_are_one_message(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(text("Fine."))
    history: list[Item] = [
        UserMessage("balance?", "Ana"),
        AssistantMessage("One moment.", "triage"),
        ToolCall("c1", "look", "{}"),
        ToolCall("c2", "look", "{}"),
        ToolOutput("c1", "look", "12"),
        ToolOutput("c2", "look", "13"),
    ]

    await model.answer(ModelRequest("triage", "", view(history), (TOOL,)))

    function = {"name": "look", "arguments": "{}"}
    assert fake.requests[0]["messages"] == [
        {"role": "user", "content": "Ana: balance?"},
        {
            "role": "assistant",
            "content": "One moment.",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": function},
                {"id": "c2", "type": "function", "function": function},
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "12"},
        {"role": "tool", "tool_call_id": "c2", "content": "13"},
    ]


async def test_what_an_endpoint_does_not_know_is_left_out(fake: FakeModel) -> None:
    plain = OpenAIModel(
        "m",
        base_url=fake.base_url,
        profile=EndpointProfile(tool_choice=False, stream_options=False, parallel_tool_calls=False),
        extra_body={"temperature": 0},
    )
    full = OpenAIModel("m", base_url=fake.base_url, profile=EndpointProfile(strict=True))
    fake.otherwise(text("Fine."))
    request = ModelRequest("triage", "", view([UserMessage("hello")]), (TOOL,), "required")

    for endpoint in (plain, full):
        await streamed(endpoint, request)
        await endpoint.aclose()

    bare, rich = fake.requests
    assert sorted(bare) == ["messages", "model", "stream", "temperature", "tools"]
    assert "strict" not in bare["tools"][0]["function"]
    assert (rich["tool_choice"], rich["parallel_tool_calls"], rich["stream_options"]) == (
        "required",
        False,
        {"include_usage": True},
    )
    assert rich["tools"][0]["function"]["strict"] is True


async def test_a_tool_can_be_forced_by_name(fake: FakeModel, either: OpenAIModel) -> None:
    fake.script(call("look"))

    answer = await either.answer(ModelRequest("triage", "", ASK.items, (TOOL,), "look"))

    chosen = fake.requests[0]["tool_choice"]
    assert chosen["type"] == "function"
    assert chosen.get("function", chosen)["name"] == "look"
    assert [(made.name, made.arguments) for made in answer.calls] == [("look", "{}")]
    assert answer.calls[0].id


async def test_a_stream_gives_words_and_then_the_whole_answer(fake: FakeModel, either: OpenAIModel) -> None:
    fake.script(text("How can I help?"))

    *words, whole = await streamed(either)

    assert words == ["How", " can", " I", " help?"]
    assert isinstance(whole, ModelAnswer)
    assert (whole.text, whole.usage.input_tokens, whole.model) == ("How can I help?", 10, "scripted")


@pytest.mark.parametrize(
    "step", [status(500), status(503), status(429), status(401), {"drop": True}, {"garbage": "<html>"}], ids=str
)
async def test_who_cannot_be_reached_is_unavailable_and_asked_once(
    fake: FakeModel, either: OpenAIModel, step: Step
) -> None:
    fake.script(step, step)

    with pytest.raises(ModelUnavailable):
        await either.answer(ASK)
    with pytest.raises(ModelUnavailable):
        await streamed(either)

    assert len(fake.requests) == 2


@pytest.mark.parametrize("code", [400, 404, 422])
async def test_who_refuses_has_rejected_the_request(fake: FakeModel, either: OpenAIModel, code: int) -> None:
    fake.script(status(code, "too long for this model"), status(code, "too long for this model"))

    with pytest.raises(ModelRejected, match="too long"):
        await either.answer(ASK)
    with pytest.raises(ModelRejected):
        await streamed(either)


@pytest.mark.parametrize(
    "step", [{"hang": True}, {**text("one two three"), "chunk_delay_s": 60}], ids=["silent", "slow"]
)
async def test_the_time_out_covers_the_whole_answer(fake: FakeModel, either: OpenAIModel, step: Step) -> None:
    """Half a second: on a busy machine the request takes a tenth of one to arrive, and it must."""
    fake.script(step)

    with pytest.raises(ModelUnavailable, match=r"0\.5 s"):
        await streamed(either, replace(ASK, within_s=0.5))


async def test_without_another_limit_the_model_has_its_own(fake: FakeModel) -> None:
    hasty = OpenAIModel("m", base_url=fake.base_url, timeout_s=0.5)
    fake.script({"hang": True})

    with pytest.raises(ModelUnavailable, match=r"0\.5 s"):
        await hasty.answer(ASK)

    await hasty.aclose()


@KINDS
async def test_a_closed_port_is_unavailable_and_no_key_is_needed(kind: type[OpenAIModel]) -> None:
    nobody = kind("m", base_url="http://127.0.0.1:9/v1")

    with pytest.raises(ModelUnavailable):
        await nobody.answer(ASK)

    await nobody.aclose()


async def test_the_same_is_asked_and_answered_over_both(fake: FakeModel, either: OpenAIModel) -> None:
    """A handoff, streamed, and the answer of the next agent that reads it."""
    billing = Agent("billing", either, "You know invoices.")
    triage = Agent("triage", either, handoffs=[billing])
    fake.script(calls(call("transfer_to_billing", reason="an invoice"), words="One moment."), text("It is paid."))

    result = await Runner.run(triage, "is it paid?", on_text=lambda shown: None)

    assert (result.status, result.text, result.handoff_chain) == ("final", "It is paid.", ["triage", "billing"])
    assert (result.usage.input_tokens, result.usage.output_tokens, result.usage.model_calls) == (20, 10, 2)


async def test_an_id_that_the_next_provider_would_not_take_is_shortened(fake: FakeModel, either: OpenAIModel) -> None:
    """OpenAI takes 40 characters; others give more. Two long ids stay two."""
    ids = ["x" * 60 + "1", "x" * 60 + "2", "a.b:c"]
    history = [item for one in ids for item in (ToolCall(one, "look", "{}"), ToolOutput(one, "look", "12"))]
    fake.script(text("Fine."))

    await either.answer(ModelRequest("triage", "", view([UserMessage("hello"), *history]), (TOOL,)))

    said = fake.requests[0].get("messages") or fake.requests[0]["input"]
    called = [item.get("call_id") or item["tool_calls"][0]["id"] for item in said if item.get("tool_calls")
              or item.get("type") == "function_call"]  # fmt: skip
    answered = [item.get("call_id") or item["tool_call_id"] for item in said if item.get("role") == "tool"
                or item.get("type") == "function_call_output"]  # fmt: skip
    assert called == answered and len(set(called)) == 3
    assert all(len(one) <= 40 and ":" not in one for one in called)
