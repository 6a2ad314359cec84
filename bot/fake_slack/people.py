"""What people do in Slack, each with the events that real Slack would send the app for it."""

import re
import uuid
from typing import Any, Literal

from bot.fake_slack.forms import Values
from bot.fake_slack.records import Channel, Impossible, Message, Outcome, User
from bot.fake_slack.shapes import rich_text, typed
from bot.fake_slack.stage import Stage


class People(Stage):
    """Every method raises Impossible for what Slack's client would not let that user do."""

    def _who(self, user: str) -> User:
        found = self.world.workspace.user(user)
        if found.deleted:
            raise Impossible(f"{found.name} is deactivated")
        return found

    def _inside(self, user: str, channel: str) -> tuple[User, Channel]:
        who, where = self._who(user), self.world.workspace.channel(channel)
        if who.id not in where.members:
            raise Impossible(f"{who.name} is not in {where.name or where.id}")
        if where.archived:
            raise Impossible(f"{where.name} is archived")
        return who, where

    def _message(self, channel: Channel, ts: str) -> Message:
        found = self.world.workspace.message(channel.id, ts)
        if found is None or found.is_tombstone:
            raise Impossible(f"there is no message {ts} in {channel.name or channel.id}")
        return found

    # ---- words

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        phantom: bool = False,
        by_name: bool = False,
    ) -> Message:
        """Write into a channel, a thread of it, or a direct message with the app ("@name").

        `text` may hold mentions as `<@U123>`; with `by_name` also as "@Ana Duarte". `phantom` sends the gesture twice,
        as Slack's client does on a bad line: one client_msg_id, two messages with a ts each. Returns the first.
        """
        who, where = self._inside(user, channel)
        space = self.world.workspace
        root = space.root_ts(where.id, thread_ts) if thread_ts else None
        if thread_ts and root is None:
            raise Impossible(f"there is no message {thread_ts} to reply to")
        words = typed(self._named(text) if by_name else text)
        gesture = str(uuid.uuid4())
        first: Message | None = None
        for _ in range(2 if phantom else 1):
            message = Message(where.id, space.new_ts(), words, user=who.id, thread_ts=root, broadcast=broadcast)
            message.client_msg_id = gesture
            message.blocks = [rich_text(words, space.new_block_id())]
            self.world.post(message)
            first = first or message
        assert first is not None
        return first

    def _named(self, text: str) -> str:
        """Turn "@Ana Duarte" and "@ana" into mentions; the longest name wins."""
        names = {name: user.id for user in self.world.workspace.users.values() for name in (user.shown_name, user.name)}
        longest_first = sorted((name for name in names if name), key=len, reverse=True)
        pattern = re.compile("(?<![<\\w])@(" + "|".join(map(re.escape, longest_first)) + r")\b", re.IGNORECASE)
        lower = {name.lower(): id for name, id in names.items()}
        return pattern.sub(lambda found: f"<@{lower[found.group(1).lower()]}>", text)

    async def bot_says(self, bot: str, channel: str, text: str, *, thread_ts: str | None = None) -> Message:
        """Another app's bot posts."""
        who, where = self._inside(bot, channel)
        if not who.is_bot or who.bot_id == self.world.app.bot_id:
            raise Impossible(f"{who.name} is not another app's bot")
        message = Message(where.id, self.world.workspace.new_ts(), text, user=who.id, thread_ts=thread_ts)
        message.bot_id, message.app_id = who.bot_id, who.app_id
        return self.world.post(message)

    async def edit(self, user: str, channel: str, ts: str, text: str) -> Message:
        who, where = self._inside(user, channel)
        message = self._message(where, ts)
        if message.user != who.id:
            raise Impossible(f"{who.name} did not write that")
        words = typed(text)
        blocks = [rich_text(words, self.world.workspace.new_block_id())]
        self.world.edit(message, editor=who.id, text=words, blocks=blocks)
        return message

    async def delete(self, user: str, channel: str, ts: str) -> None:
        who, where = self._inside(user, channel)
        message = self._message(where, ts)
        if message.user != who.id and not who.is_admin:
            raise Impossible(f"{who.name} did not write that")
        self.world.remove(message)

    async def react(self, user: str, channel: str, ts: str, name: str) -> None:
        who, where = self._inside(user, channel)
        message = self._message(where, ts)
        users = message.reactions.setdefault(name, [])
        if who.id in users:
            raise Impossible(f"{who.name} reacted with {name} before")
        users.append(who.id)
        self.world.workspace.changes.note()
        self.world.news.reacted("reaction_added", who.id, name, message)

    async def unreact(self, user: str, channel: str, ts: str, name: str) -> None:
        who, where = self._inside(user, channel)
        message = self._message(where, ts)
        if who.id not in message.reactions.get(name, []):
            raise Impossible(f"{who.name} did not react with {name}")
        message.reactions[name].remove(who.id)
        if not message.reactions[name]:
            del message.reactions[name]
        self.world.workspace.changes.note()
        self.world.news.reacted("reaction_removed", who.id, name, message)

    # ---- coming and going

    async def join(self, user: str, channel: str) -> Channel:
        who, where = self._who(user), self.world.workspace.channel(channel)
        if where.kind != "public" or where.archived or who.guest != "none":
            raise Impossible(f"{who.name} cannot join {where.name or where.id}")
        if who.id not in where.members:
            where.members.append(who.id)
            self.world.note_membership(who.id, where, joined=True)
        return where

    async def invite(self, by: str, user: str, channel: str) -> Channel:
        """`by` brings `user` in, who may be the app."""
        inviter, where = self._inside(by, channel)
        who = self._who(user)
        if who.id not in where.members:
            where.members.append(who.id)
            self.world.note_membership(who.id, where, joined=True, inviter=inviter.id)
        return where

    async def leave(self, user: str, channel: str) -> Channel:
        who, where = self._inside(user, channel)
        where.members.remove(who.id)
        self.world.note_membership(who.id, where, joined=False)
        return where

    async def set_presence(self, user: str, presence: Literal["active", "away"]) -> None:
        """No event tells of it: Slack has none for apps."""
        self._who(user).presence = presence
        self.world.workspace.changes.note()

    async def pause_notifications(self, user: str, until: float | None) -> None:
        """Do not disturb until a time in seconds since 1970, or no longer (None)."""
        who = self._who(user)
        who.dnd_until = until
        self.world.workspace.changes.note()
        self.world.news.dnd_changed(who)

    # ---- the app's own surfaces

    async def open_home(self, user: str, *, tab: Literal["home", "messages"] = "home") -> None:
        who = self._who(user)
        self.world.news.home_opened(who.id, self.world.workspace.direct_message(who.id).id, tab)

    async def look_at(self, user: str, channel: str) -> None:
        """Look at a channel with the app's pane open: the agent is told what the user sees."""
        who, where = self._inside(user, channel)
        self.world.news.context_changed(who.id, self.dm(who.id), where.id)

    async def stop_agent(self, user: str, channel: str, thread_ts: str) -> list[str]:
        """Press the stop button of a thread; returns the ts of the streams that it ended."""
        who, where = self._inside(user, channel)
        ended = []
        for message in self.world.workspace.thread(where.id, thread_ts):
            if message.stream is not None and message.stream.open:
                message.stream.open, message.stream.stopped_by_user = False, True
                ended.append(message.ts)
        self.world.workspace.statuses.pop((where.id, thread_ts), None)
        self.world.workspace.changes.note()
        self.world.news.session_stopped(who.id, where.id, thread_ts, ended)
        return ended

    # ---- buttons, forms, commands: these wait for the app's answer

    async def click(
        self, user: str, channel: str, ts: str, action_id: str, *, value: Any = None, block_id: str = ""
    ) -> Outcome:
        """Press a button of a message, or choose `value` in one of its menus."""
        who, where = self._who(user), self.world.workspace.channel(channel)
        return await self._interactions.act(who, where, ts, action_id, value=value, block_id=block_id)

    async def click_in_modal(
        self, user: str, action_id: str, *, value: Any = None, block_id: str = "", values: Values | None = None
    ) -> Outcome:
        who = self._who(user)
        return await self._interactions.act_in_view(who, action_id, value=value, block_id=block_id, values=values)

    async def click_in_home(self, user: str, action_id: str, *, value: Any = None, block_id: str = "") -> Outcome:
        return await self._interactions.act_in_home(self._who(user), action_id, value=value, block_id=block_id)

    async def submit(self, user: str, values: Values | None = None) -> Outcome:
        """Fill in the visible modal and press its button. Fields by action_id, or {block_id: {action_id: value}}."""
        return await self._interactions.submit(self._who(user), values or {})

    async def close_modal(self, user: str, *, everything: bool = False) -> Outcome:
        return await self._interactions.close(self._who(user), everything=everything)

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Outcome:
        who, where = self._inside(user, channel)
        return await self._interactions.command(who, where, command, text)

    async def shortcut(self, user: str, callback_id: str, *, channel: str = "", ts: str = "") -> Outcome:
        """A message's shortcut, or a global one if no message is named."""
        who = self._who(user)
        if not ts:
            return await self._interactions.global_shortcut(who, callback_id)
        where = self.world.workspace.channel(channel)
        return await self._interactions.message_shortcut(who, where, ts, callback_id)
