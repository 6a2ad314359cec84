"""Misspelt words for people and for talking, put right: one letter missing, added, wrong, or two in the wrong order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bot.agents.models.local.language import SMALL_WORDS
from bot.agents.models.local.lexicon import Lexicon

# Shorter words have too many neighbours that mean something else.
_SHORTEST = 5
_LONGEST = 24
# The beginning of a longer word is compared with a stem of at least this length.
_STEM = 7


class Speller:
    """Knows the words of all lexicons, and which of them a word may have been meant to be."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._words: dict[str, set[str]] = defaultdict(set)
        self._stems: dict[str, set[str]] = defaultdict(set)
        good: dict[str, set[str]] = defaultdict(set)
        for lexicon in lexicons:
            good[lexicon.script] |= lexicon.words()
        good["latin"] |= SMALL_WORDS
        self._lists = {one.codes[0]: _List(one, good[one.script]) for one in lexicons if one.spaced}
        for lexicon in lexicons:
            code = lexicon.codes[0]
            if lexicon.script == "latin":
                words, stems = lexicon.keys()
                for word in words:
                    self._words[word].add(code)
                for stem in stems:
                    self._stems[stem].add(code)
        self._longest_stem = max(map(len, self._stems), default=0)
        self._shortest_stem = min(map(len, self._stems), default=0)

    def languages(self, clause: str) -> list[str]:
        """The codes of the languages, written in Latin letters, of whose words for people one is in a clause."""
        found: dict[str, None] = {}
        for word in clause.split():
            if word in self._words:
                found.update(dict.fromkeys(self._words[word]))
            for length in range(self._shortest_stem, min(len(word), self._longest_stem) + 1):
                stem = word[:length]
                if stem in self._stems:
                    found.update(dict.fromkeys(self._stems[stem]))
        return list(found)

    def mended(self, clause: str, code: str) -> str:
        """The clause as one who writes that language may have meant it."""
        known = self._lists.get(code)
        return " ".join(map(known.mended, clause.split(" "))) if known else clause


class _List:
    """The words of one language that are put right; `good` are words of any language of its script, which are not."""

    def __init__(self, lexicon: Lexicon, good: set[str]) -> None:
        words, self._stems = lexicon.spellings()
        self._meant = words | self._stems
        self._left = good
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._meant):
            for near in (word, *_without_one(word)):
                self._near[near].append(word)

    def mended(self, word: str) -> str:
        if not _SHORTEST <= len(word) + 1 <= _LONGEST or word in self._meant or word in self._left:
            return word
        parts = [word, *(word[:length] for length in range(len(word) - 1, _STEM - 1, -1))]
        if not self._stems.isdisjoint(parts):
            return word
        for part in parts:
            for near in (part, *_without_one(part)):
                for meant in self._near.get(near, ()):
                    if (part == word or meant in self._stems) and meant[0] == word[0] and _one_apart(part, meant):
                        return meant
        return word


def _without_one(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def _one_apart(word: str, meant: str) -> bool:
    """Whether one letter is missing, added or wrong, or two neighbours have changed places."""
    start = 0
    while start < min(len(word), len(meant)) and word[start] == meant[start]:
        start += 1
    ours, theirs = word[start:], meant[start:]
    return (
        ours[1:] == theirs
        or ours == theirs[1:]
        or ours[1:] == theirs[1:]
        or (ours[:2] == theirs[1::-1] and ours[2:] == theirs[2:])
    )
