"""What people write about when it is none of a desk's business: the other side of every comparison."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from bot.agents.models.local.embedder import Embedder
from bot.agents.models.local.encoder import Floats
from bot.agents.models.local.weights import replaced


@cache
def sentences() -> tuple[str, ...]:
    """The lines of background.txt."""
    lines = Path(__file__).with_name("background.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def digest() -> str:
    return hashlib.sha256("\n".join(sentences()).encode()).hexdigest()


def background_vectors(embedder: Embedder) -> Floats:
    """One row per sentence; a second's work once, then a file beside the weights."""
    path = embedder.folder / f"background-{digest()[:12]}.npy"
    try:
        known: Floats = np.load(path, allow_pickle=False)
        if known.shape == (len(sentences()), known.shape[1]):
            return known
    except (OSError, ValueError, EOFError, IndexError):
        pass
    vectors = embedder.vectors(sentences())
    try:
        with replaced(path) as file:
            np.save(file, vectors)
    except OSError:
        pass  # a folder that nobody may write to costs the second each time
    return vectors
