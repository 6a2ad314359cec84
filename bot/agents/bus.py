"""Subscriptions to events. A subscriber that raises is noted and asked again; one that hangs is left out from then
on. Neither harms the run that it listens to."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterable
from typing import Any

from bot.agents.events import TYPES, Event

log = logging.getLogger("baton.agents")

# Called with the event, in order, between two steps of the run; sync or async. Slow work belongs into a queue.
Subscriber = Callable[[Any], Any]
EVERY = "*"


class EventBus:
    """Who wants to hear what: `bus.subscribe("handoff.transfer", tell)`, "*" for everything.

    `limit_s`: how long one call of a subscriber may take.
    """

    def __init__(self, limit_s: float = 1.0) -> None:
        self._limit_s = limit_s
        self._subscribers: dict[str, list[Subscriber]] = {}

    def subscribe(self, event: str, subscriber: Subscriber) -> Callable[[], None]:
        """Returns what ends the subscription.

        Raises:
            ValueError: there is no such event.
        """
        if event not in (EVERY, *TYPES):
            raise ValueError(f"there is no event {event!r}; known: {', '.join((EVERY, *TYPES))}")
        subscribers = self._subscribers.setdefault(event, [])
        subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in subscribers:
                subscribers.remove(subscriber)

        return unsubscribe

    async def publish(self, event: Event) -> None:
        for subscribers in (self._subscribers.get(event.type), self._subscribers.get(EVERY)):
            for subscriber in tuple(subscribers or ()):
                if not await _told(subscriber, event, self._limit_s) and subscribers and subscriber in subscribers:
                    subscribers.remove(subscriber)


def bus_of(subscribers: Iterable[tuple[str, Subscriber]]) -> EventBus:
    bus = EventBus()
    for event, subscriber in subscribers:
        bus.subscribe(event, subscriber)
    return bus


async def _told(subscriber: Subscriber, event: Event, limit_s: float) -> bool:
    """Whether the subscriber may be told of the next event too."""
    timing = asyncio.timeout(limit_s)
    try:
        if inspect.isawaitable(answer := subscriber(event)):
            async with timing:
                await answer
    except Exception as error:  # whoever listens is not ours
        log.warning("subscriber.failed at %s", event.type, exc_info=error)
        return not timing.expired()
    return True
