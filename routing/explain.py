"""Which route and which people a message would get now, and why every other one not. Calls nothing outside."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from . import calendars, texts
from .calendars import closed_because
from .conversation import Target
from .edges import refused_to_agent
from .policy import Policy, Team
from .rules import Facts, pick
from .simulate import Judge
from .values import duration_words


def explain(
    policy: Policy,
    judge: Judge,
    text: str,
    *,
    now_ms: int,
    user: str = "",
    channel: str = "",
    platform: str = "console",
) -> dict[str, Any]:
    """As plain values, for the API and the command alike.

    `routes` holds every route in order with `matched`, `chosen`, `why` and `line`; `target` says what becomes of the
    conversation if people are called for with this message; `handoffs` to whom the default agent may give it itself.
    """
    judged = judge(text)
    facts = Facts(
        text=text, user=user, channel=channel, platform=platform, language=judged.language or policy.defaults.locale,
        topics=judged.topics, reason="asked_for_human" if judged.wants_person else "", now_ms=now_ms,
    )  # fmt: skip
    route, verdicts = pick(policy, facts)
    named = Target("person", judged.person_named) if judged.wants_person and judged.person_named else None
    return {
        "text": text,
        "user": user or None,
        "channel": channel or None,
        "at": datetime.fromtimestamp(now_ms / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "config_version": policy.version,
        "wants_person": judged.wants_person,
        "person_named": judged.person_named,
        "topics": {name: round(sure, 3) for name, sure in judged.topics.items()},
        "route": route.name,
        "line": route.line or None,
        "to": str(route.to),
        "priority": route.priority,
        "handoff": route.handoff,
        "first": _first(policy, judged.wants_person, route.handoff == "always"),
        "routes": [
            {
                "n": number,
                "name": verdict.route,
                "matched": verdict.matched,
                "chosen": verdict.chosen,
                "why": verdict.why,
                "line": verdict.line,
            }
            for number, verdict in enumerate(verdicts, 1)
        ],
        "target": _target(policy, named or route.to, route.to, now_ms),
        "handoffs": _handoffs(policy, facts),
        "caps": {"max_handoffs": policy.defaults.max_handoffs, "detect_cycles": policy.defaults.detect_cycles},
    }


def _handoffs(policy: Policy, facts: Facts) -> list[dict[str, Any]]:
    """To whom the default agent may hand this message, and which edge or switch forbids the others."""
    agent = policy.agents.get(policy.defaults.agent)
    given = replace(facts, reason="agent_decided")
    return [
        {"from": f"agent:{policy.defaults.agent}", "to": str(target), "allowed": why is None, "why": why or ""}
        for target in (agent.handoffs if agent is not None else ())
        for why in [refused_to_agent(policy, policy.defaults.agent, target, given)]
    ]


def _first(policy: Policy, wants_person: bool, always: bool) -> str:
    """Who would get this line if it began a conversation."""
    if policy.agents_paused:
        return "people: agents are paused"
    if wants_person and policy.triggers.asks_for_human:
        return "people: the customer asks for a person"
    return "people: the route always hands off" if always else f"agent:{policy.defaults.agent}, people once called for"


def _target(policy: Policy, wanted: Target, routed: Target, now_ms: int) -> dict[str, Any]:
    if wanted.kind == "agent":
        return {"kind": "agent", "name": wanted.name, "state": "bot"}
    person = policy.people.get(wanted.name) if wanted.kind == "person" else None
    team = policy.team(routed.name if routed.kind == "team" else None)
    if person is not None and person.key not in team.members:
        theirs = policy.teams_of(person.key)
        team = theirs[0] if theirs else policy.team(None)
    asked = policy.teams.get(wanted.name) if wanted.kind == "team" else team
    hours = _hours(policy, team, now_ms)
    parked = not hours["open"] and team.when_closed == "park" and hours["opens_at"] is not None
    return {
        "kind": wanted.kind,
        "name": wanted.name,
        "team": team.name,
        "title": team.title,
        "line": team.line,
        "instead_of": wanted.name if wanted.kind == "team" and asked is not team else None,
        "person": person.key if person is not None else None,
        "people": sorted(team.members),
        "groups": list(team.groups),
        "strategy": team.strategy,
        "when_closed": team.when_closed,
        "hours": hours,
        "state": "parked" if parked else "queued",
        "first_within": duration_words(team.deadlines.first_ms) if team.deadlines.first_ms is not None else None,
    }


def _hours(policy: Policy, team: Team, now_ms: int) -> dict[str, Any]:
    calendar = policy.calendars.get(team.hours or "")
    if calendar is None:
        return {"calendar": None, "open": True, "why": "", "opens_at": None, "opens": None, "timezone": None}
    opens_ms = calendars.opens_at_ms(calendar, now_ms)
    is_open = calendars.is_open(calendar, now_ms)
    shown = not is_open and opens_ms is not None
    return {
        "calendar": calendar.name,
        "open": is_open,
        "why": closed_because(calendar, now_ms),
        "opens_at": _utc(opens_ms) if shown and opens_ms is not None else None,
        "opens": texts.when(opens_ms, calendar.timezone, "en") if shown and opens_ms is not None else None,
        "timezone": calendar.timezone,
    }


def _utc(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def drawn(explained: Mapping[str, Any]) -> str:
    """The same for a terminal."""
    routes = explained["routes"]
    width = max((len(route["name"]) for route in routes), default=0)
    width = max(width, len("target"))
    rows = []
    for route in routes:
        verdict = "-> YES" if route["chosen"] else "   yes" if route["matched"] else "   no"
        rows.append((f"{route['n']:>2} {route['name']:<{width}}  {verdict:<6}  {route['why']}", route["line"]))
    longest = max((len(row) for row, _ in rows), default=0)
    lines = [f"{row:<{longest}}  line {line}" for row, line in rows]
    if not any(route["chosen"] for route in routes):
        lines.append(f" - {'default':<{width}}  -> YES  no route matches")
    target = explained["target"]
    lines.append(
        f"   {'target':<{width}}  {_target_words(target)}" + (f"  line {target['line']}" if "line" in target else "")
    )
    lines.extend(
        f"   {'forbidden':<{width}}  {one['from']} {one['why']}" for one in explained["handoffs"] if not one["allowed"]
    )
    caps = explained["caps"]
    lines.append(
        f"   {'caps':<{width}}  at most {caps['max_handoffs']} agents in a row · "
        f"cycles {'detected' if caps['detect_cycles'] else 'allowed'} · priority {explained['priority']}"
    )
    lines.append(f"   {'first':<{width}}  {explained['first']}")
    return "\n".join(lines)


def _target_words(target: Mapping[str, Any]) -> str:
    if target["kind"] == "agent":
        return f"agent {target['name']}"
    hours = target["hours"]
    if hours["calendar"] is None:
        state = "always open"
    elif hours["open"]:
        state = f"hours {hours['calendar']}: open"
    else:
        state = f"hours {hours['calendar']}: closed, {hours['why']}"
    said = f"team {target['team']} ({state})"
    if target["instead_of"]:
        said += f" instead of {target['instead_of']}, which has no members"
    if not hours["open"]:
        said += f" -> when_closed: {target['when_closed']}"
        if hours["opens"]:
            said += f", opens {hours['opens']} = {hours['opens_at']}"
    if target["person"]:
        said += f" -> {target['person']} is asked first"
    elif target["people"] or target["groups"]:
        asked = ", ".join([*target["people"], *(f"@{group}" for group in target["groups"])])
        said += f" -> {asked} ({'all at once' if target['strategy'] == 'broadcast' else 'one after another'})"
    return said
