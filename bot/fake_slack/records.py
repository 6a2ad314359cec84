"""What a Slack workspace consists of, as plain mutable records. Ids and timestamps are strings in Slack's own shape."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["public", "private", "im", "mpim"]
GuestKind = Literal["none", "multi_channel", "single_channel"]


def words(text: str) -> frozenset[str]:
    """Names that are written one after the other."""
    return frozenset(text.split())


DEFAULT_SCOPES = words(
    "app_mentions:read assistant:write chat:write chat:write.customize commands im:history im:read im:write "
    "channels:history channels:read channels:join groups:history groups:read mpim:history mpim:read mpim:write "
    "users:read users:read.email usergroups:read dnd:read reactions:read reactions:write files:read files:write "
    "channels:write.invites groups:write.invites"
)
DEFAULT_EVENTS = words(
    "app_home_opened app_context_changed app_mention message.im message.channels message.groups message.mpim "
    "reaction_added reaction_removed member_joined_channel member_left_channel subteam_members_changed "
    "subteam_updated dnd_updated_user agent_session_stopped agent_session_title_changed app_uninstalled "
    "tokens_revoked"
)


class ApiError(Exception):
    """The answer `{"ok": false, "error": code}`; `more` is merged into it."""

    def __init__(self, code: str, *, messages: list[str] | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more: Json = dict(more)
        if messages:
            self.more["response_metadata"] = {"messages": messages}


class Impossible(ValueError):
    """A person tried what Slack's own client would not let them do: no such button, not a member, no modal open."""


@dataclass
class App:
    """The one app that is installed: its identity, its secrets, what it may do and what it hears."""

    id: str
    name: str
    bot_user: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str
    scopes: set[str] = field(default_factory=lambda: set(DEFAULT_SCOPES))
    events: set[str] = field(default_factory=lambda: set(DEFAULT_EVENTS))
    request_url: str | None = None
    """Where events, interactivity and commands are posted. None: Socket Mode."""
    is_agent: bool = True


@dataclass
class User:
    id: str
    name: str
    real_name: str
    display_name: str = ""
    email: str = ""
    tz: str = "Europe/Paris"
    locale: str = "en-US"
    title: str = ""
    is_bot: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    deleted: bool = False
    is_admin: bool = False
    guest: GuestKind = "none"
    presence: Literal["active", "away"] = "active"
    dnd_until: float | None = None

    @property
    def shown_name(self) -> str:
        return self.display_name or self.real_name


@dataclass
class Channel:
    id: str
    name: str
    kind: ChannelKind
    created: int
    creator: str
    members: list[str] = field(default_factory=list)
    archived: bool = False
    topic: str = ""


@dataclass
class Stream:
    """A message that is being written: chat.startStream to chat.stopStream."""

    started: float
    recipient: str | None
    open: bool = True
    stopped_by_user: bool = False


@dataclass
class Message:
    """One message. `viewer` is set for an ephemeral one, which only that user sees and no event tells of."""

    channel: str
    ts: str
    text: str
    user: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    username: str | None = None
    icons: Json | None = None
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    client_msg_id: str | None = None
    edited: Json | None = None
    broadcast: bool = False
    viewer: str | None = None
    stream: Stream | None = None
    inviter: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def is_tombstone(self) -> bool:
        return self.subtype == "tombstone"

    @property
    def author(self) -> str | None:
        return self.user or self.bot_id


@dataclass
class View:
    """A modal or an App Home. `body` is what the app sent, with block ids filled in."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    """What Slack shows when the app did not answer a submission."""

    @property
    def external_id(self) -> str:
        return str(self.body.get("external_id") or "")


@dataclass
class UserGroup:
    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    deleted: int = 0


@dataclass
class AgentStatus:
    """What stands under a thread while the assistant works; gone at `until`, or with the app's next reply."""

    text: str
    until: float
    loading_messages: list[str] = field(default_factory=list)


@dataclass
class Session:
    """The state of an agent session, by thread: active, processing, suspended or closed."""

    status: str
    title: str = ""
    initiator: str | None = None


@dataclass(frozen=True)
class Call:
    """One call of the Web API as it arrived, and how it ended (`error` is None for ok)."""

    method: str
    args: Json
    at: float
    token: str
    error: str | None
    response: Json
    committed: bool
    """False if the call was refused or cut before anything happened."""


@dataclass(frozen=True)
class Outcome:
    """What came of something a person did to the app: a click, a form, a command.

    `problem` is what that person reads in Slack ("" if nothing went wrong); `body` is what the app answered.
    """

    delivered: bool
    status: int | None
    body: Json
    problem: str = ""
    view: View | None = None
