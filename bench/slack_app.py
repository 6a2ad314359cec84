"""Two servers for one question: Baton's Slack ingress over a store, and bare Bolt with a listener that does nothing.

`python -m bench.slack_app REDIS_URL` serves the first, without an address the second, both at POST /slack/events.
"""

import contextlib
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.observe.logs import configure
from bot.platforms.slack.inbound import SlackInbound
from bot.store.redis import RedisStore

from .listening import serve
from .load import policy

SECRET = "bench"
PATH = "/slack/events"


class Silent:
    """A voice for what nobody is told here."""

    async def tell(self, channel: str, user: str, thread_ts: str, text: str) -> None:
        return None

    async def answer(self, response_url: str, text: str) -> None:
        return None

    async def open(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        return None


async def alive(_: Request) -> JSONResponse:
    return JSONResponse({"ok": True})


def ours(url: str) -> Starlette:
    store = RedisStore(url)
    in_force = policy()
    inbound = SlackInbound(store, lambda: in_force, Silent(), ingress=store.owner, signing_secret=SECRET)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with store, inbound:
            yield

    routes = [Route("/healthz", alive), Route(PATH, inbound.asgi, methods=["POST"])]  # type: ignore[arg-type]
    return Starlette(routes=routes, lifespan=lifespan)


def bare() -> Starlette:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)

    app = AsyncApp(name="bare", signing_secret=SECRET, process_before_response=True, authorize=authorize)

    @app.event("message")
    async def nothing() -> None:
        return None

    handler: Any = AsyncSlackRequestHandler(app, path=PATH)
    return Starlette(routes=[Route("/healthz", alive), Route(PATH, handler, methods=["POST"])])


if __name__ == "__main__":
    configure(quiet=True)
    serve(ours(sys.argv[1]) if len(sys.argv) > 1 else bare())
