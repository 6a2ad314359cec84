"""Regular expressions that administrators write: compiled once, searched within bounds.

Python's engine backtracks and cannot be interrupted, so a pattern whose work can grow exponentially is refused when the
file is read, and only the beginning of a message is searched: 2,000 characters, or 500 where two wide repeats (`.*`)
multiply their work.
"""

import re
from functools import lru_cache
from re import _constants as constants  # type: ignore[attr-defined]  # the parser that `re` itself uses
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LONGEST_TEXT = 2_000
LONGEST_TEXT_TWICE_WIDE = 500
LONGEST_PATTERN = 1_000
_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
_FEW = 4  # a repeat of at most this many times multiplies its inner choices by a constant
_NARROW = {constants.CATEGORY_SPACE: "space", constants.CATEGORY_DIGIT: "digit"}


class MatchingTakesTooLong(ValueError):
    """The pattern has a form whose matching can take exponential time."""


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compiled without regard to case.

    Raises:
        re.error: it is no regular expression.
        MatchingTakesTooLong: a repeat or a choice within a repeat, more than two wide repeats, or sheer length.
    """
    return _compiled(pattern)[0]


def search(pattern: str, text: str) -> str | None:
    """The words of the text that the pattern finds, None if it finds nothing."""
    compiled, longest = _compiled(pattern)
    found = compiled.search(text[:longest])
    return found.group() if found is not None else None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> tuple[re.Pattern[str], int]:
    if len(pattern) > LONGEST_PATTERN:
        raise MatchingTakesTooLong(f"is longer than {LONGEST_PATTERN} characters")
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
        parsed = parser.parse(pattern, re.IGNORECASE)
    except (OverflowError, RecursionError) as error:
        raise MatchingTakesTooLong("is nested too deeply or repeats too often") from error
    if _choice_within_repeat(parsed, within=False):
        raise MatchingTakesTooLong(
            "repeats a part that itself repeats or chooses, which can take for ever; write it flat"
        )
    wide = _wide_repeats(parsed)
    if wide > 2:
        raise MatchingTakesTooLong(
            "has more than two wide repeats (such as .*), which can take very long; write .{0,4} or several conditions"
        )
    return compiled, LONGEST_TEXT_TWICE_WIDE if wide == 2 else LONGEST_TEXT


def _choice_within_repeat(parsed: Any, *, within: bool) -> bool:
    for operator, argument in parsed:
        if operator in _REPEATS:
            least, most, inner = argument
            if within and least != most:
                return True
            if _choice_within_repeat(inner, within=within or most > _FEW):
                return True
        else:
            parts = _parts(operator, argument)
            chooses = within and operator is constants.BRANCH
            if chooses or any(_choice_within_repeat(part, within=within) for part in parts):
                return True
    return False


def _wide_repeats(parsed: Any) -> int:
    """How many repeats multiply each other's work: all that match any character, and of those that match one kind
    (`\\s+`, `\\d+`) the most that stand side by side, because a different kind of character ends them."""
    wide = longest = run = 0
    before: set[str] = set()  # the kinds of the repeats in the present run
    for operator, argument in parsed:
        kinds = _kinds(operator, argument)
        if operator in _REPEATS:
            least, most, inner = argument
            wide += _wide_repeats(inner)
            kinds = set().union(*(_kinds(*one) for one in inner))
            if most - least > _FEW and "any" in kinds:
                wide += 1
            elif most - least > _FEW:
                run = run + 1 if kinds & before else 1
                before |= kinds
                longest = max(longest, run)
        elif operator is constants.BRANCH:
            wide += max((_wide_repeats(part) for part in argument[1]), default=0)
        else:
            wide += sum(_wide_repeats(part) for part in _parts(operator, argument))
            if kinds and "any" not in kinds and not kinds & before:
                before = set()
    return wide + longest


def _kinds(operator: Any, argument: Any) -> set[str]:
    """What one item of a pattern may match: a kind of its own for spaces and digits, each letter for itself."""
    if operator is constants.LITERAL:
        letter = chr(argument)
        return {"space" if letter.isspace() else "digit" if letter.isdigit() else letter.lower()}
    if operator is constants.CATEGORY:
        return {_NARROW.get(argument, "any")}
    if operator is constants.IN:
        return set().union(*(_kinds(*one) for one in argument))
    if operator in (constants.AT, constants.SUBPATTERN, constants.BRANCH, constants.ASSERT, constants.ASSERT_NOT):
        return set()
    return {"any"}


def _parts(operator: Any, argument: Any) -> list[Any]:
    """The patterns inside a group, a branch, an assertion or a condition."""
    if operator is constants.SUBPATTERN:
        return [argument[-1]]
    if operator is constants.BRANCH:
        return list(argument[1])
    if operator in (constants.ASSERT, constants.ASSERT_NOT):
        return [argument[1]]
    if operator is constants.GROUPREF_EXISTS:
        return [part for part in argument[1:] if part is not None]
    if operator is constants.ATOMIC_GROUP:
        return [argument]
    if operator is constants.POSSESSIVE_REPEAT:
        return [argument[2]]
    return []
