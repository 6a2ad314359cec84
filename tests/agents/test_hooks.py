"""What may happen before a target takes over: hooks, guardrails, edges; and what a refusal comes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from bot.agents import (
    Agent,
    Edge,
    EventBus,
    HandoffConfig,
    HandoffRefused,
    HandoffTarget,
    Item,
    MemoryJournal,
    RepairEvent,
    RunContext,
    Runner,
    TeamTarget,
    handoff,
)
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, text

pytestmark = pytest.mark.anyio

TRANSFER = call("transfer_to_billing", reason="a refund")
DESK = TeamTarget("desk")


def front(model: OpenAIModel, billing: Agent | None = None, **options: Any) -> Agent:
    return Agent("front", model, handoffs=[handoff(billing or Agent("billing", model), **options), DESK])


async def test_hooks_run_in_order_before_the_target_is_asked(fake: FakeModel, model: OpenAIModel) -> None:
    """R6, R25, D4: the handoff's hook, then those of the agent that takes over; functions and objects, sync and
    async."""
    order: list[str] = []

    class Audit:
        async def on_handoff(self, ctx: RunContext[Any], given: object) -> None:
            order.append(f"audit {ctx.agent.name} {len(fake.requests)}")

    billing = Agent("billing", model, hooks=[Audit(), lambda ctx: order.append("counter")])
    fake.script(TRANSFER, text("Refunded."))

    await Runner.run(front(model, billing, on_handoff=lambda ctx, given: order.append("own")), "refund please")

    assert order == ["own", "audit front 1", "counter"]


async def test_a_hook_may_change_what_goes_along(fake: FakeModel, model: OpenAIModel) -> None:
    """R25: modify behaviour; and a run that is played again knows it, although the hook does not run again."""

    def instructions(ctx: RunContext[Any], agent: Agent) -> str:
        return f"Tier: {ctx.session_state.get('tier')}"

    def look_up(ctx: RunContext[Any]) -> None:
        ctx.session_state["tier"] = "gold"

    journal = MemoryJournal()
    agent = front(model, Agent("billing", model, instructions), on_handoff=look_up)
    fake.script(TRANSFER, text("Refunded."))

    await Runner.run(agent, "refund please", journal=journal)
    again = await Runner.run(agent, "refund please", journal=journal)

    assert fake.requests[1]["messages"][0]["content"] == "Tier: gold"
    assert again.state.session_state == {"tier": "gold"}


async def test_a_hook_that_refuses_sends_the_reason_to_the_model(fake: FakeModel, model: OpenAIModel) -> None:
    """R25: validate. Nothing has changed hands, and a later agent does not read of it."""

    def closed(ctx: RunContext[Any]) -> None:
        raise HandoffRefused("Billing is closed on Sundays.")

    fake.script(TRANSFER, call("transfer_to_desk", reason="billing is closed"))

    result = await Runner.run(front(model, on_handoff=closed), "refund please")

    assert (result.handoff_target, result.handoff_chain) == (DESK, ["front"])
    assert [item.name for item in result.handoff_items] == ["transfer_to_desk"] * 2
    told = fake.requests[1]["messages"][-1]
    assert json.loads(told["content"]) == {"error": "Billing is closed on Sundays."}


async def test_refusals_are_repairs_and_come_to_an_end(fake: FakeModel, model: OpenAIModel) -> None:
    def closed(ctx: RunContext[Any]) -> None:
        raise HandoffRefused("closed")

    fake.script(TRANSFER, TRANSFER, TRANSFER)

    result = await Runner.run(front(model, on_handoff=closed), "refund please")

    assert (result.status, result.reason) == ("fallback", "no_answer")
    assert "closed" in result.detail


async def test_a_hook_that_breaks_does_not_stop_the_handoff(
    fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(ctx: RunContext[Any]) -> None:
        raise ConnectionError("the analytics are down")

    fake.script(TRANSFER, text("Refunded."))

    result = await Runner.run(front(model, on_handoff=broken), "refund please")

    assert result.handoff_chain == ["front", "billing"]
    assert "handoff.hook_failed to billing" in caplog.text


async def test_a_hook_that_hangs_is_given_up(
    fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang(ctx: RunContext[Any]) -> None:
        await asyncio.Event().wait()

    fake.script(TRANSFER, text("Refunded."))

    result = await Runner.run(front(model, on_handoff=hang, hook_timeout_s=0.01), "refund please")

    assert result.handoff_chain == ["front", "billing"]
    assert "no end within 0.01 s" in caplog.text


async def test_a_refusal_stands_when_the_run_is_played_again(fake: FakeModel, model: OpenAIModel) -> None:
    asked: list[str] = []

    def once(ctx: RunContext[Any]) -> None:
        asked.append("asked")
        raise HandoffRefused("closed")

    journal = MemoryJournal()
    agent = front(model, on_handoff=once)
    fake.script(TRANSFER, text("Come back on Monday."))

    first = await Runner.run(agent, "refund please", journal=journal)
    second = await Runner.run(agent, "refund please", journal=journal)

    assert (second, asked) == (first, ["asked"])


async def test_the_targets_guardrails_read_what_it_would_read(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 10: the view and not the history, and a refusal is a tool error with the reason."""
    read: list[list[str]] = []

    async def no_cards(ctx: RunContext[Any], items: Any) -> str | None:
        read.append([type(item).__name__ for item in items])
        return "There is a card number in it." if "4111" in str(items) else None

    billing = Agent("billing", model, input_guardrails=[no_cards])
    fake.script(TRANSFER, text("Please do not send card numbers."), TRANSFER, text("Refunded."))

    refused = await Runner.run(front(model, billing), "my card is 4111")
    allowed = await Runner.run(front(model, billing), "refund please")

    assert (refused.handoff_chain, allowed.handoff_chain) == (["front"], ["front", "billing"])
    assert read == [["UserMessage", "HandoffCall", "HandoffOutput"]] * 2
    assert "There is a card number in it." in fake.requests[1]["messages"][-1]["content"]


