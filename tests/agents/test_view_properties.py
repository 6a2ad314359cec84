"""Whatever the history and whatever a filter does to it: the view is one that providers accept, and nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agents import (
    Agent,
    AssistantMessage,
    HandoffCall,
    HandoffInputData,
    HandoffOutput,
    InputFilter,
    Item,
    RunContext,
    UserMessage,
    View,
    compose,
    drop_keys,
    last_n_messages,
    pairing_safe,
    redact_keys,
    redact_pii,
    remove_all_tools,
)
from bot.agents.filters import filtered
from bot.agents.models.base import ModelRequest
from bot.agents.models.wire import messages_of
from bot.agents.views import Reading
from tests.agents.test_agent_items import HISTORIES, ITEMS

pytestmark = pytest.mark.anyio


def picking(choices: list[bool]) -> InputFilter:
    """A filter that leaves out what it likes, without a thought for pairs."""

    def pick(data: HandoffInputData) -> HandoffInputData:
        def kept(items: tuple[Item, ...]) -> tuple[Item, ...]:
            return tuple(item for at, item in enumerate(items) if not choices or choices[at % len(choices)])

        return data.clone(history=kept(data.history), new_items=kept(data.new_items))

    return pick


def shuffling(data: HandoffInputData) -> HandoffInputData:
    return data.clone(history=tuple(reversed(data.history)))


def inventing(data: HandoffInputData) -> HandoffInputData:
    return data.clone(new_items=(UserMessage("A summary."), *data.new_items, *data.history[:1]))


FILTERS = st.lists(
    st.one_of(
        st.builds(picking, st.lists(st.booleans(), max_size=5)),
        st.builds(last_n_messages, st.integers(0, 4)),
        st.sampled_from([remove_all_tools, redact_pii, drop_keys("ssn"), redact_keys("ssn"), shuffling, inventing]),
    ),
    max_size=3,
)
HANDOFF = (
    HandoffCall("now", "transfer_to_b", '{"reason": "r", "ssn": "1"}', "a", "b", "agent", "r"),
    HandoffOutput("now", "transfer_to_b", "{}", "b"),
)


def assert_valid(items: tuple[Item, ...]) -> None:
    waiting: list[str] = []
    used: set[str] = set()
    for message in messages_of(ModelRequest("b", "", items)):
        if message["role"] == "tool":
            assert waiting, "an output without its call right before it"
            assert message["tool_call_id"] == waiting.pop(0)
            continue
        assert waiting == [], "a call without its output right behind it"
        waiting = [call["id"] for call in message.get("tool_calls", [])]
        assert not used & set(waiting), "an id that was used before"
        used |= set(waiting)
    assert waiting == []


@settings(deadline=None)
@given(HISTORIES, st.integers(0, 14), FILTERS, HISTORIES)
async def test_any_filter_gives_a_valid_view_and_loses_nothing(
    history: list[Item], cut: int, filters: list[InputFilter], later: list[Item]
) -> None:
    """RUNTIME 8: at the handoff, while the agent goes on, and after the view was stored and read."""
    log = [*history, *HANDOFF]
    before = list(log)
    parts = (tuple(history[:cut]), tuple(history[cut:]), HANDOFF)
    data = HandoffInputData(*parts, {"ssn": "1"}, RunContext(None, "run", Agent("a")))

    seen = await filtered(data, [compose(*filters)])
    made = View.of("b", log, seen.all_items)
    stored = View.from_dict(json.loads(json.dumps(made.to_dict())))
    reading = Reading(log, made)

    assert log == before, "a filter changed the log"
    assert stored == made
    assert made.items(log) == list(pairing_safe(seen.all_items))
    assert_valid(reading.seen())
    positions = [entry for entry in made.shown or () if isinstance(entry, int)]
    assert all(0 <= position < len(log) for position in positions)
    assert Reading(log, View("c")).seen() == Reading(list(before), View("c")).seen(), "the next agent reads everything"
    words = [replace(item, text=item.text.replace("\0", "")) for item in later if isinstance(item, UserMessage)]
    reading.add(*words)
    assert reading.seen()[len(reading.seen()) - len(words) :] == tuple(words)
    assert_valid(reading.seen())


@settings(deadline=None)
@given(HISTORIES, st.lists(st.tuples(st.booleans(), ITEMS), max_size=8))
async def test_what_is_prepared_step_by_step_is_what_would_be_prepared_at_once(
    history: list[Item], steps: list[tuple[bool, Item]]
) -> None:
    """The short way is only short: with notes in between, which are gone when another agent reads."""
    reading = Reading(list(history), View("a"))
    words = (UserMessage, AssistantMessage)
    expected = list(Reading(list(history), View("a")).seen())
    said: list[Item] = []
    for noted, item in steps:
        if not isinstance(item, words):
            continue
        item = replace(item, text=item.text.replace("\0", ""))
        (reading.note if noted else reading.add)(item)
        expected.append(item)
        said += [] if noted else [item]
        assert list(reading.seen()) == expected

    reading.hand_over(View("b"))

    assert reading.seen() == Reading([*history, *said], View("b")).seen()
    assert reading.new_items == said


def test_an_unfiltered_view_is_stored_in_one_word() -> None:
    log: list[Any] = [UserMessage("hi"), *HANDOFF]

    assert View.of("b", log, log).to_dict() == {"agent": "b", "upto": 3, "shown": None, "added": ""}
