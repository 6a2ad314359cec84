"""conversations.*: rooms, their members and what was said in them."""

from bot.fake_slack.arguments import Args
from bot.fake_slack.methods.people import page_of
from bot.fake_slack.methods.registry import method
from bot.fake_slack.records import ApiError, Channel, Json, Message
from bot.fake_slack.shapes import channel_json, message_json
from bot.fake_slack.world import World

_PREFIX = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
_TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_MOST_PEOPLE_IN_A_GROUP = 8


def _channel(world: World, args: Args, right: str) -> Channel:
    """The channel of the call; the scope must be that of its kind. `right` is read or history."""
    channel = world.workspace.visible_to_app(args.need("channel"))
    world.require(f"{_PREFIX[channel.kind]}:{right}")
    return channel


@method("conversations.info", *READ, tier=3)
def info(world: World, args: Args) -> Json:
    channel = _channel(world, args, "read")
    shown = channel_json(world.workspace, channel)
    if args.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


@method("conversations.list", *READ, tier=2)
def list_(world: World, args: Args) -> Json:
    types = args.names("types") or ["public_channel"]
    if any(each not in _TYPES for each in types):
        raise ApiError("invalid_types")
    kinds = {_TYPES[each] for each in types}
    for kind in kinds:
        world.require(f"{_PREFIX[kind]}:read")
    shown = [
        channel_json(world.workspace, channel) | {"num_members": len(channel.members)}
        for channel in world.workspace.channels.values()
        if channel.kind in kinds
        and not (channel.archived and args.flag("exclude_archived"))
        and (channel.kind == "public" or world.workspace.app_is_in(channel))
    ]
    channels, more = page_of(args, shown)
    return {"channels": channels, "response_metadata": more}


@method("conversations.members", *READ, tier=4)
def members(world: World, args: Args) -> Json:
    channel = _channel(world, args, "read")
    page, more = page_of(args, [{"id": each} for each in channel.members])
    return {"members": [each["id"] for each in page], "response_metadata": more}


@method("conversations.join", "channels:join", tier=3)
def join(world: World, args: Args) -> Json:
    channel = world.workspace.visible_to_app(args.need("channel"))
    if channel.kind != "public":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    if world.workspace.app_is_in(channel):
        shown = channel_json(world.workspace, channel)
        return {"channel": shown, "warning": "already_in_channel"}
    channel.members.append(world.app.bot_user)
    world.note_membership(world.app.bot_user, channel, joined=True)
    return {"channel": channel_json(world.workspace, channel)}


