"""The scoreboard over verdicts written by hand: what counts, what does not, and what cannot be told."""

import dataclasses
import math
from typing import Any

import pytest

from bot.evaluate.cases import Case, Expected
from bot.evaluate.metrics import (
    Metric,
    baseline,
    confusion,
    escalation,
    is_loop,
    is_right,
    mistakes,
    outcome,
    scoreboard,
    timing,
)
from bot.evaluate.verdict import Candidate, Verdict

TEAM, HUMAN, BOT, OPEN = Expected("team", "billing"), Expected("human"), Expected("bot"), Expected("open")
REFUNDS = Candidate("route", "refunds", 0.95, "team:billing", "billing")
OUTAGE = Candidate("route", "outage", 0.4, "team:platform", "platform")
E1, E4 = math.exp(-1 / 2), math.exp(-4 / 2)


def verdict(expected: Expected, **facts: Any) -> Verdict:
    """A line that the bot answered in its own words, unless `facts` say otherwise."""
    case = Case("words", expected, "c", 1)
    usual = Verdict(case, False, False, "general", "team:general", "default", False, "triage", out_of_scope=False)
    return dataclasses.replace(usual, **facts)


def handed(expected: Expected, team: str = "billing", **facts: Any) -> Verdict:
    return verdict(
        expected, handed_off=True, with_people=True, team=team, target=f"team:{team}", agent="", context=True, **facts
    )


def found(metrics: tuple[Metric, ...], key: str) -> Metric:
    return next(metric for metric in metrics if metric.key == key)


def value(metrics: tuple[Metric, ...], key: str) -> float | None:
    return found(metrics, key).value


# ---- escalation ------------------------------------------------------------------------------------------------------

# Four conversations that should be handed off (three are), three that should not (one is), one that nobody can judge.
TOLD = [
    [(TEAM, True)], [(HUMAN, True)], [(BOT, False), (TEAM, True)], [(TEAM, False)],
    [(BOT, True)], [(Expected("answer", "invoices"), False)], [(Expected("oos"), False)],
    [(Expected("route", "refunds"), True)],
]  # fmt: skip


def test_escalation_counts_conversations() -> None:
    metrics = escalation(TOLD)

    assert (found(metrics, "escalation_precision").hits, found(metrics, "escalation_precision").of) == (3, 4)
    assert (found(metrics, "escalation_recall").hits, found(metrics, "escalation_recall").of) == (3, 4)
    assert value(metrics, "escalation_f1") == pytest.approx(0.75)
    assert (found(metrics, "false_escalation").hits, found(metrics, "false_escalation").of) == (1, 3)
    assert found(metrics, "false_escalation").better == "lower"


def test_always_and_never_stand_beside_it() -> None:
    talks = [[Case("x", expected, str(number), 1) for expected, _ in talk] for number, talk in enumerate(TOLD)]
    always, never = baseline(talks, always=True), baseline(talks, always=False)

    assert value(always, "escalation_recall") == 1.0
    assert value(always, "escalation_precision") == pytest.approx(4 / 7)
    assert value(always, "false_escalation") == 1.0
    assert value(always, "gt_1") == pytest.approx((E1 + 1) / 2, abs=1e-6)
    assert value(never, "escalation_recall") == 0.0
    assert value(never, "escalation_precision") is None
    assert value(never, "gt_1") == 0.0
    assert value(never, "missed") == 1.0


def test_an_ask_counts_in_its_own_line_and_not_once_people_have_it() -> None:
    asked_late = [(HUMAN, False), (BOT, True)]
    had_people = [(TEAM, True), (HUMAN, False)]
    metrics = escalation([[(HUMAN, True)], asked_late, had_people])

    assert (found(metrics, "explicit_recall").hits, found(metrics, "explicit_recall").of) == (1, 2)


def test_timing_by_hand() -> None:
    """In time, one line late, two lines early, never, and one that needs nobody and gets nobody."""
    metrics = timing(
        [
            [(BOT, False), (TEAM, True)],
            [(TEAM, False), (OPEN, True)],
            [(BOT, True), (BOT, False), (TEAM, False)],
            [(HUMAN, False), (OPEN, False)],
            [(BOT, False), (BOT, False)],
        ]
    )

    assert value(metrics, "gt_1") == pytest.approx((1 + E1 + E4 + 0 + 1) / 5, abs=1e-6)
    assert value(metrics, "gt_2") == pytest.approx((1 + math.exp(-1 / 8) + math.exp(-4 / 8) + 0 + 1) / 5, abs=1e-6)
    assert value(metrics, "gt_3") == pytest.approx((1 + math.exp(-1 / 18) + math.exp(-4 / 18) + 0 + 1) / 5, abs=1e-6)
    for key in ("early", "late", "missed"):
        assert (found(metrics, key).hits, found(metrics, key).of) == (1, 4)
    assert (value(metrics, "turns_to_human_p50"), value(metrics, "turns_to_human_p95")) == (0.0, 1.0)


