"""The scoreboard: verdicts in, metrics out. Pure. What the data cannot tell is said to be not measured, and why."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import numpy as np

from . import statistics as s
from .cases import Case, Expected
from .verdict import Verdict

Better = Literal["higher", "lower", "neither"]
Unit = Literal["rate", "score", "lines", "ms", "tokens", "money"]
Talk = Sequence[Verdict]

NEEDS_CONVERSATION: Final = "needs conversation"
NO_CONFIDENCE: Final = "this model gives no confidence"
QUEUES: Final = ("team", "queue", "route", "person")
LONG_WORDS: Final = 40  # characters from which the same words twice are the same answer twice


@dataclass(frozen=True, slots=True)
class Metric:
    """One number. `value` None: not measured, because of `why`. Rates carry `hits` of `of`; intervals are of 95 %."""

    key: str
    title: str
    value: float | None
    low: float | None = None
    high: float | None = None
    hits: int | None = None
    of: int | None = None
    unit: Unit = "rate"
    better: Better = "higher"
    why: str = ""
    note: str = ""


def rate(key: str, title: str, hits: int, of: int, why: str, *, better: Better = "higher", note: str = "") -> Metric:
    """A share with its Wilson interval; not measured where there is nothing to take a share of."""
    if of == 0:
        return Metric(key, title, None, why=why, better=better, note=note)
    low, high = s.wilson(hits, of)
    return Metric(key, title, hits / of, low, high, hits, of, better=better, note=note)


def score(
    key: str, title: str, groups: Sequence[Sequence[int]], measure: Callable[[s.Rows], float], why: str, *,
    better: Better = "higher", unit: Unit = "score",
) -> Metric:  # fmt: skip
    """A number with a bootstrap interval over conversations; not measured where it is NaN."""
    rows = np.array([row for group in groups for row in group], dtype=np.intp)
    value = measure(rows) if len(rows) else math.nan
    if math.isnan(value):
        return Metric(key, title, None, unit=unit, better=better, why=why)
    low, high = s.bootstrap(groups, measure)
    return Metric(key, title, value, low, high, of=len(rows), unit=unit, better=better)


def scoreboard(talks: Sequence[Talk]) -> tuple[Metric, ...]:
    """Every metric of one run, in the order in which it is shown."""
    told = [[(one.case.expected, one.handed_off) for one in talk] for talk in talks]
    every = [one for talk in talks for one in talk]
    return (
        *escalation(told),
        *routing(every, talks),
        *confidence(talks),
        *scope(every),
        *staying(talks),
        *cost(every, talks),
    )


def baseline(talks: Sequence[Sequence[Case]], *, always: bool) -> tuple[Metric, ...]:
    """The metrics of escalation for a bot that hands off at every line, or at none."""
    return escalation([[(case.expected, always) for case in talk] for talk in talks])


# ---- escalation ------------------------------------------------------------------------------------------------------


def escalation(talks: Sequence[Sequence[tuple[Expected, bool]]]) -> tuple[Metric, ...]:
    """Per conversation: was it handed off, should it be, and when. A line is (what was expected, whether it was handed
    off).

    Conversations whose labels do not say whether people are needed do not count.
    """
    judged = [(talk, wanted) for talk in talks if (wanted := _should(talk)) is not None]
    should: s.Bools = np.array([wanted for _, wanted in judged], dtype=np.bool_)
    did = np.array([any(handed for _, handed in talk) for talk, _ in judged], dtype=np.bool_)
    hits, positives, negatives = int((should & did).sum()), int(should.sum()), int((~should).sum())
    asks = [(expected, handed) for talk in talks for expected, handed in _reached(talk) if expected.kind == "human"]
    alone = [[row] for row in range(len(judged))]
    nobody, none_needed = "no case should be handed off", "no case should stay with the bot"
    return (
        rate("escalation_precision", "Escalation precision", hits, int(did.sum()), "nothing was handed off"),
        rate("escalation_recall", "Escalation recall", hits, positives, nobody),
        score("escalation_f1", "Escalation F1", alone, lambda rows: s.f1(should[rows], did[rows]), nobody),
        rate(
            "explicit_recall", "Explicit request, same turn", sum(handed for _, handed in asks), len(asks),
            'no line is labelled "human"',
        ),
        rate(
            "false_escalation", "False escalation", int((did & ~should).sum()), negatives, none_needed, better="lower"
        ),
        *timing([talk for talk, _ in judged if len(talk) > 1]),
    )  # fmt: skip


def timing(talks: Sequence[Sequence[tuple[Expected, bool]]]) -> tuple[Metric, ...]:
    """How near the handoff is to where it should be. Only conversations of several lines have a time."""
    golden = [[at for at, (expected, _) in enumerate(talk) if expected.hands_off] for talk in talks]
    predicted = [[at for at, (_, handed) in enumerate(talk) if handed] for talk in talks]
    wanted = [(told[0] if told else None, gold[0]) for told, gold in zip(predicted, golden, strict=True) if gold]
    waits = [float(at - gold) for at, gold in wanted if at is not None and at >= gold]
    early = sum(at is not None and at < gold for at, gold in wanted)
    late = sum(at is not None and at > gold for at, gold in wanted)
    missed = sum(at is None for at, _ in wanted)
    alone = [[row] for row in range(len(talks))]

    def nearness(tolerance: int) -> Metric:
        scores = np.array([s.golden_transfer(p, q, tolerance) for p, q in zip(predicted, golden, strict=True)])
        roman = "I" * tolerance
        return score(
            f"gt_{tolerance}", f"GT-{roman} (lambda 0)", alone,
            lambda rows: float(scores[rows].mean()) if len(rows) else math.nan, NEEDS_CONVERSATION,
        )  # fmt: skip

    never = NEEDS_CONVERSATION if not wanted else "no conversation reached people in time"
    return (
        *(_percentile(f"turns_to_human_p{share}", f"Turns to a human, p{share}", waits, share, "lines", never)
          for share in (50, 95)),
        *(nearness(tolerance) for tolerance in (1, 2, 3)),
        rate("early", "Handed off early", early, len(wanted), NEEDS_CONVERSATION, better="lower"),
        rate("late", "Handed off late", late, len(wanted), NEEDS_CONVERSATION, better="lower"),
        rate("missed", "Never handed off", missed, len(wanted), NEEDS_CONVERSATION, better="lower"),
    )  # fmt: skip


def _should(talk: Sequence[tuple[Expected, bool]]) -> bool | None:
    """Whether a conversation should be handed off; None where a label leaves it open and none says yes."""
    said = [expected.hands_off for expected, _ in talk]
    if True in said:
        return True
    return None if None in said else False


def _reached(talk: Sequence[tuple[Expected, bool]]) -> Iterable[tuple[Expected, bool]]:
    """The lines up to the first handoff: later ones are people's."""
    for expected, handed in talk:
        yield expected, handed
        if handed:
            return


