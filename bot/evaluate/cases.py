"""Labelled lines of customers, from CSV or JSON Lines.

A file with a mistake is refused whole, with every mistake named: a line that was skipped in silence would make the
numbers better than they are.
"""

import codecs
import csv
import difflib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from routing.effects import KeepCase
from routing.policy import Policy

Kind = Literal["team", "person", "human", "queue", "route", "answer", "agent", "oos", "bot", "open"]
WORDS: Mapping[str, Kind] = {
    "": "bot", "none": "bot", "bot": "bot", "human": "human", "oos": "oos", "out of scope": "oos", "?": "open",
}  # fmt: skip
NEAR = "oos:near"
COLUMNS = ("text", "expected", "conversation", "language")
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Expected:
    """What should become of a line.

    `team`, `person`: people should get it, these; `human`: people should get it, and the customer asks for them.
    `queue` (a bare team), `route`: what it is about; whether people are called for is not said. `answer`, `agent`,
    `bot`: no person is needed. `oos`: not for this desk; `name` "near" where an answer nearly fits. `open`: not judged.
    """

    kind: Kind
    name: str = ""

    @property
    def hands_off(self) -> bool | None:
        """Whether people should get it; None where the label does not say."""
        match self.kind:
            case "team" | "person" | "human":
                return True
            case "answer" | "agent" | "bot" | "oos":
                return False
            case _:
                return None

    def __str__(self) -> str:
        if self.kind == "queue":
            return f"team:{self.name}"
        return f"{self.kind}:{self.name}" if self.name else self.kind


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a customer. `conversation` groups lines, in their order; a line alone has an id of its own."""

    text: str
    expected: Expected
    conversation: str
    line: int
    language: str = ""


class Unreadable(Exception):
    """The file cannot be used; `str` is one line per mistake, each with its place and what to do about it."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that a label may use."""

    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()

    @classmethod
    def of(cls, policies: Iterable[Policy]) -> "Vocabulary":
        """Those of every configuration: side by side, one may know what another lacks."""
        known = list(policies)

        def each(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(name for one in names for name in one))

        return cls(
            each(policy.teams for policy in known),
            each(policy.people for policy in known),
            each([route.name for route in policy.routes] for policy in known),
            each([answer.name for answer in policy.answers] for policy in known),
            each(policy.agents for policy in known),
        )

    def expected(self, label: str) -> Expected:
        """The label's meaning. Raises ValueError with the nearest that would be one."""
        said = label.strip()
        if said.casefold() in WORDS:
            return Expected(WORDS[said.casefold()])
        if said.casefold() == NEAR:
            return Expected("oos", "near")
        kinds: dict[str, tuple[Kind, tuple[str, ...]]] = {
            "team": ("team", self.teams), "person": ("person", self.people), "route": ("route", self.routes),
            "answer": ("answer", self.answers), "agent": ("agent", self.agents),
        }  # fmt: skip
        kind, colon, name = said.partition(":")
        if colon and kind in kinds and name.strip() in kinds[kind][1]:
            return Expected(kinds[kind][0], name.strip())
        if said in self.routes:
            return Expected("route", said)
        if said in self.teams:
            return Expected("queue", said)
        known = [f"{kind}:{name}" for kind, (_, names) in kinds.items() for name in names]
        raise ValueError(f'expected "{said[:80]}" is nothing in the configuration{_nearest(said, known, self)}')


def _nearest(said: str, known: Sequence[str], names: Vocabulary) -> str:
    bare = [*names.routes, *names.teams, *(word for word in WORDS if word)]
    near = difflib.get_close_matches(said, [*known, *bare], n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    return "; write team:NAME, person:NAME, answer:NAME, agent:NAME, a route or team, human, oos, or leave it empty"


@dataclass(slots=True)
class _Reader:
    """One file on its way to cases; mistakes are collected."""

    name: str
    vocabulary: Vocabulary
    cases: list[Case] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, line: int, said: str) -> None:
        self.mistakes.append(f"{self.name}:{line}: {said}")

    def add(self, line: int, text: object, label: object, conversation: object, language: object) -> None:
        said = [text] if isinstance(text, str) else text
        if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
            self.wrong(line, '"text" must be a string, or a list of what the customer said line by line')
            return
        if not said or not all(one.strip() for one in said):
            self.wrong(line, "there is no text; say what the customer wrote, or take the line out")
            return
        if label is not None and not isinstance(label, str):
            self.wrong(line, '"expected" must be a string, or null where the bot should answer')
            return
        if not isinstance(conversation, str | int | None) or not isinstance(language, str | None):
            self.wrong(line, '"conversation" must be a string or a number, "language" a string')
            return
        try:
            expected = self.vocabulary.expected(label or "")
        except ValueError as error:
            self.wrong(line, str(error))
            return
        named = str(conversation).strip() if conversation is not None else ""
        identity = named or f"(line {line})"
        for number, one in enumerate(said, 1):
            last = number == len(said)
            self.cases.append(
                Case(one, expected if last else Expected("open"), identity, line, (language or "").strip())
            )


