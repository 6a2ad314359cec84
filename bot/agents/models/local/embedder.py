"""Texts as vectors, by the weights of this machine; and which engine triage runs on, with the reason."""

from __future__ import annotations

import ctypes
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.agents.models.local.encoder import WIDTH, Floats
from bot.agents.models.local.onnx_encoder import OnnxUnfit, compared, installed
from bot.agents.models.local.parity import PARITY_TEXTS, Encodes
from bot.agents.models.local.weights import NAME, WeightsUnfit, load, read, replaced, weights_file
from bot.agents.models.local.wordpiece import WordPiece

_KEPT = 4_096  # vectors; 6 MB
REMEDY = "run: baton model build"


class Embedder:
    """Any thread may call it. The last few thousand vectors are kept: examples and short lines come again."""

    def __init__(self, encoder: Encodes, pieces: WordPiece, folder: Path, *, by: str = "numpy") -> None:
        """`folder`: where the weights lie, and where what follows from them may be kept; `by`: which arithmetic made
        the vectors."""
        self._encoder = encoder
        self._pieces = pieces
        self._vectors: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()
        self.folder = folder
        self.by = by

    @classmethod
    def open(cls, path: Path) -> Embedder:
        """By numpy, whatever else is installed. Raises WeightsUnfit."""
        return cls(*load(path), path.parent)

    def elsewhere(self, folder: Path) -> Embedder:
        """The same weights; what follows from them is kept in another folder."""
        return Embedder(self._encoder, self._pieces, folder, by=self.by)

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

    def kept(self, name: str, texts: Sequence[str]) -> Floats:
        """The vectors of texts that are always the same: worked out once, then a file of that name beside the weights.
        A folder that nobody may write to costs the work each time."""
        digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        path = self.folder / f"{name}-{digest[:12]}.npy"
        try:
            known: Floats = np.load(path, allow_pickle=False)
            if known.shape == (len(texts), WIDTH):
                return known
        except (OSError, ValueError, EOFError):
            pass
        vectors = self.vectors(texts)
        try:
            with replaced(path) as file:
                np.save(file, vectors)
        except OSError:
            pass
        return vectors


@dataclass(frozen=True, slots=True)
class Engine:
    """What triage runs on. Without an embedder it counts words, and `missing` says why; `unfit` says why onnxruntime,
    though it is installed, is not used. `runtime` is its name and version if it is."""

    embedder: Embedder | None = None
    missing: str = ""
    runtime: str = ""
    unfit: str = ""

    @property
    def name(self) -> str:
        return "embedded" if self.embedder is not None else "tf-idf"

    def __str__(self) -> str:
        if self.embedder is None:
            return f"TF-IDF ({self.missing})"
        on = self.runtime or (f"numpy, for {self.unfit}" if self.unfit else "")
        return f"embedded ({', '.join(filter(None, (NAME, 'int8', on)))})"


def engine_of(environ: Mapping[str, str] = os.environ) -> Engine:
    """The best engine for which everything is there. Reads some 24 MB; never raises for what is missing."""
    path = weights_file(environ)
    if path is None:
        return Engine(missing=f"the weights are not there; {REMEDY}")
    try:
        engine = _engine(path)
    except WeightsUnfit as error:
        return Engine(missing=f"{error}; {REMEDY}")
    _give_back()
    return engine


def _engine(path: Path) -> Engine:
    """Raises WeightsUnfit."""
    encoder, pieces, tensors = read(path)
    by_numpy = Embedder(encoder, pieces, path.parent)
    if not installed():
        return Engine(by_numpy)
    try:
        faster = compared(tensors, by_numpy.kept("parity", PARITY_TEXTS), pieces)
    except OnnxUnfit as error:
        return Engine(by_numpy, unfit=str(error))
    return Engine(Embedder(faster, pieces, path.parent, by="onnxruntime"), runtime=faster.version)


def _give_back() -> None:
    """What the C library keeps of the memory that only loading needed: 10 MB, with onnxruntime 100 MB. glibc alone has
    a call for it."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return
