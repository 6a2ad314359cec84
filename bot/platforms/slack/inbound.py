"""Slack's ingress: what arrives becomes one event in one conversation's mailbox, and only then Slack is acknowledged.

    HTTP: SlackGuard -.
                       >- accept -> Bolt -> its first middleware -> a table by kind -> the store -> 200
    Socket Mode ------'

Whose words are they? A customer's in a direct message, when they mention us, or in a thread where a conversation is
open; staff's in a customer's thread (they step in), and in the thread of one of our cards (a note, or with the team's
prefix a public reply). All else is nobody's business here, and nothing of it is stored.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from handlers.ports import Mailbox, Permanent, Temporary, Unavailable
from handlers.values import Mail, Place
from routing.events import Event, MessageDeleted, MessageEdited, MessageReceived, Noted, PostedNatively, Replied
from routing.policy import Policy, Team

from .actions import Actions
from .errands import Errands
from .events import UNKNOWN, Deleted, Edited, Envelope, Identity, Posted, envelope, message_of
from .guard import SlackGuard
from .ids import (
    PLATFORM,
    delete_id,
    edit_id,
    exact_place,
    is_direct,
    located,
    message_id,
    ms_of,
    person_of,
    place_of,
    store_channel,
    teams_in,
)
from .voice import Voice

log = structlog.get_logger("baton.slack")

ABOUT_WITHIN_S: Final = 2.0  # of the three seconds in which Slack wants its answer
THEIRS_KEPT: Final = 4096  # threads known to be none of ours
TWIN_WAIT_S: Final = 1.0  # of the same three seconds
TWIN_LOOK_S: Final = 0.05
DESK_LOOK_S: Final = 5.0
DESK_AGAIN_S: Final = 300.0
DESK_FAILED_S: Final = 30.0

HELP = "Hello! Mention me together with your question, and I'll answer here or bring in a person."
DESK_HELP = "This is the desk's own channel, so I take no questions here. Write to me directly, or in another channel."
COMMAND_HELP = "This command is not available yet. Mention me in a channel, or write to me directly, to ask something."

ChannelId = Callable[[str], Awaitable[str | None]]
"""A channel as config.yaml writes it (`#desk` or an id) -> its id; None: there is no such channel."""


class SlackInbound:
    """`async with SlackInbound(...) as inbound`: its errands (refusals, modals) live as long as that.

    Attributes:
        app: Bolt's. It authorizes from what it is given, without a call to Slack.
        asgi: the guarded endpoint of HTTP mode, for POST /slack/events; None without a signing secret.
        desks: the teams' channels as config.yaml writes them -> their ids, as far as they are found.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        policy: Callable[[], Policy],
        voice: Voice,
        *,
        ingress: str,
        signing_secret: str = "",
        identity: Identity = UNKNOWN,
        channel_id: ChannelId | None = None,
    ) -> None:
        """`ingress`: this process's name in `Mail.reply_to`. `identity`: what `auth.test` says, as far as it is known;
        the rest is read from each payload. `channel_id`: finds the teams' channels; None where all are given as ids."""
        self._mailbox = mailbox
        self._policy = policy
        self._voice = voice
        self._ingress = ingress
        self._us = identity
        self._channel_id = channel_id
        self.desks: dict[str, str] = {}
        self._errands = Errands()
        self._theirs: dict[tuple[str, str], None] = {}
        self._looking: asyncio.Task[None] | None = None
        self._actions = Actions(mailbox, policy, voice, self._errands, ingress=ingress)
        self._kinds: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[BoltResponse]]] = {
            "event_callback": self._happened,
            "block_actions": self._actions.clicked,
            "view_submission": self._actions.submitted,
        }
        self.app = self._bolt(signing_secret)
        # An empty secret is one that everybody knows.
        self.asgi = SlackGuard(self.accept, signing_secret) if signing_secret else None

    async def __aenter__(self) -> Self:
        await self._errands.__aenter__()
        if self._channel_id is not None:
            self._looking = self._errands.keep(self._find_desks(self._channel_id), "desk channels")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._looking is not None:
            self._looking.cancel()
        await self._errands.__aexit__(kind, error, trace)

    # ---- Bolt

    async def accept(self, payload: Mapping[str, Any], headers: Mapping[str, str]) -> BoltResponse:
        """One payload that is known to be Slack's, over HTTP or a socket. Never raises. Statuses: 200 it is in the
        store, or is nothing to us; 503 the store is away and 500 we failed, both so that Slack sends it again."""
        if not _readable(payload):
            # `app_rate_limited` would be worth a look: beyond 30,000 events an hour Slack keeps the others to itself.
            log.warning("slack.ignored", kind=str(payload.get("type"))[:40])
            return BoltResponse(status=200)  # sent again it would be no better
        try:
            # `socket_mode` says: verified and parsed already.
            request = AsyncBoltRequest(mode="socket_mode", body=dict(payload), headers=dict(headers))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            log.warning("slack.ignored", kind=str(payload.get("type"))[:40], error=type(error).__name__)
            return BoltResponse(status=200)
        try:
            response = await self.app.async_dispatch(request)
        except Exception as error:
            # Bolt's own error handling reads the payload once more, and may fail over it.
            response = await self._failed(error)
        # What nobody listens to would be 404: Slack would send it again, and count it against the app.
        return BoltResponse(status=200) if response.status == 404 else response

    def _bolt(self, signing_secret: str) -> AsyncApp:

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_user_id=self._us.bot_user or None)

        app = AsyncApp(
            name="baton",
            signing_secret=signing_secret,
            process_before_response=True,
            before_authorize=_Everything(self._take),
            authorize=authorize,  # Bolt will not be without one; only what `_Everything` passes on would get to it
            ssl_check_enabled=False,  # what it looks for is no payload of ours
            request_verification_enabled=False,  # the guard has done it
            ignoring_self_events_enabled=False,  # it goes by ids of one workspace; `message_of` knows echoes itself
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        app.error(self._failed)
        return app

    async def _take(self, body: Mapping[str, Any]) -> BoltResponse:
        take = self._kinds.get(str(body.get("type")))
        try:
            if take is not None:
                return await take(body)
        except Unavailable as error:
            log.warning("slack.store_away", detail=str(error)[:200])
            return BoltResponse(status=503)
        if "command" in body:
            return BoltResponse(status=200, body={"response_type": "ephemeral", "text": COMMAND_HELP})
        return BoltResponse(status=200)

    async def _failed(self, error: Exception) -> BoltResponse:
        """Ours to mend, and not lost: Slack sends an event again, up to three times."""
        log.error("slack.failed", error=type(error).__name__, exc_info=error)
        return BoltResponse(status=500)

    # ---- events

    async def _happened(self, body: Mapping[str, Any]) -> BoltResponse:
        outer = envelope(body, self._us)
        if outer is not None and outer.event.get("type") in ("message", "app_mention"):
            match message_of(outer, self._name_of):
                case Posted() as posted:
                    await self._posted(outer, posted)
                case Edited(channel=channel, ts=ts, root=root) as edited:
                    changed = MessageEdited(0, edited.user, edited.text, ref=ts)
                    mail = Mail(edit_id(channel, ts, edited.edited_ts), changed)
                    await self._if_open(place_of(outer.team, channel, root), mail, outer)
                case Deleted(channel=channel, ts=ts, root=root) as deleted:
                    gone = MessageDeleted(0, deleted.user, ref=ts)
                    mail = Mail(delete_id(channel, ts), gone)
                    await self._if_open(place_of(outer.team, channel, root), mail, outer)
                case None:
                    pass
        return BoltResponse(status=200)

    async def hear(self, team: str, channel: str, message: Mapping[str, Any]) -> None:
        """A message that was read in its place, as if Slack had delivered it just now.

        Raises:
            Unavailable: the store is away.
        """
        event = {**message, "type": "message", "channel": channel, "event_ts": message.get("ts")}
        await self._happened({"team_id": team, "event": event})

    def _name_of(self, user: str) -> str:
        policy = self._policy()
        key = person_of(policy, user)
        return policy.person_name(key) if key is not None else ""

    async def _posted(self, outer: Envelope, posted: Posted) -> None:
        if is_direct(posted.channel):
            await self._in_direct_message(outer, posted)
            return
        desks = teams_in(self._policy(), posted.channel, self.desks)
        if desks:
            await self._at_the_desk(outer, posted, desks)
        elif posted.mentions_bot:
            await self._called(outer, posted)
        elif posted.root != posted.ts:
            await self._in_a_thread(outer, posted)

    async def _in_direct_message(self, outer: Envelope, posted: Posted) -> None:
        """All of it is one place; but staff may have a card, or a line about a conversation, there too."""
        place = place_of(outer.team, posted.channel)
        by = person_of(self._policy(), posted.user)
        if by is not None and posted.root != posted.ts:
            about = await self._about(outer, posted)
            found = located(about) if about is not None else None
            if about is not None and found is not None and found.place != place:
                await self._to_the_desk(outer, posted, by, about, self._policy().teams_of(by))
                return
        if posted.text:
            await self._customer_line(place, outer, posted)

    async def _called(self, outer: Envelope, posted: Posted) -> None:
        """Somebody mentions us in a channel: that thread's conversation begins, or goes on."""
        if not posted.text:
            self._tell(posted, HELP)
            return
        place = place_of(outer.team, posted.channel, posted.root)
        if await self._stepped_in(place, outer, posted):
            return
        is_reply = posted.root != posted.ts
        if is_reply and not posted.parent:
            await self._twin(place)
        await self._customer_line(place, outer, posted, called_in=is_reply and posted.parent != posted.user)

    async def _twin(self, place: Place) -> None:
        """An `app_mention` does not say who began its thread, the `message` that comes beside it does. Whichever is
        accepted first counts, so let that one go ahead; it may have come to another process."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TWIN_WAIT_S):
                while await self._mailbox.glance(place) is None:  # noqa: ASYNC110 - another process may have it
                    await asyncio.sleep(TWIN_LOOK_S)

    async def _in_a_thread(self, outer: Envelope, posted: Posted) -> None:
        """Without a mention it is ours only where a conversation is open."""
        place = place_of(outer.team, posted.channel, posted.root)
        if await self._mailbox.glance(place) is not None:
            if posted.text and not await self._stepped_in(place, outer, posted):
                await self._customer_line(place, outer, posted)
            return
        by = person_of(self._policy(), posted.user)
        about = await self._about(outer, posted) if by is not None else None
        if by is not None and about is not None:
            await self._to_the_desk(outer, posted, by, about, self._policy().teams_of(by))

    async def _stepped_in(self, place: Place, outer: Envelope, posted: Posted) -> bool:
        """Staff wrote in the thread of a customer, who has seen it already. False: it is no such line."""
        by = person_of(self._policy(), posted.user)
        if by is None:
            return False
        glance = await self._mailbox.glance(place)
        if glance is None or glance.requester in (posted.user, by):
            return False
        mail = Mail(message_id(posted.channel, posted.ts), PostedNatively(by, posted.text))
        await self._if_open(place, mail, outer, posted.names)
        return True

    async def _customer_line(self, place: Place, outer: Envelope, posted: Posted, *, called_in: bool = False) -> None:
        event = MessageReceived(
            seq=0,
            author=posted.user,
            text=posted.text,
            at_ms=0,
            author_name=posted.author_name,
            platform_ms=ms_of(posted.ts),
            mentions_bot=posted.mentions_bot or is_direct(posted.channel),
            thread=posted.root,
            ref=posted.ts,
            called_in=called_in,
        )
        mail = Mail(message_id(posted.channel, posted.ts), event)
        debounce_ms = self._policy().defaults.debounce_ms
        accepted = await self._mailbox.enqueue(place, mail, dedupe=posted.names, debounce_ms=debounce_ms)
        log.info(
            "slack.line_accepted", conversation=accepted.conversation, seq=accepted.seq, event_id=outer.event_id,
            chars=len(posted.text), duplicate=accepted.duplicate,
        )  # fmt: skip

    async def _if_open(self, place: Place, mail: Mail, outer: Envelope, names: Sequence[str] = ()) -> None:
        """For whichever conversation is open there; where none ever was it is nobody's business."""
        try:
            await self._mailbox.enqueue(place, mail, dedupe=names or [name for name in (outer.event_id,) if name])
        except LookupError:
            log.debug("slack.not_ours", event_id=outer.event_id)

    # ---- the desk

    async def _at_the_desk(self, outer: Envelope, posted: Posted, desks: tuple[Team, ...]) -> None:
        """A team's channel never begins a conversation; in it only staff's words in a card's thread mean anything."""
        by = person_of(self._policy(), posted.user)
        if posted.root == posted.ts:
            if posted.mentions_bot:
                self._tell(posted, DESK_HELP)
            return
        if by is None or not posted.text:
            return
        about = await self._about(outer, posted) or await self._says_itself(posted)
        if about is not None:
            await self._to_the_desk(outer, posted, by, about, desks)

    async def _says_itself(self, posted: Posted) -> str | None:
        """A card may be so new that its address is not written yet: then what it says of itself counts. Asked before
        the acknowledgement, so that a reply is never in the hands of this process alone. Their own threads stay theirs.

        Raises:
            Unavailable: Slack does not say now. It sends the reply again.
        """
        thread = (posted.channel, posted.root)
        if thread in self._theirs:
            return None
        try:
            async with asyncio.timeout(ABOUT_WITHIN_S):
                about = await self._voice.about(*thread)
        except (Temporary, TimeoutError) as error:
            raise Unavailable(f"Slack does not say what a thread is about: {error}") from error
        except Permanent:
            about = None
        if about is None:
            self._theirs[thread] = None
            while len(self._theirs) > THEIRS_KEPT:
                del self._theirs[next(iter(self._theirs))]
        return about

    async def _to_the_desk(self, outer: Envelope, posted: Posted, by: str, about: str, desks: tuple[Team, ...]) -> None:
        """A note, unless it begins with the public prefix of a team whose desk this is."""
        place = exact_place(about)
        if place is None or not posted.text:
            return
        event: Event = Noted(by, posted.text)
        for prefix in (team.public_prefix for team in desks):
            if prefix and posted.text.startswith(prefix):
                event = Replied(by, posted.text.removeprefix(prefix).strip())
                break
        mail = Mail(message_id(posted.channel, posted.ts), event, reply_to=self._ingress)
        try:
            accepted = await self._mailbox.enqueue(place, mail, dedupe=posted.names)
        except LookupError:
            return

        async def tell(text: str) -> None:
            await self._voice.tell(posted.channel, posted.user, posted.root, text)

        self._actions.follow(accepted.conversation, mail.id, tell)

    async def _about(self, outer: Envelope, posted: Posted) -> str | None:
        """The conversation that the first message of this thread is about, if that message is one of ours."""
        channel = store_channel(outer.team, posted.channel)
        return await self._mailbox.address(PLATFORM, outer.team, channel, posted.root)

    def _tell(self, posted: Posted, text: str) -> None:
        thread = posted.thread_ts
        self._errands.run(self._voice.tell(posted.channel, posted.user, thread, text), "hint")

    async def _find_desks(self, channel_id: ChannelId) -> None:
        """Keep the ids of the teams' channels, so that no event has to wait for Slack to say them."""
        again: dict[str, float] = {}
        while True:
            for written in {team.channel for team in self._policy().teams.values() if team.channel}:
                if again.get(written, 0.0) > time.monotonic():
                    continue
                try:
                    found = await channel_id(written)
                except Exception as error:
                    # Whatever it is, the other channels can still be found, and this one later.
                    log.warning("slack.desk_unknown", channel=written, error=type(error).__name__)
                    again[written] = time.monotonic() + DESK_FAILED_S
                    continue
                again[written] = time.monotonic() + DESK_AGAIN_S
                if found is not None:
                    self.desks[written] = found
            await asyncio.sleep(DESK_LOOK_S)


class _Everything(AsyncMiddleware):
    """Answers whatever comes. For a listener Bolt authorizes, tries one matcher after the other and gathers some thirty
    arguments: that took 30 of the 40 us that an event spent in it, and ours reads only the body."""

    def __init__(self, take: Callable[[Mapping[str, Any]], Awaitable[BoltResponse]]) -> None:
        self._take = take

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        return await self._take(req.body)


def _readable(payload: Mapping[str, Any]) -> bool:
    """Whether it has what Bolt looks at without asking: it was not made for anything but Slack's own shapes."""
    match payload.get("type"):
        case "event_callback":
            event = payload.get("event")
            return isinstance(event, Mapping) and isinstance(event.get("type"), str)
        case "block_actions":
            actions = payload.get("actions")
            first = actions[0] if isinstance(actions, list) and actions else None
            return isinstance(first, Mapping) and isinstance(first.get("action_id"), str)
        case "view_submission":
            view = payload.get("view")
            return isinstance(view, Mapping) and isinstance(view.get("callback_id"), str) and "type" in view
        case kind:
            # What else has a type, nobody here listens to.
            return kind is None and isinstance(payload.get("command"), str)
