"""Redaction as policy: what `defaults.redact` names is hidden from models, outgoing events and logs.

The transcript keeps what was said; staff see it whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.agents.redact import redact_data, redact_json, redacted
from handlers.values import Row
from routing.effects import Emit, Publish

Redact = Callable[[str], str]

# Names that others find a conversation by: they are ours or the caller's, and no words of a customer.
IDS = frozenset({"conversation", "run_id"})


@lru_cache(maxsize=32)
def redactor(kinds: tuple[str, ...]) -> Redact:
    """Hides these kinds in a text; arguments and outputs that are JSON stay JSON."""

    def redact(text: str) -> str:
        if text.lstrip()[:1] in ("{", "["):
            return redact_json(text, kinds)
        return redacted(text, kinds=kinds)

    return redact


def redacted_event(data: dict[str, Any], kinds: tuple[str, ...]) -> dict[str, Any]:
    """An outgoing event's data, its ids kept."""
    hidden: dict[str, Any] = redact_data({key: value for key, value in data.items() if key not in IDS}, kinds)
    return {key: data[key] if key in IDS else hidden[key] for key in data}


def redacted_rows(rows: Sequence[Row], kinds: tuple[str, ...]) -> Sequence[Row]:
    """Rows that leave for the feed, with their events redacted."""
    if not kinds:
        return rows
    return [
        replace(
            row,
            effect=Publish(
                tuple(Emit(event.type, redacted_event(dict(event.data), kinds)) for event in row.effect.events)
            ),
        )
        if isinstance(row.effect, Publish)
        else row
        for row in rows
    ]
