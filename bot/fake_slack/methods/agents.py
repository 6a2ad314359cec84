"""assistant.threads.* and agents.sessions.*: what an agent shows beside its messages."""

from bot.fake_slack.arguments import Args
from bot.fake_slack.methods.chat import own_name
from bot.fake_slack.methods.registry import method
from bot.fake_slack.records import AgentStatus, ApiError, Json, Session
from bot.fake_slack.world import World

SESSION_STATES = ("active", "processing", "suspended", "closed")
_MOST_LOADING_MESSAGES = 10
_MOST_PROMPTS = 4


def _thread(world: World, args: Args, error: str) -> tuple[str, str]:
    channel = world.workspace.visible_to_app(args.need("channel_id"))
    root = world.workspace.root_ts(channel.id, args.text("thread_ts"))
    if root is None:
        raise ApiError(error)
    return channel.id, root


@method("assistant.threads.setStatus", "chat:write")
def set_status(world: World, args: Args) -> Json:
    """An empty status clears it; so do the app's reply in the thread, and two minutes."""
    key = _thread(world, args, "invalid_thread_ts")
    own_name(world, args)
    loading = args.items("loading_messages")
    if len(loading) > _MOST_LOADING_MESSAGES:
        raise ApiError("invalid_arguments", messages=["[ERROR] no more than 10 loading_messages"])
    if args.text("status"):
        until = world.workspace.now() + world.options.status_lives_s
        world.workspace.statuses[key] = AgentStatus(args.text("status"), until, loading)
    else:
        world.workspace.statuses.pop(key, None)
    world.workspace.changes.note()
    return {}


@method("assistant.threads.setTitle", "assistant:write", tier=4)
def set_title(world: World, args: Args) -> Json:
    world.workspace.titles[_thread(world, args, "invalid_thread_ts")] = args.need("title")
    world.workspace.changes.note()
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write", tier=4)
def set_suggested_prompts(world: World, args: Args) -> Json:
    """Without thread_ts the prompts stand at the top of the direct message, as agents have it now."""
    if not world.app.is_agent:
        raise ApiError("not_agent_app")
    channel = world.workspace.visible_to_app(args.need("channel_id"))
    thread = _thread(world, args, "invalid_thread_ts")[1] if args.text("thread_ts") else None
    prompts = args.items("prompts")
    wrong = [each for each in prompts if not isinstance(each, dict) or not {"title", "message"} <= set(each)]
    if wrong or len(prompts) > _MOST_PROMPTS:
        raise ApiError("invalid_arguments", messages=["[ERROR] at most 4 prompts, each with title and message"])
    world.workspace.prompts[channel.id, thread] = prompts
    world.workspace.changes.note()
    return {}


def _session_thread(world: World, args: Args) -> tuple[str, str]:
    if not args.text("thread_ts"):
        world.workspace.visible_to_app(args.need("channel_id"))
        raise ApiError("thread_ts_required")
    return _thread(world, args, "channel_not_found")


@method("agents.sessions.setStatus", "chat:write", tier=3)
def set_session_status(world: World, args: Args) -> Json:
    if not world.app.is_agent:
        raise ApiError("feature_disabled")
    key = _session_thread(world, args)
    status = args.need("status")
    if status not in SESSION_STATES:
        raise ApiError("invalid_status")
    initiator = args.text("initiator_user_id") or None
    if initiator is not None and initiator not in world.workspace.users:
        raise ApiError("user_not_found")
    own_name(world, args)
    # Title and initiator count only when the session begins.
    session = world.workspace.sessions.setdefault(key, Session(status, args.text("title"), initiator))
    session.status = status
    world.workspace.changes.note()
    if "agent_session_stopped" not in world.app.events:
        return {"warning": "missing_agent_session_stopped_event_subscription"}
    return {}


@method("agents.sessions.rename", "chat:write", tier=3)
def rename_session(world: World, args: Args) -> Json:
    if not world.app.is_agent:
        raise ApiError("feature_disabled")
    session = world.workspace.sessions.get(_session_thread(world, args))
    if session is None:
        raise ApiError("session_not_found")
    session.title = args.need("title")
    world.workspace.changes.note()
    return {}
