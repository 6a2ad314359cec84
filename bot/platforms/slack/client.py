"""Calls of Slack's Web API: one session, our own kinds of errors, and who and what is there, remembered for a while.

Nothing is sent again here. Slack's own retry after a dropped connection posts twice, and whether a line may be sent
again is for the outbox to decide.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import structlog
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    TCPConnector,
)
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from handlers.ports import Permanent, Temporary

log = structlog.get_logger("baton.slack")

API_URL: Final = "https://slack.com/api/"
# A call that was cut off may be on its way for this long; whoever looks it up waits longer (World.settle_s).
HTTP_TIMEOUT_S: Final = 7.0
CONNECT_TIMEOUT_S: Final = 3.0
KEPT_S: Final = 600.0
KEPT_MOST: Final = 5_000
LOOK_AGAIN_S: Final = 30.0  # a name that was not there: how soon the channels are listed anew
PAGE: Final = 999

# Surely nothing happened, and it may work later.
LATER: Final = frozenset({"ratelimited", "rate_limited", "streaming_state_conflict", "message_limit_exceeded"})
# Slack itself does not know whether it happened.
UNSURE: Final = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
# The whole installation is of no use any more.
LOCKED_OUT: Final = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked", "team_access_not_granted"}
)
SENTENCES: Final[Mapping[str, str]] = {
    "account_inactive": "the app's token belongs to a deleted user or workspace",
    "cannot_dm_bot": "apps cannot be written to directly",
    "cannot_reply_to_message": "the thread is gone or takes no replies",
    "channel_not_found": "there is no such channel, or the app may not see it",
    "invalid_auth": "the token is not valid",
    "invalid_blocks": "Slack refuses the form of the message",
    "is_archived": "the channel is archived",
    "is_inactive": "the channel is archived",
    "message_not_found": "the message is gone",
    "missing_scope": "the app lacks a permission; add it to the app and install it again",
    "msg_too_long": "the message is too long",
    "not_in_channel": "the app is not a member of the channel; invite it",
    "restricted_action": "the workspace lets only some people post there",
    "thread_not_found": "the thread is gone",
    "token_revoked": "the token was revoked; install the app again",
    "user_disabled": "the account is deactivated",
    "user_not_found": "there is no such member",
}


class SlackRefusal(Permanent):
    """Slack said no and will say so again. `code` is its word, `needed` the scope that is missing."""

    def __init__(self, code: str, needed: str = "") -> None:
        said = SENTENCES.get(code, "Slack refuses")
        super().__init__(f"{said} ({code}{f': {needed}' if needed else ''})")
        self.code = code
        self.needed = needed


class Web:
    """The Web API under one bot token. `async with Web(token) as web`: the session lives as long as the block.

    Attributes:
        client: the SDK's client over the shared session; `ask` awaits its calls and translates what goes wrong.
        session: that session, for whoever talks to Slack beside the Web API.
    """

    client: AsyncWebClient
    session: ClientSession

    def __init__(self, token: str, *, base_url: str = API_URL, timeout_s: float = HTTP_TIMEOUT_S) -> None:
        self._token = token
        self._base_url = base_url
        self._timeout_s = timeout_s

    async def __aenter__(self) -> Self:
        # The time-out is the session's: with a shared session the SDK ignores the client's own.
        limit = ClientTimeout(total=self._timeout_s, sock_connect=min(CONNECT_TIMEOUT_S, self._timeout_s))
        self.session = ClientSession(timeout=limit, connector=TCPConnector(limit=100))
        self.client = AsyncWebClient(
            token=self._token, base_url=self._base_url, session=self.session, retry_handlers=[]
        )
        if urlsplit(self._base_url).hostname in ("127.0.0.1", "localhost", "::1"):
            self.client.proxy = None  # the SDK reads HTTP_PROXY and knows no exceptions
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    async def ask(self, answer: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
        """The answer's fields.

        Raises:
            SlackRefusal: for good. Temporary: not now; `certain` where it surely did not happen.
        """
        data = (await self.answer(answer)).data
        return data if isinstance(data, dict) else {}

    async def answer(self, answer: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        """The same with its headers."""
        try:
            return await answer
        except SlackApiError as error:
            raise translated(error) from error
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise Temporary(f"Slack cannot be reached: {type(error).__name__}", certain=True) from error
        except (ClientError, TimeoutError, OSError) as error:
            raise Temporary(f"the connection to Slack broke: {type(error).__name__}") from error


def translated(error: SlackApiError) -> Temporary | SlackRefusal:
    """Slack's refusal as ours. Also for an answer that is no JSON, which the SDK hands on unread."""
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    data = data if isinstance(data, dict) else {}
    code = str(data.get("error") or "")
    if status == 429 or code in LATER:
        wait_s = _seconds(getattr(response, "headers", None) or {})
        return Temporary(f"Slack asks to wait ({code or 429})", retry_after_s=wait_s, certain=True)
    if status >= 500 or code in UNSURE or not code:
        return Temporary(f"Slack has trouble ({code or status})")
    if code in LOCKED_OUT:
        log.error("slack.locked_out", code=code)
    return SlackRefusal(code, str(data.get("needed") or ""))


def _seconds(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("Retry-After") or 1))
    except ValueError:
        return 1.0


