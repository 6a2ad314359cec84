"""Several models for one agent: who answers, within which time, and what is left when none can be reached."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.agent_runtime import Runtime
from bot.agents import Agent, ModelRequest, ModelUnavailable, Runner, TeamTarget, UserMessage, view
from bot.agents.models.base import ModelAnswer, RawCall
from bot.agents.models.fallback import FallbackModel, LastResort
from bot.agents.models.openai import OpenAIModel
from bot.config_file import load
from handlers.values import RunRequest
from routing.conversation import Actor, Conversation, HeldByAgent, Run
from routing.effects import Line
from routing.events import AgentFailed, AgentReplied
from tests.fakes.model import FakeModel, status, text

pytestmark = pytest.mark.anyio

ASK = ModelRequest("triage", "", view([UserMessage("hello")]))


class Speaker:
    """A model of one answer that needs no network."""

    def __init__(self, name: str, answer: ModelAnswer | Exception) -> None:
        self._name = name
        self._answer = answer

    @property
    def name(self) -> str:
        return self._name

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        yield await self.answer(request)


class Waiter(Speaker):
    """One that would have to wait, and notes how long it might have; `takes_s` of the clock pass."""

    waits = True

    def __init__(self, name: str, clock: list[float], takes_s: float) -> None:
        super().__init__(name, ModelUnavailable("too slow"))
        self.given_s: list[float | None] = []
        self._clock = clock
        self._takes_s = takes_s

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.given_s.append(request.within_s)
        self._clock[0] += self._takes_s
        return await super().answer(request)


@pytest.fixture
async def away() -> AsyncIterator[OpenAIModel]:
    model = OpenAIModel("away", base_url="http://127.0.0.1:9/v1", api_key="x")
    yield model
    await model.aclose()


async def whole(model: FallbackModel, streamed: bool) -> ModelAnswer:
    if not streamed:
        return await model.answer(ASK)
    *_, last = [piece async for piece in model.stream(ASK)]
    assert isinstance(last, ModelAnswer)
    return last


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_models_are_asked_in_order_and_their_last_errors_kept(
    fake: FakeModel, model: OpenAIModel, away: OpenAIModel, streamed: bool
) -> None:
    both = FallbackModel([away, model])
    fake.script(text("Hello."), status(401, "no key"))

    answer = await whole(both, streamed)
    errors_then = both.last_errors
    with pytest.raises(ModelUnavailable, match=r"away: .*; scripted: status 401"):
        await whole(both, streamed)

    assert answer.text == "Hello."
    assert list(errors_then) == ["away"]
    assert list(both.last_errors) == ["away", "scripted"]


async def test_a_stream_that_has_begun_is_not_taken_over(fake: FakeModel, model: OpenAIModel) -> None:
    second = Speaker("second", ModelAnswer("Another voice."))
    fake.script({**text("one two three"), "drop_after": 3})
    stream = FallbackModel([model, second]).stream(ASK)

    said = [await anext(stream), await anext(stream)]
    with pytest.raises(ModelUnavailable):
        await anext(stream)

    assert said == ["one", " two"]


async def test_one_deadline_holds_for_all_models_and_all_calls_of_a_turn() -> None:
    """20 and 5 seconds pass in every call that is made."""
    clock = [0.0]
    slow, slower = Waiter("slow", clock, 20), Waiter("slower", clock, 5)
    local = Speaker("local", ModelAnswer("Quoted."))
    models = FallbackModel([slow, local, slower], deadline=40, clock=lambda: clock[0])
    both = FallbackModel([slow, slower, local], deadline=40, clock=lambda: clock[0])

    await both.answer(ASK)
    await both.answer(ASK)
    late = await both.answer(ASK)
    with_time_up = await models.answer(ASK)

    assert slow.given_s == [20, 7.5]
    assert slower.given_s == [20]
    assert late.text == with_time_up.text == "Quoted."
    assert both.last_errors["slower"] == "no time was left to ask it"


async def test_a_model_that_hangs_leaves_time_for_the_next(fake: FakeModel) -> None:
    first = OpenAIModel("hangs", base_url=fake.base_url, api_key="x")
    second = OpenAIModel("answers", base_url=fake.base_url, api_key="x")
    now_s = 100.0
    models = FallbackModel([first, second], deadline=now_s + 4, clock=lambda: now_s)
    fake.script({"hang": True}, text("Hello."))

    answer = await models.answer(ASK)

    assert answer.text == "Hello."
    assert models.last_errors == {"hangs": "no answer within 2 s"}
    await first.aclose()
    await second.aclose()


SURE = {
    "a quotation": (ModelAnswer("Refunds take 5 days.", verbatim=True), ("final", "Refunds take 5 days.")),
    "a handoff": (
        ModelAnswer(calls=(RawCall("c1", "transfer_to_billing", json.dumps({"reason": "asked for a person"})),)),
        ("handoff", ""),
    ),
    "words of its own": (ModelAnswer("I am not sure I can answer that myself."), ("fallback", "")),
    "giving up": (ModelAnswer(cause="failed_answers"), ("fallback", "")),
}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("how", SURE)
async def test_the_last_resort_says_only_what_is_sure(away: OpenAIModel, how: str, streamed: bool) -> None:
    answer, (ended, said) = SURE[how]
    agent = Agent("triage", [away, LastResort(Speaker("local", answer))], handoffs=[TeamTarget("billing")])

    result = await Runner.run(agent, "refund please", on_text=(lambda shown: None) if streamed else None)

    assert (result.status, result.text) == (ended, said)
    if ended == "fallback":
        assert result.reason == "bot_unavailable"
        assert "away: " in result.detail and "local: it has no sure answer" in result.detail


# ---- in the runtime --------------------------------------------------------------------------------------------------

CONFIG = """\
version: 1
defaults: {locale: en, agent: triage, team: general, model: %s, agent_timeout: 1s}
agents:
  triage: {instructions: Answer what you know., handoffs: [team:general]}
