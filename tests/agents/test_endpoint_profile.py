"""What an endpoint does not know is learned from its refusal, at the cost of one more request and of no customer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.agents import ModelRejected, ModelRequest, UserMessage, view
from bot.agents.models.base import ModelAnswer
from bot.agents.models.openai import OpenAIModel
from bot.agents.models.profile import EndpointProfile, without_refused
from bot.agents.models.responses import ResponsesModel
from bot.agents.tools import ToolSpec
from tests.fakes.model import FakeModel, call, status, text

pytestmark = pytest.mark.anyio

TOOL = ToolSpec("look", "Look it up.", {"type": "object", "properties": {}}, strict=True)
ASK = ModelRequest("triage", "Be kind.", view([UserMessage("hello")]), (TOOL,), "required")
PARTS = ["strict", "tool_choice", "parallel_tool_calls", "stream_options"]
EVERYTHING = EndpointProfile(strict=True)

# What such servers say: OpenAI, an older OpenAI, a pydantic body check (vLLM, Mistral), a proto body check (Gemini).
WORDINGS: dict[str, tuple[int, Any]] = {
    "param": (400, {"error": {"message": "Unsupported parameter", "param": "tools[0].%s", "code": "x"}}),
    "message": (400, {"error": {"message": "Unrecognized request argument supplied: %s"}}),
    "pydantic": (
        422,
        {"detail": [{"type": "extra_forbidden", "loc": ["body", "%s"], "msg": "Extra inputs are not permitted"}]},
    ),
    "proto": (
        400,
        [{"error": {"code": 400, "message": 'Invalid JSON payload. Unknown name "%s": Cannot find field.'}}],
    ),
    "text": (400, "%s is not supported by this server"),
    "unnamed": (400, {"error": {"message": "Extra inputs are not permitted"}}),
}


@pytest.fixture
async def model(fake: FakeModel) -> AsyncIterator[OpenAIModel]:
    client = OpenAIModel("m", base_url=fake.base_url, api_key="x", profile=EVERYTHING)
    yield client
    await client.aclose()


def filled(body: Any, part: str) -> Any:
    if isinstance(body, dict):
        return {key: filled(value, part) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, part) for value in body]
    return body.replace("%s", part) if isinstance(body, str) else body


async def ask(model: OpenAIModel, *, streamed: bool = True) -> ModelAnswer:
    if not streamed:
        return await model.answer(ASK)
    *_, whole = [piece async for piece in model.stream(ASK)]
    assert isinstance(whole, ModelAnswer)
    return whole


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_is_refused_is_left_out_from_then_on(
    fake: FakeModel, model: OpenAIModel, part: str, wording: str
) -> None:
    code, body = WORDINGS[wording]
    fake.refuse(part, code, filled(body, part))
    fake.otherwise(text("Fine."))

    first = await ask(model)
    asked_first = len(fake.requests)
    second = await ask(model)

    assert (first.text, second.text) == ("Fine.", "Fine.")
    assert not getattr(model.profile, part)
    assert len(fake.requests) == asked_first + 1
    if wording != "unnamed":
        assert asked_first == 2
        assert [name for name in PARTS if not getattr(model.profile, name)] == [part]


async def test_an_endpoint_that_knows_none_of_them_answers_too(fake: FakeModel, model: OpenAIModel) -> None:
    for part in PARTS:
        fake.refuse(part)
    fake.script(text("Fine."))

    answer = await ask(model)

    assert answer.text == "Fine."
    assert model.profile == EndpointProfile(False, False, False, False, False)


async def test_a_whole_answer_learns_the_same(fake: FakeModel, model: OpenAIModel) -> None:
    fake.refuse("tool_choice")
    fake.script(text("Fine."))

    await ask(model, streamed=False)

    assert model.profile == EndpointProfile(strict=True, tool_choice=False)


async def test_a_schema_that_strict_mode_does_not_take_is_sent_without_it(fake: FakeModel, model: OpenAIModel) -> None:
    refusal = "Invalid schema for function 'look': In context=(), 'additionalProperties' is required to be supplied."
    fake.refuse("strict", 400, {"error": {"message": refusal, "param": "tools[0].function.parameters"}})
    fake.script(call("look"))

    answer = await ask(model)

    assert [made.name for made in answer.calls] == ["look"]
    assert not model.profile.strict


@pytest.mark.parametrize(
    "refusal",
    ["This model's maximum context length is 8192 tokens", "Invalid value for messages", "Unknown model: m"],
)
async def test_another_refusal_is_told_at_once_and_teaches_nothing(
    fake: FakeModel, model: OpenAIModel, refusal: str
) -> None:
    fake.script(status(400, refusal))

    with pytest.raises(ModelRejected):
        await ask(model)

    assert (len(fake.requests), model.profile) == (1, EVERYTHING)


async def test_what_did_not_help_is_not_remembered(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(status(400, "tool_choice must name a tool of this request"), status(400, "and it is too long"))

    with pytest.raises(ModelRejected, match="too long"):
        await ask(model)

    assert model.profile == EVERYTHING


async def test_what_somebody_configured_is_not_ours_to_leave_out(fake: FakeModel) -> None:
    model = OpenAIModel("m", base_url=fake.base_url, extra_body={"temperature": 0.2})
    fake.script(status(400, "Unsupported parameter: 'temperature' is not supported with this model."))

    with pytest.raises(ModelRejected, match="temperature"):
        await ask(model)

    assert len(fake.requests) == 1
    await model.aclose()


async def test_an_endpoint_without_responses_is_asked_over_chat_completions(fake: FakeModel) -> None:
    model = ResponsesModel("m", base_url=fake.base_url)
    fake.refuse("responses")
    fake.otherwise(text("Fine."))

    answers = [await ask(model), await ask(model, streamed=False)]

    assert [answer.text for answer in answers] == ["Fine.", "Fine."]
    assert not model.profile.responses
    assert all("messages" in body for body in fake.requests)
    await model.aclose()


async def test_an_unknown_model_is_not_taken_for_an_unknown_path(fake: FakeModel) -> None:
    model = ResponsesModel("m", base_url=fake.base_url)
    fake.script(status(404, "The model 'm' does not exist"))

    with pytest.raises(ModelRejected, match="does not exist"):
        await ask(model)

    assert model.profile.responses
    await model.aclose()


async def test_a_probe_asks_once_and_says_what_was_taken(fake: FakeModel, model: OpenAIModel) -> None:
    fake.refuse("parallel_tool_calls")
    fake.script(call("ping"))

    profile = await model.probe()

    assert profile == model.profile == EndpointProfile(strict=True, parallel_tool_calls=False)
    accepted = fake.requests[-1]
    assert {"stream_options", "tool_choice"} <= accepted.keys()
    assert accepted["tools"][0]["function"]["strict"] is True


def test_a_part_that_was_not_sent_is_not_what_was_refused() -> None:
    assert without_refused(EVERYTHING, {"messages": []}, 400, "tool_choice is not supported") is None
    assert without_refused(EVERYTHING, {"tool_choice": "required"}, 500, "tool_choice is not supported") is None
