"""Who holds a conversation next, and why: the table of holder x event.

`decide` takes values and returns values. Every pair of holder and event either answers or raises `Refused`; a test
walks the whole table. An event that has been decided before changes nothing (I6), a stale one changes nothing (I7).
"""

from collections.abc import Mapping
from dataclasses import replace

from .conversation import (
    SYSTEM,
    Actor,
    Closed,
    Conversation,
    HeldByAgent,
    HeldByHuman,
    OnHold,
    OpenHandoff,
    Queued,
    Resolved,
    describe,
    slots,
)
from .corrections import route_corrected
from .decide_agent import (
    agent_completed,
    agent_failed,
    agent_handed_off,
    agent_replied,
    agents_paused,
    speech_suppressed,
)
from .decide_customer import cancel_requested, message_deleted, message_edited, message_received, now_unanswered
from .decide_desk import (
    assigned,
    claimed,
    handed_back,
    handoff_requested,
    marked_resolved,
    no_reply_needed,
    noted,
    posted_natively,
    released,
    reopen_requested,
    replied,
    transferred,
)
from .decide_time import timer_fired
from .effects import CloseStream, FreeSlot, Note, PostCard, Say, TellPerson
from .errors import Refused
from .events import (
    Accepted,
    AgentCompleted,
    AgentFailed,
    AgentHandedOff,
    AgentReplied,
    AgentsPaused,
    Assigned,
    CancelRequested,
    Claimed,
    Declined,
    Delivered,
    DeliveryFailed,
    DutyChanged,
    Erased,
    Event,
    HandedBack,
    HandoffRequested,
    MarkedNoReplyNeeded,
    MarkedResolved,
    Matched,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Noted,
    PostedNatively,
    Rated,
    ReEngaged,
    Released,
    ReopenRequested,
    Replied,
    RouteCorrected,
    Snoozed,
    SpeechSuppressed,
    TimerFired,
    Transferred,
)
from .moves import CHAIN_KEPT, Decision, Step, open_handoff
from .policy import Policy
from .timers import unnoticed

# What this desk does not do yet, told to whoever asks for it.
NOT_YET: Mapping[type, str] = {
    Accepted: "There is no offer open in this conversation; claim it instead.",
    Declined: "There is no offer open in this conversation; claim it instead.",
    Snoozed: "Conversations cannot be snoozed yet; release it or leave a note instead.",
    Rated: "No rating has been asked for in this conversation.",
    ReEngaged: "Re-engaging a customer is not available yet; reopen the conversation instead.",
    Erased: "Erasing what a person wrote is not available yet.",
}

__all__ = ["Decision", "birth", "decide", "give_to_people"]


def birth(
    conversation_id: str, requester: str, policy: Policy, now_ms: int, *, platform: str = "console",
    workspace: str = "local", previous: str | None = None,
) -> Conversation:  # fmt: skip
    """A conversation at its first message: the default agent holds it, and who writes first is its requester."""
    agent = policy.defaults.agent
    return Conversation(
        id=conversation_id, platform=platform, workspace=workspace, requester=requester, created_ms=now_ms,
        holder=HeldByAgent(agent), epoch=now_ms, config_version=policy.version, chain=(agent,), hops=(agent,),
        language=policy.defaults.locale, previous=previous,
    )  # fmt: skip


def decide(conversation: Conversation, event: Event, policy: Policy, now_ms: int) -> Decision:
    """The next state and what must be done.

    Raises:
        Refused: the event changes nothing; the sentence is for whoever caused it.
    """
    step = Step(conversation, event, policy, now_ms)
    _take(step, event)
    if unnoticed(step.conversation, policy) and not unnoticed(conversation, policy):
        raise Refused(
            "wrong_state", "That would leave the customer waiting with nobody to notice; claim or release it instead.",
            epoch=conversation.epoch,
        )  # fmt: skip
    return step.decision()


