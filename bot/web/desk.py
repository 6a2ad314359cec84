"""What REST and the console do alike: accept a message, carry out an action, read a conversation.

An action becomes one event in the conversation's mailbox; its answer is what became of that event.
"""

import difflib
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from handlers.values import Mail, Place, Record
from handlers.view import conversation_view, summary_view
from routing import events
from routing.choices import STALE, choice_of
from routing.conversation import Actor, Target
from routing.errors import Refused
from routing.policy import Policy

from . import bodies
from .problems import Problem
from .services import Services

IDENTIFIER = re.compile(r"[A-Za-z0-9._~-]{1,128}")
RESERVED = ("slack.", "cometchat.", "agent.")
ACTION_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What an action's event is made from: who asks, of which conversation, under which policy."""

    policy: Policy
    record: Record
    requester: str


# Each maker turns its body into the one event of that action; it raises Problem or Refused.
Maker = Callable[[Any, Facts], events.Event]


async def accept_message(services: Services, identity: str, body: bodies.MessageBody) -> dict[str, Any]:
    """A customer's line into the place's open conversation, durably. The answer is REST's."""
    if not IDENTIFIER.fullmatch(identity):
        raise Problem("invalid", "A conversation's id is 1 to 128 of the characters A-Z a-z 0-9 . _ ~ -")
    if identity.startswith(RESERVED):
        raise Problem("wrong_platform", "This conversation belongs to another platform; its messages arrive there.")
    if _is_staff(services.policy(), body.from_, body.name):
        raise Problem("invalid", '"from" is a person of the team; staff speak through reply.')
    message = events.MessageReceived(
        seq=0, author=body.from_, text=body.text, at_ms=0, author_name=body.name or body.from_
    )
    accepted = await services.mailbox.enqueue(Place(identity), Mail(_mail_id("message", body.id), message))
    answer: dict[str, Any] = {"seq": accepted.seq}
    if accepted.duplicate:
        answer["duplicate"] = True
    if accepted.conversation != identity:
        answer["conversation"] = accepted.conversation
    return answer


async def choose(services: Services, identity: str, by: str, pressed: str, epoch: int) -> str:
    """A customer presses a button under an answer, and thereby says its label. The id of the conversation.

    Raises:
        Refused: it is not theirs, or has had its time.
    """
    record = await read_record(services, identity)
    choice = choice_of(record.conversation, pressed, epoch) if record.conversation is not None else None
    if choice is None:
        raise Refused("stale", STALE)
    message = events.MessageReceived(0, by, choice.label, 0, author_name=by, pressed=pressed, pressed_epoch=epoch)
    mail = Mail(f"choose:{identity}:{epoch}:{pressed}:{by}", message, reply_to=services.ingress)
    accepted = await services.mailbox.enqueue(replace(record.place, id=identity), mail)
    outcome = await services.mailbox.outcome(accepted.conversation, mail.id, wait_s=ACTION_WAIT_S)
    if outcome is not None and outcome.code != "ok":
        raise Refused(outcome.code, outcome.detail, holder=outcome.holder, epoch=outcome.epoch)
    return accepted.conversation


async def read_conversation(services: Services, identity: str) -> dict[str, Any]:
    """The conversation's JSON. Raises Problem `not_found`."""
    record = await read_record(services, identity)
    return conversation_view(identity, record, services.policy(), link=link_to(identity))


async def perform(services: Services, identity: str, action: str, body: bodies.Action) -> dict[str, Any] | None:
    """Carry out an action and wait for its outcome: the conversation's JSON, None if it is not decided in time.

    Raises:
        Problem: it cannot be understood, or `by` may not do such a thing at all.
        Refused: it was decided and changes nothing.
    """
    record = await read_record(services, identity)
    policy = services.policy()
    requester = conversation_view(identity, record, policy)["requester"]
    _, make = ACTIONS[action]
    mail = Mail(_mail_id(action, body.id), make(body, Facts(policy, record, requester)), reply_to=services.ingress)
    try:
        # The id names the very conversation: a button of a closed one must not act on the next of its place.
        accepted = await services.mailbox.enqueue(replace(record.place, id=identity), mail)
    except LookupError:
        raise Problem("not_found", "There is no such conversation.") from None
    outcome = await services.mailbox.outcome(accepted.conversation, mail.id, wait_s=ACTION_WAIT_S)
    if outcome is None:
        return None
    if outcome.code != "ok":
        raise Refused(outcome.code, outcome.detail, holder=outcome.holder, epoch=outcome.epoch)
    return await read_conversation(services, accepted.conversation)


