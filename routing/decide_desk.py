"""What the staff's verbs do. A verb that changes nothing raises `Refused` with a sentence that names the holder."""

from dataclasses import replace

from .budgets import budget_of, used_up
from .conversation import (
    Actor,
    HeldByAgent,
    HeldByHuman,
    Offered,
    OnHold,
    OpenHandoff,
    Parked,
    Queued,
    Resolved,
    Target,
    describe,
)
from .edges import check_person
from .effects import Emit, Note, TellPerson, UpdateCard
from .errors import Refused
from .events import (
    Assigned,
    Claimed,
    HandedBack,
    HandoffRequested,
    MarkedNoReplyNeeded,
    MarkedResolved,
    Noted,
    PostedNatively,
    Released,
    ReopenRequested,
    Replied,
    Transferred,
)
from .moves import Step, open_handoff
from .permissions import Verb, is_staff, may, may_hold
from .reasons import Reason


def holder_in_words(step: Step) -> str:
    """Who holds it, for a sentence: "Ana Ruiz", "the queue of Billing", "the agent triage"."""
    match step.conversation.holder:
        case HeldByAgent(agent=agent):
            return f"the agent {agent}"
        case Queued(team=team) | Offered(team=team) | Parked(team=team):
            return f"the queue of {step.policy.team(team).title}"
        case HeldByHuman(person=person) | OnHold(person=person):
            return step.policy.person_name(person)
        case _:
            return "nobody"


def _allow(step: Step, key: str, verb: Verb) -> None:
    why = may(step.policy, step.conversation, key, verb)
    if why is not None:
        raise Refused(
            "not_allowed", f"{step.policy.person_name(key)} {why}; it is with {holder_in_words(step)}.",
            holder=holder_in_words(step), epoch=step.conversation.epoch,
        )  # fmt: skip


def _fresh(step: Step, epoch: int | None) -> None:
    if epoch is not None and epoch != step.conversation.epoch:
        raise Refused(
            "stale", f"This has moved on since you looked: it is with {holder_in_words(step)} now.",
            holder=holder_in_words(step), epoch=step.conversation.epoch,
        )  # fmt: skip


def _wrong_state(step: Step, detail: str) -> Refused:
    return Refused("wrong_state", detail, holder=holder_in_words(step), epoch=step.conversation.epoch)


def _already(step: Step) -> Refused:
    """Somebody else was faster; says who, and how long ago."""
    segments = step.conversation.segments
    ago_s = max(0, step.now_ms - segments[-1].from_ms) // 1000 if segments else 0
    name = holder_in_words(step)
    ago = f"{ago_s} s" if ago_s < 120 else f"{ago_s // 60} min"
    return Refused("already_claimed", f"{name} claimed this {ago} ago.", holder=name, epoch=step.conversation.epoch)


def _team_for(step: Step, person: str) -> str:
    """The team in whose name a person steps in: the waiting one, the route's if they are in it, else their first."""
    match step.conversation.holder:
        case Queued(team=team) | Offered(team=team) | Parked(team=team) | HeldByHuman(team=team) | OnHold(team=team):
            return team
        case _:
            pass
    route = step.conversation.route_to
    if route is not None and route.kind == "team" and person in step.policy.team(route.name).members:
        return step.policy.team(route.name).name
    theirs = step.policy.teams_of(person)
    return theirs[0].name if theirs else step.policy.defaults.team


# ---- taking it -------------------------------------------------------------------------------------------------------


def claimed(step: Step, event: Claimed) -> None:
    """BOT, QUEUED, OFFERED, PARKED -> HELD; by force from another holder. One winner, the others are told who won."""
    if _held_by_another(step, event.by):
        if not event.force:
            raise _already(step)
        _allow(step, event.by, "take_from_another")
    elif isinstance(step.conversation.holder, HeldByHuman):
        return  # claimed twice is claimed once
    _take_over(step, event.by, event.by, "claim", event.epoch)