# ---- routing ---------------------------------------------------------------------------------------------------------


def is_right(verdict: Verdict) -> bool | None:
    """Whether the line is with, or would be asked of, whom its label names; None where it names nobody.

    A line that was answered from the stored answers went to no queue.
    """
    expected = verdict.case.expected
    match expected.kind:
        case "team" | "queue":
            return not verdict.answer and verdict.team == expected.name
        case "person":
            return not verdict.answer and verdict.target == str(expected)
        case "route":
            return not verdict.answer and verdict.route == expected.name
        case "answer":
            if not verdict.answer and not verdict.with_people and verdict.p is None:
                return None  # an endpoint's model answers in its own words: nobody can tell which answer that is
            return verdict.answer == expected.name
        case "agent":
            return not verdict.with_people and verdict.agent == expected.name
        case _:
            return None


def mistakes(verdict: Verdict) -> tuple[str, ...]:
    """What is wrong with it, in words."""
    wrong = []
    expected = verdict.case.expected
    if is_right(verdict) is False:
        wrong.append("wrong queue" if expected.kind in QUEUES else f"wrong {expected.kind}")
    if expected.hands_off and not verdict.with_people:
        wrong.append("not handed off")
    if expected.hands_off is False and verdict.handed_off:
        wrong.append("handed off")
    if expected.kind == "oos" and verdict.answer:
        wrong.append("answered")
    return tuple(wrong)


def outcome(verdict: Verdict) -> str:
    """What became of the line, in the words of its label."""
    kind = verdict.case.expected.kind
    if verdict.answer and not verdict.with_people:
        return f"answer:{verdict.answer}"
    if kind == "human" and verdict.with_people:
        return "human"
    if kind == "route":
        return f"route:{verdict.route or 'default'}"
    if kind == "person":
        return verdict.target
    if kind in QUEUES or verdict.with_people:
        return f"team:{verdict.team}"
    if verdict.out_of_scope:
        return str(verdict.case.expected) if kind == "oos" else "oos"
    return f"agent:{verdict.agent}" if kind == "agent" else "bot"


