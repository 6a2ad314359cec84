"""The fake Slack as one server on a loopback port: Web API, Socket Mode, response_url, control and the page.

async with FakeSlack(request_url="http://127.0.0.1:3000/slack/events") as slack:
    mia = slack.add_user("mia")
    message = await slack.say("mia", "@mia", "I was charged twice")
    answer = await slack.until(lambda: slack.replies("@mia", message.ts))
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, Self, TypeVar

from aiohttp import web

from bot.fake_slack.api import WebApi
from bot.fake_slack.contract import Contract
from bot.fake_slack.control import control_routes
from bot.fake_slack.delivery import Answer, Deliveries, HttpTransport
from bot.fake_slack.faults import Fault, FaultKind, Faults, Limits
from bot.fake_slack.interactions import Interactions
from bot.fake_slack.news import News
from bot.fake_slack.options import Options
from bot.fake_slack.page import guard, page_routes
from bot.fake_slack.people import People
from bot.fake_slack.records import App, Call, Message, View
from bot.fake_slack.responses import ResponseUrls
from bot.fake_slack.sockets import Sockets
from bot.fake_slack.workspace import Workspace
from bot.fake_slack.world import Triggers, World

T = TypeVar("T")
_BIGGEST_BODY = 4 * 1024 * 1024


class FakeSlack(People):
    """A Slack workspace with one app installed. Enter it to serve; enter and leave it in the same task.

    Without `request_url` the app is in Socket Mode. `clock` gives seconds since 1970 and rules over timestamps,
    triggers, statuses and limits, not over waiting for answers. `port` 0 takes a free one.
    """

    def __init__(
        self,
        *,
        request_url: str | None = None,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        options: Options | None = None,
        app_name: str = "Baton",
    ) -> None:
        self.app = App(
            id="A0BATON",
            name=app_name,
            bot_user="U0BATON",
            bot_id="B0BATON",
            bot_token=f"xoxb-{secrets.token_hex(12)}",
            app_token=f"xapp-1-A0BATON-{secrets.token_hex(12)}",
            signing_secret=secrets.token_hex(16),
            verification_token=secrets.token_hex(12),
            request_url=request_url,
        )
        self.options = options or Options()
        workspace = Workspace(clock, self.app, team="T0ACME", name="Acme", domain="acme")
        self.workspace = workspace
        self._spawned: set[asyncio.Task[None]] = set()
        deliveries = Deliveries(workspace, self.options, self._spawn)
        self.sockets = Sockets(workspace, self.options)
        world = World(
            workspace=workspace,
            options=self.options,
            news=News(workspace, deliveries.announce),
            contract=Contract(self.options.methods_index),
            triggers=Triggers(workspace, self.options),
            sockets=self.sockets,
        )
        self.responses = ResponseUrls(world)
        super().__init__(world, deliveries, Interactions(world, deliveries, self.responses))
        self.faults = Faults()
        self._api = WebApi(world, self.faults, Limits(clock))
        self._http = HttpTransport(workspace, self.options)
        self._wanted_port = port
        self._leaving = AsyncExitStack()
        self._group: asyncio.TaskGroup | None = None

    # ---- serving

    async def __aenter__(self) -> Self:
        self._group = await self._leaving.enter_async_context(asyncio.TaskGroup())
        await self._leaving.enter_async_context(self._http)
        self.deliveries.connect(http=self._http, socket=self.sockets)
        application = web.Application(client_max_size=_BIGGEST_BODY, middlewares=[guard])
        application.router.add_route("*", "/api/{method}", self._api.handle)
        application.router.add_get("/link/", self.sockets.accept)
        application.router.add_post(r"/actions/{team}/{key}", self.responses.handle)
        application.add_routes([*control_routes(self), *page_routes(self)])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._leaving.push_async_callback(runner.cleanup)
        self._leaving.push_async_callback(self._stop)
        site = web.TCPSite(runner, "127.0.0.1", self._wanted_port)
        await site.start()
        self.workspace.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        return self

    async def __aexit__(self, *exc: Any) -> bool | None:
        return await self._leaving.__aexit__(*exc)

    async def _stop(self) -> None:
        """Let go of everybody who waits, so that leaving does not wait for them."""
        self.faults.clear()
        for task in self._spawned:
            task.cancel()
        await self.sockets.close()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        assert self._group is not None, "nothing is sent before the fake Slack serves"
        task = self._group.create_task(work, name=name)
        self._spawned.add(task)
        task.add_done_callback(self._spawned.discard)

    # ---- addresses and secrets

    @property
    def url(self) -> str:
        """Where the page is; ends with a slash."""
        return self.workspace.url

    @property
    def api_url(self) -> str:
        """The base of the Web API, as SLACK_API_URL and AsyncWebClient(base_url=...) want it."""
        return f"{self.workspace.url}api/"

    @property
    def bot_token(self) -> str:
        return self.app.bot_token

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    async def verify_url(self) -> bool:
        """What Slack does when a request URL is entered: a signed challenge, which the answer must repeat."""
        challenge = secrets.token_urlsafe(24)
        body = {"token": self.app.verification_token, "challenge": challenge, "type": "url_verification"}
        answer: Answer = await self._http.send("events_api", body, attempt=0, reason="")
        return answer.ok and challenge in (answer.body.get("challenge"), answer.body.get("text"))

    # ---- looking

    def messages(self, channel: str) -> list[Message]:
        """Everything of a channel in order of time, replies included."""
        return self.workspace.messages(self.workspace.channel(channel).id)

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """A thread without its parent."""
        return self.workspace.thread(self.workspace.channel(channel).id, thread_ts)[1:]

    def ephemerals(self, user: str) -> list[Message]:
        """What only this user sees."""
        return [each for each in self.workspace.ephemerals if each.viewer == self.workspace.user(user).id]

    def modal(self, user: str) -> View | None:
        """The visible modal."""
        stack = self.workspace.open_views(self.workspace.user(user).id)
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        return self.workspace.homes.get(self.workspace.user(user).id)

    def status(self, channel: str, thread_ts: str) -> str:
        """The assistant's status under a thread, "" if there is none (any more)."""
        found = self.workspace.status(self.workspace.channel(channel).id, thread_ts)
        return found.text if found else ""

    def calls(self, method: str | None = None) -> list[Call]:
        return [each for each in self._api.calls if method in (None, each.method)]

    @property
    def violations(self) -> list[str]:
        """What was said to Slack, or by this fake, that Slack's reference does not know."""
        return self.world.contract.violations

    # ---- trouble

    def fault(
        self,
        kind: FaultKind,
        method: str = "*",
        *,
        times: int | None = 1,
        skip: int = 0,
        seconds: float = 1.0,
        code: str = "internal_error",
        status: int = 500,
        channel: str | None = None,
    ) -> Fault:
        """Let calls of the Web API go wrong; see `Fault` for the kinds. Returns it, to be watched and released."""
        where = self.workspace.channel(channel).id if channel else None
        fault = Fault(kind, method, times, skip, seconds, code, status, where)
        return self.faults.add(fault)

    # ---- waiting

    async def until(self, condition: Callable[[], T], *, within_s: float = 60.0) -> T:
        """The first truthy value of `condition`, which is asked after every change here.

        Raises:
            TimeoutError: nothing truthy in that time.
        """
        async with asyncio.timeout(within_s):
            while not (value := condition()):
                await self.workspace.changes.next()
        return value

    async def settled(self, *, within_s: float = 60.0) -> None:
        """Wait until every event has arrived or was given up, and no call of the Web API is being answered."""
        await self.until(lambda: not self.deliveries.in_flight and not self._api.in_progress, within_s=within_s)