def test_lines_alone_have_no_timing() -> None:
    metrics = escalation([[(TEAM, True)], [(BOT, False)]])

    for key in ("gt_1", "gt_2", "gt_3", "early", "late", "missed", "turns_to_human_p50", "turns_to_human_p95"):
        assert (value(metrics, key), found(metrics, key).why) == (None, "needs conversation")


# ---- routing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "right", "became", "wrong"),
    [
        (handed(TEAM), True, "team:billing", ()),
        (handed(TEAM, "platform"), False, "team:platform", ("wrong queue",)),
        (verdict(TEAM, team="billing"), True, "team:billing", ("not handed off",)),
        (verdict(Expected("queue", "billing"), team="billing"), True, "team:billing", ()),
        (verdict(Expected("queue", "billing"), answer="invoices"), False, "answer:invoices", ("wrong queue",)),
        (verdict(Expected("route", "refunds"), route="refunds"), True, "route:refunds", ()),
        (verdict(Expected("route", "refunds")), False, "route:default", ("wrong queue",)),
        (handed(HUMAN), None, "human", ()),
        (verdict(HUMAN), None, "bot", ("not handed off",)),
        (verdict(Expected("answer", "invoices"), answer="invoices"), True, "answer:invoices", ()),
        (verdict(Expected("answer", "invoices"), p=0.3), False, "bot", ("wrong answer",)),
        (verdict(Expected("answer", "invoices")), None, "bot", ()),  # in an endpoint's model's own words
        (verdict(Expected("agent", "triage")), True, "agent:triage", ()),
        (handed(Expected("agent", "triage")), False, "team:billing", ("wrong agent", "handed off")),
        (verdict(Expected("oos"), out_of_scope=True), None, "oos", ()),
        (verdict(Expected("oos", "near"), answer="invoices"), None, "answer:invoices", ("answered",)),
        (handed(BOT), None, "team:billing", ("handed off",)),
        (verdict(OPEN), None, "bot", ()),
    ],
)
def test_what_a_line_became_and_what_is_wrong_with_it(
    seen: Verdict, right: bool | None, became: str, wrong: tuple[str, ...]
) -> None:
    assert (is_right(seen), outcome(seen), mistakes(seen)) == (right, became, wrong)


def test_a_person_who_was_asked_for_is_the_one_who_was_meant() -> None:
    alice = Expected("person", "alice")

    assert is_right(dataclasses.replace(handed(alice), target="person:alice")) is True
    assert is_right(handed(alice)) is False


def test_routing_by_hand() -> None:
    """Five lines for billing (four right, one of them by the route that takes the rest), one for platform (wrong)."""
    billing, outage = Expected("queue", "billing"), Expected("queue", "platform")
    talks = [
        *[[verdict(billing, team="billing", routed=True, candidates=(REFUNDS, OUTAGE), p=0.95)] for _ in range(3)],
        [verdict(billing, team="billing", candidates=(OUTAGE, REFUNDS), p=0.4)],
        [verdict(billing, team="platform", routed=True, candidates=(OUTAGE,), p=0.4)],
        [verdict(outage, team="billing", routed=True, candidates=(REFUNDS, OUTAGE), p=0.95)],
        [verdict(OPEN, candidates=(REFUNDS,), p=0.95)],
    ]
    metrics = scoreboard(talks)

    assert (found(metrics, "accuracy").hits, found(metrics, "accuracy").of) == (4, 6)
    assert (found(metrics, "top_2").hits, found(metrics, "top_2").of) == (5, 6)
    assert (found(metrics, "wrong_queue").hits, found(metrics, "wrong_queue").of) == (2, 5)
    assert value(metrics, "macro_accuracy") == pytest.approx((4 / 5 + 0) / 2)


def test_the_matrix_leaves_out_what_is_not_judged() -> None:
    table = confusion([handed(TEAM), handed(TEAM), handed(TEAM, "platform"), verdict(OPEN)])

    assert {label: dict(row) for label, row in table.items()} == {
        "team:billing": {"team:billing": 2, "team:platform": 1}
    }


