"""What became of one labelled line: what the metrics count."""

from dataclasses import dataclass
from typing import Literal

from .cases import Case


@dataclass(frozen=True, slots=True)
class Candidate:
    """A route or an answer that the line may be about. `to` is whom the route names, `team` whose queue that is."""

    kind: Literal["route", "answer"]
    name: str
    p: float
    to: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one line.

    Attributes:
        handed_off: this line took the conversation to people. with_people: people have it after the line.
        team, target: who has it or would be asked for it; `target` names a person where one is meant.
        routed: a route said so, not only the one that takes the rest.
        answer: the stored answer that was quoted. says: everything the agents said to the line.
        complained: the line says that the last answer did not help. offered: the bot spoke of a person.
        p, candidates: of the embedded triage; p None where a model decided that says nothing of the kind.
        context: whether the handoff carries a reason, a team and the need; None without one.
    """

    case: Case
    handed_off: bool
    with_people: bool
    team: str
    target: str
    route: str
    routed: bool
    agent: str
    answer: str = ""
    says: str = ""
    complained: bool = False
    offered: bool = False
    failed: bool = False
    out_of_scope: bool | None = None
    p: float | None = None
    candidates: tuple[Candidate, ...] = ()
    context: bool | None = None
    latency_ms: float = 0.0
    tokens: int = 0
    money: float = 0.0
