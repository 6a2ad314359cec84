"""chat.*: posts, edits, deletions, ephemeral messages and permalinks."""

import re
from typing import Any

from bot.fake_slack.arguments import Args
from bot.fake_slack.blocks import MARKDOWN_LENGTH, attachments_with_ids, check_attachments, check_blocks, with_ids
from bot.fake_slack.methods.registry import method
from bot.fake_slack.records import ApiError, Channel, Json, Message
from bot.fake_slack.shapes import message_json
from bot.fake_slack.world import World

TEXT_IS_CUT_AT = 40_000
UPDATE_TEXT_LENGTH = 4_000
_TS = re.compile(r"\d+\.\d{6}")


def own_name(world: World, args: Args) -> Json:
    """username and icon of a post that does not appear under the app's own name."""
    if not any(args.text(name) for name in ("username", "icon_emoji", "icon_url")):
        return {}
    world.require("chat:write.customize")
    icons: Json = {}
    if args.text("icon_emoji"):
        icons["emoji"] = args.text("icon_emoji")
    elif args.text("icon_url"):
        icons["image_48"] = args.text("icon_url")
    # Slack shows such a post as a bot_message: it carries no `user`, only the bot_id.
    changed: Json = {"subtype": "bot_message", "user": None, "icons": icons or None}
    return changed | {"username": args.text("username") or world.app.name}


def place_to_post(world: World, args: Args) -> Channel:
    """The channel of a post. A user's id means the direct message with that user."""
    ref = args.need("channel")
    user = world.workspace.users.get(ref)
    if user is not None:
        if user.deleted or user.is_bot:
            raise ApiError("channel_not_found")
        return world.workspace.direct_message(user.id)
    channel = world.workspace.visible_to_app(ref)
    if channel.archived:
        raise ApiError("is_archived")
    if not world.workspace.app_is_in(channel) and "chat:write.public" not in world.app.scopes:
        raise ApiError("not_in_channel")
    return channel


def thread_of(world: World, channel: Channel, args: Args, *, error: str = "cannot_reply_to_message") -> str | None:
    """The thread a post goes to. A reply's ts is taken for its parent's and noted: Slack asks for the parent."""
    ts = args.text("thread_ts")
    if not ts:
        return None
    if not _TS.fullmatch(ts):
        raise ApiError("invalid_arguments", messages=["[ERROR] invalid thread_ts"])
    message = world.workspace.message(channel.id, ts)
    if message is None or message.is_tombstone:
        raise ApiError(error)
    if message.is_reply:
        world.contract.note(f"thread_ts {ts} is a reply's; Slack asks for the parent's")
    return message.thread_ts if message.is_reply else ts


def check_metadata(value: Any) -> Json | None:
    """Raises:
    ApiError: invalid_metadata_format unless it has event_type and event_payload, or entities.
    """
    if not value:
        return None
    if not isinstance(value, dict):
        raise ApiError("invalid_metadata_format")
    has_event = isinstance(value.get("event_type"), str) and isinstance(value.get("event_payload"), dict)
    if not has_event and not isinstance(value.get("entities"), list):
        raise ApiError("invalid_metadata_format")
    return value


def content_of(world: World, args: Args, *, too_long: int | None = None) -> Json:
    """text, blocks and attachments of a message, checked; only those that were given.

    Raises:
        ApiError: no_text if there is nothing at all, markdown_text_conflict, msg_too_long, invalid_blocks.
    """
    found: Json = {}
    new_id = world.workspace.new_block_id
    if args.text("markdown_text"):
        if args.text("text") or "blocks" in args:
            raise ApiError("markdown_text_conflict")
        if len(args.text("markdown_text")) > MARKDOWN_LENGTH:
            raise ApiError("msg_too_long" if too_long else "msg_blocks_too_long")
        block = {"type": "markdown", "text": args.text("markdown_text")}
        return {"text": args.text("markdown_text"), "blocks": with_ids([block], new_id)}
    if "text" in args:
        text = args.text("text")
        if too_long is not None and len(text) > too_long:
            raise ApiError("msg_too_long")
        found["text"] = text[:TEXT_IS_CUT_AT]
    if "blocks" in args:
        check_blocks(args.given["blocks"])
        found["blocks"] = with_ids(args.given["blocks"], new_id)
    if "attachments" in args:
        check_attachments(args.given["attachments"])
        found["attachments"] = attachments_with_ids(args.given["attachments"], new_id)
    if not any(found.values()):
        raise ApiError("no_text")
    return {"text": ""} | found


