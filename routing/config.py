"""The shape of config.yaml: which keys exist and what form their values have. `compile.py` resolves the names.

Descriptions of keys are the strings below them; `baton config schema` shows the same to editors.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from .config_agents import AgentShape
from .config_fields import (
    STRINGS,
    Date,
    Duration,
    Opening,
    Pattern,
    Shape,
    Skills,
    SlackId,
    Strings,
    Zone,
    after_yes,
    many,
)
from .conversation import Priority
from .policy import Role

_MEMBER: list[Role] = ["member"]
Redactor = Literal["email", "phone", "card", "iban", "ssn", "secret"]  # the names of bot/agents/redact.py


class ReopenShape(Shape):
    within: Duration = 72 * 3_600_000
    """How long after its resolution a customer's line reopens the conversation; later a new one begins."""
    to: Literal["same_human_if_on_duty", "agent", "team"] = "same_human_if_on_duty"
    """Who gets it then."""
    otherwise: Literal["agent", "team"] = Field("agent", alias="else")
    """Who gets it when that person is not on duty."""


class RateLimitShape(Shape):
    messages: int = Field(ge=1)
    """So many messages of one customer are taken per `per`."""
    per: Duration
    """The stretch of time in which they are counted."""


class PriceShape(Shape):
    input: float = Field(ge=0)
    """Of a million tokens that the model reads."""
    output: float = Field(ge=0)
    """Of a million tokens that it writes."""


class DefaultsShape(Shape):
    timezone: Zone = "UTC"
    """IANA zone of calendars and times that name none."""
    locale: str = "en"
    """Language of the desk's own lines when the customer's is not known."""
    agent: str | None = None
    """The agent that new conversations begin with; without it the first in `agents`."""
    team: str | None = None
    """The team that gets what no route, or no longer existing team, takes; without it the first in `teams`."""
    model: Strings | None = None
    """Model of agents that name none: a name, `$ENV:NAME`, `local`, or a list, the first that can be reached."""
    agent_timeout: Duration = 45_000
    """An agent that has said nothing for so long is given up, and people are called."""
    slow_line_after: Duration = 10_000
    """After so long without a word the customer is told that it takes a moment."""
    max_handoffs: int = Field(5, ge=1, le=50)
    """So many agents may be in the chain before people are called."""
    detect_cycles: bool = True
    """Whether A -> B -> A without anything new in between calls people."""
    reopen: ReopenShape = ReopenShape()
    """What a customer's line does after the resolution."""
    unclaimed_after: Duration = 600_000
    """After so long without anybody the team is reminded, where no escalation says otherwise."""
    admin_channel: str | None = None
    """The channel that hears of what went wrong."""
    debounce: Duration = 150
    """Lines that come within this time are answered together."""
    rate_limit: RateLimitShape | None = None
    """How much one customer may write."""
    retention: Duration | None = None
    """Closed conversations are erased after this time; without it they are kept."""
    redact: Annotated[list[Redactor], BeforeValidator(many), WithJsonSchema(STRINGS)] = Field(default_factory=list)
    """email, phone, card, iban, ssn, secret: hidden from models, outgoing events and logs; staff see everything."""
    prices: dict[str, PriceShape] = Field(default_factory=dict)
    """Model -> its price, for budgets in money."""


class HolidaysShape(Shape):
    country: str
    """Two letters, such as FR."""
    subdivision: str | None = None
    """Such as BY for Bavaria within DE."""


class CalendarShape(Shape):
    open: Opening
    """24/7, or days and their hours: mon-fri: ["08:00-12:00", "13:30-18:00"]; 22:00-06:00 runs past midnight."""
    timezone: Zone | None = None
    """IANA zone of the hours; without it that of `defaults`."""
    holidays: HolidaysShape | None = None
    """Public holidays on which nothing opens."""
    closed: list[Date] = Field(default_factory=list)
    """Further dates on which nothing opens."""


class PersonShape(Shape):
    name: str = Field(min_length=1)
    """As customers and colleagues see it."""
    slack: SlackId | None = None
    """Member id on Slack."""
    cometchat: str | None = None
    """User id on CometChat."""
    email: str | None = None
    """For ticket systems and direct mail."""
    roles: Annotated[list[Role], BeforeValidator(many)] = Field(default_factory=lambda: list(_MEMBER))
    """viewer, member (default), lead, admin, privacy."""
    skills: Skills = Field(default_factory=dict)
    """Skill and level, 1 to 5: {billing: 3, lang.fr: 5}."""
    capacity: int = Field(3, ge=0, le=1000)
    """Conversations that are assigned at once; by hand it may be more."""
    substitute: str | None = None
    """Who is asked while this person is away."""
    reachable_by_name: bool = True
    """Whether customers may ask for this person by name."""


