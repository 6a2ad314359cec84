"""One row of the outbox at a time: mark, send, settle.

A row without a mark was surely not sent. One whose call was cut off, by a crash or by a time-out, may have been: it is
looked up once it can no longer be on its way, and only then sent again. Looking up at once, or never, posts twice.
While the store may have forgotten marks (store/generations.py) every row is looked up.
Rows that are free to be sent again (lists, slots, a card's new face) need no mark.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from handlers.performer import perform, publish
from handlers.ports import LeaseLost, Permanent, Temporary, Unavailable
from handlers.values import Lease, Mail, QueuedRow
from routing.conversation import Conversation
from routing.effects import PostCard, Publish
from routing.events import Delivered, DeliveryFailed, Event

from .redaction import redacted_rows

if TYPE_CHECKING:
    from .tenure import World

log = structlog.get_logger("baton.worker")

ATTEMPTS = 8  # sends of one row of which nobody knows the end, before it becomes a dead letter
REFUSED_FOR_S = 3600.0  # how long a platform may say "not now" before a row becomes one: its outage must not bury rows
BACK_OFF_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
# Said twice does less harm than never said; a reply said twice is the contrary.
SAFE_TO_REPEAT = ("line", "card")


@dataclass(slots=True)
class Tries:
    """How it went with one row.

    Attributes:
        failed: attempts of which nobody knows the end.
        refused: those in a row that surely did not happen; only how long that has been so counts.
    """

    failed: int = 0
    refused: int = 0
    refused_since: float = 0.0

    def count(self, error: Temporary) -> None:
        if not error.certain:
            self.failed += 1
            self.refused = 0
            return
        if self.refused == 0:
            self.refused_since = time.monotonic()
        self.refused += 1

    @property
    def used_up(self) -> bool:
        if self.refused:
            return time.monotonic() - self.refused_since > REFUSED_FOR_S
        return self.failed >= ATTEMPTS


class Delivery:
    """Performs the rows of one leased conversation. `ring` is called when a report has entered its mailbox."""

    def __init__(self, world: "World", lease: Lease, ring: Callable[[], None]) -> None:
        self._world = world
        self._lease = lease
        self._ring = ring
        self._memory = world.engine.memory(lease)

    async def row(self, row: QueuedRow) -> None:
        """Work on a row until it is settled, suppressed or buried."""
        world, lease = self._world, self._lease
        tries = Tries(failed=row.attempts - 1 if row.marked_ms is not None else 0)
        looked_up = False  # in this doubt
        while True:
            doubt_ms = world.engine.in_doubt_since_ms()
            if row.marked_ms is not None or (doubt_ms is not None and not looked_up):
                if await self._was_sent(row, max(row.marked_ms or 0, doubt_ms or 0)):
                    return
                looked_up = doubt_ms is not None
            await world.engine.sure(lease)
            together = [row]
            if row.row.resend == "free" and row.row.speech_epoch is None:
                # A mark would say that it may have been sent and is not an agent's late word; neither matters here.
                row.attempts += 1
                if isinstance(row.row.effect, Publish):
                    together = list(lease.lanes[row.row.lane])
            else:
                if await world.engine.mark(lease, row) == "suppressed":
                    return
                if world.engine.in_doubt_since_ms() is not None and not looked_up:
                    continue
                await world.engine.sure(lease)  # right before the call: a process that was paused must not speak late
            try:
                platform_id = await self._perform(together)
            except Temporary as error:
                tries.count(error)
                if tries.used_up:
                    await self._give_up(row, str(error))
                    return
                await self._pause(row, error, tries)
                continue
            except Permanent as error:
                await self._give_up(row, str(error))
                return
            world.turns.sent += len(together)
            for one in together:
                await self._settle(one, platform_id)
            return

    async def _perform(self, rows: Sequence[QueuedRow]) -> str:
        """The first of them; rows for the read models go together, because only the last state is shown."""
        world, row = self._world, rows[0]
        policy = await world.policy_of(self._lease.place.workspace)
        try:
            if isinstance(row.row.effect, Publish):
                told = redacted_rows([one.row for one in rows], policy.defaults.redact)
                await publish(told, self._conversation, self._lease.version, world.read_models)
                return ""
            return await perform(
                row.row, self._conversation, policy, world.platforms, world.staffing, world.read_models, self._memory
            )
        except (Temporary, Permanent, Unavailable, LeaseLost):
            raise
        except Exception as error:  # a fault of an adapter is a fault of this row, not of the conversation
            log.exception("row.failed", kind=row.row.kind)
            raise Temporary(f"{type(error).__name__}: {error}") from error

    @property
    def _conversation(self) -> Conversation:
        conversation = self._lease.conversation
        assert conversation is not None, "rows are written together with a state"
        return conversation

    async def _was_sent(self, row: QueuedRow, since_ms: int) -> bool:
        """A row that may have been sent at `since_ms` or before. True: it is settled or given up; False: it may be sent
        (again)."""
        world = self._world
        platform = world.platforms.get(self._conversation.platform)
        if row.row.resend == "free" or platform is None or platform.transcript_is_delivery:
            return False
        await asyncio.sleep(min(world.settle_s, world.settle_s - await world.engine.elapsed_s(self._lease, since_ms)))
        if row.row.resend == "never":
            await self._give_up(row, "nobody knows whether it was sent")
            return True
        for wait_s in BACK_OFF_S:
            try:
                platform_id = await platform.find(row.row, self._conversation, self._memory)
            except Permanent:
                if row.row.kind in SAFE_TO_REPEAT:
                    return False
                break
            except Temporary as error:
                await asyncio.sleep(wait_s if error.retry_after_s is None else error.retry_after_s)
                continue
            if platform_id is None:
                return False
            await self._settle(row, platform_id)
            return True
        await self._give_up(row, "nobody knows whether it was sent, and it cannot be looked up")
        return True

    async def _settle(self, row: QueuedRow, platform_id: str) -> None:
        # Where the transcript is the delivery there is no id, and nothing that anybody had to be told of.
        report: Event | None = None
        if row.row.must_land and platform_id:
            report = Delivered(row.row.key, row.row.kind)
        await self._world.engine.settle(self._lease, row, platform_id=platform_id, report=report)
        if report is not None:
            self._ring()

    async def _pause(self, row: QueuedRow, error: Temporary, tries: "Tries") -> None:
        if error.certain and row.marked_ms is not None:
            await self._world.engine.unmark(self._lease, row)
        wait_s = error.retry_after_s
        if wait_s is None:
            tried = tries.refused if error.certain else tries.failed
            wait_s = BACK_OFF_S[min(tried, len(BACK_OFF_S)) - 1]
        log.warning("row.retry", kind=row.row.kind, attempts=row.attempts, wait_s=round(wait_s, 2), reason=str(error))
        await asyncio.sleep(wait_s)

    async def _give_up(self, row: QueuedRow, reason: str) -> None:
        """A row that will never land: a dead letter, and an event that somebody notices."""
        world = self._world
        log.error("row.dead", kind=row.row.kind, key=row.row.key, reason=reason)
        world.turns.dead += 1
        await world.engine.bury(self._lease, row, reason)
        if row.row.lane in ("customer", "desk"):
            effect = row.row.effect
            handoff = effect.handoff if isinstance(effect, PostCard) else None
            failed: Event = DeliveryFailed(row.row.key, row.row.kind, reason, handoff)
            await world.engine.report(self._lease, Mail(f"failed|{row.row.key}", failed))
            self._ring()
