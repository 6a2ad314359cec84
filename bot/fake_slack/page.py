"""The page at `/`: what it is served, what it is told, and the guard at the door of the whole server."""

import asyncio
import html
import mimetypes
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.fake_slack.records import Json, Message, User
from bot.fake_slack.shapes import message_json, view_json

if TYPE_CHECKING:
    from bot.fake_slack.server import FakeSlack

_STATIC = Path(__file__).parent / "static"
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"
_LOCAL = ("127.0.0.1", "localhost", "[::1]")
_MOST_MESSAGES = 200
# A change is told this long after the one before at the earliest, so that a busy minute is not a storm of reloads.
_CALM_S = 0.05
_ALIVE_S = 15.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer only who asks for this machine by a local name: a foreign name that resolves here is somebody's trick."""
    if request.host.rsplit(":", 1)[0] not in _LOCAL:
        return web.Response(status=421, text="ask for 127.0.0.1")
    return await handler(request)


def state_for(slack: "FakeSlack", viewer: User) -> Json:
    """Everything the viewer sees: rooms, words, what is shown to nobody else, modals, App Home."""
    space = slack.workspace
    direct = space.direct_message(viewer.id).id
    rooms = [each for each in space.channels.values() if viewer.id in each.members]
    messages: dict[str, list[Json]] = {}
    for room in rooms:
        private = [each for each in space.ephemerals if each.channel == room.id and each.viewer == viewer.id]
        lines = sorted([*space.messages(room.id)[-_MOST_MESSAGES:], *private], key=lambda each: each.ts)
        messages[room.id] = [_line(slack, viewer, each) for each in lines]
    statuses: dict[str, dict[str, Json]] = {}
    for channel, thread in list(space.statuses):
        status = space.status(channel, thread)
        if status is not None and channel in messages:
            statuses.setdefault(channel, {})[thread] = {"text": status.text, "loading": status.loading_messages}
    home = space.homes.get(viewer.id)
    return {
        "version": space.changes.version,
        "workspace": space.name,
        "me": viewer.id,
        "app": {"id": space.app.id, "user": space.app.bot_user, "name": space.app.name},
        "dm": direct,
        "users": {each.id: _person(each) for each in space.users.values()},
        "channels": [
            {"id": each.id, "name": each.name, "kind": each.kind, "archived": each.archived, "members": each.members}
            for each in rooms
        ],
        "messages": messages,
        "statuses": statuses,
        "prompts": [
            {"channel": channel, "thread": thread, "prompts": prompts}
            for (channel, thread), prompts in space.prompts.items()
            if channel in messages
        ],
        "views": [_view(slack, viewer, each) for each in space.open_views(viewer.id)],
        "home": _view(slack, viewer, home) if home else None,
    }


def _person(user: User) -> Json:
    return {"name": user.shown_name, "handle": user.name, "bot": user.is_bot, "guest": user.guest, "gone": user.deleted}


def _line(slack: "FakeSlack", viewer: User, message: Message) -> Json:
    shown = message_json(slack.workspace, message, with_metadata=False)
    shown["ephemeral"] = message.viewer is not None
    for blocks in (shown.get("blocks", []), *(each.get("blocks", []) for each in shown.get("attachments", []))):
        _hide(blocks, viewer)
    if message.is_reply and message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    return shown


def _hide(blocks: list[Json], viewer: User) -> None:
    """Replace the buttons that are for others by nothing; `blocks` is changed as a list, its blocks are copied."""
    for index, block in enumerate(blocks):
        if block.get("type") in ("actions", "context_actions"):
            allowed = [
                each
                for each in block["elements"]
                if not each.get("visible_to_user_ids") or viewer.id in each["visible_to_user_ids"]
            ]
            blocks[index] = block | {"elements": allowed}


def _view(slack: "FakeSlack", viewer: User, view: Any) -> Json:
    return view_json(slack.workspace, view) | {"errors": view.errors, "trouble": view.trouble}


def page_routes(slack: "FakeSlack") -> list[web.RouteDef]:
    def file(name: str) -> web.Response:
        path = _STATIC / name
        if path.parent != _STATIC or not path.is_file():
            raise web.HTTPNotFound
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=path.read_bytes(), content_type=kind, charset="utf-8", headers=headers)

    async def index(request: web.Request) -> web.Response:
        return file("index.html")

    async def static(request: web.Request) -> web.Response:
        return file(request.match_info["name"])

    async def state(request: web.Request) -> web.Response:
        people = [each for each in slack.workspace.users.values() if not each.is_bot and not each.deleted]
        viewer = slack.workspace.users.get(request.query.get("viewer", ""))
        if viewer is None and not people:
            return web.json_response({"empty": True, "users": {}})
        return web.json_response(state_for(slack, viewer or people[0]))

    async def changes(request: web.Request) -> web.StreamResponse:
        """Server-sent events: the number of the latest change, whenever there is one."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        told = -1
        try:
            while True:
                version = slack.workspace.changes.version
                if version != told:
                    await response.write(f"data: {version}\n\n".encode())
                    told = version
                    await asyncio.sleep(_CALM_S)
                    continue
                try:
                    async with asyncio.timeout(_ALIVE_S):
                        await slack.workspace.changes.next()
                except TimeoutError:
                    await response.write(b": alive\n\n")
        except ConnectionError:
            return response

    async def permalink(request: web.Request) -> web.Response:
        digits = request.match_info["p"].removeprefix("p")
        ts = f"{digits[:-6]}.{digits[-6:]}"
        thread = request.query.get("thread_ts", ts)
        raise web.HTTPFound(f"/?channel={request.match_info['channel']}&thread={thread}")

    async def avatar(request: web.Request) -> web.Response:
        user = slack.workspace.users.get(request.match_info["user"])
        if user is None:
            raise web.HTTPNotFound
        letter = html.escape(user.shown_name[:1].upper())
        drawing = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><rect width="72" height="72" rx="14" '
            f'fill="#5a5f62"/><text x="36" y="48" font-size="36" text-anchor="middle" fill="#fff">{letter}</text></svg>'
        )
        return web.Response(text=drawing, content_type="image/svg+xml")

    return [
        web.get("/", index),
        web.get("/static/{name}", static),
        web.get("/ui/state", state),
        web.get("/ui/changes", changes),
        web.get("/archives/{channel}/{p}", permalink),
        web.get("/avatar/{user}.svg", avatar),
    ]
