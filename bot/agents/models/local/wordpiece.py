"""WordPiece as BERT's uncased models expect it: text to numbers of a vocabulary.

The rules are those of the normaliser and pre-tokeniser that `tokenizer.json` of all-MiniLM-L6-v2 names (BertNormalizer,
BertPreTokenizer): control characters go, Chinese characters stand alone, accents and capitals go, punctuation is split
off; then each word is cut into the longest known pieces from the left. Special tokens written in a text are plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

_LONGEST_WORD = 100  # characters; a longer one is unknown as a whole
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip
_ASCII_PARTS = re.compile(r"[a-z0-9]+|[!-/:-@\[-`{-~]")
_ASCII_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class WordPiece:
    """`vocabulary`: its words in the order of their numbers."""

    def __init__(self, vocabulary: Sequence[str], *, longest: int = 256) -> None:
        """`longest`: how many tokens a text may have, the two marks around it included; the rest is cut off."""
        self._numbers: Mapping[str, int] = {word: number for number, word in enumerate(vocabulary)}
        self._first, self._last, self._unknown = (self._numbers[mark] for mark in ("[CLS]", "[SEP]", "[UNK]"))
        self._longest = longest
        # People use few words; cutting them is most of the work.
        self._cut = lru_cache(maxsize=20_000)(self._pieces)

    def encode(self, text: str) -> list[int]:
        """The numbers of the text's pieces between the two marks."""
        room = self._longest - 2
        numbers: list[int] = []
        for word in words_of(text):
            numbers += self._cut(word)
            if len(numbers) >= room:
                break
        return [self._first, *numbers[:room], self._last]

    def _pieces(self, word: str) -> tuple[int, ...]:
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        begin = 0
        while begin < len(word):
            mark = "##" if begin else ""
            for end in range(len(word), begin, -1):
                number = self._numbers.get(mark + word[begin:end])
                if number is not None:
                    found.append(number)
                    begin = end
                    break
            else:
                return (self._unknown,)
        return tuple(found)


def words_of(text: str) -> list[str]:
    """The words and the single marks of punctuation, lower case, without accents."""
    if text.isascii():
        return _ASCII_PARTS.findall(_ASCII_CONTROLS.sub("", text).lower())
    return _parted(_normalised(text))


def _normalised(text: str) -> str:
    kept: list[str] = []
    for character in text:
        if _is_blank(character):
            kept.append(" ")
        elif character != "\ufffd" and unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs"):
            kept.append(f" {character} " if _is_cjk(character) else character)
    decomposed = unicodedata.normalize("NFD", "".join(kept))
    # One by one: as a whole, Python would write a sigma at the end of a word in another way.
    return "".join(one.lower() for one in decomposed if unicodedata.category(one) != "Mn")


def _parted(text: str) -> list[str]:
    spaced = "".join(f" {one} " if _is_punctuation(one) else one for one in text)
    return spaced.split()


def _is_blank(character: str) -> bool:
    return character in "\t\n\r" or unicodedata.category(character) in ("Zs", "Zl", "Zp")


def _is_cjk(character: str) -> bool:
    return ord(character) >= 0x3400 and any(low <= ord(character) <= high for low, high in _CJK)


def _is_punctuation(character: str) -> bool:
    if character.isascii():
        return not character.isalnum() and not character.isspace() and character.isprintable()
    return unicodedata.category(character)[0] == "P"
