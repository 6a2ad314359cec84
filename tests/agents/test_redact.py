"""Private text does not get through, and what only looks private does."""

from __future__ import annotations

import importlib.util
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agents.redact import ALL, BY_KEY, REDACTORS, is_iban, luhn, redact_data, redact_json, redacted

# Numbers that the card networks, banks and vendors publish for tests; keys are put together so that no scanner trips.
CANARIES = [
    ("email", "jane.doe+shop@mail.example.co.uk"),
    ("email", "müller@exämple.de"),
    ("email", "o'brien@example.com"),
    ("phone", "+1 (212) 555-0123"),
    ("phone", "+49 170 1234567"),
    ("phone", "+442079460958"),
    ("phone", "(212) 555-0123"),
    ("phone", "212-555-0123"),
    ("phone", "1-800-555-0199"),
    ("phone", "212.555.0123"),
    ("phone", "020 7946 0958"),
    ("phone", "06 12 34 56 78"),
    ("phone", "06.12.34.56.78"),
    ("phone", "089/1234567"),
    ("card", "4111 1111 1111 1111"),
    ("card", "4111111111111111"),
    ("card", "5555-5555-5555-4444"),
    ("card", "3782 822463 10005"),
    ("card", "6011.1111.1111.1117"),
    ("card", "2223003122003222"),
    ("iban", "DE89 3704 0044 0532 0130 00"),
    ("iban", "GB82WEST12345698765432"),
    ("iban", "no93 8601 1117 947"),
    ("ssn", "123-45-6789"),
    ("ssn", "AB 12 34 56 C"),
    ("secret", "sk-" + "proj-a1B2c3D4e5F6g7H8i9J0"),
    ("secret", "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"),
    ("secret", "xoxb-" + "123456789012-abcdefABCDEF"),
    ("secret", "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"),
    ("secret", "AKIA" + "IOSFODNN7EXAMPLE"),
    ("secret", "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"),
]
PLAIN = [
    "order 4829104726 and order 2124-5560-1234",
    "Order 212-555-0123 has not come",
    "tracking number: 1Z999AA10123456784",
    "invoice INV-2026-000123, ticket #20471, case 00123456",
    "on 2026-11-20 at 17:07, on 20.11.2026 2030 and on 11/20/2026",
    "call me on 12/05/2026 or on 2026-05-12",
    "version 1.24.10.3, node 18.2.0, lodash@4.17.21, build 0.10.1234.56789",
    "it took 1700000000000 ms, at 1700000000.123456",
    "192.168.100.200 and 2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "4111 1111 1111 1112 is no card, nor is 1234 5678 9012 3456",
    "DE89370400440532013001 is no account",
    "UTC+0200, +5 points, 1,000,000 users, 3-2-4",
    "ask @jane in #support, or user@localhost",
    "your password is wrong; the token: expired; reset the password: please",
    "the bearer of this letter, basic requirements, a secret: nobody knows",
    "the task sk-1, the sku SK-20-40",
]


