"""Handoffs that an agent or a person chooses: what the conditions of `edges` want to know of the place and the need."""

from collections.abc import Mapping
from dataclasses import replace

from routing.conversation import Conversation, Target
from routing.edges import edge_facts, refused_to_agent
from routing.events import AgentHandedOff, HandedBack, MessageReceived, Transferred
from routing.policy import Policy

from .ports import AgentRuntime
from .values import Lease

Chosen = AgentHandedOff | Transferred | HandedBack


def with_facts(event: Chosen, runtime: AgentRuntime, lease: Lease, policy: Policy) -> Chosen:
    """The event with what `decide` cannot know; as it is where nothing asks for it."""
    if not policy.edges or lease.conversation is None:
        return event
    return replace(event, channel=_channel(lease), topics=_topics(lease.conversation, runtime, policy))


def forbidden(
    conversation: Conversation, runtime: AgentRuntime, lease: Lease, policy: Policy
) -> Mapping[Target, str]:  # fmt: skip
    """To whom the agent at work may not hand now, and why: these are not offered to it."""
    run = conversation.run
    declared = policy.agents.get(run.agent) if run is not None else None
    if declared is None:
        return {}
    topics = _topics(conversation, runtime, policy) if policy.edges else ()
    given = edge_facts(conversation, "agent_decided", lease.now_ms, channel=_channel(lease), topics=topics)
    why = {target: refused_to_agent(policy, declared.name, target, given) for target in declared.handoffs}
    return {target: words for target, words in why.items() if words is not None}


def _channel(lease: Lease) -> str:
    return lease.place.channel or lease.place.id


def _topics(conversation: Conversation, runtime: AgentRuntime, policy: Policy) -> tuple[tuple[str, float], ...]:
    need = MessageReceived(conversation.seq, conversation.requester, conversation.need, conversation.last_customer_ms)
    return tuple(runtime.judge(need, policy, about=True).topics.items())
