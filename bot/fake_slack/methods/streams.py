"""chat.startStream, appendStream, stopStream: a message that grows while it is read."""

from bot.fake_slack.arguments import Args
from bot.fake_slack.blocks import check_blocks, with_ids
from bot.fake_slack.methods.agents import SESSION_STATES
from bot.fake_slack.methods.chat import check_metadata, own_name, place_to_post, thread_of
from bot.fake_slack.methods.registry import method
from bot.fake_slack.records import ApiError, Json, Message, Session, Stream
from bot.fake_slack.shapes import message_json
from bot.fake_slack.world import World

_CHUNKS = {"markdown_text": "text", "task_update": "id", "plan_update": "title", "blocks": "blocks"}


def _append(world: World, message: Message, args: Args) -> None:
    """Add what `markdown_text` and `chunks` bring."""
    message.text += args.text("markdown_text")
    for chunk in args.items("chunks"):
        kind = chunk.get("type") if isinstance(chunk, dict) else None
        if kind not in _CHUNKS or _CHUNKS[kind] not in chunk:
            raise ApiError("invalid_chunks")
        if kind == "markdown_text":
            message.text += chunk["text"]
        elif kind == "blocks":
            check_blocks(chunk["blocks"])
            message.blocks += with_ids(chunk["blocks"], world.workspace.new_block_id)
        else:
            _task(message, chunk)


def _task(message: Message, chunk: Json) -> None:
    """A task_update replaces the card with its id; a plan_update sets the plan's title."""
    if chunk["type"] == "plan_update":
        others = [block for block in message.blocks if block["type"] != "plan"]
        message.blocks = [{"type": "plan", "title": chunk["title"], "block_id": "plan"}, *others]
        return
    card = {key: value for key, value in chunk.items() if key not in ("type", "id")}
    card |= {"type": "task_card", "task_id": chunk["id"], "block_id": f"task-{chunk['id']}"}
    others = [block for block in message.blocks if block.get("task_id") != chunk["id"]]
    message.blocks = [*others, card]


def _streaming(world: World, args: Args) -> Message:
    channel = world.workspace.visible_to_app(args.need("channel"))
    message = world.workspace.message(channel.id, args.need("ts"))
    if message is None:
        raise ApiError("message_not_found")
    if message.bot_id != world.app.bot_id:
        raise ApiError("message_not_owned_by_app")
    stream = message.stream
    if stream is not None and world.workspace.now() - stream.started > world.options.stream_lives_s:
        stream.open = False
    if stream is None or (not stream.open and not stream.stopped_by_user):
        raise ApiError("message_not_in_streaming_state")
    return message


@method("chat.startStream", "chat:write", tier=2)
def start_stream(world: World, args: Args) -> Json:
    channel = place_to_post(world, args)
    if not args.text("thread_ts"):
        raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: thread_ts"])
    if channel.kind != "im":
        for name in ("recipient_team_id", "recipient_user_id"):
            if not args.text(name):
                raise ApiError(f"missing_{name}")
        if args.text("recipient_user_id") not in world.workspace.users:
            raise ApiError("user_not_found")
    message = Message(
        channel.id,
        world.workspace.new_ts(),
        "",
        user=world.app.bot_user,
        bot_id=world.app.bot_id,
        app_id=world.app.id,
        thread_ts=thread_of(world, channel, args),
        stream=Stream(world.workspace.now(), args.text("recipient_user_id") or None),
    )
    for name, value in own_name(world, args).items():
        setattr(message, name, value)
    _append(world, message, args)
    world.post(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.appendStream", "chat:write", tier=4)
def append_stream(world: World, args: Args) -> Json:
    message = _streaming(world, args)
    if message.stream is not None and message.stream.stopped_by_user:
        raise ApiError("stopped_by_user")
    if not args.text("markdown_text") and not args.items("chunks"):
        raise ApiError("no_text")
    _append(world, message, args)
    world.workspace.changes.note()
    return {"channel": message.channel, "ts": message.ts}


@method("chat.stopStream", "chat:write", tier=2)
def stop_stream(world: World, args: Args) -> Json:
    message = _streaming(world, args)
    before = message_json(world.workspace, message)
    _append(world, message, args)
    if "blocks" in args:
        check_blocks(args.given["blocks"])
        message.blocks += with_ids(args.given["blocks"], world.workspace.new_block_id)
    message.metadata = check_metadata(args.given.get("metadata")) or message.metadata
    if args.text("session_status") and message.thread_ts:
        if args.text("session_status") not in SESSION_STATES:
            raise ApiError("invalid_arguments", messages=["[ERROR] session_status is no status"])
        key = (message.channel, message.thread_ts)
        world.workspace.sessions.setdefault(key, Session("active")).status = args.text("session_status")
    assert message.stream is not None
    message.stream.open = message.stream.stopped_by_user = False
    world.workspace.changes.note()
    world.news.changed(before, message)
    return {"channel": message.channel, "ts": message.ts, "message": message_json(world.workspace, message)}