def assigned(step: Step, event: Assigned) -> None:
    """Any open holder -> HELD by `to`. From a person only a lead assigns, by force; the holder transfers instead."""
    _can_hold(step, event.to)
    if _held_by_another(step, event.to):
        if _held_by_another(step, event.by):
            if not event.force:
                raise _already(step)
            _allow(step, event.by, "take_from_another")
        elif may(step.policy, step.conversation, event.by, "assign") is not None:
            raise Refused(
                "not_allowed", "Only leads assign what a person holds; transfer it, with a comment for the next one.",
                holder=holder_in_words(step), epoch=step.conversation.epoch,
            )  # fmt: skip
    elif isinstance(step.conversation.holder, HeldByHuman):
        return
    _take_over(step, event.to, event.by, "claim" if event.by == event.to else "assign", event.epoch)


def _can_hold(step: Step, key: str) -> None:
    """Whether that person may be given the conversation by somebody else."""
    if key not in step.policy.people:
        raise Refused("invalid", f'There is no "{key}" in the people of this desk.', epoch=step.conversation.epoch)
    why = may_hold(step.policy, step.conversation, key)
    if why is not None:
        raise Refused("not_allowed", f"{step.policy.person_name(key)} {why}.", epoch=step.conversation.epoch)


def _tell_former(step: Step, by: str, to: str) -> None:
    """Somebody else has moved what a person held: that person is told, once. `by` is told nothing about themselves."""
    holder = step.conversation.holder
    if isinstance(holder, HeldByHuman | OnHold) and holder.person not in (by, to):
        name, former = step.policy.person_name(to), step.policy.person_name(holder.person)
        text = step.text("taken_over", person=name, to=former)
        step.do(TellPerson(holder.person, "taken_over", text, step.conversation.epoch))


def _held_by_another(step: Step, person: str) -> bool:
    match step.conversation.holder:
        case HeldByHuman(person=held) | OnHold(person=held):
            return held != person
        case _:
            return False


def _take_over(step: Step, person: str, by: str, verb: Verb, epoch: int | None) -> None:
    holder = step.conversation.holder
    if isinstance(holder, Resolved):
        raise _wrong_state(step, "This is resolved; reopen it first.")
    _allow(step, by, verb)
    _fresh(step, epoch)
    team = _team_for(step, person)
    waiting = isinstance(holder, Queued | Offered | Parked)
    back = isinstance(holder, OnHold) and holder.person == person
    _tell_former(step, by, person)
    step.to_person(
        person, team, open_handoff(step.conversation.holder), Actor("person", by), cause=verb,
        reason="none" if waiting or back else "stepped_in",
        notice=None if back else "claimed" if waiting else "stepped_in",
    )  # fmt: skip
    if by != person:
        text = step.text("assigned", by=step.policy.person_name(by))
        step.do(TellPerson(person, "assigned", text, step.conversation.epoch))
    step.do(Emit("conversation.claimed" if waiting else "conversation.taken_over", {"by": by, "person": person}))


def posted_natively(step: Step, event: PostedNatively) -> None:
    """Staff wrote in the customer's own thread, where it was seen already: it takes over, or counts as an answer."""
    who = Actor("person", event.by)
    if not is_staff(step.policy, step.conversation, event.by):
        raise Refused("not_allowed", f"{step.policy.person_name(event.by)} is not staff in this conversation.")
    holder = step.conversation.holder
    match holder:
        case HeldByAgent() | Queued() | Offered() | Parked():
            team = _team_for(step, event.by)
            step.to_person(
                event.by, team, open_handoff(holder), who, cause="native post", reason="stepped_in", notice=None
            )
            _public_words(step, who, event.text, native=True)
            took = "conversation.taken_over" if isinstance(holder, HeldByAgent) else "conversation.claimed"
            step.do(Emit(took, {"by": event.by, "person": event.by}))
        case HeldByHuman(person=person) | OnHold(person=person) if person == event.by:
            _public_words(step, who, event.text, native=True)
        case HeldByHuman(person=person) | OnHold(person=person):
            step.say(who, event.text, native=True)
            name = step.policy.person_name(event.by)
            about = step.conversation.epoch
            step.do(TellPerson(person, "claimed_by_other", step.text("other_spoke", person=name), about))
            step.do(TellPerson(event.by, "claimed_by_other", step.text("held_by", person=holder_in_words(step)), about))
        case _:
            step.say(who, event.text, native=True)


