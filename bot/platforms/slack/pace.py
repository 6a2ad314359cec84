"""Whose turn it is in a channel that takes no more. Slack lets an app post about once a second into one channel.

Without turns everybody who was refused would come back at the same moment, one would win, and after some rounds the
others would be given up. Nobody waits in here: whoever is not on gets the time to come back at.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

GAP_S: Final = 1.05
SLOW_FOR_S: Final = 60.0  # after the last refusal, so long it is taken to be full
EARLY_S: Final = 0.05


@dataclass(slots=True)
class _Channel:
    slow_until: float = 0.0
    next_free: float = 0.0
    turns: dict[str, float] = field(default_factory=dict)


class Pace:
    """Turns in one process. Others may still be in the way; then there is another refusal, and another turn."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._channels: defaultdict[str, _Channel] = defaultdict(_Channel)

    def wait_s(self, channel: str, who: str) -> float:
        """0: go on. Else come back in so many seconds."""
        here, now = self._channels.get(channel), self._now()
        if here is None:
            return 0.0
        if now >= here.slow_until:
            del self._channels[channel]
            return 0.0
        mine = here.turns.get(who)
        if mine is None and now >= here.next_free:
            mine = now
            here.next_free = now + GAP_S
        if mine is None:
            mine = here.turns[who] = here.next_free
            here.next_free += GAP_S
        if now < mine - EARLY_S:
            return mine - now
        here.turns.pop(who, None)
        return 0.0

    def refused(self, channel: str, who: str, after_s: float) -> float:
        """Slack has said no: when to come back."""
        here, now = self._channels[channel], self._now()
        here.slow_until = max(here.slow_until, now + after_s + SLOW_FOR_S)
        here.next_free = max(here.next_free, now + after_s)
        return max(self.wait_s(channel, who), after_s)
