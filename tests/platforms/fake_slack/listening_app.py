"""A real Bolt app behind a real HTTP port, which keeps what it hears and answers as a test tells it to."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack import FakeSlack

Seen = list[dict[str, Any]]


def bolt_app(slack: FakeSlack, client: AsyncWebClient, *, signing_secret: str | None = None) -> AsyncApp:
    return AsyncApp(
        client=client,
        signing_secret=signing_secret or slack.signing_secret,
        process_before_response=True,
        ignoring_self_events_enabled=False,
    )


@asynccontextmanager
async def served(slack: FakeSlack, application: web.Application) -> AsyncIterator[None]:
    """Serve the application and make it the app's request URL."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.app.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


class Listener:
    """Hears every event; `answer` is called for each and may raise."""

    def __init__(self, slack: FakeSlack, client: AsyncWebClient) -> None:
        self.events: Seen = []
        self.bodies: Seen = []
        self.headers: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], None] = lambda event: None
        self.app = bolt_app(slack, client)

        async def hear(body: dict[str, Any], event: dict[str, Any], request: Any) -> None:
            self.bodies.append(body)
            self.events.append(event)
            self.headers.append(request.headers)
            self.answer(event)

        self.app.event(re.compile(".*"))(hear)

    def of(self, kind: str, subtype: str | None = None) -> Seen:
        return [each for each in self.events if each["type"] == kind and each.get("subtype") == subtype]


Raw = Callable[[web.Request], Awaitable[web.StreamResponse]]


def raw(handler: Raw) -> web.Application:
    """An app that is no Bolt: for answers Bolt never gives."""
    application = web.Application()
    application.router.add_post("/slack/events", handler)
    return application
