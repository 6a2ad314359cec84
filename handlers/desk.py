"""The staff's verbs: look up what `decide` cannot know (who is on duty), then apply."""

from dataclasses import replace

from routing.events import HandedBack, RouteCorrected, Transferred
from routing.moves import open_handoff
from routing.policy import Policy

from .agent import view
from .apply import Desk, apply
from .chosen import with_facts
from .ports import AgentRuntime
from .values import Lease, Mail


async def acted(desk: Desk, runtime: AgentRuntime, lease: Lease, mail: Mail, policy: Policy) -> None:
    """Any event of the desk."""
    event = mail.event
    if isinstance(event, Transferred | HandedBack):
        event = with_facts(event, runtime, lease, policy)
    if isinstance(event, Transferred) and event.to.kind == "person":
        event = replace(event, to_on_duty=await on_duty(desk, event.to.name))
    elif isinstance(event, RouteCorrected):
        event = replace(event, said=await said_before_people(desk, lease))
    await apply(desk, lease, mail, event, policy)


async def said_before_people(desk: Desk, lease: Lease) -> tuple[str, ...]:
    """The customer's lines that the routing was decided on: up to the open handoff, before a person answered. Where an
    agent has spoken after a person, that is another routing, and only what came since counts."""
    handoff = open_handoff(lease.conversation.holder) if lease.conversation is not None else None
    said: list[str] = []
    since: list[str] = []
    answered = False
    for line in view(await desk.engine.history(lease)):
        if handoff is not None and line.seq is not None and line.seq > handoff.upto:
            break
        match line.author.kind:
            case "person":
                answered = True
            case "agent" if answered and line.kind == "message":
                said, since, answered = since, [], False
            case "customer":
                (since if answered else said).append(line.text)
            case _:
                pass
    return tuple(said)


async def on_duty(desk: Desk, person: str) -> bool:
    """Whether they take conversations now; who has never said anything does."""
    duty = await desk.staffing.duty()
    return person not in duty or duty[person][0] == "on"
