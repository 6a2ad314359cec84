"""What an agent may call now: its tools, and the transfers that are allowed at this moment.

Whatever does not change between two answers is worked out once per agent and kept with it, so that a model's wire can
tell by identity that nothing has changed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.agents.agent import Agent, HandoffTarget, Target, description_of
from bot.agents.context import CALLBACK_TIMEOUT_S, RunContext, settled
from bot.agents.edges import Edges
from bot.agents.handoffs import Handoff, apart_from, get_handoff
from bot.agents.schemas import REASON
from bot.agents.tools import COMPLETE, COMPLETE_SPEC, FunctionTool, ToolSpec

log = logging.getLogger("baton.agents")

# The tools that stand for all targets at once: their name, and the name of the field for the target.
SINGLE_TOOLS = {"single": ("handoff", "target"), "transfer_to_agent": ("transfer_to_agent", "agent_name")}
_ABOUT = {
    "single": "Hand the conversation to a person, a team or another agent.",
    "transfer_to_agent": "Transfer the conversation to another agent, a team or a person.",
}

# So many sets of allowed transfers are kept per agent; more would be agents that are made for one conversation each.
_OFFERS = 64

AnyHandoff = Handoff[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """`tools` is everything, `transfers` the transfer tools among it, and `handoffs` the ways they stand for."""

    handoffs: tuple[AnyHandoff, ...]
    functions: dict[str, FunctionTool]
    transfers: tuple[ToolSpec, ...]
    tools: tuple[ToolSpec, ...]

    @property
    def names(self) -> list[str]:
        return [spec.name for spec in self.tools]


@dataclass(slots=True, eq=False)
class _Catalogue:
    """An agent's tools and handoffs, as long as nobody changes them (`key`)."""

    key: tuple[Any, ...]
    handoffs: tuple[AnyHandoff, ...]
    functions: dict[str, FunctionTool]
    specs: tuple[ToolSpec, ...]
    open: bool
    offers: dict[tuple[AnyHandoff, ...], Offer] = field(default_factory=dict)
    back: dict[Agent[Any, Any], AnyHandoff] = field(default_factory=dict)


def _entries(agent: Agent[Any, Any]) -> tuple[Target | AnyHandoff | HandoffTarget, ...]:
    return (*agent.handoffs, *(agent.handoff.targets if agent.handoff is not None else ()))


def _catalogue(agent: Agent[Any, Any]) -> _Catalogue:
    entries = _entries(agent)
    targets = [entry.agent if isinstance(entry, Handoff | HandoffTarget) else entry for entry in entries]
    told = [(target.is_enabled, description_of(target)) for target in targets if isinstance(target, Agent)]
    tools = agent.tools if isinstance(agent.tools, tuple) else agent.functions
    key = (entries, told, tools, agent.handoff_tool, agent.can_complete, agent.name)
    known = agent.catalogue
    if isinstance(known, _Catalogue) and known.key == key:
        return known
    made = agent.catalogue = _made(agent, key, [get_handoff(entry) for entry in entries])
    return made


def _made(agent: Agent[Any, Any], key: tuple[Any, ...], entries: list[AnyHandoff]) -> _Catalogue:
    agents = {entry.tool_name for entry in entries if entry.target_kind == "agent"}
    named = [apart_from(agents, entry) for entry in entries]
    functions = {tool.name: tool for tool in agent.functions}
    taken: dict[str, str] = {name: f'the tool "{name}"' for name in functions}
    if agent.can_complete:
        taken[COMPLETE] = f'the built-in tool "{COMPLETE}"'
    if named and agent.handoff_tool != "per_target":
        single, _ = SINGLE_TOOLS[agent.handoff_tool]
        if single in taken:
            raise ValueError(f'agent "{agent.name}": {taken[single]} and the transfer tool have one name, "{single}"')
    for entry in named:
        who = f'{entry.target_kind} "{entry.agent_name}"'
        if entry.tool_name in taken:
            raise ValueError(
                f'agent "{agent.name}": {taken[entry.tool_name]} and {who} have one tool name, "{entry.tool_name}"; '
                "give one of them another with tool_name_override"
            )
        taken[entry.tool_name] = who
    free = all(
        entry.is_enabled is True and (not isinstance(entry.agent, Agent) or entry.agent.is_enabled is True)
        for entry in named
    )
    return _Catalogue(key, tuple(named), functions, tuple(tool.spec for tool in functions.values()), free)


