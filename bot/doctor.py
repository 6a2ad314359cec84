"""`baton doctor`: is everything there that this installation needs, and what to do where it is not.

Each check is one `Finding`. Looking changes nothing; an embedded store is started for as long as it takes.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import httpx

from handlers.ports import Permanent, Temporary, Unavailable
from routing.policy import Policy

from .commands.config import summary
from .config_file import check_file
from .platforms.slack.client import API_URL, Directory, SlackRefusal, Web
from .platforms.slack.manifest import SCOPES
from .settings import Settings, known_environment
from .store.connection import Revive
from .store.embedded import EmbeddedRedis, NoRedis, home_of
from .store.inspection import online_replicas
from .store.redis import RedisStore, StoreUnfit
from .store.replication import ALONE
from .store.schema import SCHEMA
from .triage import engine

OLDEST_PYTHON: Final = (3, 11)
SKEW_S: Final = 30.0  # Slack refuses and sends signatures that are five minutes off
WITHIN_S: Final = 8.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `fix` says what to do and is empty where all is well."""

    name: str
    detail: str
    fix: str = ""

    @property
    def fine(self) -> bool:
        return not self.fix

    def __str__(self) -> str:
        said = f"{'ok  ' if self.fine else 'FAIL'}  {self.name:<28} {self.detail}"
        return said if self.fine else f"{said} · fix: {self.fix}"


