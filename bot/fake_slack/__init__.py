"""A fake Slack: one real server with the state of a workspace, its Web API, Events API, Socket Mode and a page.

It ships with the product because `baton demo --slack` runs against it. It knows Slack and nothing of Baton.
"""

from bot.fake_slack.options import Options
from bot.fake_slack.records import App, Call, Channel, Impossible, Message, Outcome, User, View
from bot.fake_slack.sample import furnish
from bot.fake_slack.server import FakeSlack

__all__ = [
    "App",
    "Call",
    "Channel",
    "FakeSlack",
    "Impossible",
    "Message",
    "Options",
    "Outcome",
    "User",
    "View",
    "furnish",
]