def _take(step: Step, event: Event) -> None:
    if isinstance(step.conversation.holder, Closed):
        _after_the_end(step, event)
        return
    match event:
        # ---- the customer
        case MessageReceived():
            message_received(step, event)
        case MessageEdited():
            message_edited(step, event)
        case MessageDeleted():
            message_deleted(step, event)
        case CancelRequested():
            cancel_requested(step, event)
        # ---- agents
        case AgentReplied():
            agent_replied(step, event)
        case AgentHandedOff():
            agent_handed_off(step, event)
        case AgentCompleted():
            agent_completed(step, event)
        case AgentFailed():
            agent_failed(step, event)
        case AgentsPaused():
            agents_paused(step, event)
        # ---- the desk
        case HandoffRequested():
            handoff_requested(step, event)
        case Claimed():
            claimed(step, event)
        case Assigned():
            assigned(step, event)
        case Released():
            released(step, event)
        case Transferred():
            transferred(step, event)
        case HandedBack():
            handed_back(step, event)
        case MarkedResolved():
            marked_resolved(step, event)
        case ReopenRequested():
            reopen_requested(step, event)
        case Replied():
            replied(step, event)
        case Noted():
            noted(step, event)
        case PostedNatively():
            posted_natively(step, event)
        case MarkedNoReplyNeeded():
            no_reply_needed(step, event)
        case RouteCorrected():
            route_corrected(step, event)
        # ---- time and delivery
        case TimerFired():
            timer_fired(step, event)
        case SpeechSuppressed():
            speech_suppressed(step, event)
        case DeliveryFailed():
            _delivery_failed(step, event)
        case Matched():
            _unmatched(step, event)
        case Delivered() | DutyChanged():
            pass
        case _:
            raise Refused("wrong_state", NOT_YET[type(event)], epoch=step.conversation.epoch)


def _after_the_end(step: Step, event: Event) -> None:
    """CLOSED: time and late reports change nothing; whoever asks for something is told."""
    match event:
        case TimerFired() | Delivered() | DutyChanged() | AgentsPaused() | SpeechSuppressed() | DeliveryFailed():
            pass
        case AgentReplied() | AgentHandedOff() | AgentCompleted() | AgentFailed():
            pass
        case Matched():
            _unmatched(step, event)
        case PostedNatively(by=by, text=text):
            step.do(Say(Actor("person", by), text, native=True))
        case MessageEdited():
            message_edited(step, event)
        case MessageDeleted():
            message_deleted(step, event)
        case _:
            raise Refused("wrong_state", "This conversation is closed; a new message begins a new one.")


def _unmatched(step: Step, event: Matched) -> None:
    """Nobody is matched while every team is asked as a whole; the slot must not stay taken, unless it is in use."""
    if event.person not in slots(step.conversation.holder):
        step.do(FreeSlot(event.person))


def _delivery_failed(step: Step, event: DeliveryFailed) -> None:
    """A line that could not be delivered is seen by whoever can do something about it (I14)."""
    if not step.once(event.key):
        return
    text = step.text("delivery_failed", kind=event.kind, reason=event.reason)
    step.do(Note(SYSTEM, text))
    match step.conversation.holder:
        case HeldByHuman(person=person) | OnHold(person=person):
            step.do(TellPerson(person, "delivery_failed", text, step.conversation.epoch))
        case _:
            pass
    step.journal(SYSTEM, event.key, "delivery_failed", step.conversation.holder, event.reason)


def give_to_people(conversation: Conversation, event: Event, policy: Policy, now_ms: int, detail: str) -> Decision:
    """The constant transition of a poison event: to the default team, by no rule or calendar that could fail again.

    A conversation that people hold or wait for already stays as it is; the desk gets a note. A customer's message is
    counted as unanswered; that it enters the transcript is up to the caller.
    """
    step = Step(conversation, event, policy, now_ms)
    wrote = isinstance(event, MessageReceived) and event.seq > conversation.seq
    if isinstance(event, MessageReceived) and wrote:
        step.set(seq=event.seq)
        if not isinstance(conversation.holder, Closed):
            step.set(unanswered=now_unanswered(step.conversation, event))
    before = conversation.holder
    if isinstance(before, HeldByAgent) or (isinstance(before, Resolved) and wrote):
        epoch, team = step.next_epoch(), policy.defaults.team
        if conversation.run is not None:
            step.do(CloseStream(conversation.run.turn))
        handoff = OpenHandoff(
            id=epoch, team=team, reason="poison_event", by=SYSTEM, at_ms=now_ms, need=conversation.need,
            upto=step.conversation.seq, config_version=policy.version, comment=detail,
        )  # fmt: skip
        step.conversation = replace(
            step.conversation, holder=Queued(team, now_ms, handoff), epoch=epoch, floor=epoch, run=None,
            chain=(*conversation.chain, f"team:{team}")[-CHAIN_KEPT:], handoffs=conversation.handoffs + 1,
            waiting_for_person_since_ms=now_ms, config_version=policy.version,
            last_agent=before.agent if isinstance(before, HeldByAgent) else conversation.last_agent,
        )  # fmt: skip
        step.notice("handoff", epoch, team=policy.team(team).title)
        step.do(PostCard(team, epoch))
        step.transfer_event(describe(before), f"team:{team}", "poison_event", run_id=None)
        step.journal(SYSTEM, "dead letter", "poison_event", before, detail)
        return step.decision()
    step.do(Note(SYSTEM, step.text("poison", detail=detail)))
    if open_handoff(before) is not None or isinstance(before, HeldByHuman | OnHold):
        step.journal(SYSTEM, "dead letter", "poison_event", before, detail)
    return step.decision()
