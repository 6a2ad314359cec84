"""The outbox of a leased conversation: a row is marked before its call and settled after it."""

from typing import Final

from handlers.ports import LeaseLost
from handlers.values import Lease, Mail, Marked, Place, QueuedRow
from routing.effects import Say
from routing.events import Event, SpeechSuppressed

from .connection import Argument
from .fenced import RedisFenced
from .memory import LeasedMemory
from .places import channel_of
from .records import mail_payload

ADDRESS_TTL_S: Final = 90 * 24 * 3600


class RedisOutbox(RedisFenced):
    async def mark(self, lease: Lease, row: QueuedRow) -> Marked:
        epoch = row.row.speech_epoch
        mail_id = payload = b""
        if epoch is not None:
            mail_id = f"suppressed:{row.row.key}".encode()
            payload = mail_payload(Mail("", _suppressed(row)))
        verdict, marked_ms = await self._under(
            "mark",
            lease,
            row.row.lane,
            row.row.key,
            row.attempts + 1,
            epoch if epoch is not None else "",
            await self.override(),
            mail_id,
            payload,
        )
        if verdict == b"gone":
            raise LeaseLost(f"{lease.id}: row {row.row.key} was settled")
        if verdict == b"suppressed":
            self._forget(lease, row)
            lease.more = True
            return "suppressed"
        row.marked_ms, row.marked_by = int(marked_ms), self.owner
        row.attempts += 1
        self._remember(lease, "marked", f"q:{lease.id}:{row.row.lane}", row.row.key)
        await self._is_the_store_behind()  # a mark in a store that has lost something says nothing
        return "marked"

    async def unmark(self, lease: Lease, row: QueuedRow) -> None:
        await self._under("unmark", lease, row.row.lane, row.row.key)
        row.marked_ms, row.marked_by = None, ""

    async def settle(self, lease: Lease, row: QueuedRow, *, platform_id: str = "", report: Event | None = None) -> None:
        """See the port. A `platform_id` of `<channel>:<message>` is addressed in that channel, one without a colon in
        the place's own."""
        address = await self._addressed(lease, platform_id) if platform_id else ""
        if row.row.resend == "free" and report is None and not platform_id and not thinks(lease):
            # It costs no call of its own: should this process die first, the row is performed once more, as it may be.
            # Not if it has posted something: what it would find that again by is overwritten by the next row's post.
            # Not while an agent thinks: then nothing is written for long, and the row would look like work to do.
            self._done.setdefault(lease.id, {})[row.row.key] = row.row.lane
            self._forget(lease, row)
            return
        await self._settle(lease, row, report=report, address=address)

    async def bury(self, lease: Lease, row: QueuedRow, error: str) -> None:
        await self._settle(lease, row, error=error[:1000] or "unknown")

    async def _settle(
        self, lease: Lease, row: QueuedRow, *, report: Event | None = None, error: str = "", address: str = ""
    ) -> None:
        mail_id, payload = "", b""
        if report is not None:
            mail_id, payload = f"settled:{row.row.key}", mail_payload(Mail("", report))
        named: list[Argument] = [row.row.lane, row.row.key, await self.override(), mail_id, payload, error]
        await self._under("settle", lease, *named, address, ADDRESS_TTL_S)
        self._remember(lease, "settled", f"q:{lease.id}:{row.row.lane}", row.row.key)
        self._forget(lease, row)
        lease.more = lease.more or report is not None

    async def _addressed(self, lease: Lease, platform_id: str) -> str:
        """The key of the message's address, for the script that settles the row. Where a reply to the message will look
        is its channel's own shard; if that is another than the conversation's, the address is written here and now,
        before the row counts as sent, and the answer is empty."""
        channel, _, message = platform_id.rpartition(":")
        channel = channel or channel_of(lease.place)
        shard = self.shard(Place(message, lease.place.platform, lease.place.workspace, channel))
        key = f"{self.tag(shard)}:a:{channel}:{message}"
        if shard == lease.shard:
            return key
        await self.calls.call("SET", key, lease.id, "EX", ADDRESS_TTL_S)
        return ""

    @staticmethod
    def _forget(lease: Lease, row: QueuedRow) -> None:
        rows = lease.lanes.get(row.row.lane, [])
        if rows and rows[0] is row:  # nearly always: a lane is worked off from its head
            del rows[0]
        else:
            rows[:] = [other for other in rows if other.row.key != row.row.key]

    def memory(self, lease: Lease) -> LeasedMemory:
        return LeasedMemory(self, lease)

    async def note(self, lease: Lease, name: str, value: str) -> None:
        """For `LeasedMemory`."""
        await self._under("note", lease, name, value)


def thinks(lease: Lease) -> bool:
    return lease.conversation is not None and lease.conversation.run is not None


def _suppressed(row: QueuedRow) -> SpeechSuppressed:
    effect = row.row.effect
    if isinstance(effect, Say):
        return SpeechSuppressed(row.row.key, effect.author.name, effect.text)
    return SpeechSuppressed(row.row.key, "", "")
