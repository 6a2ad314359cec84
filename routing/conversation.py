"""A conversation and who holds it.

`Holder` is a union: its type is the state and carries the state's own facts, so "queued for no team" cannot be written.
Times are milliseconds since 1970 in UTC, names end in `_ms`. People, teams and agents go by their keys in config.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .reasons import Reason

ActorKind = Literal["customer", "participant", "agent", "person", "system"]
TargetKind = Literal["agent", "team", "person"]
Priority = Literal["low", "normal", "high", "urgent"]
Visibility = Literal["public", "internal"]
ChoiceKind = Literal["say", "person", "helped"]
Act = Literal["", "answer", "ask", "offer", "menu"]
"""What an agent's line does: it quotes an answer, asks which of two is meant, offers a person, or says what the agent
can do. Empty: it only talks."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something. `name` is a key of config.yaml for agents and people, the platform's name for customers."""

    kind: ActorKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


SYSTEM = Actor("system", "baton")


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a handoff, a transfer or a route names. Written `team:billing`, `person:alice`, `agent:triage`."""

    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class OpenHandoff:
    """A handoff to people that waits to be taken, and what is known of it; the packet is composed from these facts.

    Attributes:
        id: the epoch at which it began.
        need: what the customer needs, in one line of at most 200 characters.
        upto: the last customer `seq` at the time; later messages belong to the wait.
        preferred: the person who was asked for by name, offered first where offers exist.
        excluded: people who are not asked again for this handoff (they released or declined it).
        nudges: how often the team was reminded that nobody came.
        held_line: the customer wrote while waiting and was told, once, that the line was seen.
        nobody_said: the customer was told, once, that nobody has come yet.
        config_version: routes, escalation, deadlines and texts of this version stay in force for it (I16).
    """

    id: int
    team: str
    reason: Reason
    by: Actor
    at_ms: int
    need: str
    upto: int
    config_version: str
    comment: str = ""
    preferred: str | None = None
    excluded: tuple[str, ...] = ()
    nudges: int = 0
    held_line: bool = False
    input: Mapping[str, Any] | None = None
    nobody_said: bool = False


@dataclass(frozen=True, slots=True)
class HeldByAgent:
    agent: str


@dataclass(frozen=True, slots=True)
class Queued:
    team: str
    since_ms: int
    handoff: OpenHandoff


@dataclass(frozen=True, slots=True)
class Offer:
    """One person has been asked. `id` is `<handoff>.<n>`."""

    id: str
    person: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class Offered:
    team: str
    offer: Offer
    handoff: OpenHandoff


@dataclass(frozen=True, slots=True)
class Parked:
    team: str
    opens_at_ms: int
    handoff: OpenHandoff


@dataclass(frozen=True, slots=True)
class HeldByHuman:
    """A person answers. `handoff` is the one they took, kept for its packet; None when they stepped in unasked.

    `reminders` counts how often they were reminded of an unanswered message.
    """

    person: str
    team: str
    warm: Offer | None = None
    handoff: OpenHandoff | None = None
    reminders: int = 0


@dataclass(frozen=True, slots=True)
class OnHold:
    person: str
    team: str
    until_ms: int | None
    handoff: OpenHandoff | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """`held_by` is who held it at the resolution (`person:alice`, `agent:triage`); reopening looks there first."""

    by: Actor
    at_ms: int
    held_by: str
    team: str | None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    at_ms: int
    redacted: bool = False


Holder = HeldByAgent | Queued | Offered | Parked | HeldByHuman | OnHold | Resolved | Closed
Waiting = Queued | Offered | Parked
HOLDERS: tuple[type, ...] = (HeldByAgent, Queued, Offered, Parked, HeldByHuman, OnHold, Resolved, Closed)


@dataclass(frozen=True, slots=True)
class Run:
    """One turn of an agent, as state: whichever worker holds the lease carries it out and reports back by event.

    Attributes:
        turn: rises with every run of the conversation; a report of another turn is stale.
        upto: the last customer `seq` that it answers.
        step: rises with an agent-to-agent handoff within the turn.
        epoch: the epoch under which it speaks; below the floor it may not.
        restarts: how often newer messages began it anew before its first word (at most twice).
        refused: how often an agent of it wanted to hand to somebody whom the rules of that moment forbid.
        hint: what the person who handed back wrote for the agent, and the marker of the human stretch.
    """

    turn: int
    agent: str
    upto: int
    epoch: int
    started_ms: int
    step: int = 0
    restarts: int = 0
    slow_said: bool = False
    hint: str = ""
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A button under an agent's answer. To press it is to say its label; `kind` is what else that means."""

    label: str
    kind: ChoiceKind = "say"


@dataclass(frozen=True, slots=True)
class Choices:
    """The buttons that may be pressed now: those under the answer of that turn, until anything else happens."""

    turn: int = 0
    of: tuple[Choice, ...] = ()


NO_CHOICES = Choices()


