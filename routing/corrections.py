"""What staff say of a routing that was wrong. It moves nothing: it is kept as a case for `baton eval`."""

from .conversation import Actor, Conversation
from .decide_desk import holder_in_words
from .effects import KeepCase
from .errors import Refused
from .events import RouteCorrected
from .moves import Step
from .permissions import may


def route_corrected(step: Step, event: RouteCorrected) -> None:
    """Every state but CLOSED: the last correction counts, and the same one twice is one."""
    conversation, policy = step.conversation, step.policy
    why = may(policy, conversation, event.by, "correct")
    if why is not None:
        raise Refused(
            "not_allowed", f"{policy.person_name(event.by)} {why}.",
            holder=holder_in_words(step), epoch=conversation.epoch,
        )  # fmt: skip
    known = {"agent": policy.agents, "team": policy.teams, "person": policy.people}
    if event.to.name not in known[event.to.kind]:
        raise Refused("invalid", f"There is no {event.to} in the configuration.", epoch=conversation.epoch)
    if event.route and all(route.name != event.route for route in policy.routes):
        raise Refused("invalid", f'There is no route "{event.route}".', epoch=conversation.epoch)
    expected = f"route:{event.route}" if event.route else str(event.to)
    if expected == conversation.corrected:
        return
    step.set(corrected=expected)
    was = first_asked(conversation)
    step.do(KeepCase(event.said, expected, was, event.by, step.now_ms, conversation.language))
    detail = f"{was} should have been {expected}"
    step.journal(Actor("person", event.by), "correct", "none", conversation.holder, detail)


def first_asked(conversation: Conversation) -> str:
    """Whom the last routing chose: the first team since an agent had it, however far it went from there; else that
    agent. In the chain an agent stands without its kind."""
    since: list[str] = []
    agent = conversation.last_agent
    for link in conversation.chain:
        if ":" in link:
            since.append(link)
        else:
            agent, since = link, []
    return next((link for link in since if link.startswith("team:")), f"agent:{agent}")
