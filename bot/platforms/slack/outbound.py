"""Slack behind the ChatPlatform port: each effect becomes a message, an edit or an invitation.

What the customer reads leaves from here and is made of `Say` and `Notice` alone; everything else is desk.py's.
"""

import asyncio
from dataclasses import replace
from typing import Final

import structlog

from handlers.ports import Mailbox, Permanent, PlatformMemory, PolicyOf
from handlers.values import Row
from routing import texts
from routing.conversation import Conversation
from routing.effects import (
    AskRating,
    CloseStream,
    DropChoices,
    InvitePerson,
    Notice,
    PostCard,
    RemindTeam,
    Say,
    ShowDraft,
    SyncDesk,
    TellPerson,
    UpdateCard,
)
from routing.policy import Policy

from . import cards, choosing
from .client import Directory, SlackRefusal, Web
from .desk import DeskSide, NumberOf, waits
from .ids import Located, located, slack_user_of
from .posting import MARKDOWN_MOST, Manners, Post, Poster, Spot, escaped, pieces
from .relay import Relay
from .staff import StaffSide

log = structlog.get_logger("baton.slack")

LANE: Final = "customer"
WORKING_WITHIN_S: Final = 1.5
PLAIN_MOST: Final = 12_000  # Slack takes 40,000 and folds them; few parts matter more, because each waits its turn


