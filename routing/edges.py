"""Who may hand a conversation to whom, at this moment: `edges` of config.yaml, and what is switched off.

Asked when tools are offered and again when the handoff is committed, by one function over the same facts. Only handoffs
that somebody chooses are asked about: an agent's call, a person's transfer or hand back. A customer who asks for people
and the rules that call them are never refused.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .conversation import Conversation, HeldByHuman, OnHold, Target
from .errors import Refused
from .events import HandedBack, Transferred
from .policy import Edge, Policy
from .reasons import Reason
from .rules import Facts, judge

Items = tuple[Mapping[str, Any], ...]


def edge_facts(
    conversation: Conversation, reason: Reason, now_ms: int, *, channel: str, topics: tuple[tuple[str, float], ...]
) -> Facts:
    """What the conditions of edges see: the conversation's need, and what its handler knows of the place."""
    return Facts(
        text=conversation.need, user=conversation.requester, channel=channel, platform=conversation.platform,
        language=conversation.language, topics=dict(topics), reason=reason, now_ms=now_ms,
    )  # fmt: skip


def refused_to_agent(policy: Policy, agent: str, to: Target, given: Facts) -> str | None:
    """Why this agent may not hand to that target now, as a sentence without its subject; None if it may."""
    declared = policy.agents.get(agent)
    option = declared.handoff_options.get(str(to)) if declared is not None else None
    receiver = policy.agents.get(to.name) if to.kind == "agent" else None
    if (option is not None and option.is_enabled is False) or (receiver is not None and receiver.is_enabled is False):
        return f"may not hand to {to} now: it is switched off"
    return refused(policy, (f"agent:{agent}",), to, given)


def check_person(
    policy: Policy, conversation: Conversation, event: Transferred | HandedBack, to: Target, now_ms: int
) -> None:
    """Raises Refused where the desk's edges forbid what this person does; edges of their team count too."""
    holder = conversation.holder
    team = (f"team:{holder.team}",) if isinstance(holder, HeldByHuman | OnHold) else ()
    given = edge_facts(conversation, "transferred", now_ms, channel=event.channel, topics=event.topics)
    why = refused(policy, (f"person:{event.by}", *team), to, given)
    if why is not None:
        raise Refused("not_allowed", f"{policy.person_name(event.by)} {why}.", epoch=conversation.epoch)


def refused(policy: Policy, sources: Iterable[str], to: Target, given: Facts) -> str | None:
    """The first edge that fits decides; where none does, it may."""
    found = deciding(policy, tuple(sources), to, given)
    if found is None or found[0].allow:
        return None
    edge, why = found
    because = f", {why}" if why else ""
    return f'may not hand to {to} now: edge "{edge.from_}" -> "{edge.to}"{because}'


def deciding(policy: Policy, sources: tuple[str, ...], to: Target, given: Facts) -> tuple[Edge, str] | None:
    """The edge that decides, and why its condition holds; None where every edge is about something else."""
    for edge in policy.edges:
        if edge.from_ not in ("*", *sources) or edge.to not in ("*", str(to)):
            continue
        held, why = (True, "") if edge.when is None else judge(edge.when, given, policy)
        if held:
            return edge, why
    return None


def as_refused(items: Items, why: str) -> Items:
    """The items of a run whose transfer was not committed: the call became one that failed and says why, so that no
    later view takes it for a handoff. The format of items is that of `bot/agents/items.py`."""
    told = json.dumps({"error": f"You {why}. Answer yourself, or choose another target."}, ensure_ascii=False)
    kept: list[Mapping[str, Any]] = []
    for item in items:
        match item.get("kind"):
            case "handoff_call":
                same = {key: item[key] for key in ("call_id", "name", "arguments", "agent")}
                kept.append({"kind": "tool_call", **same})
            case "handoff_output":
                kept.append({"kind": "tool_output", "call_id": item["call_id"], "name": item["name"], "output": told})
            case _:
                kept.append(item)
    return tuple(kept)
