"""What a customer's events do to each holder."""

from dataclasses import replace
from typing import Any

from .budgets import budget_of, used_up
from .choices import Meaning, understood
from .conversation import (
    NO_CHOICES,
    Actor,
    Conversation,
    HeldByAgent,
    HeldByHuman,
    Offered,
    OnHold,
    Parked,
    Queued,
    Resolved,
    Target,
    Unanswered,
)
from .decide_time import holder_is_gone
from .effects import Amend, Emit, Hear, SyncDesk, TellPerson, UpdateCard
from .errors import Refused
from .events import CancelRequested, MessageDeleted, MessageEdited, MessageReceived
from .moves import UNANSWERED_KEPT, Step, checksum, open_handoff
from .permissions import may_hold
from .policy import HOUR_MS
from .reasons import Reason

NEED_CHARS = 200
SILENCE_MS = 24 * HOUR_MS


def message_received(step: Step, event: MessageReceived) -> None:
    """A line of the requester or of a participant: recorded always, answered or passed on by whoever holds."""
    if event.seq <= step.conversation.seq:
        return  # delivered again
    event, meaning, step.chosen = understood(step.conversation, event)
    _record(step, event)
    if not _counts(step, event):
        _show_desk(step)
        return
    match step.conversation.holder:
        case HeldByAgent():
            _to_the_agent(step, event, meaning)
        case Queued(handoff=handoff) | Offered(handoff=handoff) | Parked(handoff=handoff) as holder:
            if not handoff.held_line and not event.thanks:
                step.notice("still_waiting", handoff.id, team=step.policy.team(holder.team).title)
                step.set(holder=replace(holder, handoff=replace(handoff, held_line=True)))
            _show_desk(step)
        case HeldByHuman(person=person) as held:
            if person not in step.policy.people:
                holder_is_gone(step, held)
            else:
                _show_desk(step)
        case OnHold() as hold:
            _wake(step, event, hold)
        case Resolved() as resolved:
            if not event.thanks:
                _reopen(step, event, resolved)
        case _:
            pass


def _is_requester(step: Step, event: MessageReceived) -> bool:
    return event.author == step.conversation.requester


def _author(step: Step, event: MessageReceived) -> Actor:
    return Actor("customer" if _is_requester(step, event) else "participant", event.author)


def _counts(step: Step, event: MessageReceived) -> bool:
    """A participant is recorded, and answered only when mentioning the bot; so is everybody in a thread that the bot
    was called into."""
    return event.mentions_bot or (_is_requester(step, event) and not step.conversation.called_in)


def _asks_for_a_person(step: Step, event: MessageReceived) -> bool:
    """Only the requester's words call for people by themselves; what a participant asks for is the agent's to judge."""
    return event.wants_person and step.policy.triggers.asks_for_human and _is_requester(step, event)


def _show_desk(step: Step) -> None:
    """Staff see what changed: on the card while it waits, in the desk's thread once somebody has taken it."""
    holder = step.conversation.holder
    handoff = open_handoff(holder)
    if handoff is not None:
        if isinstance(holder, HeldByHuman | OnHold):
            step.do(SyncDesk(handoff.id))
        step.do(UpdateCard(handoff.team, handoff.id))


def _record(step: Step, event: MessageReceived) -> None:
    conversation = step.conversation
    step.do(Hear(_author(step, event), event.text, event.seq, event.at_ms, event.ref))
    if not _counts(step, event):
        step.set(seq=event.seq)
        return
    # Set together: every line of every customer passes here.
    facts: dict[str, Any] = {"seq": event.seq, "pairs": (), "last_customer_ms": event.at_ms}
    facts["thread"] = event.thread or conversation.thread
    if conversation.last_customer_ms and event.at_ms - conversation.last_customer_ms > SILENCE_MS:
        facts["hops"] = conversation.hops[-1:]
    if event.language and _is_requester(step, event):
        facts["language"] = event.language
    said = event.text if event.need is None else event.need
    need = " ".join((said if said.strip() or conversation.need else event.text).split())
    if need and not event.thanks:
        facts["need"] = need[:NEED_CHARS]
    choice = event.route
    if choice is not None and (not choice.default or conversation.route_to is None):
        facts |= {"route": choice.route, "route_to": choice.to, "priority": choice.priority}
    if _is_requester(step, event):
        facts["choices"] = NO_CHOICES
    limit = step.policy.defaults.rate_limit
    if limit:  # lines are counted in windows as long as the limit's
        since_ms, lines = conversation.burst
        fresh = event.at_ms - since_ms >= limit["per_ms"]
        facts["burst"] = (event.at_ms, 1) if fresh else (since_ms, lines + 1)
    if not event.thanks:
        facts["unanswered"] = now_unanswered(conversation, event)
    step.set(**facts)