class OfferShape(Shape):
    ttl: Duration = 90_000
    """How long one person is asked before the next."""
    first_reply_within: Duration = 300_000
    """A holder who has not answered by then is reminded, then the conversation goes back to the queue."""


class TeamSkillsShape(Shape):
    required: Skills = Field(default_factory=dict)
    """Only people with these are offered its conversations."""
    preferred: Skills = Field(default_factory=dict)
    """People with these are offered them first."""


class DeadlinesShape(Shape):
    first: Duration | None = None
    """Until the first answer of a person, in the team's hours."""
    next: Duration | None = None
    """Until each further answer."""
    resolution: Duration | None = None
    """Until the resolution."""


class TeamShape(Shape):
    title: str | None = None
    """As customers see it; without it the key with a capital."""
    members: Strings = Field(default_factory=list)
    """People, and "@slack-group:NAME" for a user group of Slack."""
    channel: str | None = None
    """Where its cards appear: "#desk" or a channel id."""
    strategy: Literal["broadcast", "balanced"] = "broadcast"
    """Ask everyone at once, or one person after another."""
    hours: str | None = None
    """A calendar, 24/7, or hours in place: "mon-fri 09:00-17:00 Europe/Paris". Without it always open."""
    when_closed: Literal["park", "queue", "fallback"] = "park"
    """While closed: wait for the opening, queue all the same, or go to `fallback`."""
    fallback: str | None = None
    """The team that gets its conversations when it has nobody, or is gone."""
    escalation: str | None = None
    """Steps when nobody comes, by their name in `escalations`."""
    offer: OfferShape = OfferShape()
    """How people are asked one after another."""
    reopen: ReopenShape | None = None
    """Instead of `defaults.reopen`."""
    auto_return: Duration | None = None
    """A conversation that is quiet for so long, with nothing unanswered, returns to the agent."""
    skills: TeamSkillsShape = TeamSkillsShape()
    """Skills that its conversations need."""
    deadlines: DeadlinesShape = DeadlinesShape()
    """What it promises."""
    rating: bool = True
    """Whether customers are asked for a rating after the resolution."""
    public_prefix: str | None = Field(None, min_length=1, max_length=20)
    """A reply in the card's thread that begins with this goes to the customer."""


class EmptyShape(Shape):
    """A trigger without options: {}."""


class CountShape(Shape):
    max: int = Field(ge=1)
    """So many, then people are called."""


class TriggerShape(Shape):
    asks_for_human: Annotated[EmptyShape | None, BeforeValidator(after_yes)] = None
    """The customer asks for a person."""
    failed_answers: CountShape | None = None
    """So many answers in a row did not help."""
    agent_turns: CountShape | None = None
    """An agent has answered so often without a solution."""


class ConditionShape(Shape):
    """Facts of a message. Several keys at once must all hold."""

    all: "list[ConditionShape] | None" = Field(None, min_length=1)
    """Each of these holds."""
    any: "list[ConditionShape] | None" = Field(None, min_length=1)
    """One of these holds."""
    not_: "ConditionShape | None" = Field(None, alias="not")
    """This does not hold."""
    topic: str | None = None
    """The message is like the examples of the route of this name, with p >= its `at`."""
    text: Pattern | None = None
    """A regular expression, searched without regard to case in the first 2,000 characters."""
    channel: Strings | None = None
    """Written in one of these channels."""
    user: Strings | None = None
    """Written by one of these users."""
    language: Strings | None = None
    """In one of these languages: en, fr, no."""
    platform: Strings | None = None
    """On one of these platforms: slack, cometchat, console."""
    reason: Strings | None = None
    """People are called for one of these reasons, such as asked_for_human."""
    hours: str | None = None
    """This calendar is open."""


class RouteShape(Shape):
    name: str = Field(min_length=1)
    """Unique; conditions name it as their topic."""
    to: str
    """team:NAME, person:NAME or agent:NAME."""
    when: ConditionShape | None = None
    """Without it the route takes everything; the last route is such a one."""
    description: str = ""
    """What it is about, in words; the embedded model learns from it."""
    examples: list[str] = Field(default_factory=list)
    """Messages of customers that belong here; five or more make a topic reliable."""
    at: float = Field(0.9, ge=0, le=1)
    """How sure the model must be."""
    priority: Priority = "normal"
    """low, normal, high, urgent."""
    handoff: Literal["on_call", "always"] = "on_call"
    """always: hands off by itself; on_call: says who is asked once people are called for."""


class AnswerShape(Shape):
    name: str = Field(min_length=1)
    """Unique."""
    examples: list[str] = Field(min_length=1)
    """Questions that it answers."""
    text: str = Field(min_length=1)
    """Said word for word."""
    source: str | None = None
    """Address of the page it comes from."""