# ---- confidence and scope --------------------------------------------------------------------------------------------


def test_confidence_by_hand() -> None:
    """Right at .95 (twice), wrong at .4 for the topic and at .4 for a line out of scope: .95 is right, .4 is not."""
    sure = [verdict(TEAM, candidates=(REFUNDS,), p=0.95)]
    talks = [
        sure,
        sure,
        [verdict(TEAM, candidates=(OUTAGE,), p=0.4)],
        [verdict(Expected("oos"), candidates=(OUTAGE,), p=0.4)],
    ]
    metrics = scoreboard(talks)

    assert value(metrics, "coverage_at_95") == 0.5
    assert value(metrics, "ece") == pytest.approx((2 * 0.05 + 2 * 0.4) / 4)
    assert value(metrics, "risk_coverage_auc") == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)


def test_a_model_that_says_nothing_of_its_confidence_is_not_measured() -> None:
    metrics = scoreboard([[verdict(TEAM, out_of_scope=None)], [verdict(Expected("oos"), out_of_scope=None)]])

    for key in ("coverage_at_95", "risk_coverage_auc", "ece", "top_2", "oos_recall", "false_oos"):
        assert (value(metrics, key), found(metrics, key).why) == (None, "this model gives no confidence")


def test_out_of_scope_is_three_numbers() -> None:
    outside, near = Expected("oos"), Expected("oos", "near")
    talks = [
        [verdict(outside, out_of_scope=True)], [verdict(outside, out_of_scope=True)], [verdict(outside)],
        [verdict(TEAM, out_of_scope=True)], [verdict(TEAM)], [verdict(TEAM)], [verdict(Expected("answer", "invoices"))],
        [verdict(near, answer="invoices")], [verdict(near, out_of_scope=True)],
    ]  # fmt: skip
    metrics = scoreboard(talks)

    assert (found(metrics, "oos_recall").hits, found(metrics, "oos_recall").of) == (2, 3)
    assert (found(metrics, "false_oos").hits, found(metrics, "false_oos").of) == (1, 4)
    assert (found(metrics, "near_oos_answered").hits, found(metrics, "near_oos_answered").of) == (1, 2)


# ---- staying, loops, cost --------------------------------------------------------------------------------------------


def test_containment_says_what_it_hides() -> None:
    metrics = scoreboard([[handed(TEAM)], [verdict(BOT)], [verdict(BOT)], [verdict(BOT), handed(HUMAN)]])

    assert value(metrics, "containment") == 0.5
    assert "gave up" in found(metrics, "containment").note
    assert found(metrics, "verified_containment").why == "needs to know what was solved"


@pytest.mark.parametrize(
    ("talk", "loop"),
    [
        ([verdict(BOT, answer="invoices"), verdict(BOT, answer="invoices")], True),
        ([verdict(BOT, answer="invoices"), verdict(BOT, answer="hours")], False),
        ([verdict(BOT, says="w" * 40), verdict(BOT, says="w" * 40)], True),
        ([verdict(BOT, says="Hello!"), verdict(BOT, says="Hello!")], False),
        ([verdict(BOT), verdict(BOT, complained=True), verdict(BOT, complained=True)], True),
        ([verdict(BOT), verdict(BOT, complained=True, offered=True), verdict(BOT, complained=True)], False),
        ([verdict(BOT, complained=True), handed(BOT, complained=True)], False),
        ([verdict(HUMAN), verdict(BOT)], True),
        ([handed(HUMAN), handed(HUMAN)], False),
    ],
)
def test_a_loop_is_the_same_answer_twice_two_that_did_not_help_or_an_ask_that_was_ignored(
    talk: list[Verdict], loop: bool
) -> None:
    assert is_loop(talk) is loop


def test_loops_need_conversations() -> None:
    assert found(scoreboard([[verdict(HUMAN)]]), "bot_loops").why == "needs conversation"


def test_time_and_cost() -> None:
    talks = [[verdict(BOT, latency_ms=float(n), tokens=100, money=0.002)] for n in range(1, 101)]
    metrics = scoreboard(talks)

    assert (value(metrics, "latency_p50"), value(metrics, "latency_p95")) == (50.0, 95.0)
    assert (value(metrics, "tokens"), value(metrics, "money")) == (100.0, pytest.approx(0.002))


def test_no_cases_measure_nothing_and_break_nothing() -> None:
    for metric in (*scoreboard([]), *baseline([], always=True)):
        assert metric.value is None
        assert metric.why
