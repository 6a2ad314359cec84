"""The app's manifest: what it may do in a workspace and what it hears. Pure values; `baton slack manifest` prints it.

Nothing is asked for that is not used, and each scope says what for: docs/slack.md shows the same words.
"""

from collections.abc import Mapping
from typing import Any, Final

EVENTS_PATH: Final = "/slack/events"
LONGEST_DESCRIPTION: Final = 300  # Slack's limit for the agent's

SCOPES: Final[Mapping[str, str]] = {
    "app_mentions:read": "hear when somebody mentions the app in a channel",
    "assistant:write": "be an agent of Slack's: the app has its own direct message view",
    "channels:history": "read the threads of public channels it was invited to",
    "channels:read": "find the teams' channels by their names",
    "channels:write.invites": "bring the person who takes a conversation into its public channel",
    "chat:write": "answer, post and edit cards, show that an answer is on its way",
    "chat:write.customize": "show a person's reply under that person's name and picture",
    "groups:history": "read the threads of private channels it was invited to",
    "groups:read": "find the teams' private channels by their names",
    "groups:write.invites": "bring the person who takes a conversation into its private channel",
    "im:history": "read what people write to it directly",
    "im:write": "write to staff directly",
    "mpim:history": "read the threads of group direct messages it is in",
    "users:read": "show people's names and pictures instead of ids",
}
EVENTS: Final[Mapping[str, str]] = {
    "app_mention": "somebody mentions it in a channel",
    "message.channels": "a line in a public channel",
    "message.groups": "a line in a private channel",
    "message.im": "a line in a direct message",
    "message.mpim": "a line in a group direct message",
}


def manifest(url: str | None = None, *, name: str = "Baton") -> dict[str, Any]:
    """Without `url` the app is in Socket Mode and needs no public address; with one, Slack posts to it.

    `url` is where Baton is reached from outside; the endpoint's path is added unless it is there.
    """
    interactivity: dict[str, Any] = {"is_enabled": True}
    subscriptions: dict[str, Any] = {"bot_events": list(EVENTS)}
    if url is not None:
        endpoint = request_url(url)
        interactivity["request_url"] = endpoint
        subscriptions = {"request_url": endpoint, **subscriptions}
    return {
        "display_information": {"name": name, "description": "Answers, and brings in the right person."},
        "features": {
            "agent_view": {
                "agent_description": "Ask me anything about our service. I answer, or bring in a person.",
                "suggested_prompts": [],
            },
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": subscriptions,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def request_url(url: str) -> str:
    """Raises ValueError for an address that Slack would not post to."""
    if not url.startswith("https://") or len(url) <= len("https://"):
        raise ValueError(f"Slack posts to https:// addresses only, not {url!r}")
    bare = url.rstrip("/")
    return bare if bare.endswith(EVENTS_PATH) else bare + EVENTS_PATH