# ---- giving it away --------------------------------------------------------------------------------------------------


def handoff_requested(step: Step, event: HandoffRequested) -> None:
    """BOT -> people or another agent, called for by staff, a service or the requester. Again while waiting: once."""
    conversation = step.conversation
    if event.by.kind == "person":
        _allow(step, event.by.name, "handoff")
    elif event.by.kind in ("customer", "participant") and event.by.name != conversation.requester:
        raise Refused("not_allowed", "Only the person who asked for help can ask for somebody else.")
    match conversation.holder:
        case Queued() | Offered() | Parked():
            return
        case HeldByHuman() | OnHold():
            staff = event.by.kind not in ("customer", "participant")
            hint = "is answering; transfer it instead." if staff else "is with you already."
            raise _wrong_state(step, f"{holder_in_words(step)} {hint}")
        case Resolved():
            raise _wrong_state(step, "This is resolved; reopen it or write again.")
        case _:
            pass
    _fresh(step, event.epoch)
    to = event.to
    if to is not None and to.kind == "agent":
        _to_named_agent(step, event, to.name)
        return
    reason: Reason = "asked_for_human" if event.by.kind in ("customer", "participant") else "asked_by_staff"
    step.to_people(to, reason, event.by, cause="handoff", comment=event.reason)


def _to_named_agent(step: Step, event: HandoffRequested, agent: str) -> None:
    """BOT -> BOT by somebody else than the agent. People may do so at will; programs are bound by `max_handoffs`."""
    conversation = step.conversation
    if agent not in step.policy.agents:
        raise Refused("invalid", f'There is no agent "{agent}".', epoch=conversation.epoch)
    if describe(conversation.holder) == f"agent:{agent}":
        return
    if step.policy.agents_paused:
        raise _wrong_state(step, "Agents are paused, so nobody would answer; hand it to a team instead.")
    if event.by.kind != "person" and len(conversation.hops) >= step.policy.defaults.max_handoffs:
        raise _wrong_state(step, "Too many agents have had this already; hand it to a team instead.")
    before = describe(conversation.holder)
    step.silence(step.next_epoch())
    step.set(handoffs=conversation.handoffs + 1)
    step.to_agent(agent, event.by, cause="handoff", reason="asked_by_staff")
    step.transfer_event(before, f"agent:{agent}", "asked_by_staff", run_id=None)


def released(step: Step, event: Released) -> None:
    """HELD -> QUEUED in the same team, without the person who let go."""
    holder = step.conversation.holder
    if not isinstance(holder, HeldByHuman | OnHold):
        raise _wrong_state(step, "Nobody holds this, so there is nothing to release.")
    _allow(step, event.by, "release")
    _fresh(step, event.epoch)
    excluded = holder.handoff.excluded if holder.handoff is not None else ()
    _tell_former(step, event.by, event.by)
    step.to_people(
        Target("team", holder.team), "released", Actor("person", event.by), cause="release", comment=event.reason,
        exclude=tuple(dict.fromkeys((*excluded, holder.person))), notice="released",
    )  # fmt: skip
    step.do(Emit("conversation.released", {"by": event.by, "person": holder.person}))


def transferred(step: Step, event: Transferred) -> None:
    """HELD -> QUEUED at another team, or HELD by another person at once; to one who is off duty: their team's queue."""
    holder = step.conversation.holder
    if not isinstance(holder, HeldByHuman | OnHold):
        raise _wrong_state(step, "Only what a person holds can be transferred; claim it first.")
    _allow(step, event.by, "transfer")
    _fresh(step, event.epoch)
    if not event.comment.strip():
        raise Refused("invalid", "A transfer needs a comment: what should the next person know?")
    if event.warm:
        raise Refused("wrong_state", "Warm transfers are not available yet; transfer it cold with a comment.")
    check_person(step.policy, step.conversation, event, event.to, step.now_ms)
    who = Actor("person", event.by)
    _tell_former(step, event.by, event.to.name if event.to.kind == "person" else event.by)
    match event.to.kind:
        case "agent":
            raise Refused("invalid", "To give it to an agent, hand it back.")
        case "team":
            if event.to.name not in step.policy.teams:
                raise Refused("invalid", f'There is no team "{event.to.name}".')
            step.do(Note(who, event.comment))
            step.to_people(event.to, "transferred", who, cause="transfer", comment=event.comment, notice="transferred")
        case "person":
            _transfer_to_person(step, event, holder)
    step.do(Emit("conversation.transferred", {"by": event.by, "to": str(event.to)}))


