"""The state of the workspace: who is there, which rooms, what was said. It knows no network and tells nobody.

Every change calls `changes.note()`, which wakes whoever waits for a condition: tests, and the page.
"""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from bot.fake_slack.records import (
    AgentStatus,
    ApiError,
    App,
    Channel,
    ChannelKind,
    Impossible,
    Message,
    Session,
    User,
    UserGroup,
    View,
)

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Changes:
    """A counter that can be waited for."""

    def __init__(self) -> None:
        self.version = 0
        self._next = asyncio.Event()

    def note(self) -> None:
        self.version += 1
        self._next.set()
        self._next = asyncio.Event()

    async def next(self) -> None:
        """Return at the next change."""
        await self._next.wait()


class Workspace:
    """All of a workspace's state. `clock` gives seconds since 1970; tests may pass one that stands still."""

    def __init__(self, clock: Callable[[], float], app: App, *, team: str, name: str, domain: str) -> None:
        self.now = clock
        self.app = app
        self.team = team
        self.name = name
        self.domain = domain
        self.url = ""
        self.changes = Changes()
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {}
        self.ephemerals: list[Message] = []
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, View] = {}
        self.statuses: dict[tuple[str, str], AgentStatus] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.prompts: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self._messages: dict[str, dict[str, Message]] = {}
        self._last_us = 0
        self._numbers = itertools.count(1)
        me = User(app.bot_user, app.name.lower(), app.name, is_bot=True, bot_id=app.bot_id, app_id=app.id)
        self.users[me.id] = me

    # ---- names and times

    def new_id(self, prefix: str) -> str:
        number, digits = next(self._numbers), ""
        while number:
            number, digit = divmod(number, 36)
            digits = _DIGITS[digit] + digits
        return f"{prefix}0F{digits.rjust(7, '0')}"

    def new_block_id(self) -> str:
        return self.new_id("b")

    def new_ts(self) -> str:
        """A message's timestamp: never used twice and always rising, even while the clock stands still."""
        self._last_us = max(int(self.now() * 1_000_000), self._last_us + 1)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def user(self, ref: str) -> User:
        """By id, by name or by the name that is shown."""
        if ref in self.users:
            return self.users[ref]
        for user in self.users.values():
            if ref.removeprefix("@").lower() in (user.name.lower(), user.shown_name.lower()):
                return user
        raise Impossible(f"there is no user {ref!r}")

    def channel(self, ref: str) -> Channel:
        """By id or "#name"; "@name" is the direct message between that user and the app."""
        if ref in self.channels:
            return self.channels[ref]
        if ref.startswith("@"):
            return self.direct_message(self.user(ref).id)
        for channel in self.channels.values():
            if channel.name == ref.removeprefix("#"):
                return channel
        raise Impossible(f"there is no channel {ref!r}")

    # ---- rooms

    def add_channel(self, kind: ChannelKind, name: str, members: list[str], *, id: str | None = None) -> Channel:
        prefix = "D" if kind == "im" else "C"
        creator = members[0] if members else self.app.bot_user
        channel = Channel(id or self.new_id(prefix), name, kind, int(self.now()), creator, list(members))
        self.channels[channel.id] = channel
        self.changes.note()
        return channel

    def find_direct_message(self, users: set[str]) -> Channel | None:
        for channel in self.channels.values():
            if channel.kind in ("im", "mpim") and set(channel.members) == users:
                return channel
        return None

    def direct_message(self, user: str) -> Channel:
        """The direct message between a user and the app; made when it is first asked for."""
        found = self.find_direct_message({user, self.app.bot_user})
        return found or self.add_channel("im", "", [user, self.app.bot_user])

    def app_is_in(self, channel: Channel) -> bool:
        return self.app.bot_user in channel.members

    def visible_to_app(self, ref: str) -> Channel:
        """The channel of an argument, as the app may know it.

        Raises:
            ApiError: channel_not_found, also for a private channel the app is no member of.
        """
        channel = self.channels.get(ref)
        if channel is None and ref.startswith("#"):
            channel = next((each for each in self.channels.values() if each.name == ref[1:]), None)
        if channel is None or (channel.kind != "public" and not self.app_is_in(channel)):
            raise ApiError("channel_not_found")
        return channel

    def channel_label(self, channel: Channel) -> str:
        """What Slack calls the channel in a payload."""
        if channel.kind == "im":
            return "directmessage"
        return "privategroup" if channel.kind == "private" else channel.name

    # ---- messages

    def store(self, message: Message) -> Message:
        if message.viewer is not None:
            self.ephemerals.append(message)
        else:
            self._messages.setdefault(message.channel, {})[message.ts] = message
            if message.bot_id == self.app.bot_id and message.thread_ts:
                self.statuses.pop((message.channel, message.thread_ts), None)
        self.changes.note()
        return message

    def message(self, channel: str, ts: str) -> Message | None:
        return self._messages.get(channel, {}).get(ts)

    def ephemeral(self, channel: str, ts: str) -> Message | None:
        return next((each for each in self.ephemerals if (each.channel, each.ts) == (channel, ts)), None)

    def forget(self, message: Message) -> None:
        if message.viewer is not None:
            self.ephemerals.remove(message)
        else:
            del self._messages[message.channel][message.ts]
        self.changes.note()

    def messages(self, channel: str) -> list[Message]:
        """Everything of the channel in order of time, replies included."""
        return sorted(self._messages.get(channel, {}).values(), key=lambda message: message.ts)

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The parent and its replies."""
        return [each for each in self.messages(channel) if ts in (each.ts, each.thread_ts)]

    def replies(self, parent: Message) -> list[Message]:
        return [each for each in self.thread(parent.channel, parent.ts) if each.ts != parent.ts]

    def root_ts(self, channel: str, ts: str) -> str | None:
        """The ts of the thread that `ts` belongs to: its own or its parent's; None if there is no such message."""
        message = self.message(channel, ts)
        if message is not None:
            return message.thread_ts or message.ts
        # The parent may be gone while its replies stay.
        return ts if any(each.thread_ts == ts for each in self.messages(channel)) else None

    # ---- the assistant

    def status(self, channel: str, thread_ts: str) -> AgentStatus | None:
        """The status under a thread, None once it ran out."""
        found = self.statuses.get((channel, thread_ts))
        if found is not None and found.until <= self.now():
            del self.statuses[channel, thread_ts]
            return None
        return found

    # ---- views

    def open_views(self, user: str) -> list[View]:
        """The user's stack of modals, the visible one last."""
        return [self.views[each] for each in self.stacks.get(user, []) if each in self.views]

    def push_view(self, view: View) -> None:
        self.views[view.id] = view
        self.stacks.setdefault(view.user, []).append(view.id)
        self.changes.note()

    def pop_views(self, user: str, *, everything: bool) -> list[View]:
        """Close the visible modal, or all of them; returns those that went, the visible one first."""
        gone = []
        stack = self.stacks.get(user, [])
        while stack:
            gone.append(self.views.pop(stack.pop()))
            if not everything:
                break
        self.changes.note()
        return gone

    def every_view(self) -> Iterator[View]:
        yield from self.views.values()
        yield from self.homes.values()
