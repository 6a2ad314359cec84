"""A conversation as JSON: the one shape that REST, the console and the cards are made from.

A customer's message shows here as soon as it is accepted, also while nobody has decided on it yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from routing import calendars
from routing.conversation import (
    Actor,
    Conversation,
    HeldByAgent,
    HeldByHuman,
    Offered,
    OnHold,
    Parked,
    Resolved,
    describe,
    state_of,
)
from routing.effects import JournalEntry, Line
from routing.events import MessageReceived
from routing.policy import Person, Policy, Team

from .packet import compose, rfc3339
from .values import Record

Duty = tuple[str, int | None, int]
HIDDEN_KINDS = {"items", "amend", "withdrawn"}


def conversation_view(identity: str, record: Record, policy: Policy, *, link: str = "") -> dict[str, Any]:
    """Everything that a reader with the right to all of it may see.

    `identity` is the conversation's id: a first message that nobody has decided on yet has no state that names it.
    """
    lines = transcript(record)
    conversation = record.conversation or _unborn(identity, record, policy)
    undecided = [line for line in lines if line.n > len(record.lines)]
    waiting_since = conversation.waiting_since_ms
    if waiting_since is None and undecided:
        waiting_since = undecided[0].at_ms
    holder = conversation.holder
    return {
        "id": identity,
        "number": record.number,
        "platform": conversation.platform,
        "state": state_of(holder),
        "holder": _holder(describe(holder)),
        "offered_to": _offered_to(conversation),
        "epoch": conversation.epoch,
        "handoffs": conversation.handoffs,
        "chain": list(conversation.chain),
        "waiting_since": rfc3339(waiting_since),
        "waiting_for_person_since": rfc3339(conversation.waiting_for_person_since_ms),
        "unanswered": bool(conversation.unanswered or undecided),
        "priority": conversation.priority,
        "route": conversation.route,
        "language": conversation.language,
        "messages": [_message(line, conversation) for line in lines if line.kind not in HIDDEN_KINDS],
        "journal": [_entry(entry) for entry in record.journal],
        "packet": compose(conversation, lines, link=link, named=lambda author: _name(author, policy)),
        # Beyond the contract: what the console draws.
        "requester": conversation.requester,
        "seq": max(conversation.seq, *(line.seq or 0 for line in lines), 0),
        "now": rfc3339(record.now_ms),
        "config_version": conversation.config_version,
        "max_handoffs": policy.defaults.max_handoffs,
        "working": _working(conversation, bool(undecided)),
        "team": _team(conversation),
        "opens_at": rfc3339(holder.opens_at_ms) if isinstance(holder, Parked) else None,
        "offered_until": rfc3339(holder.offer.deadline_ms) if isinstance(holder, Offered) else None,
        "snoozed_until": rfc3339(holder.until_ms) if isinstance(holder, OnHold) else None,
        "outcome": holder.outcome if isinstance(holder, Resolved) else None,
        "held_by": holder.held_by if isinstance(holder, Resolved) else None,
        "previous": conversation.previous,
    }


def transcript(record: Record) -> tuple[Line, ...]:
    """The lines with the customer's edits applied and without those that never left; after them the accepted messages
    that are not decided yet."""
    amended = {line.seq: line for line in record.lines if line.kind == "amend" and line.seq is not None}
    never_left = {line.key for line in record.lines if line.kind == "withdrawn"}
    lines = [
        replace(line, text=amended[line.seq].text) if line.seq in amended and line.kind == "message" else line
        for line in record.lines
        if line.visibility == "internal" or line.key not in never_left
    ]
    known = {line.seq for line in record.lines if line.seq is not None}
    seq = max((number for number in known), default=0)
    for mail in record.pending:
        event = mail.event
        if not isinstance(event, MessageReceived) or (event.seq and event.seq in known):
            continue
        seq = event.seq or seq + 1
        author = Actor("customer", event.author)
        lines.append(Line(len(lines) + 1, author, event.text, "public", mail.at_ms or event.at_ms, seq))
    return tuple(lines)


def for_customer(view: Mapping[str, Any]) -> dict[str, Any]:
    """What the customer may see of it: public words, the state, nothing that staff wrote for themselves (I11)."""
    public = [message for message in view["messages"] if message["visibility"] == "public"]
    shown = ("id", "number", "state", "holder", "requester", "working", "opens_at", "now", "team", "seq", "epoch")
    return {key: view[key] for key in shown} | {"messages": public}


def summary_view(item: Mapping[str, Any]) -> dict[str, Any]:
    """A list's item with its times as REST writes them: the store keeps `..._ms`."""
    return {key.removesuffix("_ms"): rfc3339(value) if key.endswith("_ms") else value for key, value in item.items()}


