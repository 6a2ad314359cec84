"""An agent's turn: what it may see, and its report."""

from collections.abc import Sequence

from routing.conversation import Conversation
from routing.effects import Line
from routing.events import AgentHandedOff
from routing.permissions import people_allowed
from routing.policy import Policy

from .apply import Desk, apply
from .chosen import forbidden, with_facts
from .ports import AgentRuntime
from .values import Lease, Mail, RunRequest


async def reported(desk: Desk, runtime: AgentRuntime, lease: Lease, mail: Mail, policy: Policy) -> None:
    """AgentReplied, AgentHandedOff, AgentCompleted, AgentFailed."""
    event = mail.event
    if isinstance(event, AgentHandedOff):
        event = with_facts(event, runtime, lease, policy)
    await apply(desk, lease, mail, event, policy)


def view(lines: Sequence[Line]) -> tuple[Line, ...]:
    """What an agent may see (I11): public lines as amended, and agents' own tool items. Never notes, transfer comments,
    drafts or card chatter; what staff meant for an agent reaches it only as the hint of a hand back."""
    amended = {line.seq: line for line in lines if line.kind == "amend"}
    withdrawn = {line.key for line in lines if line.kind == "withdrawn"}
    seen: list[Line] = []
    for line in lines:
        if line.kind == "items":
            seen.append(line)
        elif line.visibility == "public" and not (line.key and line.key in withdrawn):
            change = amended.get(line.seq) if line.seq is not None else None
            if change is None:
                seen.append(line)
            elif not change.data[0]["deleted"]:
                seen.append(Line(line.n, line.author, change.text, "public", line.at_ms, line.seq))
    return tuple(seen)


def request(
    conversation: Conversation, lines: Sequence[Line], policy: Policy, runtime: AgentRuntime, lease: Lease
) -> RunRequest:  # fmt: skip
    """What the runtime gets for the run that the state wishes for: nothing newer than the run's `upto`."""
    run = conversation.run
    assert run is not None
    visible = tuple(line for line in view(lines) if line.seq is None or line.seq <= run.upto)
    refused = forbidden(conversation, runtime, lease, policy)
    return RunRequest(conversation, visible, policy, people_allowed(conversation), refused)
