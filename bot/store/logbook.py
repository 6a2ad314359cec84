"""Reading a conversation's log whole, for whoever decides it again."""

from dataclasses import dataclass

from handlers.values import Place
from routing.conversation import Conversation
from routing.effects import Line

from .codec import CodecError
from .core import Core
from .dense import plain
from .lines import lines_of
from .log import Logged, link_of, logged
from .places import place_of
from .records import parted
from .states import read_state


@dataclass(frozen=True, slots=True)
class Logbook:
    """A conversation's log at one instant, with what it refers to.

    Attributes:
        stored: the state as the store keeps it; `state` are its bytes.
        link: the newest link of the chain; empty if no event was logged.
        key: of the list, for messages.
    """

    id: str
    place: Place
    stored: Conversation
    state: bytes
    lines: tuple[Line, ...]
    entries: tuple[Logged, ...]
    link: bytes
    key: str


class RedisLogbook(Core):
    async def logbook(self, conversation: str) -> Logbook | None:
        """None: it does not exist, or nothing has been decided of it yet.

        Raises:
            CodecError: its state or transcript is damaged; a damaged entry of the log stands among the others.
        """
        shard = self.shard_of_id(conversation)
        reply = await self.on_shard("read", shard, conversation, await self.override())
        if reply is None or not reply[2]:
            return None
        _, _, state, place, elements, _, last = reply
        key = f"{self.tag(shard)}:h:{conversation}"
        stored = read_state(state, self.tag(shard), conversation)
        lines, entries = parted(elements, key)
        return Logbook(
            id=conversation,
            place=place_of(conversation, place.decode() or None),
            stored=stored,
            state=plain(state, f"{self.tag(shard)}:c:{conversation}"),
            lines=lines_of(lines, stored, key),
            entries=logged(entries, key),
            link=link_of(last),
            key=key,
        )


__all__ = ["CodecError", "Logbook", "RedisLogbook"]
