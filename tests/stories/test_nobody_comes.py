"""Nobody comes: the customer is told once, the team again and again, and time may be moved by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import desk as fakes
from tests.fakes.desk import Client, Desk, agent_lines, customer_lines, lines, notices, reasons
from tests.fakes.model import FakeModel

CONFIG = fakes.config(agent_timeout="6s", slow_line_after="300ms", unclaimed_after="400ms")
NOBODY_YET = "Nobody has picked this up yet; it stays in the queue."


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """`baton demo --test-clock`: time stands still."""
    with fakes.demo(tmp_path_factory.mktemp("still"), test_clock=True) as client:
        yield client


def advance(still: Client, by: str) -> None:
    answer = still.request("POST", "/clock", json={"advance": by})
    assert answer.status_code == 200, answer.text


def reminders(view: fakes.View) -> list[str]:
    return [words for words in lines(view, "system", visibility="internal") if words.startswith("Nobody from")]


def test_the_customer_is_told_once_that_nobody_has_come_and_the_team_is_reminded_again(desk: Desk) -> None:
    desk.say("nobody", "let me talk to a human")
    view = desk.until("nobody", lambda view: len(reminders(view)) >= 2)

    assert notices(view) == ["Passing you to General.", NOBODY_YET]
    assert view["state"] == "queued" and view["unanswered"]
    assert desk.act("nobody", "claim", "ben").status_code == 200


def test_who_claims_in_time_stops_the_reminders_of_the_team(still: Client) -> None:
    still.say("in-time", "let me talk to a human")
    still.queued("in-time")
    still.act("in-time", "claim", "ben")
    still.act("in-time", "reply", "ben", text="Here.")

    advance(still, "2h")
    view = still.conversation("in-time")

    assert reminders(view) == []
    assert NOBODY_YET not in notices(view)


def test_with_a_test_clock_the_reminder_is_there_when_the_advance_answers(still: Client) -> None:
    still.say("clock", "let me talk to a human")
    before = still.queued("clock")
    advance(still, "9m")
    early = still.conversation("clock")
    advance(still, "1m")
    on_time = still.conversation("clock")
    advance(still, "8h")
    late = still.conversation("clock")

    assert reminders(early) == [] and notices(early) == notices(before)
    assert len(reminders(on_time)) == 1
    assert notices(on_time) == ["Passing you to General.", NOBODY_YET]
    assert len(reminders(late)) > 2
    assert notices(late) == notices(on_time)


def test_a_holder_who_does_not_answer_is_reminded_by_the_clock(still: Client) -> None:
    still.say("silent", "let me talk to a human")
    still.queued("silent")
    still.act("silent", "claim", "ben")

    advance(still, "10m")
    view = still.conversation("silent")

    assert lines(view, "system", visibility="internal")[-1] == "The customer has waited 10 min for your answer."
    assert view["holder"]["name"] == "ben"


def test_a_place_that_is_written_to_after_its_end_begins_a_new_conversation_that_is_answered(still: Client) -> None:
    """The second conversation of a place counts its turns from one again; its answers are not the first one's."""
    still.say("ends", "where is my invoice")
    still.answered("ends")
    still.act("ends", "resolve", "cleo", seen=1)
    advance(still, "73h")
    closed = still.conversation("ends")

    answer = still.say("ends", "where is my invoice").json()
    view = still.answered("ends~2")

    assert closed["state"] == "closed"
    assert answer == {"seq": 1, "conversation": "ends~2"}
    assert customer_lines(view) == ["where is my invoice"]
    assert len(agent_lines(view)) == 1
    assert view["previous"] == "ends" and reasons(view) == []


def test_the_clock_moves_on_while_a_model_hangs(tmp_path: Path) -> None:
    """T30, with time moved by hand: first the holding line, then the queue."""
    slow = fakes.config(agent_timeout="45s", slow_line_after="10s")
    with FakeModel() as model:
        model.otherwise({"hang": True})
        access = {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": "none"}
        with fakes.demo(tmp_path, config=slow, test_clock=True, **access) as still:
            still.say("hangs", "where is my invoice")
            advance(still, "11s")
            slowly = still.conversation("hangs")
            advance(still, "35s")
            at_last = still.conversation("hangs")

    assert slowly["state"] == "bot" and len(notices(slowly)) == 1
    assert at_last["state"] == "queued" and reasons(at_last) == ["bot_unavailable"]
