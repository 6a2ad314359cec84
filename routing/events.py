"""What happened, in the past tense: everything that can change a conversation enters its mailbox as one of these.

`epoch`, where an event has it, is the epoch its author has seen (or, for an agent's report, spoke under); None means
"whatever it is now". `by` names a person of config.yaml unless it is an `Actor`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from .conversation import Act, Actor, Choice, Spent, Target
from .reasons import Reason

NOTHING = Spent()

# ---- the customer ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """What the routes said of a message: who is asked once people are called for."""

    route: str
    to: Target
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    always: bool = False
    default: bool = False  # nothing said more than "whoever is left": an earlier message's route stays


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A line of a customer. Ingress fills the first block; the handler adds the facts below before it asks `decide`.

    Attributes:
        seq: its number within the conversation, in order of acceptance.
        mentions_bot: False for lines that a participant addresses to others.
        wants_person: an explicit request for a person; `person_named` is a key of `people:` when they named one.
        thanks: nothing to answer ("thanks!", an emoji).
        failed_answer: the line says that the last answer did not help.
        tool_begun: the running turn has begun a tool with an effect, so it is not started anew.
        holder_on_duty: whether the person who held a resolved or snoozed conversation takes conversations now.
        need: the line without the clauses that only ask for a person; empty when nothing else is said.
        thread, ref: where an answer goes on the platform, and the platform's own id of the line; empty on the console.
        flood: more mail waits than a mailbox holds.
        called_in: the first line of a conversation came in a thread that others had begun.
        pressed: the button by which it was said, as `<turn>.<place>`, and `pressed_epoch` under which it was drawn.
        repeats: it asks what the line before it asked. frustrated: it is angry in so many words.
        yes_or_no: it says nothing else.
    """

    seq: int
    author: str
    text: str
    at_ms: int
    author_name: str = ""
    platform_ms: int = 0
    mentions_bot: bool = True

    wants_person: bool = False
    person_named: str | None = None
    thanks: bool = False
    failed_answer: bool = False
    route: RouteChoice | None = None
    language: str | None = None
    tool_begun: bool = False
    holder_on_duty: bool = True
    need: str | None = None
    thread: str = ""
    ref: str = ""
    called_in: bool = False
    flood: bool = False
    pressed: str = ""
    pressed_epoch: int = 0
    repeats: bool = False
    frustrated: bool = False
    yes_or_no: Literal["", "yes", "no"] = ""


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """`seq` 0: only `ref`, the platform's id of the line, is known; the handler looks the number up."""

    seq: int
    author: str
    text: str
    tool_begun: bool = False  # as in MessageReceived
    ref: str = ""


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """`seq` 0: as in MessageEdited."""

    seq: int
    author: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """The requester would rather go on with the agent."""

    by: str
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    by: str
    score: int
    comment: str = ""
    resolution: int | None = None


# ---- agents ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgentReplied:
    """An agent's answer to everything up to `upto`. `items` are the run's tool calls and results in neutral form.

    `usage`, here and in the other reports: what this step has used.
    """

    turn: int
    step: int
    agent: str
    epoch: int
    upto: int
    text: str
    failed: bool = False  # the agent itself says it has no answer
    items: tuple[Mapping[str, Any], ...] = ()
    usage: Spent = NOTHING
    act: Act = ""
    choices: tuple[Choice, ...] = ()  # a label may be left to the desk, but for what only says something


@dataclass(frozen=True, slots=True)
class AgentHandedOff:
    """An agent called a transfer tool. `text` is what it said beside the call, already without promises.

    `channel` and `topics` are facts that `edges` may ask for; the handler adds them.
    """

    turn: int
    step: int
    agent: str
    epoch: int
    upto: int
    to: Target
    reason: Reason
    comment: str = ""
    text: str = ""
    input: Mapping[str, Any] | None = None
    new_facts: bool = False  # a tool result arrived since the last transfer: not a cycle
    items: tuple[Mapping[str, Any], ...] = ()
    usage: Spent = NOTHING
    channel: str = ""
    topics: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class AgentCompleted:
    """An agent called `complete`: the matter is solved as far as it knows."""

    turn: int
    step: int
    agent: str
    epoch: int
    upto: int
    text: str
    summary: str = ""
    items: tuple[Mapping[str, Any], ...] = ()
    usage: Spent = NOTHING


