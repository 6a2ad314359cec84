"""response_url: the address with which the app answers one interaction, five times within half an hour."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.fake_slack.blocks import attachments_with_ids, check_attachments, check_blocks, with_ids
from bot.fake_slack.records import ApiError, Json, Message
from bot.fake_slack.world import World


@dataclass
class ResponseUrl:
    user: str
    channel: str
    ts: str | None
    """The message that the interaction came from, None for a command or a shortcut."""
    issued: float
    used: int = 0


class ResponseUrls:
    """`answers` are all bodies that were posted, in order."""

    def __init__(self, world: World) -> None:
        self.answers: list[Json] = []
        self._world = world
        self._issued: dict[str, ResponseUrl] = {}

    def issue(self, user: str, channel: str, ts: str | None) -> str:
        key = secrets.token_urlsafe(18)
        self._issued[key] = ResponseUrl(user, channel, ts, self._world.workspace.now())
        return f"{self._world.workspace.url}actions/{self._world.workspace.team}/{key}"

    async def handle(self, request: web.Request) -> web.Response:
        url = self._issued.get(request.match_info["key"])
        options = self._world.options
        if url is None or self._world.workspace.now() - url.issued > options.response_url_lives_s:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if url.used >= options.response_url_uses:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            body = await request.json()
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        try:
            self._answer(url, body)
        except ApiError as wrong:
            return web.json_response({"ok": False, "error": wrong.code} | wrong.more, status=400)
        url.used += 1
        self.answers.append(body)
        return web.json_response({"ok": True})

    def _answer(self, url: ResponseUrl, body: Json) -> None:
        workspace = self._world.workspace
        source = None
        if url.ts is not None:
            source = workspace.message(url.channel, url.ts) or workspace.ephemeral(url.channel, url.ts)
        if body.get("delete_original"):
            if source is not None:
                self._world.remove(source)
            return
        if body.get("replace_original"):
            if source is None:
                raise ApiError("message_not_found")
            self._world.edit(source, editor=self._world.app.bot_id, **self._content(body))
            return
        self.show(url.user, url.channel, body)

    def _content(self, body: Json) -> Json:
        if not any(body.get(name) for name in ("text", "blocks", "attachments")):
            raise ApiError("no_text")
        found: Json = {"text": body.get("text", "")}
        check_blocks(body.get("blocks", []))
        check_attachments(body.get("attachments", []))
        found["blocks"] = with_ids(body.get("blocks", []), self._world.workspace.new_block_id)
        found["attachments"] = attachments_with_ids(body.get("attachments", []), self._world.workspace.new_block_id)
        return found

    def show(self, user: str, channel: str, body: Json) -> Message:
        """A new message of the app: to `user` only, or to the channel if `response_type` is in_channel.

        It goes to a thread only if `thread_ts` says so, wherever the button was.
        """
        app = self._world.app
        in_channel = body.get("response_type") == "in_channel"
        message = Message(
            channel,
            self._world.workspace.new_ts(),
            user=app.bot_user,
            bot_id=app.bot_id,
            app_id=app.id,
            thread_ts=body.get("thread_ts"),
            viewer=None if in_channel else user,
            **self._content(body),
        )
        return self._world.post(message)
