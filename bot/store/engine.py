"""The Engine port: leases and everything that is written under one."""

import time
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final, Literal

import structlog

from handlers.ports import LeaseLost
from handlers.values import Commit, Lane, Lease, Mail, Place, QueuedRow
from routing.conversation import Conversation
from routing.effects import Line

from . import codec
from .connection import Argument
from .dense import dense
from .lines import line_entry, lines_of
from .log import link_of, written
from .outbox import RedisOutbox, thinks
from .overdue import RedisOverdue
from .places import channel_of, place_of
from .records import (
    at_leisure,
    checked,
    compacted,
    lanes_of,
    mail_of,
    mail_payload,
    part,
    parted,
    row_entry,
    timers_field,
)
from .states import read_state, state_entry

log = structlog.get_logger("baton.store")

COMPACT_FROM: Final = 4  # elements; fewer are hardly smaller as one
MAILBOX_MAX: Final = 1000  # as in prelude.lua
STATES_KEPT: Final = 1000  # some megabytes


class RedisEngine(RedisOutbox, RedisOverdue):
    def __init__(self) -> None:
        super().__init__()
        self._nonce = 0
        self._states: dict[str, tuple[bytes, Conversation]] = {}  # as written here last, the latest last

    # ---- taking

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
            self._let_go(lease)
            try:
                self._fill(lease, now, contents)
            except codec.CodecError as error:
                # Of a newer version, or damaged: the others are served, and it is tried again when this lease is over.
                log.error("conversation.unreadable", conversation=lease.id, problem=str(error))
                continue
            self._held[lease.id] = shard
            taken.append(lease)
        return taken

    def _fill(self, lease: Lease, now_ms: int, contents: list[Any]) -> None:
        """Everything anew. Lists are changed in place: lanes are worked on while this happens."""
        version, state, place, lines, mails, mails_in_all, lanes, last, elements = contents
        tag = self.tag(lease.shard)
        lease.now_ms = now_ms
        lease.version = int(version)
        lease.conversation = self._state_of(lease.id, state, tag) if state else None
        lease.place = place_of(lease.id, place.decode() or None)
        lease.lines, lease.elements = int(lines), elements
        lease.link = link_of(last)
        self._fill_mails(lease, mails, mails_in_all)
        known = {row.row.key: row for rows in lease.lanes.values() for row in rows}
        stored = lanes_of(lanes, f"{tag}:q:{lease.id}")
        done = self._done.get(lease.id, {})
        for lane in {*lease.lanes, *stored}:
            rows = [known.get(row.row.key, row) for row in stored.get(lane, []) if row.row.key not in done]
            lease.lanes.setdefault(lane, [])[:] = rows

    def _state_of(self, id: str, stored: bytes, tag: str) -> Conversation:
        """Mostly nobody else has written it since, and then it need not be read again."""
        written, state = self._states.get(id, (b"", None))
        return state if state is not None and written == stored else read_state(stored, tag, id)

    def _keep_state(self, id: str, stored: bytes, state: Conversation) -> None:
        self._states.pop(id, None)
        self._states[id] = stored, state
        if len(self._states) > STATES_KEPT:
            del self._states[next(iter(self._states))]

    def _fill_mails(self, lease: Lease, entries: list[bytes], in_all: int) -> None:
        lease.mails[:] = (mail_of(entry, f"{self.tag(lease.shard)}:m:{lease.id}") for entry in entries)
        lease.more = in_all > len(lease.mails)
        lease.overflows = in_all >= MAILBOX_MAX

    def _leaving(self, lease: Lease) -> tuple[list[Argument], dict[str, Lane]]:
        """The rows that leave with this write, as arguments and as they are to be forgotten once it has answered."""
        leaving = dict(self._done.get(lease.id, {}))
        by_lane = sorted(leaving.items(), key=itemgetter(1))  # those of a lane stay in their order
        return [part for key, lane in by_lane for part in (lane, key)], leaving

    async def _settle_done(self, lease: Lease) -> None:
        """What was done while the last write was under way."""
        for key, lane in list(self._done.get(lease.id, {}).items()):
            await self._under("settle", lease, lane, key, "", "", "", "", "", 0)
            self._left(lease, {key: lane})

    async def refresh(self, lease: Lease) -> None:
        """See the port. Rows are read again only if the store is ahead, after a commit whose answer was lost: while a
        lease is held its owner alone adds and settles rows, and this answer may be older than a settlement."""
        known = lease.version
        now, contents = await self._under("refresh", lease, await self.override())
        version, _, _, _, mails, mails_in_all, *_ = contents
        if int(version) > lease.version:
            self._fill(lease, int(now), contents)
        elif int(version) == lease.version:
            lease.now_ms = max(lease.now_ms, int(now))
            self._fill_mails(lease, mails, mails_in_all)
        elif int(version) < known:
            self._let_go(lease)  # the store has forgotten a commit; whoever takes it next decides again
            raise LeaseLost(lease.id)
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
        done, leaving = self._leaving(lease)
        plain = state_entry(state) if state is not None else b""
        # The next one writes it again.
        stored = plain if state is None or known or lease.more else dense(plain)
        owner = state or lease.conversation
        lines = [line_entry(line, owner) for line in commit.lines] if owner is not None else []
        link, journal = lease.link, list(map(codec.encode, commit.journal))
        if commit.decided is not None:
            link, entry = written(lease.link, lease.conversation, commit, plain)
            journal = [entry]
        reply = await self._under(
            "commit",
            lease,
            lease.version,
            self._nonce,
            await self.override(),
            mail.id if mail is not None else "",
            "1" if commit.closes else "",
            stored,
            state.floor if state is not None else "",
            state.run.turn if state is not None and state.run is not None else "",
            _unanswered_since(state, lease.conversation),
            timers_field(commit.timers),
            codec.encode(commit.outcome) if commit.outcome is not None else "",
            mail.reply_to if mail is not None else "",
            known,
            dead,
            error,
            part(lines, journal) if lines or journal else "",
            lease.lines + len(lines) if lines else "",
            len(commit.rows),
            link,
            *rows,
            *done,
        )
        if reply == b"mail_waiting":
            return False
        if reply == b"not_head":
            raise ValueError(f"{mail.id if mail else ''} is not the head of the mailbox of {lease.id}")
        self._left(lease, leaving)
        now, mails_in_all, entries = reply
        lease.now_ms = max(lease.now_ms, int(now))
        lease.version += 1
        self._remember(lease)
        lease.link = link
        lease.lines += len(lines)
        lease.elements += bool(lines or journal)
        if state is not None:
            lease.conversation = state
            self._keep_state(lease.id, stored, state)
        if mail is not None:
            del lease.mails[0]
        lease.mails += (mail_of(entry, f"{self.tag(lease.shard)}:m:{lease.id}") for entry in entries)
        lease.more = mails_in_all > len(lease.mails)
        lease.overflows = mails_in_all >= MAILBOX_MAX
        for row in commit.rows:
            lease.lanes.setdefault(row.lane, []).append(QueuedRow(row))
        if thinks(lease):
            await self._settle_done(lease)
        return True

    async def retry(self, lease: Lease, mail: Mail) -> int:
        tries = mail.tries + 1
        if await self._under("retry", lease, mail.id, tries) == b"not_head":
            raise ValueError(f"{mail.id} is not the head of the mailbox of {lease.id}")
        if lease.mails and lease.mails[0].id == mail.id:
            lease.mails[0] = Mail(mail.id, mail.event, mail.at_ms, mail.reply_to, tries)
        return tries

    async def history(self, lease: Lease) -> tuple[Line, ...]:
        elements = await self._under("history", lease)
        return await at_leisure(_transcript, elements, lease.conversation, self._history_key(lease))

    async def compact(self, lease: Lease) -> None:
        elements = await self._under("history", lease)
        if len(elements) < COMPACT_FROM:
            return
        try:
            whole = await at_leisure(compacted, elements, self._history_key(lease))
        except codec.CodecError as error:  # it stays as it is, and the conversation goes on
            log.error("conversation.unreadable", conversation=lease.id, problem=str(error))
            return
        lease.elements -= len(elements) - 1
        await self._under("compact", lease, len(elements), whole)

    def _history_key(self, lease: Lease) -> str:
        return f"{self.tag(lease.shard)}:h:{lease.id}"

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
        if verdict != "begun":
            return verdict
        self._remember(lease, "begun", f"run:{lease.id}", f"b{call_id}\n{nonce}")
        await self._is_the_store_behind()
        # It may have begun before, and that be forgotten.
        return "begun" if self.in_doubt_since_ms() is None else "again"

    async def report(self, lease: Lease, mail: Mail) -> None:
        channel = channel_of(lease.place)
        mail_id = checked(mail.id, "a mail's id")
        await self._under("post", lease, channel, mail_id, mail_payload(mail), await self.override())
        lease.more = True

    # ---- holding and giving back

    async def unlease(self, lease: Lease) -> bool:
        done, leaving = self._leaving(lease)
        reply = await self._under("unlease", lease, await self.override(), *done)
        if reply == 1:
            self._let_go(lease)
            self._remember(lease, "given back")
            return True
        self._left(lease, leaving)
        self._fill(lease, int(reply[0]), reply[1])
        return False


def _transcript(elements: list[bytes], conversation: Conversation | None, key: str) -> tuple[Line, ...]:
    return lines_of(parted(elements, key)[0], conversation, key)


def _unanswered_since(state: Conversation | None, before: Conversation | None) -> Argument:
    """For the script: since when, empty if nothing is, '=' if that is as it was."""
    if state is None or not state.unanswered:
        return ""
    since_ms = state.waiting_since_ms or 0
    same = before is not None and bool(before.unanswered) and (before.waiting_since_ms or 0) == since_ms
    return "=" if same else since_ms
