"""The embedded triage of a policy: what its routes and answers teach about a line, in the words of the ports."""

import re
from collections.abc import Callable
from functools import lru_cache

from bot.agents.models.local import AnswerEntry, LocalTriage, RouteExamples, language_of, wants_person
from handlers.ports import Judgement
from routing.policy import Policy

_CLAUSE = re.compile(r"[,;.!?\n]+|\band\b|\bbut\b", re.IGNORECASE)


def judge_of(policy: Policy, *, about: bool = True) -> Callable[[str], Judgement]:
    """Judges one line. Local and deterministic; the same policy gives the same function quickly.

    `about` False leaves out the topics: what a line is about matters only while somebody may still be asked for it.
    """
    triage = triage_of(policy)

    def judge(text: str) -> Judgement:
        judged = triage.judge(text, about=about)
        named = judged.person_named
        return Judgement(
            wants_person=judged.wants_person,
            person_named=_key_of(policy, named) if named is not None else None,
            thanks=judged.thanks,
            failed_answer=judged.unhelpful,
            topics=judged.topics,
            language=language_of(text),
            need=without_requests(text) if judged.wants_person else None,
        )

    return judge


def _key_of(policy: Policy, name: str) -> str:
    """The key of the first person of that name; somebody who is not in the file keeps the name."""
    found = (person.key for person in policy.people.values() if person.reachable_by_name and person.name == name)
    return next(found, name)


def without_requests(text: str) -> str:
    """What a line says besides asking for a person; empty when it says nothing else."""
    parts = [part.strip() for part in _CLAUSE.split(text)]
    return ", ".join(part for part in parts if part and not wants_person(part))


class _Taught:
    """What a triage learns from. The same objects mean the same triage: comparing what is in them would cost more than
    judging a line."""

    def __init__(self, policy: Policy) -> None:
        self.parts = (policy.routes, policy.answers, policy.people)

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.parts)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Taught) and all(a is b for a, b in zip(self.parts, other.parts, strict=True))


def triage_of(policy: Policy) -> LocalTriage:
    """Learns from the routes' examples and descriptions and from the answers; kept for the next call."""
    return _triage(_Taught(policy))


@lru_cache(maxsize=16)
def _triage(taught: _Taught) -> LocalTriage:
    routes, answers, people = taught.parts
    return LocalTriage(
        [
            RouteExamples(route.name, route.description, route.examples, to=route.to.name)
            for route in routes
            if route.examples or route.description
        ],
        [AnswerEntry(one.name, one.examples, one.text, one.source) for one in answers],
        tuple(person.name for person in people.values() if person.reachable_by_name),
    )
