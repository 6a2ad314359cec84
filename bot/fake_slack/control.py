"""The control API over HTTP: `POST /control/<name>` with the arguments of the Python method as a JSON object.

`GET /control/` lists the names. An act that Slack's client would refuse is 409, a wrong argument 400. Bodies must be
JSON: a foreign web page cannot send that without being asked first, and it is not answered then.
"""

import dataclasses
import inspect
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.fake_slack.records import Channel, Impossible, Json, Message, View, words
from bot.fake_slack.shapes import channel_json, message_json, view_json

if TYPE_CHECKING:
    from bot.fake_slack.server import FakeSlack

# The methods of FakeSlack that can be called; the others are in `_troubles`.
_METHODS = words(
    "add_user add_bot add_channel add_group set_group_members deactivate archive uninstall dm "
    "say bot_says edit delete react unreact join invite leave set_presence pause_notifications open_home look_at "
    "stop_agent click click_in_modal click_in_home submit close_modal command shortcut "
    "messages replies ephemerals modal home status calls verify_url settled fault"
)


def _shown(slack: "FakeSlack", value: Any) -> Any:
    """A result as JSON; messages, channels and views look as Slack shows them."""
    if isinstance(value, Message):
        return message_json(slack.workspace, value) | {"channel": value.channel, "viewer": value.viewer}
    if isinstance(value, Channel):
        return channel_json(slack.workspace, value)
    if isinstance(value, View):
        return view_json(slack.workspace, value) | {"errors": value.errors, "trouble": value.trouble}
    if isinstance(value, list | tuple):
        return [_shown(slack, each) for each in value]
    if dataclasses.is_dataclass(value):
        return {each.name: _shown(slack, getattr(value, each.name)) for each in dataclasses.fields(value)}
    return value if isinstance(value, str | int | float | bool | dict | None) else None


def _troubles(slack: "FakeSlack") -> dict[str, Any]:
    """The controls that are not methods of FakeSlack itself."""

    def configure(**given: Any) -> Json:
        """request_url, scopes and events of the app, real_limits: what is named is changed; answers how it is."""
        if "request_url" in given:
            slack.app.request_url = given["request_url"]
        if "scopes" in given:
            slack.app.scopes = set(given["scopes"])
        if "events" in given:
            slack.app.events = set(given["events"])
        if "real_limits" in given:
            slack.options.real_limits = bool(given["real_limits"])
        return {
            "api_url": slack.api_url,
            "bot_token": slack.bot_token,
            "app_token": slack.app_token,
            "signing_secret": slack.signing_secret,
            "request_url": slack.app.request_url,
            "scopes": sorted(slack.app.scopes),
            "events": sorted(slack.app.events),
        }

    return {
        "configure": configure,
        "clear_faults": slack.faults.clear,
        "hold_events": slack.deliveries.hold,
        "release_events": slack.deliveries.release,
        "duplicate_events": slack.deliveries.duplicate,
        "delay_events": slack.deliveries.delay,
        "repeat_event": slack.deliveries.repeat,
        "disconnect_sockets": slack.sockets.disconnect,
        "lose_sockets": slack.sockets.lose,
        "violations": lambda: slack.violations,
        "deliveries": lambda: slack.deliveries.log,
        "responses": lambda: slack.responses.answers,
    }


def control_routes(slack: "FakeSlack") -> list[web.RouteDef]:
    extra = _troubles(slack)
    actions = {name: getattr(slack, name) for name in sorted(_METHODS)} | extra

    async def listing(request: web.Request) -> web.Response:
        words = {name: inspect.getdoc(action) or "" for name, action in actions.items()}
        return web.json_response(words)

    async def perform(request: web.Request) -> web.Response:
        action = actions.get(request.match_info["name"])
        if action is None:
            return web.json_response({"ok": False, "error": "there is no such control"}, status=404)
        if request.content_type != "application/json":
            return web.json_response({"ok": False, "error": "send application/json"}, status=415)
        try:
            given = await request.json() if request.can_read_body else {}
            inspect.signature(action).bind(**given)
        except (ValueError, TypeError) as wrong:
            return web.json_response({"ok": False, "error": str(wrong)}, status=400)
        try:
            result = action(**given)
            if inspect.isawaitable(result):
                result = await result
        except Impossible as refused:
            # The page asks under /ui: a browser logs every 409, and a half-filled form is nothing to complain about.
            status = 200 if request.path.startswith("/ui/") else 409
            return web.json_response({"ok": False, "error": str(refused), "refused": True}, status=status)
        return web.json_response({"ok": True, "result": _shown(slack, result)})

    return [web.get("/control/", listing), web.post("/control/{name}", perform), web.post("/ui/act/{name}", perform)]
