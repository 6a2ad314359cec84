"""A customer's line and its changes: judge it cheaply, pick the route, look up what `decide` cannot know, apply."""

from dataclasses import replace

from routing.conversation import HeldByAgent, OnHold, Resolved, Waiting
from routing.events import MessageDeleted, MessageEdited, MessageReceived, RouteChoice
from routing.policy import Policy
from routing.replacing import replaced
from routing.rules import Facts, choice

from .apply import Desk, apply
from .desk import on_duty
from .ports import AgentRuntime
from .values import Commit, Judgement, Lease, Mail


async def received(desk: Desk, runtime: AgentRuntime, lease: Lease, mail: Mail, policy: Policy) -> None:
    """MessageReceived, with its facts."""
    assert isinstance(mail.event, MessageReceived)
    if _somebody_may_be_asked(lease):
        await runtime.prepare(mail.event, policy, before=_asked_before(lease))
    facts = {
        "tool_begun": await _tool_begun(desk, lease),
        "holder_on_duty": await _holder_on_duty(desk, lease),
        "flood": lease.overflows,
    }
    await apply(desk, lease, mail, judged(mail.event, runtime, lease, policy, **facts), policy)


def judged(
    event: MessageReceived, runtime: AgentRuntime, lease: Lease, policy: Policy, **facts: bool
) -> MessageReceived:
    """The line with what the cheap triage and the routes say of it, and with the other `facts`."""
    asking = _somebody_may_be_asked(lease)
    judgement = runtime.judge(event, policy, about=asking, before=_asked_before(lease))
    return replaced(
        event,
        wants_person=judgement.wants_person,
        person_named=judgement.person_named,
        thanks=judgement.thanks,
        failed_answer=judgement.failed_answer,
        language=judgement.language,
        need=judgement.need,
        repeats=judgement.repeats,
        frustrated=judgement.frustrated,
        yes_or_no=judgement.yes_or_no,
        route=choose(event, judgement, lease, policy) if asking else None,
        **facts,
    )


def _asked_before(lease: Lease) -> str:
    """What the customer has asked an agent last; empty where no agent holds it."""
    conversation = lease.conversation
    return conversation.need if conversation is not None and isinstance(conversation.holder, HeldByAgent) else ""


async def _tool_begun(desk: Desk, lease: Lease) -> bool:
    """Whether the running turn has begun a tool with an effect."""
    run = lease.conversation.run if lease.conversation is not None else None
    if run is None:
        return False
    return any(entry.get("kind") == "begun" for entry in await desk.engine.run_entries(lease, run.turn))


async def _holder_on_duty(desk: Desk, lease: Lease) -> bool:
    """Whether the person to whom a resolved or snoozed conversation would return takes conversations now."""
    holder = lease.conversation.holder if lease.conversation is not None else None
    match holder:
        case Resolved(held_by=held_by) if held_by.startswith("person:"):
            person = held_by.removeprefix("person:")
        case OnHold(person=person):
            pass
        case _:
            return True
    return await on_duty(desk, person)


def _somebody_may_be_asked(lease: Lease) -> bool:
    """Whether a route matters: not while people hold the conversation."""
    return lease.conversation is None or isinstance(lease.conversation.holder, HeldByAgent | Resolved | Waiting)


def choose(event: MessageReceived, judgement: Judgement, lease: Lease, policy: Policy) -> RouteChoice:
    """Which route the line takes."""
    facts = Facts(
        text=event.text, user=event.author, channel=lease.place.channel or lease.place.id,
        platform=lease.place.platform, language=judgement.language or "", topics=judgement.topics, reason="",
        now_ms=lease.now_ms,
    )  # fmt: skip
    return choice(policy, facts)


async def changed(desk: Desk, lease: Lease, mail: Mail, policy: Policy) -> None:
    """MessageEdited, MessageDeleted. A platform names the line by its own id; one that is not a customer's line here
    changes nothing."""
    event = mail.event
    assert isinstance(event, MessageEdited | MessageDeleted)
    if event.seq == 0:
        lines = await desk.engine.history(lease)
        seq = next((line.seq for line in reversed(lines) if line.seq is not None and line.ref == event.ref), None)
        if seq is None:
            await desk.engine.commit(lease, Commit(mail, None))
            return
        event = replace(event, seq=seq)
    if isinstance(event, MessageEdited):
        event = replace(event, tool_begun=await _tool_begun(desk, lease))
    await apply(desk, lease, mail, event, policy)