async def examine(settings: Settings, config: Path, environment: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Every check in turn; none stops the others."""
    yield python()
    async for found in redis(settings, config):
        yield found
    policy, found = configuration(config, environment)
    yield found
    yield await model(settings)
    yield Finding("triage", str(engine()))  # words do instead of weights; it says how to get them
    async for found in slack(environment, policy):
        yield found


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    said = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return Finding("python", said, "install Python 3.11 or newer and run make again")
    return Finding("python", said)


async def redis(settings: Settings, config: Path, *, now: Callable[[], float] = time.time) -> AsyncIterator[Finding]:
    """The server that REDIS_URL names, else the embedded one: version, durability, its clock."""
    url, revive, embedded = settings.redis_url or "", None, None
    try:
        if not url:
            embedded = EmbeddedRedis(home_of(config, known_environment()))
            await embedded.revive()
            url, revive = embedded.url, embedded.revive
        async for found in _store(url, revive, now, kind="embedded" if embedded is not None else "REDIS_URL"):
            yield found
    except NoRedis as error:
        yield Finding("redis", "none", str(error))
    except StoreUnfit as error:
        yield Finding("redis", str(error), "see docs/operation.md; Redis 7.0 or newer, or Valkey, with its own data")
    except (Unavailable, ValueError) as error:
        yield Finding("redis", f"cannot be reached ({error})", "start it, or correct REDIS_URL")
    finally:
        if embedded is not None:
            embedded.stop()


async def _store(url: str, revive: Revive | None, now: Callable[[], float], *, kind: str) -> AsyncIterator[Finding]:
    async with asyncio.timeout(WITHIN_S), RedisStore(url, revive=revive, any_schema=True) as store:
        address = store.calls.address
        where = kind if address.kind == "server" else f"{kind}, {address.shown}"
        yield Finding("redis", f"{where}: {store.found}")
        for warning in store.found.warnings:
            problem, _, fix = warning.partition("; ")
            yield Finding("redis durability", problem, fix or "change the server's configuration")
        yield clock("clock against redis", await store.server_ms() / 1000, now())
        yield Finding("redis crash loses", store.found.loss)
        yield await replicas(store)
        yield stored_schema(store.schema)
        letters = len(await store.dead_letters()) if store.schema == SCHEMA else 0
        fix = "read `baton dead-letters list`; then retry or discard them" if letters else ""
        yield Finding("dead letters", str(letters) if letters else "none", fix)


async def replicas(store: RedisStore) -> Finding:
    """Copies on other servers, and whether a process had to go on without one."""
    name, counts = "redis replicas", await online_replicas(store.calls)
    said = ", ".join(map(str, counts)) + (" online, by server" if len(counts) > 1 else " online")
    alone = await store.calls.call("EXISTS", ALONE)
    if alone or (store.calls.address.kind == "sentinel" and 0 in counts):
        fix = "start a replica and see INFO replication there: what is accepted now lies in one place"
        return Finding(name, f"{said}; events are accepted without a copy" if alone else said, fix)
    return Finding(name, said if any(counts) else "none")


def stored_schema(stored: int) -> Finding:
    fix = "" if stored == SCHEMA else "run baton migrate" if stored < SCHEMA else "install the newer Baton again"
    return Finding("schema", f"{stored}" if not fix else f"{stored}, this Baton works with {SCHEMA}", fix)


def clock(name: str, theirs: float, ours: float) -> Finding:
    off_s = theirs - ours
    if abs(off_s) > SKEW_S:
        return Finding(name, f"{off_s:+.0f} s", "set the clock by NTP (timedatectl set-ntp true)")
    return Finding(name, "in step" if abs(off_s) < 1.5 else f"{off_s:+.0f} s")


def configuration(config: Path, environment: Mapping[str, str]) -> tuple[Policy | None, Finding]:
    checked = check_file(config, environment)
    if checked.policy is None:
        return None, Finding("config", f"{config}: {checked.errors[0]}", f"mend it; baton check {config} shows all")
    return checked.policy, Finding("config", f"{config}: {summary(checked)}")


async def model(settings: Settings) -> Finding:
    """The endpoint of the agents' model, or the embedded one."""
    key = settings.openai_api_key
    if settings.baton_model is None or (key is None and settings.openai_base_url is None):
        return Finding("model", "local: no key, nothing leaves this machine")
    base = (settings.openai_base_url or "https://api.openai.com/v1").rstrip("/")
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key is not None else {}
    try:
        async with httpx.AsyncClient(timeout=WITHIN_S) as client:
            answer = await client.get(f"{base}/models", headers=headers)
    except httpx.HTTPError as error:
        return Finding("model", f"{base} cannot be reached ({type(error).__name__})", "correct OPENAI_BASE_URL")
    if answer.status_code in (401, 403):
        return Finding("model", f"{base} answers {answer.status_code}", "correct OPENAI_API_KEY")
    return Finding("model", f"{settings.baton_model} at {base} (answers {answer.status_code})")


# ---- Slack -----------------------------------------------------------------------------------------------------------


async def slack(environment: Mapping[str, str], policy: Policy | None) -> AsyncIterator[Finding]:
    """Token, each scope, the way in, channels, people. One line where Slack is not set up at all."""
    token = environment.get("SLACK_BOT_TOKEN", "")
    if not token:
        yield Finding("slack", "SLACK_BOT_TOKEN is not set: Slack is not connected")
        return
    base = environment.get("SLACK_API_URL") or API_URL
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(Web(token, base_url=base))
        try:
            answer = await web.answer(web.client.auth_test())
        except (Permanent, Temporary) as error:
            yield Finding("slack token", str(error), "copy the Bot User OAuth Token into SLACK_BOT_TOKEN")
            return
        yield Finding("slack token", f"{answer.get('user')} in {answer.get('team')} ({answer.get('team_id')})")
        date = answer.headers.get("Date")
        if date:
            yield clock("clock against slack", parsedate_to_datetime(date).timestamp(), time.time())
        granted = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes") or "").split(",")}
        for scope, why in SCOPES.items():
            fix = "" if scope in granted else "add it under OAuth & Permissions and install the app again"
            yield Finding(f"slack scope {scope}", why if not fix else f"missing: {why}", fix)
        yield await way_in(environment, base)
        if policy is not None:
            async for found in _workspace(web, policy):
                yield found


async def way_in(environment: Mapping[str, str], base: str) -> Finding:
    """How events arrive: by Socket Mode with an app token, else signed over HTTP."""
    token = environment.get("SLACK_APP_TOKEN", "")
    if not token and environment.get("SLACK_SIGNING_SECRET"):
        return Finding("slack events", "over HTTP, signed, at /slack/events")
    if not token:
        return Finding(
            "slack events", "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set",
            "create an app-level token with connections:write for SLACK_APP_TOKEN, or set the signing secret",
        )  # fmt: skip
    async with Web(token, base_url=base) as web:
        try:
            await web.ask(web.client.apps_connections_open(app_token=token))
        except (Permanent, Temporary) as error:
            return Finding("slack events", f"Socket Mode: {error}", "copy an app-level token with connections:write")
    return Finding("slack events", "Socket Mode")


async def _workspace(web: Web, policy: Policy) -> AsyncIterator[Finding]:
    directory = Directory(web)
    for team in policy.teams.values():
        yield await channel(web, directory, team.title, team.channel)
    for person in policy.people.values():
        user = person.addresses.get("slack")
        if user is None:
            continue
        yield await member(directory, person.name, user)


async def channel(web: Web, directory: Directory, title: str, written: str | None) -> Finding:
    name = f"slack channel of {title}"
    if written is None:
        return Finding(name, "none: its cards go to its fallback's channel, else to the default team's")
    try:
        found = await directory.channel(written)
        if found is None:
            return Finding(name, f"{written} is not there, archived or hidden", f"create {written} and invite the app")
        said = await web.ask(web.client.conversations_info(channel=found))
    except (Permanent, Temporary) as error:
        return Finding(name, f"{written}: {error}", f"invite the app: /invite in {written}")
    facts = said.get("channel") or {}
    if facts.get("is_archived"):
        return Finding(name, f"{written} is archived", "unarchive it, or name another one in config.yaml")
    if not facts.get("is_member"):
        return Finding(name, f"the app is not in {written}", f"write /invite @Baton in {written}")
    return Finding(name, f"{written} ({found})")


async def member(directory: Directory, name: str, user: str) -> Finding:
    label = f"slack id of {name}"
    try:
        found = await directory.member(user)
    except (SlackRefusal, Temporary) as error:
        return Finding(label, f"{user}: {error}", "correct `slack:` of that person in config.yaml")
    if found is None:
        return Finding(label, f"there is no member {user}", "copy the member id from the person's Slack profile")
    if found.deleted or found.is_bot:
        state = "deactivated" if found.deleted else "an app"
        return Finding(label, f"{user} is {state}", "remove the person from config.yaml, or correct the id")
    return Finding(label, f"{user} is {found.name}")
