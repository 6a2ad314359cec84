"""The methods of the Web API. Importing this package fills the table `METHODS`."""

from bot.fake_slack.methods import agents, chat, conversations, people, reactions, streams, views
from bot.fake_slack.methods.registry import METHODS, Method

__all__ = ["METHODS", "Method", "agents", "chat", "conversations", "people", "reactions", "streams", "views"]
