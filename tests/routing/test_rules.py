"""The first route that matches, and the reason of each in words."""

import pytest

from routing.conversation import Target
from routing.policy import Calendar, Condition, Defaults, Policy, Route
from routing.rules import Facts, choice, pick
from routing.values import opening, time_ms

GENERAL = Target("team", "general")
BILLING = Target("team", "billing")


def policy(*routes: Route) -> Policy:
    office = Calendar("office", "UTC", opening({"mon-fri": "09:00-17:00"}))
    return Policy("v1", Defaults(), {}, {}, {}, routes=routes, calendars={"office": office})


REFUNDS = Route(
    "refunds", BILLING, Condition(any=(Condition(topic="refunds"), Condition(text="charged|refund"))), line=9
)
DEFAULT = Route("default", GENERAL, line=12)


def why(condition: Condition, **facts: object) -> tuple[bool, str]:
    given = Facts(**{"text": "", **facts})  # type: ignore[arg-type]
    _, (verdict,) = pick(policy(Route("r", BILLING, condition)), given)
    return verdict.matched, verdict.why


def test_the_first_route_that_matches_is_taken_and_says_with_what() -> None:
    route, verdicts = pick(policy(REFUNDS, DEFAULT), Facts("I was charged twice", topics={"refunds": 0.93}))

    assert route is REFUNDS
    assert [(one.route, one.matched, one.chosen, one.why, one.line) for one in verdicts] == [
        ("refunds", True, True, 'topic=refunds (model 0.93 >= 0.90), text has "charged"', 9),
        ("default", True, False, 'takes everything; "refunds" (line 9) comes first', 12),
    ]


def test_a_route_that_does_not_match_says_what_it_lacks() -> None:
    route, verdicts = pick(policy(REFUNDS, DEFAULT), Facts("hello", topics={"refunds": 0.12}))

    assert route is DEFAULT
    assert verdicts[0].why == 'topic=refunds (model 0.12 < 0.90), text lacks "charged|refund"'


def test_without_any_match_the_default_team_is_asked() -> None:
    route, verdicts = pick(policy(REFUNDS), Facts("hello"))

    assert (route.name, route.to, verdicts[0].chosen) == ("default", GENERAL, False)


def test_the_choice_carries_what_decide_needs() -> None:
    taken = choice(policy(Route("r", BILLING, Condition(text="x"), priority="high", handoff="always")), Facts("x"))
    fallback = choice(policy(DEFAULT), Facts("x"))

    assert (taken.route, taken.to, taken.priority, taken.always, taken.default) == ("r", BILLING, "high", True, False)
    assert fallback.default


@pytest.mark.parametrize(
    ("condition", "facts", "verdict"),
    [
        (Condition(channel=("C1", "C2")), {"channel": "C9"}, (False, 'channel is "C9", wants "C1" or "C2"')),
        (Condition(channel=("C1",)), {"channel": "C1"}, (True, 'channel is "C1"')),
        (Condition(user=("mia",)), {}, (False, 'user is not known, wants "mia"')),
        (Condition(language=("fr",)), {"language": "fr-CA"}, (True, 'language is "fr-CA"')),
        (Condition(platform=("slack",)), {"platform": "console"}, (False, 'platform is "console", wants "slack"')),
        (Condition(reason=("asked_for_human",)), {"reason": "asked_for_human"}, (True, 'reason is "asked_for_human"')),
        (Condition(not_=Condition(text="spam")), {"text": "spam!"}, (False, 'not wanted: text has "spam"')),
        (Condition(not_=Condition(text="spam")), {"text": "hi"}, (True, 'text lacks "spam"')),
        (Condition(all=(Condition(text="a"), Condition(text="b"))), {"text": "a"}, (False, 'text lacks "b"')),
        (Condition(hours="office"), {"now_ms": time_ms("2026-03-30T09:00:00Z")}, (True, '"office" is open')),
        (Condition(hours="office"), {"now_ms": time_ms("2026-03-29T09:00:00Z")}, (False, '"office" is closed')),
    ],
)
def test_every_kind_of_condition_explains_itself(
    condition: Condition, facts: dict[str, object], verdict: tuple[bool, str]
) -> None:
    assert why(condition, **facts) == verdict
