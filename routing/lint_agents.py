"""What is valid but wrong about agents: who reaches whom, what edges never do, budgets that cannot count."""

from collections.abc import Iterator, Mapping

from .conversation import Target
from .policy import AgentPolicy, Edge, Policy
from .problems import Problems
from .rules import implies

DEEP = 4  # levels from the first agent to the last; from there on a supervisor is faster than a chain


def lint_agents(policy: Policy, problems: Problems) -> None:
    """Adds the findings, agents first, then edges."""
    levels = _levels(policy)
    chosen = {target.name for agent in policy.agents.values() for target in agent.handoffs if target.kind == "agent"}
    chosen.discard(policy.defaults.agent)  # "back to where it began" needs no words
    for name, agent in policy.agents.items():
        path = ("agents", name)
        if name not in levels:
            problems.warning(path, "unused-agent", f'nothing leads to agent "{name}"', on_key=True)
        elif len(levels[name]) >= DEEP:
            problems.warning(
                path,
                "deep-chain",
                f'agent "{name}" is {len(levels[name])} levels deep ({" -> ".join(levels[name])}); each one costs time',
                on_key=True,
            )
        if name in chosen and not agent.handoff_description and not _described_elsewhere(policy, name):
            problems.warning(
                path,
                "no-handoff-description",
                f'agent "{name}" has no handoff_description; other agents cannot tell when to hand to it',
                on_key=True,
            )
        if not agent.can_complete and not any(_open(policy, agent, target) for target in agent.handoffs):
            problems.warning(
                path, "dead-end", f'agent "{name}" can hand to nobody and may not complete anything', on_key=True
            )
        _budget(policy, agent, problems)
    for index, edge in enumerate(policy.edges):
        _edge(policy, index, edge, problems)


def _levels(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """Each agent that somebody can reach, with the shortest way to it. Ways begin where customers do: with the default
    agent, an agent that a route names, the one on trial."""
    starts = [policy.defaults.agent, str(policy.shadow.get("agent", ""))]
    starts += [route.to.name for route in policy.routes if route.to.kind == "agent"]
    ways: dict[str, tuple[str, ...]] = {}
    next_ones: list[tuple[str, ...]] = [(name,) for name in starts if name in policy.agents]
    while next_ones:
        reached, next_ones = next_ones, []
        for way in reached:
            if way[-1] in ways:
                continue
            ways[way[-1]] = way
            agent = policy.agents[way[-1]]
            next_ones += [
                (*way, target.name)
                for target in agent.handoffs
                if target.kind == "agent" and target.name in policy.agents and _open(policy, agent, target)
            ]
    return ways


def _open(policy: Policy, agent: AgentPolicy, target: Target) -> bool:
    """Whether the handoff is ever possible: not switched off, and not forbidden by an edge without a condition."""
    option = agent.handoff_options.get(str(target))
    receiver = policy.agents.get(target.name) if target.kind == "agent" else None
    if (option is not None and option.is_enabled is False) or (receiver is not None and receiver.is_enabled is False):
        return False
    for edge in policy.edges:
        if (
            edge.from_ in ("*", f"agent:{agent.name}")
            and edge.to in ("*", str(target))
            and (edge.allow or not edge.when)
        ):
            return edge.allow
    return True


def _described_elsewhere(policy: Policy, name: str) -> bool:
    """Whether every agent that hands to it says itself what the tool is for."""
    target = Target("agent", name)
    return all(
        (option := agent.handoff_options.get(str(target))) is not None and option.tool_description is not None
        for agent in policy.agents.values()
        if target in agent.handoffs
    )


def _budget(policy: Policy, agent: AgentPolicy, problems: Problems) -> None:
    # As they are looked up: a server often answers with a longer name than it was asked by.
    priced = tuple(policy.defaults.prices)
    unpriced = [model for model in agent.models if model != "local" and not model.startswith(priced)]
    if agent.budget.money is not None and unpriced:
        problems.warning(
            ("agents", agent.name, "budget", "money"),
            "no-price",
            f'agent "{agent.name}" has a budget in money, but "{unpriced[0]}" has no price in defaults.prices',
        )


def _edge(policy: Policy, index: int, edge: Edge, problems: Problems) -> None:
    path = ("edges", index)
    if not any(_fits(edge, source, target) for source, target in _handoffs(policy)):
        problems.warning(path, "unused-edge", f'the edge "{edge.from_}" -> "{edge.to}" is about no handoff there is')
        return
    for earlier in policy.edges[:index]:
        wider = earlier.from_ in ("*", edge.from_) and earlier.to in ("*", edge.to)
        if wider and implies(edge.when, earlier.when):
            line = f" (line {earlier.line})" if earlier.line else ""
            problems.warning(
                path,
                "unreachable-edge",
                f'the edge "{edge.from_}" -> "{edge.to}" never decides: '
                f'"{earlier.from_}" -> "{earlier.to}"{line} takes everything it would',
            )
            return
    meets = [later for later in policy.edges[index + 1 :] if not later.allow and _overlap(edge, later)]
    if edge.allow and not meets:
        problems.warning(
            path,
            "idle-edge",
            f'the edge "{edge.from_}" -> "{edge.to}" allows what no later edge forbids; handoffs are allowed anyway',
        )


def _handoffs(policy: Policy) -> Iterator[tuple[str, str]]:
    """Who can hand to whom at all: agents by their list, people to any team, person and agent."""
    for agent in policy.agents.values():
        yield from ((f"agent:{agent.name}", str(target)) for target in agent.handoffs)
    targets = [
        *(f"team:{name}" for name in policy.teams),
        *(f"person:{name}" for name in policy.people),
        *(f"agent:{name}" for name in policy.agents),
    ]
    for source in (*(f"person:{name}" for name in policy.people), *(f"team:{name}" for name in policy.teams)):
        yield from ((source, target) for target in targets)


def _fits(edge: Edge, source: str, target: str) -> bool:
    return edge.from_ in ("*", source) and edge.to in ("*", target)


def _overlap(one: Edge, other: Edge) -> bool:
    return ("*" in (one.from_, other.from_) or one.from_ == other.from_) and (
        "*" in (one.to, other.to) or one.to == other.to
    )
