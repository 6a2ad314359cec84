"""How news reaches the app: signed HTTP posts or Socket Mode envelopes, repeated as Slack repeats them.

An event is sent up to four times; what a person did (a click, a form, a command) is sent once, and that person sees
when nobody answered. Events of one channel start in order: the next one's first attempt begins when the one before
was answered or given up. Slack does not promise even that, hence the faults: twice, late, in another order.
"""

import asyncio
import hashlib
import hmac
import json
import time
import urllib.parse
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import aiohttp

from bot.fake_slack.options import Options
from bot.fake_slack.records import Json
from bot.fake_slack.workspace import Workspace

Kind = Literal["events_api", "interactive", "slash_commands"]
Spawn = Callable[[Coroutine[Any, Any, None], str], None]


@dataclass(frozen=True)
class Answer:
    """What the app answered; `status` is None if nothing came. `reason` is Slack's word for the failure."""

    status: int | None
    body: Json
    reason: str = ""
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Attempt:
    number: int
    reason: str
    at: float
    answer: Answer


@dataclass
class Delivered:
    """The story of one event: what was sent, each attempt, and whether it arrived in the end."""

    event_id: str
    payload: Json
    attempts: list[Attempt] = field(default_factory=list)
    finished: bool = False

    @property
    def type(self) -> str:
        return str(self.payload["event"]["type"])

    @property
    def arrived(self) -> bool:
        return any(attempt.answer.ok for attempt in self.attempts)


class Transport(Protocol):
    async def send(self, kind: Kind, payload: Json, *, attempt: int, reason: str) -> Answer:
        """Hand one payload to the app and wait for its answer. Never raises for what the app does."""
        ...


def sign(secret: str, body: str, timestamp: str) -> str:
    """The v0 signature of a request body."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


class HttpTransport:
    """Posts to the app's request URL, signed. The signature's time is the wall clock's: the app compares with that."""

    def __init__(self, workspace: Workspace, options: Options) -> None:
        self._app = workspace.app
        self._options = options
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "HttpTransport":
        # One connection per request: a kept one that the app closes meanwhile would look like a lost answer.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, kind: Kind, payload: Json, *, attempt: int, reason: str) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if kind == "events_api":
            body = json.dumps(payload)
            headers["Content-Type"] = "application/json"
        elif kind == "interactive":
            body = urllib.parse.urlencode({"payload": json.dumps(payload)})
        else:
            body = urllib.parse.urlencode(payload)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        return await self.post(body, headers)

    async def post(self, body: str, headers: dict[str, str]) -> Answer:
        """One signed post of a finished body to the request URL."""
        assert self._session is not None and self._app.request_url is not None
        stamp = str(int(time.time()))
        signed = headers | {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": sign(self._app.signing_secret, body, stamp),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        limit = aiohttp.ClientTimeout(total=self._options.answer_within_s)
        try:
            async with self._session.post(
                self._app.request_url, data=body.encode(), headers=signed, timeout=limit, allow_redirects=False
            ) as response:
                text = await response.text()
                no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                failed = "" if response.status < 300 else "http_error"
                return Answer(response.status, _as_json(text), failed, no_retry)
        except TimeoutError:
            return Answer(None, {}, "http_timeout")
        except aiohttp.ClientError:
            return Answer(None, {}, "connection_failed")


def _as_json(text: str) -> Json:
    """The body of an answer: an object as it is, plain words as the text of a message, nothing as nothing."""
    try:
        value = json.loads(text)
    except ValueError:
        return {"text": text} if text.strip() else {}
    return value if isinstance(value, dict) else {"text": text}


class Deliveries:
    """Everything that is on its way to the app, and the log of what went."""

    def __init__(self, workspace: Workspace, options: Options, spawn: Spawn) -> None:
        self.log: list[Delivered] = []
        self._workspace = workspace
        self._options = options
        self._spawn = spawn
        self._http: Transport | None = None
        self._socket: Transport | None = None
        self._turns: dict[str, asyncio.Event] = {}
        self._held: list[Json] | None = None
        self._copies: list[int] = []
        self._delay_s = 0.0

    def connect(self, *, http: Transport, socket: Transport) -> None:
        self._http, self._socket = http, socket

    def _transport(self) -> Transport:
        assert self._http is not None and self._socket is not None
        return self._http if self._workspace.app.request_url else self._socket

    # ---- faults

    def duplicate(self, *, times: int = 1, copies: int = 2) -> None:
        """Send each of the next `times` events `copies` times, with one and the same event_id."""
        self._copies += [copies] * times

    def delay(self, seconds: float) -> None:
        """Let each event wait this long before its first attempt; 0 ends it."""
        self._delay_s = seconds

    def hold(self) -> None:
        """Keep events back from now on, until `release`."""
        self._held = self._held if self._held is not None else []

    def release(self, *, order: Literal["sent", "reversed"] = "sent") -> int:
        """Send what was kept back, in the order it happened or the other way round; returns how many."""
        kept, self._held = self._held or [], None
        for event in kept if order == "sent" else reversed(kept):
            self._start(event)
        return len(kept)

    @property
    def in_flight(self) -> int:
        return sum(not each.finished for each in self.log)

    # ---- events

    def announce(self, event: Json) -> None:
        """Send an event to the app, now or when `release` says so."""
        if self._held is not None:
            self._held.append(event)
        else:
            self._start(event)

    def envelope(self, event: Json) -> Json:
        workspace, app = self._workspace, self._workspace.app
        return {
            "token": app.verification_token,
            "team_id": workspace.team,
            "context_team_id": workspace.team,
            "context_enterprise_id": None,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": workspace.new_id("Ev"),
            "event_time": int(workspace.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team,
                    "user_id": app.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{workspace.new_id('EC')}",
        }

    def _start(self, event: Json) -> None:
        payload = self.envelope(event)
        for _ in range(self._copies.pop(0) if self._copies else 1):
            self._send(payload)

    def repeat(self, event_id: str) -> None:
        """Send an event once more that was sent before, as Slack does after an answer got lost on its way."""
        known = next(each for each in self.log if each.event_id == event_id)
        self._send(known.payload)

    def _send(self, payload: Json) -> None:
        delivered = Delivered(payload["event_id"], payload)
        self.log.append(delivered)
        event = payload["event"]
        place = str(event.get("channel") or event.get("channel_id") or event.get("item", {}).get("channel", ""))
        before, mine = self._turns.get(place), asyncio.Event()
        self._turns[place] = mine
        self._spawn(self._deliver(delivered, before, mine), f"event {delivered.event_id}")

    async def _deliver(self, delivered: Delivered, before: asyncio.Event | None, mine: asyncio.Event) -> None:
        try:
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            if before is not None:
                await before.wait()
            reason = ""
            for number, wait_s in enumerate((0.0, *self._options.retry_delays_s)):
                await asyncio.sleep(wait_s)
                answer = await self._transport().send("events_api", delivered.payload, attempt=number, reason=reason)
                delivered.attempts.append(Attempt(number, reason, self._workspace.now(), answer))
                self._workspace.changes.note()
                mine.set()
                if answer.ok or answer.no_retry:
                    return
                reason = answer.reason
        finally:
            mine.set()
            delivered.finished = True
            self._workspace.changes.note()

    # ---- what a person did

    async def ask(self, kind: Literal["interactive", "slash_commands"], payload: Json) -> Answer:
        """Send once and wait: Slack repeats neither clicks nor forms nor commands."""
        return await self._transport().send(kind, payload, attempt=0, reason="")
