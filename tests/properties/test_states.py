"""A state is stored in a form of its own, shorter than its record, and comes back as it was."""

from dataclasses import fields, replace
from typing import Any, get_args, get_type_hints

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import codec
from bot.store.places import place_of
from bot.store.shapes import Word
from bot.store.states import FORM, read_state, state_entry
from bot.store.words import NUMBERS, WORDS, word
from routing.conversation import (
    Actor,
    Conversation,
    HeldByHuman,
    OpenHandoff,
    Run,
    Segment,
    Target,
    Unanswered,
)
from tests.properties.test_codec import instances, same

BORN = 1_770_000_000_000
ID = "slack.T1.C00.1700000000.000100"
HANDOFF = OpenHandoff(
    BORN + 1, "billing", "asked_for_human", Actor("customer", "U0MIA"), BORN, "The bill is wrong", 1, "v42"
)
BUSY = Conversation(
    ID, "slack", "T1", "U0MIA", BORN, HeldByHuman("alice", "billing", handoff=HANDOFF), BORN + 9_000, "v42",
    floor=BORN + 1, seq=3, run=Run(1, "triage", 3, BORN + 9_000, BORN + 9_100),
    unanswered=tuple(Unanswered(n, BORN + 1_000 * n) for n in (1, 2, 3)), chain=("triage", "team:billing"),
    last_customer_ms=BORN + 3_000, priority="high", route="refunds", route_to=Target("team", "billing"),
    need="The bill is wrong", segments=(Segment("alice", "billing", BORN + 9_000),), card=("billing", BORN + 1),
)  # fmt: skip


def as_stored(state: Conversation, id: str = ID) -> Conversation:
    return read_state(state_entry(state), "{3}", id)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(state=instances(Conversation), id=st.sampled_from([ID, f"{ID}~2", "order-7", ""]), at_home=st.booleans())
def test_every_state_comes_back_as_itself_from_its_form_and_from_its_record(
    state: Conversation, id: str, at_home: bool
) -> None:
    state = replace(state, id=id)
    if at_home:
        home = place_of(id)
        state = replace(state, platform=home.platform, workspace=home.workspace)

    assert same(as_stored(state, id), state)
    assert same(read_state(codec.encode(state), "{3}", id), state)


def test_a_states_form_never_changes() -> None:
    """What is written today must still be read in years: these are its fields as they lie in a store."""
    stored = [
        None, None, "U0MIA", BORN,
        [9, "alice", "billing", None, [3, 1, "billing", 13, [1, 0, "U0MIA"], 0, None, 1, None]],
        9_000, "v42", 1, 3, 0, [13, 1, "triage", 3, 9_000, 9_100], [[14, 1, 1_000], [14, 2, 2_000], [14, 3, 3_000]],
        None, 0, ["triage", "team:billing"], [], [], "", 0, 0, 0, 0, 3_000, 8, "refunds", [2, 5, "billing"],
        "The bill is wrong", "", [0, 0], "en", [[15, "alice", "billing", 9_000]], None, [], [], "", False, [None, 0],
        ["billing", 1],
    ]  # fmt: skip

    assert msgpack.unpackb(state_entry(BUSY)) == [1, 27, stored]
    assert as_stored(BUSY) == BUSY


def test_a_state_is_shorter_than_its_record() -> None:
    assert len(state_entry(BUSY)) < 0.6 * len(codec.encode(BUSY))


def test_what_is_said_apart_from_the_conversation_is_kept() -> None:
    """Another configuration, need and platform than those that a shorter form would stand for."""
    holder = HeldByHuman("alice", "billing", handoff=replace(HANDOFF, need="", config_version="v41"))
    elsewhere = replace(BUSY, platform="teams", holder=holder, unanswered=(Unanswered(1, 0),), floor=0)

    assert as_stored(elsewhere) == elsewhere


def changed(at: int, value: Any) -> bytes:
    stored = msgpack.unpackb(state_entry(BUSY))
    stored[2][at] = value
    return bytes(msgpack.packb(stored))


@pytest.mark.parametrize(
    "raw",
    [
        msgpack.packb([1, 27, []]),
        msgpack.packb([1, 27, [None, None, "mia"]]),
        msgpack.packb([1, 29, [None, None, "mia"]]),
        msgpack.packb([2, 27, msgpack.unpackb(state_entry(BUSY))[2]]),
        changed(3, "yesterday"),
        changed(4, None),
        changed(4, [99, "alice"]),
        changed(23, len(WORDS)),
        changed(23, -1),
        b"\xc1",
    ],
)
def test_a_state_that_cannot_be_read_with_certainty_is_an_error_that_names_its_key(raw: bytes) -> None:
    with pytest.raises(codec.CodecError, match=r"\{3\}:c:slack\.T1"):
        read_state(raw, "{3}", ID)


def test_what_is_numbered_is_a_word_of_the_list_and_no_number_ever_changes() -> None:
    hints = [get_type_hints(kind)[name] for kind, form in FORM.items() for name, how in form.items() if how is Word]

    assert {word for hint in hints for word in get_args(hint)} <= set(WORDS)
    assert len(NUMBERS) == len(WORDS)
    first = {"customer": 0, "team": 5, "urgent": 9, "none": 12, "asked_for_human": 13, "stepped_in": 40, "claim": 41}
    assert {name: NUMBERS[name] for name in first} == first
    assert [word(NUMBERS.get(name, name)) for name in ("claim", "unheard of")] == ["claim", "unheard of"]


def test_a_form_names_only_fields_that_there_are() -> None:
    for kind, form in FORM.items():
        assert set(form) <= {field.name for field in fields(kind)}
