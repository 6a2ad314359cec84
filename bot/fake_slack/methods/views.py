"""views.*: modals and the App Home."""

from typing import Any

from bot.fake_slack.arguments import Args
from bot.fake_slack.blocks import check_view, with_ids
from bot.fake_slack.methods.registry import method
from bot.fake_slack.records import ApiError, Json, View
from bot.fake_slack.shapes import view_json
from bot.fake_slack.world import World

_DEEPEST = 3


def make_view(world: World, user: str, body: Any, *, over: View | None = None, kind: str = "modal") -> View:
    """A checked view for `user`, on top of the stack whose visible view is `over`."""
    check_view(body, kind)
    filled = body | {"blocks": with_ids(body["blocks"], world.workspace.new_block_id)}
    external = str(body.get("external_id") or "")
    if external and any(each.external_id == external for each in world.workspace.every_view()):
        raise ApiError("duplicate_external_id")
    id = world.workspace.new_id("V")
    root = over.root_id if over else id
    return View(id, user, filled, world.workspace.new_ts(), root, over.id if over else None)


def replace_view(world: World, view: View, body: Any) -> None:
    """Give a view another content. What was typed stays where block and action ids stay."""
    check_view(body, str(view.body["type"]))
    kept = view.body.get("state")
    view.body = body | {"blocks": with_ids(body["blocks"], world.workspace.new_block_id)}
    if kept:
        view.body["state"] = kept
    view.hash = world.workspace.new_ts()
    view.errors = {}
    view.trouble = ""
    world.workspace.changes.note()


def _view(args: Args) -> Any:
    if not args.given.get("view"):
        raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: view"])
    return args.given["view"]


@method("views.open", tier=4)
def open_(world: World, args: Args) -> Json:
    body = _view(args)
    check_view(body, "modal")
    trigger = world.triggers.use(args.need("trigger_id"))
    view = make_view(world, trigger.user, body)
    # A new modal takes the place of whatever the user had open.
    world.workspace.pop_views(trigger.user, everything=True)
    world.workspace.push_view(view)
    return {"view": view_json(world.workspace, view)}


@method("views.push", tier=4)
def push(world: World, args: Args) -> Json:
    body = _view(args)
    check_view(body, "modal")
    trigger = world.triggers.use(args.need("trigger_id"))
    stack = world.workspace.open_views(trigger.user)
    if not stack or trigger.view_id is None:
        raise ApiError("not_found")
    if len(stack) >= _DEEPEST:
        raise ApiError("push_limit_reached")
    view = make_view(world, trigger.user, body, over=stack[-1])
    world.workspace.push_view(view)
    return {"view": view_json(world.workspace, view)}


@method("views.update", tier=4)
def update(world: World, args: Args) -> Json:
    body = _view(args)
    known = world.workspace.every_view()
    if args.text("view_id"):
        view = next((each for each in known if each.id == args.text("view_id")), None)
    else:
        view = next((each for each in known if each.external_id == args.need("external_id")), None)
    if view is None:
        raise ApiError("not_found")
    if args.text("hash") and args.text("hash") != view.hash:
        raise ApiError("hash_conflict")
    replace_view(world, view, body)
    return {"view": view_json(world.workspace, view)}


@method("views.publish", tier=4)
def publish(world: World, args: Args) -> Json:
    user, body = args.need("user_id"), _view(args)
    if user not in world.workspace.users:
        raise ApiError("invalid_arguments", messages=["[ERROR] invalid user_id"])
    home = world.workspace.homes.get(user)
    if home is None:
        home = make_view(world, user, body, kind="home")
        world.workspace.homes[user] = home
        world.workspace.changes.note()
    elif args.text("hash") and args.text("hash") != home.hash:
        raise ApiError("hash_conflict")
    else:
        replace_view(world, home, body)
    return {"view": view_json(world.workspace, home)}
