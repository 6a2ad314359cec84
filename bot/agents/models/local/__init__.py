"""Embedded triage: it needs no key and no network, and learns only from the examples in the configuration. With the
weights of `baton model build` it judges by meaning, without them by words."""

from bot.agents.models.local.embedder import Embedder, Engine, engine_of
from bot.agents.models.local.helped import thanks, unhelpful
from bot.agents.models.local.language import language_of
from bot.agents.models.local.model import LocalModel, LocalTexts
from bot.agents.models.local.mood import frustrated, yes_or_no
from bot.agents.models.local.people import person_named, wants_person, without_requests
from bot.agents.models.local.taught import AnswerEntry, RouteExamples
from bot.agents.models.local.triage import Judgement, LocalTriage

__all__ = [
    "AnswerEntry",
    "Embedder",
    "Engine",
    "Judgement",
    "LocalModel",
    "LocalTexts",
    "LocalTriage",
    "RouteExamples",
    "engine_of",
    "frustrated",
    "language_of",
    "person_named",
    "thanks",
    "unhelpful",
    "wants_person",
    "without_requests",
    "yes_or_no",
]
