"""The Web API's front door: who calls, may they, what goes wrong on command, and the record of it all."""

import asyncio
import math

from aiohttp import web

from bot.fake_slack.arguments import Args, read_arguments
from bot.fake_slack.faults import Fault, Faults, Limits
from bot.fake_slack.methods import METHODS, Method
from bot.fake_slack.records import ApiError, Call, Json
from bot.fake_slack.world import World


class WebApi:
    """Serves `/api/{method}`. `calls` are all calls in the order in which they were decided."""

    def __init__(self, world: World, faults: Faults, limits: Limits) -> None:
        self.calls: list[Call] = []
        self.in_progress = 0
        self._world = world
        self._faults = faults
        self._limits = limits

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.in_progress += 1
        try:
            return await self._handle(request, request.match_info["method"])
        finally:
            self.in_progress -= 1
            self._world.workspace.changes.note()

    async def _handle(self, request: web.Request, name: str) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            args, is_json = await read_arguments(request)
        except ApiError as wrong:
            return self._answer(name, {}, token, {"ok": False, "error": wrong.code} | wrong.more)
        token = str(args.pop("token", "") or token)
        self._world.contract.check_call(name, args, is_json=is_json)
        met = self._faults.meeting(name, args)
        if met is not None:
            self._world.workspace.changes.note()
            early = await self._fail_early(request, met, name, args, token)
            if early is not None:
                return early
        method = METHODS.get(name)
        wait_s = self._limited(method, args)
        if wait_s is not None:
            return self._too_many(name, args, token, wait_s)
        try:
            answer = self._run(method, name, args, token)
        except ApiError as wrong:
            return self._refused(name, args, token, wrong)
        response = self._answer(name, args, token, {"ok": True} | answer)
        return response if met is None else await self._fail_late(request, met, response)

    def _limited(self, method: Method | None, args: Json) -> int | None:
        if method is None or not self._world.options.real_limits:
            return None
        return self._limits.retry_after(method.name, method.tier, str(args.get("channel", "")))

    def _run(self, method: Method | None, name: str, args: Json, token: str) -> Json:
        if method is None:
            raise ApiError("unknown_method", req_method=name)
        app = self._world.app
        if method.caller != "anyone":
            if not token:
                raise ApiError("not_authed")
            if token not in (app.bot_token, app.app_token):
                raise ApiError("invalid_auth")
            if token != (app.app_token if method.caller == "app" else app.bot_token):
                raise ApiError("not_allowed_token_type")
        if method.caller == "bot" and method.scopes:
            self._world.require(*method.scopes)
        return method.run(self._world, Args(args))

    async def _fail_early(
        self, request: web.Request, fault: Fault, name: str, args: Json, token: str
    ) -> web.Response | None:
        """What goes wrong before anything happened; None if the call is carried out after all."""
        match fault.kind:
            case "hold_before":
                await fault.released.wait()
            case "drop_before":
                self._record(name, args, token, {"ok": False, "error": "cut"}, committed=False)
                return self._cut(request)
            case "http_error":
                self._record(name, args, token, {"ok": False, "error": f"http_{fault.status}"}, committed=False)
                return web.Response(status=fault.status, text="<h1>Server Error</h1>", content_type="text/html")
            case "ratelimited":
                return self._too_many(name, args, token, math.ceil(fault.seconds))
            case "error":
                return self._refused(name, args, token, ApiError(fault.code))
        return None

    async def _fail_late(self, request: web.Request, fault: Fault, response: web.Response) -> web.Response:
        """What goes wrong after the call was carried out."""
        match fault.kind:
            case "delay":
                await asyncio.sleep(fault.seconds)
            case "hold":
                await fault.released.wait()
            case "drop_after":
                return self._cut(request)
        return response

    def _refused(self, name: str, args: Json, token: str, wrong: ApiError) -> web.Response:
        self._world.contract.check_error(name, wrong.code)
        return self._answer(name, args, token, {"ok": False, "error": wrong.code} | wrong.more)

    def _too_many(self, name: str, args: Json, token: str, wait_s: int) -> web.Response:
        response = self._answer(name, args, token, {"ok": False, "error": "ratelimited"})
        response.set_status(429)
        response.headers["Retry-After"] = str(wait_s)
        return response

    def _answer(self, name: str, args: Json, token: str, body: Json) -> web.Response:
        self._record(name, args, token, body, committed=bool(body["ok"]))
        headers = {}
        if token == self._world.app.bot_token:
            headers["X-OAuth-Scopes"] = ",".join(sorted(self._world.app.scopes))
            method = METHODS.get(name)
            if method is not None and method.scopes:
                headers["X-Accepted-OAuth-Scopes"] = ",".join(method.scopes)
        return web.json_response(body, headers=headers)

    def _record(self, name: str, args: Json, token: str, body: Json, *, committed: bool) -> None:
        error = None if body["ok"] else str(body["error"])
        self.calls.append(Call(name, args, self._world.workspace.now(), token, error, body, committed))
        self._world.workspace.changes.note()

    @staticmethod
    def _cut(request: web.Request) -> web.Response:
        """Drop the connection without a byte of an answer."""
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=499)
