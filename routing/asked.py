"""Whom a handoff to people asks: the team, the person preferred in it, and whether the name asked for was to be had."""

from typing import NamedTuple

from . import calendars
from .conversation import Actor, Conversation, Target
from .permissions import is_requester
from .policy import Policy, Team


class Asked(NamedTuple):
    """`missing`: somebody else was named; that name is gone, is not reachable, or cannot answer here."""

    team: Team
    preferred: str | None = None
    missing: bool = False


def whom(
    policy: Policy, conversation: Conversation, target: Target | None, by: Actor, now_ms: int, *,
    exclude: tuple[str, ...] = (), within: str | None = None,
) -> Asked:  # fmt: skip
    """The target itself, else what the route says, else the default team.

    A person named is looked for in the team `within`, else in the route's, else in their own first team.
    """
    route = conversation.route_to
    target = target if target is not None and target.kind != "agent" else route
    if target is None or target.kind == "agent":
        return _attended(policy, Asked(policy.team(None)), now_ms)
    if target.kind == "team":
        team = policy.team(target.name)
        return _attended(policy, Asked(team, None, team.name != target.name), now_ms)
    if within is None and route is not None and route.kind == "team":
        within = route.name
    team = policy.team(within)
    person = policy.people.get(target.name)
    if person is None or is_requester(policy, conversation, target.name) or target.name in exclude:
        return _attended(policy, Asked(team, None, True), now_ms)
    if person.key not in team.members:
        theirs = policy.teams_of(person.key)
        team = theirs[0] if theirs else policy.team(None)
    reachable = person.reachable_by_name or by.kind == "person"
    return _attended(policy, Asked(team, person.key if reachable else None, not reachable), now_ms)


def is_closed(policy: Policy, team: Team, now_ms: int) -> bool:
    """Whether its calendar says so; a team without hours is always open."""
    hours = policy.calendars.get(team.hours or "")
    return hours is not None and not calendars.is_open(hours, now_ms)


def _attended(policy: Policy, asked: Asked, now_ms: int) -> Asked:
    """Where the team sends what arrives while it is closed (`when_closed: fallback`); a person goes along if in it."""
    team, seen = asked.team, {asked.team.name}
    while team.when_closed == "fallback" and team.fallback is not None and is_closed(policy, team, now_ms):
        team = policy.team(team.fallback)
        if team.name in seen:
            return asked  # a ring of closed teams: it waits where it was sent
        seen.add(team.name)
    preferred = asked.preferred if team is asked.team or asked.preferred in team.members else None
    return Asked(team, preferred, asked.missing)