async def test_a_guardrail_of_the_first_agent_ends_the_run_before_any_model(
    fake: FakeModel, model: OpenAIModel
) -> None:
    def broken(ctx: RunContext[Any], items: Sequence[Item]) -> str | None:
        raise RuntimeError("the classifier is down")

    refused = await Runner.run(Agent("front", model, input_guardrails=[lambda ctx, items: "spam"]), "buy now")
    unsure = await Runner.run(Agent("front", model, input_guardrails=[broken]), "hello")

    assert (refused.status, refused.reason, unsure.reason) == ("fallback", "no_answer", "no_answer")
    assert "spam" in refused.detail
    assert fake.requests == []


async def test_a_run_that_was_let_in_goes_on_after_a_crash(fake: FakeModel, model: OpenAIModel) -> None:
    answers: list[str | None] = [None, "too many messages"]
    agent = Agent("front", model, input_guardrails=[lambda ctx, items: answers.pop(0)])
    journal = MemoryJournal()
    fake.script(text("Hello."))

    first = await Runner.run(agent, "hi", journal=journal)
    again = await Runner.run(agent, "hi", journal=journal)

    assert again == first


async def test_what_no_edge_allows_is_neither_offered_nor_made(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 10: the table is asked when a transfer is offered, and again when it is made."""
    open_now = [True, False]
    edges = [Edge("front", "desk"), Edge("front", "billing", lambda ctx: open_now.pop(0), "billing is closed")]
    closed = Runner(edges=edges[:1])
    closing = Runner(edges=edges)
    fake.script(text("Hello."), TRANSFER, text("Billing has just closed."))

    await closed.run(front(model), "hi")
    open_now.append(False)
    result = await closing.run(front(model), "refund please")

    offered = [[tool["function"]["name"] for tool in request["tools"]] for request in fake.requests]
    assert offered[0] == ["transfer_to_desk", "complete"]
    assert offered[1] == ["transfer_to_billing", "transfer_to_desk", "complete"]
    assert "front may not hand over to billing now: billing is closed" in fake.requests[2]["messages"][-1]["content"]
    assert result.handoff_chain == ["front"]


async def test_subscribers_hear_what_they_asked_for_and_harm_nothing(
    fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    """R21, R22, R31: by type, of a runner, of an agent, of one run; one raises, one hangs."""
    heard: list[str] = []
    bus = EventBus(limit_s=0.01)

    async def hang(event: Any) -> None:
        heard.append("hung")
        await asyncio.Event().wait()

    def broken(event: Any) -> None:
        heard.append("broke")
        raise RuntimeError("no")

    end = bus.subscribe("*", hang)
    bus.subscribe("handoff", broken)
    stop = bus.subscribe("handoff.transfer", lambda event: heard.append("never"))
    stop()
    stop()
    agent = front(model)
    agent.on("handoff.transfer", lambda event: heard.append(f"{event.from_agent} -> {event.to_agent}"))
    fake.script(TRANSFER, text("Refunded."))

    result = await Runner(hooks=bus).run(
        agent, "refund please", on_event=lambda event: heard.append(event.type) if event.type != "tool" else None
    )
    end()

    assert result.text == "Refunded."
    assert heard == [
        *("broke", "hung", "handoff", "front -> billing", "handoff.transfer"),
        *("text_delta", "handoff.complete", "finished"),
    ]
    assert "subscriber.failed at handoff" in caplog.text


async def test_the_hook_of_a_config_target_is_one_of_them(fake: FakeModel, model: OpenAIModel) -> None:
    """R6, and H6: a target in the config may refuse like any other."""

    def closed(ctx: RunContext[Any], given: object) -> None:
        raise HandoffRefused

    config = HandoffConfig([HandoffTarget(Agent("billing", model), None, closed)])
    events: list[Any] = []
    fake.script(TRANSFER, text("Sorry."))

    await Runner.run(Agent("front", model, handoff=config), "refund please", on_event=events.append)

    assert [event.problem for event in events if isinstance(event, RepairEvent)] == ["The handoff was refused."]


async def test_a_switch_an_edge_or_instructions_that_break_are_closed(fake: FakeModel, model: OpenAIModel) -> None:
    """What cannot say yes has not said it; and the run does not die of it."""

    def broken(*args: Any) -> Any:
        raise ConnectionError("the feature flags are down")

    fake.script(text("Hello."), text("Hello."))

    await Runner.run(Agent("front", model, handoffs=[handoff(DESK, is_enabled=broken)], can_complete=False), "hi")
    edges = [Edge("*", "*", broken)]
    await Runner(edges=edges).run(Agent("front", model, handoffs=[DESK], can_complete=False), "hi")
    mute = await Runner.run(Agent("front", model, broken), "hi")

    assert ["tools" in request for request in fake.requests] == [False, False]
    assert (mute.status, mute.reason) == ("fallback", "bot_unavailable")
    assert "the instructions of front failed" in mute.detail
