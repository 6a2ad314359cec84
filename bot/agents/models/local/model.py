"""The embedded model: it speaks for an agent without any provider, and says only what an administrator wrote or what is
plainly true.

It quotes an answer with its source, passes the conversation on when a person is asked for or when it failed twice, and
otherwise says what it can help with and that a person can be had. It keeps no state: what happened before is read from
the history, so that it says the same after a crash.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from bot.agents.items import AssistantMessage, HandoffOutput, Item, PersonMessage, UserMessage
from bot.agents.models.base import ModelAnswer, ModelRequest, RawCall, Usage
from bot.agents.models.local.people import agrees
from bot.agents.models.local.triage import AnswerEntry, Judgement, LocalTriage
from bot.agents.tools import TargetInfo, ToolSpec

_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|yo)(?: there| all| everyone|"
    r" team)?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LocalTexts:
    """The lines of its own. Those of `failures` mark, in the history, a turn in which it had no answer; keep them apart
    from any answer."""

    greeting: str = "Hello! What can I do for you?"
    topics: str = "I can help with: {topics}."
    person: str = "If you would like a person instead, just say so."
    unsure: str = "I am not sure I can answer that myself."
    about: str = (
        "This looks like a question about {topic}, which I cannot settle myself. Would you like a person to look at it?"
    )
    unhelpful: str = "I am sorry that this did not help. Would you like a person to look at it?"
    again: str = "I have no better answer to that. Would you like a person to look at it?"
    welcome: str = "You are welcome!"
    source: str = "Source: {source}"

    @property
    def offers(self) -> tuple[str, ...]:
        """How lines end to which a plain yes means: a person, please."""
        return ("Would you like a person to look at it?", self.unhelpful, self.again)


class LocalModel:
    """A model for agents that needs no key and no network. `texts` are its own lines, `failures_allowed` how many turns
    without an answer it may have in a row before it hands over."""

    def __init__(self, triage: LocalTriage, texts: LocalTexts | None = None, *, failures_allowed: int = 2) -> None:
        self._triage = triage
        self._texts = texts or LocalTexts()
        self._failures_allowed = failures_allowed

    @property
    def name(self) -> str:
        return "local"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        yield await self.answer(request)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        question, said = _conversation(request.items)
        if not question.strip():
            return self._speak(self._opening())
        judged = self._triage.judge(question)
        last = said[-1] if said else ""
        if judged.wants_person or request.tool_choice != "auto" or (self._offered(last) and agrees(question)):
            return self._hand_over(request, judged, "asked_for_human", "The customer asked for a person.")
        if judged.thanks:
            return self._speak(self._texts.welcome)
        if judged.answer is not None and not judged.unhelpful:
            if any(judged.answer.text in words for words in said):
                return self._hand_over(request, judged, "failed_answers", "The only fitting answer did not settle it.")
            return replace(self._speak(self._quoted(judged.answer)), verbatim=True)
        if _GREETING.match(question):
            return self._speak(self._opening())
        if self._failures(said) + 1 > self._failures_allowed:
            return self._hand_over(request, judged, "failed_answers", "No answer was found, several times.")
        return self._speak(self._no_answer(judged, said))

    def _quoted(self, entry: AnswerEntry) -> str:
        return f"{entry.text}\n{self._texts.source.format(source=entry.source)}" if entry.source else entry.text

    def _opening(self) -> str:
        return " ".join(part for part in (self._texts.greeting, self._known_topics(), self._texts.person) if part)

    def _known_topics(self) -> str:
        names = [route.description.rstrip(".") for route in self._triage.routes if route.description]
        names += [entry.name.replace("_", " ").replace("-", " ") for entry in self._triage.answers]
        return self._texts.topics.format(topics="; ".join(dict.fromkeys(names))) if names else ""

    def _no_answer(self, judged: Judgement, said: Sequence[str]) -> str:
        texts = self._texts
        topic = judged.topic
        route = self._triage.route(topic) if topic is not None and judged.topics[topic] >= 0.5 else None
        if judged.unhelpful and said:
            line = texts.unhelpful
        elif route is not None:
            line = texts.about.format(topic=(route.description or route.name).rstrip("."))
        else:
            line = " ".join(part for part in (texts.unsure, self._known_topics(), texts.person) if part)
        return line if line not in said else texts.again

    def _failures(self, said: Sequence[str]) -> int:
        """How many of the last answers were none."""
        failed = 0
        for words in reversed(said):
            if not (words.startswith(self._texts.unsure) or self._offered(words)):
                break
            failed += 1
        return failed

    def _offered(self, words: str) -> bool:
        return words.endswith(self._texts.offers)

    def _speak(self, words: str) -> ModelAnswer:
        return ModelAnswer(words, usage=Usage(model_calls=1), model=self.name)

    def _hand_over(self, request: ModelRequest, judged: Judgement, cause: str, reason: str) -> ModelAnswer:
        """A transfer to the people who fit best; without a tool for it, the runner's fallback is asked for by the cause
        alone."""
        chosen = self._best_target(request.tools, judged)
        if chosen is None:
            return ModelAnswer(usage=Usage(model_calls=1), model=self.name, cause=cause)
        spec, target = chosen
        topic = judged.topic
        if topic is not None and judged.topics[topic] >= 0.5:
            reason = f"{reason} Topic: {topic}."
        if judged.person_named:
            reason = f"{reason} Asked for: {judged.person_named}."
        arguments = {"reason": reason}
        if "target" in spec.parameters.get("properties", {}):
            names = spec.parameters["properties"]["target"]["enum"]
            arguments["target"] = target.name if target.name in names else f"{target.kind}:{target.name}"
        call = RawCall(f"local_{len(request.items)}", spec.name, json.dumps(arguments, ensure_ascii=False))
        return ModelAnswer(calls=(call,), usage=Usage(model_calls=1), model=self.name, cause=cause)

    def _best_target(self, tools: Sequence[ToolSpec], judged: Judgement) -> tuple[ToolSpec, TargetInfo] | None:
        """The person who was named, else where the topic's route leads, else the first team, else the first person."""
        people = [(spec, target) for spec in tools for target in spec.targets if target.kind in ("team", "person")]
        if judged.person_named:
            named = _only_person(people, judged.person_named)
            if named is not None:
                return named
        ranked = sorted(judged.topics, key=lambda name: -judged.topics[name])
        routes = [self._triage.route(name) for name in ranked if judged.topics[name] >= 0.5]
        for name in (name for route in routes if route is not None for name in (route.to, route.name) if name):
            for entry in people:
                if _same(entry[1].name) == _same(name):
                    return entry
        teams = [entry for entry in people if entry[1].kind == "team"]
        return next(iter(teams or people), None)