def confusion(verdicts: Iterable[Verdict]) -> Mapping[str, Counter[str]]:
    """Label -> what became of its lines. Lines that are not judged are left out."""
    table: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        if verdict.case.expected.kind != "open":
            table.setdefault(str(verdict.case.expected), Counter())[outcome(verdict)] += 1
    return dict(sorted(table.items()))


def routing(every: Sequence[Verdict], talks: Sequence[Talk]) -> tuple[Metric, ...]:
    named = [(row, one) for row, one in enumerate(every) if is_right(one) is not None]
    queued = [one for _, one in named if one.case.expected.kind in QUEUES and not one.answer]
    routed = [one for one in queued if one.routed or one.with_people]
    ranked = [one for _, one in named if one.candidates and one.case.expected.kind != "agent"]
    right = np.array([bool(is_right(one)) for one in every], dtype=np.bool_)
    labels = [str(one.case.expected) for one in every]
    kinds = sorted({labels[row] for row, _ in named})
    number = np.array([kinds.index(label) if label in kinds else -1 for label in labels], dtype=np.intp)

    def macro(rows: s.Rows) -> float:
        """The mean over labels of the share that is right."""
        counts = np.bincount(number[rows], minlength=len(kinds))
        hits = np.bincount(number[rows], weights=right[rows].astype(np.float64), minlength=len(kinds))
        seen = counts > 0
        return float((hits[seen] / counts[seen]).mean()) if seen.any() else math.nan

    lacking = "no line names a team, route, person, answer or agent"
    groups = _groups(talks, {row for row, _ in named})
    wrong = sum(not is_right(one) for one in routed)
    top2 = sum(any(_fits(one, rank) for rank in (0, 1)) for one in ranked)
    return (
        rate("accuracy", "Accuracy", sum(bool(is_right(one)) for _, one in named), len(named), lacking),
        rate("top_2", "Top 2", top2, len(ranked), lacking if not named else NO_CONFIDENCE),
        score("macro_accuracy", "Accuracy, macro over labels", groups, macro, lacking, unit="rate"),
        rate("wrong_queue", "Wrong queue", wrong, len(routed), "no labelled line was routed", better="lower"),
    )


def _fits(verdict: Verdict, rank: int) -> bool:
    """Whether the candidate of that rank is what the label names."""
    if rank >= len(verdict.candidates):
        return False
    candidate, expected = verdict.candidates[rank], verdict.case.expected
    match expected.kind:
        case "team" | "queue":
            return candidate.team == expected.name
        case "person":
            return candidate.to == str(expected)
        case "route" | "answer":
            return (candidate.kind, candidate.name) == (expected.kind, expected.name)
        case _:
            return False


def _groups(talks: Sequence[Talk], wanted: set[int]) -> list[list[int]]:
    """The numbers of the wanted lines, by conversation, counted through all conversations."""
    groups, first = [], 0
    for talk in talks:
        group = [row for row in range(first, first + len(talk)) if row in wanted]
        first += len(talk)
        if group:
            groups.append(group)
    return groups


# ---- confidence ------------------------------------------------------------------------------------------------------


def sure_and_right(every: Sequence[Verdict]) -> list[tuple[int, float, bool]]:
    """(row, how sure, whether the first candidate is right) of each line whose label can tell. Whatever the triage
    finds in a line out of scope is wrong."""
    kinds = (*QUEUES, "answer", "oos")
    return [
        (row, one.p, _fits(one, 0))
        for row, one in enumerate(every)
        if one.p is not None and one.candidates and one.case.expected.kind in kinds
    ]


def confidence(talks: Sequence[Talk]) -> tuple[Metric, ...]:
    """Abstention: what the triage could decide alone, and whether it knows how sure it may be."""
    every = [one for talk in talks for one in talk]
    known = sure_and_right(every)
    sure, right = np.zeros(len(every)), np.zeros(len(every), dtype=np.bool_)
    for row, p, fits in known:
        sure[row], right[row] = p, fits
    groups = _groups(talks, {row for row, _, _ in known})
    why = NO_CONFIDENCE if every and all(one.p is None for one in every) else "no label says what a line is about"
    coverage = partial(s.coverage_at, 0.95)

    def of(measure: Callable[[s.Floats, s.Bools], float]) -> Callable[[s.Rows], float]:
        return lambda rows: measure(sure[rows], right[rows])

    return (
        score("coverage_at_95", "Coverage at 95 % precision", groups, of(coverage), why, unit="rate"),
        score("risk_coverage_auc", "Risk-coverage area", groups, of(s.risk_coverage_area), why, better="lower"),
        score("ece", "Calibration error (ECE)", groups, of(s.calibration_error), why, better="lower"),
    )


