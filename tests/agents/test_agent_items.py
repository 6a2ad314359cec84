"""The neutral history: it can be stored, and whatever a model gets to see of it is a list that providers accept."""

from __future__ import annotations

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agents import (
    AssistantMessage,
    HandoffCall,
    HandoffOutput,
    Item,
    PersonMessage,
    ToolCall,
    ToolOutput,
    UserMessage,
    as_items,
    from_dict,
    pairing_safe,
    to_dict,
    view,
)
from bot.agents.models.base import ModelRequest
from bot.agents.models.wire import messages_of

_IDS = st.sampled_from(["c1", "c2", "c3", "c4"])
_WORDS = st.text(max_size=12)
ITEMS: st.SearchStrategy[Item] = st.one_of(
    st.builds(UserMessage, _WORDS, st.none() | st.just("Ana")),
    st.builds(AssistantMessage, _WORDS, st.just("triage")),
    st.builds(PersonMessage, _WORDS, st.just("Dana")),
    st.builds(ToolCall, _IDS, st.just("look"), st.just("{}"), st.just("triage")),
    st.builds(ToolOutput, _IDS, st.just("look"), _WORDS),
    st.builds(
        HandoffCall, _IDS, st.just("transfer_to_b"), st.just("{}"), st.just("a"), st.just("b"), st.just("agent"), _WORDS
    ),
    st.builds(HandoffOutput, _IDS, st.just("transfer_to_b"), _WORDS, st.just("b")),
)
HISTORIES = st.lists(ITEMS, max_size=14)


@settings(deadline=None)
@given(HISTORIES)
def test_in_any_view_every_call_is_followed_by_its_output(history: list[Item]) -> None:
    messages = messages_of(ModelRequest("triage", "Be kind.", view(history)))

    waiting: list[str] = []
    used: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            assert waiting, "an output without its call right before it"
            assert message["tool_call_id"] == waiting.pop(0)
            continue
        assert waiting == [], "a call without its output right behind it"
        assert message["content"] is not None
        waiting = [call["id"] for call in message.get("tool_calls", [])]
        assert not used & set(waiting), "an id that was used before"
        used |= set(waiting)
    assert waiting == []


@settings(deadline=None)
@given(HISTORIES)
def test_a_view_loses_no_words_and_stays_the_same_when_viewed_again(history: list[Item]) -> None:
    seen = view(history)

    words = (UserMessage, AssistantMessage, PersonMessage)
    assert [item.text for item in seen if isinstance(item, words)] == [
        item.text.replace("\0", "") for item in history if isinstance(item, words)
    ]
    assert view(seen) == seen
    assert set(pairing_safe(history)) <= set(history)


@settings(deadline=None)
@given(ITEMS)
def test_an_item_survives_storage(item: Item) -> None:
    assert from_dict(msgpack.unpackb(msgpack.packb(to_dict(item)))) == item


@pytest.mark.parametrize(
    "bad", [{"kind": "song"}, {"kind": "user"}, {"role": "tool", "content": "x"}, {"role": "user"}]
)
def test_what_is_no_item_is_refused_with_a_reason(bad: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"kind|user|role|content"):
        as_items([bad])


def test_a_very_long_message_is_cut_with_a_visible_mark_and_keeps_its_stored_form() -> None:
    long = UserMessage("a" * 20_000 + "\0")

    (seen,) = view([long])

    assert isinstance(seen, UserMessage)
    assert len(seen.text) == 16_000
    assert seen.text.endswith("[... cut here: the message has 20,000 characters]")
    assert len(long.text) == 20_001


def test_nul_bytes_never_reach_a_model() -> None:
    seen = view(
        [UserMessage("a\0b"), AssistantMessage("\0", "x"), ToolCall("c", "t", "{}\0"), ToolOutput("c", "t", "\0")]
    )

    assert "\0" not in repr([to_dict(item) for item in seen])


def test_what_a_person_said_is_not_taken_for_the_agents_own_words() -> None:
    """I11 of the view: after a hand back the agent reads who said what."""
    request = ModelRequest("triage", "", view([UserMessage("hello"), PersonMessage("It is refunded.", "Dana")]))

    assert messages_of(request)[1]["role"] == "user"
    assert "Dana" in messages_of(request)[1]["content"]
