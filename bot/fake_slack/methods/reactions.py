"""reactions.add and reactions.remove."""

from bot.fake_slack.arguments import Args
from bot.fake_slack.methods.registry import method
from bot.fake_slack.records import ApiError, Json, Message
from bot.fake_slack.world import World


def _message(world: World, args: Args) -> Message:
    channel = world.workspace.visible_to_app(args.need("channel"))
    message = world.workspace.message(channel.id, args.need("timestamp"))
    if message is None:
        raise ApiError("message_not_found")
    return message


@method("reactions.add", "reactions:write", tier=3)
def add(world: World, args: Args) -> Json:
    message, name = _message(world, args), args.need("name").strip(":")
    if world.workspace.channels[message.channel].archived:
        raise ApiError("is_archived")
    users = message.reactions.setdefault(name, [])
    if world.app.bot_user in users:
        raise ApiError("already_reacted")
    users.append(world.app.bot_user)
    world.workspace.changes.note()
    world.news.reacted("reaction_added", world.app.bot_user, name, message)
    return {}


@method("reactions.remove", "reactions:write", tier=2)
def remove(world: World, args: Args) -> Json:
    message, name = _message(world, args), args.need("name").strip(":")
    users = message.reactions.get(name, [])
    if world.app.bot_user not in users:
        raise ApiError("no_reaction")
    users.remove(world.app.bot_user)
    if not users:
        del message.reactions[name]
    world.workspace.changes.note()
    world.news.reacted("reaction_removed", world.app.bot_user, name, message)
    return {}
