"""Embedded triage: it needs no key, no network and no weights, and learns only from the examples in the
configuration."""

from bot.agents.models.local.language import language_of
from bot.agents.models.local.model import LocalModel, LocalTexts
from bot.agents.models.local.people import person_named, thanks, unhelpful, wants_person
from bot.agents.models.local.triage import AnswerEntry, Judgement, LocalTriage, RouteExamples

__all__ = [
    "AnswerEntry",
    "Judgement",
    "LocalModel",
    "LocalTexts",
    "LocalTriage",
    "RouteExamples",
    "language_of",
    "person_named",
    "thanks",
    "unhelpful",
    "wants_person",
]
