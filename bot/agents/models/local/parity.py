"""Whether an encoder gives the vectors of another, by a dozen texts of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from bot.agents.models.local.encoder import Floats
from bot.agents.models.local.wordpiece import WordPiece

LEAST_COSINE: Final = 0.999
PARITY_TEXTS: Final = (
    "I was charged twice for my order", "where is my invoice", "the app crashes when I open it", "hello",
    "Can somebody please explain why my card payment was declined at the shop yesterday?", "reset my password",
    "My parcel says delivered, but nobody has seen it. What can I do now?", "¿dónde está mi factura?",
    "do you offer a discount for schools and charities?", "error 0x80070005 at start, v2.3.1", "😡 again!!!", "你好",
)  # fmt: skip


class Encodes(Protocol):
    def embed(self, texts: Sequence[Sequence[int]]) -> Floats:
        """One row of length 1 per text, which is the numbers of its tokens. Any thread may call it."""


def vectors(encoder: Encodes, pieces: WordPiece) -> Floats:
    return encoder.embed([pieces.encode(text) for text in PARITY_TEXTS])


def parity(reference: Floats, other: Encodes, pieces: WordPiece) -> float:
    """The least cosine between these vectors of the texts and those that the other encoder makes."""
    return float((reference * vectors(other, pieces)).sum(axis=1).min())
