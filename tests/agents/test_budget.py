"""A budget holds over all agents and runs of a conversation, and running out of it is an answer and not an error."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.agents import Agent, MemoryJournal, Runner, RunState, TeamTarget, function_tool
from bot.agents.budget import Budget, Meter, Spent, cost, over, soft
from bot.agents.models.base import ModelAnswer, Usage
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, text

# The scripted model counts 10 tokens in and 5 out at each answer, and calls itself "scripted".
PRICES = {"scripted": (1_000.0, 2_000.0)}


def test_what_was_spent_adds_up_and_survives_storage() -> None:
    spent = Spent(tokens=10, money=0.5, hops=1, wall_time_s=2.0, model_calls=1) + Spent(tokens=5, model_calls=1)

    assert spent == Spent(15, 0.5, 1, 2.0, 2)
    assert Spent.from_dict(spent.to_dict()) == spent
    assert Spent.from_dict({}) == Spent()
    with pytest.raises(ValueError, match="tokns"):
        Spent.from_dict({"tokns": 1})


@pytest.mark.parametrize(
    "limits, spent, reason",
    [
        ({"tokens": 10}, Spent(tokens=9), None),
        ({"tokens": 10}, Spent(tokens=10), "10 of 10 tokens are spent"),
        ({"money": 0.5, "prices": PRICES}, Spent(money=0.75), "0.75 of 0.5 money are spent"),
        ({"wall_time_s": 60}, Spent(wall_time_s=60.0), "60 of 60 wall_time_s are spent"),
        ({"model_calls": 2}, Spent(model_calls=2), "2 of 2 model_calls are spent"),
        ({"hops": 1}, Spent(hops=1), None),
        ({"hops": 1}, Spent(hops=2), "2 of 1 hops are spent"),
        ({}, Spent(10**9, 1e9, 10**9, 1e9, 10**9), None),
    ],
)
def test_the_limit_that_is_reached_is_named(limits: dict[str, Any], spent: Spent, reason: str | None) -> None:
    assert over(Budget(**limits), spent) == reason


def test_the_soft_limit_is_a_part_of_each_limit() -> None:
    budget = Budget(tokens=100, hops=1, soft=0.5)

    assert soft(budget, Spent(tokens=49, hops=1)) is None
    assert soft(budget, Spent(tokens=50)) == "50 of 100 tokens are spent"


def test_a_price_is_found_by_the_longest_name_that_begins_the_models() -> None:
    prices = {"gpt-4o": (2.5, 10.0), "gpt-4o-mini": (0.15, 0.6)}

    assert cost(prices, "gpt-4o-mini-2024-07-18", Usage(1_000_000, 1_000_000)) == pytest.approx(0.75)
    assert cost(prices, "gpt-4o", Usage(1_000_000, 0)) == pytest.approx(2.5)
    assert cost(prices, "local", Usage(1_000_000, 0)) == 0.0


@pytest.mark.parametrize("wrong", [{"tokens": -1}, {"soft": 0.0}, {"soft": 1.5}, {"money": 1.0}])
def test_a_budget_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"cannot be|soft|prices"):
        Budget(**wrong)


def test_wall_time_comes_from_the_clock_and_adds_to_what_was_before() -> None:
    now = 100.0
    meter = Meter(Budget(wall_time_s=60), Spent(wall_time_s=30.0), lambda: now)

    now = 129.0
    assert meter.exceeded() is None
    now = 130.0
    assert meter.exceeded() == "60 of 60 wall_time_s are spent"
    assert meter.spent == Spent(wall_time_s=60.0)


def test_the_soft_limit_is_said_once_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    meter = Meter(Budget(tokens=100))
    with caplog.at_level(logging.INFO, "baton.agents"):
        assert not meter.is_tight()
        meter.answered(ModelAnswer(usage=Usage(80, 5, 1)))
        assert meter.is_tight()
        assert meter.is_tight()

    assert [record.getMessage() for record in caplog.records] == ["budget.soft_limit 85 of 100 tokens are spent"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "limits", [{"tokens": 30}, {"money": 0.04, "prices": PRICES}, {"model_calls": 2}], ids=["tokens", "money", "calls"]
)
async def test_a_run_that_has_spent_its_budget_ends_before_the_next_model_call(
    fake: FakeModel, model: OpenAIModel, limits: dict[str, Any]
) -> None:
    """RUNTIME 11: not an exception but the fallback, with the reason and the figures in the detail."""

    @function_tool
    def look(page: int) -> str:
        return f"page {page} is empty"

    fake.script(call("look", page=1), call("look", page=2))

    result = await Runner.run(Agent("reader", model, tools=[look]), "look it up", budget=Budget(**limits))

    assert (result.status, result.reason) == ("fallback", "budget")
    assert "are spent" in result.detail
    assert len(fake.requests) == 2


@pytest.mark.anyio
async def test_what_earlier_runs_spent_counts_and_survives_a_restart(fake: FakeModel, model: OpenAIModel) -> None:
    """RUNTIME 11: per conversation, over turns and agents."""
    agent = Agent("reader", model, budget=Budget(model_calls=2))
    fake.script(text("One."), text("Two."))
    first = await Runner.run(agent, "one")
    second = await Runner.run(agent, "two", state=RunState.from_dict(first.state.to_dict(), agents=agent))

    third = await Runner.run(agent, "three", state=RunState.from_dict(second.state.to_dict(), agents=agent))

    assert (second.text, second.state.spent.model_calls, second.state.spent.tokens) == ("Two.", 2, 30)
    assert (third.reason, third.state.spent.model_calls) == ("budget", 2)


@pytest.mark.anyio
async def test_a_hop_too_many_is_not_made_but_people_can_still_be_reached(fake: FakeModel, model: OpenAIModel) -> None:
    c = Agent("c", model)
    b = Agent("b", model, handoffs=[c, TeamTarget("people")])
    a = Agent("a", model, handoffs=[b])
    fake.script(call("transfer_to_b", reason="x"), call("transfer_to_c", reason="x"))
    stopped = await Runner.run(a, "help", budget=Budget(hops=1))

    fake.script(call("transfer_to_b", reason="x"), call("transfer_to_people", reason="x"))
    reached = await Runner.run(a, "help", budget=Budget(hops=1))

    assert (stopped.reason, stopped.handoff_chain) == ("budget", ["a", "b"])
    assert (reached.status, reached.handoff_target) == ("handoff", TeamTarget("people"))


@pytest.mark.anyio
async def test_the_time_of_a_run_is_counted_by_its_clock(fake: FakeModel, model: OpenAIModel) -> None:
    now = 0.0

    @function_tool
    def dig(deep: int) -> str:
        nonlocal now
        now += 40.0
        return "nothing"

    meter = Meter(Budget(wall_time_s=60), Spent(wall_time_s=25.0), lambda: now)
    fake.script(call("dig", deep=1))

    result = await Runner.run(Agent("digger", model, tools=[dig]), "dig", meter=meter)

    assert (result.reason, result.detail) == ("budget", "65 of 60 wall_time_s are spent")


@pytest.mark.anyio
async def test_beyond_the_soft_limit_the_last_model_speaks(fake: FakeModel, model: OpenAIModel) -> None:
    """The large model answers until 80 % are gone, from then on the cheap one does."""
    small = OpenAIModel("small", base_url=fake.base_url, api_key="for-tests")

    @function_tool
    def look(page: int) -> str:
        return f"page {page} is empty"

    agent = Agent("reader", [model, small], tools=[look])
    fake.script(call("look", page=1), call("look", page=2), text("Nothing."))

    result = await Runner.run(agent, "look it up", budget=Budget(tokens=60, soft=0.5))
    await small.aclose()

    assert result.text == "Nothing."
    assert [request["model"] for request in fake.requests] == ["scripted", "scripted", "small"]


@pytest.mark.anyio
async def test_a_replayed_run_arrives_at_the_same_sum(fake: FakeModel, model: OpenAIModel) -> None:
    journal = MemoryJournal()
    b = Agent("b", model)
    a = Agent("a", model, handoffs=[b])
    fake.script(call("transfer_to_b", reason="x"), text("Done."))
    budget = Budget(money=1.0, prices=PRICES)
    first = await Runner.run(a, "help", journal=journal, budget=budget)

    second = await Runner.run(a, "help", journal=journal, budget=budget)

    assert [(one.tokens, one.hops, one.model_calls) for one in (first.state.spent, second.state.spent)] == [
        (30, 1, 2)
    ] * 2
    assert [one.state.spent.money for one in (first, second)] == pytest.approx([0.04, 0.04])
