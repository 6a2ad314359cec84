"""What people write about when it is none of a desk's business: the other side of every comparison."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from bot.agents.models.local.embedder import Embedder
from bot.agents.models.local.encoder import Floats


@cache
def sentences() -> tuple[str, ...]:
    """The lines of background.txt."""
    lines = Path(__file__).with_name("background.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def digest() -> str:
    return hashlib.sha256("\n".join(sentences()).encode()).hexdigest()


def background_vectors(embedder: Embedder) -> Floats:
    """One row per sentence; a second's work once."""
    return embedder.kept("background", sentences())
