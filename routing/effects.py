"""What must be done, in the imperative: `apply.py` writes effects with the state, `performer.py` performs them.

`Say`, `Notice`, `Note` and `Hear` are also lines of the transcript; the others only leave through the outbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from .conversation import Act, Actor, Choice, Visibility
from .reasons import Reason
from .replacing import quick


@dataclass(frozen=True, slots=True)
class Say:
    """Speech: an agent's or a person's public words. `epoch` is set for agents, whose words the floor may still stop.

    `native` words were already seen on the platform: they are recorded, not sent. `choices` are the buttons under an
    answer of that `turn`.
    """

    author: Actor
    text: str
    epoch: int | None = None
    native: bool = False
    act: Act = ""
    turn: int = 0
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Baton's own line to the customer. `kind` and `about` make its key: said once per handoff or resolution."""

    kind: str
    about: int
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Internal words: staff only, never in an agent's view."""

    author: Actor
    text: str


@dataclass(frozen=True, slots=True)
class Hear:
    """A customer's or participant's line enters the transcript."""

    author: Actor
    text: str
    seq: int | None
    at_ms: int
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Amend:
    """A customer edited or deleted a line; `text` None means deleted. The transcript keeps what it was."""

    seq: int
    text: str | None


@dataclass(frozen=True, slots=True)
class KeepItems:
    """Tool calls and results of an agent's run, kept for later turns of agents, shown to nobody."""

    agent: str
    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class PostCard:
    """Show the conversation to a team: one card per handoff."""

    team: str
    handoff: int


@dataclass(frozen=True, slots=True)
class UpdateCard:
    """The state behind a card changed; the card is drawn again from the conversation as it is then."""

    team: str
    handoff: int


@dataclass(frozen=True, slots=True)
class RemindTeam:
    team: str
    handoff: int
    nudge: int
    waiting_since_ms: int


@dataclass(frozen=True, slots=True)
class TellPerson:
    """A private line to one member of staff."""

    person: str
    kind: Literal["assigned", "taken_over", "claimed_by_other", "reminder", "suppressed", "delivery_failed", "reopened"]
    text: str
    about: int


@dataclass(frozen=True, slots=True)
class InvitePerson:
    """Bring the new holder into the customer's thread, where the platform can."""

    person: str
    handoff: int


@dataclass(frozen=True, slots=True)
class ShowDraft:
    """What an agent had meant to say when it was silenced; for the holder only."""

    agent: str
    text: str
    reason: Reason = "suppressed_stale_reply"


@dataclass(frozen=True, slots=True)
class TakeSlot:
    """Taken before the commit. By hand it may exceed the person's capacity."""

    person: str


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """`before_epoch` is the epoch of the commit that ended the hold; a slot taken under it or later stays."""

    person: str
    before_epoch: int = 0


@dataclass(frozen=True, slots=True)
class AskRating:
    resolution: int


@dataclass(frozen=True, slots=True)
class Emit:
    """An outgoing event for the feed and webhooks; `type` is one of CONTRACT's names."""

    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CloseStream:
    """Stop what an agent is streaming; what was shown stays, marked unfinished."""

    turn: int


@dataclass(frozen=True, slots=True)
class DropChoices:
    """The buttons under the answer of that turn have had their time; `chosen` is the label of the one pressed."""

    turn: int
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class SyncDesk:
    """Send what the desk thread has not seen yet."""

    handoff: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A line that was committed never left: nobody has seen it, and it is not part of what was said."""

    key: str


@dataclass(frozen=True, slots=True)
class KeepCase:
    """What staff said of the routing, for `baton eval`; the last one of a conversation counts.

    Attributes:
        said: the customer's lines up to the handoff. expected: `team:billing`, `route:refunds`. was: who got it.
    """

    said: tuple[str, ...]
    expected: str
    was: str
    by: str
    at_ms: int
    language: str = ""


@dataclass(frozen=True, slots=True)
class Publish:
    """Bring the lists up to date and tell the feed: one per commit."""

    events: tuple[Emit, ...] = ()


Effect = (
    Say
    | Notice
    | Note
    | Hear
    | Amend
    | KeepItems
    | PostCard
    | UpdateCard
    | RemindTeam
    | TellPerson
    | InvitePerson
    | ShowDraft
    | TakeSlot
    | FreeSlot
    | AskRating
    | Emit
    | CloseStream
    | DropChoices
    | SyncDesk
    | Publish
    | Withdraw
    | KeepCase
)
EFFECTS: tuple[type, ...] = get_args(Effect)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One transition (I13). `before` and `after` name holders as config.yaml would (`team:billing`)."""

    at_ms: int
    epoch: int
    event: str
    actor: str
    cause: str
    reason: Reason
    before: str
    after: str
    config_version: str
    detail: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript.

    Attributes:
        n: its place in the transcript, from 1. seq: the number of a customer's message, else None.
        key: names the outbox row that carries it, where one does.
        ref: the platform's own id of a customer's line.
        act, turn: of an agent's answer, as in Say.
    """

    n: int
    author: Actor
    text: str
    visibility: Visibility
    at_ms: int
    seq: int | None = None
    key: str = ""
    kind: Literal["message", "notice", "note", "draft", "items", "amend", "withdrawn"] = "message"
    data: tuple[Mapping[str, Any], ...] = ()
    ref: str = ""
    act: Act = ""
    turn: int = 0
