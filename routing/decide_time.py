"""What deadlines do. A timer carries the epoch and the reference it was armed under; any other changes nothing (I7)."""

from dataclasses import replace

from .conversation import SYSTEM, Actor, HeldByAgent, HeldByHuman, Offered, OnHold, Parked, Queued, Resolved, Target
from .effects import Note, RemindTeam, TellPerson
from .events import TimerFired
from .moves import Step
from .timers import MOST_REMINDERS, next_nudge_ms, next_reminder_ms, nudge_ref, reminder_ref, snooze_ref


def timer_fired(step: Step, event: TimerFired) -> None:
    conversation = step.conversation
    if event.epoch != conversation.epoch:
        return
    match event.kind, conversation.holder:
        case "agent_timeout", HeldByAgent(agent=agent):
            if conversation.run is not None and event.ref == str(conversation.run.turn):
                step.to_people(None, "bot_unavailable", Actor("agent", agent), cause="agent_timeout")
        case "slow_line", HeldByAgent():
            run = conversation.run
            if run is not None and event.ref == str(run.turn) and not run.slow_said:
                step.notice("slow", run.turn)
                step.set(run=replace(run, slow_said=True))
        case "unclaimed", Queued() as queued if event.ref == nudge_ref(queued):
            _unclaimed(step, queued)
        case "unanswered", HeldByHuman() as held if conversation.unanswered:
            if event.ref == reminder_ref(conversation, held):
                _unanswered(step, held)
        case "opens", Parked(team=team, opens_at_ms=opens_at_ms, handoff=handoff) if event.ref == str(opens_at_ms):
            step.waiting_again(replace(handoff, nudges=0), team, "opening hours")
        case "closes", Queued(team=team, since_ms=since_ms, handoff=handoff) if event.ref == str(since_ms):
            step.waiting_again(handoff, team, "opening hours")
        case "offer", Offered(team=team, offer=offer, handoff=handoff) if event.ref == offer.id:
            asked = tuple(dict.fromkeys((*handoff.excluded, offer.person)))
            step.waiting_again(replace(handoff, excluded=asked), team, "offer expired")
        case "snooze", OnHold() as hold if event.ref == snooze_ref(conversation, hold):
            _back_from_hold(step, hold)
        case "reopen_window", Resolved():
            step.close()
        case _:
            pass


def _unclaimed(step: Step, holder: Queued) -> None:
    """Nobody came: the team is reminded every time, the customer told the first time."""
    handoff = holder.handoff
    team = step.policy.team(holder.team)
    since_ms = step.conversation.waiting_for_person_since_ms or holder.since_ms
    nudge = handoff.nudges + 1
    step.do(RemindTeam(team.name, handoff.id, nudge, since_ms))
    minutes = max(1, (step.now_ms - since_ms) // 60_000)
    step.do(Note(SYSTEM, step.text("remind_team", team=team.title, minutes=minutes)))
    if not handoff.nobody_said:
        step.notice("nobody_yet", handoff.id, team=team.title)
    handoff = replace(handoff, nudges=nudge, nobody_said=True)
    if team.name != holder.team:
        step.waiting_again(handoff, holder.team, "unclaimed_after")
        return
    # A worker that was away does not make up for the reminders it missed.
    while next_nudge_ms(replace(holder, handoff=handoff), step.policy) <= step.now_ms and nudge < MOST_REMINDERS:
        nudge += 1
        handoff = replace(handoff, nudges=nudge)
    step.set(holder=replace(holder, handoff=handoff))
    step.journal(SYSTEM, "unclaimed_after", "none", holder, f"reminder {nudge}")


def _unanswered(step: Step, holder: HeldByHuman) -> None:
    """The holder is reminded of a customer who waits; from the second time on the team sees it too."""
    conversation = step.conversation
    if holder.person not in step.policy.people:
        holder_is_gone(step, holder)
        return
    since_ms = conversation.waiting_since_ms or 0
    reminder = holder.reminders + 1
    text = step.text("remind_holder", minutes=max(1, (step.now_ms - since_ms) // 60_000))
    step.do(TellPerson(holder.person, "reminder", text, reminder), Note(SYSTEM, text))
    if reminder > 1 and holder.handoff is not None:
        step.do(RemindTeam(step.policy.team(holder.team).name, holder.handoff.id, reminder, since_ms))
    holder = replace(holder, reminders=reminder)
    while next_reminder_ms(conversation, holder, step.policy) <= step.now_ms and holder.reminders < MOST_REMINDERS:
        holder = replace(holder, reminders=holder.reminders + 1)
    before = conversation.holder
    step.set(holder=holder)
    step.journal(SYSTEM, "unanswered", "none", before, f"reminder {holder.reminders}")


def holder_is_gone(step: Step, holder: HeldByHuman | OnHold) -> None:
    """HELD or ON_HOLD by a person who is no longer in the configuration -> their team's queue."""
    step.to_people(
        Target("team", holder.team), "superseded", SYSTEM, cause=f"{holder.person} is gone", notice="released"
    )


def _back_from_hold(step: Step, hold: OnHold) -> None:
    """ON_HOLD -> HELD: the date has come, or the customer has waited too long for an answer."""
    if hold.person not in step.policy.people:
        holder_is_gone(step, hold)
        return
    step.to_person(hold.person, hold.team, hold.handoff, SYSTEM, cause="snooze", reason="none", notice=None)
    minutes = max(1, (step.now_ms - (step.conversation.waiting_since_ms or step.now_ms)) // 60_000)
    if step.conversation.unanswered:
        text = step.text("remind_holder", minutes=minutes)
        step.do(TellPerson(hold.person, "reminder", text, step.conversation.epoch))
