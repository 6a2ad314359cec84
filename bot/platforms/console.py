"""The web console as a platform: its pages read transcript and state, so a committed line has been delivered."""

from handlers.ports import PlatformMemory
from handlers.values import Row
from routing.conversation import Conversation
from routing.policy import Policy


class ConsolePlatform:
    """Nothing has to be sent anywhere. What staff must notice stands in the transcript as internal lines and in the
    queue; the feed wakes the pages."""

    name = "console"
    transcript_is_delivery = True

    async def perform(self, row: Row, conversation: Conversation, policy: Policy, memory: PlatformMemory) -> str:
        return ""

    async def working(self, conversation: Conversation) -> None:
        """The pages see it in the state."""

    async def find(self, row: Row, conversation: Conversation, memory: PlatformMemory) -> str | None:
        return ""