Value = TypeVar("Value")


class Kept(Generic[Value]):
    """What was found out, for some minutes; the oldest goes first when there is too much."""

    def __init__(self, *, for_s: float = KEPT_S, most: int = KEPT_MOST) -> None:
        self._for_s = for_s
        self._most = most
        self._known: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    def get(self, name: str) -> Value | None:
        found = self._known.get(name)
        if found is None or found[0] < time.monotonic():
            return None
        return found[1]

    def put(self, name: str, value: Value) -> Value:
        self._known.pop(name, None)
        self._known[name] = (time.monotonic() + self._for_s, value)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return value

    def drop(self, name: str) -> None:
        self._known.pop(name, None)


@dataclass(frozen=True, slots=True)
class Me:
    """The app in its workspace. `url` ends with a slash."""

    url: str
    team: str
    user: str
    bot: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person or an app of the workspace. `name` is what others see; `timezone` is an IANA zone or empty."""

    id: str
    name: str
    picture: str
    timezone: str
    is_bot: bool
    deleted: bool
    restricted: bool


class Directory:
    """Who and what is in the workspace. Answers may be ten minutes old."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._me: Me | None = None
        self._members: Kept[Member] = Kept()
        self._channels: Kept[str] = Kept(most=50_000)
        self._direct: Kept[str] = Kept()
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._listed = -LOOK_AGAIN_S

    def _alone(self, what: str) -> asyncio.Lock:
        """Fifty who need the same answer ask once: lists and openings are limited to some tens a minute."""
        return self._asking.setdefault(what, asyncio.Lock())

    async def me(self) -> Me:
        async with self._alone("me"):
            if self._me is None:
                said = await self._web.ask(self._web.client.auth_test())
                url = str(said.get("url") or "").rstrip("/")
                team, user, bot = (str(said.get(name) or "") for name in ("team_id", "user_id", "bot_id"))
                self._me = Me(f"{url}/", team, user, bot)
            return self._me

    async def member(self, user: str) -> Member | None:
        """None: there is nobody of that id."""
        async with self._alone(f"member {user}"):
            return self._members.get(user) or await self._look_up(user)

    async def _look_up(self, user: str) -> Member | None:
        try:
            said = await self._web.ask(self._web.client.users_info(user=user))
        except SlackRefusal as refusal:
            if refusal.code in ("user_not_found", "user_not_visible", "missing_scope"):
                return None
            raise
        found = said.get("user") or {}
        profile = found.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or found.get("real_name") or found.get("name")
        return self._members.put(
            user,
            Member(
                id=user,
                name=str(name or user),
                picture=str(profile.get("image_192") or profile.get("image_72") or ""),
                timezone=str(found.get("tz") or ""),
                is_bot=bool(found.get("is_bot")),
                deleted=bool(found.get("deleted")),
                restricted=bool(found.get("is_restricted")),
            ),
        )

    async def name(self, user: str) -> str:
        """What others see of that member; the id where nobody says. Never raises: a name is not worth a line."""
        try:
            member = await self.member(user)
        except (Temporary, Permanent):
            return user
        return member.name if member is not None else user

    async def channel(self, written: str) -> str | None:
        """The id of a channel as config.yaml writes it, `#desk` or an id. None: no open channel has that name."""
        if not written.startswith("#"):
            return written
        name = written.removeprefix("#")
        known = self._channels.get(name)
        if known is not None:
            return known
        async with self._alone("channels"):
            if self._channels.get(name) is None and time.monotonic() - self._listed >= LOOK_AGAIN_S:
                await self._list_channels()
                self._listed = time.monotonic()
        return self._channels.get(name)

    def forget_channel(self, written: str) -> None:
        """It is not what it was. Listed anew when it is asked for again, but not for every card."""
        self._channels.drop(written.removeprefix("#"))

    async def _list_channels(self) -> None:
        """Those that the scopes let us see; without the one for private channels the public ones must do."""
        try:
            await self._list("public_channel,private_channel")
        except SlackRefusal as refusal:
            if refusal.code != "missing_scope":
                raise
            log.warning("slack.channels_hidden", needed=refusal.needed)
            for types in ("public_channel", "private_channel"):
                with contextlib.suppress(SlackRefusal):
                    await self._list(types)

    async def _list(self, types: str) -> None:
        cursor = ""
        while True:
            said = await self._web.ask(
                self._web.client.conversations_list(
                    types=types, exclude_archived=True, limit=PAGE, cursor=cursor or None
                )
            )
            for each in said.get("channels") or ():
                self._channels.put(str(each["name"]), str(each["id"]))
            cursor = str((said.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def direct(self, user: str) -> str:
        """The channel of the direct message between that person and the app."""
        async with self._alone(f"direct {user}"):
            known = self._direct.get(user)
            if known is None:
                said = await self._web.ask(self._web.client.conversations_open(users=[user]))
                known = self._direct.put(user, str(said["channel"]["id"]))
            return known

    async def permalink(self, channel: str, ts: str) -> str:
        """Made up rather than asked for: its form does not change. Empty while nobody says the domain."""
        try:
            return f"{(await self.me()).url}archives/{channel}/p{ts.replace('.', '')}"
        except (Temporary, Permanent):
            return ""
