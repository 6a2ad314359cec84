"""Whatever is stored comes back as the same type with the same values, or as an error that names its key."""

import inspect
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.store import codec, shapes
from handlers.values import Mail, Row
from routing import conversation, effects, events
from routing.conversation import Actor, Conversation, HeldByAgent, HeldByHuman, Run, Spent, Target, Unanswered
from routing.events import Claimed, Released, TimerFired

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of an annotated type."""
    origin, members = get_origin(hint), get_args(hint)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=8),
        int: st.integers(-(2**50), 2**50),
        bool: st.booleans(),
        float: st.floats(allow_nan=False),
        NoneType: st.none(),
        Any: json_values,
    }
    if hint in plain:
        return plain[hint]
    if origin is Literal:
        return st.sampled_from(members)
    if origin in (Union, UnionType):
        return st.one_of(*(values(member) for member in members))
    if origin is tuple and members[1:] == (Ellipsis,):
        return st.lists(values(members[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(member) for member in members))
    if origin is frozenset:
        return st.frozensets(values(members[0]), max_size=3)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(values(members[0]), values(members[1]), max_size=3)
    return instances(hint)


def instances(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    # Deferred: an event within a mail within a strategy would otherwise be built before it is asked for.
    return st.deferred(lambda: st.builds(kind, **{name: values(hints[name]) for name in names}))


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all the way down (1, 1.0 and True are different things)."""
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@pytest.mark.parametrize("kind", codec.TAGS, ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_type_comes_back_as_itself(kind: type, data: st.DataObject) -> None:
    value = data.draw(instances(kind))

    raw = codec.encode(value)

    assert same(codec.decode(kind, raw, "key"), value)
    assert same(codec.decode_any(raw, "key"), value)


def test_every_value_of_the_routing_ring_that_can_be_stored_has_a_tag() -> None:
    declared = {
        kind
        for module in (conversation, events, effects)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if is_dataclass(kind)
    }

    assert declared - set(codec.TAGS) == set()
    assert len(set(codec.TAGS.values())) == len(codec.TAGS)


def test_tags_never_change() -> None:
    """A record written today must still be read in years: adding here is free, changing is not."""
    first = {"Actor": 1, "Conversation": 16, "Mail": 19, "Row": 20, "MessageReceived": 31, "Claimed": 41, "Say": 70}
    last = {"Timer": 17, "Outcome": 21, "Line": 23, "TimerFired": 56, "Erased": 63, "SyncDesk": 87, "KeepCase": 96}
    tags = {kind.__name__: tag for kind, tag in codec.TAGS.items()}

    assert {name: tags[name] for name in (*first, *last)} == {**first, **last}


def test_values_of_the_same_shape_stay_apart() -> None:
    for event in (Claimed("alice"), Released("alice"), HeldByAgent("alice")):
        assert type(codec.decode_any(codec.encode(event), "key")) is type(event)


def test_a_field_that_was_added_later_reads_as_its_default() -> None:
    old = msgpack.packb([1, codec.TAGS[Claimed], ["alice"]])

    assert codec.decode(Claimed, old, "key") == Claimed("alice", False, None)


def test_what_was_stored_before_spending_was_counted_reads_as_unspent() -> None:
    """A conversation, its run and a report, as they were written then: without the fields at the end."""
    run = [codec.TAGS[Run], 3, "triage", 2, 7, 5]
    holder = [codec.TAGS[HeldByAgent], "triage"]
    old = ["place", "console", "local", "mia", 5, holder, 7, "v1", 0, 2, 3, run]
    report = [3, 0, "triage", 7, 2, "Hello.", False, []]

    conversation = codec.decode(Conversation, msgpack.packb([1, codec.TAGS[Conversation], old]), "key")
    replied = codec.decode(events.AgentReplied, msgpack.packb([1, codec.TAGS[events.AgentReplied], report]), "key")

    assert (conversation.spent, conversation.run) == (Spent(), Run(3, "triage", 2, 7, 5))
    assert replied == events.AgentReplied(3, 0, "triage", 7, 2, "Hello.")


def test_fields_of_a_newer_version_are_left_out_and_told_of_once() -> None:
    """In a rolling upgrade both versions read what the other wrote; also inside of another value."""
    newer = msgpack.packb([1, codec.TAGS[Claimed], ["alice", True, 3, "new"]])
    inside = msgpack.packb([1, codec.TAGS[Mail], ["m", [codec.TAGS[Claimed], "alice", True, 3, "new", 5], 9]])
    shapes.tell_of_newer.cache_clear()

    with capture_logs() as told:
        values = [codec.decode(Claimed, newer, "key") for _ in range(3)]
        mail = codec.decode(Mail, inside, "key")

    assert values == [Claimed("alice", True, 3)] * 3
    assert mail == Mail("m", Claimed("alice", True, 3), 9)
    assert [(one["event"], one["type"], one["fields"]) for one in told] == [
        ("store.newer_record", "Claimed", 4),
        ("store.newer_record", "Claimed", 5),
    ]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (msgpack.packb([1, 9999, []]), "unknown tag 9999"),
        (msgpack.packb([2, 41, ["alice"]]), "schema version 2"),
        (msgpack.packb([1, 41, []]), "Claimed with 0 fields"),
        (msgpack.packb([1, codec.TAGS[Mail], ["m", [codec.TAGS[HeldByAgent], "x"]]]), "is not of this field"),
        (msgpack.packb({"by": "alice"}), "is not a [version, tag, fields] record"),
        (b"\xc1\x00", "damaged record of 2 bytes"),
    ],
)
def test_what_cannot_be_read_with_certainty_is_an_error_that_names_the_key(raw: bytes, problem: str) -> None:
    with pytest.raises(codec.CodecError) as caught:
        codec.decode_any(raw, "{3}:c:order-7")

    assert str(caught.value).startswith("{3}:c:order-7: ")
    assert problem in str(caught.value)


