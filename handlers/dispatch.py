"""Which handler takes which event: the table of contents of this ring."""

from typing import get_args

from routing.events import AgentEvent, DeskEvent, MessageDeleted, MessageEdited, MessageReceived
from routing.policy import Policy

from . import agent, customer, desk, timer
from .apply import Desk
from .ports import AgentRuntime
from .values import Lease, Mail


async def handle(desk_: Desk, runtime: AgentRuntime, lease: Lease, mail: Mail, policy: Policy) -> None:
    """Decide one event of a leased conversation. Raises what `apply` raises."""
    if isinstance(mail.event, MessageReceived):
        await customer.received(desk_, runtime, lease, mail, policy)
    elif isinstance(mail.event, MessageEdited | MessageDeleted):
        await customer.changed(desk_, lease, mail, policy)
    elif isinstance(mail.event, get_args(AgentEvent)):
        await agent.reported(desk_, runtime, lease, mail, policy)
    elif isinstance(mail.event, get_args(DeskEvent)):
        await desk.acted(desk_, runtime, lease, mail, policy)
    else:
        await timer.happened(desk_, lease, mail, policy)
