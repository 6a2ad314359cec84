"""auth.test, users.*, usergroups.*, dnd.* and apps.connections.open: who is there, and who we are."""

from bot.fake_slack.arguments import Args
from bot.fake_slack.methods.registry import method
from bot.fake_slack.records import ApiError, Json, User
from bot.fake_slack.shapes import bot_profile, dnd_json, group_json, user_json
from bot.fake_slack.world import World


def page_of(args: Args, items: list[Json], *, most: int = 1000) -> tuple[list[Json], Json]:
    """The page that `cursor` and `limit` ask for, and the response_metadata with the next cursor."""
    limit = min(args.number("limit", most) or most, most)
    cursor = args.text("cursor")
    if limit < 1:
        raise ApiError("invalid_limit")
    if cursor and not cursor.removeprefix("at:").isdigit():
        raise ApiError("invalid_cursor")
    start = int(cursor.removeprefix("at:") or 0)
    more = len(items) > start + limit
    return items[start : start + limit], {"next_cursor": f"at:{start + limit}" if more else ""}


@method("api.test", tier=4, caller="anyone")
def api_test(world: World, args: Args) -> Json:
    if args.text("error"):
        raise ApiError(args.text("error"))
    return {"args": args.given}


@method("auth.test")
def auth_test(world: World, args: Args) -> Json:
    workspace, app = world.workspace, world.app
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": workspace.users[app.bot_user].name,
        "team_id": workspace.team,
        "user_id": app.bot_user,
        "bot_id": app.bot_id,
        "app_id": app.id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", "connections:write", tier=3, caller="app")
def connections_open(world: World, args: Args) -> Json:
    return {"url": world.sockets.new_link(world.workspace.url)}


def _user(world: World, args: Args) -> User:
    user = world.workspace.users.get(args.text("user") or world.app.bot_user)
    if user is None:
        raise ApiError("user_not_found")
    return user


def _shown(world: World, user: User) -> Json:
    return user_json(world.workspace, user, with_email="users:read.email" in world.app.scopes)


@method("users.info", "users:read", tier=4)
def users_info(world: World, args: Args) -> Json:
    args.need("user")
    return {"user": _shown(world, _user(world, args))}


@method("users.list", "users:read", tier=2)
def users_list(world: World, args: Args) -> Json:
    members, more = page_of(args, [_shown(world, user) for user in world.workspace.users.values()])
    return {"members": members, "cache_ts": int(world.workspace.now()), "response_metadata": more}


@method("users.lookupByEmail", "users:read.email", tier=3)
def lookup_by_email(world: World, args: Args) -> Json:
    wanted = args.need("email").lower()
    for user in world.workspace.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": _shown(world, user)}
    raise ApiError("users_not_found")


@method("users.getPresence", "users:read", tier=3)
def get_presence(world: World, args: Args) -> Json:
    return {"presence": _user(world, args).presence}


@method("bots.info", "users:read", tier=3)
def bots_info(world: World, args: Args) -> Json:
    bot = next((user for user in world.workspace.users.values() if user.bot_id == args.text("bot")), None)
    if bot is None or bot.bot_id is None:
        raise ApiError("bot_not_found")
    return {"bot": bot_profile(world.workspace, bot.bot_id) | {"user_id": bot.id}}


@method("usergroups.list", "usergroups:read", tier=2)
def usergroups_list(world: World, args: Args) -> Json:
    shown = [
        group_json(world.workspace, group, with_users=args.flag("include_users"))
        for group in world.workspace.groups.values()
        if not group.deleted or args.flag("include_disabled")
    ]
    return {"usergroups": shown}


@method("usergroups.users.list", "usergroups:read", tier=2)
def usergroups_users_list(world: World, args: Args) -> Json:
    group = world.workspace.groups.get(args.need("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group.users)}


@method("dnd.info", "dnd:read", tier=3)
def dnd_info(world: World, args: Args) -> Json:
    return dnd_json(world.workspace, _user(world, args))


@method("dnd.teamInfo", "dnd:read", tier=2)
def dnd_team_info(world: World, args: Args) -> Json:
    known = [world.workspace.users[each] for each in args.names("users") if each in world.workspace.users]
    if not args.names("users"):
        raise ApiError("no_users_provided")
    return {"users": {user.id: dnd_json(world.workspace, user) for user in known}}
