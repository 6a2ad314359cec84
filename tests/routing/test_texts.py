"""One function of (key, locale): built-in lines, the administrators' own before them, never an unfilled brace."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from routing import texts
from routing.policy import Defaults, Policy
from routing.values import time_ms

POLICY = Policy("v1", Defaults(), {}, {}, {})
ROUTING = Path(texts.__file__).parent


def keys_in_use() -> set[str]:
    """What the decision asks for: the first argument of `notice` and `text`, and every `notice=`."""
    found = set()
    for file in [*ROUTING.glob("*.py"), *(ROUTING.parent / "handlers").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                said = [keyword.value for keyword in node.keywords if keyword.arg == "notice"]
                said += node.args[:1] if node.func.attr in ("notice", "text") else []
                constants = [part for one in said for part in ast.walk(one) if isinstance(part, ast.Constant)]
                found |= {part.value for part in constants if isinstance(part.value, str)}
    return found


def test_every_line_that_the_decision_says_is_built_in() -> None:
    used = keys_in_use()

    assert {"slow", "nobody_yet", "claimed", "resolved"} <= used
    assert sorted(used - texts.BUILT_IN["en"].keys()) == []


@pytest.mark.parametrize("language", ["fr", "de", "es"])
def test_a_translation_has_the_lines_for_customers_with_the_same_places(language: str) -> None:
    for key, line in texts.BUILT_IN[language].items():
        assert set(re.findall(r"\{(\w+)\}", line)) == set(re.findall(r"\{(\w+)\}", texts.BUILT_IN["en"][key])), key
    missing = texts.BUILT_IN["en"].keys() - texts.BUILT_IN[language].keys()
    for_staff = {
        "remind_team",
        "remind_holder",
        "taken_over",
        "assigned",
        "wrote_again",
        "other_spoke",
        "held_by",
        "delivery_failed",
        "poison",
    }
    assert missing == for_staff


def test_every_place_in_a_built_in_line_is_known() -> None:
    for lines in texts.BUILT_IN.values():
        for key, line in lines.items():
            assert texts.unknown_placeholders(key, line) == []


def test_the_customers_language_comes_first_then_the_default_then_english() -> None:
    german_desk = replace(POLICY, defaults=Defaults(locale="de"))

    assert texts.line(POLICY, "handoff", "fr-CA", team="Billing") == "Je vous passe Billing."
    assert texts.line(german_desk, "handoff", "pl", team="Billing") == "Ich gebe Sie weiter an Billing."
    assert texts.line(POLICY, "handoff", "pl", team="Billing") == "Passing you to Billing."
    assert texts.line(german_desk, "wrote_again", "de") == "The customer wrote again."


def test_an_administrators_line_wins_in_its_language_only() -> None:
    policy = replace(POLICY, texts={"en": {"handoff": "Over to {team}!", "own": "Ours"}})

    assert texts.line(policy, "handoff", "en", team="Billing") == "Over to Billing!"
    assert texts.line(policy, "handoff", "fr", team="Billing") == "Je vous passe Billing."
    assert texts.line(policy, "own", "fr") == "Ours"


def test_words_of_others_in_a_line_stay_words() -> None:
    assert (
        texts.line(POLICY, "claimed", "en", person="{team.__class__}", team="{0}")
        == "{team.__class__} from {0} has joined."
    )
    assert texts.line(POLICY, "claimed", "en", team="X") == " from X has joined."


def test_an_opening_is_told_on_the_clock_of_the_team() -> None:
    at_ms = time_ms("2026-03-30T07:00:00Z")

    assert texts.when(at_ms, "Europe/Paris", "en") == "Mon 30 Mar 09:00 (Europe/Paris)"
    assert texts.when(at_ms, "Europe/Paris", "de") == "Mo. 30. März 09:00 (Europe/Paris)"
    assert texts.when(at_ms, "Asia/Tokyo", "fr") == "lun. 30 mars 16:00 (Asia/Tokyo)"


def test_a_key_that_nobody_wrote_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        texts.line(POLICY, "nonsense", "en")