def _transfer_to_person(step: Step, event: Transferred, holder: HeldByHuman | OnHold) -> None:
    to, who = event.to.name, Actor("person", event.by)
    if to == holder.person:
        raise Refused("invalid", f"{step.policy.person_name(to)} holds it already.", epoch=step.conversation.epoch)
    _can_hold(step, to)
    step.do(Note(who, event.comment))
    if not event.to_on_duty:
        step.to_people(event.to, "transferred", who, cause="transfer", comment=event.comment, within=holder.team)
        return
    theirs = step.policy.teams_of(to)
    team = holder.team if to in step.policy.team(holder.team).members or not theirs else theirs[0].name
    epoch = step.next_epoch()
    handoff = OpenHandoff(
        id=epoch, team=team, reason="transferred", by=who, at_ms=step.now_ms, need=step.conversation.need,
        upto=step.conversation.seq, config_version=step.policy.version, comment=event.comment,
    )  # fmt: skip
    before = describe(holder)
    step.set(handoffs=step.conversation.handoffs + 1, config_version=step.policy.version)
    step.to_person(to, team, handoff, who, cause="transfer", reason="transferred", notice="transferred_person")
    step.transfer_event(before, f"person:{to}", "transferred", run_id=None)
    step.do(TellPerson(to, "assigned", step.text("assigned", by=step.policy.person_name(event.by)), epoch))


def handed_back(step: Step, event: HandedBack) -> None:
    """HELD -> BOT. The agent answers at once if anything is unanswered, with a fresh turn budget and the hint."""
    holder = step.conversation.holder
    if not isinstance(holder, HeldByHuman | OnHold):
        raise _wrong_state(step, "Only what a person holds can be handed back.")
    _allow(step, event.by, "hand_back")
    _fresh(step, event.epoch)
    if step.policy.agents_paused:
        raise _wrong_state(step, "Agents are paused, so nobody would answer; release it to the queue instead.")
    agent = event.to or step.conversation.last_agent or step.policy.defaults.agent
    if event.to is not None and event.to not in step.policy.agents:
        raise Refused("invalid", f'There is no agent "{event.to}".')
    if agent not in step.policy.agents:
        agent = step.policy.defaults.agent
    if agent not in step.policy.agents:
        raise _wrong_state(step, "No agent serves this place; release it to the queue instead.")
    if used := used_up(budget_of(step.policy, agent), step.conversation.spent):
        raise _wrong_state(step, f"The budget of {agent} leaves it no answer ({used}); release it instead.")
    check_person(step.policy, step.conversation, event, Target("agent", agent), step.now_ms)
    _tell_former(step, event.by, event.by)
    step.notice("handed_back", step.next_epoch(), person=step.policy.person_name(holder.person))
    step.set(handoffs=step.conversation.handoffs + 1)
    step.to_agent(agent, Actor("person", event.by), cause="hand back", reason="handed_back", hint=event.hint)
    step.do(Emit("conversation.handed_back", {"by": event.by, "to": agent}))


# ---- answering and ending --------------------------------------------------------------------------------------------


def replied(step: Step, event: Replied) -> None:
    """The holder's public words. They always leave, before any later holder's."""
    holder = step.conversation.holder
    if not event.text.strip():
        raise Refused("invalid", "A reply needs words.")
    if not is_staff(step.policy, step.conversation, event.by):
        _allow(step, event.by, "reply")
    match holder:
        case HeldByHuman(person=person) | OnHold(person=person) if person == event.by:
            _public_words(step, Actor("person", event.by), event.text, seen=event.seen)
        case HeldByHuman() | OnHold():
            raise Refused(
                "already_claimed", f"{holder_in_words(step)} is answering; leave a note, or take over first.",
                holder=holder_in_words(step), epoch=step.conversation.epoch,
            )  # fmt: skip
        case Resolved():
            raise _wrong_state(step, "This is resolved; reopen it first.")
        case _:
            raise _wrong_state(step, f"It is with {holder_in_words(step)}; claim it before you reply.")


