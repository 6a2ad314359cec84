"""What ingress itself says in Slack: a line to one person, and the modals, whose trigger lives three seconds.

None of it is part of a conversation, so none of it is written down, repeated or waited for.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from slack_sdk.webhook.async_client import AsyncWebhookClient

from .client import Web


class Voice(Protocol):
    """May raise whatever a network raises; what could not be said is logged and forgotten."""

    async def tell(self, channel: str, user: str, thread_ts: str, text: str) -> None:
        """A line that only `user` sees, in the thread if there is one."""

    async def answer(self, response_url: str, text: str) -> None:
        """The same, to whoever pressed the button that came with this address."""

    async def open(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Show a modal."""

    async def about(self, channel: str, ts: str) -> str | None:
        """The conversation that a message of ours names in its metadata; None for any other message."""


class WebVoice:
    """By the Web API."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def tell(self, channel: str, user: str, thread_ts: str, text: str) -> None:
        call = self._web.client.chat_postEphemeral(channel=channel, user=user, text=text, thread_ts=thread_ts or None)
        await self._web.ask(call)

    async def answer(self, response_url: str, text: str) -> None:
        client = self._web.client
        webhook = AsyncWebhookClient(response_url, session=client.session, retry_handlers=[])
        webhook.proxy = client.proxy
        said = await webhook.send(text=text, response_type="ephemeral", replace_original=False)
        if said.status_code != 200:
            raise ConnectionError(f"response_url answered {said.status_code}")

    async def open(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        await self._web.ask(self._web.client.views_open(trigger_id=trigger_id, view=dict(view)))

    async def about(self, channel: str, ts: str) -> str | None:
        call = self._web.client.conversations_replies(channel=channel, ts=ts, limit=1, include_all_metadata=True)
        found = (await self._web.ask(call)).get("messages") or [{}]
        metadata = found[0].get("metadata") or {}
        if metadata.get("event_type") != "baton" or not found[0].get("bot_id"):
            return None
        named = (metadata.get("event_payload") or {}).get("conversation")
        return str(named) if named else None
