"""What Slack sends, as values of ours: payloads into lines, edits and deletions, Slack's markup into plain words.

Pure. A payload comes from outside, so a field of the wrong type counts as absent and nothing here raises.
Shapes: https://docs.slack.dev/reference/events/message and the samples of java-slack-sdk's json-logs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field

from .ids import is_id, is_ts

LONGEST_TEXT: Final = 40_000
OURS: Final = "baton"  # `event_type` in the metadata of each of our posts

NameOf = Callable[[str], str]
"""A user's id -> the name to show, empty when unknown."""


def text_of(value: object) -> str:
    """A string without halves of surrogate pairs, which JSON may hold and nothing can store; "" for anything else."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


Text = Annotated[str, BeforeValidator(text_of)]
Object = Annotated[dict[str, Any], BeforeValidator(_object)]
Objects = Annotated[list[dict[str, Any]], BeforeValidator(_objects)]


class SlackMessage(BaseModel):
    """The fields of a message event that we read. Of `message_changed` and `message_deleted` the message is inside."""

    type: Text = ""
    subtype: Text = ""
    channel: Text = ""
    ts: Text = ""
    user: Text = ""
    text: Text = ""
    thread_ts: Text = ""
    parent_user_id: Text = ""
    bot_id: Text = ""
    app_id: Text = ""
    client_msg_id: Text = ""
    deleted_ts: Text = ""
    event_ts: Text = ""
    edited: Object = Field(default_factory=dict)
    metadata: Object = Field(default_factory=dict)
    user_profile: Object = Field(default_factory=dict)
    files: Objects = Field(default_factory=list)
    attachments: Objects = Field(default_factory=list)
    message: Object = Field(default_factory=dict)
    previous_message: Object = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in a workspace, from `auth.test`; what is empty is taken from each payload instead."""

    team: str = ""
    bot_user: str = ""
    app_id: str = ""


UNKNOWN: Final = Identity()


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event with what stands around it. `bot_user` is ours in the workspace that the event belongs to."""

    team: str
    app_id: str
    bot_user: str
    event_id: str
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Posted:
    """A person's message. `thread_ts` is empty at top level; `parent` wrote the first message of its thread, if known.

    `names` are Slack's further names of this one message: it came before if any of them did.
    """

    channel: str
    ts: str
    user: str
    text: str
    thread_ts: str
    parent: str
    mentions_bot: bool
    author_name: str
    names: tuple[str, ...]

    @property
    def root(self) -> str:
        """The ts of the first message of its thread, its own if it begins one."""
        return self.thread_ts or self.ts


@dataclass(frozen=True, slots=True)
class Edited:
    channel: str
    ts: str
    user: str
    text: str
    root: str
    edited_ts: str


@dataclass(frozen=True, slots=True)
class Deleted:
    channel: str
    ts: str
    user: str
    root: str


# ---- events ----------------------------------------------------------------------------------------------------------

# Everything else is told by the workspace (somebody joined, a topic was set) or by a program.
_WORDS: Final = frozenset({"", "file_share", "thread_broadcast", "me_message"})


def envelope(body: Mapping[str, Any], us: Identity) -> Envelope | None:
    """None when it does not say of which workspace it is. In a shared channel the authorization says so, `team_id`
    may be the other side's."""
    granted = next(iter(_objects(body.get("authorizations"))), {})
    team = text_of(granted.get("team_id")) or text_of(body.get("team_id"))
    if not is_id(team) or (us.team and team != us.team):
        return None
    bot_user = text_of(granted.get("user_id")) if granted.get("is_bot") is True else ""
    app_id = us.app_id or text_of(body.get("api_app_id"))
    event_id = text_of(body.get("event_id"))[:100]
    return Envelope(team, app_id, bot_user or us.bot_user, event_id, _object(body.get("event")))


def message_of(outer: Envelope, name_of: NameOf) -> Posted | Edited | Deleted | None:
    """What a `message` or `app_mention` event says; None where it is no person's doing, or changes no words."""
    event = SlackMessage.model_validate(outer.event)
    if not is_id(event.channel):
        return None
    if event.subtype == "message_changed":
        return _changed(outer, event, name_of)
    if event.subtype == "message_deleted":
        return _deleted(outer, event)
    if event.subtype not in _WORDS or not _by_a_person(outer, event):
        return None
    names = (outer.event_id, event.client_msg_id[:100])
    return Posted(
        channel=event.channel,
        ts=event.ts,
        user=event.user,
        text=words_of(event, outer.bot_user, name_of),
        thread_ts=event.thread_ts if is_ts(event.thread_ts) else "",
        parent=event.parent_user_id,
        mentions_bot=event.type == "app_mention" or mentions(event.text, outer.bot_user),
        author_name=_shown_name(event) or name_of(event.user),
        names=tuple(name for name in names if name and "\n" not in name),
    )


