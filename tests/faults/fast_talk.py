"""Customers and staff without HTTP in between: events go straight into the store, so that many fit into a minute.

As in `traffic.py` everybody writes down what they were answered and never gives up on an answer.
"""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from typing import Any

from bot.store.redis import RedisStore
from handlers.ports import Unavailable
from handlers.values import Mail, Outcome, Place
from routing.conversation import Conversation, Target, describe, state_of
from routing.events import (
    Claimed,
    Event,
    HandedBack,
    MarkedResolved,
    MessageReceived,
    Noted,
    Released,
    Replied,
    Transferred,
)
from tests.faults.checker import Accepted, Acted
from tests.faults.traffic import STAFF

PAUSE_S = 0.02
OUTCOME_S = 2.0


class FastTalk:
    """One conversation. `pace_s` is the longest pause between two things that one of its two people do."""

    def __init__(
        self, store: Callable[[], RedisStore], conversation: str, stop: asyncio.Event, *, pace_s: float
    ) -> None:
        self._store = store
        self.id = conversation
        self._stop = stop
        self._pace_s = pace_s
        self._numbers = itertools.count(1)
        self._chance = random.Random(conversation)
        self.accepted: list[Accepted] = []
        self.acted: list[Acted] = []

    @property
    def events(self) -> int:
        return len(self.accepted) + len(self.acted)

    async def customer(self) -> None:
        chance = random.Random(self.id + "customer")
        while not self._stop.is_set():
            number = len(self.accepted) + 1
            ask = "I want to talk to a human" if chance.random() < 0.3 else "a question about case"
            text = f"{ask} {self.id} {number}"
            mail = Mail(f"{self.id}-m{number}", MessageReceived(0, "mia", text, 0))
            accepted = await self._surely(lambda mail=mail: self._store().enqueue(Place(self.id), mail))
            self.accepted.append(Accepted(accepted.seq or 0, text))
            await self._pause(chance)

    async def staff(self) -> None:
        while not self._stop.is_set():
            await self._do_something()
            await self._pause(self._chance)

    async def _do_something(self) -> None:
        state = await self._look()
        if state is None:
            return
        kind, _, holder = describe(state.holder).partition(":")
        match state_of(state.holder):
            case "queued" | "parked":
                by = self._chance.choice(("ben", "cleo"))
                await self._act("claim", by, Claimed(by))
            case "bot" if self._chance.random() < 0.5:
                by = self._chance.choice(STAFF)
                await self._act("claim", by, Claimed(by))
            case "held" if kind == "person":
                await self._hold(holder, state.seq)

    async def _hold(self, holder: str, seen: int) -> None:
        others = [person for person in STAFF if person != holder]
        said = f"words {next(self._numbers)} of staff in {self.id}"
        match self._chance.randrange(20):
            case 0:
                other = self._chance.choice(others)
                await self._act("transfer", holder, Transferred(holder, Target("person", other), "please"))
            case 1:
                await self._act("release", holder, Released(holder))
            case 2:
                await self._act("hand-back", holder, HandedBack(holder))
            case 3:
                await self._act("resolve", holder, MarkedResolved(holder, seen=seen))
            case 4 | 5 | 6:
                by = self._chance.choice(STAFF)
                await self._act("note", by, Noted(by, said), said)
            case 7:  # somebody who does not hold it tries to speak
                by = self._chance.choice(others)
                await self._act("reply", by, Replied(by, said), said)
            case _:
                await self._act("reply", holder, Replied(holder, said), said)

    async def close(self) -> None:
        """After the storm: who holds it answers what is open."""
        while True:
            state = await self._look()
            assert state is not None
            if state_of(state.holder) != "held" or not state.unanswered:
                return
            holder = describe(state.holder).partition(":")[2]
            said = f"last words {next(self._numbers)} in {self.id}"
            await self._act("reply", holder, Replied(holder, said, seen=state.seq), said)

    async def _look(self) -> Conversation | None:
        """Without the transcript, which grows."""
        glance = await self._surely(lambda: self._store().glance(Place(self.id)))
        return glance.decided if glance is not None else None

    async def _act(self, action: str, by: str, event: Event, text: str = "") -> None:
        mail = Mail(f"{self.id}-{action}-{next(self._numbers)}", event)

        async def decided() -> Outcome:
            # The same store for both: it is told of the outcome by its name.
            store = self._store()
            accepted = await store.enqueue(Place(self.id), Mail(mail.id, mail.event, reply_to=store.owner))
            outcome = await store.outcome(accepted.conversation, mail.id, wait_s=OUTCOME_S)
            if outcome is None:
                raise Unavailable("not decided yet")
            return outcome

        outcome = await self._surely(decided)
        self.acted.append(Acted(action, by, outcome.code == "ok", text))

    async def _surely(self, send: Callable[[], Awaitable[Any]]) -> Any:
        while True:
            try:
                return await send()
            except Unavailable:
                await asyncio.sleep(PAUSE_S)

    async def _pause(self, chance: random.Random) -> None:
        await asyncio.sleep(chance.uniform(0, self._pace_s))
