"""Checks of what agents may do and use: edges and budgets. Registered beside the others in `checks.CHECKS`."""

from dataclasses import replace

from routing import events as e
from routing.conversation import HeldByAgent, Spent
from routing.policy import Budget, Condition, Edge, Policy
from tests.properties.checks import check
from tests.properties.desk_policy import desk
from tests.properties.desk_world import World
from tests.properties.ring import Ring


def limited(budget: Budget, *agents: str) -> Policy:
    """The desk, with this budget for these agents, or for all."""
    policy = desk()
    changed = {
        name: replace(one, budget=budget) if name in agents or not agents else one
        for name, one in policy.agents.items()
    }
    return replace(policy, agents=changed)


@check
def an_edge_that_forbids_keeps_the_holder_and_tells_the_agent_why(ring: Ring) -> None:
    """RUNTIME 10: denied at the commit, whatever was offered before."""
    world = World(replace(desk(), edges=(Edge("agent:triage", "agent:billing_agent", allow=False),)), ring)
    world.writes("I was charged twice")
    asked = world.run
    items = (
        {"kind": "handoff_call", "call_id": "1", "name": "transfer_to_billing_agent", "arguments": "{}",
         "agent": "triage", "target": "billing_agent", "target_kind": "agent", "reason": "r"},
        {"kind": "handoff_output", "call_id": "1", "name": "transfer_to_billing_agent", "output": "{}",
         "target": "billing_agent"},
    )  # fmt: skip
    world.hands_off("agent:billing_agent", items=items)

    assert world.holder == "agent:triage"
    assert (world.run.turn, world.run.step, world.run.epoch) == (asked.turn, asked.step + 1, asked.epoch)
    assert world.c.handoffs == 0 and world.c.hops == ("triage",)
    call, output = world.lines[-1].data
    assert (call["kind"], output["kind"]) == ("tool_call", "tool_output")
    assert "may not hand to agent:billing_agent" in output["output"]
    assert "may not hand to agent:billing_agent" in world.journal[-1].detail


@check
def an_agent_that_insists_on_a_forbidden_handoff_is_given_up(ring: Ring) -> None:
    world = World(replace(desk(), edges=(Edge("*", "team:billing", allow=False),)), ring)
    world.writes("I was charged twice")
    for _ in range(3):
        world.hands_off("team:billing")

    assert world.holder == "team:general"
    assert world.reasons() == ["rule", "rule", "rule"]


@check
def a_customer_who_asks_for_people_is_kept_from_them_by_no_edge(ring: Ring) -> None:
    world = World(replace(desk(), edges=(Edge("*", "*", allow=False),)), ring)
    world.writes("get me a person", wants_person=True)

    assert world.state == "queued"


@check
def the_first_edge_that_fits_decides(ring: Ring) -> None:
    """Its condition belongs to the fit: an edge whose condition does not hold decides nothing."""
    in_french = Edge("agent:triage", "*", when=Condition(language=("fr",)))
    world = World(replace(desk(), edges=(in_french, Edge("agent:triage", "*", allow=False))), ring)
    world.writes("j'ai payé deux fois", language="fr")
    world.hands_off("agent:billing_agent")
    assert world.holder == "agent:billing_agent"

    world = World(world.policy, ring)
    world.writes("I was charged twice", language="en")
    world.hands_off("agent:billing_agent")
    assert world.holder == "agent:triage"


@check
def what_agents_used_is_counted_once_and_outlives_the_resolution(ring: Ring) -> None:
    world = World(ring=ring)
    world.writes("I was charged twice")
    thinking = world.run
    world.answers("Which invoice?", usage=Spent(100, 7, 1, 900))
    world.answers("Which invoice?", thinking, usage=Spent(100, 7, 1, 900))
    world.writes("the last one")
    world.completes("Refunded.", usage=Spent(50, 3, 2, 100))

    assert world.state == "resolved"
    assert world.c.spent == Spent(150, 10, 3, 1000)


@check
def what_a_turn_used_that_was_started_anew_counts_too(ring: Ring) -> None:
    world = World(ring=ring)
    world.writes("I was charged")
    old = world.run
    world.writes("twice")
    world.answers("Which invoice?", old, usage=Spent(100))

    assert world.c.spent == Spent(100)
    assert world.speech() == []


@check
def a_budget_that_is_used_up_calls_people(ring: Ring) -> None:
    """RUNTIME 11: the words that used it up still leave; nothing more is asked of the model."""
    world = World(limited(Budget(tokens=100)), ring)
    world.writes("I was charged twice")
    world.answers("Which invoice?", usage=Spent(120))
    world.deliver_all()

    assert world.holder == "team:general"
    assert world.reasons() == ["budget"]
    assert [line.author for line in world.sent] == ["agent:triage", "baton"]


@check
def nothing_is_asked_of_an_agent_whose_budget_is_used_up(ring: Ring) -> None:
    """The conversation's total counts, whoever used it, against the budget of who holds."""
    world = World(limited(Budget(tokens=100), "billing_agent"), ring)
    world.writes("I was charged twice")
    world.hands_off("agent:billing_agent", usage=Spent(120))

    assert world.holder == "team:general"
    assert world.reasons() == ["budget"]

    world = World(ring=ring)
    world.writes("I was charged twice")
    world.answers("Which invoice?", usage=Spent(120))
    world.policy = limited(Budget(tokens=100))
    world.writes("the last one")
    assert (world.holder, world.c.run) == ("team:general", None)


@check
def a_handoff_beyond_the_budget_goes_to_people(ring: Ring) -> None:
    """`hops` counts as `max_handoffs` does, per agent that sends or receives."""
    world = World(limited(Budget(hops=1)), ring)
    world.writes("I was charged twice")
    world.hands_off("agent:billing_agent")
    assert world.holder == "agent:billing_agent"
    world.hands_off("agent:tech_agent")

    assert world.holder == "team:general"
    assert world.reasons()[-1] == "budget"


@check
def who_stands_in_for_an_agent_that_is_gone_answers(ring: Ring) -> None:
    """RUNTIME 20: at its next event, journalled."""
    world = World(ring=ring)
    world.writes("I was charged twice")
    world.hands_off("agent:billing_agent")
    left = {name: one for name, one in world.policy.agents.items() if name != "billing_agent"}
    world.policy = replace(world.policy, version="v2", agents=left)
    run = world.run
    world.mail(e.AgentFailed(run.turn, run.step, run.agent, run.epoch, "bot_unavailable", "there is no agent"))

    assert world.c.holder == HeldByAgent("triage")
    assert world.run.agent == "triage" and world.run.turn == run.turn + 1
    assert (world.journal[-1].reason, world.journal[-1].cause) == ("superseded", "agent billing_agent is gone")
