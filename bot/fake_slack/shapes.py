"""How records look on the wire: the fields that Slack's own answers and events have, and no secrets of ours."""

import copy
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.fake_slack.records import Channel, Json, Message, User, UserGroup, View
from bot.fake_slack.workspace import Workspace

CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
_TOKEN = re.compile(r"<([@#!][^>]*|https?://[^>]*|mailto:[^>]*)>")
_ADDRESS = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)'\"]")


def typed(text: str) -> str:
    """What a person typed, as Slack sends it: & < > escaped, addresses in angle brackets, mentions left alone."""

    def plain(part: str) -> str:
        escaped = part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return _ADDRESS.sub(lambda found: f"<{found.group()}>", escaped)

    out, at = [], 0
    for token in _TOKEN.finditer(text):
        out += [plain(text[at : token.start()]), token.group()]
        at = token.end()
    return "".join([*out, plain(text[at:])])


def rich_text(text: str, block_id: str) -> Json:
    """The block that Slack's client sends along with a typed message."""
    elements: list[Json] = []
    at = 0
    for token in _TOKEN.finditer(text):
        if token.start() > at:
            elements.append({"type": "text", "text": text[at : token.start()]})
        inner = token.group(1)
        if inner.startswith("@"):
            elements.append({"type": "user", "user_id": inner[1:].split("|")[0]})
        elif inner.startswith("#"):
            elements.append({"type": "channel", "channel_id": inner[1:].split("|")[0]})
        elif inner.startswith("!"):
            elements.append({"type": "broadcast", "range": inner[1:].split("|")[0]})
        else:
            elements.append({"type": "link", "url": inner.split("|")[0]})
        at = token.end()
    if at < len(text):
        elements.append({"type": "text", "text": text[at:]})
    for element in elements:
        if element["type"] == "text":
            element["text"] = element["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def user_json(workspace: Workspace, user: User, *, with_email: bool) -> Json:
    offset = datetime.fromtimestamp(workspace.now(), UTC).astimezone(ZoneInfo(user.tz)).utcoffset()
    profile: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "title": user.title,
        "status_text": "",
        "status_emoji": "",
        "image_72": f"{workspace.url}avatar/{user.id}.svg",
        "team": workspace.team,
    }
    if with_email and user.email:
        profile["email"] = user.email
    if user.bot_id:
        profile |= {"bot_id": user.bot_id, "api_app_id": user.app_id or ""}
    out: Json = {
        "id": user.id,
        "team_id": workspace.team,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(workspace.now()),
    }
    if user.deleted:
        return out
    return out | {
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "locale": user.locale,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_restricted": user.guest != "none",
        "is_ultra_restricted": user.guest == "single_channel",
    }


def channel_json(workspace: Workspace, channel: Channel) -> Json:
    shared: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_im": channel.kind == "im",
        "is_org_shared": False,
        "context_team_id": workspace.team,
    }
    if channel.kind == "im":
        other = next((each for each in channel.members if each != workspace.app.bot_user), workspace.app.bot_user)
        return shared | {"user": other, "is_user_deleted": workspace.users[other].deleted, "is_open": True}
    return shared | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_member": workspace.app_is_in(channel),
        "creator": channel.creator,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def bot_profile(workspace: Workspace, bot_id: str) -> Json:
    bot = next((each for each in workspace.users.values() if each.bot_id == bot_id), None)
    return {
        "id": bot_id,
        "app_id": (bot.app_id if bot else None) or workspace.app.id,
        "name": bot.real_name if bot else workspace.app.name,
        "team_id": workspace.team,
        "deleted": False,
        "updated": 0,
    }


def message_json(workspace: Workspace, message: Message, *, with_metadata: bool = True) -> Json:
    """A message as history, answers and events show it.

    A post with its own name or picture is a `bot_message` without `user`: a self filter must go by `bot_id`.
    """
    out: Json = {"type": "message", "ts": message.ts, "text": message.text}
    if message.subtype:
        out["subtype"] = message.subtype
    elif message.is_reply and message.broadcast:
        out["subtype"] = "thread_broadcast"
    if message.user:
        out |= {"user": message.user, "team": workspace.team}
    if message.bot_id:
        out |= {"bot_id": message.bot_id, "app_id": message.app_id, "team": workspace.team}
        if message.user:
            out["bot_profile"] = bot_profile(workspace, message.bot_id)
    optional: Json = {
        "username": message.username,
        "icons": message.icons,
        "client_msg_id": message.client_msg_id,
        "edited": message.edited,
        "inviter": message.inviter,
        "blocks": message.blocks or None,
        "attachments": message.attachments or None,
        "metadata": message.metadata if with_metadata else None,
    }
    # A copy: what was said to the app stays as it was when the message changes.
    out |= {key: copy.deepcopy(value) for key, value in optional.items() if value is not None}
    if message.stream is not None and message.stream.open:
        out["streaming_state"] = "in_progress"
    if message.reactions:
        out["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    return out | _thread_fields(workspace, message)


def _thread_fields(workspace: Workspace, message: Message) -> Json:
    if message.is_reply and message.thread_ts:
        parent = workspace.message(message.channel, message.thread_ts)
        return {"thread_ts": message.thread_ts, "parent_user_id": parent.user if parent else None}
    replies = workspace.replies(message) if message.viewer is None else []
    if not replies:
        return {}
    users = list(dict.fromkeys(each.author for each in replies if each.author))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": replies[-1].ts,
    }


def view_json(workspace: Workspace, view: View) -> Json:
    body = {key: value for key, value in view.body.items() if key != "state"}
    blank = {"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": False}
    return (
        blank
        | {"notify_on_close": False, "submit": None, "close": None}
        | body
        | {
            "id": view.id,
            "team_id": workspace.team,
            "state": view.body.get("state") or {"values": {}},
            "hash": view.hash,
            "root_view_id": view.root_id,
            "previous_view_id": view.previous_id,
            "app_id": workspace.app.id,
            "app_installed_team_id": workspace.team,
            "bot_id": workspace.app.bot_id,
        }
    )


def group_json(workspace: Workspace, group: UserGroup, *, with_users: bool) -> Json:
    out: Json = {
        "id": group.id,
        "team_id": workspace.team,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.updated,
        "date_delete": group.deleted,
        "auto_type": None,
        "created_by": workspace.app.bot_user,
        "updated_by": workspace.app.bot_user,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(group.users),
    }
    return out | ({"users": list(group.users)} if with_users else {})


def dnd_json(workspace: Workspace, user: User) -> Json:
    ends = user.dnd_until or 0
    on = ends > workspace.now()
    return {
        "dnd_enabled": on,
        "next_dnd_start_ts": int(workspace.now()) if on else 1,
        "next_dnd_end_ts": int(ends) if on else 1,
        "snooze_enabled": on,
        "snooze_endtime": int(ends) if on else 0,
    }
