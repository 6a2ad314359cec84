"""Notations: what is meant is read, what is not is refused with the sentence that helps."""

import pytest

from routing import values
from routing.conversation import Target


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("90s", 90_000),
        ("10m", 600_000),
        ("72h", 259_200_000),
        ("7d", 604_800_000),
        ("1h30m", 5_400_000),
        ("150ms", 150),
    ],
)
def test_a_duration_has_a_unit(text: str, ms: int) -> None:
    assert values.duration_ms(text) == ms


@pytest.mark.parametrize("wrong", [90, 1.5, "90", "s", "1 hour", "-5m", "", None, True, ["5m"], "99999d"])
def test_what_is_no_duration_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"duration|ten years"):
        values.duration_ms(wrong)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", [0]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("sat,sun", [5, 6]),
        ("fri-mon", [4, 5, 6, 0]),
        ("Monday", [0]),
        ("daily", [*range(7)]),
    ],
)
def test_days_go_round_the_week(text: str, days: list[int]) -> None:
    assert list(values.days(text)) == days


@pytest.mark.parametrize("wrong", ["08:00", "25:00-26:00", "08:60-09:00", "08:00-08:00", 12, "8-9", "08:00-24:30"])
def test_hours_that_no_clock_shows_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"hours|clock|empty"):
        values.span(wrong)


def test_a_whole_day_is_written_until_24() -> None:
    assert values.opening({"sat": "00:00-24:00"}) == {5: ((0, 1440),)}
    assert values.opening("24/7")[6] == ((0, 1440),)


def test_hours_in_place_have_days_and_a_zone_or_neither() -> None:
    assert values.inline_hours("09:00-17:00 Europe/Paris") == (dict.fromkeys(range(7), ((540, 1020),)), "Europe/Paris")
    assert values.inline_hours("sat 10:00-12:00") == ({5: ((600, 720),)}, None)
    assert values.inline_hours("office") is None


def test_targets_name_their_kind_and_a_bare_name_is_an_agent_where_that_is_allowed() -> None:
    assert values.target("team:billing") == Target("team", "billing")
    assert values.target("triage", bare=True) == Target("agent", "triage")
    for wrong in ("triage", "queue:x", "team:", 5, None):
        with pytest.raises(ValueError, match="team:NAME"):
            values.target(wrong)


def test_a_time_is_an_instant_or_wall_time_with_its_zone() -> None:
    """T52"""
    assert values.time_ms("2026-03-28T23:30[Europe/Paris]") == values.time_ms("2026-03-28T22:30:00Z")
    assert values.time_ms("2026-03-30T00:30[Europe/Paris]") == values.time_ms("2026-03-30T00:30:00+02:00")
    for wrong in ("2026-03-28T23:30", "tomorrow", "2026-03-28T23:30[Mars/Base]", ""):
        with pytest.raises(ValueError, match="time"):
            values.time_ms(wrong)
