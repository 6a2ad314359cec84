"""Administrators' regular expressions: found without regard to case, refused where they could run for ever."""

import re

import pytest

from routing import patterns


def test_a_pattern_is_searched_without_regard_to_case_and_says_what_it_found() -> None:
    assert patterns.search("charged|refund", "I was CHARGED twice") == "CHARGED"
    assert patterns.search("charged", "hello") is None


@pytest.mark.parametrize(
    "dangerous", ["(a+)+b", r"(\w{1,50})+x", "(a{0,9})*b", "(x|xy)*z", "(.*)*", ".*a.*b.*c", "a" * 1001]
)
def test_a_pattern_whose_work_can_explode_is_refused(dangerous: str) -> None:
    with pytest.raises(patterns.MatchingTakesTooLong):
        patterns.compile_pattern(dangerous)


@pytest.mark.parametrize(
    "usual",
    [r"get\s+me\s+a\s+person", r"error \d{3}", "invoice.*twice", "(ab)+", "(foo|bar) baz", "(?i)x?y", "[a-z]+@"],
)
def test_patterns_that_people_write_are_taken(usual: str) -> None:
    patterns.compile_pattern(usual)


def test_a_pattern_with_a_mistake_is_an_error_of_its_own() -> None:
    with pytest.raises(re.error):
        patterns.compile_pattern("[")


def test_only_the_beginning_of_a_message_is_searched() -> None:
    assert patterns.search("needle", "x" * 1_990 + "needle") is not None
    assert patterns.search("needle", "x" * 2_000 + "needle") is None


@pytest.mark.parametrize("slowest", [".*.*x", "a.*a.*b", r"\w+\w+\d", r"\s+\s+x", r"\s+ \s*x", r"(\d+)-?\d+x"])
def test_the_worst_pattern_that_is_taken_comes_to_an_end_on_the_worst_text(slowest: str) -> None:
    """Without the bounds these take hours."""
    for text in ("a" * 100_000, " " * 100_000, "5" * 100_000, "ab" * 50_000):
        assert patterns.search(slowest, text) in (None, text[:500], text[:2_000])
