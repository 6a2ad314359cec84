"""How a language asks for a person: its words by the part they play, and the sentences that the parts make."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.agents.phrases import NEVER, items, pattern

# The place of a colleague's name, once it is found in a text.
NAME = "\ue000"

# What asks for a person, as parts with at most n words (or 2n signs) between them. `helper` is anybody or any team of
# the support side, `who` anybody, `end` the end of the clause.
_SENTENCES = """
    talk 4 helper
    helper 4 talk
    move 4 helper
    helper 4 move
    give 3 who
    who 2 give
    want 3 person
    want 2 someone end
    helper 6 reach
    reach 5 helper
    there 4 who
    who 2 there
    through
"""
_VERB_FINAL = "person 2 want"


@dataclass(frozen=True)
class Lexicon:
    """The words of one language, in the notation of `phrases`.

    `person` (human, agent, manager) means the support side in nearly every sentence; `someone` and `dept` (billing) do
    only beside a verb. `talk`, `move` (transfer), `give` (get me), `want` and `reach` (call me, take over) are verbs in
    the forms of a wish or an order, never of the past. `there` is "is there", `through` a whole request (put me
    through), `nobot` the refusal of a bot, `real` what makes a person of anybody, `polite` whatever may stand beside a
    person in a clause that says nothing else.

    `refuse` stands before what is not wanted (with only `between` in between, or any three words), `refuse_after`
    behind it; `void` makes a clause ask for nobody ("are you") unless `unless` is in it too; `other` is struck out
    first ("user agent"). `later` begins a condition ("if this does not work"), after which nothing is asked for now. A
    clause is cut at `joints` (but, and) and before `starts` (I want). `call` stands before the name of somebody wanted.

    `sentences` replaces what the parts make, by regular expressions. `endings` are those of names; `unlike` are good
    words that look like misspelt ones.
    """

    codes: tuple[str, ...]
    script: str = "latin"
    spaced: bool = True
    clitics: str = ""
    verb_final: bool = False
    person: str = ""
    someone: str = ""
    dept: str = ""
    real: str = ""
    talk: str = ""
    move: str = ""
    give: str = ""
    want: str = ""
    reach: str = ""
    there: str = ""
    through: str = ""
    nobot: str = ""
    polite: str = ""
    refuse: str = ""
    between: str = ""
    refuse_after: str = ""
    void: str = ""
    unless: str = ""
    other: str = ""
    joints: str = ""
    later: str = ""
    starts: str = ""
    call: str = ""
    endings: str = ""
    unlike: str = ""
    sentences: tuple[str, ...] = ()

    def _part(self, *names: str) -> str:
        """One expression for several parts."""
        words = " ".join(getattr(self, name) for name in names)
        return pattern(words, spaced=self.spaced, clitics=self.clitics)

    def _gap(self, words: int) -> str:
        return rf"(?: \S{{1,40}}){{0,{words}}}? " if self.spaced else rf".{{0,{2 * words}}}?"

    def request(self, text: str, at: int = 0) -> re.Match[str] | None:
        """The first thing in the text, from that place on, which asks for a person, guards left aside.

        One expression of all sentences would find the same. To compile it takes tens of milliseconds for each
        language, and nearly every line has the words of none of its sentences.
        """
        parts, sentences = self._requests
        here = {name for name, part in parts.items() if part.search(text)}
        found = [one.search(text, at) for one in sentences if one.parts <= here]
        return min((match for match in found if match), key=lambda match: match.start(), default=None)

    @cached_property
    def _requests(self) -> tuple[Mapping[str, re.Pattern[str]], list[_Sentence]]:
        """The parts that sentences ask for, and the sentences: of two that begin at one place the first counts."""
        if self.sentences:
            return {}, [_Sentence("|".join(f"(?:{one})" for one in self.sentences))]
        parts = {
            name: self._part(name)
            for name in ("talk", "move", "give", "want", "reach", "there", "through", "real", "polite", "dept")
        }
        parts["someone"] = f"(?:{self._part('someone')}|{NAME})"
        parts["end"] = "$"
        parts["person"] = f"(?:{self._part('person')}|{NAME})"
        parts["who"] = f"(?:{self._part('person', 'someone')}|{NAME})"
        parts["helper"] = f"(?:{self._part('person', 'someone', 'dept')}|{NAME})"
        lines = _SENTENCES.strip().splitlines() + ([_VERB_FINAL] if self.verb_final else [])
        made = [
            _Sentence(
                "".join(self._gap(int(word)) if word.isdigit() else parts[word] for word in line.split()),
                frozenset(line.split()) & parts.keys() - {"end"},
            )
            for line in lines
        ]
        sentences = [one for one in made if NEVER not in one.source] + self._bare(parts)
        asked_for = frozenset().union(*(one.parts for one in sentences))
        return {name: re.compile(parts[name]) for name in asked_for}, sentences

    def _bare(self, parts: dict[str, str]) -> list[_Sentence]:
        """A person, and nothing else that means anything: "agent please"."""
        space, polite, real = " " if self.spaced else " ?", parts["polite"], parts["real"]
        before, after = f"(?:{polite}{space}){{0,6}}", f"(?:{space}(?:{polite}|{real})){{0,6}}"
        helper = f"(?:{self._part('person', 'dept')})"
        someone = self._part("someone")
        return [
            _Sentence(f"^{before}(?:{real}{space}){{0,3}}{helper}{after}$", frozenset({"helper"})),
            _Sentence(f"^{before}(?:{real}{space}){{1,3}}{someone}{after}$", frozenset({"someone", "real"})),
            _Sentence(f"^{before}{someone}(?:{space}{real}){{1,3}}{after}$", frozenset({"someone", "real"})),
        ]

    @cached_property
    def refusal_of_bots(self) -> re.Pattern[str]:
        return re.compile(self._part("nobot"))

    @cached_property
    def refused_before(self) -> re.Pattern[str]:
        """To be sought in the words before a request and in the request without its last word."""
        refuse = self._part("refuse")
        if not self.spaced:
            return re.compile(f"{refuse}.{{0,6}}$")
        between = rf"(?: {self._part('between')}){{0,7}}" if self.between else r"(?: \S{1,40}){0,3}"
        return re.compile(f"{refuse}{between}$")

    @cached_property
    def refused_inside(self) -> re.Pattern[str]:
        return re.compile(self._part("refuse") if not self.between else NEVER)

    @cached_property
    def refused_at_once(self) -> re.Pattern[str]:
        """A refusal with at most one word behind it."""
        return re.compile(rf"{self._part('refuse')}(?: \S{{1,40}})?$" if self.spaced else NEVER)

    @cached_property
    def presence(self) -> re.Pattern[str]:
        """Is there nobody? That denial asks."""
        return re.compile(self._part("there"))

    @cached_property
    def refused_after(self) -> re.Pattern[str]:
        """To be matched against what follows a request."""
        gap = r"(?: \S{1,40}){0,3}? " if self.spaced else ".{0,6}?"
        return re.compile(gap + self._part("refuse_after"))

    @cached_property
    def asks_for_nobody(self) -> re.Pattern[str]:
        return re.compile(self._part("void"))

    @cached_property
    def asks_all_the_same(self) -> re.Pattern[str]:
        return re.compile(self._part("unless"))

    @cached_property
    def in_another_sense(self) -> re.Pattern[str]:
        return re.compile(self._part("other"))

    @cached_property
    def condition(self) -> re.Pattern[str]:
        return re.compile(self._part("later"))

    @cached_property
    def clause_ends(self) -> re.Pattern[str]:
        if not self.spaced:
            return re.compile(self._part("joints"))
        return re.compile(f"{self._part('joints')}|(?={self._part('starts')})")

    @cached_property
    def asked_by_name(self) -> re.Pattern[str]:
        """A name right behind a word that calls for somebody."""
        return re.compile(rf"{self._part('call')} (?:\S{{1,40}} )?{NAME}")

    def keys(self) -> tuple[set[str], set[str]]:
        """The beginnings of everything that a request needs one of: whole words, and stems."""
        words: set[str] = set()
        stems: set[str] = set()
        for item in items(" ".join((self.person, self.someone, self.dept, self.through, self.nobot))):
            for start, rest in _starts(item.lstrip("^")):
                (stems if rest and not rest.startswith(("_", "$")) else words).add(start)
        return words, stems - {""}

    def words(self) -> set[str]:
        """Every word that stands anywhere in the lists."""
        lists = [value for value in vars(self).values() if isinstance(value, str)]
        return set(re.findall(r"[^\W\d_]+", " ".join(items(" ".join([*lists, *self.sentences])))))

    def spellings(self) -> tuple[set[str], set[str]]:
        """The words, and the stems, whose misspelling still asks for a person."""
        found = items(" ".join((self.person, self.talk, self.move, self.someone)))
        pairs = [(start, rest) for item in found for start, rest in _starts(item) if len(start) > 4 and "_" not in rest]
        return {start for start, rest in pairs if not rest}, {start for start, rest in pairs if rest}


class _Sentence:
    """One shape of a request; every one of its parts stands in a text that has it. Compiled when it is first sought."""

    def __init__(self, source: str, parts: frozenset[str] = frozenset()) -> None:
        self.source = source
        self.parts = parts

    @cached_property
    def search(self) -> Callable[[str, int], re.Match[str] | None]:
        return re.compile(self.source).search


def _starts(item: str) -> list[tuple[str, str]]:
    """The letters that an item begins with and what follows them; several for an item that begins with a choice."""
    group = re.match(r"\(([^()]*)\)(\??)_?", item)
    if group:
        rest = item[group.end() :]
        found = [pair for one in group[1].split("|") for pair in _starts(f"{one.rstrip('_')}_{rest}")]
        return found + (_starts(rest) if group[2] else [])
    start = re.split(r"[*(?|_.$]", item, maxsplit=1)[0]
    rest = item[len(start) :]
    return [(start[:-1] if rest.startswith("?") else start, rest)]