def handoffs_of(agent: Agent[Any, Any]) -> list[AnyHandoff]:
    """The agent's handoffs with their final tool names, enabled or not.

    Raises:
        ValueError: two of them, or one of them and a tool, have one name; the message names both and the key that
        helps.
    """
    return list(_catalogue(agent).handoffs)


async def offer_of(
    agent: Agent[Any, Any],
    ctx: RunContext[Any],
    *,
    edges: Edges | None = None,
    back_to: Agent[Any, Any] | None = None,
    everything: bool = False,
) -> Offer:
    """What the agent may call now. `is_enabled` and the edges are asked each time; `everything` leaves both out.

    `back_to` is who handed to it, for an agent that may hand back.
    """
    known = _catalogue(agent)
    ways = known.handoffs
    if agent.hands_back and back_to is not None and all(entry.agent is not back_to for entry in ways):
        back = known.back.setdefault(back_to, Handoff(back_to))
        if back.tool_name not in {*known.functions, *(entry.tool_name for entry in ways)}:
            ways = (*ways, back)
    if not everything and (edges is not None or not known.open or len(ways) > len(known.handoffs)):
        ways = tuple([entry for entry in ways if await _allowed(entry, agent, ctx, edges)])
    offer = known.offers.get(ways)
    if offer is None:
        if len(known.offers) >= _OFFERS:
            known.offers.clear()
            known.back.clear()
        transfers = tuple(transfer_specs(agent, ways))
        tools = (*known.specs, *transfers, *((COMPLETE_SPEC,) if agent.can_complete else ()))
        offer = known.offers[ways] = Offer(ways, known.functions, transfers, tools)
    return offer


async def _allowed(entry: AnyHandoff, agent: Agent[Any, Any], ctx: RunContext[Any], edges: Edges | None) -> bool:
    target = entry.agent
    own = target.is_enabled if isinstance(target, Agent) else True
    for switch, asked in ((entry.is_enabled, agent), (own, target)):
        try:
            on = await settled(switch(ctx, asked), CALLBACK_TIMEOUT_S) if callable(switch) else switch
        except Exception as error:  # whoever cannot say that it is on is off
            log.warning("handoff.switch_failed for %s", target.name, exc_info=error)
            on = False
        if not on:
            return False
    return edges is None or await edges.refusal(ctx, agent.name, target) is None


def transfer_specs(agent: Agent[Any, Any], handoffs: Sequence[AnyHandoff]) -> list[ToolSpec]:
    """The transfer tools as the model sees them: one each, or a single one whose target is an enum of what is allowed
    now."""
    if not handoffs or agent.handoff_tool == "per_target":
        return [entry.spec for entry in handoffs]
    name, field_name = SINGLE_TOOLS[agent.handoff_tool]
    known = "; ".join(f"{entry.agent_name}: {entry.words or entry.target_kind}" for entry in handoffs)
    parameters = {
        "type": "object",
        "properties": {field_name: {"type": "string", "enum": single_names(handoffs)}, "reason": REASON},
        "required": [field_name, "reason"],
        "additionalProperties": False,
    }
    about = f"{_ABOUT[agent.handoff_tool]} Targets: {known}."
    targets = tuple(entry.info for entry in handoffs)
    return [ToolSpec(name, about, parameters, strict=True, kind="transfer", targets=targets)]


def single_names(handoffs: Sequence[AnyHandoff]) -> list[str]:
    """The names that the single tool takes: the target's own, with its kind in front where two targets share one."""
    names = [entry.agent_name for entry in handoffs]
    return [
        f"{entry.target_kind}:{entry.agent_name}" if names.count(entry.agent_name) > 1 else entry.agent_name
        for entry in handoffs
    ]


def reachable(entry: Agent[Any, Any]) -> dict[str, Agent[Any, Any]]:
    """Every agent that the conversation can come to from this one, by name.

    Raises:
        ValueError: two agents have one name, so nobody could tell later who holds the conversation.
    """
    found: dict[str, Agent[Any, Any]] = {entry.name: entry}
    waiting = [entry]
    while waiting:
        for way in _catalogue(waiting.pop()).handoffs:
            target = way.agent
            if not isinstance(target, Agent):
                continue
            if target.name not in found:
                found[target.name] = target
                waiting.append(target)
            elif found[target.name] is not target:
                raise ValueError(
                    f'two agents within reach of "{entry.name}" are named "{target.name}"; give one another name'
                )
    return found
