"""One event model: the same events in the same order, for a run, a stream and whoever subscribed."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from bot.agents import (
    Agent,
    ChainEvent,
    EventBus,
    Finished,
    HandoffEvent,
    MemoryJournal,
    PersonTarget,
    Runner,
    TeamTarget,
    TransferEvent,
    handoff_result,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, Step, call, text

pytestmark = pytest.mark.anyio

STORY: list[Step] = [
    call("transfer_to_TechSupport", reason="a broken screen"),
    call("transfer_to_HardwareExpert", reason="the cable"),
    text("Hello. Please turn it off."),
]


def router(model: OpenAIModel) -> Agent:
    expert = Agent("HardwareExpert", model)
    support = Agent("TechSupport", model, handoffs=[expert])
    return Agent("MainRouter", model, handoffs=[support, PersonTarget("Swapnil")])


async def test_run_stream_and_subscription_tell_the_same(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 17, A19-A22, D22, R21, R22, R31: each transfer once and before the target's first word."""
    bus = EventBus()
    heard: list[list[Any]] = [[], [], []]
    bus.subscribe("*", heard[0].append)
    fake.script(*STORY, *STORY, *STORY)

    await Runner(hooks=bus).run(router(model), "help", run_id="r1", on_text=lambda words: None)
    await Runner.run(router(model), "help", run_id="r1", on_text=lambda words: None, on_event=heard[1].append)
    async for event in Runner.stream(router(model), "help", run_id="r1"):
        heard[2].append(event)

    told = [[event.to_dict() for event in events] for events in heard]
    assert told[0] == told[1] == told[2]
    assert [event["type"] for event in told[0]] == [
        *("handoff", "handoff.transfer", "handoff", "handoff.transfer"),
        *("text_delta", "text_delta", "handoff.complete", "finished"),
    ]
    assert told[0][0]["from"] == "MainRouter"
    assert told[0][0]["to"] == "TechSupport"
    assert told[0][3] == {
        "type": "handoff.transfer", "run_id": "r1", "from_agent": "TechSupport", "to_agent": "HardwareExpert",
        "reason": "the cable",
    }  # fmt: skip
    chain = ("MainRouter", "TechSupport", "HardwareExpert")
    assert heard[0][6] == ChainEvent("r1", chain, "HardwareExpert")
    assert json.loads(json.dumps(told[0]))[-1]["handoff_chain"] == list(chain)


async def test_a_stream_knows_its_result_when_it_has_ended(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(text("Hello there."))
    stream = router(model).stream("hi")

    with pytest.raises(RuntimeError, match="has not ended"):
        _ = stream.result
    events = [event async for event in stream]

    assert isinstance(events[-1], Finished)
    assert stream.result is events[-1].result
    assert [type(event).__name__ for event in events] == ["TextDelta", "Finished"]


async def test_a_run_without_transfers_tells_of_none(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(text("Hello."))
    heard: list[str] = []

    await Runner.run(router(model), "hi", on_event=lambda event: heard.append(event.type))

    assert heard == ["text_delta", "finished"]


async def test_played_again_after_a_crash_the_events_are_the_same(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 17: who reads again from the start misses and doubles nothing; the log tells of each handoff once."""
    journal = MemoryJournal()
    fake.script(*STORY)
    first = [event async for event in Runner.stream(router(model), "help", journal=journal)]

    second = [event async for event in Runner.stream(router(model), "help", journal=journal)]

    kinds = (HandoffEvent, TransferEvent, ChainEvent)
    assert [event for event in first if isinstance(event, kinds)] == [e for e in second if isinstance(e, kinds)]
    assert len(fake.requests) == 3


async def test_the_reason_is_logged_once(fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture) -> None:
    """M13, A11, A28."""
    journal = MemoryJournal()
    fake.script(call("transfer_to_Swapnil", reason="billing issue"))

    with caplog.at_level(logging.INFO, logger="baton.agents"):
        await Runner.run(router(model), "I need to speak with Swapnil about my billing issue", journal=journal)
        await Runner.run(router(model), "I need to speak with Swapnil about my billing issue", journal=journal)

    assert caplog.messages == ["Handing off to Swapnil because billing issue"]


async def test_callers_over_http_get_success_and_a_message(fake: FakeModel, model: OpenAIModel) -> None:
    """M11, M14, M23, X3: the target is taken from the customer's words."""
    fake.script(call("transfer_to_Swapnil", reason="billing issue"), *STORY, text("No need."), call("nonsense"))
    agent = router(model)

    handed = await Runner.run(agent, "I need to speak with Swapnil about my billing issue")
    inside = await Runner.run(agent, "my screen is broken")
    answered = await Runner.run(agent, "hi")
    agent.repairs = 0
    failed = await Runner.run(agent, "hi")

    assert handoff_result(handed) == {"success": True, "message": "Conversation handed off to Swapnil"}
    assert handoff_result(inside) == {"success": True, "message": "Conversation handed off to HardwareExpert"}
    assert handoff_result(answered) == {"success": False, "message": "No need."}
    assert handoff_result(failed) == {"success": False, "message": "Conversation not handed off"}


async def test_the_end_of_a_run_that_went_to_people_names_the_last_agent(fake: FakeModel, model: OpenAIModel) -> None:
    """R22: people are not in the chain."""
    agent = Agent("front", model, handoffs=[TeamTarget("desk")])
    fake.script(call("transfer_to_desk", reason="angry"))

    events = [event async for event in Runner.stream(agent, "a person!")]

    assert [event.type for event in events] == ["handoff", "handoff.transfer", "handoff.complete", "finished"]
    assert isinstance(events[2], ChainEvent)
    assert (events[2].chain, events[2].final_agent) == (("front",), "front")