def _by_a_person(outer: Envelope, message: SlackMessage) -> bool:
    """Not ours (an echo), not another program's, not Slackbot's. Programs speak under a user's name too; then `bot_id`
    gives them away."""
    ours = message.metadata.get("event_type") == OURS or message.user == outer.bot_user
    return (
        not ours
        and not message.bot_id
        and (not message.app_id or message.app_id != outer.app_id)
        and is_id(message.user)
        and message.user != "USLACKBOT"
        and is_ts(message.ts)
    )


def _changed(outer: Envelope, event: SlackMessage, name_of: NameOf) -> Edited | Deleted | None:
    now = SlackMessage.model_validate(event.message)
    before = SlackMessage.model_validate(event.previous_message)
    if now.subtype == "tombstone":  # deleted, but its replies stand
        before.ts = before.ts or now.ts
        return _taken_back(outer, event.channel, before)
    if not _by_a_person(outer, now) or before.bot_id or now.text == before.text:
        return None  # a program's, or a link was unfurled: the words are the same
    edited_ts = text_of(now.edited.get("ts")) or event.event_ts or event.ts
    if not is_ts(edited_ts):
        return None
    text = words_of(now, outer.bot_user, name_of)
    return Edited(event.channel, now.ts, now.user, text, _root(now), edited_ts)


def _deleted(outer: Envelope, event: SlackMessage) -> Deleted | None:
    before = SlackMessage.model_validate(event.previous_message)
    before.ts = event.deleted_ts or before.ts
    return _taken_back(outer, event.channel, before)


def _taken_back(outer: Envelope, channel: str, before: SlackMessage) -> Deleted | None:
    if not _by_a_person(outer, before):
        return None
    return Deleted(channel, before.ts, before.user, _root(before))


def _root(message: SlackMessage) -> str:
    return message.thread_ts if is_ts(message.thread_ts) else message.ts


def _shown_name(message: SlackMessage) -> str:
    profile = message.user_profile
    return (text_of(profile.get("display_name")) or text_of(profile.get("real_name")))[:200]


# ---- words -----------------------------------------------------------------------------------------------------------

_MARK: Final = re.compile(r"<([^<>\n]{1,4000})>")


def mentions(text: str, bot_user: str) -> bool:
    return bool(bot_user) and (f"<@{bot_user}>" in text or f"<@{bot_user}|" in text)


def words_of(message: SlackMessage, bot_user: str, name_of: NameOf) -> str:
    """What the message says in plain words: its text, else the names of its files, else what was forwarded."""
    said = plain(message.text, bot_user, name_of)
    if not said and message.files:
        names = [text_of(file.get("name")) or text_of(file.get("title")) or "a file" for file in message.files[:20]]
        said = f"[{', '.join(names)}]"
    if not said:
        shared = (text_of(one.get("text")) or text_of(one.get("fallback")) for one in message.attachments[:5])
        said = "\n".join(plain(text, bot_user, name_of) for text in shared if text)
    return said[:LONGEST_TEXT]


def plain(text: str, bot_user: str, name_of: NameOf) -> str:
    """Slack's markup as people read it: names for ids, `label (address)` for links; a mention of us is left out."""

    def spelled(found: re.Match[str]) -> str:
        inner, _, label = found[1].partition("|")
        match inner[:1]:
            case "@":
                user = inner[1:]
                return "" if user == bot_user else f"@{(name_of(user) or label or user).removeprefix('@')}"
            case "#":
                return f"#{(label or inner[1:]).removeprefix('#')}"
            case "!":
                return label or "@" + inner[1:].partition("^")[0]
            case _:
                return _link(inner, label)

    spelled_out = _MARK.sub(spelled, text)
    unescaped = spelled_out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return unescaped.strip() if bot_user not in text else re.sub(r"[ \t]{2,}", " ", unescaped).strip()


def _link(address: str, label: str) -> str:
    scheme, _, rest = address.partition(":")
    if scheme in ("mailto", "tel"):
        return label or rest
    bare = rest.removeprefix("//").rstrip("/")
    return f"{label} ({address})" if label and label.rstrip("/") not in (address.rstrip("/"), bare) else address
