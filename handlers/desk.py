"""The staff's verbs: look up what `decide` cannot know (who is on duty), then apply."""

from dataclasses import replace

from routing.events import Transferred
from routing.policy import Policy

from .apply import Desk, apply
from .ports import Lease, Mail


async def acted(desk: Desk, lease: Lease, mail: Mail, policy: Policy) -> None:
    """Any event of the desk."""
    event = mail.event
    if isinstance(event, Transferred) and event.to.kind == "person":
        event = replace(event, to_on_duty=await on_duty(desk, event.to.name))
    await apply(desk, lease, mail, event, policy)


async def on_duty(desk: Desk, person: str) -> bool:
    """Whether they take conversations now; who has never said anything does."""
    duty = await desk.staffing.duty()
    return person not in duty or duty[person][0] == "on"
