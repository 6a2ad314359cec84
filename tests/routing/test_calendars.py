"""Hours are wall time of a zone: the clock changes, they do not."""

import pytest

from routing.calendars import after_business_ms, business_ms, closed_because, closes_at_ms, is_open, opens_at_ms
from routing.policy import HOUR_MS, MINUTE_MS, Calendar
from routing.values import opening, time_ms

PARIS = "Europe/Paris"


def paris(text: str) -> int:
    return time_ms(f"{text}[{PARIS}]")


def calendar(hours: object, **more: object) -> Calendar:
    return Calendar("office", PARIS, opening(hours), **more)  # type: ignore[arg-type]


OFFICE = calendar({"mon-fri": ["09:00-17:00"]})
NIGHTS = calendar({"daily": "22:00-06:00"})


@pytest.mark.parametrize(("day", "utc"), [("2026-03-27", "08:00"), ("2026-03-30", "07:00")])
def test_the_office_opens_at_nine_on_its_own_clock_before_and_after_the_clock_changes(day: str, utc: str) -> None:
    """T37"""
    at_ms = time_ms(f"{day}T{utc}:00Z")

    assert is_open(OFFICE, at_ms)
    assert not is_open(OFFICE, at_ms - 1)
    assert at_ms == paris(f"{day}T09:00")


def test_a_shift_past_midnight_is_open_at_two_in_the_morning() -> None:
    """T39"""
    assert is_open(NIGHTS, paris("2026-01-15T02:00"))
    assert not is_open(NIGHTS, paris("2026-01-15T06:00"))
    assert is_open(NIGHTS, paris("2026-01-15T22:00"))


@pytest.mark.parametrize(
    ("evening", "morning", "hours"), [("2026-03-28", "2026-03-29", 7), ("2026-10-24", "2026-10-25", 9)]
)
def test_the_night_in_which_the_clock_changes_has_an_hour_less_or_more(evening: str, morning: str, hours: int) -> None:
    """T39"""
    start_ms = paris(f"{evening}T22:00")

    assert closes_at_ms(NIGHTS, start_ms) == paris(f"{morning}T06:00") == start_ms + hours * HOUR_MS
    assert business_ms(NIGHTS, start_ms, start_ms + 20 * HOUR_MS) == hours * HOUR_MS


def test_lunch_is_closed_and_the_afternoon_opens_again() -> None:
    """T39"""
    split = calendar({"mon-fri": ["09:00-12:00", "13:30-18:00"]})

    assert is_open(split, paris("2026-01-15T11:59"))
    assert not is_open(split, paris("2026-01-15T12:00"))
    assert opens_at_ms(split, paris("2026-01-15T12:00")) == paris("2026-01-15T13:30")
    assert closes_at_ms(split, paris("2026-01-15T09:00")) == paris("2026-01-15T12:00")


def test_spans_that_touch_are_one_and_round_the_clock_never_closes() -> None:
    assert closes_at_ms(calendar({"daily": ["09:00-12:00", "12:00-15:00"]}), paris("2026-01-15T09:00")) == paris(
        "2026-01-15T15:00"
    )
    assert closes_at_ms(calendar("24/7"), paris("2026-01-15T09:00")) is None
    assert is_open(calendar("24/7"), paris("2026-01-18T03:00"))


def test_holidays_and_closed_days_do_not_open_and_say_why() -> None:
    office = calendar({"mon-fri": "09:00-17:00"}, holidays_country="FR", closed=frozenset({"2026-12-24"}))

    assert closed_because(office, paris("2026-12-25T10:00")) == "Christmas Day"
    assert closed_because(office, paris("2026-12-24T10:00")) == "closed on 2026-12-24"
    assert closed_because(office, paris("2026-12-26T10:00")) == "not on Saturdays"
    assert closed_because(office, paris("2026-12-23T20:00")) == "outside its hours"
    assert closed_because(office, paris("2026-12-23T10:00")) == ""
    assert opens_at_ms(office, paris("2026-12-23T18:00")) == paris("2026-12-28T09:00")


def test_a_calendar_without_hours_never_opens() -> None:
    assert opens_at_ms(Calendar("none", PARIS), paris("2026-01-15T12:00")) is None


@pytest.mark.parametrize(
    ("start", "due"), [("2026-03-27T16:30", "2026-03-30T09:30"), ("2026-07-13T16:30", "2026-07-15T09:30")]
)
def test_an_hour_of_business_passes_over_the_weekend_the_clock_and_the_holiday(start: str, due: str) -> None:
    """T40"""
    office = calendar({"mon-fri": "09:00-17:00"}, holidays_country="FR")

    assert after_business_ms(office, paris(start), 60 * MINUTE_MS) == paris(due)
    assert business_ms(office, paris(start), paris(due)) == 60 * MINUTE_MS


def test_business_time_that_never_comes_is_none_and_backwards_is_nothing() -> None:
    assert after_business_ms(Calendar("none", PARIS), paris("2026-01-15T12:00"), 1) is None
    assert business_ms(OFFICE, paris("2026-01-15T12:00"), paris("2026-01-15T11:00")) == 0
