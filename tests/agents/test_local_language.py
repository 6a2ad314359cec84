"""The language of a line chooses the language of the desk's own lines."""

import json
from pathlib import Path

import pytest

from bot.agents.models.local import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("where is my invoice", "en"),
        ("Mir wurde die Rechnung doppelt berechnet", "de"),
        ("J’ai été débité deux fois", "fr"),
        ("Quiero hablar con una persona", "es"),
        ("Vorrei parlare con una persona", "it"),
        ("Eu quero falar com uma pessoa", "pt"),
        ("Ik wil graag met iemand praten", "nl"),
    ],
)
def test_a_sentence_shows_its_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "hello", "invoice 8841", "🙂", "12345", "https://example.com/a/le/la/les", "case D0F1 l2 c3"]
)
def test_what_shows_no_language_is_not_guessed(text: str) -> None:
    assert language_of(text) is None


def test_english_requests_are_not_taken_for_another_language(shared_data: Path) -> None:
    rows = json.loads((shared_data / "clinc150" / "train_val.json").read_text())["train"]

    taken = [text for text, _ in rows if language_of(text) not in ("en", None)]

    assert len(taken) <= 15  # of 15,000; measured 3
