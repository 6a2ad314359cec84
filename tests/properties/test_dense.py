"""What is stored in less room comes back as it was, whatever it was, and what is damaged is never guessed."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.dense import DENSE, LARGE_BYTES, dense, plain
from bot.store.records import compacted, part, parted
from bot.store.shapes import CodecError
from bot.store.states import state_entry
from tests.properties.test_states import BUSY

KEY = "{3}:h:mia"
ITEMS = st.lists(st.binary(max_size=300), max_size=6)


@given(st.binary(max_size=2 * LARGE_BYTES))
def test_every_record_comes_back_as_it_was(record: bytes) -> None:
    assert plain(dense(record), KEY) == record


def test_what_is_not_dense_is_read_as_it_is() -> None:
    assert plain(state_entry(BUSY), KEY) == state_entry(BUSY)


def test_a_state_takes_clearly_less_room() -> None:
    assert len(dense(state_entry(BUSY))) < 0.75 * len(state_entry(BUSY))


def test_a_long_transcript_is_looked_at_with_a_wider_view() -> None:
    one = random.Random(7).randbytes(LARGE_BYTES)

    assert len(dense(one + one)) < 1.1 * len(one)


@pytest.mark.parametrize("cut", [1, 2, 5, -1])
def test_what_was_cut_off_is_an_error_that_names_the_key(cut: int) -> None:
    with pytest.raises(CodecError, match=re.escape(f"{KEY}: damaged record")):
        plain(dense(state_entry(BUSY))[:cut], KEY)


@given(st.lists(st.tuples(ITEMS, ITEMS), max_size=5))
def test_lines_and_entries_come_apart_in_order_one_commit_at_a_time_or_all_together(
    commits: list[tuple[list[bytes], list[bytes]]],
) -> None:
    elements = [part(lines, entries) for lines, entries in commits]

    apart = parted(elements, KEY)

    assert apart == ([x for lines, _ in commits for x in lines], [x for _, entries in commits for x in entries])
    assert parted([compacted(elements, KEY)], KEY) == apart


def test_what_a_turn_did_stands_among_the_entries_where_it_was() -> None:
    elements = [part([b"line"], [b"before"]), b"r1\nea tool", part([], [b"after"])]

    assert parted(elements, KEY) == ([b"line"], [b"before", b"r1\nea tool", b"after"])
    assert parted([compacted(elements, KEY), b"r2\neanother"], KEY)[1][-2:] == [b"after", b"r2\neanother"]


@pytest.mark.parametrize("element", [b"", b"\x93\x01\x1a\x90", b"zold", DENSE, DENSE + b"\x01"])
def test_an_element_of_another_form_is_an_error_that_names_the_key(element: bytes) -> None:
    with pytest.raises(CodecError, match=re.escape(KEY)):
        parted([part([b"line"], []), element], KEY)
