"""Why something happened: one closed list for journal, API, packet and texts, and the same in words for staff."""

from collections.abc import Mapping
from typing import Literal, get_args

Reason = Literal[
    "asked_for_human",  # the customer, in words or by the button
    "asked_by_staff",  # a person or a service called for people
    "agent_decided",  # an agent's transfer tool
    "failed_answers",
    "helped",  # the customer says that an answer did
    "no_answer",  # the model answered nothing, or nothing that may be said
    "rule",  # a route with `handoff: always`
    "hop_limit",
    "cycle",
    "bot_unavailable",  # no model could be reached in time, or agents are paused
    "outcome_unknown",  # a tool with an effect began and nobody knows whether it ended
    "budget",
    "turn_cap",
    "rate_limited",  # the customer writes faster than the desk allows, or the mailbox overflows
    "delivery_failed",
    "suppressed_stale_reply",
    "transferred",
    "released",
    "handed_back",
    "cancelled",
    "reopened",
    "poison_event",
    "team_missing",
    "opened",
    "closed_hours",
    "superseded",
    "window_ended",
    "erased",
    "stepped_in",
    "none",
]
REASONS: tuple[str, ...] = get_args(Reason)

_WORDS: Mapping[str, str] = {
    "asked_for_human": "asked for a person",
    "asked_by_staff": "the team was called in",
    "agent_decided": "the agent decided to pass it on",
    "failed_answers": "the answers did not help",
    "helped": "the answer helped",
    "no_answer": "the agent had no answer",
    "rule": "a route always goes to people",
    "hop_limit": "too many handoffs between agents",
    "cycle": "agents passed it in a circle",
    "bot_unavailable": "no agent could answer",
    "outcome_unknown": "a tool may or may not have finished",
    "budget": "the budget was used up",
    "turn_cap": "too many agent turns",
    "rate_limited": "writes faster than an agent can answer",
    "delivery_failed": "a message could not be delivered",
    "suppressed_stale_reply": "a late answer was held back",
    "transferred": "transferred",
    "released": "put back in the queue",
    "handed_back": "handed back to an agent",
    "cancelled": "the customer chose to go on with the agent",
    "reopened": "reopened",
    "poison_event": "an event could not be processed",
    "team_missing": "the team is no longer configured",
    "opened": "the team opened",
    "closed_hours": "the team is closed",
    "superseded": "something newer took its place",
    "window_ended": "nobody wrote again",
    "erased": "erased",
    "stepped_in": "a person stepped in",
}


def in_words(reason: str) -> str:
    """For cards and the console; "none" says nothing."""
    return "" if reason == "none" else _WORDS.get(reason, reason.replace("_", " "))
