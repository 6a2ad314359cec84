"""A run that is cut off anywhere and started again arrives at the same end, and no effect happens twice."""

from __future__ import annotations

import asyncio
from typing import Any

import msgpack
import pytest

from bot.agents import Agent, Begin, MemoryJournal, Runner, TeamTarget, ToolContext, function_tool, handoff
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, calls, text

pytestmark = pytest.mark.anyio


class PowerCut(Exception):
    """The process is gone."""


class CutJournal(MemoryJournal):
    """A journal whose process dies instead of making its nth write."""

    def __init__(self, entries: list[dict[str, Any]], writes: int) -> None:
        super().__init__()
        self.entries = entries
        self._left = writes

    def _count(self) -> None:
        if self._left == 0:
            raise PowerCut
        self._left -= 1

    async def append(self, entry: dict[str, Any]) -> None:
        self._count()
        await super().append(msgpack.unpackb(msgpack.packb(entry)))

    async def begin(self, tool_name: str, call_id: str, idempotent: bool) -> Begin:
        self._count()
        return await super().begin(tool_name, call_id, idempotent)


def refunding(model: OpenAIModel, done: list[str], *, idempotent: bool) -> Agent:
    @function_tool(effect=True, idempotent=idempotent)
    def refund(invoice: int, tool: ToolContext) -> str:
        """Refund an invoice."""
        done.append(tool.key)
        return f"refunded {invoice}"

    def note(context: Any, given: Any) -> None:
        done.append("handed over")

    billing = Agent("billing", model, tools=[refund], handoffs=[TeamTarget("desk")])
    return Agent("triage", model, handoffs=[handoff(billing, on_handoff=note)])


STORY = [
    call("transfer_to_billing", reason="a refund"),
    calls(call("refund", invoice=7), words="One moment."),
    call("transfer_to_desk", reason="to confirm"),
]


@pytest.mark.parametrize("writes", range(7))
async def test_cut_off_before_any_write_the_run_ends_the_same(fake: FakeModel, model: OpenAIModel, writes: int) -> None:
    """Answers, effects and handoffs that were written are found again; an idempotent effect keeps its key."""
    done: list[str] = []
    agent = refunding(model, done, idempotent=True)
    entries: list[dict[str, Any]] = []
    with pytest.raises(PowerCut):
        fake.script(*STORY)
        await Runner.run(agent, "refund please", journal=CutJournal(entries, writes))

    answered = sum(entry["kind"] == "answer" for entry in entries)
    fake.reset()
    fake.script(*STORY[answered:])
    result = await Runner.run(agent, "refund please", journal=CutJournal(entries, 99))

    assert (result.status, result.handoff_target) == ("handoff", TeamTarget("desk"))
    assert result.handoff_chain == ["triage", "billing"]
    assert len(set(done)) == 2
    assert done.count("handed over") == 1
    assert [type(item).__name__ for item in result.new_items] == [
        *("HandoffCall", "HandoffOutput", "AssistantMessage", "ToolCall", "ToolOutput", "HandoffCall", "HandoffOutput")
    ]


async def test_a_finished_run_is_played_again_without_a_model(fake: FakeModel, model: OpenAIModel) -> None:
    done: list[str] = []
    agent = refunding(model, done, idempotent=False)
    journal = MemoryJournal()
    fake.script(*STORY)
    first = await Runner.run(agent, "refund please", journal=journal)
    asked, written = len(fake.requests), len(journal.entries)

    second = await Runner.run(agent, "refund please", journal=journal)

    assert second == first
    assert len(journal.entries) == written
    assert (len(fake.requests), len(done)) == (asked, 2)


async def test_an_effect_whose_end_is_unknown_is_not_made_again(fake: FakeModel, model: OpenAIModel) -> None:
    """ENGINE 5: begun without done, and not idempotent: a person must look."""
    done: list[str] = []
    agent = refunding(model, done, idempotent=False)
    entries: list[dict[str, Any]] = []
    fake.script(*STORY)
    with pytest.raises(PowerCut):
        await Runner.run(agent, "refund please", journal=CutJournal(entries, 5))
    fake.reset()

    result = await Runner.run(agent, "refund please", journal=CutJournal(entries, 99))

    assert (result.status, result.reason, result.text) == ("fallback", "outcome_unknown", "One moment.")
    assert "refund" in result.detail
    assert len(done) == 2


async def test_an_effect_that_breaks_off_is_of_unknown_outcome(fake: FakeModel, model: OpenAIModel) -> None:
    @function_tool(effect=True)
    def refund(invoice: int) -> str:
        raise ConnectionError("half way")

    agent = Agent("billing", model, tools=[refund])
    fake.script(call("refund", invoice=7))

    result = await Runner.run(agent, "refund please")

    assert (result.status, result.reason) == ("fallback", "outcome_unknown")


async def test_a_begun_effect_is_finished_although_the_run_is_cancelled(fake: FakeModel, model: OpenAIModel) -> None:
    """ENGINE 5: cancellation acts between calls."""
    began, go_on = asyncio.Event(), asyncio.Event()

    @function_tool(effect=True)
    async def refund(invoice: int) -> str:
        began.set()
        await go_on.wait()
        return "refunded"

    journal = MemoryJournal()
    agent = Agent("billing", model, tools=[refund])
    fake.script(call("refund", invoice=7))
    run = asyncio.ensure_future(Runner.run(agent, "refund please", journal=journal))
    await began.wait()

    run.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await run

    assert [entry["kind"] for entry in journal.entries] == ["answer", "begun", "tool"]
    assert journal.entries[-1]["output"] == "refunded"


async def test_a_handoff_that_was_made_stands_although_it_is_no_longer_offered(
    fake: FakeModel, model: OpenAIModel
) -> None:
    offered = True
    desk = handoff(TeamTarget("desk"), is_enabled=lambda context, agent: offered)
    agent = Agent("triage", model, handoffs=[desk])
    journal = MemoryJournal()
    fake.script(call("transfer_to_desk", reason="a refund"))
    first = await Runner.run(agent, "refund please", journal=journal)

    offered = False
    second = await Runner.run(agent, "refund please", journal=journal)

    assert second == first


async def test_whatever_an_odd_server_sends_can_be_written_down(fake: FakeModel, model: OpenAIModel) -> None:
    entries: list[dict[str, Any]] = []
    agent = Agent("triage", model, handoffs=[TeamTarget("desk")])
    fake.script({"tool_calls": [{"name": "transfer_to_desk", "arguments": {"huge": 10**40}}]}, text("Hello."))

    first = await Runner.run(agent, "hello", journal=CutJournal(entries, 99))
    second = await Runner.run(agent, "hello", journal=CutJournal(entries, 99))

    assert (first.text, second.text) == ("Hello.", "Hello.")


async def test_a_renamed_agent_makes_the_old_answers_useless(fake: FakeModel, model: OpenAIModel) -> None:
    journal = MemoryJournal()
    fake.script(text("I am the old one."), text("I am the new one."))
    await Runner.run(Agent("old", model), "hello", journal=journal)

    result = await Runner.run(Agent("new", model), "hello", journal=journal)

    assert result.text == "I am the new one."