def _public_words(step: Step, who: Actor, text: str, *, native: bool = False, seen: int | None = None) -> None:
    step.say(who, text, native=native)
    step.answered(step.conversation.seq if seen is None else seen)
    step.set(hops=(), failed_answers=0)
    holder = step.conversation.holder
    if isinstance(holder, HeldByHuman):
        step.set(holder=replace(holder, reminders=0))
    handoff = open_handoff(holder)
    if handoff is not None:
        step.do(UpdateCard(handoff.team, handoff.id))


def noted(step: Step, event: Noted) -> None:
    """Internal words, in every state but closed; never in an agent's view (I11)."""
    _allow(step, event.by, "note")
    if not event.text.strip():
        raise Refused("invalid", "A note needs words.")
    step.do(Note(Actor("person", event.by), event.text))


def no_reply_needed(step: Step, event: MarkedNoReplyNeeded) -> None:
    """The holder says that what the customer wrote needs no answer."""
    holder = step.conversation.holder
    if not isinstance(holder, HeldByHuman | OnHold):
        raise _wrong_state(step, "Only the person who holds it can say that no reply is needed; claim it first.")
    _allow(step, event.by, "no_reply_needed")
    _fresh(step, event.epoch)
    if not step.conversation.unanswered:
        return
    step.answered(step.conversation.seq)
    step.journal(Actor("person", event.by), "no reply needed", "none", holder)


def marked_resolved(step: Step, event: MarkedResolved) -> None:
    """HELD or BOT -> RESOLVED. A message that its author had not seen reopens at once, for the same holder."""
    conversation = step.conversation
    holder = conversation.holder
    match holder:
        case Resolved():
            return  # resolved twice is resolved once
        case Queued() | Offered() | Parked():
            raise _wrong_state(step, "Nobody holds this yet; claim it, then resolve it.")
        case _:
            pass
    _allow(step, event.by, "resolve")
    _fresh(step, event.epoch)
    who = Actor("person", event.by)
    unseen = tuple(one for one in conversation.unanswered if event.seen is not None and one.seq > event.seen)
    if unseen and not step.once(f"resolved {event.by} {event.seen} {unseen[-1].seq}"):
        return
    if event.note.strip():
        step.do(Note(who, event.note))
    _tell_former(step, event.by, event.by)
    step.resolve(who, cause="resolve", outcome=event.outcome, notice=None if unseen else "resolved")
    if not unseen:
        return
    step.set(unanswered=unseen)
    step.do(Emit("conversation.reopened", {"by": f"customer:{conversation.requester}"}))
    cause = f"message {unseen[-1].seq}"
    customer = Actor("customer", conversation.requester)
    match holder:
        case HeldByHuman(person=person, team=team, handoff=handoff) | OnHold(person=person, team=team, handoff=handoff):
            step.to_person(person, team, handoff, customer, cause=cause, reason="reopened", notice=None)
            step.do(TellPerson(person, "reopened", step.text("wrote_again"), step.conversation.epoch))
        case HeldByAgent(agent=agent):
            step.to_agent(agent, customer, cause=cause, reason="reopened")
        case _:
            pass


def reopen_requested(step: Step, event: ReopenRequested) -> None:
    """RESOLVED -> HELD by the member of staff who asks for it."""
    holder = step.conversation.holder
    if not isinstance(holder, Resolved):
        raise _wrong_state(step, f"This is open already; it is with {holder_in_words(step)}.")
    _allow(step, event.by, "reopen")
    _fresh(step, event.epoch)
    team = holder.team or _team_for(step, event.by)
    step.to_person(
        event.by, team, None, Actor("person", event.by), cause="reopen", reason="reopened", notice="reopened"
    )
    step.do(Emit("conversation.reopened", {"by": event.by}))
