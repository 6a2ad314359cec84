"""The deadlines that a state implies. Written in the commit that implies them, derived anew from every state."""

from dataclasses import dataclass

from . import calendars
from .conversation import (
    Conversation,
    HeldByAgent,
    HeldByHuman,
    OnHold,
    Parked,
    Queued,
    Resolved,
)
from .events import TimerKind
from .policy import HOUR_MS, Policy

LONGEST_REMINDER_MS = 4 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Timer:
    """Enters the mailbox as `TimerFired` when `due_ms` has come; a timer of an older epoch changes nothing (I7)."""

    kind: TimerKind
    due_ms: int
    epoch: int
    ref: str = "0"


def timers(conversation: Conversation, policy: Policy) -> tuple[Timer, ...]:
    """Every deadline that is armed while the conversation is in this state. Empty once it is closed."""
    epoch = conversation.epoch
    armed: list[Timer] = []
    run = conversation.run
    match conversation.holder:
        case HeldByAgent():
            if run is not None:
                ref = str(run.turn)
                armed.append(Timer("agent_timeout", run.started_ms + policy.defaults.agent_timeout_ms, epoch, ref))
                if not run.slow_said:
                    armed.append(Timer("slow_line", run.started_ms + policy.defaults.slow_line_after_ms, epoch, ref))
        case Queued(team=team, since_ms=since_ms, handoff=handoff):
            wait_ms = _reminder_wait_ms(policy, handoff.nudges)
            armed.append(Timer("unclaimed", since_ms + wait_ms, epoch, str(handoff.nudges)))
            hours = policy.calendars.get(policy.team(team).hours or "")
            if hours is not None and policy.team(team).when_closed == "park":
                closes_ms = calendars.closes_at_ms(hours, since_ms)
                if closes_ms is not None:
                    armed.append(Timer("closes", closes_ms, epoch))
        case Parked(opens_at_ms=opens_at_ms):
            armed.append(Timer("opens", opens_at_ms, epoch))
        case HeldByHuman(reminders=reminders) if conversation.waiting_since_ms is not None:
            due_ms = conversation.waiting_since_ms + _reminder_wait_ms(policy, reminders)
            armed.append(Timer("unanswered", due_ms, epoch, str(reminders)))
        case OnHold(until_ms=until_ms) if until_ms is not None:
            armed.append(Timer("snooze", until_ms, epoch))
        case Resolved(at_ms=at_ms, team=team_name):
            named = policy.teams.get(team_name or "")
            reopen = (named.reopen if named is not None else None) or policy.defaults.reopen
            armed.append(Timer("reopen_window", at_ms + reopen.within_ms, epoch))
        case _:
            pass
    return tuple(armed)


def _reminder_wait_ms(policy: Policy, said: int) -> int:
    """Reminders come after 10, 30, 70 ... minutes (gaps double, at most four hours): noticed, not a siren."""
    wait_ms = gap_ms = policy.defaults.unclaimed_after_ms
    for _ in range(min(said, 1000)):
        gap_ms = min(gap_ms * 2, max(LONGEST_REMINDER_MS, policy.defaults.unclaimed_after_ms))
        wait_ms += gap_ms
    return wait_ms