def _too_fast(step: Step, event: MessageReceived) -> bool:
    limit = step.policy.defaults.rate_limit
    return event.flood or (bool(limit) and step.conversation.burst[1] > limit["messages"])


def now_unanswered(conversation: Conversation, event: MessageReceived) -> tuple[Unanswered, ...]:
    """What is unanswered from this message on (I4)."""
    waiting = (*conversation.unanswered, Unanswered(event.seq, event.at_ms))
    # The oldest say since when, the newest what is still open; those between add nothing.
    if len(waiting) > UNANSWERED_KEPT:
        waiting = (*waiting[: UNANSWERED_KEPT - 1], waiting[-1])
    return waiting


def _to_the_agent(step: Step, event: MessageReceived, meaning: Meaning) -> None:
    """BOT: the triggers first, then a run. A button for a person needs no trigger."""
    cause = f"message {event.seq}"
    if event.failed_answer:
        step.set(failed_answers=step.conversation.failed_answers + 1)
    if meaning == "helped":
        step.set(failed_answers=0, agent_turns=0)
        step.journal(_author(step, event), cause, "helped", step.conversation.holder)
        return
    if meaning == "person" or _asks_for_a_person(step, event):
        named = Target("person", event.person_named) if event.person_named else None
        step.to_people(named, "asked_for_human", _author(step, event), cause=cause)
        return
    if event.thanks:
        return
    reason = _trigger(step, event)
    if reason is not None:
        step.set(people_handoff_seq=event.seq)
        step.to_people(None, reason, Actor("system", "triggers"), cause=cause)
        return
    step.restart_run(tool_begun=event.tool_begun)


def _trigger(step: Step, event: MessageReceived) -> Reason | None:
    """Why this message goes to people by itself, although nobody asked for them."""
    conversation, triggers = step.conversation, step.policy.triggers
    if _too_fast(step, event):
        return "rate_limited"
    if triggers.failed_answers_max is not None and _in_vain(step, event, triggers.failed_answers_max):
        return "failed_answers"
    if event.route is not None and event.route.always:
        return "rule"
    if triggers.agent_turns_max is not None and conversation.agent_turns >= triggers.agent_turns_max:
        return "turn_cap"
    return "bot_unavailable" if step.policy.agents_paused else None


def _in_vain(step: Step, event: MessageReceived, most: int) -> bool:
    """Whether agents have failed: so many answers did not help; one did not and the customer is angry; or what was
    answered is asked again."""
    conversation = step.conversation
    answered = conversation.agent_turns > 0 and all(one.seq == event.seq for one in conversation.unanswered)
    return (
        conversation.failed_answers >= most
        or (event.frustrated and conversation.failed_answers > 0)
        or (event.repeats and answered)
    )


def _wake(step: Step, event: MessageReceived, hold: OnHold) -> None:
    """ON_HOLD -> HELD by the same person if they are there, else QUEUED in their team."""
    if hold.person not in step.policy.people:
        holder_is_gone(step, hold)
        return
    by, cause = _author(step, event), f"message {event.seq}"
    if not event.holder_on_duty:
        step.to_people(Target("team", hold.team), "reopened", by, cause=cause, notice="released")
        return
    step.to_person(hold.person, hold.team, hold.handoff, by, cause=cause, reason="reopened", notice=None)
    step.do(TellPerson(hold.person, "reopened", step.text("wrote_again"), step.conversation.epoch))
    _show_desk(step)


