"""Did the answer help? Thanks and complaints, in every language of the lexicons; people mix them in one line.

What is measured, on which sets: tests/agents/test_local_helped.py.
"""

from __future__ import annotations

import re
from functools import cache

from bot.agents.models.local.asking import clauses
from bot.agents.models.local.lexicons import feedback
from bot.agents.models.local.text import only_emoji, plain
from bot.agents.phrases import fold, items, pattern

# Letters, digits and the vowel signs of Devanagari make words; a hyphen parts them.
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~¡¿…–—«»“”„、。，！；：．～・،؛।־]+")
_QUESTION = re.compile("[?？؟]")
_SPACED = [language for language in feedback.ALL if language.spaced]
_UNSPACED = [language for language in feedback.ALL if not language.spaced]
_THANK = frozenset(word for language in _SPACED for word in items(language.thank))
_YES = frozenset(word for language in _SPACED for word in items(language.yes))
_BESIDE = _THANK.union(_YES, (word for language in _SPACED for word in items(language.beside)))


def thanks(text: str) -> bool:
    """Whether the whole message is thanks or emoji, so that nobody needs to answer it. "Thanks, but it still fails" is
    not."""
    if only_emoji(text):
        return True
    if _QUESTION.search(text):
        return False
    found = False
    for match in _WORD.finditer(fold(plain(text))):
        word = match.group()
        if word not in _BESIDE and (word.isascii() or not _written_together().fullmatch(word)):
            return False  # in most messages the first word
        found = found or _thanks(word)
    return found


def yes_and_thanks(text: str) -> bool:
    """Whether thanks begin with a yes: who was asked whether they want something wants it."""
    first = _WORD.search(fold(plain(text)))
    if first is None or not (first.group() in _YES or _yes_unspaced().match(first.group())):
        return False
    return thanks(text)


def says_thanks(text: str) -> bool:
    """Whether a word of thanks is in it, whatever else is."""
    return any(map(_thanks, _WORD.findall(fold(text))))


def unhelpful(text: str) -> bool:
    """Whether the text says that the last answer did not help. What is only feared ("if this does not help") does not
    count."""
    spaced, unspaced = _in_vain()
    return any(
        spaced.search(clause) or (not clause.isascii() and unspaced.search(clause)) for clause in clauses(plain(text))
    )


def _thanks(word: str) -> bool:
    return word in _THANK or (not word.isascii() and _thanks_unspaced().search(word) is not None)


@cache
def _written_together() -> re.Pattern[str]:
    """Thanks in a script without spaces, and what stands beside them."""
    either = "|".join(pattern(f"{one.thank} {one.beside} {one.yes}", spaced=False) for one in _UNSPACED)
    # Possessive: "谢谢" is two words and one, so a row of them that ends in something else has too many ways to be cut.
    return re.compile(f"(?:{either})++")


@cache
def _thanks_unspaced() -> re.Pattern[str]:
    return re.compile("|".join(pattern(one.thank, spaced=False) for one in _UNSPACED))


@cache
def _yes_unspaced() -> re.Pattern[str]:
    return re.compile("|".join(pattern(one.yes, spaced=False) for one in _UNSPACED))


@cache
def _in_vain() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """For languages with spaces between words, and for the others."""
    return (
        re.compile(pattern(" ".join(one.in_vain for one in _SPACED))),
        re.compile("|".join(pattern(one.in_vain, spaced=False) for one in _UNSPACED)),
    )
