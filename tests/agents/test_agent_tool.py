"""An agent as a tool: the parent keeps the conversation, and a crash inside repeats nothing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import (
    Agent,
    Begin,
    Budget,
    MemoryJournal,
    MemorySessions,
    Runner,
    TeamTarget,
    ToolContext,
    function_tool,
    handoff,
)
from bot.agents.models.openai import OpenAIModel
from bot.agents.redact import redacted
from tests.agents.test_run_journal import CutJournal, PowerCut
from tests.fakes.model import FakeModel, call, calls, status, text

pytestmark = pytest.mark.anyio


def parent_of(inner: Agent, model: OpenAIModel, **more: Any) -> Agent:
    return Agent("writer", model, tools=[inner.as_tool(name="research", description="Find facts")], **more)


async def test_the_parent_keeps_the_conversation_and_the_inner_agent_reads_only_the_call(
    fake: FakeModel, model: OpenAIModel
) -> None:
    """A17, A18: isolated context, the answer goes back to the parent, which speaks."""
    inner = Agent("researcher", model, "You find facts.")
    fake.script(call("research", input="How long is the warranty?"), text("Two years."), text("It is two years."))

    result = await Runner.run(parent_of(inner, model), "Warranty? My name is Jane.")

    assert (result.text, result.last_agent.name, result.handoff_chain) == ("It is two years.", "writer", ["writer"])
    assert [message["content"] for message in fake.requests[1]["messages"]] == [
        "You find facts.",
        "How long is the warranty?",
    ]
    assert fake.requests[2]["messages"][-1]["content"] == "Two years."
    offered = fake.requests[0]["tools"][0]["function"]
    assert (offered["name"], offered["description"]) == ("research", "Find facts")
    assert list(offered["parameters"]["properties"]) == ["input"]


async def test_name_and_description_come_from_the_agent(model: OpenAIModel) -> None:
    tool = Agent("Fact Finder", model, handoff_description="Knows our products").as_tool()

    assert (tool.name, tool.description) == ("Fact_Finder", "Knows our products")


async def test_handoffs_between_agents_stay_inside(fake: FakeModel, model: OpenAIModel) -> None:
    expert = Agent("expert", model)
    inner = Agent("researcher", model, handoffs=[expert])
    fake.script(
        call("research", input="warranty?"),
        call("transfer_to_expert", reason="knows it"),
        text("Two years."),
        text("It is two years."),
    )

    result = await Runner.run(parent_of(inner, model), "Warranty?")

    assert (result.text, result.handoffs, result.handoff_chain) == ("It is two years.", [], ["writer"])


async def test_what_the_runner_is_told_holds_inside_too(fake: FakeModel, model: OpenAIModel) -> None:
    """Its model, its redactors and its session, which the parent's run has already."""
    seen: list[str | None] = []

    @function_tool
    def look(what: str, tool: ToolContext) -> str:
        seen.extend((tool.session_id, tool.context))
        return "jane@example.com"

    parent = Agent("writer", tools=[Agent("researcher", tools=[look]).as_tool(name="research")])
    runner = Runner(model=model, redactors=[redacted], sessions=MemorySessions())
    fake.script(call("research", input="who?"), call("look", what="x"), text("Jane."), text("It is Jane."))

    result = await runner.run(parent, "who?", session_id="s-1", context="mine")

    assert (result.text, seen) == ("It is Jane.", ["s-1", "mine"])
    assert fake.requests[2]["messages"][-1]["content"] == "[email]"


async def test_people_inside_are_a_tool_error_that_names_the_way_out(fake: FakeModel, model: OpenAIModel) -> None:
    inner = Agent("researcher", model, handoffs=[TeamTarget("legal")])
    fake.script(
        call("research", input="may we?"), call("transfer_to_legal", reason="a contract"), text("I cannot say.")
    )

    result = await Runner.run(parent_of(inner, model), "May we?")

    told = fake.requests[2]["messages"][-1]["content"]
    assert "would hand the conversation to legal (a contract)" in told
    assert "transfer the conversation yourself" in told
    assert (result.status, result.text) == ("final", "I cannot say.")


async def test_what_the_inner_agent_did_before_it_gave_up_is_told(fake: FakeModel, model: OpenAIModel) -> None:
    @function_tool(effect=True)
    def refund(invoice: int) -> str:
        return "refunded"

    inner = Agent("researcher", model, tools=[refund], handoffs=[TeamTarget("legal")])
    fake.script(
        call("research", input="may we?"),
        call("refund", invoice=7),
        call("transfer_to_legal", reason="a contract"),
        text("It is refunded, but I cannot say."),
    )

    await Runner.run(parent_of(inner, model), "May we?")

    assert "Before that it called refund." in fake.requests[3]["messages"][-1]["content"]


async def test_an_inner_agent_that_fails_does_not_end_the_conversation(fake: FakeModel, model: OpenAIModel) -> None:
    inner = Agent("researcher", model)
    fake.script(call("research", input="warranty?"), status(500), text("I do not know."))

    result = await Runner.run(parent_of(inner, model), "Warranty?")

    assert (result.status, result.text) == ("final", "I do not know.")
    assert "bot_unavailable" in fake.requests[2]["messages"][-1]["content"]


