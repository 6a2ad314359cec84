"""What comes to the door: only what is Slack's gets in, all else is answered as it deserves, never with a 500."""

import asyncio
import hashlib
import hmac
import json
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.slack.guard import MAX_BODY_BYTES
from bot.platforms.slack.inbound import SlackInbound
from bot.store.redis import RedisStore
from handlers.ports import Unavailable
from routing.policy import AgentPolicy, Defaults, Policy, Team
from tests.platforms.slack_inbound.world import SECRET, TEAM, SlackDesk, client, event, headers, message
from tests.redis_servers import SERVERS, PrivateServer

pytestmark = pytest.mark.anyio
FORM = "application/x-www-form-urlencoded"
SPECS = Path(__file__).parents[4] / "shared" / "specs" / "slack"
POLICY = Policy(
    "v1", Defaults(), {"triage": AgentPolicy("triage", "", ("local",))}, {}, {"general": Team("general", "General")}
)


class Nobody:
    """Says nothing; what is to be said here is told by the stories."""

    async def tell(self, *_: object) -> None: ...
    async def answer(self, *_: object) -> None: ...
    async def open(self, *_: object) -> None: ...


def inbound(store: RedisStore) -> SlackInbound:
    return SlackInbound(store, lambda: POLICY, Nobody(), ingress="test", signing_secret=SECRET)


@pytest.fixture
async def door(redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with RedisStore(redis_url) as store, inbound(store) as slack, client(slack.asgi) as door:
        yield door


@pytest.mark.parametrize(
    "spoilt",
    [
        {"x-slack-signature": None},
        {"x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-signature": "v0=é"},
        {"x-slack-request-timestamp": None},
        {"x-slack-request-timestamp": "yesterday"},
        {"x-slack-request-timestamp": "1" * 400},
    ],
)
async def test_what_is_not_signed_by_slack_is_401(door: httpx.AsyncClient, spoilt: dict[str, str | None]) -> None:
    for body in (event(message()), "garbage", "payload={"):
        given = {name: value for name, value in (headers(body) | spoilt).items() if value is not None}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
        assert (await door.post("/", content=body, headers=raw)).status_code == 401


async def test_a_signature_is_good_for_five_minutes(door: httpx.AsyncClient) -> None:
    body = event(message())
    for age_s, status in ((290, 200), (-290, 200), (310, 401), (-310, 401)):
        assert (await door.post("/", content=body, headers=headers(body, age_s=age_s))).status_code == status


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", "{"),
        ("application/json", ""),
        ("application/json", "[1, 2]"),
        ("application/json", '"words"'),
        ("application/json", "[" * 100_000),
        (FORM, "payload={not json"),
        (FORM, "payload=[]"),
        (FORM, "payload=" + "[" * 100_000),
        (FORM, "no form at all"),
        (FORM, ""),
        (FORM, "&".join(f"a{n}=1" for n in range(1_000))),
        ("text/plain", '{"type": "event_callback"}'),
    ],
)
async def test_what_is_signed_and_cannot_be_read_is_400(door: httpx.AsyncClient, kind: str, body: str) -> None:
    assert (await door.post("/", content=body, headers=headers(body, kind=kind))).status_code == 400


