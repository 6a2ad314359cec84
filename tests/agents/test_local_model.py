"""The embedded model as the voice of an agent: conversations without any provider."""

from __future__ import annotations

import pytest

from bot.agents import (
    Agent,
    AssistantMessage,
    Item,
    MemoryJournal,
    PersonTarget,
    Runner,
    RunResult,
    TeamTarget,
    TextDelta,
    UserMessage,
    from_dict,
    promises_transfer,
    to_dict,
)
from bot.agents.models.local import AnswerEntry, LocalModel, LocalTexts, LocalTriage, RouteExamples
from bot.agents.models.openai import OpenAIModel

pytestmark = pytest.mark.anyio

MODEL = LocalModel(
    LocalTriage(
        [
            RouteExamples("refunds", "Charges and refunds", ("I was charged twice", "refund please"), "team:billing"),
            RouteExamples("login", "Signing in", ("I cannot log in", "reset my password")),
        ],
        [
            AnswerEntry(
                "invoices", ("where is my invoice",), "They are under Account.", "https://example.com/invoices"
            ),
            AnswerEntry("speed", ("how long does an answer take",), "Our team will contact you within a day."),
        ],
        ["Alice Martin"],
    )
)
DESK, BILLING, ALICE = TeamTarget("general"), TeamTarget("billing"), PersonTarget("alice")
TRIAGE = Agent("triage", MODEL, handoffs=[DESK, BILLING, ALICE])


async def talk(agent: Agent, *lines: str) -> RunResult:
    """Say the lines one by one; returns how the last run ended."""
    history: list[Item] = []
    result: RunResult | None = None
    for line in lines:
        history.append(UserMessage(line))
        result = await Runner.run(agent, history)
        history += result.new_items
    assert result is not None
    return result


def kinds(result: RunResult) -> list[str]:
    return [choice.kind for choice in result.choices]


async def test_an_answer_is_quoted_word_for_word_with_its_source() -> None:
    """M15: otherwise try to answer simply."""
    result = await talk(TRIAGE, "where is my invoice?")

    assert (result.status, result.text) == ("final", "They are under Account.\nSource: https://example.com/invoices")


async def test_the_same_answer_is_never_given_twice() -> None:
    """M29, TRIAGE 2: it did not settle it, so people are asked."""
    result = await talk(TRIAGE, "where is my invoice?", "but where is my invoice??")

    assert (result.status, result.cause, result.text) == ("handoff", "failed_answers", "")


async def test_an_answer_that_speaks_of_the_team_is_still_a_quotation() -> None:
    result = await talk(TRIAGE, "how long does an answer take?")

    assert (result.status, result.text) == ("final", "Our team will contact you within a day.")


@pytest.mark.parametrize(
    "line, target",
    [
        ("get me a person", DESK),
        ("I was charged twice, get me a person", BILLING),
        ("let me talk to Alice", ALICE),
        ("let me talk to Bertha", DESK),
    ],
)
async def test_who_asks_for_a_person_gets_the_best_one_at_once(line: str, target: object) -> None:
    """M1, M23, M30: no question first."""
    result = await talk(TRIAGE, line)

    assert (result.status, result.handoff_target, result.cause) == ("handoff", target, "asked_for_human")
    assert result.text == ""
    assert result.reason


async def test_a_request_in_front_of_a_later_line_is_not_lost() -> None:
    result = await Runner.run(TRIAGE, [UserMessage("get me a person"), UserMessage("I was charged twice")])

    assert result.handoff_target == BILLING


async def test_the_single_tool_works_as_well() -> None:
    agent = Agent("triage", MODEL, handoffs=[DESK, BILLING], handoff_tool="single")

    assert (await talk(agent, "refund please, and get me a human")).handoff_target == BILLING


async def test_without_anybody_to_hand_to_the_fallback_is_asked_for() -> None:
    result = await talk(Agent("alone", MODEL), "get me a person")

    assert (result.status, result.reason) == ("fallback", "asked_for_human")


async def test_out_of_scope_says_what_it_can_do_and_how_to_get_a_person() -> None:
    """TRIAGE 4: never a dead end."""
    result = await talk(TRIAGE, "what is the weather in paris")

    assert result.status == "final"
    assert "Charges and refunds" in result.text
    assert "If you would like a person instead, just say so." in result.text


async def test_a_topic_without_an_answer_is_offered_to_people_and_a_plain_yes_takes_it() -> None:
    offered = await talk(TRIAGE, "I was charged twice")
    taken = await talk(TRIAGE, "I was charged twice", "yes please")
    left = await talk(TRIAGE, "I was charged twice", "no thanks")

    assert offered.text.startswith("This looks like a question about Charges and refunds")
    assert (taken.status, taken.cause, taken.handoff_target) == ("handoff", "asked_for_human", BILLING)
    assert left.status == "final"


async def test_what_it_can_do_is_said_once_and_then_people_are_asked() -> None:
    """TRIAGE 4"""
    one = await talk(TRIAGE, "what is the weather")
    two = await talk(TRIAGE, "what is the weather", "and tomorrow in rome?")

    assert (one.status, one.act, kinds(one)) == ("final", "menu", ["person"])
    assert (two.status, two.cause) == ("handoff", "failed_answers")