def _only_person(people: Sequence[tuple[ToolSpec, TargetInfo]], name: str) -> tuple[ToolSpec, TargetInfo] | None:
    """The one person of that name; by first names, "Alice" and "Alice Martin" are one unless two people share it."""
    persons = [entry for entry in people if entry[1].kind == "person"]
    exact = [entry for entry in persons if _same(entry[1].name) == _same(name)]
    alike = [entry for entry in persons if _same(entry[1].name).split(" ")[0] == _same(name).split(" ")[0]]
    found = exact or alike
    return found[0] if len(found) == 1 else None


def _same(name: str) -> str:
    """A name for comparing: "team:billing" and "Billing" are one."""
    return " ".join(name.rpartition(":")[2].replace("_", " ").replace("-", " ").lower().split())


def _conversation(items: Sequence[Item]) -> tuple[str, list[str]]:
    """The customer's lines that nobody has answered, as one text, and what agents said since the last handoff."""
    question: list[str] = []
    said: list[str] = []
    for item in items:
        if isinstance(item, UserMessage):
            question.append(item.text)
        elif isinstance(item, AssistantMessage):
            said.append(item.text)
            question.clear()
        elif isinstance(item, PersonMessage):
            question.clear()  # a person answered; what an agent said before them is over
            said.clear()
        elif isinstance(item, HandoffOutput):
            said.clear()
    return "\n".join(question), said