async def test_bytes_that_are_no_text_are_400(redis_url: str) -> None:
    async with RedisStore(redis_url) as store, inbound(store) as slack:
        body, stamp = b'{"a": "\xff"}', str(int(time.time()))
        right = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        signed = {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={right}"}
        async with client(slack.asgi) as door:
            answer = await door.post("/", content=body, headers=signed | {"content-type": "application/json"})
        assert answer.status_code == 400


async def test_over_two_mebibytes_is_413_declared_or_not(door: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536

    assert (await door.post("/", content=b" " * (MAX_BODY_BYTES + 1))).status_code == 413
    assert (await door.post("/", content=endless())).status_code == 413


async def test_exactly_two_mebibytes_are_read(door: httpx.AsyncClient) -> None:
    frame = event(message())
    body = frame + " " * (MAX_BODY_BYTES - len(frame))

    assert (await door.post("/", content=body, headers=headers(body))).status_code == 200


async def test_other_methods_are_405_and_the_challenge_is_repeated(door: httpx.AsyncClient) -> None:
    assert (await door.get("/")).status_code == 405
    body = json.dumps({"type": "url_verification", "challenge": "c-1", "token": "t"})
    answer = await door.post("/", content=body, headers=headers(body))

    assert (answer.status_code, answer.json()) == (200, {"challenge": "c-1"})
    assert (await door.post("/", content=body)).status_code == 401


async def test_slack_itself_finds_the_door(quiet: SlackDesk) -> None:
    assert await quiet.slack.verify_url()


async def test_a_store_that_is_away_is_503_and_what_came_then_is_taken_when_it_is_back(tmp_path: Path) -> None:
    """Slack is acknowledged only once the event is in the store."""
    with PrivateServer(next(iter(SERVERS.values()))) as server:
        async with RedisStore(server.url) as store, inbound(store) as slack, client(slack.asgi) as door:
            body = event(message())
            server.kill()
            assert (await door.post("/", content=body, headers=headers(body))).status_code == 503
            server.start()
            retried = headers(body) | {"x-slack-retry-num": "1", "x-slack-retry-reason": "http_error"}
            assert (await door.post("/", content=body, headers=retried)).status_code == 200

            record = await store.read(f"slack.{TEAM}.D0MIA")
            assert record is not None and len(record.pending) == 1


async def test_without_a_secret_nobody_is_let_in(redis_url: str) -> None:
    """An empty secret would be one that everybody knows."""
    async with RedisStore(redis_url) as store:
        assert SlackInbound(store, lambda: POLICY, Nobody(), ingress="test").asgi is None


async def test_a_fault_of_ours_is_500_so_that_nothing_is_lost(redis_url: str) -> None:
    def broken() -> Policy:
        raise RuntimeError("a fault of ours")

    async with RedisStore(redis_url) as store:
        slack = SlackInbound(store, broken, Nobody(), ingress="test", signing_secret=SECRET)
        body = event(message())
        async with client(slack.asgi) as door:
            assert (await door.post("/", content=body, headers=headers(body))).status_code == 500


# ---- shapes ----------------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
WORDS = [
    *("type", "subtype", "user", "team", "team_id", "channel", "ts", "thread_ts", "text", "event", "event_id"),
    *("message", "previous_message", "edited", "metadata", "files", "attachments", "bot_id", "view", "state", "values"),
    *("actions", "action_id", "value", "selected_option", "container", "callback_id", "private_metadata", "command"),
    *("authorizations", "is_ext_shared_channel", "enterprise", "item", "response_urls", "function_data", "payload"),
]
KINDS = st.sampled_from(
    ["event_callback", "block_actions", "view_submission", "message", "app_mention", "message_changed", "shortcut", ""]
)
OBJECT = st.dictionaries(
    st.sampled_from(WORDS),
    JSON | KINDS | st.dictionaries(st.sampled_from(WORDS), JSON | KINDS, max_size=5),
    max_size=7,
)


class Away:
    """A store that is never there."""

    async def away(self, *_: object, **__: object) -> Any:
        raise Unavailable("away")

    enqueue = outcome = read = glance = address = away


@given(payload=OBJECT, inner=OBJECT, kind=KINDS)
@settings(max_examples=300, deadline=None)
def test_no_shape_whatever_makes_it_fall_over(payload: dict[str, Any], inner: dict[str, Any], kind: str) -> None:
    slack = SlackInbound(Away(), lambda: POLICY, Nobody(), ingress="test")
    shaped = {"type": kind, "event": inner, "view": inner, "actions": [inner], **payload}

    assert asyncio.run(slack.accept(shaped, {})).status in (200, 503)


@pytest.fixture(scope="module")
def samples() -> Iterator[dict[str, Any]]:
    """Slack's own examples, by path."""
    if not SPECS.is_dir():
        if "shared" in re.split(r"[\s,]+", os.environ.get("BATON_REQUIRE", "")):
            pytest.fail(f"BATON_REQUIRE asks for the shared data, and {SPECS} is not there")
        pytest.skip(f"NOT CHECKED: Slack's own examples are not at {SPECS}")
    found: dict[str, Any] = {}
    for folder in (
        "slack-api-ref/events",
        "java-sdk-json-logs/events",
        "java-sdk-json-logs/app-backend",
        "derived/events",
    ):
        for path in sorted((SPECS / folder).rglob("*.json")):
            found[str(path.relative_to(SPECS))] = json.loads(path.read_text())
    yield found


async def test_every_example_of_slack_is_acknowledged(door: httpx.AsyncClient, samples: dict[str, Any]) -> None:
    """In a callback or as it stands, as JSON or as a form: never a crash, never a 404."""
    assert len(samples) > 150
    for path, sample in samples.items():
        inner = sample.get("example", sample) if isinstance(sample, dict) else {}
        bodies: list[tuple[str, str]] = []
        for shape in (sample, inner):
            if isinstance(shape, dict):
                bodies.append((json.dumps(shape), "application/json"))
                bodies.append((event(shape), "application/json"))
                if isinstance(shape.get("event"), dict):
                    typed = {**shape, "type": "event_callback"}
                    bodies.append((json.dumps(typed), "application/json"))
                if "app-backend" in path:
                    bodies.append((urlencode({"payload": json.dumps(shape)}), FORM))
                    bodies.append((urlencode({key: str(value) for key, value in shape.items()}), FORM))
        for body, kind in bodies:
            answer = await door.post("/", content=body, headers=headers(body, kind=kind))
            assert answer.status_code == 200, (path, kind, answer.status_code)
