"""The deadlines that a state implies. Written in the commit that implies them, derived anew from every state."""

from dataclasses import dataclass

from . import calendars
from .conversation import (
    Closed,
    Conversation,
    HeldByAgent,
    HeldByHuman,
    Offered,
    OnHold,
    Parked,
    Queued,
    Resolved,
)
from .events import TimerKind
from .policy import HOUR_MS, Policy
from .replacing import quick

LONGEST_REMINDER_MS = 4 * HOUR_MS
MOST_REMINDERS = 1000


@quick
@dataclass(frozen=True, slots=True)
class Timer:
    """Enters the mailbox as `TimerFired` when `due_ms` has come; a timer of an older epoch changes nothing (I7).

    `ref` tells apart what the epoch does not: which turn, which opening, which reminder about which message. It is made
    of the state only: a configuration that changes after the timer was written must not turn it into a stale one.
    """

    kind: TimerKind
    due_ms: int
    epoch: int
    ref: str = "0"


def timers(conversation: Conversation, policy: Policy) -> tuple[Timer, ...]:
    """Every deadline that is armed while the conversation is in this state. Empty once it is closed."""
    epoch = conversation.epoch
    armed: list[Timer] = []
    match conversation.holder:
        case HeldByAgent():
            armed.extend(_run_timers(conversation, policy))
        case Queued() as queued:
            armed.append(Timer("unclaimed", next_nudge_ms(queued, policy), epoch, nudge_ref(queued)))
            team = policy.team(queued.team)
            hours = policy.calendars.get(team.hours or "")
            closes_ms = calendars.closes_at_ms(hours, queued.since_ms) if hours is not None else None
            if closes_ms is not None and team.when_closed == "park":
                armed.append(Timer("closes", closes_ms, epoch, str(queued.since_ms)))
        case Offered(offer=offer):
            armed.append(Timer("offer", offer.deadline_ms, epoch, offer.id))
        case Parked(opens_at_ms=opens_at_ms):
            armed.append(Timer("opens", opens_at_ms, epoch, str(opens_at_ms)))
        case HeldByHuman() as held if conversation.unanswered:
            due_ms = next_reminder_ms(conversation, held, policy)
            armed.append(Timer("unanswered", due_ms, epoch, reminder_ref(conversation, held)))
        case OnHold() as hold:
            back_ms = _back_from_hold_ms(conversation, hold, policy)
            if back_ms is not None:
                armed.append(Timer("snooze", back_ms, epoch, snooze_ref(conversation, hold)))
        case Resolved(at_ms=at_ms, team=team_name):
            named = policy.teams.get(team_name or "")
            reopen = (named.reopen if named is not None else None) or policy.defaults.reopen
            armed.append(Timer("reopen_window", at_ms + reopen.within_ms, epoch))
        case _:
            pass
    return tuple(armed)


def unnoticed(conversation: Conversation, policy: Policy) -> bool:
    """Whether a customer waits and nothing is armed that a person or the customer would notice (I4)."""
    if not conversation.unanswered or isinstance(conversation.holder, Closed):
        return False
    return isinstance(conversation.holder, Resolved) or not timers(conversation, policy)


# ---- each timer's due time and reference -----------------------------------------------------------------------------


def _run_timers(conversation: Conversation, policy: Policy) -> list[Timer]:
    run = conversation.run
    if run is None:
        return []
    ref, defaults = str(run.turn), policy.defaults
    armed = [Timer("agent_timeout", run.started_ms + defaults.agent_timeout_ms, conversation.epoch, ref)]
    if not run.slow_said:
        armed.append(Timer("slow_line", run.started_ms + defaults.slow_line_after_ms, conversation.epoch, ref))
    return armed


def next_nudge_ms(queued: Queued, policy: Policy) -> int:
    return queued.since_ms + _reminder_wait_ms(policy, queued.handoff.nudges)


def nudge_ref(queued: Queued) -> str:
    return f"{queued.since_ms}.{queued.handoff.nudges}"


def next_reminder_ms(conversation: Conversation, held: HeldByHuman, policy: Policy) -> int:
    """Counted from when the customer began to wait, but for a new holder from when they took it."""
    segments = conversation.segments
    since_ms = segments[-1].from_ms if segments and segments[-1].until_ms is None else 0
    return max(conversation.waiting_since_ms or 0, since_ms) + _reminder_wait_ms(policy, held.reminders)


def reminder_ref(conversation: Conversation, held: HeldByHuman) -> str:
    return f"{_oldest_seq(conversation)}.{held.reminders}"


def snooze_ref(conversation: Conversation, hold: OnHold) -> str:
    return f"{hold.until_ms}.{_oldest_seq(conversation)}"


def _oldest_seq(conversation: Conversation) -> int:
    return conversation.unanswered[0].seq if conversation.unanswered else 0


def _back_from_hold_ms(conversation: Conversation, hold: OnHold, policy: Policy) -> int | None:
    """The date, or before it when the customer waits for an answer longer than a team would be left alone with it."""
    waiting_ms = conversation.waiting_since_ms
    if waiting_ms is None:
        return hold.until_ms
    overdue_ms = waiting_ms + _reminder_wait_ms(policy, 0)
    return overdue_ms if hold.until_ms is None else min(hold.until_ms, overdue_ms)


def _reminder_wait_ms(policy: Policy, said: int) -> int:
    """Reminders come after 10, 30, 70 ... minutes (gaps double, at most four hours): noticed, not a siren."""
    wait_ms = gap_ms = max(1, policy.defaults.unclaimed_after_ms)
    for _ in range(min(said, MOST_REMINDERS)):
        gap_ms = min(gap_ms * 2, max(LONGEST_REMINDER_MS, gap_ms))
        wait_ms += gap_ms
    return wait_ms
