"""Open at t? Opens next when? Local wall time plus an IANA zone; arithmetic is in UTC, so a DST day has 23 or 25 h."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays as public_holidays

from .policy import Calendar

HORIZON_DAYS = 370  # a calendar that does not open within a year never does; lint says so


def is_open(calendar: Calendar, at_ms: int) -> bool:
    """Whether the instant lies within a span; spans include their start and exclude their end."""
    return any(start_ms <= at_ms < end_ms for start_ms, end_ms in _spans_around(calendar, at_ms))


def opens_at_ms(calendar: Calendar, after_ms: int) -> int | None:
    """When it is next open, `after_ms` itself if it is open then; None if it does not open within a year."""
    for start_ms, end_ms in _spans(calendar, _local_day(calendar, after_ms) - timedelta(days=1), HORIZON_DAYS):
        if end_ms > after_ms:
            return max(start_ms, after_ms)
    return None


def closes_at_ms(calendar: Calendar, at_ms: int) -> int | None:
    """When the span that holds this instant ends, touching spans joined; None while closed or if it never closes."""
    end_ms: int | None = None
    for start, end in _spans(calendar, _local_day(calendar, at_ms) - timedelta(days=1), 16):
        if end_ms is None:
            if start <= at_ms < end:
                end_ms = end
        elif start <= end_ms:
            end_ms = max(end_ms, end)
        else:
            return end_ms
    return None  # sixteen days without a gap: round the clock


def _spans_around(calendar: Calendar, at_ms: int) -> Iterator[tuple[int, int]]:
    return _spans(calendar, _local_day(calendar, at_ms) - timedelta(days=1), 3)


def _spans(calendar: Calendar, first: date, days: int) -> Iterator[tuple[int, int]]:
    """Open spans by their start day, in order. A span past midnight belongs to the day it begins on."""
    zone = ZoneInfo(calendar.timezone)
    for offset in range(days):
        day = first + timedelta(days=offset)
        if day.isoformat() in calendar.closed or day in _holidays(calendar, day.year):
            continue
        for start_minute, end_minute in calendar.open.get(day.weekday(), ()):
            end_day = day if end_minute > start_minute else day + timedelta(days=1)
            start_ms = _utc_ms(zone, day, start_minute)
            end_ms = _utc_ms(zone, end_day, end_minute)
            if end_ms > start_ms:
                yield start_ms, end_ms


def _local_day(calendar: Calendar, at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, tz=ZoneInfo(calendar.timezone)).date()


def _utc_ms(zone: ZoneInfo, day: date, minute: int) -> int:
    """The instant of a local wall time; in a gap the later reading, in a fold the first."""
    day, minute = day + timedelta(days=minute // 1440), minute % 1440
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return int(local.astimezone(UTC).timestamp() * 1000)


@lru_cache(maxsize=256)
def _year(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(public_holidays.country_holidays(country, subdiv=subdivision, years=year))


def _holidays(calendar: Calendar, year: int) -> frozenset[date]:
    if calendar.holidays_country is None:
        return frozenset()
    return _year(calendar.holidays_country, calendar.holidays_subdivision, year)


def knows_country(country: str, subdivision: str | None) -> bool:
    """Whether public holidays are known for it; the country in two letters."""
    try:
        _year(country, subdivision, 2026)
    except (NotImplementedError, ValueError):
        return False
    return True


def closed_because(calendar: Calendar, at_ms: int) -> str:
    """Why it is closed then, in words: a holiday's name, a date of the file, a day without hours; empty while open."""
    if is_open(calendar, at_ms):
        return ""
    day = _local_day(calendar, at_ms)
    if day.isoformat() in calendar.closed:
        return f"closed on {day.isoformat()}"
    if day in _holidays(calendar, day.year):
        assert calendar.holidays_country is not None
        return _holiday_name(calendar.holidays_country, calendar.holidays_subdivision, day)
    if not calendar.open.get(day.weekday()):
        return f"not on {day:%A}s"
    return "outside its hours"


def _holiday_name(country: str, subdivision: str | None, day: date) -> str:
    """In English where the library has it, else as the country says it."""
    named = public_holidays.country_holidays(country, subdiv=subdivision, years=day.year, language="en_US")
    return str(named.get(day, "public holiday"))


def business_ms(calendar: Calendar, from_ms: int, until_ms: int) -> int:
    """How much of the time between two instants lies within the hours; overlapping spans count once."""
    if until_ms <= from_ms:
        return 0
    first = _local_day(calendar, from_ms) - timedelta(days=1)
    days = (_local_day(calendar, until_ms) - first).days + 1
    total, covered_ms = 0, from_ms
    for start_ms, end_ms in _spans(calendar, first, days):
        start_ms, end_ms = max(start_ms, covered_ms), min(end_ms, until_ms)
        if end_ms > start_ms:
            total += end_ms - start_ms
            covered_ms = end_ms
    return total


def after_business_ms(calendar: Calendar, from_ms: int, amount_ms: int) -> int | None:
    """The instant at which so much business time has passed since then; None if that is more than a year away."""
    left_ms, covered_ms = amount_ms, from_ms
    for start_ms, end_ms in _spans(calendar, _local_day(calendar, from_ms) - timedelta(days=1), HORIZON_DAYS):
        start_ms = max(start_ms, covered_ms)
        if end_ms <= start_ms:
            continue
        if start_ms + left_ms <= end_ms:
            return start_ms + left_ms
        left_ms -= end_ms - start_ms
        covered_ms = end_ms
    return None
