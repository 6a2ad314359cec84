"""Filters: what the next agent reads, what it never reads, and that nothing stored is lost."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from bot.agents import (
    Agent,
    AssistantMessage,
    HandoffCall,
    HandoffConfig,
    HandoffInputData,
    HandoffOutput,
    Item,
    RunContext,
    Runner,
    ToolCall,
    ToolOutput,
    UserMessage,
    compose,
    drop_keys,
    function_tool,
    handoff,
    last_n_messages,
    redact_keys,
    redact_pii,
    remove_all_tools,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, calls, text

pytestmark = pytest.mark.anyio


class Claim(BaseModel):
    invoice: int
    ssn: str
    creditCard: str


HISTORY: list[Item] = [
    UserMessage("My ssn is 123-45-6789"),
    ToolCall("old", "look", '{"ssn": "123-45-6789", "invoice": 7}', "triage"),
    ToolOutput("old", "look", '[{"Credit-Card": "4111111111111111", "paid": true}]'),
    AssistantMessage("Thank you.", "triage"),
    UserMessage("refund please"),
]
TRANSFER = call("transfer_to_billing", reason="a refund", invoice=7, ssn="123-45-6789", creditCard="4111111111111111")


def read_by(fake: FakeModel, number: int = -1) -> list[dict[str, Any]]:
    """The messages of a request without the system's."""
    return [message for message in fake.requests[number]["messages"] if message["role"] != "system"]


def pair(model: OpenAIModel, **options: Any) -> Agent:
    billing = Agent("billing", model)
    return Agent("triage", model, handoffs=[handoff(billing, input_type=Claim, **options)])


async def test_without_a_filter_the_next_agent_reads_everything(fake: FakeModel, model: OpenAIModel) -> None:
    """H9, R8, R12, A8."""
    fake.script(TRANSFER, text("Refunded."))

    result = await Runner.run(pair(model), HISTORY)

    assert [message["role"] for message in read_by(fake)] == [
        *("user", "assistant", "tool", "assistant", "user", "assistant", "tool")
    ]
    assert result.state.history[:5] == HISTORY


