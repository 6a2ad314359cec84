"""The compiled configuration: plain values, every name resolved. `bot/config_file.py` makes one from config.yaml.

Durations are milliseconds (`_ms`). Mappings go by the names of config.yaml. Nothing here reads a clock or a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .conversation import Priority, Target

Role = Literal["viewer", "member", "lead", "admin", "privacy"]
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Reopen:
    within_ms: int = 72 * HOUR_MS
    to: Literal["same_human_if_on_duty", "agent", "team"] = "same_human_if_on_duty"
    otherwise: Literal["agent", "team"] = "agent"


@dataclass(frozen=True, slots=True)
class Budget:
    tokens: int | None = None
    money: float | None = None
    hops: int | None = None
    wall_time_ms: int | None = None
    model_calls: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """Of a model, per million tokens."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class HandoffOptions:
    """How one entry of an agent's `handoffs` differs from the plain target. Functions are import paths."""

    tool_name: str | None = None
    tool_description: str | None = None
    input_type: str | None = None
    input_filter: tuple[str, ...] = ()
    on_handoff: str | None = None
    is_enabled: str | bool = True
    context_provider: str | None = None


@dataclass(frozen=True, slots=True)
class AgentPolicy:
    """An agent as declared; `models` in order of preference, a name or `local`.

    `handoff_options` goes by the target in words (`team:billing`) and holds only entries that have any.
    """

    name: str
    instructions: str
    models: tuple[str, ...]
    handoffs: tuple[Target, ...] = ()
    handoff_description: str = ""
    handoff_tool: Literal["per_target", "single"] = "per_target"
    repairs: int = 2
    tools: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    context_provider: str | None = None
    is_enabled: str | bool = True
    budget: Budget = Budget()
    can_complete: bool = True
    handoff_options: Mapping[str, HandoffOptions] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    roles: frozenset[Role] = frozenset({"member"})
    addresses: Mapping[str, str] = field(default_factory=dict)  # platform -> user id there
    skills: Mapping[str, int] = field(default_factory=dict)
    capacity: int = 3
    substitute: str | None = None
    reachable_by_name: bool = True


@dataclass(frozen=True, slots=True)
class OfferPolicy:
    ttl_ms: int = 90_000
    first_reply_within_ms: int = 5 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Business time, in milliseconds; None where the team promises nothing."""

    first_ms: int | None = None
    next_ms: int | None = None
    resolution_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    title: str
    members: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()  # Slack user groups, resolved when Slack is connected
    channel: str | None = None
    strategy: Literal["broadcast", "balanced"] = "broadcast"
    hours: str | None = None
    when_closed: Literal["park", "queue", "fallback"] = "park"
    fallback: str | None = None
    escalation: str | None = None
    offer: OfferPolicy = OfferPolicy()
    reopen: Reopen | None = None
    auto_return_ms: int | None = None
    required_skills: Mapping[str, int] = field(default_factory=dict)
    preferred_skills: Mapping[str, int] = field(default_factory=dict)
    deadlines: Deadlines = Deadlines()
    rating: bool = True
    public_prefix: str | None = None
    line: int = 0  # in config.yaml, for explanations


@dataclass(frozen=True, slots=True)
class Calendar:
    """Local wall time of an IANA zone. `open` maps weekday (0 = Monday) to spans in minutes; a span that ends at or
    before its start runs past midnight. `closed` and `holidays_country` name local dates on which nothing opens."""

    name: str
    timezone: str
    open: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()  # YYYY-MM-DD
    holidays_country: str | None = None
    holidays_subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class Triggers:
    asks_for_human: bool = True
    failed_answers_max: int | None = None
    agent_turns_max: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A tree over the facts of one message. Exactly one of the fields is set; `all`/`any`/`not_` nest."""

    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    not_: "Condition | None" = None
    topic: str | None = None
    text: str | None = None  # a regular expression, searched without regard to case
    channel: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    hours: str | None = None  # a calendar that is open


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    to: Target
    when: Condition | None = None
    description: str = ""
    examples: tuple[str, ...] = ()
    at: float = 0.9
    priority: Priority = "normal"
    handoff: Literal["on_call", "always"] = "on_call"
    line: int = 0  # in config.yaml, for explanations


@dataclass(frozen=True, slots=True)
class Answer:
    name: str
    text: str
    examples: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class EscalationStep:
    after_ms: int | None
    widen: tuple[str, ...] = ()
    notify: tuple[Target, ...] = ()
    tell_customer: str | None = None
    finally_: Literal["queue", "agent"] | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """Who may hand to whom. `from_` and `to` are targets in words or `*`; `allow` False forbids."""

    from_: str
    to: str
    allow: bool = True
    when: Condition | None = None
    line: int = 0  # in config.yaml, for explanations


@dataclass(frozen=True, slots=True)
class ConfigTest:
    name: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    at: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Defaults:
    timezone: str = "UTC"
    locale: str = "en"
    agent: str = "triage"
    team: str = "general"
    agent_timeout_ms: int = 45_000
    slow_line_after_ms: int = 10_000
    max_handoffs: int = 5
    detect_cycles: bool = True
    unclaimed_after_ms: int = 10 * MINUTE_MS
    reopen: Reopen = Reopen()
    debounce_ms: int = 150
    admin_channel: str | None = None
    rate_limit: Mapping[str, Any] = field(default_factory=dict)
    retention_ms: int | None = None
    redact: tuple[str, ...] = ()
    prices: Mapping[str, Price] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the administrators said, resolved.

    Attributes:
        version: names this configuration in journals ("v42", or a short hash where versions are not kept).
        agents_paused: the live switch; while set, no agent speaks and everything queues.
    """

    version: str
    defaults: Defaults
    agents: Mapping[str, AgentPolicy]
    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    routes: tuple[Route, ...] = ()
    triggers: Triggers = Triggers()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    escalations: Mapping[str, tuple[EscalationStep, ...]] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    schedules: Mapping[str, Any] = field(default_factory=dict)
    tests: tuple[ConfigTest, ...] = ()
    shadow: Mapping[str, Any] = field(default_factory=dict)
    agents_paused: bool = False

    def team(self, name: str | None) -> Team:
        """The team of that name; one that is gone or has no members means its fallback, at last the default team."""
        seen: set[str] = set()
        while name is not None and name not in seen:
            seen.add(name)
            found = self.teams.get(name)
            if found is not None and (found.members or found.groups):
                return found
            name = found.fallback if found is not None else None
        return self.teams[self.defaults.team]

    def person_name(self, key: str) -> str:
        """The name to show for a person; one who is gone from the file keeps the key."""
        person = self.people.get(key)
        return person.name if person is not None else key

    def teams_of(self, person: str) -> tuple[Team, ...]:
        """The person's teams in the order of the file."""
        return tuple(team for team in self.teams.values() if person in team.members)
