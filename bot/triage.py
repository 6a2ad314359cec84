"""The embedded triage of a policy: what its routes and answers teach about a line, in the words of the ports."""

import asyncio
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

import structlog

from bot.agents.models.local import (
    AnswerEntry,
    Engine,
    LocalTexts,
    LocalTriage,
    RouteExamples,
    engine_of,
    frustrated,
    language_of,
    thanks,
    without_requests,
    yes_or_no,
)
from bot.agents.models.local.health import Close, Trial, close_routes, trial
from bot.settings import known_environment
from handlers.values import Judgement
from routing import texts
from routing.lint import THIN
from routing.policy import Person, Policy

log = structlog.get_logger("baton.triage")

LETTERS_AT_FIRST = 1_500
LETTERS_AT_LAST = 500
JUDGEMENTS_KEPT = 256
LINES_READ_FIRST = 40


@cache
def engine() -> Engine:
    """What triage runs on in this process: the weights if they were there when it was first asked for."""
    return engine_of(known_environment())


def judge_of(policy: Policy, *, about: bool = True, before: str = "") -> Callable[[str], Judgement]:
    """Judges one line. Local and deterministic; the same policy gives the same function quickly.

    `about` False leaves out what matters only while somebody may still be asked for: the topics, requests for a
    person, complaints. That is nearly all of the work. `before` is what the customer asked last.
    """
    if not about:
        return _judge_briefly
    taught = _Taught(policy)

    def judge(text: str) -> Judgement:
        return _judged(taught, _looked_at(text), before)

    return judge


def _looked_at(text: str) -> str:
    """Of a long line its begin and its end: judging takes time by the letter, and requests stand at the ends."""
    return text if len(text) <= LETTERS_AT_FIRST + LETTERS_AT_LAST else (
        f"{text[:LETTERS_AT_FIRST]}\n{text[-LETTERS_AT_LAST:]}"
    )  # fmt: skip


@lru_cache(maxsize=JUDGEMENTS_KEPT)
def _judged(taught: "_Taught", text: str, before: str) -> Judgement:
    """Kept for a while: what `prepare` has worked out in a thread is at hand when the event loop asks for it."""
    triage = _triage(taught)
    judged = triage.judge(text)
    named = judged.person_named
    return Judgement(
        wants_person=judged.wants_person,
        person_named=_key_of(taught.people, named) if named is not None else None,
        thanks=judged.thanks,
        failed_answer=judged.unhelpful,
        topics=judged.topics,
        language=language_of(text),
        need=without_requests(text) if judged.wants_person else None,
        repeats=bool(before) and triage.repeats(text, before),
        frustrated=frustrated(text),
        yes_or_no=yes_or_no(text),
    )


def _judge_briefly(text: str) -> Judgement:
    return _brief(thanks(text), language_of(text))


@cache
def _brief(is_thanks: bool, language: str | None) -> Judgement:
    return Judgement(thanks=is_thanks, language=language)


# Fields of LocalTexts -> keys of `texts:`.
_LINES = {
    "greeting": "bot_greeting", "topics": "bot_topics", "person": "bot_person", "unsure": "no_answer",
    "about": "bot_about", "ask": "clarify", "ask_one": "clarify_one", "unhelpful": "bot_unhelpful",
    "again": "bot_again", "welcome": "bot_welcome", "source": "answer_source",
}  # fmt: skip


def words_of(policy: Policy, language: str) -> LocalTexts:
    """The embedded model's lines in the customer's language."""
    return LocalTexts(**{field: texts.template(policy, key, language) for field, key in _LINES.items()})


async def warm(policy: Policy) -> None:
    """Learn what the policy teaches before the first line comes, and log the engine and what will not go well."""
    if engine().embedder is not None and not engine().unfit:
        log.info("triage.engine", engine=str(engine()))
    else:
        log.warning("triage.engine", engine=str(engine()))
    triage = triage_of(policy)
    meaning = await asyncio.to_thread(lambda: triage.meaning)
    for route in triage.routes:
        if 0 < len(route.examples) < THIN:
            log.warning("triage.few_examples", route=route.name, examples=len(route.examples), wanted=THIN)
    for close in close_routes(meaning) if meaning is not None else ():
        log.warning("triage.close_routes", routes=close.routes)
    await asyncio.to_thread(_read_once, triage)


def _read_once(triage: LocalTriage) -> None:
    """A language's patterns are compiled when its first line comes, which takes a second: the administrator's examples
    are in the languages of the customers."""
    examples = [text for route in triage.routes for text in route.examples]
    examples += [text for answer in triage.answers for text in answer.examples]
    for text in (*examples[:LINES_READ_FIRST], "Can I talk to a person, please?"):
        triage.judge(text, about=False)


def close_routes_of(policy: Policy) -> list[Close]:
    """Routes whose examples are nearer to each other than to their own; none without weights."""
    meaning = triage_of(policy).meaning
    return close_routes(meaning) if meaning is not None else []


def trial_of(policy: Policy) -> Trial | None:
    """How the policy's own examples fare when they are held out; None without weights or with too few examples."""
    meaning = triage_of(policy).meaning
    return trial(meaning) if meaning is not None else None


async def prepare(policy: Policy, text: str, before: str = "") -> None:
    """Judge this line off the event loop: some milliseconds for a short line, many times that for a long one. Judging
    it afterwards is a look-up."""
    await asyncio.to_thread(judge_of(policy, before=before), text)


def _key_of(people: Mapping[str, Person], name: str) -> str:
    """The key of the first person of that name; somebody who is not in the file keeps the name."""
    found = (person.key for person in people.values() if person.reachable_by_name and person.name == name)
    return next(found, name)


class _Taught:
    """What a triage learns from. The same objects mean the same triage: comparing what is in them would cost more than
    judging a line."""

    def __init__(self, policy: Policy) -> None:
        self.parts = (policy.routes, policy.answers, policy.people)
        self.people = policy.people

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.parts)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Taught) and all(a is b for a, b in zip(self.parts, other.parts, strict=True))


def triage_of(policy: Policy) -> LocalTriage:
    """Learns from the routes' examples and descriptions and from the answers; kept for the next call."""
    return _triage(_Taught(policy))


@lru_cache(maxsize=16)
def _triage(taught: _Taught) -> LocalTriage:
    routes, answers, people = taught.parts
    return LocalTriage(
        [
            RouteExamples(route.name, route.description, route.examples, to=route.to.name)
            for route in routes
            if route.examples or route.description
        ],
        [AnswerEntry(one.name, one.examples, one.text, one.source) for one in answers],
        tuple(person.name for person in people.values() if person.reachable_by_name),
        embedder=engine().embedder,
    )