@pytest.mark.parametrize("kind, canary", CANARIES)
@pytest.mark.parametrize("around", ["{}", "it is {}.", "({})", "a {} b", "{}, please", "x: {}\nthanks", '"{}"'])
def test_a_canary_does_not_get_through(kind: str, canary: str, around: str) -> None:
    """D11, D12: what is private is replaced by its mark, wherever it stands in a sentence."""
    text = around.format(canary)

    assert redacted(text) == around.format(f"[{kind}]")


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_looks_private_survives(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "text, left",
    [
        ("card 4111 1111 1111 1111 12/27 123", "card [card] 12/27 123"),
        ("2 4111 1111 1111 1111", "2 [card]"),
        ("DE89 3704 0044 0532 0130 00 help me", "[iban] help me"),
        ("Authorization: Bearer abcdef0123456789abcdef", "Authorization: Bearer [secret]"),
        ("redis://baton:hunter2@db.example.com/0", "redis://[secret]@db.example.com/0"),
        ("my password is hunter2!x", "my password is [secret]"),
        ('{"api_key": "q1w2e3r4t5"}', '{"api_key": "[secret]"}'),
        ("SSN 123456789", "SSN [ssn]"),
        ("the last four of my ssn is 1818", "the last four of my ssn is [ssn]"),
        ("my card number is 4356 7896 7545 8543, exp 12/27", "my card number is [card], exp 12/27"),
        ("call me at 5550123", "call me at [phone]"),
        ("my mobile number is 2125550123", "my mobile number is [phone]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "[secret]"),
        ("212-555-0123 212-555-0123", "[phone] [phone]"),
        ("020 7946 0958 020 7946 0958", "[phone] [phone]"),
        ("DE89 3704 0044 0532 0130 00 GB82 WEST 1234 5698 7654 32", "[iban] [iban]"),
        ("a@example.com,b@example.com", "[email],[email]"),
    ],
)
def test_only_the_private_part_goes(text: str, left: str) -> None:
    assert redacted(text) == left


def test_kinds_can_be_chosen_and_unknown_ones_are_refused() -> None:
    text = "jane@example.com, 212-555-0123"

    assert redacted(text, kinds=["email"]) == "[email], 212-555-0123"
    assert redacted(text, kinds=()) == text
    with pytest.raises(ValueError, match="emails; known: secret, email"):
        redacted(text, kinds=["emails"])


@settings(deadline=None)
@given(st.lists(st.sampled_from([canary for _, canary in CANARIES] + PLAIN + [" ", "\n", "-", "@", "7"])).map(" ".join))
def test_redacting_again_changes_nothing(text: str) -> None:
    once = redacted(text)

    assert redacted(once) == once


@pytest.mark.parametrize("piece", ["a", "1", "1 ", "+1 ", "a.", "a@", "A1", "sk-", "0 ", "DE89 ", "x.y@", "password "])
def test_a_long_text_is_read_in_linear_time(piece: str) -> None:
    """A pattern that goes back and forth over a long message would stop the whole process."""

    def work(length: int) -> float:
        text = piece * (length // len(piece))
        began = time.process_time()
        redacted(text)
        return time.process_time() - began

    assert min(work(32_000) for _ in range(3)) < 32 * min(work(4_000) for _ in range(3))


def test_data_is_redacted_at_any_depth_and_by_key() -> None:
    """D11, D12: by key in every spelling, by text in every place."""
    data = {
        "creditCard": {"number": 1},
        "credit_card": "any",
        "who": [{"mail": "jane@example.com", "SSN": 123456789}],
        "number": 4111111111111111,
        "paid": True,
        "order": 4829104726,
        "a@example.com": 1,
        "b@example.com": 2,
    }

    cleaned = redact_data(data, keys=["credit-card", "ssn"])

    assert cleaned == {
        "creditCard": BY_KEY,
        "credit_card": BY_KEY,
        "who": [{"mail": "[email]", "SSN": BY_KEY}],
        "number": "[card]",
        "paid": True,
        "order": 4829104726,
        "[email]": 1,
        "[email] 2": 2,
    }
    assert data["number"] == 4111111111111111


def test_json_text_stays_json_and_other_text_is_redacted_as_text() -> None:
    assert (
        redact_json('{"mail": "jane@example.com", "ssn": 1}', keys=["ssn"])
        == '{"mail": "[email]", "ssn": "[REDACTED]"}'
    )
    assert redact_json('{ "order" : 7 }') == '{ "order" : 7 }'
    assert redact_json("from jane@example.com") == "from [email]"


def test_check_digits() -> None:
    """ISO/IEC 7812 and ISO 13616: one changed digit is noticed."""
    assert luhn("79927398713")
    assert not luhn("79927398710")
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB82 WEST 1234 5698 7654 33")
    assert list(ALL) == list(REDACTORS)


@pytest.mark.skipif(importlib.util.find_spec("phonenumbers") is None, reason="the extra pii is not installed")
def test_with_the_extra_the_length_of_a_number_is_known() -> None:
    assert redacted("+44 20 7946 0958 12 times") == "[phone] 12 times"
    assert redacted("it grew by +99912345678") == "it grew by +99912345678"
