"""A plain yes or no, and anger in so many words. Anger alone is too weak a sign to hand over: it weighs beside an
answer that failed."""

from __future__ import annotations

import re
from typing import Literal

from bot.agents.models.local.helped import yes_and_thanks
from bot.agents.models.local.people import agrees
from bot.agents.models.local.text import plain
from bot.agents.phrases import fold, pattern

# In the languages of the desk's own lines, folded as `phrases.fold` does.
_NO = re.compile(
    pattern(
        """no nope nah not_really not_at_all (no_)?(it|that|this)_(did|does)(_not|nt) no_(it|that|this)_(is_not|isnt)
        no_thats_not_it still_no non pas_du_tout pas_vraiment nein nee nicht_wirklich gar_nicht para_nada no_mucho"""
    )
)
_YES = re.compile(pattern("si claro oui ouais bien_sur merci_oui ja jawohl genau doch sip"))
_ANGRY = re.compile(
    pattern(
        """ridiculous (this|that|it)_is_(a_)?(joke|nonsense|absurd|unacceptable|outrageous|insane) unacceptable
        (so|really|very|extremely|getting)_(angry|annoyed|frustrated|frustrating|annoying|furious) frustrated
        frustrating fed_up furious pissed_off sick_(and_tired_)?of had_enough waste_of_(my_)?time wasting_my_time
        useless worthless terrible_service awful_service worst_(service|support) what_a_joke stupid_(bot|machine|thing)
        going_(round|around)_in_circles wtf for_the_(third|fourth|fifth|last)_time (losing|lost)_my_patience
        inacceptable ridicule j_en_ai_(marre|assez) c_est_nul perte_de_temps enerve* en_colere
        lacherlich unverschamt frechheit zeitverschwendung (ich_bin_)?(sauer|wutend) mir_reicht_es mir_reichts
        ridiculo inaceptable estoy_harto estoy_harta perdida_de_tiempo enfadado enfadada indignante"""
    )
)
_WORDS = re.compile(r"[^\w\s]+|_")


def yes_or_no(text: str) -> Literal["", "yes", "no"]:
    """Whether the text is a plain yes or no, and nothing else; in English, French, German or Spanish, and a yes
    with thanks in any language of the lexicons."""
    words = _words(text)
    if _NO.fullmatch(words):
        return "no"
    return "yes" if _YES.fullmatch(words) or agrees(text) or yes_and_thanks(text) else ""


def frustrated(text: str) -> bool:
    """Whether the text says in words that its author is angry or has had enough."""
    return bool(_ANGRY.search(_words(text)))


def _words(text: str) -> str:
    return " ".join(_WORDS.sub(" ", fold(plain(text))).split())