@dataclass(frozen=True, slots=True)
class Unanswered:
    seq: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What agents have used: of one step when they report it, of a conversation in all. Money is in millionths."""

    tokens: int = 0
    money_micros: int = 0
    model_calls: int = 0
    wall_time_ms: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.tokens + other.tokens,
            self.money_micros + other.money_micros,
            self.model_calls + other.model_calls,
            self.wall_time_ms + other.wall_time_ms,
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch during which one person held the conversation; a resolution credits the people in these."""

    person: str
    team: str
    from_ms: int
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that `decide` needs to know of one conversation.

    Attributes:
        epoch: rises when who may answer changes; compared, never counted.
        floor: the epoch below which an agent's speech is refused.
        seq: the last customer message decided upon.
        unanswered: customer messages without a later public answer of a holder, oldest first, at most 32 kept.
        chain: every holder in order (`triage`, `team:billing`, `person:alice`), the last 50.
        hops: the agents that count against `max_handoffs`, since the last public answer by a person, the last
            resolution or 24 h of silence.
        pairs: agent-to-agent edges since the last customer message or tool result, for the cycle rule.
        people_handoff_seq: the customer message for which people were last asked by a rule or tool; once per message.
        no_people_upto: after a cancel, rules and tools may not hand off to people up to this `seq`.
        route_to: whom the route of the newest substantial message names, asked once people are called for.
        need: what the customer wants, in one line of at most 200 characters: the newest line that says more than
            "get me a person".
        hint: what the person who handed back wrote for the agent, until it has answered.
        heard: turn and step of the last report of an agent that was decided upon; again it changes nothing.
        covered: per answer of an agent its words' checksum and the customer messages it answered, the last 4: they are
            unanswered again if those words could not leave. Empty once a person has answered.
        card: the team and handoff of the newest card; it shows what became of the conversation.
        burst: since when the customer's lines are counted against the rate limit, and how many there were.
        thread: where answers go on the platform: the thread of the newest customer line; empty on the console.
        called_in: the bot was called into a thread that others had begun, and answers only mentions there.
        spent: what agents have used in it so far; never forgotten, so that a budget outlives restarts and resolutions.
        corrected: to whom staff say that it should have gone, as they said it last.
        said: fingerprints of what agents have said, the last 64: nothing of it is said again.
        decided: names of the last events without a number of their own that were decided upon, at most 16.
    """

    id: str
    platform: str
    workspace: str
    requester: str
    created_ms: int
    holder: Holder
    epoch: int
    config_version: str
    floor: int = 0
    seq: int = 0
    turn: int = 0
    run: Run | None = None
    unanswered: tuple[Unanswered, ...] = ()
    waiting_for_person_since_ms: int | None = None
    handoffs: int = 0
    chain: tuple[str, ...] = ()
    hops: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    last_agent: str = ""
    people_handoff_seq: int = 0
    no_people_upto: int = 0
    agent_turns: int = 0
    failed_answers: int = 0
    last_customer_ms: int = 0
    priority: Priority = "normal"
    route: str | None = None
    route_to: Target | None = None
    need: str = ""
    hint: str = ""
    heard: tuple[int, int] = (0, 0)
    language: str = "en"
    segments: tuple[Segment, ...] = ()
    previous: str | None = None
    covered: tuple[tuple[int, tuple[Unanswered, ...]], ...] = ()
    decided: tuple[str, ...] = ()
    thread: str = ""
    called_in: bool = False
    burst: tuple[int, int] = (0, 0)
    card: tuple[str, int] = ("", 0)
    spent: Spent = Spent()
    corrected: str = ""
    choices: Choices = NO_CHOICES
    said: tuple[int, ...] = ()

    @property
    def waiting_since_ms(self) -> int | None:
        """When the oldest unanswered customer message was accepted (I12)."""
        return self.unanswered[0].at_ms if self.unanswered else None


State = Literal["bot", "queued", "offered", "parked", "held", "on_hold", "resolved", "closed"]
STATES: Mapping[type, State] = {
    HeldByAgent: "bot",
    Queued: "queued",
    Offered: "offered",
    Parked: "parked",
    HeldByHuman: "held",
    OnHold: "on_hold",
    Resolved: "resolved",
    Closed: "closed",
}


def state_of(holder: Holder) -> State:
    return STATES[type(holder)]


def describe(holder: Holder) -> str:
    """Who holds it, in the notation of config.yaml: `agent:triage`, `team:billing`, `person:alice`, `none`."""
    match holder:
        case HeldByAgent(agent=name):
            return f"agent:{name}"
        case Queued(team=name) | Offered(team=name) | Parked(team=name):
            return f"team:{name}"
        case HeldByHuman(person=name) | OnHold(person=name):
            return f"person:{name}"
        case Resolved() | Closed():
            return "none"


def slots(holder: Holder) -> frozenset[str]:
    """Whose capacity this conversation takes a share of: offers count, what is on hold does not."""
    match holder:
        case HeldByHuman(person=person, warm=warm):
            return frozenset({person}) if warm is None else frozenset({person, warm.person})
        case Offered(offer=offer):
            return frozenset({offer.person})
        case _:
            return frozenset()