@dataclass(frozen=True, slots=True)
class AgentFailed:
    """The run ended without an answer that may be said; `detail` is for the journal, never for the customer."""

    turn: int
    step: int
    agent: str
    epoch: int
    reason: Reason
    detail: str = ""
    items: tuple[Mapping[str, Any], ...] = ()
    usage: Spent = NOTHING


# ---- the desk --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HandoffRequested:
    """Somebody other than the agent calls for people or another agent: a service, staff, the requester's button."""

    by: Actor
    to: Target | None
    reason: str = ""
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    by: str
    force: bool = False
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    by: str
    offer: str | None = None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    by: str
    offer: str | None = None
    reason: str = ""
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    by: str
    to: str
    force: bool = False
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Released:
    by: str
    reason: str = ""
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Transferred:
    """`channel` and `topics`, here and in a hand back: as in AgentHandedOff."""

    by: str
    to: Target
    comment: str
    warm: bool = False
    epoch: int | None = None
    to_on_duty: bool = True
    channel: str = ""
    topics: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class HandedBack:
    by: str
    to: str | None = None
    hint: str = ""
    epoch: int | None = None
    channel: str = ""
    topics: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Snoozed:
    by: str
    until_ms: int | None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class MarkedResolved:
    """`seen` is the last customer `seq` its author has seen; a newer message reopens at once."""

    by: str
    seen: int | None = None
    outcome: str = ""
    note: str = ""
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class ReopenRequested:
    by: str
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """The holder's public words, through the console, a button or the API."""

    by: str
    text: str
    seen: int | None = None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class PostedNatively:
    """Staff wrote in the customer's own thread; the platform has already shown it."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class MarkedNoReplyNeeded:
    by: str
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class RouteCorrected:
    """Staff say to whom it should have gone, for `baton eval`; whoever holds it goes on holding it.

    `route` names the route that they chose, if they chose one; `said` are the customer's lines up to the handoff, which
    the handler looks up.
    """

    by: str
    to: Target
    route: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReEngaged:
    by: str
    epoch: int | None = None


# ---- time, staffing, delivery, administration ------------------------------------------------------------------------

TimerKind = Literal[
    "agent_timeout",
    "slow_line",
    "unclaimed",
    "unanswered",
    "opens",
    "closes",
    "reopen_window",
    "offer",
    "escalation",
    "snooze",
    "first_reply",
    "auto_return",
]


@dataclass(frozen=True, slots=True)
class TimerFired:
    """`ref` tells timers of one kind and epoch apart: the turn, the offer, which reminder (see timers.py), or 0."""

    kind: TimerKind
    epoch: int
    ref: str
    due_ms: int


@dataclass(frozen=True, slots=True)
class Matched:
    handoff: int
    person: str


@dataclass(frozen=True, slots=True)
class DutyChanged:
    person: str
    state: Literal["on", "off", "away"]
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    key: str
    kind: str


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    key: str
    kind: str
    reason: str
    handoff: int | None = None


@dataclass(frozen=True, slots=True)
class SpeechSuppressed:
    """MARK refused an agent's line because the floor had risen: it was never sent, and becomes a draft."""

    key: str
    agent: str
    text: str


@dataclass(frozen=True, slots=True)
class AgentsPaused:
    by: str


@dataclass(frozen=True, slots=True)
class Erased:
    by: str


CustomerEvent = MessageReceived | MessageEdited | MessageDeleted | CancelRequested | Rated
AgentEvent = AgentReplied | AgentHandedOff | AgentCompleted | AgentFailed
DeskEvent = (
    HandoffRequested
    | Claimed
    | Accepted
    | Declined
    | Assigned
    | Released
    | Transferred
    | HandedBack
    | Snoozed
    | MarkedResolved
    | ReopenRequested
    | Replied
    | Noted
    | PostedNatively
    | MarkedNoReplyNeeded
    | ReEngaged
    | RouteCorrected
)
SystemEvent = TimerFired | Matched | DutyChanged | Delivered | DeliveryFailed | SpeechSuppressed | AgentsPaused | Erased
Event = CustomerEvent | AgentEvent | DeskEvent | SystemEvent
EVENTS: tuple[type, ...] = get_args(CustomerEvent) + get_args(AgentEvent) + get_args(DeskEvent) + get_args(SystemEvent)
