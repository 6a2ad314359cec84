"""The embedded model: it speaks for an agent without any provider, and says only what an administrator wrote or what is
plainly true.

It quotes an answer with its source, asks which of two things is meant, says what it can help with, and passes the
conversation on when a person is asked for, when it failed twice or when it does not know. None of that is a dead end: a
person can always be had. It keeps no state: what its lines did stands beside them in the history, so that it says the
same after a crash.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.agents.items import Act, AssistantMessage, HandoffOutput, Item, PersonMessage, UserMessage
from bot.agents.models.base import Choice, ModelAnswer, ModelRequest, RawCall, Usage
from bot.agents.models.local.mood import yes_or_no
from bot.agents.models.local.taught import LIKELY, AnswerEntry, RouteExamples
from bot.agents.models.local.triage import Judgement, LocalTriage, label_of
from bot.agents.tools import TargetInfo, ToolSpec

_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|yo)(?: there| all| everyone|"
    r" team)?\W*$",
    re.IGNORECASE,
)


_LOOKED_BACK: Final = 3  # lines
PERSON: Final = (Choice("", "person"),)
HELPED: Final = (Choice("", "helped"), *PERSON)


@dataclass(frozen=True)
class LocalTexts:
    """The lines of its own."""

    greeting: str = "Hello! What can I do for you?"
    topics: str = "I can help with: {topics}."
    person: str = "If you would like a person instead, just say so."
    unsure: str = "I am not sure I can answer that myself."
    about: str = (
        "This looks like a question about {topic}, which I cannot settle myself. Would you like a person to look at it?"
    )
    ask: str = "Is this about “{one}” or “{other}”?"
    ask_one: str = "Is this about “{one}”?"
    unhelpful: str = "I am sorry that this did not help. Would you like a person to look at it?"
    again: str = "I have no better answer to that. Would you like a person to look at it?"
    welcome: str = "You are welcome!"
    source: str = "Source: {source}"


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
        judged = await asyncio.to_thread(self._triage.judge, question)
        last = said[-1].act if said else ""
        reply = yes_or_no(question)
        if judged.wants_person or request.tool_choice != "auto" or (last == "offer" and reply == "yes"):
            return await self._pass_on(request, judged, "asked_for_human", "The customer asked for a person.")
        if judged.thanks:
            return self._speak(self._texts.welcome)
        in_vain = judged.unhelpful or (last == "answer" and reply == "no")
        named = self._triage.named(question)
        answer = named if isinstance(named, AnswerEntry) else judged.answer
        if answer is not None and not in_vain:
            return await self._answered(request, judged, answer, said)
        if _GREETING.match(question):
            return self._speak(self._opening())
        if self._failures(said) + 1 > self._failures_allowed - (1 if in_vain else 0):
            return await self._pass_on(request, judged, "failed_answers", "No answer was found, several times.")
        if in_vain and said:
            return self._offer(self._texts.unhelpful, said)
        if isinstance(named, RouteExamples) and last == "ask":
            return await self._pass_on(request, judged, None, f"The customer says that it is about {label_of(named)}.")
        return await self._by_verdict(request, judged, said)

    async def _by_verdict(
        self, request: ModelRequest, judged: Judgement, said: Sequence[AssistantMessage]
    ) -> ModelAnswer:  # fmt: skip
        """No answer fits. Which of two is meant is asked once, what it can do is said once."""
        done = {one.act for one in said[_after_last_answer(said) :]}
        match judged.verdict:
            case "sure":
                topic = self._triage.route(judged.topic or "")
                about = label_of(topic) if topic is not None else ""
                return self._offer(_filled(self._texts.about, topic=about), said)
            case "ask" if "ask" not in done and (choices := self._candidates(judged)):
                words = self._texts.ask if len(choices) > 1 else self._texts.ask_one
                one, other = choices[0].label, choices[-1].label
                return self._speak(_filled(words, one=one, other=other), "ask", (*choices, *PERSON))
            case "out_of_scope" if "menu" not in done:
                line = " ".join(part for part in (self._texts.unsure, self._known_topics(), self._texts.person) if part)
                return self._speak(line, "menu", PERSON)
            case "out_of_scope":
                return await self._pass_on(request, judged, "failed_answers", "It is about nothing that is known here.")
            case _:
                # Whom the routes name, at last the default queue, gets it.
                return ModelAnswer(usage=Usage(model_calls=1), model=self.name, cause="no_answer")

    def _candidates(self, judged: Judgement) -> tuple[Choice, ...]:
        taught: dict[str, RouteExamples | AnswerEntry] = {one.name: one for one in self._triage.answers}
        taught.update((one.name, one) for one in self._triage.routes)
        labels = dict.fromkeys(label_of(taught[name]) for name in judged.candidates if name in taught)
        return tuple(Choice(label) for label in labels)

    async def _answered(
        self, request: ModelRequest, judged: Judgement, answer: AnswerEntry, said: Sequence[AssistantMessage]
    ) -> ModelAnswer:
        if any(answer.text in one.text for one in said):
            return await self._pass_on(request, judged, "failed_answers", "The only fitting answer did not settle it.")
        return replace(self._speak(self._quoted(answer), "answer", HELPED), verbatim=True)

    def _quoted(self, entry: AnswerEntry) -> str:
        return f"{entry.text}\n{_filled(self._texts.source, source=entry.source)}" if entry.source else entry.text

    def _opening(self) -> str:
        return " ".join(part for part in (self._texts.greeting, self._known_topics(), self._texts.person) if part)

    def _known_topics(self) -> str:
        names = [label_of(route) for route in self._triage.routes if route.description]
        names += [label_of(entry) for entry in self._triage.answers]
        return _filled(self._texts.topics, topics="; ".join(dict.fromkeys(names))) if names else ""

    def _failures(self, said: Sequence[AssistantMessage]) -> int:
        """How many of the last answers were none. To ask which of two is meant is no failure."""
        failed = 0
        for one in reversed(said):
            if one.act not in ("offer", "menu", "ask"):
                break
            failed += one.act != "ask"
        return failed

    def _offer(self, line: str, said: Sequence[AssistantMessage]) -> ModelAnswer:
        return self._speak(line if all(line != one.text for one in said) else self._texts.again, "offer", PERSON)

    def _speak(self, words: str, act: Act = "", choices: tuple[Choice, ...] = ()) -> ModelAnswer:
        return ModelAnswer(words, usage=Usage(model_calls=1), model=self.name, act=act, choices=choices)

    async def _pass_on(self, request: ModelRequest, judged: Judgement, cause: str | None, reason: str) -> ModelAnswer:
        """A transfer to the people who fit best; without a tool for it, the runner's fallback is asked for by the cause
        alone. A line that says nothing of the matter ("yes please") leaves it as the lines before it said."""
        for line in _asked_before(request.items):
            if max(judged.topics.values(), default=1.0) >= LIKELY:
                break
            before = await asyncio.to_thread(self._triage.judge, line)
            judged = replace(judged, topics=before.topics)
        chosen = self._best_target(request.tools, judged)
        if chosen is None:
            return ModelAnswer(usage=Usage(model_calls=1), model=self.name, cause=cause or "no_answer")
        spec, target = chosen
        topic = judged.topic
        if topic is not None and judged.topics[topic] >= LIKELY:
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
        routes = [self._triage.route(name) for name in ranked if judged.topics[name] >= LIKELY]
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


def _conversation(items: Sequence[Item]) -> tuple[str, list[AssistantMessage]]:
    """The customer's lines that nobody has answered, as one text, and what agents said since the last handoff."""
    question: list[str] = []
    said: list[AssistantMessage] = []
    for item in items:
        if isinstance(item, UserMessage):
            question.append(item.text)
        elif isinstance(item, AssistantMessage):
            said.append(item)
            question.clear()
        elif isinstance(item, PersonMessage):
            question.clear()  # a person answered; what an agent said before them is over
            said.clear()
        elif isinstance(item, HandoffOutput):
            said.clear()
    return "\n".join(question), said


def _asked_before(items: Sequence[Item]) -> list[str]:
    """The customer's lines of this stretch, the newest first, as far as anybody looks back."""
    lines: list[str] = []
    for item in items:
        if isinstance(item, UserMessage):
            lines.append(item.text)
        elif isinstance(item, PersonMessage | HandoffOutput):
            lines.clear()
    return lines[: -_LOOKED_BACK - 2 : -1][1:]


def _filled(words: str, **values: str) -> str:
    for name, value in values.items():
        words = words.replace("{" + name + "}", value)
    return words


def _after_last_answer(said: Sequence[AssistantMessage]) -> int:
    """Where what is said of the present matter begins."""
    return max((number + 1 for number, one in enumerate(said) if one.act == "answer"), default=0)
