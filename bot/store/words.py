"""Words of closed lists by number: what is stored of one is its place here.

A word never moves to another place, and new ones are added at the end. A word that is not here is stored as it is.
"""

from typing import Any, Final

WORDS: Final = (
    # who acts, and whom a handoff names
    "customer", "participant", "agent", "person", "system", "team",
    # priorities
    "low", "normal", "high", "urgent",
    # what a button means
    "say", "helped",
    # reasons
    "none", "asked_for_human", "asked_by_staff", "agent_decided", "failed_answers", "no_answer", "rule", "hop_limit",
    "cycle", "bot_unavailable", "outcome_unknown", "budget", "turn_cap", "rate_limited", "delivery_failed",
    "suppressed_stale_reply", "transferred", "released", "handed_back", "cancelled", "reopened", "poison_event",
    "team_missing", "opened", "closed_hours", "superseded", "window_ended", "erased", "stepped_in",
    # what caused a transition
    "claim", "assign", "accept", "release", "transfer", "hand back", "handoff", "cancel", "resolve", "reopen",
    "snooze", "native post", "agent_timeout",
)  # fmt: skip
NUMBERS: Final = {word: number for number, word in enumerate(WORDS)}


def word(stored: Any) -> Any:
    """What `NUMBERS.get(word, word)` stored. LookupError: the number of a word that a newer version knows."""
    if isinstance(stored, str):
        return stored
    if stored < 0:
        raise LookupError(f"word {stored}")
    return WORDS[stored]
