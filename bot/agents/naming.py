"""The name of the tool that transfers to a target: readable for a model, accepted by every provider, stable over
time."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Providers accept [A-Za-z0-9_-]{1,64}; the dash is left out because some compatible servers refuse it.
MAX_TOOL_NAME = 64

_SPECIAL = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D",    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "n", "Ŋ": "N",
}  # fmt: skip
_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ",
        "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i yi ye g".replace("_", "").split(
            " "
        ),
        strict=True,
    )
)
_GREEK_SPELLED = [*"avgdezi", "th", *"iklmnxoprssty", "f", "ch", "ps", "o"]
_GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", _GREEK_SPELLED, strict=True))


def transliterated(text: str) -> tuple[str, bool]:
    """The text in ASCII as far as letters have a usual spelling there, and whether a letter had none."""
    out: list[str] = []
    lost = False
    for letter in text:
        if letter.isascii():
            out.append(letter)
            continue
        spelled = _spelled(letter)
        lost = lost or (not spelled and letter.isalpha() and letter.lower() not in _CYRILLIC)
        out.append(spelled if spelled or letter.lower() in _CYRILLIC else " ")
    return "".join(out), lost


def _spelled(letter: str) -> str:
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    for table in (_CYRILLIC, _GREEK):
        if letter.lower() in table:
            spelled = table[letter.lower()]
            return spelled.capitalize() if letter.isupper() else spelled
    decomposed = unicodedata.normalize("NFKD", letter)
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    if bare != letter and not bare.isascii():
        return "".join(_spelled(part) for part in bare)
    return bare if bare.isascii() else ""


def transfer_tool_name(target: str, *, suffix: str = "") -> str:
    """`transfer_to_<target>`: ASCII letters, digits and `_` as written, other letters transliterated, every other run
    one `_`.

    A name that is too long, or has letters without an ASCII spelling, gets a short hash, so that two such names stay
    apart.
    """
    spelled, lost = transliterated(unicodedata.normalize("NFC", target))
    body = re.sub(r"[^A-Za-z0-9_]+", "_", spelled)
    name = f"transfer_to_{body}{suffix}"
    if not lost and body.strip("_") and len(name) <= MAX_TOOL_NAME:
        return name
    digest = hashlib.sha256(target.encode()).hexdigest()[:8]
    head = f"transfer_to_{body}".rstrip("_") if body.strip("_") else "transfer_to"
    return f"{head[: MAX_TOOL_NAME - len(suffix) - 9]}_{digest}{suffix}"
