"""Does the customer ask for a person, or agree?

A request is sought in every language of the lexicons; agreement is English. What is measured, on which sets:
tests/agents/test_local_people.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.agents.models.local.asking import asks
from bot.agents.models.local.helped import says_thanks
from bot.agents.models.local.lexicon import NAME
from bot.agents.models.local.lexicons import LEXICONS
from bot.agents.models.local.text import clauses, folded, plain
from bot.agents.phrases import fold


def wants_person(text: str) -> bool:
    """Whether the text asks to be passed to a person, or refuses to go on with a bot."""
    words = plain(text)
    return asks(words) or _named_by_capital(words) is not None


# A point between digits ends nothing; Arabic, Hindi, Chinese and Japanese have marks of their own.
_CLAUSE = re.compile(r"(?:[,;!?\n،؛؟।。、，；！？]|\.(?!\d))+")
# "And" and "but", where they part a request from what it is about.
_AND = re.compile(
    r"\b(?:and|but|und|aber|et|mais|y|pero|e|ma|mas|maar|ale|och|men|og|mutta|и|но|та|але|ve|ama)\b"
    r"|(?<= )(?:و|لكن|אבל|और|लेकिन) |(?<=けど)|(?<=ので)|(?<=는데)|(?<=니까)",
    re.IGNORECASE,
)


def without_requests(text: str) -> str:
    """What a line says besides asking for a person; empty when it says nothing else."""
    kept: list[str] = []
    for part in _CLAUSE.split(text):
        asks_whole = wants_person(part)
        pieces = [piece.strip() for piece in _AND.split(part)] if asks_whole else [part.strip()]
        others = [piece for piece in pieces if piece and not wants_person(piece)]
        # Where the request is in no piece, the cut went through it.
        kept += others if len(others) < len(pieces) or not asks_whole else []
    return ", ".join(kept)


_FRAME = (
    r"(?:let me|let us|i want to|i wanna|i need to|i have to|i must|id like to|i would like to|can i|could i|may"
    r" i|can we|could we|please let me"
    r"|i prefer to|id rather|i want|id prefer to|how (?:do|can) i) (?:please |just |rather )?"
    r"(?:talk|speak|chat|connect|get in touch|be in touch) (?:directly )?(?:to|with)"
)
_MOVE_TO = (
    r"(?:transfer|connect|forward|hand|pass|escalate|put|switch|route|redirect|get|assign) (?:me|us|this|it)(?:"
    r" (?:over|on|through|in touch))? (?:to|with)"
)
_CAPITAL = re.compile(rf"\b(?i:(?:{_FRAME}|{_MOVE_TO})) ([A-Z][\w'-]+(?: [A-Z][\w'-]+){{0,2}})")
_NOT_A_NAME_WORDS = """
    i a an the you your my it this that support billing sales customer human agent someone somebody anyone english
    french german spanish italian please google siri alexa chatgpt monday tuesday wednesday thursday friday
    saturday sunday
"""
_NOT_A_NAME = frozenset(_NOT_A_NAME_WORDS.split())


_REFUSED = re.compile(
    r"\b(?:dont|do not|never|no need|not|without|rather not|no longer|stop|avoid|instead of|unless)"
    r"(?: (?:want|wanna|need|to|wish|like|would|you|have|please|me|be|a|an|any|really|the|ask|for|dare|try|even|think"
    r"|i|we|just|going|getting)){0,6}$"
)


def person_named(text: str, known: Iterable[str] = ()) -> str | None:
    """The person whom the text asks for by name: a known name in any spelling of case, or, in English, a capitalised
    one; None when there is none.

    A known name may be given by its first word ("Alice" for "Alice Martin"). What is returned for a known person is the
    name as known.
    """
    words = plain(text)
    lowered = fold(words)
    for name in known:
        for spelling in dict.fromkeys((fold(name), fold(name.split()[0]))):
            if len(spelling) < 2 or spelling[:-1] not in lowered:
                continue
            replaced, times = _spelt(spelling).subn(NAME, lowered)
            if times and asks(replaced):
                return name
    return _named_by_capital(words)


@lru_cache(maxsize=1_000)
def _spelt(name: str) -> re.Pattern[str]:
    """A folded name as a word, with the endings that languages give to names; in a script without spaces, anywhere."""
    if not name.isascii() and re.search(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]", name):
        return re.compile(re.escape(name))
    endings = "|".join(sorted({end for lexicon in LEXICONS for end in fold(lexicon.endings).split()}))
    # "Olga" loses its last letter before an ending: "s Olgou".
    inflected = rf"|{re.escape(name[:-1])}(?:{endings})" if len(name) >= 4 else ""
    return re.compile(rf"(?<![^\W_])(?:{re.escape(name)}(?:{endings})?{inflected})(?![^\W_])")


def _named_by_capital(words: str) -> str | None:
    for match in _CAPITAL.finditer(words.replace("'", "")):
        name = match.group(1)
        before = folded(words[max(match.start() - 100, 0) : match.start()])
        if name.split()[0].lower() not in _NOT_A_NAME and not _REFUSED.search(before.rstrip()):
            return name
    return None


_YES = re.compile(
    r"^(?:yes|yeah|yep|yup|sure|ok|okay|please|y|please do|do it|go ahead|of course|absolutely|definitely|correct"
    r"|right|that would be (?:great|good|nice)|id like that|i would)(?: (?:please|thanks|thank you|do|that|would"
    r" be (?:great|good|nice)|go ahead|it))*$"
)


def agrees(text: str) -> bool:
    """Whether the message is a plain yes."""
    parts = clauses(plain(text))
    return bool(parts) and all(_YES.match(part) or says_thanks(part) for part in parts) and bool(_YES.match(parts[0]))
