"""The conversation's JSON, from values."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from handlers.packet import compose, rfc3339, shorten
from handlers.values import Mail, Place, Record
from handlers.view import conversation_view, for_customer, transcript
from routing.conversation import (
    SYSTEM,
    Actor,
    Conversation,
    HeldByAgent,
    HeldByHuman,
    OpenHandoff,
    Queued,
    Resolved,
    Unanswered,
)
from routing.effects import Line
from routing.events import MessageReceived
from routing.policy import AgentPolicy, Defaults, Person, Policy, Team

NOW = 1_774_000_000_000
MIA, BOT, ANA = Actor("customer", "mia"), Actor("agent", "triage"), Actor("person", "ana")
POLICY = Policy(
    "v7",
    Defaults(),
    {"triage": AgentPolicy("triage", "", ("local",))},
    {"ana": Person("ana", "Ana Duarte")},
    {"general": Team("general", "General", frozenset({"ana"}))},
)
HANDOFF = OpenHandoff(5, "general", "asked_for_human", MIA, NOW + 500, "A refund", 2, "v7")
TALK = Conversation("c", "console", "local", "mia", NOW, HeldByAgent("triage"), 5, "v7", seq=2)


def line(n: int, author: Actor, text: str, **fields: object) -> Line:
    return replace(Line(n, author, text, "public", NOW + n * 100), **fields)  # type: ignore[arg-type]


def record(*lines: Line, conversation: Conversation | None = TALK, pending: tuple[Mail, ...] = ()) -> Record:
    return Record(conversation, 1, lines, (), pending, 12, Place("c"), NOW)


def test_times_are_written_in_utc_to_the_millisecond() -> None:
    assert rfc3339(1_774_737_000_007) == "2026-03-28T22:30:00.007Z"
    assert rfc3339(None) is None


def test_a_conversation_nobody_has_decided_on_yet_is_with_the_default_agent() -> None:
    mail = Mail("m", MessageReceived(1, "mia", "hello", 0), at_ms=NOW)

    view = conversation_view("c", record(conversation=None, pending=(mail,)), POLICY)

    assert (view["state"], view["holder"], view["epoch"]) == ("bot", {"kind": "agent", "name": "triage"}, 0)
    assert (view["requester"], view["unanswered"], view["waiting_since"]) == ("mia", True, rfc3339(NOW))
    assert [(one["n"], one["seq"], one["text"]) for one in view["messages"]] == [(1, 1, "hello")]


def test_accepted_messages_follow_the_decided_ones_and_none_shows_twice() -> None:
    said = line(1, MIA, "one", seq=1)
    pending = tuple(Mail(f"m{n}", MessageReceived(n, "mia", f"text {n}", 0), at_ms=NOW + n) for n in (1, 2, 3))

    lines = transcript(record(said, pending=pending))

    assert [(one.n, one.seq, one.text) for one in lines] == [(1, 1, "one"), (2, 2, "text 2"), (3, 3, "text 3")]


def test_an_edit_shows_the_new_words_and_a_tool_call_shows_nothing() -> None:
    lines = (
        line(1, MIA, "chraged", seq=1),
        line(2, BOT, "", kind="items", visibility="internal", data=({"kind": "tool_call", "name": "find"},)),
        line(3, SYSTEM, "charged", seq=1, kind="amend", visibility="internal"),
    )

    view = conversation_view("c", record(*lines), POLICY)

    assert [(one["n"], one["text"]) for one in view["messages"]] == [(1, "charged")]


def test_a_line_that_never_left_is_not_part_of_what_was_said() -> None:
    lines = (
        line(1, MIA, "hello?", seq=1),
        line(2, BOT, "Let me look.", key="c|2|0"),
        line(3, SYSTEM, "", kind="withdrawn", visibility="internal", key="c|2|0"),
        line(4, BOT, "Let me look.", kind="draft", visibility="internal", key="c|3|0"),
    )

    view = conversation_view("c", record(*lines), POLICY)

    assert [(one["n"], one["visibility"]) for one in view["messages"]] == [(1, "public"), (4, "internal")]


def test_the_packet_is_there_while_a_handoff_is_and_tells_what_had_been_tried() -> None:
    lines = (
        line(1, MIA, "I was charged twice. Can you refund one?", seq=1),
        line(2, BOT, "", kind="items", visibility="internal", data=({"kind": "tool_call", "name": "find_charge"},)),
        line(3, BOT, "I found both. I will ask a colleague."),
        line(4, MIA, "When?", seq=2),
        line(7, ANA, "I will refund it."),
        line(8, ANA, "secret", visibility="internal", kind="note"),
    )
    held = replace(TALK, holder=HeldByHuman("ana", "general", handoff=HANDOFF))

    packet = compose(held, lines, link="/try?c=c")

    assert packet is not None
    assert packet["tried"] == ["triage used find_charge", "triage said: I found both."]
    assert packet["promises"] == ["I will ask a colleague."]
    assert packet["open_questions"] == []
    assert packet["no_earlier_messages"] is True
    assert "secret" not in str(packet)
    assert compose(TALK, lines, link="") is None
    assert compose(replace(TALK, holder=Resolved(ANA, NOW, "person:ana", "general")), lines, link="") is None


def test_a_question_stays_open_until_somebody_answers() -> None:
    queued = replace(TALK, holder=Queued("general", NOW, HANDOFF), unanswered=(Unanswered(2, NOW),))

    packet = compose(queued, (line(1, MIA, "Hi. Where is it? Thanks.", seq=1),), link="")

    assert packet is not None
    assert packet["open_questions"] == ["Where is it?"]


@given(st.text(), st.integers(8, 300))
def test_a_shortened_text_is_one_line_and_never_longer(text: str, most: int) -> None:
    short = shorten(text, most)

    assert len(short) <= most
    assert "\n" not in short


@given(
    st.lists(
        st.tuples(
            st.sampled_from([MIA, BOT, ANA, SYSTEM]),
            st.sampled_from(["message", "note", "draft", "notice", "items"]),
            st.booleans(),
        ),
        max_size=20,
    )
)
def test_nothing_internal_reaches_the_customer_or_the_packet(mix: list[tuple[Actor, str, bool]]) -> None:
    """T36, I11: over any mix of lines."""
    lines = []
    for n, (author, kind, internal) in enumerate(mix, 1):
        hidden = internal or kind in {"note", "draft", "items"}
        text = f"INTERNAL {n}" if hidden else f"public {n}"
        lines.append(line(n, author, text, kind=kind, visibility="internal" if hidden else "public"))
    queued = replace(TALK, holder=Queued("general", NOW, HANDOFF))

    view = conversation_view("c", record(*lines, conversation=queued), POLICY)

    assert "INTERNAL" not in str(for_customer(view))
    assert "INTERNAL" not in str(view["packet"])
