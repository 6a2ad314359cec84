"""Slack's ingress: what a signed event costs until it is durable and acknowledged, beside bare Bolt doing nothing."""

import hashlib
import hmac
import http.client
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from .figures import Figure, Measured, percentile
from .load import CHANNELS, text
from .rest import Served, server
from .server import private_redis
from .slack_app import PATH, SECRET

AT_ONCE = 8
ROUNDS = 8
COMMAND = (sys.executable, "-m", "bench.slack_app")


def measure(quick: bool) -> Measured:
    events = 160 if quick else 800
    with private_redis() as redis, server([*COMMAND, redis.url], {}) as ours, server([*COMMAND], {}) as bare:
        for side in (ours, bare):
            _spent(side, range(events), 1)  # connections, caches, scripts
        alone, crowd = _compared(ours, bare, events, 1), _compared(ours, bare, events, AT_ONCE)
        accepted = redis.calls_of("hincrby")  # each accepted line is numbered once
    if accepted < events * (2 * ROUNDS + 1):
        raise RuntimeError(f"only {accepted} events are in the store")
    name = "Slack"
    figures = [
        Figure(name, f"CPU per acknowledged signed event, {how}", mine.cpu_us, "us", floor.cpu_us,
               "bare Bolt no-op", 1.6 * floor.cpu_us)
        for how, (mine, floor) in (("one after the other", alone), (f"{AT_ONCE} at once", crowd))
    ]  # fmt: skip
    figures += [
        Figure(name, f"signed event to 200, one after the other, {share}", percentile(alone[0].took_ms, part), "ms",
               percentile(alone[1].took_ms, part), f"bare Bolt no-op {share}")
        for share, part in (("p50", 0.5), ("p99", 0.99))
    ]  # fmt: skip
    return Measured(
        tuple(figures),
        f"Direct messages over kept connections, {ROUNDS} rounds of {events} for each, in turns. Both run on uvicorn "
        "in a process of their own, whose CPU is counted; ours has each event in the store when it answers. Logs from "
        "warnings on. The target is 1.6 times the floor.",
    )


class Spent:
    """Over all rounds: CPU per event, and how long each took."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.took_ms: list[float] = []

    @property
    def cpu_us(self) -> float:
        return 1e6 * self.cpu_s / len(self.took_ms)


def _compared(ours: Served, bare: Served, events: int, at_once: int) -> tuple[Spent, Spent]:
    """In turns, so that the machine's other work falls on both."""
    spent = (Spent(), Spent())
    for number in range(ROUNDS):
        first = events * (1 + number + (ROUNDS if at_once > 1 else 0))
        for side, so_far in zip((ours, bare), spent, strict=True):
            cpu_s, took_ms = _spent(side, range(first, first + events), at_once)
            so_far.cpu_s += cpu_s
            so_far.took_ms += took_ms
    return spent


def _spent(side: Served, numbers: range, at_once: int) -> tuple[float, list[float]]:
    requests = [_signed(number) for number in numbers]
    before_s = side.cpu_s()
    with ThreadPoolExecutor(at_once) as pool:
        shares = pool.map(lambda share: _send(side.port, share), (requests[n::at_once] for n in range(at_once)))
        took_ms = [took for share in shares for took in share]
    return side.cpu_s() - before_s, took_ms


def _send(port: int, requests: Sequence[tuple[bytes, dict[str, str]]]) -> list[float]:
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    took_ms = []
    try:
        for body, headers in requests:
            began = time.perf_counter()
            door.request("POST", PATH, body, headers)
            answer = door.getresponse()
            answer.read()
            took_ms.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                raise RuntimeError(f"{PATH}: {answer.status}")
    finally:
        door.close()
    return took_ms


def _signed(number: int) -> tuple[bytes, dict[str, str]]:
    """A direct message as Slack sends it; every number is another one."""
    ts = f"{1_700_000_000 + number}.000100"
    said = {
        "type": "message", "channel": f"D0BENCH{number % CHANNELS:02}", "channel_type": "im", "user": "U0MIA",
        "text": text(number), "ts": ts, "event_ts": ts, "team": "T0ACME", "client_msg_id": f"00000000-{number:08}",
        "blocks": [{"type": "rich_text", "block_id": "b1", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": text(number)}]}]}],
    }  # fmt: skip
    body = json.dumps(
        {
            "token": "bench", "team_id": "T0ACME", "api_app_id": "A0BATON", "type": "event_callback",
            "event_id": f"Ev{number:08}", "event_time": 1_700_000_000 + number, "is_ext_shared_channel": False,
            "authorizations": [{"enterprise_id": None, "team_id": "T0ACME", "user_id": "U0BATON", "is_bot": True,
                                "is_enterprise_install": False}],
            "event_context": "4-eyJ0eXBlIjoibWVzc2FnZSJ9", "event": said,
        }
    ).encode()  # fmt: skip
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
    }