class StepShape(Shape):
    after: Duration | None = None
    """So long after the handoff, in the team's hours."""
    widen: Strings = Field(default_factory=list)
    """Teams that are asked too."""
    notify: Strings = Field(default_factory=list)
    """Who hears of it: person:NAME, team:NAME."""
    tell_customer: str | None = None
    """The key of a text that the customer is told."""
    finally_: Literal["queue", "agent"] | None = Field(None, alias="finally")
    """The last step: it stays in the queue, or returns to the agent."""


class EdgeShape(Shape):
    from_: str = Field(alias="from")
    """An agent, team:NAME, person:NAME or "*"."""
    to: str
    """The same."""
    allow: bool = True
    """false forbids it."""
    when: ConditionShape | None = None
    """It fits only then."""


class RotationShape(Shape):
    people: list[str] = Field(min_length=1)
    """In turn."""
    every: Duration
    """Length of a turn."""
    start: str
    """When the first turn begins: 2026-01-05T09:00[Europe/Paris]."""


class OverrideShape(Shape):
    person: str
    """Who is on duty then."""
    from_: str = Field(alias="from")
    """A time."""
    until: str
    """A time."""


class ScheduleShape(Shape):
    timezone: Zone | None = None
    """IANA zone; without it that of `defaults`."""
    ical: str | None = None
    """Address of an iCal feed, best as $ENV:NAME."""
    rotation: RotationShape | None = None
    """People in turn."""
    overrides: list[OverrideShape] = Field(default_factory=list)
    """Exceptions; the last one that fits wins."""


class ShadowShape(Shape):
    agent: str
    """The agent that answers unseen, to be compared."""
    share: float = Field(1.0, ge=0, le=1)
    """Of so many conversations, 0 to 1."""


class GivenShape(Shape):
    text: Strings = Field(min_length=1)
    """The customer's lines, in order."""
    user: str | None = None
    """Who writes."""
    channel: str | None = None
    """Where."""
    platform: str | None = None
    """slack, cometchat or console."""
    language: str | None = None
    """Of the lines."""


class ExpectShape(Shape):
    route: str | None = None
    """The route that was taken; "none" for none."""
    state: Literal["bot", "queued", "offered", "parked", "held", "on_hold", "resolved", "closed"] | None = None
    """As in the API."""
    holder: str | None = None
    """agent:NAME, team:NAME or person:NAME."""
    team: str | None = None
    """The team that waits or holds."""
    agent: str | None = None
    """The agent that holds."""
    priority: Priority | None = None
    """Of the conversation."""
    reason: str | None = None
    """Why people were called."""


class TestShape(Shape):
    name: str = Field(min_length=1)
    """A sentence."""
    at: str | None = None
    """When: 2026-03-28T23:30[Europe/Paris]; without it a Wednesday at noon in the default zone."""
    given: GivenShape
    """What the customer does."""
    expect: ExpectShape
    """What must follow."""


class RoutingConfig(Shape):
    """config.yaml: who answers customers, who is asked for help, and when."""

    version: Literal[1] = 1
    """Of this format."""
    defaults: DefaultsShape = DefaultsShape()
    """What holds where nothing else is said."""
    agents: dict[str, AgentShape] = Field(min_length=1)
    """The AI agents."""
    calendars: dict[str, CalendarShape] = Field(default_factory=dict)
    """Opening hours."""
    people: dict[str, PersonShape] = Field(default_factory=dict)
    """Staff."""
    teams: dict[str, TeamShape] = Field(min_length=1)
    """Who works together, and how."""
    triggers: list[TriggerShape] | None = None
    """What calls people; without it, the customer's own request."""
    routes: list[RouteShape] = Field(default_factory=list)
    """Who is asked once people are called for: the first that matches."""
    answers: list[AnswerShape] = Field(default_factory=list)
    """What the embedded model may answer by itself."""
    escalations: dict[str, list[StepShape]] = Field(default_factory=dict)
    """Steps when nobody comes."""
    edges: list[EdgeShape] = Field(default_factory=list)
    """Who may hand to whom; the first that fits decides, without one it is allowed."""
    schedules: dict[str, ScheduleShape] = Field(default_factory=dict)
    """On-call duty."""
    texts: dict[str, dict[str, str]] = Field(default_factory=dict)
    """The desk's own lines: language -> key -> line."""
    shadow: ShadowShape | None = None
    """An agent on trial."""
    tests: list[TestShape] = Field(default_factory=list)
    """Run whenever the file is read."""


def schema() -> dict[str, Any]:
    """JSON Schema of config.yaml, for editors."""
    made = RoutingConfig.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Baton's config.yaml", **made}
