"""What the Web API's methods and the people of the workspace act upon."""

import secrets
from dataclasses import dataclass, field

from bot.fake_slack.contract import Contract
from bot.fake_slack.news import News
from bot.fake_slack.options import Options
from bot.fake_slack.records import ApiError, App, Channel, Json, Message
from bot.fake_slack.shapes import message_json
from bot.fake_slack.sockets import Sockets
from bot.fake_slack.workspace import Workspace


@dataclass
class Trigger:
    id: str
    user: str
    issued: float
    view_id: str | None
    used: bool = False


class Triggers:
    """Trigger ids: three seconds, once."""

    def __init__(self, workspace: Workspace, options: Options) -> None:
        self._workspace = workspace
        self._options = options
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, view_id: str | None = None) -> str:
        now = self._workspace.now()
        trigger = Trigger(f"{int(now * 1000)}.{len(self._issued)}.{secrets.token_hex(16)}", user, now, view_id)
        self._issued[trigger.id] = trigger
        return trigger.id

    def use(self, id: str) -> Trigger:
        """Take a trigger.

        Raises:
            ApiError: invalid_trigger_id, exchanged_trigger_id (used before) or expired_trigger_id.
        """
        trigger = self._issued.get(id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self._workspace.now() - trigger.issued > self._options.trigger_lives_s:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger


@dataclass
class World:
    workspace: Workspace
    options: Options
    news: News
    contract: Contract
    triggers: Triggers
    sockets: Sockets
    posted_ids: dict[tuple[str, str], Message] = field(default_factory=dict)
    """(channel, client_msg_id) of the app's posts, for `Options.honours_client_msg_id`."""

    @property
    def app(self) -> App:
        return self.workspace.app

    def require(self, *any_of: str) -> None:
        """
        Raises:
            ApiError: missing_scope, with what is needed and what there is, as Slack answers.
        """
        if not self.app.scopes.intersection(any_of):
            raise ApiError("missing_scope", needed=",".join(any_of), provided=",".join(sorted(self.app.scopes)))

    def post(self, message: Message) -> Message:
        """Put a message into its channel and tell the app, whoever wrote it."""
        self.workspace.store(message)
        if message.viewer is None:
            self.news.posted(message)
        return message

    def note_membership(self, user: str, channel: Channel, *, joined: bool, inviter: str | None = None) -> None:
        """Tell of somebody who came or went: an event, and the line that the channel shows."""
        verb, kind = ("joined", "channel_join") if joined else ("left", "channel_leave")
        self.news.membership(f"member_{verb}_channel", user, channel, inviter)
        line = Message(
            channel.id, self.workspace.new_ts(), f"<@{user}> has {verb} the channel", user=user, subtype=kind
        )
        line.inviter = inviter
        self.post(line)

    def remove(self, message: Message) -> None:
        """Delete a message. One with replies leaves a tombstone, to which nobody can reply any more."""
        before = message_json(self.workspace, message)
        if message.viewer is None and self.workspace.replies(message):
            message.subtype, message.user, message.bot_id = "tombstone", "USLACKBOT", None
            message.text, message.blocks, message.attachments = "This message was deleted.", [], []
            message.metadata = None
            self.workspace.changes.note()
            self.news.changed(before, message)
            return
        self.workspace.forget(message)
        if message.viewer is None:
            self.news.deleted(before, message)

    def edit(self, message: Message, *, editor: str, **changes: object) -> Json:
        """Change a message's fields and tell the app; returns the message as it was."""
        before = message_json(self.workspace, message)
        for name, value in changes.items():
            setattr(message, name, value)
        message.edited = {"user": editor, "ts": self.workspace.new_ts()}
        self.workspace.changes.note()
        if message.viewer is None:
            self.news.changed(before, message)
        return before
