"""What a message says once the mark-up of chat platforms is gone."""

from __future__ import annotations

import re
from functools import lru_cache

_CODE = re.compile(r"```.*?(?:```|$)|`[^`\n]*`", re.DOTALL)
_QUOTE = re.compile(r"^[ \t]*(?:>|&gt;).*$", re.MULTILINE)
# No "<" stands inside one; without that limit, a row of open ones would take a time that grows with its square.
_LINK = re.compile(r"<(?:https?|mailto|tel):[^|<>]*\|([^<>]*)>|<(?:https?|mailto|tel):[^<>]*>|https?://\S+")
_MENTION = re.compile(r"<[@#!][^|<>]*\|([^<>]*)>|<[@#!][^<>]*>")
_EMOJI_CODE = re.compile(r":[a-z0-9_+'-]+(?:::skin-tone-\d)?:", re.IGNORECASE)
# Most lines are no more than this: nothing that the patterns above know begins without one of the other characters.
_BARE = re.compile(r"[A-Za-z0-9 .,!?'\"-]*")
# Pictographs, dingbats, flags, skin tones, joiners and variation marks.
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u200d\ufe0e\ufe0f\u20e3\u2190-\u21ff\u3030\u00a9\u00ae]"
)
_SMILEY = re.compile(r"(?<!\w)[:;=8xX]['-]?[()DPpo/\\|*3](?!\w)|<3|\^\^")
_EMPHASIS = re.compile(r"(?<!\w)[*_~]+|[*_~]+(?!\w)")
# A comma parts "no, I want a human"; "but" and "and" part a refusal from a request.
_CLAUSE_END = re.compile(r"[.!?;,\n…:()]+|\s[-–—]+\s|\b(?:but|however|instead i|so please|and then|because)\b")


@lru_cache(maxsize=64)
def plain(text: str) -> str:
    """The words as written, without mentions, link addresses, quotes, code, emoji and NUL bytes; one space between
    words. The last few are kept: one message is asked several questions."""
    if _BARE.fullmatch(text):
        return " ".join(_SMILEY.sub(" ", text).split())
    text = text.replace("\0", " ").replace("’", "'").replace("‘", "'")
    for pattern, kept in ((_CODE, " "), (_QUOTE, " "), (_LINK, r"\1"), (_MENTION, r"\1"), (_EMOJI_CODE, " ")):
        text = pattern.sub(kept, text)
    text = _EMPHASIS.sub("", _SMILEY.sub(" ", _EMOJI.sub(" ", text)))
    return "\n".join(line for line in (" ".join(line.split()) for line in text.split("\n")) if line)


def only_emoji(text: str) -> bool:
    """Whether something was written, and nothing of it is a word, a number or a question."""
    first, _, _ = text.lstrip().partition(" ")
    if len(first) > 2 and first.isalpha():
        return False  # a word, and no longer smiley consists of letters alone
    bare = _SMILEY.sub("", _EMOJI.sub("", _EMOJI_CODE.sub("", text)))
    return bool(text.strip()) and not re.search(r"[\w?]", bare) and bare.strip(" !.\n") != text.strip(" !.\n")


def folded(text: str) -> str:
    """Lower case, apostrophes gone from contractions ("don't" and "dont" are one), for pattern matching."""
    return text.lower().replace("'", "")


def clauses(text: str) -> list[str]:
    """The folded clauses of a plain text."""
    return [clause for clause in (" ".join(part.split()) for part in _CLAUSE_END.split(folded(text))) if clause]
