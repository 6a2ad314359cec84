"""Cards as values: what they say in each state, and that Slack's own models accept them."""

import copy
from collections.abc import Sequence
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot.platforms.slack import cards
from bot.platforms.slack.posting import escaped, pieces
from handlers.values import Place, Record
from routing.conversation import (
    Actor,
    Conversation,
    HeldByAgent,
    HeldByHuman,
    Holder,
    Offer,
    Offered,
    OnHold,
    OpenHandoff,
    Parked,
    Queued,
    Resolved,
    Segment,
    Target,
)
from routing.effects import JournalEntry, Line
from routing.policy import Defaults, Person, Policy, Route, Team

CONVERSATION = "slack.T0ACME.C0HELP.1700000000.000100"
HANDOFF = 1_700_000_060_000
HOUR = 3_600_000
POLICY = Policy(
    "v1", Defaults(team="billing"), {},
    {"ana": Person("ana", "Ana Duarte", addresses={"slack": "U0ANA"}), "bob": Person("bob", "Bob <Stone>")},
    {
        "billing": Team("billing", "Billing", frozenset({"ana"}), channel="#desk-billing"),
        "platform": Team("platform", "Platform", frozenset({"bob"})),
    },
    (Route("refunds", Target("team", "billing"), line=9),),
)  # fmt: skip
OPEN = OpenHandoff(
    HANDOFF, "billing", "asked_for_human", Actor("customer", "U0MIA"), HANDOFF, "I was charged <twice> & more", 1, "v1"
)
LINK = "https://acme.slack.com/archives/C0HELP/p1700000000000100"
FACTS = cards.Facts(HANDOFF, "Mia Chen", LINK, {"U0MIA": "Mia Chen"})
NEXT = OpenHandoff(HANDOFF + 9, "platform", "transferred", Actor("person", "ana"), 0, "n", 1, "v1")


def record(holder: Holder, *, epoch: int = HANDOFF, journal: Sequence[JournalEntry] = (), words: str = "x") -> Record:
    lines = (
        Line(1, Actor("customer", "U0MIA"), f"I was charged <twice> & more {words}", "public", HANDOFF - 60_000, 1),
        Line(2, Actor("agent", "triage"), "I can see two charges. I will refund one.", "public", HANDOFF - 30_000),
        Line(3, Actor("person", "ana"), "the boss must not know", "internal", HANDOFF, kind="note"),
        Line(4, Actor("customer", "U0MIA"), "can a person please look at this?", "public", HANDOFF, 2),
        Line(5, Actor("person", "ana"), "On it.", "public", HANDOFF + 90_000),
    )
    conversation = Conversation(
        CONVERSATION, "slack", "T0ACME", "U0MIA", HANDOFF - HOUR, holder, epoch, "v1", route="refunds", priority="high",
        need="I was charged twice", handoffs=2, segments=(Segment("ana", "billing", HANDOFF + 60_000),),
    )  # fmt: skip
    transitions = (entry(HANDOFF, "team:billing"), *journal)
    return Record(conversation, 3, lines, transitions, (), 1042, Place("p"), HANDOFF + HOUR)


def ended(holder: Holder, *entries: JournalEntry) -> Record:
    """A conversation in which the handoff is over."""
    return record(holder, epoch=entries[-1].epoch, journal=entries)


def entry(epoch: int, after: str, *, reason: Any = "none", actor: str = "person:ana", at_ms: int = 0) -> JournalEntry:
    return JournalEntry(at_ms or epoch, epoch, "E", actor, "c", reason, "agent:triage", after, "v1")


HOLDERS_BUTTONS = ["reply", "release", "transfer", "hand-back", "resolve", "more"]
RESOLVED = Resolved(Actor("person", "ana"), HANDOFF + 11 * 60_000, "person:ana", "billing", "refund issued")
STATES: dict[str, tuple[Record, str, list[str]]] = {
    "queued": (record(Queued("billing", HANDOFF, OPEN)), "*Waiting* since", ["claim", "more"]),
    "parked": (record(Parked("billing", HANDOFF + HOUR, OPEN)), "*Closed*, opens", ["claim", "more"]),
    "offered": (
        record(Offered("billing", Offer("1.1", "bob", 0), OPEN)), "*Offered* to Bob &lt;Stone&gt;", ["claim", "more"],
    ),
    "held": (
        record(HeldByHuman("ana", "billing", None, OPEN), epoch=HANDOFF + 5), "*Ana Duarte*",
        HOLDERS_BUTTONS,
    ),
    "on hold": (
        record(OnHold("ana", "billing", HANDOFF + HOUR, OPEN), epoch=HANDOFF + 5), "snoozed until",
        HOLDERS_BUTTONS,
    ),
    "resolved": (
        ended(RESOLVED, entry(HANDOFF + 9, "none", at_ms=HANDOFF + 11 * 60_000)),
        "Resolved by Ana Duarte in 11 min · refund issued", ["reopen"],
    ),
    "handed back": (
        ended(HeldByAgent("triage"), entry(HANDOFF + 9, "agent:triage", reason="handed_back")),
        "Handed back to triage by Ana Duarte", ["take-over"],
    ),
    "transferred": (
        ended(Queued("platform", 0, NEXT), entry(HANDOFF + 9, "team:platform", reason="transferred")),
        "Passed on to Platform by Ana Duarte", [],
    ),
    "given to a person": (
        ended(HeldByHuman("bob", "platform", None, NEXT), entry(HANDOFF + 9, "person:bob", reason="transferred")),
        "Passed on to Bob &lt;Stone&gt; by Ana Duarte", [],
    ),
    "reopened": (
        ended(HeldByHuman("ana", "billing"), entry(HANDOFF + 9, "none"), entry(HANDOFF + 20, "person:ana")),
        "*Ana Duarte*", HOLDERS_BUTTONS,
    ),
}  # fmt: skip


