"""The verdict on one message: who is asked for, what it is about, which answer fits. Deterministic, without network.

What it is about is judged by meaning where the weights are there and the message is English, else by the words that it
shares with the examples.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from bot.agents.models.local.embedder import Embedder
from bot.agents.models.local.helped import thanks, unhelpful
from bot.agents.models.local.language import language_of
from bot.agents.models.local.meaning import ByMeaning
from bot.agents.models.local.people import person_named, wants_person, without_requests
from bot.agents.models.local.taught import LIKELY, SURE, AnswerEntry, RouteExamples, Scores
from bot.agents.models.local.text import folded, plain
from bot.agents.models.local.words import ByWords

# Longer messages are judged by their first words; beyond, a customer tells the story and not the topic.
_MAX_CHARACTERS = 2_000
# Below it, a line is taken to be about nothing that was taught. Of the two engines: measured on the sets of
# bench/triage.py, and the words' scale of chance.
IN_SCOPE_BY_MEANING: Final = 0.75
_IN_SCOPE_BY_WORDS: Final = 0.4
# Below this one it is where a route is likely all the same, which is rather asked about: of real requests to 8 queues
# at 5 examples 2.4 % are then taken for nothing instead of 2.6 %, and of all else 93.3 % instead of 93.5 %.
IN_SCOPE_IF_LIKELY: Final = 0.65

# Two lines ask the same from this similarity on. Of pairs of banking requests (77 intents) that are as near, 89 % have
# one intent; of 1,665 lines that followed each other in customers' chats 0.9 % are, nearly all the same line again.
SAME_QUESTION: Final = 0.8
_SAME_WORDS: Final = 0.8  # of all words of the two, where meaning cannot be asked
_WORDS_OF_A_QUESTION: Final = 3
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")

Verdict = Literal["sure", "ask", "out_of_scope", "unsure"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be seen in one message.

    Scores run from 0 to 1: at least 0.9 for an example itself or nearly so, below 0.4 for unrelated text; by meaning
    they are the probability of being right. `topics` holds every route, `answers` every entry; `answer` is the one that
    may be quoted. `engine` says by what the message was judged. `foreign`: it is not English.
    """

    wants_person: bool
    person_named: str | None
    thanks: bool
    unhelpful: bool
    topics: dict[str, float] = field(default_factory=dict)
    answer: AnswerEntry | None = None
    answers: dict[str, float] = field(default_factory=dict)
    out_of_scope: bool = False
    foreign: bool = False
    engine: Literal["meaning", "words"] = "words"

    @property
    def topic(self) -> str | None:
        """The best topic, however weak; None when there is no route or nothing in common with any."""
        best = max(self.topics, key=self.topics.__getitem__, default=None)
        return best if best is not None and self.topics[best] > 0 else None

    @property
    def in_scope(self) -> float:
        """How near the message is to anything that the administrator described."""
        return max([*self.topics.values(), *self.answers.values()], default=0.0)

    @property
    def verdict(self) -> Verdict:
        """What to do about the topic: route or answer it, ask which of `candidates` is meant, say what can be done and
        offer a person (never a dead end: two in a hundred real requests look out of scope), or the default queue."""
        if self.answer is not None or max(self.topics.values(), default=0.0) >= SURE:
            return "sure"
        if self.out_of_scope:
            return "out_of_scope"
        return "ask" if self.in_scope >= LIKELY else "unsure"

    @property
    def candidates(self) -> tuple[str, ...]:
        """While the verdict is `ask`: the names of the two likeliest routes or answers, the likelier first. A single
        one if nothing else is likely at all."""
        if self.verdict != "ask":
            return ()
        scores = {**self.topics, **{name: p for name, p in self.answers.items() if name not in self.topics}}
        ranked = sorted((name for name in scores if scores[name] > 0), key=lambda name: -scores[name])
        return tuple(ranked[:2])


