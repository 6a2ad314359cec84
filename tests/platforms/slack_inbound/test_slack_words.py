"""Slack's words and ids as ours, without any Slack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.slack.events import plain
from bot.platforms.slack.ids import (
    channel_of,
    choice_of,
    exact_place,
    located,
    ms_of,
    place_of,
    read_value,
    root_ts_of,
    value_of,
)
from bot.platforms.slack.modals import Meta, read_meta, write_meta
from bot.store.places import place_of as store_place_of

NAMES = {"U0ANA": "Ana Duarte"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<@U0BATON> where is it?", "where is it?"),
        ("hey <@U0BATON|baton> where is it?", "hey where is it?"),
        ("thanks <@U0ANA> and <@U0TOM|tom> and <@U0WHO>", "thanks @Ana Duarte and @tom and @U0WHO"),
        ("see <#C0HELP|help> or <#C0X>", "see #help or #C0X"),
        ("<!here> <!subteam^S0B|@billing> <!date^1^{date}|Friday> <!subteam^S0B>", "@here @billing Friday @subteam"),
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("<https://example.com|example.com>", "https://example.com"),
        ("<https://example.com/8841|invoice 8841>", "invoice 8841 (https://example.com/8841)"),
        ("<mailto:mia@example.com|mia@example.com> <tel:+33|+33>", "mia@example.com +33"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt; stays", "1 < 2 && 3 > 2, &lt; stays"),
        ("a <b and <> stay", "a <b and <> stay"),
        ("&lt;@U0ANA&gt; was typed so", "<@U0ANA> was typed so"),
        ("  keep   the\n  shape  ", "keep   the\n  shape"),
    ],
)
def test_slacks_markup_becomes_what_people_read(typed: str, read: str) -> None:
    assert plain(typed, "U0BATON", lambda user: NAMES.get(user, "")) == read


@given(st.text(alphabet="<>@#!|&;ltgamp:/ab\n", max_size=200))
def test_no_words_make_it_fall_over(text: str) -> None:
    plain(text, "U0BATON", lambda _: "")


@pytest.mark.parametrize(
    ("identity", "channel", "root"),
    [
        ("slack.T0.C0HELP.1700000000.000100", "C0HELP", "1700000000.000100"),
        ("slack.T0.C0HELP.1700000000.000100~2", "C0HELP", "1700000000.000100"),
        ("slack.T0.D0MIA", "D0MIA", ""),
        ("slack.T0.D0MIA~12", "D0MIA", ""),
    ],
)
def test_a_conversations_id_says_where_it_is_and_the_store_agrees(identity: str, channel: str, root: str) -> None:
    assert (channel_of(identity), root_ts_of(identity)) == (channel, root)
    found = exact_place(identity)
    assert found is not None
    assert found == store_place_of(identity)


@pytest.mark.parametrize(
    "other",
    [
        "order-7",
        "slack.T0",
        "slack.T0.C0HELP",
        "slack.T0.D0MIA.1.2",
        "slack.T0.C0.x",
        "slack.t0.D0MIA",
        "slack.T0.D0~02",
    ],
)
def test_what_is_no_conversation_of_slacks_is_none(other: str) -> None:
    assert located(other) is None and exact_place(other) is None
    with pytest.raises(ValueError, match="no conversation of Slack"):
        channel_of(other)


@pytest.mark.parametrize("identity", ["slack.T0123456789A.C0123456789A.1700000000.000100~12", "slack.T0.D0MIA"])
def test_what_a_button_carries_is_read_back_and_fits(identity: str) -> None:
    value = value_of(identity, 1_700_000_000_000, 1_700_000_000_001)

    assert read_value(value) == (identity, "1700000000000", 1_700_000_000_001)
    assert read_value(value_of(identity, None, 7)) == (identity, "", 7)
    meta = Meta((read_value(value) or pytest.fail()), 3, "C0BILLING", "1700000000.000100")
    assert read_meta(write_meta(meta)) == meta
    assert len(choice_of("hand-back", identity, "1700000000000.12", 1_700_000_000_001)) <= 150


@pytest.mark.parametrize(
    "value", ["", "|", "||", "order-7||1", "slack.T0.D0MIA||", "slack.T0.D0MIA|x|1", "slack.T0.D0MIA||-1"]
)
def test_other_values_are_none(value: str) -> None:
    assert read_value(value) is None


def test_a_timestamp_is_a_time() -> None:
    assert ms_of("1700000000.000100") == 1_700_000_000_000
    assert ms_of("1700000000.9") == 1_700_000_000_900
    assert ms_of("soon") == 0
    assert place_of("T0", "C0HELP", "1700000000.000100").channel == "T0.C0HELP"
