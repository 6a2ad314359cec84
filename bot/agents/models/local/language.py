"""Which language is a line written in? Told by its small words, for a few languages; None where it cannot be told.

Good enough to choose the language of the desk's own lines. A name, a number or one word of greeting says nothing.
"""

from __future__ import annotations

import re

from bot.agents.models.local.text import plain
from bot.agents.phrases import fold

_WORDS = {
    "en": """the is my i you and to of it what how can do not in for this that have was with are please would where
        when why on me your need want there be am if has does did get from an but at or been could will""",
    "de": """der die das ist ich sie und nicht ein eine einen mein meine meinen meiner wie was wo wann warum bitte
        kann mit für auf zu von wurde habe hat haben den dem mich mir ihr wir es auch noch oder aber möchte brauche
        jemand kein keine""",
    "fr": """le la les est je vous et ne pas un une des mon ma mes comment où quand pourquoi avec pour sur dans été
        ai avez nous que qui au aux du ce cette il elle suis bonjour merci voudrais besoin quelqu ça puis j l d n c
        deux fois plaît""",
    "es": """el la los las es yo usted y no un una mi mis cómo como dónde donde cuándo por qué que con para en de
        del ha he me se su al está estoy hola gracias quiero necesito puedo alguien hay dos veces""",
    "it": """il lo la gli le è io lei e non un una mio mia miei come dove quando perché con per su di del della ho
        ha sono mi si che ciao grazie vorrei bisogno posso qualcuno è stato due volte""",
    "pt": """o os as é eu você e não um uma meu minha meus como onde quando por que com para em de do da dos fui
        foi me se está estou olá obrigado obrigada quero preciso posso alguém há duas vezes""",
    "nl": """de het is ik u je en niet een mijn hoe wat waar wanneer waarom alstublieft kan met voor op van ben heb
        heeft mij ook nog of maar wil graag iemand geen twee keer""",
}
_LANGUAGES = {language: frozenset(words.split()) for language, words in _WORDS.items()}
SMALL_WORDS = frozenset(fold(word) for words in _LANGUAGES.values() for word in words)
# A single letter is as often a part of a name or a number.
_SPOKEN_IN = {
    word: tuple(of for of, small in _LANGUAGES.items() if word in small)
    for word in set().union(*_LANGUAGES.values())
    if len(word) > 1
}
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str | None:
    """An ISO 639-1 code, or None when fewer than two of a language's small words stand in the text or two languages
    have as many."""
    scores: dict[str, int] = {}
    for word in _WORD.findall(plain(text[:500]).lower()):
        for language in _SPOKEN_IN.get(word, ()):
            scores[language] = scores.get(language, 0) + 1
    best = max(scores.values(), default=0)
    leaders = [language for language, score in scores.items() if score == best]
    return leaders[0] if best >= 2 and len(leaders) == 1 else None