class LocalTriage:
    """Judges messages by the examples of routes and answers. `people` are the names that customers may ask for. With an
    embedder it judges by meaning, and learns when it is first asked. Any thread may ask."""

    def __init__(
        self,
        routes: Sequence[RouteExamples] = (),
        answers: Sequence[AnswerEntry] = (),
        people: Sequence[str] = (),
        *,
        embedder: Embedder | None = None,
    ) -> None:
        self.routes = tuple(routes)
        self.answers = tuple(answers)
        self.people = tuple(people)
        self._embedder = embedder

    @cached_property
    def words(self) -> ByWords:
        return ByWords(self.routes, self.answers)

    @cached_property
    def meaning(self) -> ByMeaning | None:
        return ByMeaning(self._embedder, self.routes, self.answers) if self._embedder is not None else None

    def prepare(self, text: str) -> None:
        """What takes milliseconds of judging this text, done beforehand: for another thread than the event loop's."""
        if self._embedder is not None and self.meaning is not None and not is_foreign(text):
            self._embedder.vectors([_topic_words(text, wants_person(text))])

    def judge(self, text: str, *, about: bool = True) -> Judgement:
        """`about` False leaves out what the message is about (topics and answers), which is most of the work."""
        named = person_named(text, self.people)
        asks = wants_person(text)
        foreign = is_foreign(text)
        by_meaning = self.meaning if about and not foreign else None
        scores = (by_meaning or self.words).scores(_topic_words(text, asks)) if about else Scores()
        limit = IN_SCOPE_BY_MEANING if by_meaning is not None else _IN_SCOPE_BY_WORDS
        if max(scores.topics.values(), default=0.0) >= LIKELY:
            limit = min(limit, IN_SCOPE_IF_LIKELY)
        beyond = scores.in_scope < limit and max(scores.answers.values(), default=0.0) < LIKELY
        return Judgement(
            wants_person=named is not None or asks,
            person_named=named,
            thanks=thanks(text),
            unhelpful=unhelpful(text),
            topics=self._topics(text, scores) if about else dict.fromkeys((route.name for route in self.routes), 0.0),
            answer=next((entry for entry in self.answers if entry.name == scores.answer), None),
            answers={entry.name: scores.answers.get(entry.name, 0.0) for entry in self.answers},
            out_of_scope=about and not foreign and beyond,
            foreign=foreign,
            engine="words" if by_meaning is None else "meaning",
        )

    def _topics(self, text: str, scores: Scores) -> dict[str, float]:
        """Who says only the label of a route means that one."""
        said = self.named(text)
        return {
            route.name: 1.0 if route is said else scores.topics.get(route.name, 0.0) for route in self.routes
        }  # fmt: skip

    def repeats(self, text: str, before: str) -> bool:
        """Whether the text asks what the customer asked before. With other numbers it asks about something else, and a
        word or two of greeting asks nothing."""
        one, other = (folded(_topic_words(each, asks=False)) for each in (text, before))
        if _NUMBER.findall(one) != _NUMBER.findall(other):
            return False
        words, others = set(_WORD.findall(one)), set(_WORD.findall(other))
        if min(len(words), len(others)) < _WORDS_OF_A_QUESTION:
            return False
        if len(words & others) >= _SAME_WORDS * len(words | others):
            return True
        if self._embedder is None or is_foreign(text) or is_foreign(before):
            return False
        here, there = self._embedder.vectors([_topic_words(text, asks=False), _topic_words(before, asks=False)])
        return float(here @ there) >= SAME_QUESTION

    def named(self, text: str) -> RouteExamples | AnswerEntry | None:
        """What is meant by a text that is only its label: who is asked which of two is meant says the label of one."""
        words = folded(plain(text)).strip(" .!?")
        taught: tuple[RouteExamples | AnswerEntry, ...] = (*self.routes, *self.answers)
        return next((one for one in taught if folded(label_of(one)) == words), None)

    def route(self, name: str) -> RouteExamples | None:
        return next((route for route in self.routes if route.name == name), None)


def label_of(taught: RouteExamples | AnswerEntry) -> str:
    """What customers read of it: the description of a route, the name of an answer."""
    words = taught.description.strip().rstrip(".") if isinstance(taught, RouteExamples) else ""
    words = words or " ".join(re.sub(r"[_-]+", " ", taught.name).split())
    return words[:1].upper() + words[1:]


def _topic_words(text: str, asks: bool) -> str:
    """What the message is about: its words without mark-up, and without the request for a person if it has one, which
    is about no topic."""
    text = text[:_MAX_CHARACTERS]
    return (plain(without_requests(text)) if asks else "") or plain(text)


def is_foreign(text: str) -> bool:
    """Whether it is surely not English: by its small words, or because most letters are not Latin."""
    if language_of(text) not in (None, "en"):
        return True
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter > "\u024f" for letter in letters) * 2 > len(letters)
