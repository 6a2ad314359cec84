"""Does a text promise a transfer? What is promised must be done, and what is done is said once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agents import promises_transfer, without_promises
from bot.agents.saydo import SpeechGate

PROMISES = [
    "I'll connect you with a colleague.",
    "I’ll put you through to support.",
    "Transferring you to billing...",
    "Transferring to HelperAgent...",
    "Let me transfer you to our billing team.",
    "Let me get someone to help you.",
    "I am going to hand you over to a human agent.",
    "You are being transferred now.",
    "I've escalated your issue to our team.",
    "Sure! Connecting you now.",
    "I will pass this on to the team.",
    "One moment please while I transfer you.",
    "A colleague will be with you shortly.",
    "Your chat has been escalated.",
    "Okay, I'm connecting you to a person.",
    "I understand. Please hold while I connect you to an agent.",
]
NO_PROMISES = [
    "Would you like me to connect you with a person?",
    "I can transfer you to billing if you like.",
    "If you'd like, I'll connect you to a person.",
    "Just say so and I will pass you to a person.",
    "I cannot transfer you.",
    "I won't transfer you.",
    "I will not connect you to anyone.",
    "I have put your order on hold.",
    "I have put it in your cart.",
    "I've forwarded you the invoice.",
    "You can connect your phone to the TV.",
    "Your money was transferred yesterday.",
    "Your refund will be transferred to your card.",
    "To transfer funds, open the app.",
    "The transfer takes two days.",
    "",
]


@pytest.mark.parametrize("text", PROMISES)
def test_a_promise_is_seen(text: str) -> None:
    assert promises_transfer(text)


@pytest.mark.parametrize("text", NO_PROMISES)
def test_offers_denials_and_other_transfers_are_none(text: str) -> None:
    assert not promises_transfer(text)


def test_only_the_promise_is_left_out() -> None:
    assert without_promises("I see. I'll connect you with Ana. The invoice is 7.") == "I see. The invoice is 7."


@settings(deadline=None)
@given(st.lists(st.sampled_from([*"ab .!?\n", "I'll connect you. ", "Transferring you now.", "Fine. "])))
def test_the_gate_shows_the_same_however_the_text_is_cut(pieces: list[str]) -> None:
    whole, pieced = SpeechGate(), SpeechGate()

    shown = whole.feed("".join(pieces)) + whole.end()
    bit_by_bit = "".join([pieced.feed(letter) for piece in pieces for letter in piece]) + pieced.end()

    assert shown.split() == bit_by_bit.split()
    assert len(whole.said) + len(whole.held) == len("".join(pieces))
    assert not promises_transfer(shown)
