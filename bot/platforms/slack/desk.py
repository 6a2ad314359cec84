"""What the team sees: the card in its channel, and the lines in the card's thread.

Nothing from here is ever posted where a customer reads. staff.py has what goes to one person.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import structlog

from handlers.ports import Mailbox, Permanent, PlatformMemory
from handlers.values import Record, Row
from routing import texts
from routing.conversation import Conversation, Offered, Parked, Queued
from routing.effects import PostCard, RemindTeam, SyncDesk, UpdateCard
from routing.moves import open_handoff
from routing.permissions import is_requester
from routing.policy import Policy, Team

from . import cards
from .client import Directory, SlackRefusal, Web
from .ids import Located, is_direct, slack_user_of
from .posting import Post, Poster, Spot, escaped
from .relay import Relay

log = structlog.get_logger("baton.slack")

LANE: Final = "desk"
MOST_ASKED: Final = 20  # members who get a card each when there is no channel
# The channel takes no card, and another one may.
CLOSED: Final = frozenset(
    {
        "channel_not_found", "is_archived", "is_inactive", "not_in_channel", "restricted_action", "no_permission",
        "restricted_action_read_only_channel", "restricted_action_thread_only_channel", "posting_to_channel_denied",
        "cannot_dm_bot", "user_not_found", "user_disabled", "messages_tab_disabled", "team_not_found",
    }
)  # fmt: skip
# The card cannot be drawn anew where it is.
CARD_GONE: Final = CLOSED | {"message_not_found", "cant_update_message", "edit_window_closed"}

NumberOf = Callable[[Conversation, int], Awaitable[int | None]]
"""A conversation and its version -> its short number (`ReadModels.index`, which draws it once)."""


@dataclass(frozen=True, slots=True)
class DeskSide:
    """The desk lane's rows of one workspace."""

    web: Web
    directory: Directory
    poster: Poster
    relay: Relay
    mailbox: Mailbox
    memory: PlatformMemory
    number_of: NumberOf | None = None

    # ---- the card ----------------------------------------------------------------------------------------------------

    async def post_card(
        self, row: Row, effect: PostCard, here: Located, conversation: Conversation, policy: Policy
    ) -> str:
        """One card per handoff, in the first channel that takes it. Raises Permanent when it reaches nobody."""
        record = await self.record(conversation)
        if not await self.poster.has_begun(LANE, row.key):  # else the card that is known may be this row's own
            before = await self.card(effect.handoff)
            if before is not None:
                await self._moved(before, policy.team(effect.team))
        sent = await self._place(row, effect.team, effect.handoff, here, record, policy)
        await self.relay.shown(_last(record))
        return sent

    async def found_card(self, effect: PostCard, conversation: Conversation, sent: str) -> None:
        """A card that an owner posted before it ended is ours now."""
        record = await self.record(conversation)
        await self._remember_card(effect.handoff, sent)
        await self.relay.shown(_last(record))

    async def update_card(
        self, row: Row, effect: UpdateCard, here: Located, conversation: Conversation, policy: Policy
    ) -> str:
        """Draw the card from the state now; one that is gone is posted again while somebody needs it."""
        record = await self.record(conversation)
        sent = await self.card(effect.handoff)
        if sent is not None:
            drawn = cards.card(record, policy, await self.facts(effect.handoff, here, record, policy))
            if await self._draw(effect.handoff, sent, drawn):
                return ""
        current = open_handoff((record.conversation or conversation).holder)
        if current is None or current.id != effect.handoff:
            return ""
        return await self._place(row, effect.team, effect.handoff, here, record, policy)

    async def card(self, handoff: int) -> tuple[Spot, str] | None:
        """Where the card of that handoff stands: its channel and ts."""
        packed = await self.memory.recall(f"card:{handoff}")
        return _where(packed) if packed else None

    async def _draw(self, handoff: int, sent: tuple[Spot, str], drawn: cards.Drawn) -> bool:
        """False: the card is gone. Copies that members got for want of a channel follow; a lost copy is no loss."""
        post = Post(drawn.text, "card", handoff, drawn.blocks, drawn.attachments)
        there = True
        packed = await self.memory.recall(f"copies:{handoff}")
        for each in (sent, *(_where(one) for one in (json.loads(packed) if packed else ()))):
            try:
                await self.poster.edit(*each, post)
            except SlackRefusal as refusal:
                if refusal.code not in CARD_GONE:
                    raise
                log.warning("card.gone", code=refusal.code, handoff=handoff)
                there = there and each != sent
        return there

    async def _place(
        self, row: Row, team_name: str, handoff: int, here: Located, record: Record, policy: Policy
    ) -> str:
        conversation = record.conversation
        assert conversation is not None
        team = policy.team(team_name)
        drawn = cards.card(record, policy, await self.facts(handoff, here, record, policy))
        post = Post(drawn.text, "card", handoff, drawn.blocks, drawn.attachments)
        for written in _rooms(team, policy):
            sent = await self._into(written, row, here, conversation, post)
            if sent is not None:
                await self._remember_card(handoff, sent)
                return sent
        sent = await self._to_members(row, team, here, conversation, policy, post)
        if sent is None and policy.defaults.admin_channel is not None:
            sent = await self._into(policy.defaults.admin_channel, row, here, conversation, post)
            if sent is not None:
                await self._remember_card(handoff, sent)
        if sent is None:
            raise Permanent(f"no channel and no member of {team.title} can be reached")
        return sent

    async def _into(self, written: str, row: Row, here: Located, conversation: Conversation, post: Post) -> str | None:
        """Post into a channel of config.yaml; None where it takes nothing."""
        channel = await self.directory.channel(written)
        code = "no such channel"
        if channel == here.channel:
            code = "customers write there"
        elif channel is not None:
            try:
                return await self.poster.send(LANE, row.key, Spot(here.team, channel), [post])
            except SlackRefusal as refusal:
                if refusal.code not in CLOSED:
                    raise
                code = refusal.code
                self.directory.forget_channel(written)
        log.warning("card.channel_closed", channel=written, reason=code, handoff=post.handoff)
        return None

    async def _to_members(
        self, row: Row, team: Team, here: Located, conversation: Conversation, policy: Policy, post: Post
    ) -> str | None:
        """No channel takes the card: every eligible member gets one. The first is the card, the others its copies."""
        first: str | None = None
        copies: list[str] = []
        asked = [*_eligible(team, conversation, policy)][:MOST_ASKED]
        for number, user in enumerate(asked):
            try:
                spot = Spot(here.team, await self.directory.direct(user))
                sent = await self.poster.once(LANE, row.key, spot, post, part=number, of=len(asked), first=first or "")
            except SlackRefusal as refusal:
                log.warning("card.member_unreachable", member=user, code=refusal.code)
                continue
            if sent is None:
                continue
            if first is None:
                first = sent
                await self._remember_card(post.handoff, sent)
            else:
                copies.append(sent)
                await self.memory.remember(f"copies:{post.handoff}", json.dumps(copies))
        return first

    async def _remember_card(self, handoff: int, sent: str) -> None:
        await self.memory.remember(f"card:{handoff}", sent)
        await self.memory.remember("newest_card", str(handoff))

    async def _moved(self, before: tuple[Spot, str], team: Team) -> None:
        """The handoff waits for another team now: its first card says so."""
        words = f":arrow_right: Moved to {escaped(team.title)}"
        try:
            await self.poster.edit(*before, Post(words, "card"))
        except SlackRefusal as refusal:
            log.info("card.gone", code=refusal.code)

    # ---- lines in its thread -----------------------------------------------------------------------------------------

    async def sync(self, effect: SyncDesk, here: Located, conversation: Conversation) -> None:
        """Only a direct message is copied: everybody on the desk can open a channel's thread."""
        if not is_direct(here.channel):
            return
        card = await self._newest(conversation)
        if card is None:
            return
        record = await self.record(conversation)
        await self.relay.sync(effect.handoff, record, _thread(card))

    async def remind(
        self, row: Row, effect: RemindTeam, here: Located, conversation: Conversation, policy: Policy
    ) -> str:
        """In the card's thread and, because somebody has to see it, in the channel."""
        record = await self.record(conversation)
        team = policy.team(effect.team)
        minutes = max(1, (record.now_ms - effect.waiting_since_ms) // 60_000)
        said = texts.line(policy, "remind_team", policy.defaults.locale, team=team.title, minutes=minutes)
        post = Post(f":alarm_clock: {escaped(said)}", "line", effect.handoff, broadcast=True)
        sent = await self.in_thread(row, effect.handoff, conversation, post)
        if sent is not None:
            return sent
        for written in _rooms(team, policy):
            sent = await self._into(written, row, here, conversation, post)
            if sent is not None:
                return sent
        raise Permanent(f"no channel of {team.title} can be reached")

    async def in_thread(self, row: Row, handoff: int, conversation: Conversation, post: Post) -> str | None:
        """None: there is no card to reply to."""
        card = await self.card(handoff)
        if card is None:
            return None
        try:
            return await self.poster.send(LANE, row.key, _thread(card), [post])
        except SlackRefusal as refusal:
            log.warning("card.thread_closed", code=refusal.code, handoff=handoff)
            return None

    async def redraw(self, here: Located, record: Record, policy: Policy) -> None:
        """Who reopens or steps in has no handoff of their own; the last card shows that it is theirs now."""
        conversation = record.conversation
        assert conversation is not None
        newest = await self.memory.recall("newest_card")
        if newest is None or open_handoff(conversation.holder) is not None:
            return
        sent = await self.card(int(newest))
        if sent is not None:
            drawn = cards.card(record, policy, await self.facts(int(newest), here, record, policy))
            await self._draw(int(newest), sent, drawn)

    # ---- facts -------------------------------------------------------------------------------------------------------

    async def record(self, conversation: Conversation) -> Record:
        """As it is now, with its short number, which the index lane may not have drawn yet."""
        record = await self.mailbox.read(conversation.id)
        if record is None or record.conversation is None:
            raise Permanent("the conversation is gone")
        if record.number is None and self.number_of is not None:
            record = replace(record, number=await self.number_of(record.conversation, record.version))
        return record

    async def facts(self, handoff: int, here: Located, record: Record, policy: Policy) -> cards.Facts:
        assert record.conversation is not None
        writers = {line.author.name for line in record.lines if line.author.kind in ("customer", "participant")}
        names = {user: await self.directory.name(user) for user in sorted(writers | {record.conversation.requester})}
        link = await self.link(here)
        return cards.Facts(handoff, names[record.conversation.requester], link, names)

    async def link(self, here: Located) -> str:
        """The customer's thread; empty for a direct message, which opens for nobody else."""
        return await self.directory.permalink(here.channel, here.root) if here.root else ""

    async def _newest(self, conversation: Conversation) -> tuple[Spot, str] | None:
        newest = await self.memory.recall("newest_card")
        return await self.card(int(newest)) if newest is not None else None

    async def card_link(self, conversation: Conversation) -> str:
        card = await self._newest(conversation)
        return await self.directory.permalink(card[0].channel, card[1]) if card is not None else ""

    async def places(self, row: Row, here: Located, conversation: Conversation, policy: Policy) -> list[Spot]:
        """Where a row of this lane would go now: for a look-up when nothing was written down."""
        match row.effect:
            case PostCard(team=team) | RemindTeam(team=team):
                known = [await self.directory.channel(written) for written in _rooms(policy.team(team), policy)]
                return [Spot(here.team, channel) for channel in known if channel is not None]
            case _:
                card = await self._newest(conversation)
                return [_thread(card)] if card is not None else []


def _where(sent: str) -> tuple[Spot, str]:
    where, _, ts = sent.rpartition(":")
    team, _, channel = where.partition(".")
    return Spot(team, channel), ts


def _last(record: Record) -> int:
    return record.lines[-1].n if record.lines else 0


def _thread(card: tuple[Spot, str]) -> Spot:
    spot, ts = card
    return replace(spot, thread=ts)


def _rooms(team: Team, policy: Policy) -> Iterator[str]:
    """The channels that may take a team's card: its own, its fallbacks', the default team's. Each once."""
    seen: set[str] = set()
    name: str | None = team.name
    chain: list[Team] = []
    while name is not None and name in policy.teams and policy.teams[name] not in chain:
        chain.append(policy.teams[name])
        name = chain[-1].fallback
    for each in (*chain, policy.team(None)):
        if each.channel and each.channel not in seen:
            seen.add(each.channel)
            yield each.channel


def _eligible(team: Team, conversation: Conversation, policy: Policy) -> Iterator[str]:
    handoff = open_handoff(conversation.holder)
    excluded = handoff.excluded if handoff is not None else ()
    for key in sorted(team.members):
        user = slack_user_of(policy, key)
        if user is not None and key not in excluded and not is_requester(policy, conversation, key):
            yield user


def handoff_of(conversation: Conversation) -> int:
    """The open handoff's id, 0 where there is none."""
    handoff = open_handoff(conversation.holder)
    return handoff.id if handoff is not None else 0


def waits(conversation: Conversation, handoff: int) -> bool:
    """Whether that handoff can still be cancelled by who asked for it."""
    match conversation.holder:
        case Queued(handoff=open_) | Offered(handoff=open_) | Parked(handoff=open_):
            return open_.id == handoff
        case _:
            return False
