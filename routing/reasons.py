"""Why something happened: one closed list, used in the journal, the API, the packet and the texts."""

from typing import Literal, get_args

Reason = Literal[
    "asked_for_human",  # the customer, in words or by the button
    "asked_by_staff",  # a person or a service called for people
    "agent_decided",  # an agent's transfer tool
    "failed_answers",
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
