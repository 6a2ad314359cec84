"""Which events follow from what happened, with Slack's fields; the app hears those it subscribed to and may read."""

from collections.abc import Callable

from bot.fake_slack.records import Channel, Json, Message, User, UserGroup
from bot.fake_slack.shapes import CHANNEL_TYPE, dnd_json, group_json, message_json, view_json
from bot.fake_slack.workspace import Workspace

MESSAGE_EVENT = {"public": "message.channels", "private": "message.groups", "im": "message.im", "mpim": "message.mpim"}
NEEDED_SCOPE = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "app_mention": "app_mentions:read",
    "app_context_changed": "assistant:write",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "dnd_updated_user": "dnd:read",
    "user_change": "users:read",
    "agent_session_stopped": "chat:write",
    "agent_session_title_changed": "chat:write",
}


class News:
    """`tell` is called with each event that the app is to hear."""

    def __init__(self, workspace: Workspace, tell: Callable[[Json], None]) -> None:
        self._workspace = workspace
        self._tell = tell

    def _emit(self, name: str, event: Json) -> None:
        app = self._workspace.app
        scope = NEEDED_SCOPE.get(name)
        if name in app.events and (scope is None or scope in app.scopes):
            self._tell(event)

    def _about_channel(self, channel: Channel, event: Json) -> None:
        if self._workspace.app_is_in(channel):
            self._emit(MESSAGE_EVENT[channel.kind], event | {"channel_type": CHANNEL_TYPE[channel.kind]})

    # ---- messages

    def posted(self, message: Message) -> None:
        """A new message. A mention in a channel with the app is told twice: app_mention comes on top."""
        workspace = self._workspace
        channel = workspace.channels[message.channel]
        event = message_json(workspace, message) | {"channel": channel.id, "event_ts": message.ts}
        own = message.bot_id == workspace.app.bot_id
        me = workspace.app.bot_user
        mentioned = f"<@{me}>" in message.text or f"<@{me}|" in message.text
        if mentioned and not own and channel.kind != "im" and workspace.app_is_in(channel) and message.subtype is None:
            self._emit("app_mention", event | {"type": "app_mention"})
        self._about_channel(channel, event)

    def changed(self, before: Json, message: Message) -> None:
        """An edit by whomever, the app's own included. `before` is the message as it was."""
        stamp = self._workspace.new_ts()
        self._about_channel(
            self._workspace.channels[message.channel],
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "message": message_json(self._workspace, message),
                "previous_message": before,
                "channel": message.channel,
                "ts": stamp,
                "event_ts": stamp,
            },
        )

    def deleted(self, before: Json, message: Message) -> None:
        stamp = self._workspace.new_ts()
        self._about_channel(
            self._workspace.channels[message.channel],
            {
                "type": "message",
                "subtype": "message_deleted",
                "hidden": True,
                "deleted_ts": message.ts,
                "previous_message": before,
                "channel": message.channel,
                "ts": stamp,
                "event_ts": stamp,
            },
        )

    def reacted(self, kind: str, user: str, name: str, message: Message) -> None:
        """`kind` is reaction_added or reaction_removed."""
        if not self._workspace.app_is_in(self._workspace.channels[message.channel]):
            return
        event: Json = {
            "type": kind,
            "user": user,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "event_ts": self._workspace.new_ts(),
        }
        self._emit(kind, event | ({"item_user": message.user} if message.user else {}))

    # ---- rooms

    def membership(self, kind: str, user: str, channel: Channel, inviter: str | None = None) -> None:
        """`kind` is member_joined_channel or member_left_channel; the app hears of its own leaving too."""
        if not self._workspace.app_is_in(channel) and user != self._workspace.app.bot_user:
            return
        scope = "channels:read" if channel.kind == "public" else "groups:read"
        if scope not in self._workspace.app.scopes:
            return
        event = {
            "type": kind,
            "user": user,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "public" else "G",
            "team": self._workspace.team,
            "event_ts": self._workspace.new_ts(),
        }
        self._emit(kind, event | ({"inviter": inviter} if inviter else {}))

    # ---- people

    def home_opened(self, user: str, channel: str, tab: str) -> None:
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": channel,
            "tab": tab,
            "event_ts": self._workspace.new_ts(),
        }
        home = self._workspace.homes.get(user)
        if tab == "home" and home is not None:
            event["view"] = view_json(self._workspace, home)
        self._emit("app_home_opened", event)

    def context_changed(self, user: str, channel: str, viewed: str) -> None:
        entity = {"type": "slack#/types/channel_id", "value": viewed, "team_id": self._workspace.team}
        event = {"type": "app_context_changed", "user": user, "channel": channel, "context": {"entities": [entity]}}
        self._emit("app_context_changed", event | {"event_ts": self._workspace.new_ts()})

    def group_changed(self, group: UserGroup, added: list[str], removed: list[str], previous: int) -> None:
        delta = {
            "type": "subteam_members_changed",
            "subteam_id": group.id,
            "team_id": self._workspace.team,
            "date_previous_update": previous,
            "date_update": group.updated,
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
        }
        self._emit("subteam_members_changed", delta | {"event_ts": self._workspace.new_ts()})
        whole = {"type": "subteam_updated", "subteam": group_json(self._workspace, group, with_users=True)}
        self._emit("subteam_updated", whole | {"event_ts": self._workspace.new_ts()})

    def dnd_changed(self, user: User) -> None:
        status = dnd_json(self._workspace, user)
        status = {key: status[key] for key in ("dnd_enabled", "next_dnd_start_ts", "next_dnd_end_ts")}
        event = {"type": "dnd_updated_user", "user": user.id, "dnd_status": status}
        self._emit("dnd_updated_user", event | {"event_ts": self._workspace.new_ts()})

    # ---- agents

    def session_stopped(self, user: str, channel: str, thread_ts: str, streaming: list[str]) -> None:
        event = {
            "type": "agent_session_stopped",
            "channel": channel,
            "thread_ts": thread_ts,
            "user": user,
            "streaming_message_ts": streaming,
            "event_ts": self._workspace.new_ts(),
        }
        self._emit("agent_session_stopped", event)

    def uninstalled(self) -> None:
        """The app is gone from the workspace: both events come, in no promised order."""
        tokens = {"oauth": [], "bot": [self._workspace.app.bot_user]}
        self._emit("tokens_revoked", {"type": "tokens_revoked", "tokens": tokens})
        self._emit("app_uninstalled", {"type": "app_uninstalled"})
