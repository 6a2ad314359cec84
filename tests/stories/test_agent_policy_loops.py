"""Agents that go round in circles, claim what they did not do, or are gone: the customer reads what is true."""

import json
import threading
from collections.abc import Iterator

import pytest

from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, agent_lines, notices, public, reasons
from tests.fakes.model import call, status, text

CONFIG = fakes.config(detect_cycles=False, max_handoffs=4, agent_timeout="20s")
SETTINGS = {"BATON_LEASE_S": "3"}  # what a dead worker had is soon another's
NUDGE = "You told the customer that you would transfer them"
CLAIM = "I am connecting you with our billing team right away."


@pytest.fixture
def nudged(desk: Desk) -> Iterator[Desk]:
    """What a model is told that claims a transfer stands last in its request, so it is scripted by those words; the
    rules of one test must not answer the next."""
    desk.model.reset()
    yield desk
    desk.model.reset()


def people_asked(desk: Desk, conversation: str) -> int:
    """How often the desk has been called to this conversation."""
    return sum(entry["to"].startswith("team:") for entry in desk.conversation(conversation)["journal"])


def test_agents_that_send_it_back_and_forth_end_in_one_queue_with_one_alert(desk: Desk) -> None:
    """T56: an agent that errs gives it back, the other one sends it again; two workers, one of which dies meanwhile."""
    killed = threading.Event()
    desk.model.rule(
        "gooseberry",
        call("transfer_to_helper", reason="for you"),
        call("transfer_to_triage", reason="that failed"),
        call("transfer_to_helper", reason="once more") | {"when": killed},
        call("transfer_to_triage", reason="that failed again"),
    )

    desk.say("circle", "gooseberry question")
    desk.until_asked("gooseberry", 3)
    desk.workers[0].restart_by_kill()
    killed.set()
    desk.workers[0].wait_until_it_serves()
    view = desk.queued("circle")
    desk.say("circle", "is anybody there?")
    later = desk.until("circle", lambda view: len(notices(view)) == 2)

    assert view["chain"] == ["triage", "helper", "triage", "helper", "team:general"]
    assert reasons(view) == ["agent_decided", "agent_decided", "agent_decided", "hop_limit"]
    assert notices(view) == ["Passing you to General."]
    assert later["state"] == "queued" and people_asked(desk, "circle") == 1
    assert [one["id"] for one in desk.request("GET", "/queue").json()["items"]].count("circle") == 1


def test_agents_whose_model_errs_after_a_handoff_are_not_asked_for_ever(desk: Desk) -> None:
    """T56: the endpoint breaks behind the handoff."""
    desk.model.rule("raspberry", call("transfer_to_helper", reason="for you"), status(500))

    desk.say("errs", "raspberry question")
    view = desk.queued("errs")

    assert reasons(view) == ["agent_decided", "bot_unavailable"]
    assert notices(view) == ["Passing you to General."]
    assert agent_lines(view) == []


def test_a_claimed_transfer_is_made_true_after_one_nudge(nudged: Desk) -> None:
    """T62: the claim itself is never read; what is read was committed."""
    nudged.model.rule(NUDGE, call("transfer_to_billing", reason="a refund"))
    nudged.model.rule("blackcurrant", text(f"Thank you. {CLAIM}"))

    nudged.say("made-true", "blackcurrant question")
    view = nudged.queued("made-true")

    assert view["holder"] == {"kind": "team", "name": "billing"}
    assert public(view).splitlines() == ["blackcurrant question", "Thank you.", "Passing you to Billing."]
    assert [NUDGE in json.dumps(request) for request in nudged.asked("blackcurrant")] == [False, True]


def test_a_claimed_transfer_that_is_never_made_is_blocked_and_people_are_called(nudged: Desk) -> None:
    """T62"""
    nudged.model.rule(NUDGE, text(CLAIM))
    nudged.model.rule("redcurrant", text(CLAIM))

    nudged.say("blocked", "redcurrant question")
    view = nudged.queued("blocked")

    assert reasons(view) == ["no_answer"]
    assert "connecting you" not in public(view)
    assert public(view).splitlines() == ["redcurrant question", "Passing you to General."]
    assert len(nudged.asked("redcurrant")) == 2


def test_a_conversation_of_an_agent_that_a_reload_removed_goes_to_who_stands_in_for_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """RUNTIME 20: at its next event, and the journal says so."""
    folder = tmp_path_factory.mktemp("reload")
    whole = fakes.config()
    with fakes.running(folder, config=whole) as desk:
        desk.model.rule("cranberry", call("transfer_to_helper", reason="for you"), text("The helper knows."))
        desk.model.rule("after the reload", text("Triage answers."))
        desk.say("removed", "cranberry question")
        desk.answered("removed")
        lines = [line for line in whole.splitlines() if not line.startswith("  helper:")]
        (folder / "config.yaml").write_text("\n".join(lines).replace("handoffs: [helper, ", "handoffs: [") + "\n")
        fakes.eventually(lambda: all("config.loaded" in one.log for one in desk.programs), what="the reload")

        desk.say("removed", "and after the reload?")
        view = desk.until("removed", lambda view: len(agent_lines(view)) == 2)

    assert view["holder"] == {"kind": "agent", "name": "triage"}
    assert agent_lines(view) == ["The helper knows.", "Triage answers."]
    last = view["journal"][-1]
    assert (last["reason"], last["cause"]) == ("superseded", "agent helper is gone")
