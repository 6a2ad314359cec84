"""A model that is away, hangs, breaks or says nothing: the customer gets a line and a person, whatever it does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, agent_lines, notices, reasons
from tests.fakes.model import FakeModel, Step, status, text

CONFIG = fakes.config(agent_timeout="6s", slow_line_after="300ms", unclaimed_after="400ms")


@contextmanager
def nobody_listening(desk: Desk) -> Iterator[None]:
    """The model's port refuses connections."""
    port = desk.model.port
    desk.model.stop()
    try:
        yield
    finally:
        desk.model = FakeModel(port).start()


def test_an_agent_that_takes_its_time_says_so_once_and_then_answers(desk: Desk) -> None:
    """The first of this file: after some failures in a row a worker does not ask the model for a while."""
    told = threading.Event()
    desk.model.rule("patience", text("Here it is.", when=told))

    desk.say("slow", "patience please")
    waiting = desk.until("slow", notices)
    told.set()
    view = desk.answered("slow")

    assert agent_lines(waiting) == []
    assert notices(view) == ["This takes a little longer; I'm still on it."]
    assert agent_lines(view) == ["Here it is."]


@pytest.mark.parametrize(
    ("how", "step", "reason"),
    [
        ("hangs", {"hang": True}, "bot_unavailable"),
        ("breaks", status(500), "bot_unavailable"),
        ("drops", {"drop": True}, "bot_unavailable"),
        ("says-nothing", text(""), "no_answer"),
        ("says-nonsense", {"garbage": "<html>gateway</html>"}, "bot_unavailable"),
    ],
)
def test_a_model_that_does_not_answer_means_the_queue_and_a_line(
    desk: Desk, how: str, step: Step, reason: str
) -> None:  # fmt: skip
    """T30: an empty answer is asked for once more."""
    desk.model.rule(how, step)
    if reason == "no_answer":
        desk.model.rule("Your last answer was empty", step)

    desk.say(how, f"the model {how}, doesn't it")
    view = desk.queued(how)

    assert reasons(view) == [reason]
    assert "Passing you to General." in notices(view)
    assert agent_lines(view) == []
    assert view["unanswered"]


def test_a_model_that_nobody_can_reach_means_the_queue_and_a_line(desk: Desk) -> None:
    """T30"""
    with nobody_listening(desk):
        desk.say("refused", "is anybody there?")
        view = desk.queued("refused")

    assert reasons(view) == ["bot_unavailable"]
    assert "Passing you to General." in notices(view)


def test_what_the_administrator_wrote_is_said_while_nobody_can_reach_a_model(desk: Desk) -> None:
    """T30: the embedded model quotes it, although the agent does not name it."""
    with nobody_listening(desk):
        desk.say("quoted", "where is my invoice?")
        view = desk.answered("quoted")

    assert agent_lines(view) == ["Invoices are under Account > Billing."]
    assert reasons(view) == []
