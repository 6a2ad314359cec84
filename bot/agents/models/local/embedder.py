"""Texts as vectors, by the weights of this machine; and which engine triage runs on, with the reason."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.agents.models.local.encoder import WIDTH, Encoder, Floats
from bot.agents.models.local.weights import NAME, WeightsUnfit, load, weights_file
from bot.agents.models.local.wordpiece import WordPiece

_KEPT = 4_096  # vectors; 6 MB
REMEDY = "run: baton model build"


class Embedder:
    """Any thread may call it. The last few thousand vectors are kept: examples and short lines come again."""

    def __init__(self, encoder: Encoder, pieces: WordPiece, folder: Path) -> None:
        """`folder`: where the weights lie, and where what follows from them may be kept."""
        self._encoder = encoder
        self._pieces = pieces
        self._vectors: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()
        self.folder = folder

    @classmethod
    def open(cls, path: Path) -> Embedder:
        """Raises WeightsUnfit."""
        return cls(*load(path), path.parent)

    def elsewhere(self, folder: Path) -> Embedder:
        """The same weights; what follows from them is kept in another folder."""
        return Embedder(self._encoder, self._pieces, folder)

    def vectors(self, texts: Sequence[str]) -> Floats:
        """One row of length 1 per text."""
        found = np.empty((len(texts), WIDTH), np.float32)
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
            for text in known:
                self._vectors.move_to_end(text)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            made = self._encoder.embed([self._pieces.encode(text) for text in new])
            known.update(zip(new, made, strict=True))
            with self._lock:
                self._vectors.update(zip(new[-_KEPT:], made[-_KEPT:], strict=True))
                while len(self._vectors) > _KEPT:
                    self._vectors.popitem(last=False)
        for row, text in enumerate(texts):
            found[row] = known[text]
        return found


@dataclass(frozen=True, slots=True)
class Engine:
    """What triage runs on. Without an embedder it counts words, and `missing` says why."""

    embedder: Embedder | None = None
    missing: str = ""

    @property
    def name(self) -> str:
        return "embedded" if self.embedder is not None else "tf-idf"

    def __str__(self) -> str:
        return f"embedded ({NAME}, int8)" if self.embedder is not None else f"TF-IDF ({self.missing})"


def engine_of(environ: Mapping[str, str] = os.environ) -> Engine:
    """The best engine for which everything is there. Reads some 24 MB; never raises for what is missing."""
    path = weights_file(environ)
    if path is None:
        return Engine(missing=f"the weights are not there; {REMEDY}")
    try:
        return Engine(Embedder.open(path))
    except WeightsUnfit as error:
        return Engine(missing=f"{error}; {REMEDY}")