async def test_after_two_answers_that_did_not_help_people_are_asked() -> None:
    """TRIAGE 2: however the customer says so."""
    offered = await talk(TRIAGE, "where is my invoice?", "no")
    given_up = await talk(TRIAGE, "where is my invoice?", "no", "that still does not help, it is useless")

    assert (offered.act, offered.text) == ("offer", LocalTexts().unhelpful)
    assert (given_up.status, given_up.cause) == ("handoff", "failed_answers")


async def test_a_complaint_gets_an_offer_and_not_another_quotation() -> None:
    result = await talk(TRIAGE, "where is my invoice?", "that didn't help, where is my invoice")

    assert (result.status, result.text) == ("final", LocalTexts().unhelpful)


VAGUE = LocalModel(
    LocalTriage(
        [
            RouteExamples("refunds", "Charges and refunds", ("money back for the broken shoes",), "team:billing"),
            RouteExamples("returns", "Sending things back", ("send back the broken shoes",), "team:general"),
        ],
        [AnswerEntry("sizes", ("which size of shoes do I need",), "Your usual one.")],
    )
)
TWO_WAYS = Agent("triage", VAGUE, handoffs=[DESK, BILLING])
BETWEEN = "the shoes arrived broken, back"


async def test_between_two_things_it_asks_once_which_is_meant() -> None:
    """TRIAGE 4: two buttons and a person; the next unsure line goes to the default queue."""
    asked = await talk(TWO_WAYS, BETWEEN)
    again = await talk(TWO_WAYS, BETWEEN, BETWEEN)

    assert (asked.status, asked.act, kinds(asked)) == ("final", "ask", ["say", "say", "person"])
    assert {choice.label for choice in asked.choices[:2]} == {"Charges and refunds", "Sending things back"}
    assert all(choice.label in asked.text for choice in asked.choices[:2])
    assert (again.status, again.cause) == ("fallback", "no_answer")


async def test_who_says_which_is_meant_gets_the_people_for_it() -> None:
    result = await talk(TWO_WAYS, BETWEEN, "charges and refunds")

    assert (result.status, result.handoff_target, result.cause) == ("handoff", BILLING, None)


async def test_an_answer_may_be_meant_too_and_is_quoted() -> None:
    """By its label, which says nothing else."""
    assert (await talk(TWO_WAYS, "Sizes")).text == "Your usual one."


async def test_nobody_is_asked_anything_who_wants_a_person() -> None:
    result = await talk(TWO_WAYS, f"{BETWEEN}, get me a person")

    assert (result.status, result.cause) == ("handoff", "asked_for_human")


async def test_what_is_not_english_is_never_out_of_scope() -> None:
    """TRIAGE: the model knows English; nothing fits, so people are asked."""
    result = await talk(TRIAGE, "wann kommt denn die bahn in der nacht")

    assert (result.status, result.cause) == ("fallback", "no_answer")


async def test_a_quoted_answer_has_buttons_and_a_crash_repeats_the_same() -> None:
    journal = MemoryJournal()
    first = await Runner.run(TRIAGE, [UserMessage("where is my invoice?")], journal=journal)
    again = await Runner.run(TRIAGE, [UserMessage("where is my invoice?")], journal=journal)

    assert kinds(first) == ["helped", "person"]
    assert (again.text, again.act, again.choices) == (first.text, "answer", first.choices)
    assert from_dict(to_dict(first.new_items[-1])) == first.new_items[-1]


async def test_greetings_and_thanks_are_answered_in_kind() -> None:
    hello = await talk(TRIAGE, "Hello!")
    bye = await talk(TRIAGE, "where is my invoice?", "thanks!")

    assert hello.text.startswith("Hello! What can I do for you?")
    assert bye.text == "You are welcome!"


async def test_it_takes_over_when_the_language_model_is_away() -> None:
    """T30 and TRIAGE: the fallback when every model is down."""
    away = OpenAIModel("m", base_url="http://127.0.0.1:9/v1")
    agent = Agent("triage", [away, MODEL], handoffs=[DESK])

    events = [event async for event in Runner.stream(agent, "where is my invoice")]

    assert [event.delta for event in events if isinstance(event, TextDelta)] == [
        "They are under Account.\nSource: https://example.com/invoices"
    ]
    await away.aclose()


async def test_none_of_its_own_lines_promises_a_transfer() -> None:
    texts = LocalTexts()

    for name in LocalTexts.__dataclass_fields__:
        assert not promises_transfer(getattr(texts, name))


async def test_after_people_have_handed_back_it_begins_anew() -> None:
    asked = await talk(TRIAGE, "get me a person")
    history = [UserMessage("get me a person"), *asked.new_items, AssistantMessage("Welcome back.", "triage")]

    result = await Runner.run(TRIAGE, [*history, UserMessage("where is my invoice?")])

    assert result.text.startswith("They are under Account.")
