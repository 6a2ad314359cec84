"""The embedded triage of a policy: what its routes and answers teach about a line, in the words of the ports."""

import re
from collections.abc import Callable
from functools import lru_cache

from bot.agents.models.local import AnswerEntry, LocalTriage, RouteExamples, wants_person
from handlers.ports import Judgement
from routing.policy import Answer, Policy, Route

_CLAUSE = re.compile(r"[,;.!?\n]+|\band\b|\bbut\b", re.IGNORECASE)


def judge_of(policy: Policy) -> Callable[[str], Judgement]:
    """Judges one line. Local and deterministic; the same policy gives the same function quickly."""
    triage = triage_of(policy)
    keys = {person.name: person.key for person in reversed(list(policy.people.values())) if person.reachable_by_name}

    def judge(text: str) -> Judgement:
        judged = triage.judge(text)
        named = judged.person_named
        return Judgement(
            wants_person=judged.wants_person,
            person_named=keys.get(named, named) if named is not None else None,
            thanks=judged.thanks,
            failed_answer=judged.unhelpful,
            topics=judged.topics,
            need=without_requests(text) if judged.wants_person else None,
        )

    return judge


def without_requests(text: str) -> str:
    """What a line says besides asking for a person; empty when it says nothing else."""
    parts = [part.strip() for part in _CLAUSE.split(text)]
    return ", ".join(part for part in parts if part and not wants_person(part))


def triage_of(policy: Policy) -> LocalTriage:
    """Learns from the routes' examples and descriptions and from the answers; kept for the next call."""
    names = tuple(person.name for person in policy.people.values() if person.reachable_by_name)
    return _triage(policy.routes, policy.answers, names)


@lru_cache(maxsize=16)
def _triage(routes: tuple[Route, ...], answers: tuple[Answer, ...], people: tuple[str, ...]) -> LocalTriage:
    return LocalTriage(
        [
            RouteExamples(route.name, route.description, route.examples, to=route.to.name)
            for route in routes
            if route.examples or route.description
        ],
        [AnswerEntry(one.name, one.examples, one.text, one.source) for one in answers],
        people,
    )