@method("conversations.open", "im:write", "mpim:write", "groups:write", "channels:manage", tier=3)
def open_(world: World, args: Args) -> Json:
    """By `users` or by the `channel` of a direct message that exists."""
    workspace = world.workspace
    if args.text("channel"):
        channel = workspace.visible_to_app(args.text("channel"))
        if channel.kind not in ("im", "mpim"):
            raise ApiError("method_not_supported_for_channel_type")
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    users = list(dict.fromkeys(args.names("users")))
    if not users:
        raise ApiError("users_list_not_supplied")
    for each in users:
        if each not in workspace.users:
            raise ApiError("user_not_found")
        if workspace.users[each].deleted:
            raise ApiError("user_disabled")
    if len(users) > _MOST_PEOPLE_IN_A_GROUP:
        raise ApiError("too_many_users")
    everyone = {*users, world.app.bot_user}
    known = workspace.find_direct_message(everyone)
    if known is None and args.flag("prevent_creation"):
        raise ApiError("channel_not_found")
    if len(users) == 1:
        world.require("im:write")
        channel = known or workspace.direct_message(users[0])
    else:
        world.require("mpim:write")
        name = "mpdm-" + "--".join(workspace.users[each].name for each in users) + "-1"
        channel = known or workspace.add_channel("mpim", name, [world.app.bot_user, *users])
    shown = channel_json(workspace, channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": shown} | ({"no_op": True, "already_open": True} if known else {})


@method(
    "conversations.invite",
    *("channels:write.invites", "groups:write.invites", "channels:manage", "groups:write", "mpim:write", "im:write"),
    tier=3,
)
def invite(world: World, args: Args) -> Json:
    """All or nobody, unless `force`: then those who can be invited are, and the others are named in `errors`."""
    workspace = world.workspace
    channel = workspace.visible_to_app(args.need("channel"))
    if channel.kind in ("im", "mpim"):
        raise ApiError("method_not_supported_for_channel_type")
    manage = ("channels:manage",) if channel.kind == "public" else ("groups:write",)
    world.require(f"{_PREFIX[channel.kind]}:write.invites", *manage)
    if channel.archived:
        raise ApiError("is_archived")
    if not workspace.app_is_in(channel):
        raise ApiError("not_in_channel")
    wrong: list[Json] = []
    good: list[str] = []
    users = args.names("users")
    if not users:
        raise ApiError("no_user")
    for each in users:
        problem = _why_not_invite(world, channel, each)
        if problem:
            wrong.append({"user": each, "ok": False, "error": problem})
        else:
            good.append(each)
    if wrong and not (args.flag("force") and good):
        raise ApiError(wrong[0]["error"], errors=wrong)
    for each in good:
        channel.members.append(each)
        world.note_membership(each, channel, joined=True, inviter=world.app.bot_user)
    return {"channel": channel_json(workspace, channel)} | ({"errors": wrong} if wrong else {})


def _why_not_invite(world: World, channel: Channel, user: str) -> str:
    known = world.workspace.users.get(user)
    if user == world.app.bot_user:
        return "cant_invite_self"
    if known is None:
        return "user_not_found"
    if user in channel.members:
        return "already_in_channel"
    if known.deleted:
        return "cant_invite"
    return "user_is_restricted" if known.guest == "single_channel" else ""


def _stamp(args: Args, name: str) -> str:
    value = args.text(name)
    if value and not value.replace(".", "", 1).isdigit():
        raise ApiError(f"invalid_ts_{name}")
    if "." in value:
        whole, part = value.split(".")
        return f"{int(whole):010d}.{part:0<6}"
    return f"{int(value):010d}.000000" if value else ""


def _between(args: Args, messages: list[Message]) -> list[Message]:
    """Those after `oldest` and before `latest`; with `inclusive` also those exactly there."""
    oldest, latest = _stamp(args, "oldest"), _stamp(args, "latest")
    inclusive = args.flag("inclusive")
    return [
        each
        for each in messages
        if (not oldest or each.ts > oldest or (inclusive and each.ts == oldest))
        and (not latest or each.ts < latest or (inclusive and each.ts == latest))
    ]


def _page(world: World, args: Args, messages: list[Message]) -> Json:
    with_metadata = args.flag("include_all_metadata")
    shown = [message_json(world.workspace, each, with_metadata=with_metadata) for each in messages]
    page, more = page_of(args, shown, most=999) if "limit" in args else page_of(args, shown, most=100)
    answer: Json = {"messages": page, "has_more": bool(more["next_cursor"])}
    return answer | ({"response_metadata": more} if more["next_cursor"] else {})


@method("conversations.history", *HISTORY, tier=3)
def history(world: World, args: Args) -> Json:
    """The channel's own lines, newest first; replies only if they were also sent to the channel."""
    channel = _channel(world, args, "history")
    if not world.workspace.app_is_in(channel):
        raise ApiError("not_in_channel")
    lines = [each for each in world.workspace.messages(channel.id) if not each.is_reply or each.broadcast]
    return _page(world, args, _between(args, lines)[::-1]) | {"pin_count": 0}


@method("conversations.replies", *HISTORY, tier=3)
def replies(world: World, args: Args) -> Json:
    """The parent, whatever the limits in time, and its replies, oldest first."""
    channel = _channel(world, args, "history")
    root = world.workspace.root_ts(channel.id, args.need("ts"))
    if root is None:
        raise ApiError("thread_not_found")
    thread = world.workspace.thread(channel.id, root)
    return _page(world, args, [*thread[:1], *_between(args, thread[1:])])
