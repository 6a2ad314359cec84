"""The embedded model knows its limits: it asks which of two is meant, quotes with a way out, is no dead end, and never
says the same twice. Over REST, with two workers."""

from collections.abc import Callable

import pytest

from tests.fakes.desk import Desk, View, agent_lines, notices, reasons
from tests.fakes.model import text

CONFIG = """\
version: 1
defaults: {locale: en, agent: triage, team: general, model: local}
agents:
  triage: {model: local, instructions: Answer what you know., handoffs: [team:general, team:stock, speaker]}
  speaker: {model: scripted, handoff_description: Talks, instructions: You talk., handoffs: [team:general]}
people: {ana: {name: Ana Duarte}, ben: {name: Ben Okafor}}
teams: {general: {members: [ana]}, stock: {members: [ben]}}
triggers: [{asks_for_human: {}}, {failed_answers: {max: 2}}]
routes:
  - {name: refunds, description: Charges and refunds, examples: [money back for the broken shoes],
     when: {topic: refunds}, to: team:general}
  - {name: returns, description: Sending things back, examples: [send back the broken shoes],
     when: {topic: returns}, to: team:stock}
  - {name: default, to: team:general}
answers:
  - {name: invoices, examples: [where is my invoice], text: Invoices are under Account., source: "https://example.com/i"}
"""
BETWEEN = "the shoes arrived broken, back"
QUOTED = "Invoices are under Account.\nSource: https://example.com/i"


def labels(view: View) -> list[str]:
    """The buttons under the last public line; only it may have any."""
    public = [one for one in view["messages"] if one["visibility"] == "public"]
    assert not any(one["choices"] for one in public[:-1])
    return [choice["label"] for choice in public[-1]["choices"]]


def test_between_two_things_it_asks_and_whoever_says_which_gets_its_people(desk: Desk) -> None:
    """TRIAGE 4"""
    desk.say("between", BETWEEN)
    asked = desk.answered("between")
    offered = labels(asked)
    desk.say("between", "Sending things back")
    view = desk.queued("between")

    assert agent_lines(asked)[0].startswith("Is this about “")
    assert sorted(offered[:2]) == ["Charges and refunds", "Sending things back"]
    assert offered[2] == "Talk to a person"
    assert (view["holder"]["name"], view["route"]) == ("stock", "returns")
    assert view["packet"]["need"] == BETWEEN
    assert labels(view) == []


def test_it_asks_once_and_the_next_unsure_line_goes_to_the_queue(desk: Desk) -> None:
    desk.say("once", BETWEEN)
    desk.answered("once")
    desk.say("once", "can I send back the money for shoes")
    view = desk.queued("once")

    assert len(agent_lines(view)) == 1
    assert reasons(view) == ["no_answer"]


def test_an_answer_is_quoted_with_its_source_and_that_it_helped_ends_the_matter(desk: Desk) -> None:
    """TRIAGE 5"""
    desk.say("helped", "where is my invoice?")
    quoted = desk.answered("helped")
    desk.say("helped", "that helped")
    view = desk.until("helped", lambda view: "helped" in reasons(view))

    assert agent_lines(quoted) == [QUOTED]
    assert labels(quoted) == ["That helped", "Talk to a person"]
    assert (view["state"], view["unanswered"], len(agent_lines(view))) == ("bot", False, 1)
    assert labels(view) == []


def test_an_answer_that_did_not_help_is_a_failed_one_and_two_are_enough(desk: Desk) -> None:
    """TRIAGE 2"""
    desk.say("vain", "where is my invoice?")
    desk.answered("vain")
    desk.say("vain", "no")
    offered = desk.until("vain", lambda view: len(agent_lines(view)) == 2)
    desk.say("vain", "this did not help either")
    view = desk.queued("vain")

    assert labels(offered) == ["Talk to a person"]
    assert reasons(view) == ["failed_answers"]
    assert len(agent_lines(view)) == 2


def test_the_same_question_again_is_not_answered_again(desk: Desk) -> None:
    """TRIAGE 2: the same answer is never given twice."""
    desk.say("again", "where is my invoice?")
    desk.answered("again")
    desk.say("again", "Where is my invoice??")
    view = desk.queued("again")

    assert agent_lines(view) == [QUOTED]
    assert reasons(view) == ["failed_answers"]


def test_what_it_knows_nothing_of_is_no_dead_end(desk: Desk) -> None:
    """TRIAGE 4: what it can do and a person; a second time a person at once."""
    desk.say("weather", "what is the weather tomorrow in rome")
    told = desk.answered("weather")
    desk.say("weather", "will the sun shine on tuesday")
    view = desk.queued("weather")

    assert "I can help with: Charges and refunds; Sending things back; Invoices." in agent_lines(told)[0]
    assert labels(told) == ["Talk to a person"]
    assert len(agent_lines(view)) == 1
    assert notices(view) == ["Passing you to General."]


def test_a_customer_who_writes_german_is_told_in_german_and_never_that_it_is_out_of_scope(desk: Desk) -> None:
    """T05, TRIAGE: the embedded model knows English only, so people get it."""
    desk.say("german", "wann kommt denn die bahn in der nacht und wo ist sie jetzt")
    view = desk.queued("german")

    assert agent_lines(view) == []
    assert (view["language"], reasons(view)) == ("de", ["no_answer"])


SPEAKER = CONFIG.replace("agent: triage,", "agent: speaker,").replace("locale: en", "locale: de")


@pytest.fixture
def speaker(desk_for: Callable[..., Desk]) -> Desk:
    return desk_for(SPEAKER)


def test_a_language_model_that_repeats_itself_is_not_heard_twice(speaker: Desk) -> None:
    """TRIAGE, fallback parity: in the customer's language, with two workers."""
    speaker.model.rule("rechnung", text("Sie liegt unter Konto."))
    speaker.model.rule("genau", text("sie liegt unter  Konto"))
    speaker.say("twice", "wo ist meine rechnung")
    speaker.answered("twice")
    speaker.say("twice", "wo denn da genau")
    view = speaker.queued("twice")

    assert agent_lines(view) == ["Sie liegt unter Konto."]
    assert reasons(view) == ["failed_answers"]
    assert notices(view) == ["Ich gebe Sie weiter an General."]


def test_after_three_answers_of_a_language_model_a_person_is_offered(speaker: Desk) -> None:
    """TRIAGE 2: a button beside the answer; saying it is a request for a person."""
    for number in range(3):
        speaker.model.rule(f"frage {number}", text(f"Antwort {number}."))
        speaker.say("three", f"ich habe noch frage {number} an euch")
        view = speaker.until("three", lambda view, n=number: len(agent_lines(view)) == n + 1)
    before = len(speaker.model.requests)
    speaker.say("three", "mit einem menschen sprechen")
    waiting = speaker.queued("three")

    assert labels(view) == ["Mit einem Menschen sprechen"]
    assert reasons(waiting) == ["asked_for_human"]
    assert len(speaker.model.requests) == before
