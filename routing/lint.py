"""What is valid but wrong. Most findings are warnings; what would hurt customers for certain is an error."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from . import calendars
from .calendars import knows_country
from .lint_agents import lint_agents
from .policy import Condition, Policy, Route
from .problems import Path, Problems, did_you_mean
from .rules import implies
from .texts import BUILT_IN

THIN = 5  # TRIAGE: below five examples a topic is not reliable
_NEW_YEAR_MS = 1_767_225_600_000  # 2026-01-01, a fixed day: a finding must not depend on when one looks

LineOf = Callable[[Path], int]


def lint(policy: Policy, problems: Problems, line_of: LineOf) -> None:
    """Adds the findings, in the order of the sections of the file."""
    _default_agent(policy, problems)
    lint_agents(policy, problems)
    _calendars(policy, problems)
    _people_and_teams(policy, problems)
    _routes(policy, problems, line_of)
    _human_never_reachable(policy, problems)
    _unused(policy, problems)
    _texts(policy, problems)


def lint_routes(policy: Policy, problems: Problems, line_of: LineOf) -> None:
    """Only which route hides another: that holds even while a name is wrong."""
    for index, route in enumerate(policy.routes):
        _shadowed(index, route, policy.routes, problems, line_of)


def _default_agent(policy: Policy, problems: Problems) -> None:
    agent = policy.agents.get(policy.defaults.agent)
    if agent is not None and agent.is_enabled is False:
        problems.error(
            ("agents", agent.name, "is_enabled"), "default-disabled", f'the default agent "{agent.name}" is not enabled'
        )


def _calendars(policy: Policy, problems: Problems) -> None:
    for name, calendar in policy.calendars.items():
        path: Path = ("calendars", name)
        country = calendar.holidays_country
        if country is not None and not knows_country(country, None):
            problems.error(
                (*path, "holidays", "country"), "holiday-country-unknown", f'no holidays are known for "{country}"'
            )
            continue
        if country is not None and not knows_country(country, calendar.holidays_subdivision):
            problems.error(
                (*path, "holidays", "subdivision"),
                "holiday-country-unknown",
                f'no holidays are known for "{calendar.holidays_subdivision}" of {country}',
            )
            continue
        if not any(calendar.open.values()) or calendars.opens_at_ms(calendar, _NEW_YEAR_MS) is None:
            problems.error(path, "hours-never-open", f'calendar "{name}" never opens', on_key=True)


def _people_and_teams(policy: Policy, problems: Problems) -> None:
    for name, team in policy.teams.items():
        path: Path = ("teams", name)
        if not team.members and not team.groups:
            then = policy.team(name).name
            problems.warning(
                path, "empty-team", f'team "{name}" has no members; its conversations go to "{then}"', on_key=True
            )
        elif team.members and not team.groups:
            for skill, level in team.required_skills.items():
                if not any(policy.people[key].skills.get(skill, 0) >= level for key in team.members):
                    problems.warning(
                        (*path, "skills", "required", skill),
                        "skill-missing",
                        f'nobody in team "{name}" has {skill} at level {level}; its offers find nobody',
                    )
        if team.deadlines.first_ms is not None and team.deadlines.first_ms < team.offer.ttl_ms:
            problems.warning(
                (*path, "deadlines", "first"),
                "deadline-too-short",
                f'team "{name}" promises an answer sooner than one offer lasts',
            )


def _routes(policy: Policy, problems: Problems, line_of: LineOf) -> None:
    routes = policy.routes
    otherwise = f'what no route takes goes to "team:{policy.defaults.team}"'
    if not routes:
        problems.info((), "no-fallback", f"there are no routes; {otherwise}")
    elif routes[-1].when is not None:
        problems.warning(("routes", len(routes) - 1), "no-fallback", f"the last route has a condition; {otherwise}")
    desk = {team.channel: name for name, team in policy.teams.items() if team.channel}
    for index, route in enumerate(routes):
        path: Path = ("routes", index)
        _shadowed(index, route, routes, problems, line_of)
        for channel in _channels(route.when):
            owner = desk.get(channel, "admin")
            if channel in desk or channel == policy.defaults.admin_channel:
                problems.error(
                    (*path, "when"),
                    "desk-channel",
                    f'route "{route.name}" serves customers in "{channel}", the desk of "{owner}"',
                )
        if 0 < len(route.examples) < THIN:
            problems.info(
                path,
                "thin-route",
                f'route "{route.name}" has {len(route.examples)} examples; {THIN} or more make it reliable',
            )
        if route.to.kind == "agent" and route.handoff == "on_call":
            problems.warning(
                (*path, "to"),
                "agent-on-call",
                f'route "{route.name}" sends somebody who asked for a person to "{route.to}"',
            )
        if route.to.kind == "team" and policy.team(route.to.name).name != route.to.name:
            problems.warning(
                (*path, "to"), "empty-team", f'route "{route.name}" goes to "{route.to}", which has no members'
            )


def _shadowed(index: int, route: Route, routes: tuple[Route, ...], problems: Problems, line_of: LineOf) -> None:
    for at, earlier in enumerate(routes[:index]):
        line = line_of(("routes", at))
        same = replace(earlier, name=route.name, line=route.line) == route
        if same or (route.when is not None and earlier.when == route.when):
            problems.warning(
                ("routes", index),
                "duplicate-rule",
                f'route "{route.name}" has the condition of "{earlier.name}" (line {line})',
            )
            return
        if implies(route.when, earlier.when):
            problems.warning(
                ("routes", index),
                "unreachable",
                f'route "{route.name}" never matches: "{earlier.name}" (line {line}) takes everything it would',
            )
            return


def _channels(condition: Condition | None) -> Iterator[str]:
    """Channels that the condition names outside of any `not`."""
    if condition is not None:
        yield from condition.channel
        for part in (*condition.all, *condition.any):
            yield from _channels(part)


def _human_never_reachable(policy: Policy, problems: Problems) -> None:
    if policy.triggers.asks_for_human:
        return
    by_agent = any(target.kind != "agent" for agent in policy.agents.values() for target in agent.handoffs)
    by_count = policy.triggers.failed_answers_max is not None or policy.triggers.agent_turns_max is not None
    by_rule = any(route.handoff == "always" and route.to.kind != "agent" for route in policy.routes)
    if not (by_agent or by_count or by_rule):
        problems.error(
            ("triggers",),
            "human-never-reachable",
            "no trigger, agent or route ever calls people; add asks_for_human: {}",
        )
    else:
        problems.warning(
            ("triggers",),
            "human-never-reachable",
            "customers who ask for a person are not heard; add asks_for_human: {}",
        )


def _unused(policy: Policy, problems: Problems) -> None:
    teams = {policy.defaults.team}
    teams.update(route.to.name for route in policy.routes if route.to.kind == "team")
    teams.update(target.name for agent in policy.agents.values() for target in agent.handoffs if target.kind == "team")
    teams.update(team.fallback for team in policy.teams.values() if team.fallback)
    teams.update(name for steps in policy.escalations.values() for step in steps for name in step.widen)
    for name in policy.teams:
        if name not in teams:
            problems.warning(("teams", name), "unused-team", f'nothing leads to team "{name}"', on_key=True)
    escalations = {team.escalation for team in policy.teams.values()}
    for name in policy.escalations:
        if name not in escalations:
            problems.warning(("escalations", name), "unused-escalation", f'no team escalates by "{name}"', on_key=True)


def _texts(policy: Policy, problems: Problems) -> None:
    told = {step.tell_customer for steps in policy.escalations.values() for step in steps}
    for locale, lines in policy.texts.items():
        for key in lines:
            if key not in BUILT_IN["en"] and key not in told:
                problems.warning(
                    ("texts", locale, key),
                    "unused-text",
                    f'nothing says the text "{key}"{did_you_mean(key, BUILT_IN["en"])}',
                    on_key=True,
                )