people: {ana: {name: Ana Duarte}}
teams: {general: {members: [ana], channel: "#desk"}}
routes: [{name: default, to: team:general}]
answers:
  - {name: invoices, examples: ["where is my invoice", "where can I find my invoices"],
     text: "Invoices are under Account > Billing."}
"""


class Journal:
    """A run journal for as long as a test."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []

    async def recorded(self) -> list[dict[str, Any]]:
        return self._entries

    async def append(self, entry: Mapping[str, Any]) -> None:
        self._entries.append(dict(entry))

    async def begin(self, call_id: str) -> Literal["begun", "again", "refused"]:
        return "begun"


@pytest.fixture
async def runtime(fake: FakeModel) -> AsyncIterator[Runtime]:
    made = Runtime(base_url=fake.base_url, api_key="x")
    yield made
    await made.aclose()


def asked(folder: Path, text: str, *, models: str = "scripted", step: int = 0) -> RunRequest:
    path = folder / "config.yaml"
    path.write_text(CONFIG % models)
    policy = load(path)
    run = Run(turn=1, agent="triage", upto=1, epoch=1, started_ms=5, step=step)
    line = Line(1, Actor("customer", "mia"), text, "public", 5, seq=1)
    conversation = Conversation("c-1", "console", "T1", "mia", 5, HeldByAgent("triage"), 1, policy.version, run=run)
    return RunRequest(conversation, (line,), policy, people_allowed=True)


DOWN = {"breaks": status(500), "refuses": status(400, "no such model"), "hangs": {"hang": True}}


@pytest.mark.parametrize("how", DOWN)
async def test_without_a_model_the_administrators_answers_are_given(
    fake: FakeModel, runtime: Runtime, tmp_path: Path, how: str
) -> None:
    fake.script(DOWN[how])

    report = await runtime.run(asked(tmp_path, "where is my invoice"), Journal())

    assert isinstance(report, AgentReplied)
    assert report.text == "Invoices are under Account > Billing."


@pytest.mark.parametrize("how", DOWN)
async def test_without_a_model_and_without_an_answer_people_are_called(
    fake: FakeModel, runtime: Runtime, tmp_path: Path, how: str
) -> None:
    """T30"""
    fake.script(DOWN[how])

    report = await runtime.run(asked(tmp_path, "my parcel smells of smoke"), Journal())

    assert isinstance(report, AgentFailed)
    assert report.reason == "bot_unavailable"
    assert "scripted: " in report.detail and "local: it has no sure answer" in report.detail


async def test_a_declared_local_model_speaks_as_it_always_does(
    fake: FakeModel, runtime: Runtime, tmp_path: Path
) -> None:  # fmt: skip
    fake.script(status(500))

    report = await runtime.run(asked(tmp_path, "my parcel smells of smoke", models="[scripted, local]"), Journal())

    assert isinstance(report, AgentReplied)
    assert "person" in report.text


async def test_the_agents_of_one_turn_share_its_time(fake: FakeModel, runtime: Runtime, tmp_path: Path) -> None:
    """The first agent's model used it up; the next agent's is not asked."""
    fake.script({"hang": True})

    first = await runtime.run(asked(tmp_path, "my parcel smells of smoke"), Journal())
    second = await runtime.run(asked(tmp_path, "my parcel smells of smoke", step=1), Journal())

    assert isinstance(first, AgentFailed) and "no answer within" in first.detail
    assert isinstance(second, AgentFailed) and "no time was left" in second.detail


async def test_a_model_is_known_by_name_whatever_else_changes(
    fake: FakeModel, runtime: Runtime, tmp_path: Path
) -> None:  # fmt: skip
    """What its endpoint refuses is learned once."""
    fake.refuse("parallel_tool_calls")
    fake.otherwise(text("Hello."))

    for models in ("scripted", "[scripted, local]", "[responses:scripted, scripted]", "responses:scripted"):
        report = await runtime.run(asked(tmp_path, "hello", models=models), Journal())
        assert isinstance(report, AgentReplied)

    over_chat = [body for body in fake.requests if "messages" in body]
    over_responses = [body for body in fake.requests if "input" in body]
    assert ["parallel_tool_calls" in body for body in over_chat] == [True, False, False]
    assert ["parallel_tool_calls" in body for body in over_responses] == [True, False, False]
