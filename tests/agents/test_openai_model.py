"""What goes over the wire to a compatible endpoint, and how its failures are sorted."""

from __future__ import annotations

import pytest

from bot.agents import (
    AssistantMessage,
    ModelRejected,
    ModelRequest,
    ModelUnavailable,
    ToolCall,
    ToolOutput,
    UserMessage,
    view,
)
from bot.agents.models.base import ModelAnswer
from bot.agents.models.openai import OpenAIModel
from bot.agents.tools import ToolSpec
from tests.fakes.model import FakeModel, Step, call, status, text

pytestmark = pytest.mark.anyio

ASK = ModelRequest("triage", "Be kind.", view([UserMessage("hello")]))
TOOL = ToolSpec("look", "Look it up.", {"type": "object", "properties": {}}, strict=True)


async def streamed(model: OpenAIModel, request: ModelRequest = ASK) -> list[str | ModelAnswer]:
    return [piece async for piece in model.stream(request)]


async def test_words_and_calls_of_one_answer_are_one_message(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(text("Fine."))
    history = [
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
        tool_choice=False,
        stream_usage=False,
        parallel_tool_calls=None,
        extra_body={"temperature": 0},
    )
    full = OpenAIModel("m", base_url=fake.base_url, strict=True)
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


async def test_a_tool_can_be_forced_by_name(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(call("look"))

    answer = await model.answer(ModelRequest("triage", "", ASK.items, (TOOL,), "look"))

    assert fake.requests[0]["tool_choice"] == {"type": "function", "function": {"name": "look"}}
    assert [made.name for made in answer.calls] == ["look"]


async def test_a_stream_gives_words_and_then_the_whole_answer(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(text("How can I help?"))

    *words, whole = await streamed(model)

    assert words == ["How", " can", " I", " help?"]
    assert isinstance(whole, ModelAnswer)
    assert (whole.text, whole.usage.input_tokens, whole.model) == ("How can I help?", 10, "scripted")


@pytest.mark.parametrize(
    "step", [status(500), status(503), status(429), status(401), {"drop": True}, {"garbage": "<html>"}], ids=str
)
async def test_who_cannot_be_reached_is_unavailable_and_asked_once(
    fake: FakeModel, model: OpenAIModel, step: Step
) -> None:
    fake.script(step, step)

    with pytest.raises(ModelUnavailable):
        await model.answer(ASK)
    with pytest.raises(ModelUnavailable):
        await streamed(model)

    assert len(fake.requests) == 2


@pytest.mark.parametrize("code", [400, 404, 422])
async def test_who_refuses_has_rejected_the_request(fake: FakeModel, model: OpenAIModel, code: int) -> None:
    fake.script(status(code, "context too long"), status(code))

    with pytest.raises(ModelRejected, match="context too long"):
        await model.answer(ASK)
    with pytest.raises(ModelRejected):
        await streamed(model)


@pytest.mark.parametrize(
    "step", [{"hang": True}, {**text("one two three"), "chunk_delay_s": 60}], ids=["silent", "slow"]
)
async def test_the_time_out_covers_the_whole_answer(fake: FakeModel, step: Step) -> None:
    hasty = OpenAIModel("m", base_url=fake.base_url, timeout_s=0.05)
    fake.script(step)

    with pytest.raises(ModelUnavailable, match=r"0\.05 s"):
        await streamed(hasty)

    await hasty.aclose()


async def test_a_closed_port_is_unavailable_and_no_key_is_needed() -> None:
    nobody = OpenAIModel("m", base_url="http://127.0.0.1:9/v1")

    with pytest.raises(ModelUnavailable):
        await nobody.answer(ASK)

    await nobody.aclose()