@method("chat.postMessage", "chat:write")
def post_message(world: World, args: Args) -> Json:
    workspace = world.workspace
    channel = place_to_post(world, args)
    content = content_of(world, args)
    key = (channel.id, args.text("client_msg_id"))
    if key[1] and world.options.honours_client_msg_id and key in world.posted_ids:
        first = world.posted_ids[key]
        return {"channel": channel.id, "ts": first.ts, "message": message_json(workspace, first)}
    message = Message(
        channel.id,
        workspace.new_ts(),
        user=world.app.bot_user,
        bot_id=world.app.bot_id,
        app_id=world.app.id,
        thread_ts=thread_of(world, channel, args),
        metadata=check_metadata(args.given.get("metadata")),
        broadcast=args.flag("reply_broadcast"),
        **content,
    )
    for name, value in own_name(world, args).items():
        setattr(message, name, value)
    world.post(message)
    if key[1]:
        world.posted_ids[key] = message
    return {"channel": channel.id, "ts": message.ts, "message": message_json(workspace, message)}


def own_message(world: World, args: Args, error: str) -> Message:
    """The app's own message that `channel` and `ts` name; `error` for somebody else's."""
    channel = world.workspace.visible_to_app(args.need("channel"))
    message = world.workspace.message(channel.id, args.need("ts"))
    if message is None or message.is_tombstone:
        raise ApiError("message_not_found")
    if message.bot_id != world.app.bot_id:
        raise ApiError(error)
    return message


@method("chat.update", "chat:write", tier=3)
def update(world: World, args: Args) -> Json:
    message = own_message(world, args, "cant_update_message")
    channel = world.workspace.channels[message.channel]
    if channel.archived:
        raise ApiError("is_inactive")
    if message.stream is not None and message.stream.open:
        raise ApiError("streaming_state_conflict")
    content = content_of(world, args, too_long=UPDATE_TEXT_LENGTH)
    if "text" not in args and "markdown_text" not in args:
        del content["text"]
    if (message.blocks and "blocks" not in content) or (message.attachments and "attachments" not in args):
        world.contract.note("chat.update: name blocks and attachments of a message that has them, even if empty")
    if "metadata" in args:
        content["metadata"] = check_metadata(args.given["metadata"])
    world.edit(message, editor=world.app.bot_id, **content)
    shown = message_json(world.workspace, message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


@method("chat.delete", "chat:write", tier=3)
def delete(world: World, args: Args) -> Json:
    message = own_message(world, args, "cant_delete_message")
    world.remove(message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.postEphemeral", "chat:write", tier=4)
def post_ephemeral(world: World, args: Args) -> Json:
    channel = place_to_post(world, args)
    if args.need("user") not in channel.members:
        raise ApiError("user_not_in_channel")
    message = Message(
        channel.id,
        world.workspace.new_ts(),
        user=world.app.bot_user,
        bot_id=world.app.bot_id,
        app_id=world.app.id,
        thread_ts=thread_of(world, channel, args),
        viewer=args.need("user"),
        **content_of(world, args),
    )
    for name, value in own_name(world, args).items():
        setattr(message, name, value)
    world.post(message)
    return {"message_ts": message.ts}


@method("chat.getPermalink")
def get_permalink(world: World, args: Args) -> Json:
    channel = world.workspace.visible_to_app(args.need("channel"))
    message = world.workspace.message(channel.id, args.need("message_ts"))
    if message is None:
        raise ApiError("message_not_found")
    link = f"{world.workspace.url}archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}
