"""One message at a time: written down, posted, found again.

Slack does not promise that a post repeated is posted once. So each post is written down in the conversation's memory
right before it leaves (key, place, time) and carries its key as metadata. Who finds a post cut off looks for the key
in that place; what was never written down was never posted.
"""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import structlog

from handlers.ports import Permanent, PlatformMemory, Temporary

from .client import PAGE, SlackRefusal, Web
from .pace import Pace

log = structlog.get_logger("baton.slack")

Kind = Literal["line", "reply", "card", "relay", "packet", "ask"]
EVENT_TYPE: Final = "baton"
NAMESPACE: Final = uuid.UUID("6f6d2f0e-6f0b-5b0c-9b3e-0f4a51c1a7d2")
SKEW_S: Final = 3600.0  # between Slack's clock and the store's, at most
MARKDOWN_MOST: Final = 12_000
CUSTOMIZE_AGAIN_S: Final = 600.0
NO_FORM: Final = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long")
# The place itself is gone or closed: nothing can be looked up there.
GONE: Final = frozenset({"channel_not_found", "thread_not_found", "message_not_found"})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message goes. `thread` is the root's ts, empty for the channel itself."""

    team: str
    channel: str
    thread: str = ""

    def id_of(self, ts: str) -> str:
        """The message's id as the store addresses it."""
        return f"{self.team}.{self.channel}:{ts}"


@dataclass(frozen=True, slots=True)
class Post:
    """One message. `text` is what notifications and screen readers have, also where `blocks` are drawn.

    `name` and `picture`: whose words they are, when they are not the app's.
    """

    text: str
    kind: Kind
    handoff: int = 0
    blocks: Sequence[Mapping[str, Any]] = ()
    attachments: Sequence[Mapping[str, Any]] = ()
    name: str = ""
    picture: str = ""
    broadcast: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """What was last begun in a lane: message `part` of the row `key`. `since`: by the store's clock; 0: it
    surely did not leave."""

    key: str
    part: int
    of: int
    spot: Spot
    since: float
    first: str = ""  # the id of part 0, once it is known

    def packed(self) -> str:
        spot = self.spot
        return json.dumps([self.key, self.part, self.of, spot.team, spot.channel, spot.thread, self.since, self.first])

    @classmethod
    def unpacked(cls, packed: str) -> "Sending":
        key, part, of, team, channel, thread, since, first = json.loads(packed)
        return cls(key, part, of, Spot(team, channel, thread), since, first)


def part_key(key: str, part: int) -> str:
    """The first message of a row carries the row's key, the others the key and their number."""
    return key if part == 0 else f"{key}#{part + 1}"


