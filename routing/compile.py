"""From the shape of config.yaml to the `Policy`: every name resolved, every finding collected."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import compile_rules, values
from . import config as shapes
from .config_agents import HandoffShape
from .conversation import Target
from .lint import lint, lint_routes
from .names import Names
from .parse import declared, parse
from .policy import (
    AgentPolicy,
    Budget,
    Calendar,
    Deadlines,
    Defaults,
    HandoffOptions,
    OfferPolicy,
    Person,
    Policy,
    Price,
    Reopen,
    Team,
)
from .problems import Path, Problems

ToolName = Callable[[Target], str]


def compile_config(
    data: dict[str, Any], problems: Problems, *, version: str, tool_name: ToolName, line_of: Callable[[Path], int]
) -> Policy | None:
    """The policy of plain data, None if `problems` holds an error afterwards. A file with errors gets
    only those warnings that do not depend on what is wrong.

    `tool_name` says what a target's transfer tool is called, so that two of one name are found here (X2).
    """
    shape, broken = parse(data, problems)
    if shape is None:
        return None
    names = declared(data, problems, broken=broken, line_of=line_of)
    said_before = len(problems)
    policy = compile_policy(shape, names, version=version, tool_name=tool_name)
    problems[said_before:] = [one for one in problems[said_before:] if not names.is_broken(*one.path)]
    if problems.failed:
        if not broken:
            lint_routes(policy, problems, line_of)
        return None
    lint(policy, problems, line_of)
    return None if problems.failed else policy


def compile_policy(shape: shapes.RoutingConfig, names: Names, *, version: str, tool_name: ToolName) -> Policy:
    """The policy; it may be used only if `names.problems` holds no error afterwards."""
    defaults = _defaults(shape, names)
    calendars = {name: _calendar(name, entry, defaults.timezone) for name, entry in shape.calendars.items()}
    policy = Policy(
        version=version,
        defaults=defaults,
        agents={name: _agent(name, shape, names, tool_name) for name in shape.agents},
        people=dict(_people(shape, names)),
        teams={name: _team(name, entry, defaults, names, calendars) for name, entry in shape.teams.items()},
        routes=compile_rules.routes(shape, names),
        triggers=compile_rules.triggers(shape),
        calendars=dict(calendars),
        answers=compile_rules.answers(shape, names),
        escalations={name: compile_rules.steps(name, steps, shape, names) for name, steps in shape.escalations.items()},
        edges=tuple(compile_rules.edge(index, entry, names) for index, entry in enumerate(shape.edges)),
        texts={locale: compile_rules.texts(locale, lines, names) for locale, lines in shape.texts.items()},
        schedules={
            name: compile_rules.schedule(name, entry, defaults, names) for name, entry in shape.schedules.items()
        },
        tests=tuple(compile_rules.test(index, entry, names) for index, entry in enumerate(shape.tests)),
        shadow=compile_rules.shadow(shape, names),
    )
    _refuse_cycles(
        "fallback-cycle", "fallback", {name: team.fallback for name, team in policy.teams.items()}, "teams", names
    )
    _refuse_cycles(
        "substitute-cycle", "substitute", {key: one.substitute for key, one in policy.people.items()}, "people", names
    )
    return policy


def _defaults(shape: shapes.RoutingConfig, names: Names) -> Defaults:
    given = shape.defaults
    chosen = {}
    for key, section, wanted in (("agent", "agents", given.agent), ("team", "teams", given.team)):
        usual = "triage" if key == "agent" else "general"
        known = names.known.get(section, ())
        if wanted is None:
            chosen[key] = usual if usual in known else next(iter(known), usual)
            if wanted is None and usual not in known and len(known) > 1 and not names.is_broken("defaults", key):
                names.problems.warning(
                    ("defaults",), "no-default", f'"defaults.{key}" is not set; "{chosen[key]}", the first, is taken'
                )
        else:
            names.resolve(section, wanted, ("defaults", key), f"the default {key} is")
            chosen[key] = wanted
    limit = given.rate_limit
    return Defaults(
        timezone=given.timezone,
        locale=given.locale,
        agent=chosen["agent"],
        team=chosen["team"],
        agent_timeout_ms=given.agent_timeout,
        slow_line_after_ms=given.slow_line_after,
        max_handoffs=given.max_handoffs,
        detect_cycles=given.detect_cycles,
        unclaimed_after_ms=given.unclaimed_after,
        reopen=_reopen(given.reopen),
        debounce_ms=given.debounce,
        admin_channel=given.admin_channel,
        rate_limit={"messages": limit.messages, "per_ms": limit.per} if limit is not None else {},
        retention_ms=given.retention,
        redact=tuple(dict.fromkeys(given.redact)),
        prices={model: Price(entry.input, entry.output) for model, entry in given.prices.items()},
    )


def _reopen(shape: shapes.ReopenShape) -> Reopen:
    return Reopen(shape.within, shape.to, shape.otherwise)


# ---- agents ----------------------------------------------------------------------------------------------------------


def _agent(name: str, shape: shapes.RoutingConfig, names: Names, tool_name: ToolName) -> AgentPolicy:
    entry = shape.agents[name]
    path: Path = ("agents", name)
    models = entry.model if entry.model is not None else shape.defaults.model
    if models is None:
        models = ["local"]
    if not models:
        names.problems.warning(
            (*path, "model"), "no-model", f'agent "{name}" has no model: its variable is not set; "local" is taken'
        )
        models = ["local"]
    targets: list[Target] = []
    options: dict[str, HandoffOptions] = {}
    for index, handoff in enumerate(entry.handoffs):
        at = (*path, "handoffs", index)
        found = names.target(handoff.to, at, f'agent "{name}" hands to', bare=True)
        if found is None:
            continue
        if found in targets:
            names.problems.error(at, "duplicate-handoff", f'agent "{name}" hands to "{found}" twice')
        elif found == Target("agent", name):
            names.problems.error(at, "handoff-to-itself", f'agent "{name}" hands to itself')
        else:
            targets.append(found)
            made = _handoff_options(handoff)
            if made != HandoffOptions():
                options[str(found)] = made
    _refuse_tool_clashes(name, targets, options, tool_name, names)
    budget = entry.budget
    return AgentPolicy(
        name=name,
        instructions=entry.instructions,
        models=tuple(models),
        handoffs=tuple(targets),
        handoff_description=entry.handoff_description,
        handoff_tool=entry.handoff_tool,
        repairs=entry.repairs,
        tools=tuple(entry.tools),
        filters=tuple(entry.filters),
        hooks=tuple(entry.hooks),
        context_provider=entry.context_provider,
        is_enabled=entry.is_enabled,
        budget=Budget(budget.tokens, budget.money, budget.hops, budget.wall_time, budget.model_calls),
        can_complete=entry.can_complete,
        handoff_options=dict(options),
    )


def _handoff_options(shape: HandoffShape) -> HandoffOptions:
    return HandoffOptions(
        tool_name=shape.tool_name_override,
        tool_description=shape.tool_description_override,
        input_type=shape.input_type,
        input_filter=tuple(shape.input_filter or ()),
        on_handoff=shape.on_handoff,
        is_enabled=shape.is_enabled,
        context_provider=shape.context_provider,
    )


def _refuse_tool_clashes(
    agent: str, targets: Iterable[Target], options: Mapping[str, HandoffOptions], tool_name: ToolName, names: Names
) -> None:
    """X2: an agent and a team of one name get two tools; any other two of one tool name are an error."""
    listed = list(targets)
    taken: dict[str, Target] = {}
    of_agents = {tool_name(target) for target in listed if target.kind == "agent"}
    for target in listed:
        made = options.get(str(target), HandoffOptions()).tool_name
        tool = made or tool_name(target)
        if made is None and target.kind == "team" and tool in of_agents:
            tool = f"{tool}_team"
        if tool in taken:
            names.problems.error(
                ("agents", agent, "handoffs"),
                "tool-name-clash",
                f'agent "{agent}" hands to "{taken[tool]}" and "{target}", whose tools would both be called "{tool}"; '
                "give one of them a tool_name_override",
            )
        taken.setdefault(tool, target)


# ---- people and teams ------------------------------------------------------------------------------------------------


def _people(shape: shapes.RoutingConfig, names: Names) -> dict[str, Person]:
    people: dict[str, Person] = {}
    owners: dict[tuple[str, str], str] = {}
    for key, entry in shape.people.items():
        addresses = {
            kind: value for kind in ("slack", "cometchat", "email") if (value := getattr(entry, kind)) is not None
        }
        for address in addresses.items():
            owner = owners.setdefault(address, key)
            if owner != key:
                names.problems.error(
                    ("people", key, address[0]),
                    "duplicate-address",
                    f'"{key}" and "{owner}" (line {names.line_of(("people", owner))}) have the same {address[0]} id',
                )
        if entry.substitute is not None:
            names.resolve("people", entry.substitute, ("people", key, "substitute"), f'"{key}" is substituted by')
        people[key] = Person(
            key=key,
            name=entry.name,
            roles=frozenset(entry.roles),
            addresses=dict(addresses),
            skills=dict(entry.skills),
            capacity=entry.capacity,
            substitute=entry.substitute,
            reachable_by_name=entry.reachable_by_name,
        )
    return people


def _team(name: str, entry: shapes.TeamShape, defaults: Defaults, names: Names, calendars: dict[str, Calendar]) -> Team:
    path: Path = ("teams", name)
    members = set()
    groups = []
    for index, member in enumerate(entry.members):
        if member.startswith("@"):
            if not member.startswith("@slack-group:") or member == "@slack-group:":
                names.problems.error(
                    (*path, "members", index),
                    "bad-member",
                    f'team "{name}" has "{member}"; write a person or "@slack-group:NAME"',
                )
            groups.append(member.removeprefix("@slack-group:"))
        elif names.resolve("people", member, (*path, "members", index), f'team "{name}" has the member'):
            members.add(member)
    if entry.fallback is not None:
        names.resolve("teams", entry.fallback, (*path, "fallback"), f'team "{name}" falls back to')
    elif entry.when_closed == "fallback" and not names.is_broken(*path, "fallback"):
        names.problems.error(
            (*path, "when_closed"), "no-fallback", f'team "{name}" goes to its fallback when closed, but has none'
        )
    if entry.escalation is not None:
        names.resolve("escalations", entry.escalation, (*path, "escalation"), f'team "{name}" escalates by')
    title = entry.title or name.replace("_", " ").replace("-", " ")
    return Team(
        name=name,
        title=title[:1].upper() + title[1:],
        members=frozenset(members),
        groups=tuple(groups),
        channel=entry.channel,
        strategy=entry.strategy,
        hours=_hours(entry.hours, (*path, "hours"), f'team "{name}" keeps the hours', defaults, names, calendars),
        when_closed=entry.when_closed,
        fallback=entry.fallback,
        escalation=entry.escalation,
        offer=OfferPolicy(entry.offer.ttl, entry.offer.first_reply_within),
        reopen=_reopen(entry.reopen) if entry.reopen is not None else None,
        auto_return_ms=entry.auto_return,
        required_skills=dict(entry.skills.required),
        preferred_skills=dict(entry.skills.preferred),
        deadlines=Deadlines(entry.deadlines.first, entry.deadlines.next, entry.deadlines.resolution),
        rating=entry.rating,
        public_prefix=entry.public_prefix,
        line=names.line_of(path),
    )


def _hours(
    value: str | None, path: Path, says: str, defaults: Defaults, names: Names, calendars: dict[str, Calendar]
) -> str | None:
    """The calendar's name; hours written in place become a calendar that is named as they are written."""
    if value is None or value == "24/7":
        return None
    if names.has("calendars", value):
        return value
    try:
        inline = values.inline_hours(value)
        if inline is not None:
            spans, zone = inline
            calendars[value] = Calendar(value, values.zone(zone) if zone else defaults.timezone, spans)
            return value
    except ValueError as error:
        names.problems.error(path, "bad-hours", str(error))
        return None
    names.resolve("calendars", value, path, says)
    return None


def _calendar(name: str, entry: shapes.CalendarShape, timezone: str) -> Calendar:
    holidays = entry.holidays
    return Calendar(
        name=name,
        timezone=entry.timezone or timezone,
        open=dict(entry.open),
        closed=frozenset(entry.closed),
        holidays_country=holidays.country if holidays is not None else None,
        holidays_subdivision=holidays.subdivision if holidays is not None else None,
    )


def _refuse_cycles(code: str, word: str, next_of: Mapping[str, str | None], section: str, names: Names) -> None:
    """A chain that comes back to itself would pass a conversation round for ever (T59, T61)."""
    told: set[str] = set()
    for start in next_of:
        chain = [start]
        while (following := next_of.get(chain[-1])) is not None and following not in chain:
            chain.append(following)
        if following == start and start not in told:
            told.update(chain)
            names.problems.error(
                (section, start, word), code, f"{word} goes round in a circle: {' -> '.join([*chain, start])}"
            )
