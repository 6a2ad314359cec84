"""A small desk for the tests of the decide ring: three agents, six people, five teams, one calendar."""

from collections.abc import Mapping
from dataclasses import replace

from routing.conversation import Target
from routing.policy import MINUTE_MS, AgentPolicy, Calendar, Defaults, Person, Policy, Reopen, Role, Team, Triggers

MONDAY_10_MS = 1_774_260_000_000  # Monday 23 March 2026, 10:00 UTC, within the office's hours
CLAIMED_AFTER_MS = 10 * MINUTE_MS


def agent(name: str, *handoffs: str) -> AgentPolicy:
    targets = tuple(Target(*one.split(":")) for one in handoffs)  # type: ignore[arg-type]
    return AgentPolicy(name=name, instructions="", models=("local",), handoffs=targets)


def person(key: str, name: str, *roles: Role, address: str = "") -> Person:
    return Person(
        key=key, name=name, roles=frozenset(roles or ("member",)), addresses={"slack": address or f"U-{key.upper()}"}
    )


def desk(**defaults: object) -> Policy:
    """`defaults` are fields of `Defaults`."""
    office = Calendar(name="office", timezone="UTC", open=dict.fromkeys(range(5), ((9 * 60, 17 * 60),)))
    never = Calendar(name="sundays", timezone="UTC", open={6: ((9 * 60, 17 * 60),)})
    ring = ("agent:triage", "agent:billing_agent", "agent:tech_agent")
    return Policy(
        version="v1",
        defaults=Defaults(**{"max_handoffs": 5, **defaults}),  # type: ignore[arg-type]
        agents={
            "triage": agent("triage", *ring, "team:billing", "team:general", "person:ana"),
            "billing_agent": agent("billing_agent", *ring, "team:billing"),
            "tech_agent": agent("tech_agent", *ring, "team:general"),
        },
        people=_by_key(
            person("ana", "Ana Ruiz"),
            person("bob", "Bob Stone"),
            person("carl", "Carl Maas"),
            person("lena", "Lena Lind", "lead"),
            person("vic", "Vic Vane", "viewer"),
            person("rita", "Rita Root", address="mia-at-work"),
        ),
        teams={
            "general": Team("general", "General", frozenset({"ana", "carl", "lena"})),
            "billing": Team("billing", "Billing", frozenset({"ana", "bob", "rita"})),
            "office": Team("office", "Office", frozenset({"bob", "carl"}), hours="office"),
            "sundays": Team("sundays", "Sundays", frozenset({"carl"}), hours="sundays"),
            "legal": Team("legal", "Legal", frozenset(), fallback="billing"),
            "returning": Team("returning", "Returning", frozenset({"bob"}), reopen=Reopen(to="agent")),
        },
        calendars={"office": office, "sundays": never},
        triggers=Triggers(failed_answers_max=2, agent_turns_max=8),
    )


def _by_key(*people: Person) -> Mapping[str, Person]:
    return {one.key: one for one in people}


def without(policy: Policy, *, agents: tuple[str, ...] = (), people: tuple[str, ...] = (), teams: tuple[str, ...] = (),
            version: str = "v2") -> Policy:  # fmt: skip
    """The same desk in a newer configuration, in which these names are gone."""
    return replace(
        policy,
        version=version,
        agents={name: one for name, one in policy.agents.items() if name not in agents},
        people={name: one for name, one in policy.people.items() if name not in people},
        teams={
            name: replace(one, members=one.members - set(people))
            for name, one in policy.teams.items()
            if name not in teams
        },
    )
