"""The packet: what whoever comes next should know, composed by rule from the conversation and its transcript.

It holds public words only (I11): notes, drafts and card chatter never enter it. A question and a promise are told by
the form of a sentence; that is crude, and it never invents anything.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from routing.conversation import (
    Actor,
    Conversation,
)
from routing.effects import Line
from routing.moves import open_handoff

LAST_MESSAGES = 10
MOST_ENTRIES = 5
LONGEST_ENTRY = 200

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*", re.UNICODE)
_PROMISE = re.compile(
    r"\b(?:i|we)(?:['’]ll|\s+will|\s+promise|['’]m going to|\s+am going to|\s+are going to)\b"
    r"|\byou(?:['’]ll|\s+will)\s+(?:get|hear|receive)\b",
    re.IGNORECASE,
)


def compose(
    conversation: Conversation, lines: Sequence[Line], *, link: str, named: Callable[[Actor], str] = lambda a: a.name
) -> dict[str, Any] | None:
    """The packet of the open handoff as plain JSON values; None where there is no handoff.

    `lines` may be the whole transcript; what may not be shown is left out here. What was tried and promised is what had
    been when the handoff began: whoever takes it knows their own words. `named` puts an author into words.
    """
    handoff = open_handoff(conversation.holder)
    if handoff is None:
        return None
    spoken = [line for line in lines if line.visibility == "public" and line.kind == "message"]
    earlier = [line for line in lines if line.at_ms <= handoff.at_ms]
    return {
        "reason": handoff.reason,
        "need": handoff.need or _need(spoken),
        "tried": _tried(earlier, named),
        "open_questions": _open_questions(spoken),
        "promises": _promises(earlier),
        "language": conversation.language,
        "priority": conversation.priority,
        "waiting_since": rfc3339(handoff.at_ms),
        "messages": [_message(line) for line in spoken[-LAST_MESSAGES:]],
        "no_earlier_messages": len(spoken) <= LAST_MESSAGES,
        "input": dict(handoff.input or {}),
        "link": link,
        "comment": handoff.comment,
    }


def rfc3339(at_ms: int | None) -> str | None:
    """`2026-03-28T22:30:00.000Z`; None stays None."""
    if at_ms is None:
        return None
    moment = datetime.fromtimestamp(at_ms // 1000, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def shorten(text: str, most: int = LONGEST_ENTRY) -> str:
    """One line of at most that many characters, cut at a word where there is one."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > most // 2 else cut) + "…"


def _need(spoken: Sequence[Line]) -> str:
    said = [line.text for line in spoken if line.author.kind == "customer"]
    return shorten(said[0]) if said else ""


def _message(line: Line) -> dict[str, Any]:
    return {
        "author": {"kind": line.author.kind, "name": line.author.name},
        "text": line.text,
        "at": rfc3339(line.at_ms),
    }


def _tried(lines: Sequence[Line], named: Callable[[Actor], str]) -> list[str]:
    """What agents and people did so far, newest last: their tool calls by name, and the first sentence of answers."""
    tried: list[str] = []
    for line in lines:
        if line.kind == "items":
            tried.extend(f"{named(line.author)} used {name}" for name in _tools(line.data))
        elif _is_speech(line):
            first = _SENTENCE.search(line.text)
            tried.append(f"{named(line.author)} said: {shorten(first.group() if first else line.text, 140)}")
    return tried[-MOST_ENTRIES:]


def _tools(items: Sequence[Mapping[str, Any]]) -> list[str]:
    names = (str(item.get("name", "")) for item in items if item.get("kind") == "tool_call")
    return [name for name in names if name and not name.startswith(("transfer_to", "handoff"))]


def _open_questions(spoken: Sequence[Line]) -> list[str]:
    """Questions of the customer since the last public answer of an agent or person."""
    since: list[Line] = []
    for line in spoken:
        if line.author.kind in {"agent", "person"}:
            since.clear()
        elif line.author.kind == "customer":
            since.append(line)
    questions = [
        sentence for line in since for sentence in _sentences(line.text) if sentence.endswith(("?", "？", "؟"))
    ]
    return questions[-MOST_ENTRIES:]


def _is_speech(line: Line) -> bool:
    return line.kind == "message" and line.visibility == "public" and line.author.kind in {"agent", "person"}


def _promises(lines: Sequence[Line]) -> list[str]:
    made = [
        sentence
        for line in lines
        if _is_speech(line)
        for sentence in _sentences(line.text)
        if _PROMISE.search(sentence)
    ]
    return made[-MOST_ENTRIES:]


def _sentences(text: str) -> list[str]:
    return [shorten(found.group()) for found in _SENTENCE.finditer(text) if found.group().strip()]