@dataclass(slots=True)
class Manners:
    """What a workspace has told us of how it wants to be posted to; shared by all rows."""

    pace: Pace = field(default_factory=Pace)
    plain_until: float = 0.0  # no name and picture of our own until then


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts for one conversation, and finds what was posted.

    Attributes:
        conversation: its id.
        settle_s: how long a call that was cut off may still be on its way.
    """

    web: Web
    manners: Manners
    conversation: str
    memory: PlatformMemory
    settle_s: float

    async def send(self, lane: str, key: str, spot: Spot, posts: Sequence[Post]) -> str:
        """Post one row's messages in order; the first one's id. What an earlier attempt has sent is not sent again.

        Raises:
            Temporary: also when an earlier attempt may still be on its way.
        """
        begun = await self._begun(lane, key)
        start, first = (begun.part, begun.first) if begun is not None else (0, "")
        for part in range(start, len(posts)):
            sent = await self._unless_sent(begun, lane, Sending(key, part, len(posts), spot, 0.0, first), posts[part])
            first = first or sent
        return first

    async def once(
        self, lane: str, key: str, spot: Spot, post: Post, *, part: int = 0, of: int = 1, first: str = ""
    ) -> str | None:
        """One of a row's messages, as `send`. The message's id; None if the row has come further than this message
        already, unless that is its first. `first` is the id of part 0, where that is another."""
        begun = await self._begun(lane, key)
        first = first or (begun.first if begun is not None else "")
        if begun is not None and begun.part > part:
            return (first or None) if part == 0 else None
        return await self._unless_sent(begun, lane, Sending(key, part, of, spot, 0.0, first), post)

    async def find(self, lane: str, key: str, otherwise: Sequence[Spot] = ()) -> str | None:
        """The id of the row's first message if all of them were sent; None: `send` may go on where it stopped.

        `otherwise`: where to look when nothing was written down.

        Raises:
            Permanent: it cannot be looked up there. Temporary: an earlier attempt may still be on its way.
        """
        begun = await self._begun(lane, key)
        if begun is None:
            return await self._somewhere(otherwise, key)
        if not begun.since:
            return None
        ts = await self._look_up(begun)
        if ts is None:
            return None
        first = begun.first or begun.spot.id_of(ts)
        if begun.part + 1 == begun.of:
            return first
        await self._remember(lane, replace(begun, part=begun.part + 1, since=0.0, first=first))
        return None

    async def has_begun(self, lane: str, key: str) -> bool:
        """Whether an earlier attempt at that row came as far as a post."""
        return await self._begun(lane, key) is not None

    async def sent(self, spot: Spot, since: float) -> dict[str, str]:
        """Our messages in a place by their keys, from an hour before `since` on (0: all)."""
        client = self.web.client
        oldest = f"{since - SKEW_S:.6f}" if since else None
        found: dict[str, str] = {}
        cursor = ""
        while True:
            if spot.thread:
                call = client.conversations_replies(
                    channel=spot.channel, ts=spot.thread, oldest=oldest, limit=PAGE, include_all_metadata=True,
                    cursor=cursor or None,
                )  # fmt: skip
            else:
                call = client.conversations_history(
                    channel=spot.channel, oldest=oldest, limit=PAGE, include_all_metadata=True, cursor=cursor or None
                )
            try:
                said = await self.web.ask(call)
            except SlackRefusal as refusal:
                if refusal.code in GONE:
                    return found
                raise
            for message in said.get("messages") or ():
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT_TYPE:
                    found[str((metadata.get("event_payload") or {}).get("key", ""))] = str(message["ts"])
            cursor = str((said.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor or not (spot.thread or since):
                return found  # a whole channel is never read: one page, the newest

    async def edit(self, spot: Spot, ts: str, post: Post) -> None:
        """Draw a message anew. Raises SlackRefusal where it is gone."""
        await self.memory.sure()
        await self.web.ask(
            self.web.client.chat_update(
                channel=spot.channel, ts=ts, text=post.text[:3_900], blocks=[dict(one) for one in post.blocks],
                attachments=[dict(one) for one in post.attachments],
            )
        )  # fmt: skip

    # ---- within ------------------------------------------------------------------------------------------------------

    async def _unless_sent(self, begun: Sending | None, lane: str, now: Sending, post: Post) -> str:
        """The id of that message; it is posted unless an earlier attempt, `begun`, has done so."""
        found: str | None = None
        if begun is None and self.memory.in_doubt():
            found = await self._somewhere([now.spot], part_key(now.key, now.part))
        elif begun is not None and begun.part == now.part and begun.since:
            try:
                ts = await self._look_up(begun)
                found = begun.spot.id_of(ts) if ts is not None else None
            except Permanent:
                if post.kind == "reply":
                    raise  # a reply said twice does more harm than one that staff are told of
        if found is not None:
            return found
        return now.spot.id_of(await self._send(lane, replace(now, since=await self.memory.clock_s()), post))

    async def _look_up(self, begun: Sending) -> str | None:
        """The ts of the message that was last begun."""
        left_s = min(self.settle_s, begun.since + self.settle_s - await self.memory.clock_s())
        if left_s > 0:
            raise Temporary("an earlier attempt may still be on its way", retry_after_s=left_s, certain=True)
        return (await self.sent(begun.spot, begun.since)).get(part_key(begun.key, begun.part))

    async def _somewhere(self, spots: Sequence[Spot], key: str) -> str | None:
        """The id of the message with that key, in the first of these places that has it."""
        for spot in spots:
            ts = (await self.sent(spot, 0.0)).get(key)
            if ts is not None:
                return spot.id_of(ts)
        return None

    async def _begun(self, lane: str, key: str) -> Sending | None:
        packed = await self.memory.recall(f"sending:{lane}")
        begun = Sending.unpacked(packed) if packed else None
        return begun if begun is not None and begun.key == key else None

    async def _remember(self, lane: str, sending: Sending) -> None:
        await self.memory.remember(f"sending:{lane}", sending.packed())

    async def _send(self, lane: str, sending: Sending, post: Post) -> str:
        channel, who = sending.spot.channel, part_key(sending.key, sending.part)
        wait_s = self.manners.pace.wait_s(channel, who)
        if wait_s:
            await self._remember(lane, replace(sending, since=0.0))
            raise Temporary("others wait to post there too", retry_after_s=wait_s, certain=True)
        await self._remember(lane, sending)
        try:
            return await self._post(sending, post)
        except Permanent:
            await self._remember(lane, replace(sending, since=0.0))
            raise
        except Temporary as error:
            if not error.certain:
                raise
            await self._remember(lane, replace(sending, since=0.0))
            if error.retry_after_s is None:
                raise
            wait_s = self.manners.pace.refused(channel, who, error.retry_after_s)
            raise Temporary(str(error), retry_after_s=wait_s, certain=True) from error

    async def _post(self, sending: Sending, post: Post) -> str:
        """Without what this workspace does not let us do: a person's name and picture, newer kinds of blocks."""
        named = bool(post.name) and time.monotonic() >= self.manners.plain_until
        try:
            return await self._call(sending, post, named=named)
        except SlackRefusal as refusal:
            if named and refusal.code == "missing_scope" and "customize" in (refusal.needed or "customize"):
                log.warning("slack.no_customize", fix="add the scope chat:write.customize and install the app again")
                self.manners.plain_until = time.monotonic() + CUSTOMIZE_AGAIN_S
                return await self._post(sending, post)
            if (post.blocks or post.attachments) and refusal.code in NO_FORM:
                log.warning("slack.form_refused", kind=post.kind, code=refusal.code)
                return await self._post(sending, replace(post, blocks=(), attachments=()))
            raise

    async def _call(self, sending: Sending, post: Post, *, named: bool) -> str:
        key = part_key(sending.key, sending.part)
        payload = {"conversation": self.conversation, "handoff": post.handoff, "kind": post.kind, "key": key}
        more: dict[str, Any] = {"client_msg_id": str(uuid.uuid5(NAMESPACE, key))}
        if sending.spot.thread:
            more["thread_ts"] = sending.spot.thread
            if post.broadcast:
                more["reply_broadcast"] = True
        if post.blocks:
            more["blocks"] = [dict(one) for one in post.blocks]
        if post.attachments:
            more["attachments"] = [dict(one) for one in post.attachments]
        if named:
            more["username"] = post.name
            if post.picture:
                more["icon_url"] = post.picture
        text = post.text if named or not post.name else f"{post.name}: {post.text}"
        await self.memory.sure()
        said = await self.web.ask(
            self.web.client.chat_postMessage(
                channel=sending.spot.channel, text=text, unfurl_links=False, unfurl_media=False,
                metadata={"event_type": EVENT_TYPE, "event_payload": payload}, **more,
            )
        )  # fmt: skip
        return str(said["ts"])


def escaped(text: str) -> str:
    """Plain words for mrkdwn: nobody is called and no link is hidden by what somebody wrote."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def pieces(text: str, most: int) -> list[str]:
    """The text in parts of at most that many characters, cut at a paragraph, a line or a word where there is one."""
    found: list[str] = []
    while len(text) > most:
        cuts = (text.rfind(mark, most // 2, most) for mark in ("\n\n", "\n", " "))
        at = next((cut for cut in cuts if cut > 0), most)
        found.append(text[:at].rstrip())
        text = text[at:].lstrip("\n" if text[at] == "\n" else " ")
    return [*found, text] if text or not found else found
