"""What passes through the ports: events on their way, the rows that follow from them, and the right to decide.

Times are milliseconds since 1970 in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from routing.conversation import Conversation, Target
from routing.effects import Effect, JournalEntry, Line
from routing.errors import RefusalCode
from routing.events import Event
from routing.policy import Policy
from routing.replacing import quick
from routing.timers import Timer

Lane = Literal["customer", "desk", "staffing", "ticket", "webhook", "index"]
LANES: tuple[Lane, ...] = ("customer", "desk", "staffing", "ticket", "webhook", "index")
Resend = Literal["free", "reconcile", "never"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages arrive. `channel` decides the shard; everything of one channel lies on one shard.

    `id` is the id of the place's first conversation; once that is closed the next is `<id>~2`, then `<id>~3`.
    """

    id: str
    platform: str = "console"
    workspace: str = "local"
    channel: str = ""  # empty: the place itself


@dataclass(frozen=True, slots=True)
class Mail:
    """One event on its way to a conversation.

    Attributes:
        id: unique within the channel for 24 h; the same id again is a duplicate and changes nothing.
        at_ms: when the store accepted it; filled by the store.
        reply_to: the ingress process that waits for the outcome; empty when nobody does.
        tries: how often deciding it failed before.
    """

    id: str
    event: Event
    at_ms: int = 0
    reply_to: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Enqueued:
    """`seq` is set for a customer's message. `duplicate`: it was accepted before, under the same conversation."""

    conversation: str
    seq: int | None
    duplicate: bool


@quick
@dataclass(frozen=True, slots=True)
class Row:
    """One call to the outside, waiting in its lane.

    Attributes:
        key: `<conversation>|<version>|<n>`, unique; posted as metadata so that a look-up can find it.
        resend: what a new owner may do with a row that was marked and not settled: `free` send again, `reconcile`
            look first, `never` dead letter.
        speech_epoch: set for an agent's words: MARK refuses the row when the floor has risen above it.
        kind: `line`, `reply`, `card`, `relay`, `packet`, `ask`, `index`, `slot`, `case`, `event`.
        must_land: report `Delivered` or `DeliveryFailed` into the mailbox.
    """

    lane: Lane
    key: str
    effect: Effect
    resend: Resend
    kind: str
    speech_epoch: int | None = None
    must_land: bool = False
    n: int = 0  # the transcript line it carries, 0 for none


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event that somebody waits for. `code` is `ok` or a problem code."""

    code: RefusalCode | Literal["ok"]
    detail: str = ""
    holder: str | None = None
    epoch: int | None = None


Way = Literal["decided", "refused", "given to people"]


@quick
@dataclass(frozen=True, slots=True)
class Decided:
    """What a commit was decided from and what followed: enough to decide it again and to tell whether it is the same.

    Attributes:
        event: with the facts that its handler gathered.
        policy: the configuration's version; `paused`: agents were paused beside it.
        way: `given to people`: the constant transition of an event that failed again and again.
    """

    event: Event
    now_ms: int
    policy: str
    paused: bool = False
    effects: tuple[Effect, ...] = ()
    way: Way = "decided"


@quick
@dataclass(frozen=True, slots=True)
class Commit:
    """Everything that one decided event writes, in one step or not at all.

    Attributes:
        mail: the event that was decided; it must be the mailbox's head and is popped. None for a commit of its own.
        conversation: the new state; None when nothing changed (a refusal, a duplicate), then only `outcome` is kept.
        lines: transcript lines to append, `n` already counted on from the lease's `lines`.
        timers: all timers of the new state; they replace all earlier ones.
        closes: the conversation ends with this commit. Refused with `mail_waiting` while other mail waits.
        decided: for the log; None where nothing changed.
    """

    mail: Mail | None
    conversation: Conversation | None
    lines: tuple[Line, ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    rows: tuple[Row, ...] = ()
    timers: tuple[Timer, ...] = ()
    outcome: Outcome | None = None
    closes: bool = False
    decided: Decided | None = None


@dataclass(slots=True)
class Lease:
    """The right to work on one conversation. Mutable: `commit` brings it up to date.

    Attributes:
        conversation: the state; None before the first commit.
        version, fence: what a commit is checked against.
        lines: how many transcript lines there are. elements: in how many pieces transcript and log are stored, some of
            which may hold many lines each.
        mails: the head of the mailbox, in order; at most some hundred. `more` says that the mailbox holds others.
        lanes: the rows waiting, per lane, in order.
        now_ms: the store's time at the last answer, test clock included.
        overflows: more mail waits than a mailbox holds; nothing is lost, but no agent keeps up with it.
        good_until: this process's monotonic clock, in seconds; past it nothing may be sent or begun.
        place: the place it belongs to.
        link: the newest link of its log's chain.
    """

    id: str
    shard: int
    place: Place
    fence: int
    version: int
    conversation: Conversation | None
    lines: int
    mails: list[Mail]
    lanes: dict[Lane, list["QueuedRow"]]
    now_ms: int
    good_until: float
    more: bool = False
    overflows: bool = False
    link: bytes = b""
    elements: int = 0


@dataclass(slots=True)
class QueuedRow:
    """A row with its marks. `marked_ms` (real time) is set while an attempt is under way or was cut off."""

    row: Row
    marked_ms: int | None = None
    marked_by: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """A conversation as its readers see it: the state, and mail that is accepted but not yet decided."""

    conversation: Conversation | None
    version: int
    lines: tuple[Line, ...]
    journal: tuple[JournalEntry, ...]
    pending: tuple[Mail, ...]
    number: int | None
    place: Place
    now_ms: int


@dataclass(frozen=True, slots=True)
class Glance:
    """The open conversation of a place. `decided` is its state, None while its first message is not decided yet."""

    id: str
    requester: str
    decided: Conversation | None


Marked = Literal["marked", "suppressed"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the cheap triage says of one message, before any language model is asked."""

    wants_person: bool = False
    person_named: str | None = None
    thanks: bool = False
    failed_answer: bool = False
    topics: Mapping[str, float] = field(default_factory=dict)
    language: str | None = None
    need: str | None = None
    repeats: bool = False
    frustrated: bool = False
    yes_or_no: Literal["", "yes", "no"] = ""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One step of one turn: one agent works until it answers, hands off, completes or fails.

    `lines` is the public transcript with agents' own tool items; never notes, comments or card chatter (I11).
    `people_allowed`: False after a cancel, until the customer's next line. `forbidden`: to whom it may not hand now, by
    `edges` and what is switched off, and why.
    """

    conversation: Conversation
    lines: tuple[Line, ...]
    policy: Policy
    people_allowed: bool
    forbidden: Mapping[Target, str] = field(default_factory=dict)