async def queue(services: Services, team: str | None) -> list[dict[str, Any]]:
    """Waiting conversations, the next one first, each with its position."""
    return [summary_view(item) for item in await services.read_models.queue(team)]


async def conversations(
    services: Services, *, cursor: str | None = None, limit: int = 50, **filters: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Summaries, newest change first. Raises ValueError for a cursor that is none of ours."""
    wanted = {name: filters.get(name) for name in ("state", "team", "holder", "customer")}
    items, following = await services.read_models.find(cursor=cursor, limit=limit, **wanted)
    return [summary_view(item) for item in items], following


async def read_record(services: Services, identity: str) -> Record:
    found = await services.mailbox.read(identity) if IDENTIFIER.fullmatch(identity) else None
    if found is None:
        raise Problem("not_found", "There is no such conversation.")
    return found


def link_to(identity: str) -> str:
    return f"/try?c={identity}"


def _mail_id(action: str, given: str | None) -> str:
    return f"{action}:{given if given is not None else uuid.uuid4().hex}"


def _is_staff(policy: Policy, *names: str | None) -> bool:
    staff = {name.casefold() for person in policy.people.values() for name in (person.key, person.name)}
    return any(name is not None and name.strip().casefold() in staff for name in names)


# ---- names -----------------------------------------------------------------------------------------------------------


def target(policy: Policy, text: str, *, kinds: Iterable[str] = ("agent", "team", "person")) -> Target:
    """`team:billing` as a target that exists. Raises Problem `invalid` with the nearest name."""
    known = {
        "agent": policy.agents.keys(),
        "team": policy.teams.keys(),
        "person": policy.people.keys(),
    }
    names = {f"{kind}:{name}": Target(kind, name) for kind in kinds for name in known[kind]}  # type: ignore[arg-type]
    if text in names:
        return names[text]
    raise Problem("invalid", f'"to" names {text[:80]!r}, which is not in the configuration{_nearest(text, names)}')


def _nearest(text: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(text, list(names), n=1, cutoff=0.5)
    return f'; did you mean "{near[0]}"?' if near else "."


def _bare(policy: Policy, text: str, kind: str) -> str:
    """`person:bob` or `bob`: the key. Raises Problem `invalid` for a name that is not there."""
    return target(policy, text if ":" in text else f"{kind}:{text}", kinds=(kind,)).name


def _staff(body: bodies.Action, facts: Facts) -> str:
    if body.by not in facts.policy.people:
        raise Problem(
            "not_allowed", f'"by" must be a person of the configuration{_nearest(body.by, facts.policy.people)}'
        )
    return body.by


def _requester(body: bodies.Action, facts: Facts) -> str:
    if body.by != facts.requester:
        raise Problem("not_allowed", "Only the customer who opened the conversation may do that.")
    return body.by


# ---- one event per action --------------------------------------------------------------------------------------------


def _handoff(body: bodies.Handoff, facts: Facts) -> events.Event:
    kind = "person" if body.by in facts.policy.people else "customer" if body.by == facts.requester else "system"
    to = target(facts.policy, body.to) if body.to is not None else None
    return events.HandoffRequested(Actor(kind, body.by), to, body.reason, body.epoch)  # type: ignore[arg-type]


def _claim(body: bodies.Claim, facts: Facts) -> events.Event:
    return events.Claimed(_staff(body, facts), body.force, body.epoch)


def _accept(body: bodies.Accept, facts: Facts) -> events.Event:
    return events.Accepted(_staff(body, facts), body.offer, body.epoch)


def _decline(body: bodies.Decline, facts: Facts) -> events.Event:
    return events.Declined(_staff(body, facts), body.offer, body.reason, body.epoch)


def _assign(body: bodies.Assign, facts: Facts) -> events.Event:
    return events.Assigned(_staff(body, facts), _bare(facts.policy, body.to, "person"), body.force, body.epoch)


def _release(body: bodies.Release, facts: Facts) -> events.Event:
    return events.Released(_staff(body, facts), body.reason, body.epoch)


def _transfer(body: bodies.Transfer, facts: Facts) -> events.Event:
    to = target(facts.policy, body.to, kinds=("team", "person"))
    return events.Transferred(_staff(body, facts), to, body.comment, body.warm, body.epoch)


def _hand_back(body: bodies.HandBack, facts: Facts) -> events.Event:
    by = _staff(body, facts)
    to = _bare(facts.policy, body.to, "agent") if body.to is not None else None
    return events.HandedBack(by, to, body.hint, body.epoch)


def _snooze(body: bodies.Snooze, facts: Facts) -> events.Event:
    by = _staff(body, facts)
    until_ms = bodies.instant_ms(body.until) if body.until is not None else None
    if until_ms is not None and until_ms <= facts.record.now_ms:
        raise Problem("invalid", '"until" is in the past.')
    return events.Snoozed(by, until_ms, body.epoch)


def _resolve(body: bodies.Resolve, facts: Facts) -> events.Event:
    return events.MarkedResolved(_staff(body, facts), body.seen, body.outcome, body.note, body.epoch)


def _reopen(body: bodies.Action, facts: Facts) -> events.Event:
    return events.ReopenRequested(_staff(body, facts), body.epoch)


def _reply(body: bodies.Reply, facts: Facts) -> events.Event:
    return events.Replied(_staff(body, facts), body.text, body.seen, body.epoch)


def _note(body: bodies.Note, facts: Facts) -> events.Event:
    return events.Noted(_staff(body, facts), body.text)


def _correct(body: bodies.Correct, facts: Facts) -> events.Event:
    by = _staff(body, facts)
    if (body.to is None) == (body.route is None):
        raise Problem("invalid", 'Say either "to", such as "team:billing", or "route", the name of a route.')
    if body.to is not None:
        return events.RouteCorrected(by, target(facts.policy, body.to))
    routes = {route.name: route for route in facts.policy.routes}
    route = routes.get(body.route or "")
    if route is None:
        raise Problem("invalid", f'"route" names {body.route!r}, which is no route{_nearest(body.route or "", routes)}')
    return events.RouteCorrected(by, route.to, route.name)


def _cancel(body: bodies.Action, facts: Facts) -> events.Event:
    return events.CancelRequested(_requester(body, facts), body.epoch)


def _rate(body: bodies.Rate, facts: Facts) -> events.Event:
    return events.Rated(_requester(body, facts), body.score, body.comment)


def _no_reply_needed(body: bodies.Action, facts: Facts) -> events.Event:
    return events.MarkedNoReplyNeeded(_staff(body, facts), body.epoch)


def _re_engage(body: bodies.Action, facts: Facts) -> events.Event:
    return events.ReEngaged(_staff(body, facts), body.epoch)


ACTIONS: dict[str, tuple[type[bodies.Action], Maker]] = {
    "handoff": (bodies.Handoff, _handoff),
    "claim": (bodies.Claim, _claim),
    "accept": (bodies.Accept, _accept),
    "decline": (bodies.Decline, _decline),
    "assign": (bodies.Assign, _assign),
    "release": (bodies.Release, _release),
    "transfer": (bodies.Transfer, _transfer),
    "hand-back": (bodies.HandBack, _hand_back),
    "snooze": (bodies.Snooze, _snooze),
    "resolve": (bodies.Resolve, _resolve),
    "reopen": (bodies.Action, _reopen),
    "reply": (bodies.Reply, _reply),
    "note": (bodies.Note, _note),
    "correct": (bodies.Correct, _correct),
    "cancel": (bodies.Action, _cancel),
    "rate": (bodies.Rate, _rate),
    "no-reply-needed": (bodies.Action, _no_reply_needed),
    "re-engage": (bodies.Action, _re_engage),
}
