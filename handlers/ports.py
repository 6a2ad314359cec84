"""What the handlers and the worker need of the world, as small Protocols. Adapters in `bot/` fulfil them.

Times are milliseconds since 1970 in UTC. A method that finds the store away raises `Unavailable`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from routing.conversation import Conversation
from routing.effects import KeepCase, Line
from routing.events import AgentEvent, Event, MessageReceived
from routing.policy import Policy

from .values import (
    Commit,
    Enqueued,
    Glance,
    Judgement,
    Lease,
    Mail,
    Marked,
    Outcome,
    Place,
    QueuedRow,
    Record,
    Row,
    RunRequest,
)


class LeaseLost(Exception):
    """Another worker owns the conversation now. Drop the work: nothing was written, the new owner does it again."""


class Unavailable(Exception):
    """The store cannot be reached. Ingress answers 503, a worker waits with back-off; nothing is lost."""


class Temporary(Exception):
    """The world could not do it now; try again after `retry_after_s` (None: the caller's own back-off).

    `certain` is True when it surely did not happen (connection refused, 429); otherwise look before sending again.
    """

    def __init__(self, detail: str, *, retry_after_s: float | None = None, certain: bool = False) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s
        self.certain = certain


class Permanent(Exception):
    """The world will never do it (channel archived, user gone). The row becomes a dead letter and the desk is told."""


# ---- the mailbox and the outbox --------------------------------------------------------------------------------------


class Mailbox(Protocol):
    """What ingress uses: accept an event durably, wait for what became of it, read."""

    async def enqueue(self, place: Place, mail: Mail, *, dedupe: Sequence[str] = (), debounce_ms: int = 0) -> Enqueued:
        """Accept an event. When this returns, the event survives the death of every process.

        A customer's message creates the conversation if the place has none. Raises:
            LookupError: any other event for a conversation that does not exist. Nothing was written.
        """

    async def outcome(self, conversation: str, mail_id: str, *, wait_s: float) -> Outcome | None:
        """What became of that event; None when it was not decided within `wait_s`. Kept for 24 h."""

    async def read(self, conversation: str) -> Record | None:
        """State, transcript, journal and undecided mail of one instant. None: it does not exist."""

    async def glance(self, place: Place) -> Glance | None:
        """What is open in a place, without its transcript. None: nothing is; the next customer line begins one."""

    async def address(self, platform: str, workspace: str, channel: str, message: str) -> str | None:
        """The conversation that one of our messages belongs to (card, packet, ask), by the platform's id of it."""


class Engine(Protocol):
    """What a worker uses. Every write is fenced: `LeaseLost` means that another owner has taken over.

    `lease_s`: how long a lease lasts without a beat.
    """

    owner: str
    lease_s: float

    async def wait_for_work(self, timeout_s: float) -> frozenset[str]:
        """Return when a bell rang for a shard or for a conversation held here, or after the time-out. Which of those
        held here may have mail: a bell is shared by all that lie on one shard."""

    async def lease(self, limit: int) -> list[Lease]:
        """Take up to `limit` ready conversations. Each comes with its state, mail, rows and the time."""

    async def refresh(self, lease: Lease) -> None:
        """Read mail and rows again (somebody rang for a held conversation)."""

    async def commit(self, lease: Lease, commit: Commit) -> bool:
        """Write one decision. True: written, the lease is up to date. False: `closes` was refused, mail waits."""

    async def mark(self, lease: Lease, row: QueuedRow) -> Marked:
        """Right before a call to the outside. `suppressed`: an agent's words below the floor; the row is gone and
        `SpeechSuppressed` is in the mailbox."""

    async def settle(self, lease: Lease, row: QueuedRow, *, platform_id: str = "", report: Event | None = None) -> None:
        """The row's call is done (or given up: `report` says so); it leaves its lane. A platform id is also written
        as the message's address, so that a reply to it finds the conversation. A row that is free to be sent again
        and reports nothing may leave with the next commit or `unlease` only."""

    async def unmark(self, lease: Lease, row: QueuedRow) -> None:
        """The attempt surely did not happen; the row may be tried again."""

    async def bury(self, lease: Lease, row: QueuedRow, error: str) -> None:
        """The row becomes a dead letter."""

    async def park(self, lease: Lease, mail: Mail, error: str, commit: Commit) -> None:
        """The event becomes a dead letter and `commit` (the constant transition) is written, in one step."""

    async def retry(self, lease: Lease, mail: Mail) -> int:
        """Count a failed attempt to decide; the new number of tries."""

    async def run_entries(self, lease: Lease, turn: int) -> list[dict[str, Any]]:
        """The run journal of that turn, oldest first."""

    async def run_append(self, lease: Lease, turn: int, entry: Mapping[str, Any]) -> None:
        """Add to the run journal. LeaseLost also when the turn is over."""

    async def begin(
        self, lease: Lease, turn: int, call_id: str, *, speech_epoch: int
    ) -> Literal["begun", "again", "refused"]:
        """A tool with an effect may start. `again`: it was begun before and nobody knows the end. `refused`: the
        floor has risen or the turn is over; do not call."""

    async def report(self, lease: Lease, mail: Mail) -> None:
        """Put a run's result into the own mailbox (deduplicated by its id)."""

    async def beat(self, leases: Sequence[Lease]) -> tuple[set[str], set[str]]:
        """Prolong. Returns the ids that are no longer held here, and the held ids that have new mail."""

    async def sure(self, lease: Lease) -> None:
        """Return while it is certainly held: before its deadline at once, past it the store is asked."""

    def memory(self, lease: Lease) -> "PlatformMemory":
        """What platforms remember of its conversation."""

    async def unlease(self, lease: Lease) -> bool:
        """Give it back. False: there is mail, a row or a run; the lease is refreshed and still held."""

    async def reap(self, owner: str | None = None) -> int:
        """Put expired leases (or all of a dead owner) back to ready. How many."""

    async def fire_timers(self) -> int:
        """Move due timers into their mailboxes. How many."""

    def in_doubt_since_ms(self) -> int | None:
        """When (real time) a generation began in which the store may have forgotten what was sent, while that counts:
        then also a row without a mark is looked up, and `begin` answers `again`. None: what is written is believed."""

    def has_forgotten(self) -> bool:
        """Whether that doubt is because something is certainly lost. Then agents are silent: that a person took a
        conversation may be among it."""

    async def elapsed_s(self, lease: Lease, since_ms: int) -> float:
        """How long that time of the store's is past by the clock that dates this conversation's marks, which is not
        this machine's; below 0 if that clock was set back."""

    async def keep_abreast(self) -> None:
        """See whether the store forgot what this worker wrote, and whether others say so. At least once a second."""

    async def leave(self) -> None:
        """This worker ends in order: it leaves nothing that it alone knows of."""

    async def history(self, lease: Lease) -> tuple[Line, ...]:
        """The whole transcript."""

    async def compact(self, lease: Lease) -> None:
        """Store transcript and log in less room; nothing of them is lost."""


class Staffing(Protocol):
    """Slots and duty. A slot is taken before the commit that needs it and freed after the one that ends it."""

    async def take(self, person: str, conversation: str, epoch: int) -> None:
        """By hand: also above capacity. Taking twice is taking once. `epoch` is the one the person will hold under."""

    async def free(self, person: str, conversation: str, before_epoch: int) -> None:
        """Free what was taken under an earlier epoch. A slot taken again since stays: the row that frees leaves its
        lane later than the next commit may take."""

    async def set_duty(self, person: str, state: Literal["on", "off", "away"], until_ms: int | None) -> None: ...

    async def duty(self) -> Mapping[str, tuple[Literal["on", "off", "away"], int | None, int]]:
        """Per person who was ever named: duty, until when, and how many slots are taken."""


class ReadModels(Protocol):
    """Lists and the feed. Fed by the index lane, idempotent, at most two seconds behind."""

    async def index(self, conversation: Conversation, version: int) -> int | None:
        """Update every list that this conversation is in; an older version changes nothing. Returns its short number,
        drawn at its first handoff to people, None before."""

    async def publish(
        self, conversation: Conversation, version: int, events: Sequence[tuple[int, str, Mapping[str, Any]]]
    ) -> None:
        """`index`, and then these into the feed, in one step: (version of the commit that wrote it, type, data), in
        the order of their commits. What was told of a commit is not told again. Returns once it is told; where much is
        told, what several conversations tell goes together."""

    async def emit(self, key: str, type: str, data: Mapping[str, Any]) -> None:
        """Append to the feed, once per key."""

    async def keep_case(self, conversation: str, case: KeepCase) -> None:
        """What staff said of its routing; the last of a conversation replaces any other."""

    async def find(
        self,
        *,
        state: str | None,
        team: str | None,
        holder: str | None,
        customer: str | None,
        cursor: str | None,
        limit: int = 50,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Summaries, newest change first, and the cursor of the next page."""

    async def queue(self, team: str | None) -> list[dict[str, Any]]:
        """Waiting conversations: by priority, within it the longest waiting first; parked ones included."""

    def feed(self, after: str | None) -> AsyncIterator[tuple[str, str, dict[str, Any]]]:
        """(cursor, type, data) from after the cursor on, for ever. A cursor that is too old yields one `reset`."""


class ChatPlatform(Protocol):
    """One chat product. Errors are `Temporary` and `Permanent`, never the vendor's.

    `transcript_is_delivery`: what is in the transcript has been seen (the console), so nothing can be held back later.
    """

    name: str
    transcript_is_delivery: bool

    async def perform(self, row: Row, conversation: Conversation, policy: Policy, memory: "PlatformMemory") -> str:
        """Send what the row says. Returns the platform's id of the message; empty where nothing was sent that must not
        be sent again. Right before each call to the outside it asks `memory.sure`: what comes in between takes time."""

    async def working(self, conversation: Conversation) -> None:
        """An agent has begun to work on an answer: show it where the platform can. Never raises; nothing depends on
        it, and it ends by itself with the next line."""

    async def find(self, row: Row, conversation: Conversation, memory: "PlatformMemory") -> str | None:
        """The id of the message that carries this row's key, None when it surely was not sent.

        Raises:
            Permanent: this kind of row cannot be looked up. Temporary: not yet, or not now.
        """


class PlatformMemory(Protocol):
    """What a platform must find again about the conversation whose row it performs: where its card stands, how far a
    thread was relayed. Written before the row that caused it is settled, so that a repeated row finds it.

    It is the owner's: whoever has lost the lease writes nothing and is told so by `LeaseLost`.
    """

    async def recall(self, name: str) -> str | None: ...

    async def remember(self, name: str, value: str) -> None: ...

    async def sure(self) -> None:
        """Return while the lease is certainly held. Right before a call to the outside: a process that was paused must
        not speak late."""

    def in_doubt(self) -> bool:
        """Whether the store may have forgotten what was remembered (`Engine.in_doubt_since_ms`)."""

    async def clock_s(self) -> float:
        """Seconds since 1970 by the store's clock: one for all workers, whatever their machines' clocks say."""


class Clock(Protocol):
    """The time that decisions and timers see. The test clock stands still until it is advanced."""

    async def override_ms(self) -> int | None:
        """None: use the store's own time."""


# ---- agents ----------------------------------------------------------------------------------------------------------


class RunJournal(Protocol):
    """What the current turn did, durably. A rerun on another worker reads it before it asks anybody anything."""

    async def recorded(self) -> list[dict[str, Any]]: ...

    async def append(self, entry: Mapping[str, Any]) -> None: ...

    async def begin(self, call_id: str) -> Literal["begun", "again", "refused"]: ...


class AgentRuntime(Protocol):
    async def prepare(self, message: MessageReceived, policy: Policy, *, before: str = "") -> None:
        """Before `judge` with `about`: whatever of it would hold up the event loop."""

    def judge(self, message: MessageReceived, policy: Policy, *, about: bool, before: str = "") -> Judgement:
        """Cheap and local: no network, a few milliseconds. `about` False leaves out what matters only while somebody
        may still be asked for: topics, requests for a person, complaints. `before` is what the customer asked last,
        which the message may repeat."""

    async def run(self, request: RunRequest, journal: RunJournal) -> AgentEvent:
        """Carry out one step of the run. Never raises for a fault of a model: it reports `AgentFailed`."""


PolicyOf = Callable[[str], Awaitable[Policy]]
"""Workspace -> the policy in force there, the pause switch included."""
