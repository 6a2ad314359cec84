"""docs/handoffs.md has every row, and every row has something that shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.agents.conftest import required
from tools.handoffs_page import DUE, LIST, NAMES, PAGE, ROOT, SHOWN, TESTS, evidence, kind_of, listed, names, page

# What may wait for a later part, and nothing else.
MAY_WAIT = {"M4", "M5", "M18", "M22", "M23", "M28", "M31", "M32", "M33"}
ADVICE = {"M6", "M21", "M24", "M25", "M27", "A12", "A17", "A24", "A25", "A26", "A27", "A28", "D31"}
ROW = re.compile(r"^\| ([MHRDAX]\d+) \| (.+) \| (tested|shown|due) \| (.+) \|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, str]]:
    """Kind and evidence of each row, as the page says."""
    return {row: (kind, where) for row, _, kind, where in ROW.findall(PAGE.read_text())}


def test_the_page_has_every_row_and_every_decision_in_order() -> None:
    assert list(rows()) == list(names())
    assert {system: len(all_) for system, all_ in NAMES.items()} == {
        "M": 33, "H": 17, "R": 31, "D": 31, "A": 28, "X": 10,
    }  # fmt: skip


def test_its_rows_are_those_of_the_list() -> None:
    if not LIST.is_file():
        if "shared" in required():
            pytest.fail(f"BATON_REQUIRE asks for the shared data, and {LIST} is not there")
        pytest.skip(f"NOT COMPARED: the list of rows is not at {LIST}")

    assert listed(LIST.read_text()) == list(names())


def test_every_row_is_tested_or_shown_or_may_wait() -> None:
    kinds = {row: kind for row, (kind, _) in rows().items()}

    assert {row for row, kind in kinds.items() if kind == "due"} == set(DUE) <= MAY_WAIT
    assert {row for row, kind in kinds.items() if kind == "shown"} == set(SHOWN) == ADVICE


def test_every_link_leads_to_a_test_or_to_words_that_are_there() -> None:
    for row, (kind, where) in rows().items():
        links = re.findall(r"\[([^\]]+)\]\(([^)#]+)[^)]*\)", where)
        assert links or kind == "due", row
        for _, target in links:
            assert (PAGE.parent / target).is_file(), (row, target)
        tests = [name.partition("::") for name, _ in links if "::" in name]
        assert tests or kind == "due", row
        for file, _, name in tests:
            assert re.search(rf"^(?:async )?def {name}\(", (TESTS / file).read_text(), re.MULTILINE), (row, name)
    for row, (path, words) in SHOWN.items():
        assert words in (ROOT / path).read_text(), row


def test_the_page_is_what_its_tool_writes_now() -> None:
    assert PAGE.read_text() == page(evidence()), "python tools/handoffs_page.py"


@pytest.mark.parametrize("row", ["M9", "A28", "X10"])
def test_a_row_that_loses_its_last_test_is_named(row: str) -> None:
    """Advice too: its page alone may be empty."""
    tests = {one: found for one, found in evidence().items() if one != row}

    with pytest.raises(LookupError, match=rf"^{row} .* is neither tested nor shown nor due"):
        page(tests)


def test_a_docstring_counts_only_by_what_it_begins_with(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        'def test_one():\n    """M7, M8: beside M9."""\nasync def test_two():\n    """Of M9."""\n'
        'def helper():\n    """M10"""\nasync def test_three():\n    """M7"""\n'
    )

    found = evidence(tmp_path)

    assert found == {"M7": ["test_it.py::test_one", "test_it.py::test_three"], "M8": ["test_it.py::test_one"]}
    assert kind_of("M7", found) == "tested"