def read_cases(path: Path, vocabulary: Vocabulary) -> tuple[Case, ...]:
    """Every case of the file, in its order.

    Raises:
        Unreadable: with each mistake. Nothing is skipped.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: the file cannot be read: {error.strerror or type(error).__name__}") from None
    reader = _Reader(str(path), vocabulary)
    text = _text(raw, reader)
    if text is not None:
        if path.suffix.casefold() in (".jsonl", ".ndjson", ".json") or text.lstrip()[:1] == "{":
            _read_lines(text, reader)
        else:
            _read_table(text, reader)
        if not reader.cases and not reader.mistakes:
            reader.wrong(1, "there are no cases; each line needs what the customer wrote and what was expected")
    if reader.mistakes:
        more = len(reader.mistakes) - MOST_SHOWN
        shown = reader.mistakes[:MOST_SHOWN] + ([f"... and {more} more"] if more > 0 else [])
        raise Unreadable("\n".join(shown))
    return tuple(reader.cases)


def _text(raw: bytes, reader: _Reader) -> str | None:
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reader.wrong(line, "this is not UTF-8; save the file as UTF-8 (a spreadsheet calls it CSV UTF-8)")
        return None


# ---- JSON Lines ------------------------------------------------------------------------------------------------------


def _read_lines(text: str, reader: _Reader) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entry: Any = json.loads(line)
        except (ValueError, RecursionError) as error:
            said = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
            hint = "write one object per line, without a list around them" if line.lstrip()[:1] == "[" else ""
            reader.wrong(number, f"this is not JSON ({said}){'; ' if hint else ''}{hint}")
            continue
        if not isinstance(entry, dict):
            reader.wrong(number, 'write one object per line, like {"text": "...", "expected": "team:billing"}')
            continue
        lacking = [name for name in ("text", "expected") if name not in entry]
        if lacking:
            known = f"; it has {', '.join(map(str, entry))[:80]}" if entry else ""
            reader.wrong(number, f'"{lacking[0]}" is missing{known}')
            continue
        reader.add(number, entry["text"], entry["expected"], entry.get("conversation"), entry.get("language"))


# ---- CSV -------------------------------------------------------------------------------------------------------------


def _read_table(text: str, reader: _Reader) -> None:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    if "\0" in text:
        reader.wrong(text.count("\n", 0, text.index("\0")) + 1, "there is a NUL character; take it out")
        return
    rows = _rows(text, delimiter, reader)
    header: list[str] = []
    for line, row in rows:
        if not header:
            header = [name.strip().casefold() for name in row]
            if not _fits(header, line, reader):
                return
            continue
        if len(row) != len(header):
            remedy = "an empty field still needs its delimiter"
            if len(row) > len(header):
                remedy = f'put a text that has a "{delimiter}" in double quotes'
            reader.wrong(line, f"fields: {len(row)} here, {len(header)} in the header; {remedy}")
            continue
        given = dict(zip(header, row, strict=True))
        named = [given.get(name) for name in COLUMNS]
        reader.add(line, *named)


def _rows(text: str, delimiter: str, reader: _Reader) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line on which it begins."""
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            row = next(table, None)
        except csv.Error as error:
            reader.wrong(begins, f"the row cannot be read ({error}); close every double quote and double those within")
            return
        if row is None:
            return
        if any(one.strip() for one in row):
            yield begins, row
        begins = table.line_num + 1


def _fits(header: Sequence[str], line: int, reader: _Reader) -> bool:
    for name in ("text", "expected"):
        if name not in header:
            near = difflib.get_close_matches(name, header, n=1, cutoff=0.5)
            hint = f'; is "{near[0]}" meant?' if near else ""
            found = ", ".join(header)[:80]
            reader.wrong(line, f'the header has no "{name}"; it has: {found}{hint} Name the columns text,expected')
            return False
    twice = next((name for name in COLUMNS if header.count(name) > 1), None)
    if twice is not None:
        reader.wrong(line, f'the header has "{twice}" twice; rename one of them')
    return twice is None


# ---- corrections of staff --------------------------------------------------------------------------------------------


def corrections(kept: Iterable[tuple[str, KeepCase]]) -> Iterator[dict[str, Any]]:
    """What staff said of the routing as entries of a JSON Lines file; one without words is no case."""
    for conversation, case in kept:
        said = [one for one in case.said if one.strip()]
        if not said:
            continue
        yield {
            "text": said,
            "expected": case.expected,
            "conversation": conversation,
            "language": case.language,
            "was": case.was,
            "by": case.by,
            "at_ms": case.at_ms,
        }


def cases_of(kept: Iterable[tuple[str, KeepCase]], vocabulary: Vocabulary) -> tuple[Case, ...]:
    """The corrections as cases. Raises Unreadable where one names what is no longer configured."""
    reader = _Reader("corrections", vocabulary)
    for number, entry in enumerate(corrections(kept), 1):
        reader.add(number, entry["text"], entry["expected"], entry["conversation"], entry["language"])
    if reader.mistakes:
        remedy = "write them out with `baton eval corrections FILE.jsonl`, mend the labels and use that file"
        raise Unreadable("\n".join([*reader.mistakes, remedy]))
    return tuple(reader.cases)


def conversations(cases: Iterable[Case]) -> tuple[tuple[Case, ...], ...]:
    """The lines of each conversation in their order; conversations in the order of their first line."""
    grouped: dict[str, list[Case]] = {}
    for case in cases:
        grouped.setdefault(case.conversation, []).append(case)
    return tuple(tuple(lines) for lines in grouped.values())