def _reopen(step: Step, event: MessageReceived, resolved: Resolved) -> None:
    """RESOLVED -> whoever the team's `reopen` policy names: the same person if on duty, an agent, or the team."""
    team = step.policy.teams.get(resolved.team or "")
    policy = (team.reopen if team is not None else None) or step.policy.defaults.reopen
    by, cause = _author(step, event), f"message {event.seq}"
    step.do(Emit("conversation.reopened", {"by": str(by)}))
    kind, _, name = resolved.held_by.partition(":")
    asks = _asks_for_a_person(step, event)
    named = event.person_named if asks else None
    wish = policy.to if kind == "person" else "agent"
    if wish == "same_human_if_on_duty":
        there = event.holder_on_duty and may_hold(step.policy, step.conversation, name) is None
        if there and named in (None, name):
            within = resolved.team or step.policy.defaults.team
            step.to_person(name, within, None, by, cause=cause, reason="reopened", notice=None)
            step.do(TellPerson(name, "reopened", step.text("wrote_again"), step.conversation.epoch))
            return
        wish = policy.otherwise
    reason: Reason | None = "asked_for_human" if asks else _trigger(step, event)
    if wish == "agent" and reason is None:
        agent = name if kind == "agent" and name in step.policy.agents else step.policy.defaults.agent
        step.to_agent(agent, by, cause=cause, reason="reopened")
        return
    target = Target("team", resolved.team) if resolved.team is not None else None
    if named is not None:
        target = Target("person", named)
    step.to_people(target, reason or "reopened", by, cause=cause)


def message_edited(step: Step, event: MessageEdited) -> None:
    """The transcript is amended; an agent that has not answered the line yet begins anew."""
    if not step.once(f"edited {event.seq} {checksum(event.text)}"):
        return
    step.do(Amend(event.seq, event.text))
    _show_desk(step)
    conversation = step.conversation
    open_line = any(one.seq == event.seq for one in conversation.unanswered)
    if isinstance(conversation.holder, HeldByAgent) and open_line:
        step.restart_run(tool_begun=event.tool_begun)


def message_deleted(step: Step, event: MessageDeleted) -> None:
    """A line that its author took back needs no answer."""
    if not step.once(f"deleted {event.seq}"):
        return
    step.do(Amend(event.seq, None))
    _show_desk(step)
    conversation = step.conversation
    left = tuple(one for one in conversation.unanswered if one.seq != event.seq)
    step.set(
        covered=tuple((words, tuple(one for one in of if one.seq != event.seq)) for words, of in conversation.covered)
    )
    if left == conversation.unanswered:
        return
    step.set(unanswered=left)
    holder = conversation.holder
    if isinstance(holder, HeldByHuman):
        step.set(holder=replace(holder, reminders=0))
    if not left and isinstance(holder, HeldByAgent):
        step.set(run=None)  # nothing is asked any more; what the run still reports belongs to no turn


def cancel_requested(step: Step, event: CancelRequested) -> None:
    """QUEUED, OFFERED or PARKED -> BOT: the requester would rather go on with the agent."""
    conversation = step.conversation
    if event.by != conversation.requester:
        raise Refused("not_allowed", "Only the person who asked for help can cancel the wait.")
    match conversation.holder:
        case Queued(handoff=handoff) | Parked(handoff=handoff) | Offered(handoff=handoff):
            pass
        case HeldByHuman(person=person) | OnHold(person=person):
            name = step.policy.person_name(person)
            raise Refused("wrong_state", f"{name} is with you already.", holder=name, epoch=conversation.epoch)
        case HeldByAgent():
            return  # nothing waits any more: cancelled twice is cancelled once
        case _:
            raise Refused("wrong_state", "Nobody is being waited for in this conversation.", epoch=conversation.epoch)
    if event.epoch is not None and event.epoch != conversation.epoch:
        raise Refused("stale", "This has moved on since; look again.", epoch=conversation.epoch)
    agents, default = step.policy.agents, step.policy.defaults.agent
    agent = conversation.last_agent if conversation.last_agent in agents else default
    spent = used_up(budget_of(step.policy, agent), conversation.spent)
    if step.policy.agents_paused or agent not in agents or spent:
        raise Refused(
            "wrong_state", "The assistant is not available now; you keep your place in the queue.",
            epoch=conversation.epoch,
        )  # fmt: skip
    step.set(no_people_upto=conversation.seq)
    step.notice("cancelled", handoff.id)
    step.to_agent(agent, Actor("customer", event.by), cause="cancel", reason="cancelled")