# ---- out of scope ----------------------------------------------------------------------------------------------------


def scope(every: Sequence[Verdict]) -> tuple[Metric, ...]:
    """Three numbers that do not add up to one: found, wrongly found, and answered although no answer fits."""
    told = [one for one in every if one.out_of_scope is not None]
    outside = [one for one in told if one.case.expected == Expected("oos")]
    inside = [one for one in told if one.case.expected.kind in (*QUEUES, "answer", "agent")]
    near = [one for one in every if one.case.expected == Expected("oos", "near")]
    silent = NO_CONFIDENCE if every and not told else ""
    return (
        rate(
            "oos_recall", "Out of scope, recall", sum(bool(one.out_of_scope) for one in outside), len(outside),
            silent or 'no line is labelled "oos"',
        ),
        rate(
            "false_oos", "False out of scope", sum(bool(one.out_of_scope) for one in inside), len(inside),
            silent or "no line is labelled with what it is about", better="lower",
        ),
        rate(
            "near_oos_answered", "Near out of scope, answered", sum(bool(one.answer) for one in near), len(near),
            'no line is labelled "oos:near"', better="lower",
        ),
    )  # fmt: skip


# ---- staying with the bot --------------------------------------------------------------------------------------------


def staying(talks: Sequence[Talk]) -> tuple[Metric, ...]:
    long = [talk for talk in talks if len(talk) > 1]
    handed = [one for talk in talks for one in talk if one.handed_off]
    return (
        rate(
            "containment", "Containment", sum(not any(one.with_people for one in talk) for talk in talks), len(talks),
            "there are no cases", better="neither", note="counts customers who gave up as contained",
        ),
        Metric("verified_containment", "Verified containment", None, why="needs to know what was solved"),
        rate(
            "bot_loops", "False bot loops", sum(is_loop(talk) for talk in long), len(long), NEEDS_CONVERSATION,
            better="lower",
        ),
        rate(
            "context_carried", "Handoffs with reason, team and need", sum(bool(one.context) for one in handed),
            len(handed), "nothing was handed off",
        ),
    )  # fmt: skip


def is_loop(talk: Talk) -> bool:
    """The same answer twice, two answers that did not help without a person offered, or an ask that was ignored."""
    answers = [one.answer for one in talk if one.answer]
    words = [one.says for one in talk if len(one.says) >= LONG_WORDS]
    if len(set(answers)) < len(answers) or len(set(words)) < len(words):
        return True
    complaints = 0
    for one in talk:
        complaints += one.complained
        if one.with_people or one.offered:
            complaints = 0
        if complaints >= 2 or (one.case.expected.kind == "human" and not one.with_people):
            return True
    return False


# ---- time and cost ---------------------------------------------------------------------------------------------------


def cost(every: Sequence[Verdict], talks: Sequence[Talk]) -> tuple[Metric, ...]:
    times = [one.latency_ms for one in every]
    spent = [float(sum(one.tokens for one in talk)) for talk in talks]
    money = [sum(one.money for one in talk) for talk in talks]
    tokenless, moneyless = "no model counted tokens", "no price is configured, or no tokens were counted"
    count = len(talks)
    return (
        *(_percentile(f"latency_p{share}", f"Latency, p{share}", times, share, "ms", "there are no cases")
          for share in (50, 95)),
        Metric("tokens", "Tokens a conversation", sum(spent) / count if any(spent) else None, unit="tokens",
               of=count, better="lower", why=tokenless),
        Metric("money", "Cost a conversation", sum(money) / count if any(money) else None, unit="money",
               of=count, better="lower", why=moneyless),
        rate("unanswered", "No model could answer", sum(one.failed for one in every), len(every), "there are no cases",
             better="lower"),
    )  # fmt: skip


def _percentile(key: str, title: str, values: Sequence[float], share: int, unit: Unit, why: str) -> Metric:
    if not values:
        return Metric(key, title, None, unit=unit, better="lower", why=why)
    return Metric(key, title, s.percentile(values, share / 100), of=len(values), unit=unit, better="lower")
