"""What goes wrong with calls of the Web API, on command, and the rate limits Slack would set."""

import asyncio
import itertools
import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.fake_slack.records import Json

FaultKind = Literal["ratelimited", "delay", "hold", "hold_before", "drop_before", "drop_after", "http_error", "error"]
HOLDS = ("hold", "hold_before")
# tier: calls within a minute. "special" methods have no common figure; posting is limited per channel.
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
_WINDOW_S = 60.0


@dataclass
class Fault:
    """Meets the next `times` calls of `method` ("*" for any) after `skip` of them; None: until it is cleared.

    ratelimited: 429 with Retry-After `seconds`, nothing happened. hold_before: nothing happens until `released` is set.
    delay: carried out, answered after `seconds`. hold: carried out, answered once `released` is set.
    drop_before: the connection is cut and nothing happened. drop_after: it is cut once the call was carried out.
    http_error: `status` and no JSON, nothing happened. error: `{"ok": false, "error": code}`, nothing happened.
    """

    kind: FaultKind
    method: str = "*"
    times: int | None = 1
    skip: int = 0
    seconds: float = 1.0
    code: str = "internal_error"
    status: int = 500
    channel: str | None = None
    met: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)
    id: int = field(default_factory=itertools.count(1).__next__)

    def meets(self, method: str, args: Json) -> bool:
        if self.method not in ("*", method) or self.times == 0:
            return False
        if self.channel is not None and args.get("channel", args.get("channel_id")) != self.channel:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        self.met += 1
        return True


class Faults:
    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self.active.append(fault)
        return fault

    def clear(self, id: int | None = None) -> None:
        """Take back one fault or all; calls that are held go on."""
        for fault in self.active:
            if id in (None, fault.id):
                fault.times = 0
                fault.released.set()
        self.active = [fault for fault in self.active if id not in (None, fault.id)]

    def meeting(self, method: str, args: Json) -> Fault | None:
        """The fault that this call meets: the oldest one that is meant for it. Asking uses it up."""
        met = next((fault for fault in self.active if fault.meets(method, args)), None)
        # A used-up hold stays on the list while calls wait for it, so that `clear` can let them go.
        self.active = [
            each for each in self.active if each.times != 0 or (each.kind in HOLDS and not each.released.is_set())
        ]
        return met


class Limits:
    """Slack's own limits: per method by tier, and one post per second and channel."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def retry_after(self, method: str, tier: int | None, channel: str) -> int | None:
        """Whole seconds to wait, or None if the call may go on; such a call is counted."""
        now = self._clock()
        if method in ("chat.postMessage", "chat.postEphemeral") and channel:
            return self._take(f"post {channel}", now, 1, 1.0)
        return self._take(method, now, TIERS[tier], _WINDOW_S) if tier is not None else None

    def _take(self, key: str, now: float, most: int, window_s: float) -> int | None:
        calls = self._calls[key]
        while calls and calls[0] <= now - window_s:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil(calls[0] + window_s - now))
        calls.append(now)
        return None