async def test_what_the_inner_run_uses_counts_for_the_parent(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 11: usage and budget; the replayed run arrives at the same sum."""
    budget = Budget(money=1.0, prices={"scripted": (1_000.0, 2_000.0)})
    parent = parent_of(Agent("researcher", model), model, budget=budget)
    journal = MemoryJournal()
    fake.script(call("research", input="warranty?"), text("Two years."), text("It is two years."))
    first = await Runner.run(parent, "Warranty?", journal=journal)

    second = await Runner.run(parent, "Warranty?", journal=journal)

    for result in (first, second):
        assert (result.usage.input_tokens, result.usage.output_tokens, result.usage.model_calls) == (30, 15, 3)
        assert result.state.spent.tokens == 45
        assert result.state.spent.money == pytest.approx(0.06)
    assert len(fake.requests) == 3


async def test_a_budget_that_runs_out_inside_ends_the_parents_run(fake: FakeModel, model: OpenAIModel) -> None:
    inner = Agent("researcher", model)
    fake.script(call("research", input="warranty?"), text("Two years."))

    result = await Runner.run(parent_of(inner, model), "Warranty?", budget=Budget(model_calls=2))

    assert (result.status, result.reason) == ("fallback", "budget")
    assert result.usage.model_calls == 2


STORY = [
    call("research", input="refund 7"),
    call("transfer_to_cashier", reason="pays"),
    calls(call("refund", invoice=7), words="One moment."),
    text("Refunded."),
    text("It is refunded."),
]


def refunding(model: OpenAIModel, done: list[str], *, idempotent: bool = True) -> Agent:
    @function_tool(effect=True, idempotent=idempotent)
    def refund(invoice: int, tool: ToolContext) -> str:
        """Refund an invoice."""
        done.append(tool.key)
        return f"refunded {invoice}"

    def note(ctx: Any) -> None:
        done.append("handed over")

    cashier = Agent("cashier", model, tools=[refund])
    return parent_of(Agent("researcher", model, handoffs=[handoff(cashier, on_handoff=note)]), model)


@pytest.mark.parametrize("writes", range(10))
async def test_cut_off_before_any_write_inside_nothing_happens_twice(
    fake: FakeModel, model: OpenAIModel, writes: int
) -> None:
    """Answers are not paid for again, the hook runs at most once, and an idempotent effect keeps its key."""
    done: list[str] = []
    agent = refunding(model, done)
    entries: list[dict[str, Any]] = []
    fake.script(*STORY)
    with pytest.raises(PowerCut):
        await Runner.run(agent, "refund please", journal=CutJournal(entries, writes))

    answered = sum("answer" in (entry["kind"], entry.get("entry", {}).get("kind")) for entry in entries)
    fake.reset()
    fake.script(*STORY[answered:])
    result = await Runner.run(agent, "refund please", journal=CutJournal(entries, 99))

    assert (result.status, result.text, result.usage.model_calls) == ("final", "It is refunded.", 5)
    assert done.count("handed over") == 1
    assert len(set(done)) == 2


async def test_an_effect_inside_whose_end_is_unknown_is_for_a_person_to_look_at(
    fake: FakeModel, model: OpenAIModel
) -> None:
    done: list[str] = []
    agent = refunding(model, done, idempotent=False)
    entries: list[dict[str, Any]] = []
    fake.script(*STORY)
    with pytest.raises(PowerCut):
        await Runner.run(agent, "refund please", journal=CutJournal(entries, 6))
    fake.reset()

    result = await Runner.run(agent, "refund please", journal=CutJournal(entries, 99))

    assert (result.status, result.reason) == ("fallback", "outcome_unknown")
    assert len(done) == 2


class StumblingJournal(MemoryJournal):
    """A journal that refuses one write and takes the next."""

    def __init__(self, refused: int) -> None:
        super().__init__()
        self._refused = refused

    def _stumble(self) -> None:
        if len(self.entries) == self._refused:
            self._refused = -1
            raise PowerCut

    async def append(self, entry: dict[str, Any]) -> None:
        self._stumble()
        await super().append(entry)

    async def begin(self, tool_name: str, call_id: str, idempotent: bool) -> Begin:
        self._stumble()
        return await super().begin(tool_name, call_id, idempotent)


@pytest.mark.parametrize("refused", range(1, 9))
async def test_a_journal_that_fails_inside_ends_the_parents_run_too(
    fake: FakeModel, model: OpenAIModel, refused: int
) -> None:
    """It must not pass for a tool that failed: whoever else has the conversation would not be noticed."""
    fake.otherwise(*STORY)

    with pytest.raises(PowerCut):
        await Runner.run(refunding(model, []), "refund please", journal=StumblingJournal(refused))


async def test_agents_that_are_each_others_tools_end_somewhere(fake: FakeModel, model: OpenAIModel) -> None:
    agent = Agent("researcher", model)
    agent.tools = [agent.as_tool(name="research")]
    asks = [call("research", input="deeper") for _ in range(5)]
    fake.script(*asks, *(text("Enough.") for _ in range(5)))

    result = await Runner.run(agent, "Dig.")

    assert (result.text, result.usage.model_calls) == ("Enough.", 10)
    assert "deep already" in fake.requests[5]["messages"][-1]["content"]
