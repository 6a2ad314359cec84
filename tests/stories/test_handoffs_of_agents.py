"""An agent hands the conversation on: to an agent, a team, a person; wrongly, too often, or to nobody."""

from tests.fakes.desk import Desk, agent_lines, notices, public, reasons
from tests.fakes.model import call, text


def test_an_agent_hands_over_to_an_agent_that_answers_in_the_same_turn(desk: Desk) -> None:
    desk.model.rule("lemon", call("transfer_to_helper", reason="details"), text("The helper knows."))

    desk.say("to-agent", "lemon question")
    view = desk.answered("to-agent")

    assert view["holder"] == {"kind": "agent", "name": "helper"}
    assert agent_lines(view) == ["The helper knows."]
    assert view["chain"] == ["triage", "helper"]
    assert [(entry["from"], entry["to"]) for entry in view["journal"]] == [("agent:triage", "agent:helper")]


def test_an_agent_hands_over_to_a_team_with_its_reason_in_the_packet(desk: Desk) -> None:
    desk.model.rule("orange", call("transfer_to_billing", reason="wants a refund of order 7"))

    desk.say("to-team", "orange order 7 came broken")
    view = desk.queued("to-team")

    assert view["holder"] == {"kind": "team", "name": "billing"}
    assert view["packet"]["comment"] == "wants a refund of order 7"
    assert view["packet"]["reason"] == "agent_decided"
    assert view["packet"]["need"] == "orange order 7 came broken"
    assert notices(view) == ["Passing you to Billing."]


def test_an_agent_hands_over_to_a_person_who_is_then_asked_first_in_their_team(desk: Desk) -> None:
    desk.model.rule("quince", call("transfer_to_ana", reason="knows this customer"))

    desk.say("to-person", "quince question")
    view = desk.queued("to-person")

    assert view["holder"] == {"kind": "team", "name": "billing"}
    assert notices(view) == ["Passing you to Billing; Ana Duarte is asked first."]
    assert desk.act("to-person", "claim", "ana").status_code == 200


def test_a_team_without_members_means_the_default_team(desk: Desk) -> None:
    """T60"""
    desk.model.rule("grape", call("transfer_to_empty", reason="why not"))

    desk.say("t60", "grape question")
    view = desk.queued("t60")

    assert view["holder"] == {"kind": "team", "name": "general"}
    assert notices(view) == ["Passing you to General."]
    assert "team:empty is not available" in str(view["journal"])


def test_a_call_of_a_target_that_does_not_exist_is_repaired(desk: Desk) -> None:
    desk.model.rule("melon", call("transfer_to_nobody", reason="x"), call("transfer_to_billing", reason="better"))

    desk.say("repaired", "melon question")
    view = desk.queued("repaired")

    told = [message for message in desk.asked("melon")[-1]["messages"] if message["role"] == "tool"]
    assert view["holder"]["name"] == "billing"
    assert len(desk.asked("melon")) == 2
    assert "transfer_to_billing" in told[0]["content"]


def test_calls_that_stay_wrong_end_in_the_queue_with_a_line_for_the_customer(desk: Desk) -> None:
    desk.model.rule(
        "papaya",
        call("transfer_to_nobody", reason="x"),
        {"tool_calls": [{"name": "transfer_to_billing", "arguments": "{broken"}]},
        {"tool_calls": [{"name": "transfer_to_billing", "arguments": ""}]},
    )

    desk.say("broken", "papaya question")
    view = desk.queued("broken")

    assert len(desk.asked("papaya")) == 3  # once, and two repairs
    assert reasons(view) == ["no_answer"]
    assert notices(view) == ["Passing you to General."]


def test_more_agents_than_allowed_end_in_the_queue(desk: Desk) -> None:
    """T56"""
    desk.model.rule(
        "cherry",
        call("transfer_to_helper", reason="1"),
        call("transfer_to_expert", reason="2"),
        call("transfer_to_last", reason="3"),
    )

    desk.say("hops", "cherry question")
    view = desk.queued("hops")

    assert view["chain"] == ["triage", "helper", "expert", "team:general"]
    assert reasons(view) == ["agent_decided", "agent_decided", "hop_limit"]
    assert notices(view) == ["Passing you to General."]


def test_two_agents_that_send_a_customer_to_each_other_are_stopped_at_the_first_return(desk: Desk) -> None:
    """T56"""
    desk.model.rule("plum", call("transfer_to_helper", reason="yours"), call("transfer_to_triage", reason="no, yours"))

    desk.say("cycle", "plum question")
    view = desk.queued("cycle")

    assert reasons(view) == ["agent_decided", "cycle"]
    assert len(desk.asked("plum")) == 2
    assert notices(view) == ["Passing you to General."]


def test_words_beside_a_transfer_are_said_once_and_before_the_notice(desk: Desk) -> None:
    step = call("transfer_to_billing", reason="refund") | {"text": "Thank you for the order number."}
    desk.model.rule("apricot", step)

    desk.say("beside", "apricot order 9")
    view = desk.queued("beside")

    assert public(view).splitlines() == [
        "apricot order 9",
        "Thank you for the order number.",
        "Passing you to Billing.",
    ]


def test_a_matter_that_the_agent_completes_is_resolved_and_begins_anew_with_the_next_line(desk: Desk) -> None:
    desk.model.rule("fig again", text("Once more?"))
    desk.model.rule("fig", call("complete", summary="told where it is") | {"text": "It is under Account."})

    desk.say("complete", "fig, where is it")
    first = desk.until("complete", lambda view: view["state"] != "bot")
    desk.say("complete", "fig again")
    second = desk.until("complete", lambda view: len(agent_lines(view)) == 2)

    assert first["state"] == "resolved"
    assert (second["state"], agent_lines(second)) == ("bot", ["It is under Account.", "Once more?"])
