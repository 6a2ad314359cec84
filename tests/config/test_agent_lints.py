"""What is said of agents that are valid but wrong: nobody reaches them, chains are long, edges decide nothing."""

from textwrap import dedent

import pytest
from config_texts import checked, codes, lines

from bot.triage import judge_of
from routing.explain import drawn, explain

BASE = """\
people: {ana: {name: Ana}}
teams: {general: {members: [ana]}}
calendars: {office: {open: {mon-fri: "09:00-17:00"}}}
"""


def said(agents: str) -> list[str]:
    found = [line.partition(" ")[2] for line in lines(checked(dedent(agents) + BASE))]
    return [line for line in found if "no-default]" not in line]


def test_a_chain_of_four_agents_is_deep() -> None:
    """A27"""
    found = said(
        """\
        agents:
          one: {instructions: a, handoffs: [two, team:general]}
          two: {instructions: b, handoff_description: B, handoffs: [three]}
          three: {instructions: c, handoff_description: C, handoffs: [four]}
          four: {instructions: d, handoff_description: D}
        """
    )

    assert found == [
        'warning[deep-chain] agent "four" is 4 levels deep (one -> two -> three -> four); each one costs time'
    ]


def test_an_agent_that_only_unreachable_ones_hand_to_is_unreachable_too() -> None:
    found = said(
        """\
        agents:
          one: {instructions: a, handoffs: [team:general]}
          two: {instructions: b, handoffs: [three]}
          three: {instructions: c, handoff_description: C, handoffs: [two]}
        """
    )

    assert [line for line in found if "unused-agent" in line] == [
        'warning[unused-agent] nothing leads to agent "two"',
        'warning[unused-agent] nothing leads to agent "three"',
    ]


def test_an_agent_that_others_hand_to_needs_a_description() -> None:
    """A25: of its own, or at each handoff to it."""
    bare = said("agents:\n  one: {instructions: a, handoffs: [two]}\n  two: {instructions: b}\n")
    told = said(
        "agents:\n  one: {instructions: a, handoffs: [{to: two, tool_description_override: B}]}\n"
        "  two: {instructions: b, handoffs: [one]}\n"
    )

    assert bare == [
        'warning[no-handoff-description] agent "two" has no handoff_description; '
        "other agents cannot tell when to hand to it"
    ]
    assert told == []


def test_an_agent_with_no_way_out_is_a_dead_end() -> None:
    assert said("agents:\n  one: {instructions: a, can_complete: false}\n") == [
        'warning[dead-end] agent "one" can hand to nobody and may not complete anything'
    ]


def test_a_budget_in_money_needs_prices() -> None:
    agents = "agents:\n  one: {instructions: a, model: [gpt-x-mini, local], budget: {money: 0.5}}\n"

    assert said(agents) == [
        'warning[no-price] agent "one" has a budget in money, but "gpt-x-mini" has no price in defaults.prices'
    ]
    assert said(agents + "defaults: {prices: {gpt-x: {input: 0.25, output: 2}}}\n") == []


AGENTS = """\
agents:
  one: {instructions: a, handoffs: [two, team:general]}
  two: {instructions: b, handoff_description: B}
"""


@pytest.mark.parametrize(
    ("edges", "problem"),
    [
        ("[{from: two, to: one}]", 'unused-edge] the edge "agent:two" -> "agent:one" is about no handoff there is'),
        ("[{from: one, to: two}]", 'idle-edge] the edge "agent:one" -> "agent:two" allows what no later edge forbids'),
        ("[{from: one, to: '*', allow: false}, {from: one, to: two, allow: false}]", "unreachable-edge] the edge "
         '"agent:one" -> "agent:two" never decides: "agent:one" -> "*" (line 4) takes everything it would'),
        ("[{from: '*', to: two, when: {hours: office}}, {from: '*', to: two, allow: false}]", None),
        ("[{from: person:ana, to: team:general, allow: false}]", None),
    ],
)  # fmt: skip
def test_an_edge_that_decides_nothing_is_named(edges: str, problem: str | None) -> None:
    found = [line for line in said(f"{AGENTS}edges: {edges}\n") if "-edge]" in line]

    assert [problem in line for line in found] == ([True] if problem else [])


def test_explain_says_which_handoffs_are_forbidden_now() -> None:
    result = checked(f"{AGENTS}edges: [{{from: one, to: two, allow: false, when: {{text: refund}}}}]\n{BASE}")
    assert result.policy is not None, codes(result)

    explained = explain(result.policy, judge_of(result.policy), "a refund please", now_ms=0)
    other = explain(result.policy, judge_of(result.policy), "hello", now_ms=0)

    assert [(one["to"], one["allowed"]) for one in explained["handoffs"]] == [
        ("agent:two", False), ("team:general", True),
    ]  # fmt: skip
    assert 'may not hand to agent:two now: edge "agent:one" -> "agent:two", text has "refund"' in drawn(explained)
    assert all(one["allowed"] for one in other["handoffs"])
