"""Setting the stage: users, rooms and groups, and what a workspace's administrators do. People are named by id or name,
channels by id, "#name", or "@name" for that user's direct message with the app."""

from bot.fake_slack.delivery import Deliveries
from bot.fake_slack.interactions import Interactions
from bot.fake_slack.records import Channel, ChannelKind, GuestKind, Impossible, User, UserGroup
from bot.fake_slack.world import World


class Stage:
    """Who and what is there. Adding is silent; what changes later is told to the app as Slack tells it."""

    def __init__(self, world: World, deliveries: Deliveries, interactions: Interactions) -> None:
        self.world = world
        self.deliveries = deliveries
        self._interactions = interactions

    def add_user(
        self,
        name: str,
        *,
        id: str | None = None,
        real_name: str = "",
        display_name: str = "",
        email: str = "",
        tz: str = "Europe/Paris",
        locale: str = "en-US",
        title: str = "",
        guest: GuestKind = "none",
        deleted: bool = False,
        admin: bool = False,
    ) -> User:
        """A person. `name` is the handle; without a real name it is made from that."""
        space = self.world.workspace
        real = real_name or name.replace(".", " ").title()
        user = User(
            id or space.new_id("U"), name, real, display_name, email or f"{name}@example.com", tz, locale, title
        )
        user.guest, user.deleted, user.is_admin = guest, deleted, admin
        space.users[user.id] = user
        space.changes.note()
        return user

    def add_bot(self, name: str, *, id: str | None = None) -> User:
        """The bot user of another app."""
        space = self.world.workspace
        bot = User(id or space.new_id("U"), name, name.title(), is_bot=True)
        bot.bot_id, bot.app_id = space.new_id("B"), space.new_id("A")
        space.users[bot.id] = bot
        space.changes.note()
        return bot

    def add_channel(
        self,
        name: str,
        members: list[str] | None = None,
        *,
        kind: ChannelKind = "public",
        id: str | None = None,
        with_app: bool = True,
        archived: bool = False,
    ) -> Channel:
        """A room; the app is in it unless `with_app` is False."""
        space = self.world.workspace
        people = [space.user(each).id for each in members or []]
        channel = space.add_channel(kind, name, [*people, *([space.app.bot_user] if with_app else [])], id=id)
        channel.archived = archived
        return channel

    def add_group(self, handle: str, members: list[str], *, id: str | None = None, name: str = "") -> UserGroup:
        space = self.world.workspace
        people = [space.user(each).id for each in members]
        now = int(space.now())
        group = UserGroup(id or space.new_id("S"), handle, name or handle.title(), people, now, now)
        space.groups[group.id] = group
        space.changes.note()
        return group

    def dm(self, user: str) -> str:
        """The id of the direct message between a user and the app."""
        return self.world.workspace.direct_message(self.world.workspace.user(user).id).id

    # ---- administrators

    async def set_group_members(self, group: str, members: list[str]) -> UserGroup:
        """`group` by id or handle. The app hears what changed and how it is now."""
        space = self.world.workspace
        found = next((each for each in space.groups.values() if group in (each.id, each.handle)), None)
        if found is None:
            raise Impossible(f"there is no user group {group!r}")
        after = [space.user(each).id for each in members]
        added = [each for each in after if each not in found.users]
        removed = [each for each in found.users if each not in after]
        previous, found.users, found.updated = found.updated, after, int(space.now())
        space.changes.note()
        self.world.news.group_changed(found, added, removed, previous)
        return found

    async def deactivate(self, user: str) -> User:
        found = self.world.workspace.user(user)
        found.deleted = True
        self.world.workspace.changes.note()
        return found

    async def archive(self, channel: str) -> Channel:
        found = self.world.workspace.channel(channel)
        found.archived = True
        self.world.workspace.changes.note()
        return found

    async def uninstall(self) -> None:
        """Take the app out of the workspace; its token is worth nothing from then on."""
        self.world.news.uninstalled()
        self.world.app.bot_token = ""
