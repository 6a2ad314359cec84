"""Who asks for a person? Every language is tried on every clause, since people mix languages in one line.

A clause asks when its words say so in one language and no guard of that language stands by: "don't transfer me"
refuses, "am I talking to a human?" asks about the bot. A clause in which nothing is found is read once more with its
misspelt words put right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from bot.agents.models.local.language import language_of
from bot.agents.models.local.lexicon import NAME, Lexicon
from bot.agents.models.local.lexicons import LEXICONS
from bot.agents.models.local.spelling import Speller
from bot.agents.phrases import fold

# The danda ends a Hindi sentence; a comma parts "no, I want a human".
_CLAUSE_END = re.compile(r"[.!?;,\n…:()¡¿。、，؟،؛।|\"«»„“”「」『』<>~]+|\s[-–—]+\s")
_BETWEEN_WORDS = re.compile(r"[\s\-–—_/\\*#@^`´'\[\]{}+=&%$€£]+")
_SCRIPTS = {
    "latin": re.compile("[a-z]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "hebrew": re.compile("[\u0590-\u05ff]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
    "hangul": re.compile("[\uac00-\ud7af]"),
    "kana": re.compile("[\u3040-\u30ff\u4e00-\u9fff]"),
    "han": re.compile("[\u4e00-\u9fff]"),
}
_LETTER = re.compile(r"[^\W\d_]|" + NAME)
# A clause without punctuation is read in windows that overlap by more than a request has.
_WINDOW_WORDS, _STEP_WORDS = 60, 40
_WINDOW_SIGNS, _STEP_SIGNS = 240, 180
# Where an item of another sense stood; no word of any language.
_STRUCK_OUT = "\ue001"
_MATCHES_LOOKED_AT = 8
# The first words of conditions; cheap to look for.
_IF = re.compile(
    r"(?<!\S)(?:if|wenn|falls|sollte|als|om|funkar|hvis|jos|si|se|jesli|jezeli|jak|jestli|pokud|kdyz|kdyby|если|якщо|bu|eger"
    r"|boyle|اذا|ان|אם|अगर|यदि|agar) "
)
_LONGEST_MENDED = 300


# What is put between two commas for politeness parts no clause.
_ASIDE = re.compile(
    r",\s*(?:please|pls|bitte|por favor|s il vous plait|svp|per favore|cortesemente|alsjeblieft|alstublieft|aub|tack"
    r"|snalla|venligst|tak|takk|vennligst|kiitos|prosze|prosim|пожалуиста|будь ласка|lutfen|من فضلك|لو سمحت|בבקשה"
    r"|कृपया)\s*,"
)


def clauses(text: str) -> Iterator[str]:
    """The folded clauses: words with one space between them, none longer than a window."""
    for part in _CLAUSE_END.split(_now(_ASIDE.sub(" ", fold(text)))):
        if not _LETTER.search(part):
            continue
        words = _BETWEEN_WORDS.sub(" ", part).split()
        for start in range(0, max(len(words) - _WINDOW_WORDS + _STEP_WORDS, 1), _STEP_WORDS):
            window = " ".join(words[start : start + _WINDOW_WORDS])
            for sign in range(0, max(len(window) - _WINDOW_SIGNS * 4 + _STEP_SIGNS * 4, 1), _STEP_SIGNS * 4):
                yield window[sign : sign + _WINDOW_SIGNS * 4]


def _now(text: str) -> str:
    """The text without what is only to be when something else fails, to the end of the sentence."""
    return _conditions().sub(" ", text) if _IF.search(text) else text


@cache
def _conditions() -> re.Pattern[str]:
    opened = "|".join(lexicon.condition.pattern for lexicon in LEXICONS)
    return re.compile(rf"(?:{opened})[^.!?;\n]{{0,160}}")


def asks(text: str) -> bool:
    """Whether a clause asks for a person, or for the one whose name is replaced by NAME if there is one."""
    found = list(dict.fromkeys(clauses(text)))
    if NAME in text:
        return any(_asks_by_name(clause) for clause in found if NAME in clause)
    return any(_asks(clause, lexicon) for clause in found for lexicon in _spoken(clause)) or any(
        _asks(mended, lexicon) for mended, lexicon in _mended(text, found)
    )


def _asks_by_name(clause: str) -> bool:
    """A name tells no language, and languages share words: what one of them reads as a refusal is one."""
    verdicts = {_asks(clause, lexicon) for lexicon in LEXICONS}
    return True in verdicts and False not in verdicts


def _mended(text: str, found: list[str]) -> Iterator[tuple[str, Lexicon]]:
    """The clauses with words put right, each with the language whose words they are.

    What is English beyond doubt is mended by English words only: its words resemble too many of other languages.
    """
    guess = language_of(text)
    for clause in found:
        if len(clause) > _LONGEST_MENDED:
            continue
        for lexicon in LEXICONS:
            fits = lexicon.spaced and _SCRIPTS[lexicon.script].search(clause)
            if fits and (guess != "en" or lexicon.codes[0] == "en"):
                mended = _speller().mended(clause, lexicon.codes[0])
                if mended != clause:
                    yield mended, lexicon


def _spoken(clause: str) -> Iterable[Lexicon]:
    """The languages whose words for people, or whose script, stand in a clause."""
    found = {lexicon.codes[0]: lexicon for script in _scripts(clause) for lexicon in _written(script)}
    if _SCRIPTS["latin"].search(clause):
        for code in _speller().languages(clause):
            found.setdefault(code, _by_code()[code])
    return found.values()


def _scripts(clause: str) -> list[str]:
    if clause.isascii():
        return []
    return [script for script, signs in _SCRIPTS.items() if script != "latin" and signs.search(clause)]


@cache
def _written(script: str) -> tuple[Lexicon, ...]:
    return tuple(lexicon for lexicon in LEXICONS if lexicon.script == script)


@cache
def _by_code() -> dict[str, Lexicon]:
    return {lexicon.codes[0]: lexicon for lexicon in LEXICONS}


@cache
def _speller() -> Speller:
    return Speller(LEXICONS)


def _asks(clause: str, lexicon: Lexicon) -> bool | None:
    """None when nothing in the clause says that a person is wanted, False when it is said and refused."""
    clause = lexicon.in_another_sense.sub(_STRUCK_OUT, clause)
    refused = None
    for part in _parts(clause, lexicon):
        verdict = _part_asks(part, lexicon)
        if verdict:
            return True
        refused = verdict if refused is None else refused
    return refused


def _parts(clause: str, lexicon: Lexicon) -> Iterator[str]:
    """The clause, cut further at the words of the language; "I do not | want a person" is not cut."""
    start = 0
    for cut in lexicon.clause_ends.finditer(clause):
        before = clause[start : cut.start()].strip()
        if cut.end() > cut.start() or not lexicon.refused_at_once.search(before[-80:]):
            if before:
                yield before
            start = cut.end()
    if rest := clause[start:].strip():
        yield rest


def _part_asks(part: str, lexicon: Lexicon) -> bool | None:
    named = NAME in part
    if not named and lexicon.refusal_of_bots.search(part) and not _asks_for_nobody(part, lexicon):
        return True
    at = 0
    found = None
    for _ in range(_MATCHES_LOOKED_AT):
        match = lexicon.request(part, at) or (lexicon.asked_by_name.search(part, at) if named else None)
        if match is None:
            break
        if not named or NAME in match.group():
            found = not _refused(part, match, lexicon) and not _asks_for_nobody(part, lexicon)
            if found:
                break
        at = match.start() + 1
    return found


def _asks_for_nobody(part: str, lexicon: Lexicon) -> bool:
    return bool(lexicon.asks_for_nobody.search(part)) and not lexicon.asks_all_the_same.search(part)


def _refused(part: str, match: re.Match[str], lexicon: Lexicon) -> bool:
    return bool(
        lexicon.refused_before.search(part[max(match.start() - 80, 0) : match.start()].rstrip())
        or lexicon.refused_inside.search(lexicon.presence.sub(" ", match.group()))
        or lexicon.refused_after.match(part, match.end())
    )
