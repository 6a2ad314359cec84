"""The small notations of config.yaml: durations, hours, targets, import paths, times. Each error says what to write."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .conversation import Target

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Spans = tuple[tuple[int, int], ...]

_UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DURATION = re.compile(r"(?:\d{1,9}(?:ms|s|m|h|d|w))+")
_PART = re.compile(r"(\d+)(ms|s|m|h|d|w)")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_IMPORT = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_LOCAL_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)\[([A-Za-z0-9_+\-/]+)\]")
LONGEST_MS = 3650 * 86_400_000  # ten years: beyond that a number was mistyped, and sums stay far from overflow


def duration_ms(value: object) -> int:
    """`90s`, `10m`, `72h`, `7d`, or several joined (`1h30m`), in milliseconds.

    Raises:
        ValueError: with the sentence for the administrator.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError(f"wants a duration such as 90s, 10m, 72h or 7d; {value} has no unit")
    if not isinstance(value, str) or not _DURATION.fullmatch(value.strip()):
        raise ValueError(f"wants a duration such as 90s, 10m, 72h or 7d, not {shown(value)}")
    total = sum(int(number) * _UNITS_MS[unit] for number, unit in _PART.findall(value))
    if total > LONGEST_MS:
        raise ValueError(f"{shown(value)} is longer than ten years")
    return total


def duration_words(ms: int) -> str:
    """`90s`, `5m`, `72h`: the largest unit that gives a whole number."""
    for unit in ("h", "m", "s"):
        if ms % _UNITS_MS[unit] == 0 and ms >= _UNITS_MS[unit]:
            return f"{ms // _UNITS_MS[unit]}{unit}"
    return f"{ms}ms"


def days(value: str) -> tuple[int, ...]:
    """`mon`, `mon-fri`, `sat,sun`, `fri-mon`, `daily` as weekdays, 0 = Monday. Raises ValueError."""
    if value.strip().lower() in ("daily", "every day"):
        return tuple(range(7))
    found: list[int] = []
    for part in value.lower().split(","):
        ends = [name.strip()[:3] if len(name.strip()) > 2 else name for name in part.split("-")]
        if len(ends) > 2 or any(end not in DAYS for end in ends):
            raise ValueError(f"{shown(value)} names no days; write mon, mon-fri or sat,sun")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        count = (last - first) % 7 + 1
        found.extend((first + offset) % 7 for offset in range(count))
    return tuple(dict.fromkeys(found))


def span(value: object) -> tuple[int, int]:
    """`08:00-12:00` in minutes of the day; an end at or before the start is on the next day. Raises ValueError."""
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'wants hours such as "08:00-12:00" or "22:00-06:00", not {shown(value)}')
    hour, minute, end_hour, end_minute = (int(group) for group in match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or start >= 1440 or end > 1440:
        raise ValueError(f"{shown(value)} has a time that no clock shows")
    if start == end:
        raise ValueError(f'{shown(value)} is empty; round the clock is "00:00-24:00" or 24/7')
    return start, end


def opening(value: object) -> dict[int, Spans]:
    """`open:` of a calendar: `24/7`, or days -> one span or a list. Raises ValueError."""
    if value == "24/7":
        return dict.fromkeys(range(7), ((0, 1440),))
    if not isinstance(value, dict) or not value:
        raise ValueError('wants 24/7 or days with hours, such as {mon-fri: ["08:00-12:00", "13:30-18:00"]}')
    gathered: dict[int, list[tuple[int, int]]] = {}
    for named, spans in value.items():
        listed = spans if isinstance(spans, list) else [] if spans is None else [spans]
        for day in days(str(named)):
            gathered.setdefault(day, []).extend((0, 1440) if one in ("24h", "24/7") else span(one) for one in listed)
    return {day: tuple(sorted(spans)) for day, spans in sorted(gathered.items())}


def inline_hours(value: str) -> tuple[dict[int, Spans], str | None] | None:
    """`mon-fri 09:00-17:00 Europe/Paris` written at the team itself; None when it is the name of a calendar."""
    found = list(_SPAN.finditer(value))
    if not found:
        return None
    before, after = value[: found[0].start()].strip(), value[found[-1].end() :].strip()
    spans = tuple(sorted(span(match.group()) for match in found))
    return dict.fromkeys(days(before) if before else range(7), spans), after or None


def target(value: object, *, bare: bool = False) -> Target:
    """`team:x`, `person:x`, `agent:x`; with `bare`, a name alone is an agent. Raises ValueError."""
    if isinstance(value, str):
        kind, colon, name = value.partition(":")
        if colon and name and kind in ("team", "person", "agent"):
            return Target(kind, name)  # type: ignore[arg-type]  # mypy does not narrow a str by `in`
        if bare and value and not colon:
            return Target("agent", value)
    raise ValueError(f"wants team:NAME, person:NAME or agent:NAME, not {shown(value)}")


def import_path(value: object) -> str:
    """`package.module:name`, checked for its form only: nothing is imported here. Raises ValueError."""
    if isinstance(value, str) and _IMPORT.fullmatch(value):
        return value
    raise ValueError(f'wants an import path such as "acme.hooks:redact", not {shown(value)}')


def zone(value: object) -> str:
    """The name of an IANA time zone that this machine knows. Raises ValueError."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{shown(value)} is no time zone; write one such as Europe/Paris or UTC") from error
    return str(value)


def local_date(value: object) -> str:
    """`2026-12-24`. Raises ValueError."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(f"wants a date such as 2026-12-24, not {shown(value)}") from None


def time_ms(value: str) -> int:
    """An instant: RFC 3339 with an offset, or local wall time and its zone: `2026-03-28T23:30[Europe/Paris]`.

    A wall time that the clock skips is read as if the clock had not moved; one that it shows twice is the first.
    Raises ValueError.
    """
    local = _LOCAL_TIME.fullmatch(value.strip())
    try:
        if local is not None:
            moment = datetime.fromisoformat(local.group(1)).replace(tzinfo=ZoneInfo(zone(local.group(2))))
            return int(moment.astimezone(UTC).timestamp() * 1000)
        moment = datetime.fromisoformat(value.strip())
        if moment.tzinfo is not None:
            return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        if "time zone" in str(error):
            raise
    raise ValueError(f"wants a time such as 2026-03-28T23:30[Europe/Paris] or 2026-03-28T22:30:00Z, not {shown(value)}")


def shown(value: object) -> str:
    """A value of the file as it is quoted in a message: short, and never more than one line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value).replace("\n", " ")
    text = text if len(text) <= 60 else text[:57] + "..."
    return f'"{text}"' if isinstance(value, str) else text
