"""Nearest-example search over hashed TF-IDF of word 1-2-grams and character 3-5-grams; numpy and no weights.

Examples in a configuration are few, so their own document frequencies say little: words that carry no topic are known
beforehand and weigh little, and a word that no example has counts against a match with full weight.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Vector = dict[int, float]

_BUCKETS = 1 << 20
_STOP_WEIGHT = 0.15
_STOP_WORDS = """
    a an the i me my mine you your yours we us our it its he she they them this that these those is are was were
    be been am do does did have has had can could will would should may might must to of in on at for from with
    about by as and or but if so not no yes what which who when where why how there here please pls hi hello hey
    thanks thank im ive id ill dont cant wont want need like get got just really very any some all help know tell
    show give make let ok okay now also too up out still again
"""
_STOP = frozenset(_STOP_WORDS.split())
# Where cosine similarity ends up on the scale that callers compare with: 1.0 is the example itself, 0.9 the same words
# with a typo, another order or other small words, below 0.4 nothing but chance. Taken from the sets of banking and
# general requests; linear in between.
_COSINES = (0.0, 0.30, 0.50, 0.62, 0.70, 0.85, 1.0)
_SCORES = (0.0, 0.20, 0.39, 0.70, 0.87, 0.97, 1.0)

_WORD = re.compile(r"[^\W_]+")
_CONTRACTION = re.compile(r"(?<=\w)'(?=\w)")


def scores_of(cosines: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Cosine similarities on the scale of 0 to 1 that all scores share."""
    return np.interp(cosines, _COSINES, _SCORES).round(4)


def _bucket(gram: str) -> int:
    # Not hash(): that one differs from process to process, and scores must not.
    return zlib.crc32(gram.encode()) % _BUCKETS


def _stem(word: str) -> str:
    """The word without the commonest endings, so that "charged" and "charge", "invoices" and "invoice" meet."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


def stems_of(text: str) -> list[tuple[str, float]]:
    """The stems of the first words and what each weighs."""
    words = _WORD.findall(_CONTRACTION.sub("", text.lower()))[:128]
    return [(_stem(word), _STOP_WEIGHT if word in _STOP else 1.0) for word in words]


def counts(stems: Sequence[tuple[str, float]]) -> Vector:
    """The weighted features: words, pairs of words, and the pieces of each word, which find its relatives."""
    features: Vector = {}
    for stem, weight in stems:
        word, pieces = _grams(stem)
        features[word] = features.get(word, 0.0) + weight
        share = 0.9 * weight / max(1.0, len(pieces) ** 0.5)
        for piece in pieces:
            features[piece] = features.get(piece, 0.0) + share
    for (left, left_weight), (right, right_weight) in pairwise(stems):
        pair = _bucket(f"b:{left} {right}")
        features[pair] = features.get(pair, 0.0) + 0.4 * min(left_weight, right_weight)
    return features


@lru_cache(maxsize=20_000)
def _grams(stem: str) -> tuple[int, tuple[int, ...]]:
    """The bucket of a stem and those of its pieces. Kept: people use few words, and hashing is most of the work."""
    padded = f" {stem} "
    pieces = [padded[at : at + size] for size in (3, 4, 5) for at in range(len(padded) - size + 1)]
    return _bucket(f"w:{stem}"), tuple(_bucket(f"c:{piece}") for piece in pieces)


def _near(stem: str) -> list[str]:
    """The spellings from which a typo in a long enough word can be told: itself, and itself without one letter."""
    return [stem, *(stem[:at] + stem[at + 1 :] for at in range(len(stem)))] if len(stem) >= 4 else []


class Index:
    """A fixed list of texts and the similarity of any text to each of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        stemmed = [stems_of(text) for text in texts]
        self._stems = {stem for stems in stemmed for stem, _ in stems}
        self._spellings = {near: stem for stem in sorted(self._stems) for near in _near(stem)}
        vectors = [counts(stems) for stems in stemmed]
        self._columns = {
            bucket: column for column, bucket in enumerate(sorted({key for vector in vectors for key in vector}))
        }
        seen = np.zeros(len(self._columns) + 1, dtype=np.float32)
        for vector in vectors:
            for bucket in vector:
                seen[self._columns[bucket]] += 1
        # Flat on purpose: with a few dozen examples a word in three of them is no less telling than a word in one.
        self._idf = 1.0 + 0.25 * np.log((1 + len(texts)) / (1 + seen))
        self._unseen = float(self._idf[-1])
        self._rows = np.zeros((len(texts), len(self._columns)), dtype=np.float32)
        for row, vector in enumerate(vectors):
            for bucket, weight in vector.items():
                column = self._columns[bucket]
                self._rows[row, column] = weight * self._idf[column]
        norms = np.linalg.norm(self._rows, axis=1, keepdims=True)
        self._rows /= np.where(norms > 0, norms, 1)

    def cosines(self, text: str) -> npt.NDArray[np.float32]:
        """The similarity of the text to each of the texts, in their order."""
        vector = counts([self._corrected(stem, weight) for stem, weight in stems_of(text)])
        columns: list[int] = []
        weights: list[float] = []
        outside = 0.0
        for bucket, weight in vector.items():
            column = self._columns.get(bucket)
            if column is None:
                outside += (weight * self._unseen) ** 2
            else:
                columns.append(column)
                weights.append(weight * float(self._idf[column]))
        known = np.asarray(weights, dtype=np.float32)
        norm = float(np.sqrt(float(known @ known) + outside))
        if not columns or norm == 0:
            return np.zeros(len(self._rows), dtype=np.float32)
        similar: npt.NDArray[np.float32] = self._rows[:, columns] @ known / norm
        return similar

    def _corrected(self, stem: str, weight: float) -> tuple[str, float]:
        """The stem of an example that this one misspells, if there is one: a letter too many, too few, wrong or
        swapped."""
        if stem in self._stems or weight < 1.0:
            return stem, weight
        meant = next((self._spellings[near] for near in _near(stem) if near in self._spellings), None)
        return (meant, 0.9) if meant is not None else (stem, weight)