class SlackPlatform:
    """One workspace's Slack. `settle_s` is the worker's: how long a cut-off call may still be on its way."""

    name = "slack"
    transcript_is_delivery = False

    def __init__(
        self, web: Web, mailbox: Mailbox, policy_of: PolicyOf, *,
        number_of: NumberOf | None = None, settle_s: float = 8.0,
    ) -> None:  # fmt: skip
        self.directory = Directory(web)
        self._web = web
        self._mailbox = mailbox
        self._policy_of = policy_of
        self._number_of = number_of
        self._settle_s = settle_s
        self._manners = Manners()

    def _desk(self, conversation: Conversation, memory: PlatformMemory) -> DeskSide:
        poster = Poster(self._web, self._manners, conversation.id, memory, self._settle_s)
        relay = Relay(poster, memory, self.directory.name)
        return DeskSide(self._web, self.directory, poster, relay, self._mailbox, memory, self._number_of)

    async def perform(self, row: Row, conversation: Conversation, policy: Policy, memory: PlatformMemory) -> str:
        """See the port."""
        here, desk = _here(conversation), self._desk(conversation, memory)
        staff, choices = StaffSide(desk), choosing.Drawn(desk.poster, memory)
        match row.effect:
            case Say() | Notice():
                return await self._to_customer(row, here, conversation, policy, choices)
            case PostCard() as effect:
                return await desk.post_card(row, effect, here, conversation, policy)
            case UpdateCard() as effect:
                return await desk.update_card(row, effect, here, conversation, policy)
            case RemindTeam() as effect:
                return await desk.remind(row, effect, here, conversation, policy)
            case TellPerson() as effect:
                return await staff.tell(row, effect, here, conversation, policy)
            case ShowDraft() as effect:
                return await staff.show_draft(row, effect, here, conversation, policy)
            case InvitePerson() as effect:
                return await staff.invite(row, effect, here, conversation, policy)
            case SyncDesk() as effect:
                await desk.sync(effect, here, conversation)
            case DropChoices() as effect:
                await choices.drop(conversation, effect, _spot(here, conversation))
            case AskRating() | CloseStream():
                pass  # nothing is streamed, and nobody is asked yet
            case _:
                raise Permanent(f"Slack cannot do {type(row.effect).__name__}")
        return ""

    async def find(self, row: Row, conversation: Conversation, memory: PlatformMemory) -> str | None:
        """See the port."""
        here, desk = _here(conversation), self._desk(conversation, memory)
        if row.lane == LANE:
            sent = await desk.poster.find(LANE, row.key, [_spot(here, conversation)])
            choices = choosing.Drawn(desk.poster, memory)
            return await _noted(row, here, conversation, sent, choices) if sent is not None else None
        policy = await self._policy_of(conversation.workspace)
        otherwise = await desk.places(row, here, conversation, policy)
        sent = await desk.poster.find(row.lane, row.key, otherwise)
        if sent is not None and isinstance(row.effect, PostCard):
            await desk.found_card(row.effect, conversation, sent)
        return sent

    async def working(self, conversation: Conversation) -> None:
        """See the port. Slack takes the line away with our next post, or after two minutes."""
        here = located(conversation.id)
        thread = (here.root or conversation.thread) if here is not None else ""
        if here is None or not thread:
            return
        try:
            async with asyncio.timeout(WORKING_WITHIN_S):
                policy = await self._policy_of(conversation.workspace)
                status = texts.line(policy, "working", conversation.language)
                await self._web.ask(
                    self._web.client.assistant_threads_setStatus(
                        channel_id=here.channel, thread_ts=thread, status=status
                    )
                )
        except Exception as error:  # decoration: whatever is wrong with it must not cost the answer
            log.info("status.not_shown", reason=type(error).__name__)

    # ---- the customer's place ----------------------------------------------------------------------------------------

    async def _to_customer(
        self, row: Row, here: Located, conversation: Conversation, policy: Policy, choices: choosing.Drawn
    ) -> str:
        posts = await self._words(row, conversation, policy)
        spot = _spot(here, conversation)
        try:
            sent = await choices.poster.send(LANE, row.key, spot, posts)
        except SlackRefusal as refusal:
            # The line that began the thread was deleted. A direct message is still theirs alone; a channel is not.
            if here.root or not spot.thread or refusal.code not in ("cannot_reply_to_message", "thread_not_found"):
                raise
            sent = await choices.poster.send(LANE, row.key, Spot(here.team, here.channel), posts)
        return await _noted(row, here, conversation, sent, choices)

    async def _words(self, row: Row, conversation: Conversation, policy: Policy) -> list[Post]:
        match row.effect:
            case Say(author=author, text=text) as said if author.kind == "agent":
                posts = [
                    Post(escaped(part), "reply", blocks=[{"type": "markdown", "text": _quiet(part)}])
                    for part in _parts(text)
                ]
                # Of a long answer the first message has the buttons: its id is the one that is known.
                buttons = choosing.buttons(conversation, said)
                return [replace(posts[0], blocks=[*posts[0].blocks, *buttons]), *posts[1:]]
            case Say(author=author, text=text):
                name = policy.person_name(author.name)
                picture = await self._picture(policy, author.name)
                parts = [part for part in pieces(text, PLAIN_MOST) if part.strip()]
                return [Post(escaped(part), "reply", name=name, picture=picture) for part in parts]
            case Notice(about=about, text=text):
                post = Post(escaped(text), "line", about)
                if not waits(conversation, about):
                    return [post]
                label = texts.line(policy, "cancel_button", conversation.language)
                cancel = cards.button(label, "cancel", cards.value(conversation, about))
                section = {"type": "section", "text": {"type": "mrkdwn", "text": post.text}}
                return [Post(post.text, "line", about, [section, {"type": "actions", "elements": [cancel]}])]
            case _:
                raise Permanent(f"{type(row.effect).__name__} is not for customers")

    async def _picture(self, policy: Policy, person: str) -> str:
        user = slack_user_of(policy, person)
        try:
            member = await self.directory.member(user) if user is not None else None
        except Exception as error:  # without a picture the words are the same
            log.info("picture.unknown", reason=type(error).__name__)
            return ""
        return member.picture if member is not None else ""


def _here(conversation: Conversation) -> Located:
    here = located(conversation.id)
    if here is None:
        raise Permanent(f"{conversation.id} is no conversation of Slack's")
    return here


async def _noted(row: Row, here: Located, conversation: Conversation, sent: str, choices: choosing.Drawn) -> str:
    """The message's id, once it is written down if it has buttons."""
    if isinstance(row.effect, Say) and row.effect.choices:
        shown = _quiet(_parts(row.effect.text)[0])
        await choices.posted(row.effect, _spot(here, conversation), sent, shown)
    return sent


def _spot(here: Located, conversation: Conversation) -> Spot:
    """A channel's thread for good; in a direct message the thread of the newest line."""
    return Spot(here.team, here.channel, here.root or conversation.thread)


def _parts(text: str) -> list[str]:
    """An agent's words as messages; one at least."""
    return [part for part in pieces(text, MARKDOWN_MOST) if part.strip()] or [text]


def _quiet(text: str) -> str:
    """Markdown in which nobody is called: what looks like Slack's own marks stays text."""
    return text.replace("<!", "&lt;!").replace("<@", "&lt;@").replace("<#", "&lt;#")
