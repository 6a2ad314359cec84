"""How sure the embedded triage is of a line: the one place that knows how it says so."""

from dataclasses import dataclass

from bot.triage import engine, triage_of
from routing.conversation import Target
from routing.policy import Policy

from .verdict import Candidate


@dataclass(frozen=True, slots=True)
class Confidence:
    """`candidates` are ranked, the best first; `p` is how sure the triage is of the first.

    By meaning that is a probability, by words a likeness.
    """

    p: float
    candidates: tuple[Candidate, ...]
    out_of_scope: bool


def team_of(policy: Policy, target: Target) -> str:
    """Whose queue a handoff to that target would wait in."""
    if target.kind == "person":
        theirs = policy.teams_of(target.name)
        return theirs[0].name if theirs else policy.team(None).name
    return policy.team(target.name if target.kind == "team" else None).name


def confidence_of(policy: Policy, text: str) -> Confidence:
    """What the embedded triage of this policy makes of a line, without deciding anything."""
    judged = triage_of(policy).judge(text)
    to = {route.name: route.to for route in policy.routes}
    scored = [
        Candidate("route", name, p, str(to[name]), team_of(policy, to[name])) for name, p in judged.topics.items()
    ]
    scored += [Candidate("answer", name, p) for name, p in judged.answers.items()]
    ranked = tuple(sorted(scored, key=lambda one: -one.p))
    return Confidence(ranked[0].p if ranked else 0.0, ranked, judged.out_of_scope)


def engine_name() -> str:
    """What the embedded triage runs on in this process, in words."""
    return str(engine())
