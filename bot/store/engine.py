"""The Engine port: leases and everything that is written under one."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Literal

from handlers.ports import Commit, Lease, LeaseLost, Mail, Marked, Place, QueuedRow
from routing.conversation import Conversation
from routing.effects import Line, Say
from routing.events import Event, SpeechSuppressed, TimerFired

from . import codec
from .connection import Argument
from .core import Core
from .places import channel_of, place_of
from .records import checked, lanes_of, lines_of, mail_of, mail_payload, row_entry, timers_field

# How much earlier than the store a worker stops: longer than a call to the outside is under way unnoticed.
MARGIN_S: Final = 2.0
# A lost bell costs at most this long: every worker looks at all shards so often.
SWEEP_S: Final = 1.0
FEW: Final = 8  # ready shards: up to so many, popping a bell each is cheaper than asking all
TIMERS_AT_ONCE: Final = 100
MAILBOX_MAX: Final = 1000  # as in prelude.lua
ADDRESS_TTL_S: Final = 90 * 24 * 3600


class RedisEngine(Core):
    lease_s: float

    def __init__(self) -> None:
        self._nonce = 0
        self._hot: set[int] = set()  # shards where something is ready now
        self._later: dict[int, float] = {}  # shard -> monotonic time of its next not-before
        self._swept = 0.0
        self._woken = False  # the last wait ended with a bell: no need to look everywhere
        self._told = False  # the last wait ended at once because of `_hot`; a worker that is full must not spin
        self._held: dict[str, int] = {}  # conversation -> shard: where a wake may come from

    # ---- finding work

    async def wait_for_work(self, timeout_s: float) -> None:
        now = time.monotonic()
        self._ring_due(now)
        if self._hot and not self._told:
            self._told = True
            await asyncio.sleep(0)
            return
        if self._later:
            timeout_s = min(timeout_s, min(self._later.values()) - now)
        # Only lists that can ring: a blocked connection costs the server by the number of its lists.
        wakes = [f"{self.tag(shard)}:wake:{self.owner}" for shard in set(self._held.values())]
        rung = await self.bells.wait([*wakes, *turned(self._bells)], timeout_s)
        if rung is not None:
            self._woken = True
            if rung.endswith("}:bell"):
                self._hot.add(shard_of_bell(rung))

    def _ring_due(self, now: float) -> None:
        due = [shard for shard, at in self._later.items() if at <= now]
        for shard in due:
            del self._later[shard]
            self._hot.add(shard)

    async def lease(self, limit: int) -> list[Lease]:
        """See the port. Takes from the shards that rang; looks at all of them when none did, when that came to
        nothing, and every second, so that a lost bell costs no more."""
        now = time.monotonic()
        self._ring_due(now)
        after_bell, self._woken, self._told = self._woken, False, False
        if now - self._swept < SWEEP_S:
            taken = await self._lease_hot(limit)
            if not taken and not after_bell:
                await self._glance()
                taken = await self._lease_hot(limit)
            return taken
        self._swept = now
        await self._sweep()
        return await self._lease_hot(limit)

    async def _lease_hot(self, limit: int) -> list[Lease]:
        taken: list[Lease] = []
        while self._hot and len(taken) < limit:
            left = limit - len(taken)
            shards = random.sample(sorted(self._hot), min(len(self._hot), left))
            self._hot.difference_update(shards)
            quota = left // len(shards)
            for leases in await asyncio.gather(*(self._lease_on(shard, quota) for shard in shards)):
                taken += leases
        return taken

    @cached_property
    def _bells(self) -> list[str]:
        return [f"{self.tag(shard)}:bell" for shard in range(self.shards)]

    @cached_property
    def _ready(self) -> list[str]:
        return [f"{self.tag(shard)}:r" for shard in range(self.shards)]

    async def _glance(self) -> None:
        """Where is something ready? Mostly nowhere, and one command says so; a few bells tell which shards."""
        count = await self.calls.call("EXISTS", *self._ready)
        if count > FEW or (count and not await self._pop_bells(count)):
            await self._sweep()

    async def _pop_bells(self, count: int) -> bool:
        pops: list[tuple[Argument, ...]] = [("LMPOP", self.shards, *turned(self._bells), "LEFT")] * count
        rung = [reply[0].decode() for reply in await self.calls.all(pops) if reply]
        self._hot.update(map(shard_of_bell, rung))
        return bool(rung)

    async def _sweep(self) -> None:
        """Ask every shard, whether its bell rang or not."""
        replies = await self.calls.all([("EXISTS", name) for name in self._ready])
        self._hot |= {shard for shard, found in enumerate(replies) if found and shard not in self._later}

    async def _lease_on(self, shard: int, limit: int) -> list[Lease]:
        good_until = self._good_until()
        self._nonce += 1
        try:
            reply = await self.on_shard(
                "lease", shard, self.owner, self._lease_ms, limit, await self.override(), self._nonce
            )
        except BaseException:
            self._hot.add(shard)
            raise
        now, real, more, next_ms = int(reply[0]), int(reply[1]), reply[2], reply[3]
        self._later.pop(shard, None)
        if more:
            self._hot.add(shard)
        elif next_ms:
            self._later[shard] = time.monotonic() + (float(next_ms) - real) / 1000
        taken = []
        for conversation, fence, contents in zip(reply[4::3], reply[5::3], reply[6::3], strict=True):
            lease = Lease(
                id=conversation.decode(),
                shard=shard,
                place=Place(""),
                fence=int(fence),
                version=0,
                conversation=None,
                lines=0,
                mails=[],
                lanes={},
                now_ms=now,
                good_until=good_until,
            )
            self._fill(lease, now, contents)
            self._held[lease.id] = shard
            taken.append(lease)
        return taken

    @property
    def _lease_ms(self) -> int:
        return int(self.lease_s * 1000)

    def _good_until(self) -> float:
        """Taken before the call: the store counts from a moment that cannot be earlier."""
        return time.monotonic() + self.lease_s - min(MARGIN_S, self.lease_s / 4)

    def _fill(self, lease: Lease, now_ms: int, contents: list[Any]) -> None:
        """Everything anew. Lists are changed in place: lanes are worked on while this happens."""
        version, state, place, lines, mails, mails_in_all, lanes = contents
        tag = self.tag(lease.shard)
        lease.now_ms = now_ms
        lease.version = int(version)
        lease.conversation = codec.decode(Conversation, state, f"{tag}:c:{lease.id}") if state else None
        lease.place = place_of(lease.id, place.decode() or None)
        lease.lines = lines
        self._fill_mails(lease, mails, mails_in_all)
        known = {row.row.key: row for rows in lease.lanes.values() for row in rows}
        stored = lanes_of(lanes, f"{tag}:q:{lease.id}")
        for lane in {*lease.lanes, *stored}:
            rows = [known.get(row.row.key, row) for row in stored.get(lane, [])]
            lease.lanes.setdefault(lane, [])[:] = rows

    def _fill_mails(self, lease: Lease, entries: list[bytes], in_all: int) -> None:
        lease.mails[:] = (mail_of(entry, f"{self.tag(lease.shard)}:m:{lease.id}") for entry in entries)
        lease.more = in_all > len(lease.mails)
        lease.overflows = in_all >= MAILBOX_MAX

    async def _under(self, name: str, lease: Lease, *args: Argument) -> Any:
        """A script fenced by this lease."""
        reply = await self.on_shard(name, lease.shard, lease.id, self.owner, lease.fence, *args)
        if reply == b"lost":
            self._held.pop(lease.id, None)
            raise LeaseLost(lease.id)
        return reply

    async def refresh(self, lease: Lease) -> None:
        """See the port. Rows are read again only if the store is ahead, after a commit whose answer was lost: while a
        lease is held its owner alone adds and settles rows, and this answer may be older than a settlement."""
        now, contents = await self._under("refresh", lease, await self.override())
        version, _, _, _, mails, mails_in_all, _ = contents
        if int(version) > lease.version:
            self._fill(lease, int(now), contents)
        elif int(version) == lease.version:
            lease.now_ms = max(lease.now_ms, int(now))
            self._fill_mails(lease, mails, mails_in_all)
        else:
            lease.more = True  # a commit of ours overtook the question

    # ---- deciding

    async def commit(self, lease: Lease, commit: Commit) -> bool:
        return await self._commit(lease, commit)

    async def park(self, lease: Lease, mail: Mail, error: str, commit: Commit) -> None:
        if commit.mail is None or commit.mail.id != mail.id:
            raise ValueError("the commit of a parked event pops that event")
        await self._commit(lease, commit, dead=codec.encode(mail), error=error[:1000])

    async def _commit(self, lease: Lease, commit: Commit, dead: bytes = b"", error: str = "") -> bool:
        state, mail = commit.conversation, commit.mail
        self._nonce += 1
        known = len(lease.mails) - (mail is not None)
        rows: list[Argument] = []
        for row in commit.rows:
            rows += (row.lane, row_entry(row))
        reply = await self._under(
            "commit",
            lease,
            lease.version,
            self._nonce,
            await self.override(),
            mail.id if mail is not None else "",
            "1" if commit.closes else "",
            codec.encode(state) if state is not None else "",
            state.epoch if state is not None else "",
            state.floor if state is not None else "",
            state.run.turn if state is not None and state.run is not None else "",
            state.waiting_since_ms or 0 if state is not None and state.unanswered else "",
            timers_field(commit.timers),
            codec.encode(commit.outcome) if commit.outcome is not None else "",
            mail.reply_to if mail is not None else "",
            known,
            dead,
            error,
            len(commit.lines),
            len(commit.journal),
            len(commit.rows),
            *map(codec.encode, commit.lines),
            *map(codec.encode, commit.journal),
            *rows,
        )
        if reply == b"mail_waiting":
            return False
        if reply == b"not_head":
            raise ValueError(f"{mail.id if mail else ''} is not the head of the mailbox of {lease.id}")
        now, mails_in_all, entries = reply
        lease.now_ms = int(now)
        lease.version += 1
        lease.lines += len(commit.lines)
        if state is not None:
            lease.conversation = state
        if mail is not None:
            del lease.mails[0]
        lease.mails += (mail_of(entry, f"{self.tag(lease.shard)}:m:{lease.id}") for entry in entries)
        lease.more = mails_in_all > len(lease.mails)
        lease.overflows = mails_in_all >= MAILBOX_MAX
        for row in commit.rows:
            lease.lanes.setdefault(row.lane, []).append(QueuedRow(row))
        return True

    async def retry(self, lease: Lease, mail: Mail) -> int:
        tries = mail.tries + 1
        if await self._under("retry", lease, mail.id, tries) == b"not_head":
            raise ValueError(f"{mail.id} is not the head of the mailbox of {lease.id}")
        if lease.mails and lease.mails[0].id == mail.id:
            lease.mails[0] = Mail(mail.id, mail.event, mail.at_ms, mail.reply_to, tries)
        return tries

    async def history(self, lease: Lease) -> tuple[Line, ...]:
        return lines_of(await self._under("history", lease), f"{self.tag(lease.shard)}:h:{lease.id}")

    # ---- delivering

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
        return "marked"

    async def unmark(self, lease: Lease, row: QueuedRow) -> None:
        await self._under("unmark", lease, row.row.lane, row.row.key)
        row.marked_ms, row.marked_by = None, ""

    async def settle(self, lease: Lease, row: QueuedRow, *, platform_id: str = "", report: Event | None = None) -> None:
        """See the port. A `platform_id` of `<channel>:<message>` is addressed in that channel, one without a colon in
        the place's own."""
        if platform_id:
            await self._write_address(lease, platform_id)
        await self._settle(lease, row, report=report)

    async def bury(self, lease: Lease, row: QueuedRow, error: str) -> None:
        await self._settle(lease, row, error=error[:1000] or "unknown")

    async def _settle(self, lease: Lease, row: QueuedRow, *, report: Event | None = None, error: str = "") -> None:
        mail_id, payload = "", b""
        if report is not None:
            mail_id, payload = f"settled:{row.row.key}", mail_payload(Mail("", report))
        await self._under("settle", lease, row.row.lane, row.row.key, await self.override(), mail_id, payload, error)
        self._forget(lease, row)
        lease.more = lease.more or report is not None

    async def _write_address(self, lease: Lease, platform_id: str) -> None:
        # Before the row counts as sent, and on the channel's own shard, where a reply to the message will look.
        channel, _, message = platform_id.rpartition(":")
        channel = channel or channel_of(lease.place)
        shard = self.shard(Place(message, lease.place.platform, lease.place.workspace, channel))
        key = f"{self.tag(shard)}:a:{channel}:{message}"
        await self.calls.call("SET", key, lease.id, "EX", ADDRESS_TTL_S)

    @staticmethod
    def _forget(lease: Lease, row: QueuedRow) -> None:
        rows = lease.lanes.get(row.row.lane, [])
        rows[:] = (other for other in rows if other.row.key != row.row.key)

    # ---- thinking

    async def run_entries(self, lease: Lease, turn: int) -> list[dict[str, Any]]:
        key = f"{self.tag(lease.shard)}:run:{lease.id}"
        entries = await self._under("runlog", lease, turn)
        return [codec.unpack(entry[1:], key)[1] for entry in entries if entry[:1] == b"e"]

    async def run_append(self, lease: Lease, turn: int, entry: Mapping[str, Any]) -> None:
        self._nonce += 1
        await self._under("run", lease, turn, b"e" + codec.pack([f"{lease.fence}.{self._nonce}", entry]))

    async def begin(
        self, lease: Lease, turn: int, call_id: str, *, speech_epoch: int
    ) -> Literal["begun", "again", "refused"]:
        self._nonce += 1
        nonce = f"{lease.fence}.{self._nonce}"
        reply = await self._under("begin", lease, turn, speech_epoch, checked(call_id, "a call's id"), nonce)
        verdict: Literal["begun", "again", "refused"] = reply.decode()
        return verdict

    async def report(self, lease: Lease, mail: Mail) -> None:
        channel = channel_of(lease.place)
        mail_id = checked(mail.id, "a mail's id")
        await self._under("post", lease, channel, mail_id, mail_payload(mail), await self.override())
        lease.more = True

    # ---- holding and giving back

    async def beat(self, leases: Sequence[Lease]) -> tuple[set[str], set[str]]:
        by_shard: defaultdict[int, list[Lease]] = defaultdict(list)
        for lease in leases:
            by_shard[lease.shard].append(lease)
        good_until = self._good_until()
        calls = []
        for shard, held in by_shard.items():
            triples: list[Argument] = []
            for lease in held:
                triples += (lease.id, lease.fence, len(lease.mails))
            calls.append(self.on_shard("beat", shard, self.owner, self._lease_ms, *triples))
        lost: set[str] = set()
        mail: set[str] = set()
        for gone, rung in await asyncio.gather(*calls):
            lost.update(one.decode() for one in gone)
            mail.update(one.decode() for one in rung)
        for lease in leases:
            if lease.id in lost:
                self._held.pop(lease.id, None)
            else:
                lease.good_until = max(lease.good_until, good_until)
        return lost, mail

    async def unlease(self, lease: Lease) -> bool:
        reply = await self._under("unlease", lease, await self.override())
        if reply == 1:
            self._held.pop(lease.id, None)
            return True
        self._fill(lease, int(reply[0]), reply[1])
        return False

    async def reap(self, owner: str | None = None) -> int:
        """See the port. An owner that ends with ':' means everybody whose name begins so (`host:pid:`)."""
        return sum(await self.on_all_shards("reap", owner or ""))

    # ---- time

    async def fire_timers(self) -> int:
        override = await self.override()
        replies = await self.on_all_shards("due", override, TIMERS_AT_ONCE)
        calls = []
        for shard, reply in enumerate(replies):
            if not reply:
                continue
            fired: list[Argument] = []
            for member, due in zip(reply[::2], reply[1::2], strict=True):
                conversation, kind, epoch, ref = member.decode().split("|", 3)
                due_ms = int(float(due))
                event = TimerFired(kind, int(epoch), ref, due_ms)
                mail_id = f"timer:{kind}|{epoch}|{ref}|{due_ms}"
                fired += (member, due_ms, conversation, mail_id, mail_payload(Mail("", event)))
            calls.append(self.on_shard("timers", shard, override, *fired))
        return sum(await asyncio.gather(*calls))

    async def next_due_ms(self) -> int | None:
        """When the next timer is due, None when none is armed."""
        asked = [("ZRANGE", f"{self.tag(shard)}:tm", 0, 0, "WITHSCORES") for shard in range(self.shards)]
        due = [int(float(reply[1])) for reply in await self.calls.all(asked) if reply]
        return min(due, default=None)

    async def quiet(self) -> bool:
        """True when nothing is ready, nothing is leased and no timer is due: everything that happened is done."""
        return await self.stillness() == "quiet"

    async def stillness(self) -> Literal["busy", "thinking", "quiet"]:
        """`thinking`: quiet but for agents whose models have not answered yet."""
        found = await self.on_all_shards("quiet", await self.override())
        return "busy" if 0 in found else "thinking" if 2 in found else "quiet"


def turned(lists: list[str]) -> list[str]:
    """From a random one on: the server takes the first that has something, and the last would wait under load."""
    start = random.randrange(len(lists))  # noqa: S311 - fairness, not a secret
    return lists[start:] + lists[:start]


def shard_of_bell(name: str) -> int:
    return int(name[1:].partition("}")[0])


def _suppressed(row: QueuedRow) -> SpeechSuppressed:
    effect = row.row.effect
    if isinstance(effect, Say):
        return SpeechSuppressed(row.row.key, effect.author.name, effect.text)
    return SpeechSuppressed(row.row.key, "", "")
