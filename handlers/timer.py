"""Time, staffing, delivery and administration: events that carry all that `decide` needs."""

from routing.policy import Policy

from .apply import Desk, apply
from .values import Lease, Mail


async def happened(desk: Desk, lease: Lease, mail: Mail, policy: Policy) -> None:
    await apply(desk, lease, mail, mail.event, policy)