async def test_a_filter_sees_the_real_history_and_the_call_that_triggered_it(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """H8, H11, D6, D9, D24, X7: the three parts, the flat input, and the context of the run."""
    seen: list[HandoffInputData] = []

    @function_tool
    def look(invoice: int) -> str:
        return "paid"

    async def watch(data: HandoffInputData) -> HandoffInputData:
        seen.append(data)
        return data

    triage = pair(model, input_filter=watch)
    triage.tools = [look]
    fake.script(call("look", invoice=7), calls(TRANSFER, words="A moment."), text("Refunded."))

    await Runner.run(triage, HISTORY, context={"tier": "gold"})

    (data,) = seen
    assert list(data.history) == HISTORY
    assert [type(item) for item in data.pre_handoff_items] == [ToolCall, ToolOutput]
    assert [type(item) for item in data.new_items] == [AssistantMessage, HandoffCall, HandoffOutput]
    assert data.all_items == (*data.history, *data.pre_handoff_items, *data.new_items)
    assert data.input == {"invoice": 7, "ssn": "123-45-6789", "creditCard": "4111111111111111"}
    assert data.run_context is not None
    assert data.run_context.context == {"tier": "gold"}


@pytest.mark.parametrize("one, mark", [(drop_keys("ssn", "credit_card"), None), (redact_keys("ssn", "credit_card"), 1)])
async def test_keys_are_taken_out_of_input_calls_and_outputs(
    fake: FakeModel, model: OpenAIModel, one: Any, mark: int | None
) -> None:
    """D11, D12: sensitive keys are deleted or become [REDACTED], wherever JSON has them, in any spelling."""
    fake.script(TRANSFER, text("Refunded."))

    result = await Runner.run(pair(model, input_filter=compose(one, last_n_messages(2))), HISTORY)

    arguments = json.loads(read_by(fake)[-2]["tool_calls"][0]["function"]["arguments"])
    hidden = {"ssn": "[REDACTED]", "creditCard": "[REDACTED]"} if mark else {}
    assert arguments == {"reason": "a refund", "invoice": 7, **hidden}
    assert result.handoffs[0].input == {"invoice": 7, "ssn": "123-45-6789", "creditCard": "4111111111111111"}
    fake.script(TRANSFER, text("Refunded."))
    await Runner.run(pair(model, input_filter=one), HISTORY)
    assert "4111" not in str(read_by(fake))
    assert ("[REDACTED]" in str(read_by(fake))) is bool(mark)


async def test_a_filter_that_changes_only_the_input_changes_what_is_read(fake: FakeModel, model: OpenAIModel) -> None:
    """D11, H12: the call shows the model's arguments, so they must follow."""

    def forget(data: HandoffInputData) -> HandoffInputData:
        assert data.input is not None
        return data.clone(input={key: value for key, value in data.input.items() if key == "invoice"})

    fake.script(TRANSFER, text("Refunded."))

    await Runner.run(pair(model, input_filter=forget), "refund please")

    assert json.loads(read_by(fake)[1]["tool_calls"][0]["function"]["arguments"]) == {
        "reason": "a refund",
        "invoice": 7,
    }
    assert "4111" not in str(fake.requests[1])


async def test_private_text_becomes_marks_everywhere(fake: FakeModel, model: OpenAIModel) -> None:
    """X7: words, arguments, outputs and the reason."""
    fake.script(
        call(
            "transfer_to_billing", reason="ana@example.com wants it", invoice=7, ssn="x", creditCard="4111111111111111"
        ),
        text("Refunded."),
    )

    await Runner.run(pair(model, input_filter=redact_pii), [UserMessage("I am ana@example.com"), *HISTORY])

    read = str(read_by(fake))
    assert "ana@example.com" not in read
    assert "4111" not in read
    assert "[email]" in read


async def test_tools_are_removed_from_the_view_and_stay_in_the_log(fake: FakeModel, model: OpenAIModel) -> None:
    """H10, RUNTIME 8: the pair that a session of another library loses for good."""
    fake.script(TRANSFER, text("Refunded."))

    result = await Runner.run(pair(model, input_filter=remove_all_tools), HISTORY)

    assert [message["role"] for message in read_by(fake)] == ["user", "assistant", "user"]
    assert len(result.handoff_items) == 2
    assert len(result.state.history) == len(HISTORY) + 3


@pytest.mark.parametrize(
    "n, roles",
    [
        (0, ["assistant", "tool"]),
        (1, ["user", "assistant", "tool"]),
        (2, ["assistant", "user", "assistant", "tool"]),
        (9, ["user", "assistant", "tool", "assistant", "user", "assistant", "tool"]),
    ],
)
async def test_older_messages_are_dropped(fake: FakeModel, model: OpenAIModel, n: int, roles: list[str]) -> None:
    """H10."""
    fake.script(TRANSFER, text("Refunded."))

    await Runner.run(pair(model, input_filter=last_n_messages(n)), HISTORY)

    assert [message["role"] for message in read_by(fake)] == roles
    with pytest.raises(ValueError, match="last -1"):
        last_n_messages(-1)


async def test_a_filter_for_all_handoffs_gives_way_to_the_handoffs_own(fake: FakeModel, model: OpenAIModel) -> None:
    """D24, D25: and the receiving agent's own filter comes after either."""

    def say(word: str) -> Any:
        return lambda data: data.clone(new_items=(*data.new_items, UserMessage(word)))

    fake.script(TRANSFER, text("1"), TRANSFER, text("2"), TRANSFER, text("3"))
    runner = Runner(handoff_input_filter=say("global"))
    receiver = Agent("billing", model, input_filter=say("receiver"))
    strict = Agent("triage", model, handoffs=[handoff(receiver, input_type=Claim, input_filter=say("own"))])

    await runner.run(pair(model), "refund please")
    await runner.run(pair(model, input_filter=say("own")), "refund please")
    await runner.run(strict, "refund please")

    words = [[m["content"] for m in read_by(fake, at) if m["role"] == "user"][1:] for at in (1, 3, 5)]
    assert words == [["global"], ["own"], ["own", "receiver"]]


async def test_a_filter_that_raises_shows_nothing(fake: FakeModel, model: OpenAIModel) -> None:
    """Fail closed: the target is not asked at all, and the hook before it has not run."""
    ran: list[str] = []

    def broken(data: HandoffInputData) -> HandoffInputData:
        raise KeyError("a secret of the customer")

    fake.script(TRANSFER)

    result = await Runner.run(
        pair(model, input_filter=broken, on_handoff=lambda ctx: ran.append("hook")), "refund please"
    )

    assert (result.status, result.reason, result.last_agent.name) == ("fallback", "no_answer", "triage")
    assert "broken" in result.detail
    assert "secret" not in result.detail
    assert (len(fake.requests), ran, result.handoffs) == (1, [], [])


async def test_a_filter_that_hangs_shows_nothing(fake: FakeModel, model: OpenAIModel) -> None:
    async def hang(data: HandoffInputData) -> HandoffInputData:
        await asyncio.Event().wait()
        return data

    fake.script(TRANSFER)

    result = await Runner.run(pair(model, input_filter=hang, hook_timeout_s=0.01), "refund please")

    assert (result.status, result.reason, len(fake.requests)) == ("fallback", "no_answer", 1)


async def test_a_filter_that_gives_something_else_shows_nothing(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(TRANSFER)

    result = await Runner.run(pair(model, input_filter=lambda data: None), "refund please")

    assert (result.status, result.reason, len(fake.requests)) == ("fallback", "no_answer", 1)


async def test_a_filter_that_breaks_a_pair_is_mended(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 8, probe 6: a call without its output is left out, and the list is one that providers accept."""

    def half(data: HandoffInputData) -> HandoffInputData:
        return data.clone(
            history=tuple(item for item in data.history if not isinstance(item, ToolOutput)),
            new_items=tuple(item for item in data.new_items if not isinstance(item, HandoffCall)),
        )

    fake.script(TRANSFER, text("Refunded."))

    result = await Runner.run(pair(model, input_filter=half), HISTORY)

    assert [message["role"] for message in read_by(fake)] == ["user", "assistant", "user"]
    assert result.status == "final"


async def test_the_agent_after_the_next_reads_everything_again(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 8: a view is undone for the next agent, and what each was shown is in the state."""
    supervisor = Agent("supervisor", model)
    billing = Agent("billing", model, handoffs=[supervisor])
    triage = Agent("triage", model, handoffs=[handoff(billing, input_filter=remove_all_tools)])
    fake.script(
        call("transfer_to_billing", reason="a refund"), call("transfer_to_supervisor", reason="too big"), text("Done.")
    )

    result = await Runner.run(triage, HISTORY)

    assert [view.agent for view in result.state.views] == ["billing", "supervisor"]
    assert [message["role"] for message in read_by(fake)] == [
        *("user", "assistant", "tool", "assistant", "user", "assistant", "tool", "assistant", "tool")
    ]


async def test_a_target_may_start_with_the_newest_message_alone(fake: FakeModel, model: OpenAIModel) -> None:
    """R8: without the messages it reads what the customer said last, and the handoff."""
    billing = Agent("billing", model)
    triage = Agent("triage", model, handoff=HandoffConfig([billing], carry_messages=False))
    fake.script(call("transfer_to_billing", reason="a refund"), text("Refunded."))

    await Runner.run(triage, HISTORY)

    assert [message["role"] for message in read_by(fake)] == ["user", "assistant", "tool"]
    assert read_by(fake)[0]["content"] == "refund please"


async def test_named_redactors_change_every_text_before_a_model_or_an_event_gets_it(
    fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    """RUNTIME 9: policy of the runner, not of a handoff; the log keeps the words."""
    runner = Runner(redactors=[lambda words: words.replace("canary", "[name]")])
    fake.script(call("transfer_to_billing", reason="canary wants money"), text("Refunded."))
    told: list[dict[str, Any]] = []
    billing = Agent("billing", model, context_provider=lambda items: "The canary has a plan.")
    triage = Agent("triage", model, handoffs=[billing])

    with caplog.at_level("INFO", logger="baton.agents"):
        result = await runner.run(
            triage, [UserMessage("I am canary", "canary")], on_event=lambda event: told.append(event.to_dict())
        )

    assert "[name]: I am [name]" in str(fake.requests)
    assert "canary" not in str(fake.requests)
    assert "canary" not in str(told)
    assert "canary" not in caplog.text
    assert result.state.history[0] == UserMessage("I am canary", "canary")


def test_filters_are_values_that_can_be_tried_by_hand() -> None:
    context = RunContext(None, "run", Agent("triage"))
    data = HandoffInputData(tuple(HISTORY), (), (), {"ssn": "1"}, context)

    assert drop_keys("ssn")(data).input == {}  # type: ignore[union-attr]
    assert replace(data, input=None).all_items == tuple(HISTORY)
