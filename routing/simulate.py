"""The `tests:` of config.yaml: a customer writes, nobody of the staff is there, and `decide` says who holds it then.

The agents are not run: each answers every line with a word, which is what a test about routing needs of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from . import values
from .conversation import Conversation, HeldByAgent, describe, state_of
from .decide import birth, decide
from .effects import JournalEntry
from .errors import Refused
from .events import AgentReplied, MessageReceived
from .policy import ConfigTest, Policy
from .problems import Problems
from .rules import Facts, choice

USUAL_TIME = "2026-01-07T12:00"  # a Wednesday at noon, a holiday nowhere
_BETWEEN_LINES_MS = 5_000


class Judged(Protocol):
    """What the cheap triage says of one line."""

    @property
    def wants_person(self) -> bool: ...
    @property
    def person_named(self) -> str | None: ...
    @property
    def thanks(self) -> bool: ...
    @property
    def failed_answer(self) -> bool: ...
    @property
    def topics(self) -> Mapping[str, float]: ...
    @property
    def language(self) -> str | None: ...


Judge = Callable[[str], Judged]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`differences` is empty if the test passed; each reads `state is "queued", not "parked"`."""

    test: ConfigTest
    got: Mapping[str, str | None]
    differences: tuple[str, ...]


def run_tests(policy: Policy, judge: Judge, problems: Problems | None = None) -> tuple[Outcome, ...]:
    """Every test of the policy; failures are added to `problems`."""
    outcomes = tuple(run_test(test, policy, judge) for test in policy.tests)
    if problems is not None:
        for index, outcome in enumerate(outcomes):
            if outcome.differences:
                said = "; ".join(outcome.differences)
                problems.error(("tests", index), "test-failed", f'test "{outcome.test.name}": {said}')
    return outcomes


def run_test(test: ConfigTest, policy: Policy, judge: Judge) -> Outcome:
    try:
        conversation, journal = simulate(test, policy, judge)
    except Refused as refusal:
        return Outcome(test, {}, (f"it was refused: {refusal}",))
    got = _facts(conversation, journal)
    differences = tuple(
        f'{key} is "{got.get(key)}", not "{wanted}"' for key, wanted in test.expect.items() if got.get(key) != wanted
    )
    return Outcome(test, got, differences)


def simulate(test: ConfigTest, policy: Policy, judge: Judge) -> tuple[Conversation, tuple[JournalEntry, ...]]:
    """The conversation after the last line of the test, and all that was journalled on the way."""
    given: Mapping[str, Any] = test.given
    now_ms = values.time_ms(test.at or f"{USUAL_TIME}[{policy.defaults.timezone}]")
    customer = str(given.get("user", "customer"))
    conversation = birth("test", customer, policy, now_ms, platform=str(given.get("platform", "console")))
    journal: list[JournalEntry] = []
    for seq, text in enumerate(given["text"], 1):
        event = _message(seq, text, customer, given, conversation, policy, judge, now_ms)
        for happened in (event, None):
            following = happened or _answer(conversation)
            if following is not None:
                decision = decide(conversation, following, policy, now_ms)
                conversation = decision.conversation
                journal.extend(decision.journal)
        now_ms += _BETWEEN_LINES_MS
    return conversation, tuple(journal)


def _message(
    seq: int, text: str, customer: str, given: Mapping[str, Any], conversation: Conversation, policy: Policy,
    judge: Judge, now_ms: int,
) -> MessageReceived:  # fmt: skip
    judged = judge(text)
    language = given.get("language") or judged.language
    facts = Facts(
        text=text, user=customer, channel=str(given.get("channel", "")), platform=conversation.platform,
        language=language or conversation.language, topics=judged.topics, now_ms=now_ms,
    )  # fmt: skip
    return MessageReceived(
        seq, customer, text, now_ms, wants_person=judged.wants_person, person_named=judged.person_named,
        thanks=judged.thanks, failed_answer=judged.failed_answer, language=language, route=choice(policy, facts),
    )  # fmt: skip


def _answer(conversation: Conversation) -> AgentReplied | None:
    """The word of the agent that has been asked, if one has."""
    run = conversation.run
    if run is None or not isinstance(conversation.holder, HeldByAgent):
        return None
    return AgentReplied(run.turn, run.step, run.agent, run.epoch, run.upto, f"I see ({run.turn}).")


def _facts(conversation: Conversation, journal: tuple[JournalEntry, ...]) -> dict[str, str | None]:
    holder = conversation.holder
    handoff = getattr(holder, "handoff", None)
    return {
        "route": conversation.route or "none",
        "state": state_of(holder),
        "holder": describe(holder),
        "team": getattr(holder, "team", None),
        "agent": getattr(holder, "agent", None),
        "priority": conversation.priority,
        "reason": handoff.reason if handoff is not None else journal[-1].reason if journal else None,
    }


def failures(outcomes: tuple[Outcome, ...]) -> Iterator[Outcome]:
    return (outcome for outcome in outcomes if outcome.differences)
