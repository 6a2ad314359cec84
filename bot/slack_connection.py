"""Slack, assembled: the Web API's session, the platform that posts, the ingress that listens, and its sockets."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from handlers.ports import Permanent, Temporary
from routing.conversation import Conversation
from routing.policy import Policy

from .platforms.slack.client import API_URL, Web
from .platforms.slack.events import UNKNOWN, Identity
from .platforms.slack.inbound import SlackInbound
from .platforms.slack.outbound import SlackPlatform
from .platforms.slack.rereading import Rereading
from .platforms.slack.socket_mode import SlackSockets
from .platforms.slack.voice import WebVoice
from .settings import Settings
from .store.redis import RedisStore

log = structlog.get_logger("baton.slack")


@dataclass(frozen=True, slots=True)
class SlackConnection:
    """`inbound` and `rereading` are None in a process that takes no events in, `sockets` without an app token."""

    platform: SlackPlatform
    inbound: SlackInbound | None = None
    sockets: SlackSockets | None = None
    rereading: Rereading | None = None


@asynccontextmanager
async def connect_slack(
    settings: Settings, store: RedisStore, policy: Callable[[], Policy], *, takes_events: bool
) -> AsyncIterator[SlackConnection]:
    """Slack for one process. Slack being away is no reason not to start: rows wait in the outbox."""
    assert settings.slack_bot_token is not None

    async def policy_of(_: str) -> Policy:
        return policy()

    async def number_of(conversation: Conversation, version: int) -> int | None:
        return await store.index(conversation, version)

    base_url = settings.slack_api_url or API_URL
    async with Web(settings.slack_bot_token.get_secret_value(), base_url=base_url) as web:
        platform = SlackPlatform(web, store, policy_of, number_of=number_of)
        if not takes_events:
            yield SlackConnection(platform)
            return
        secret, app_token = settings.slack_signing_secret, settings.slack_app_token
        inbound = SlackInbound(
            store, policy, WebVoice(web), ingress=store.owner,
            signing_secret=secret.get_secret_value() if secret is not None else "",
            identity=await _who_we_are(web), channel_id=platform.directory.channel,
        )  # fmt: skip
        async with inbound:
            sockets = None
            if app_token is not None:
                sockets = SlackSockets(inbound.accept, app_token.get_secret_value(), web.client)
            rereading = Rereading(web, store, store, inbound.hear, store.generation, store.spend_once)
            yield SlackConnection(platform, inbound, sockets, rereading)


async def _who_we_are(web: Web) -> Identity:
    """What `auth.test` says; without an answer each payload tells."""
    try:
        me = await web.ask(web.client.auth_test())
    except (Temporary, Permanent) as error:
        log.warning("slack.unknown_identity", reason=str(error))
        return UNKNOWN
    return Identity(team=str(me["team_id"]), bot_user=str(me["user_id"]), app_id=str(me.get("app_id") or ""))