def all_blocks(drawn: cards.Drawn) -> list[dict[str, Any]]:
    return [*drawn.blocks, *(block for each in drawn.attachments for block in each["blocks"])]


def actions(drawn: cards.Drawn) -> list[dict[str, Any]]:
    blocks = all_blocks(drawn)
    found = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return [*found, *(block["accessory"] for block in blocks if "accessory" in block)]


@pytest.mark.parametrize("state", STATES)
def test_a_card_says_its_state_in_words_and_offers_what_can_be_done(state: str) -> None:
    shown, words, verbs = STATES[state]
    drawn = cards.card(shown, POLICY, FACTS)

    assert words in str(all_blocks(drawn)) and "*#1042*" in str(drawn.blocks)
    assert [each["action_id"] for each in actions(drawn)] == [f"baton:{verb}" for verb in verbs]
    epoch = shown.conversation.epoch if shown.conversation is not None else 0
    options = [option["value"] for each in actions(drawn) for option in each.get("options", [])]
    carried = {each["value"] for each in actions(drawn) if "value" in each}
    carried |= {choice.removeprefix("correct|") for choice in options}
    assert carried <= {f"{CONVERSATION}|{HANDOFF}|{epoch}"}
    assert drawn.text.startswith("#1042 Mia Chen: ") and "must not know" not in str(drawn)


@pytest.mark.parametrize("state", STATES)
def test_slacks_own_models_accept_every_card_and_packet(state: str) -> None:
    shown = STATES[state][0]
    shapes = [cards.card(shown, POLICY, FACTS)]
    shapes.append(cards.packet(shown, POLICY, FACTS, card_link="https://acme.slack.com/x", direct=False))
    for drawn in shapes:
        for block in all_blocks(drawn):
            parsed = Block.parse(copy.deepcopy(block))
            assert parsed is not None
            parsed.validate_json()
        assert all(each["color"].startswith("#") and each["fallback"] for each in drawn.attachments)


def test_a_waiting_card_in_full() -> None:
    drawn = cards.card(STATES["queued"][0], POLICY, FACTS)

    stamp = "<!date^1700000060^{time}|2023-11-14 22:14 UTC>"
    assert drawn.blocks[0]["text"]["text"] == (
        f"*#1042* *I was charged &lt;twice&gt; &amp; more*\n:large_orange_circle: *Waiting* since {stamp}"
    )
    details, last, _ = drawn.attachments[0]["blocks"]
    assert details["text"]["text"].splitlines() == [
        f"*Mia Chen* · English · :small_red_triangle: priority high · <{LINK}|Open thread>",
        "*Needs:* I was charged &lt;twice&gt; &amp; more",
        "*Tried:* triage said: I can see two charges.",
        "*Promised:* I will refund one.",
        "*Why you:* route “refunds” → Billing (line 9) · asked for a person · handoff 2",
    ]
    assert last["text"]["text"].splitlines()[-1] == "> can a person please look at this?"


def test_a_card_stays_within_slacks_limits_whatever_is_written() -> None:
    shown = record(Queued("billing", HANDOFF, OPEN), words="<&>" * 20_000)
    for drawn in (
        cards.card(shown, POLICY, FACTS),
        cards.packet(shown, POLICY, FACTS, card_link="", direct=True),
    ):
        for block in all_blocks(drawn):
            if block["type"] == "section":
                assert len(block["text"]["text"]) <= 3_000


def test_a_transfers_comment_is_for_the_next_team() -> None:
    waiting = OpenHandoff(
        HANDOFF, "platform", "transferred", Actor("person", "ana"), HANDOFF, "n", 1, "v1", comment="look at <the log>"
    )
    drawn = cards.card(record(Queued("platform", HANDOFF, waiting)), POLICY, FACTS)

    assert "*Ana Duarte adds:* look at &lt;the log&gt;" in str(drawn.attachments)


def test_who_writes_directly_has_no_thread_to_open() -> None:
    drawn = cards.card(record(Queued("billing", HANDOFF, OPEN)), POLICY, cards.Facts(HANDOFF, "Mia"))

    assert "Open thread" not in str(drawn) and "direct message" in str(drawn)


@pytest.mark.parametrize(
    ("text", "most", "found"),
    [
        ("", 5, [""]),
        ("abc", 5, ["abc"]),
        ("aa bb cc", 6, ["aa bb", "cc"]),
        ("aaaaaaaa", 3, ["aaa", "aaa", "aa"]),
        ("one\n\ntwo three", 6, ["one", "two", "three"]),
    ],
)
def test_long_words_are_cut_where_it_hurts_least(text: str, most: int, found: list[str]) -> None:
    assert pieces(text, most) == found


def test_nothing_that_somebody_wrote_is_markup() -> None:
    assert escaped("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