def person_view(person: Person, policy: Policy, duty: Mapping[str, Duty]) -> dict[str, Any]:
    state, until_ms, slots = duty.get(person.key, ("on", None, 0))
    return {
        "name": person.key,
        "title": person.name,
        "roles": sorted(person.roles),
        "teams": [team.name for team in policy.teams_of(person.key)],
        "duty": state,
        "until": rfc3339(until_ms),
        "open": slots,
        "capacity": person.capacity,
    }


def team_view(
    team: Team, policy: Policy, duty: Mapping[str, Duty], waiting: Sequence[Mapping[str, Any]], now_ms: int
) -> dict[str, Any]:
    """`waiting` is the whole queue; a team without hours is always open."""
    hours = policy.calendars.get(team.hours or "")
    is_open = hours is None or calendars.is_open(hours, now_ms)
    opens_ms = calendars.opens_at_ms(hours, now_ms) if hours is not None and not is_open else None
    members = sorted(team.members)
    return {
        "name": team.name,
        "title": team.title,
        "members": members,
        "channel": team.channel,
        "open": is_open,
        "opens_at": rfc3339(opens_ms),
        "queue": sum(1 for item in waiting if item.get("team") == team.name),
        "on_duty": [name for name in members if duty.get(name, ("on", None, 0))[0] == "on"],
    }


def _unborn(identity: str, record: Record, policy: Policy) -> Conversation:
    """The conversation as its first decision will find it: the place's default agent holds it."""
    first = next((mail.event for mail in record.pending if isinstance(mail.event, MessageReceived)), None)
    return Conversation(
        id=identity,
        platform=record.place.platform,
        workspace=record.place.workspace,
        requester=first.author if first is not None else "",
        created_ms=record.now_ms,
        holder=HeldByAgent(policy.defaults.agent),
        epoch=0,
        config_version=policy.version,
        chain=(policy.defaults.agent,),
        language=policy.defaults.locale,
    )


def _name(author: Actor, policy: Policy) -> str:
    return policy.person_name(author.name) if author.kind == "person" else author.name


def _holder(described: str) -> dict[str, Any]:
    kind, _, name = described.partition(":")
    return {"kind": kind, "name": name or None}


def _offered_to(conversation: Conversation) -> str | None:
    match conversation.holder:
        case Offered(offer=offer):
            return offer.person
        case HeldByHuman(warm=warm) if warm is not None:
            return warm.person
        case _:
            return None


def _team(conversation: Conversation) -> str | None:
    """The team whose matter it is now; agents have none."""
    return getattr(conversation.holder, "team", None)


def _working(conversation: Conversation, undecided: bool) -> dict[str, Any] | None:
    """Which agent is at work, for a status line. A message not yet decided on counts as work of the agent."""
    run = conversation.run
    if run is not None:
        return {"agent": run.agent, "since": rfc3339(run.started_ms), "slow": run.slow_said}
    if undecided and isinstance(conversation.holder, HeldByAgent):
        return {"agent": conversation.holder.agent, "since": None, "slow": False}
    return None


def _message(line: Line, conversation: Conversation) -> dict[str, Any]:
    """`choices` are there while they may be chosen: to write the label is to choose."""
    offered = conversation.choices
    open_here = line.turn == offered.turn and line.author.kind == "agent"
    return {
        "n": line.n,
        "seq": line.seq,
        "author": {"kind": line.author.kind, "name": line.author.name},
        "text": line.text,
        "visibility": line.visibility,
        "at": rfc3339(line.at_ms),
        "kind": line.kind,
        "choices": [
            {"id": f"{offered.turn}.{place}", "label": choice.label, "kind": choice.kind}
            for place, choice in enumerate(offered.of if open_here else ())
        ],
    }


def _entry(entry: JournalEntry) -> dict[str, Any]:
    return {
        "at": rfc3339(entry.at_ms),
        "epoch": entry.epoch,
        "event": entry.event,
        "actor": entry.actor,
        "cause": entry.cause,
        "reason": entry.reason,
        "from": entry.before,
        "to": entry.after,
        "config_version": entry.config_version,
        "detail": entry.detail,
    }
