"""What one member of staff gets: private lines, an agent's draft, and the packet when a conversation becomes theirs.

A reminder and a draft go to the card's thread, where the team works; what a person must find again goes to them by
direct message. The one line that a customer sees from here is the mention of whoever joins a channel's thread.
"""

from dataclasses import dataclass, replace
from typing import Final

import structlog

from handlers.values import Record, Row
from routing import texts
from routing.conversation import Conversation, HeldByHuman, OnHold
from routing.effects import InvitePerson, ShowDraft, TellPerson
from routing.policy import Policy

from . import cards
from .client import SlackRefusal
from .desk import LANE, DeskSide, handoff_of
from .ids import Located, is_direct, slack_user_of
from .posting import Post, Spot, escaped

log = structlog.get_logger("baton.slack")

DRAFT_MOST: Final = 3_000


@dataclass(frozen=True, slots=True)
class StaffSide:
    """The rows of the desk lane that are for one person."""

    desk: DeskSide

    async def show_draft(
        self, row: Row, effect: ShowDraft, here: Located, conversation: Conversation, policy: Policy
    ) -> str:
        """For whoever holds it: in the card's thread, else to them alone."""
        handoff = handoff_of(conversation)
        head = f"*{escaped(effect.agent)}* was about to say this; it was not sent:"
        post = Post(f"{head}\n>>> {escaped(effect.text[:DRAFT_MOST])}", "line", handoff)
        sent = await self.desk.in_thread(row, handoff, conversation, post)
        holder = conversation.holder
        if sent is None and isinstance(holder, HeldByHuman | OnHold):
            sent = await self._privately(row, holder.person, here, policy, conversation, post)
        return sent or ""

    async def tell(
        self, row: Row, effect: TellPerson, here: Located, conversation: Conversation, policy: Policy
    ) -> str:
        """One person's own line. Nobody to be found is no failure: the line is in the transcript, and a failure would
        be told to the same person again."""
        handoff = handoff_of(conversation)
        if effect.kind == "reminder":
            user = slack_user_of(policy, effect.person)
            called = f"<@{user}>" if user is not None else escaped(policy.person_name(effect.person))
            sent = await self.desk.in_thread(
                row, handoff, conversation, Post(f"{called} {escaped(effect.text)}", "line", handoff)
            )
            if sent is not None:
                return sent
        post = await self._private_line(effect, here, conversation, policy)
        sent = await self._privately(row, effect.person, here, policy, conversation, post)
        if sent is None:
            name = escaped(policy.person_name(effect.person))
            sent = await self.desk.in_thread(
                row, handoff, conversation, replace(post, text=f"{name}: {post.text}", blocks=())
            )
        if sent is None:
            log.warning("person.unreachable", person=effect.person, kind=effect.kind)
        return sent or ""

    async def _private_line(
        self, effect: TellPerson, here: Located, conversation: Conversation, policy: Policy
    ) -> Post:
        """With the place it is about and, for whoever wrote past the holder, the button that takes it over."""
        record = await self.desk.record(conversation)
        handoff = handoff_of(conversation)
        number = f"#{record.number} " if record.number is not None else ""
        link = await self.desk.link(here) or await self.desk.card_link(conversation)
        about = f"<{link}|{number or 'the conversation'}>" if link else number
        text = f"{about.strip()} {escaped(effect.text)}".strip()
        blocks: list[cards.Block] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
        holder = conversation.holder
        held = isinstance(holder, HeldByHuman | OnHold) and holder.person == effect.person
        if effect.kind == "claimed_by_other" and not held:
            taken = cards.button("Take over", "take-over", cards.value(conversation, handoff))
            blocks.append({"type": "actions", "elements": [taken]})
        return Post(text, "line", handoff, blocks)

    async def _privately(
        self, row: Row, person: str, here: Located, policy: Policy, conversation: Conversation, post: Post
    ) -> str | None:
        """By direct message; None for who has none. Never to the requester, whose own words these are about."""
        user = slack_user_of(policy, person)
        if user is None or user == conversation.requester:
            return None
        try:
            spot = Spot(here.team, await self.desk.directory.direct(user))
            return await self.desk.poster.send(LANE, row.key, spot, [post])
        except SlackRefusal as refusal:
            log.warning("person.no_direct_message", person=person, code=refusal.code)
            return None

    # ---- who takes it ------------------------------------------------------------------------------------------------

    async def invite(
        self, row: Row, effect: InvitePerson, here: Located, conversation: Conversation, policy: Policy
    ) -> str:
        """Bring the new holder in: into a channel's thread by invitation and one mention, everywhere by the packet.

        Each step is done once, however often the row is performed.
        """
        user = slack_user_of(policy, effect.person)
        if user is None:
            log.info("person.no_slack_id", person=effect.person)
            return ""
        record = await self.desk.record(conversation)
        holds = record.conversation.holder if record.conversation is not None else None
        if not isinstance(holds, HeldByHuman | OnHold) or holds.person != effect.person:
            return ""  # already somebody else's: they get their own
        mention = ""
        if not is_direct(here.channel):
            mention = await self._bring_in(row, effect, user, here, conversation, policy, record)
        await self.desk.redraw(here, record, policy)
        facts = await self.desk.facts(effect.handoff, here, record, policy)
        drawn = cards.packet(
            record, policy, facts, card_link=await self.desk.card_link(conversation), direct=is_direct(here.channel)
        )
        try:
            spot = Spot(here.team, await self.desk.directory.direct(user))
            post = Post(drawn.text, "packet", effect.handoff, drawn.blocks)
            return await self.desk.poster.once(LANE, row.key, spot, post, part=1, of=2, first=mention) or mention
        except SlackRefusal as refusal:
            log.warning("person.no_direct_message", person=effect.person, code=refusal.code)
            return mention

    async def _bring_in(
        self, row: Row, effect: InvitePerson, user: str, here: Located, conversation: Conversation, policy: Policy,
        record: Record,
    ) -> str:  # fmt: skip
        """The id of the line that calls them, empty where there is none."""
        await self.desk.memory.sure()
        try:
            await self.desk.web.ask(self.desk.web.client.conversations_invite(channel=here.channel, users=[user]))
        except SlackRefusal as refusal:
            if refusal.code != "already_in_channel":
                log.info("person.not_invited", person=effect.person, code=refusal.code)
        if _wrote_themselves(record, effect):
            return ""  # they follow the thread already
        said = texts.line(policy, "invited", conversation.language, person=f"<@{user}>")
        spot = Spot(here.team, here.channel, here.root)
        try:
            return await self.desk.poster.once(LANE, row.key, spot, Post(said, "line", effect.handoff), of=2) or ""
        except SlackRefusal as refusal:
            log.info("person.not_mentioned", person=effect.person, code=refusal.code)
            return ""


def _wrote_themselves(record: Record, effect: InvitePerson) -> bool:
    """Whether they have spoken in the thread since it became theirs: a native post takes over by itself."""
    return any(
        line.author.kind == "person" and line.author.name == effect.person and line.at_ms >= effect.handoff
        and line.visibility == "public"
        for line in record.lines
    )  # fmt: skip