def test_another_type_than_expected_is_an_error() -> None:
    with pytest.raises(codec.CodecError, match="holds a Claimed, expected a Conversation"):
        codec.decode(Conversation, codec.encode(Claimed("alice")), "key")
    with pytest.raises(TypeError, match="has no tag"):
        codec.encode(object())


def test_half_a_surrogate_pair_jams_nothing() -> None:
    odd = Claimed("\ud83d")

    assert codec.decode(Claimed, codec.encode(odd), "key") == odd


def test_a_busy_conversation_stays_below_400_bytes() -> None:
    busy = Conversation(
        "0b5c7d0e-6f1c-4f6e-9d59-1c2f3a4b5c6d",
        "console",
        "local",
        "mia@example.com",
        1_770_000_000_000,
        HeldByHuman("alice", "billing"),
        1_770_000_100_000,
        "v42",
        floor=1_770_000_100_000,
        seq=12,
        turn=6,
        run=Run(6, "billing_agent", 12, 1_770_000_100_000, 1_770_000_100_000),
        unanswered=tuple(Unanswered(n, 1_770_000_000_000 + n) for n in (10, 11, 12)),
        chain=("triage", "billing_agent", "team:billing", "person:alice"),
        last_agent="billing_agent",
        last_customer_ms=1_770_000_100_000,
        priority="high",
        route="refunds",
        route_to=Target("team", "billing"),
        need="I was charged twice and would like the second charge back please",
    )

    assert len(codec.encode(busy)) <= 400


def test_a_row_is_small() -> None:
    row = Row("customer", "order-7|12|1", effects.Say(Actor("agent", "triage"), "hi", 5), "reconcile", "line")

    assert len(codec.encode(row)) < 80
    assert replace(row) == codec.decode(Row, codec.encode(row), "key")
    assert len(codec.encode(TimerFired("unclaimed", 5, "0", 9))) < 30
