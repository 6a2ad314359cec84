"""What staff do, over REST, and what they are told when they cannot."""

from concurrent.futures import ThreadPoolExecutor

from tests.fakes.desk import CROWD, Desk, View, agent_lines, customer_lines, notices, reasons
from tests.fakes.model import text


def waiting(desk: Desk, conversation: str) -> View:
    desk.say(conversation, "let me talk to a human")
    return desk.queued(conversation)


def test_of_fifty_who_claim_at_once_one_wins_and_the_others_are_told_who(desk: Desk) -> None:
    """T12"""
    waiting(desk, "t12")
    seen: list[View] = []

    with ThreadPoolExecutor(51) as pool:
        looking = pool.submit(lambda: seen.extend(desk.conversation("t12") for _ in range(30)))
        answers = list(pool.map(lambda person: desk.act("t12", "claim", person), CROWD))
        looking.result()
    winners = [answer.json()["holder"]["name"] for answer in answers if answer.status_code == 200]
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    view = desk.conversation("t12")

    assert len(winners) == 1 and len(refusals) == 49
    name = winners[0].title()
    assert {(one["code"], one["holder"]) for one in refusals} == {("already_claimed", name)}
    assert all(name in one["detail"] for one in refusals)
    assert view["holder"] == {"kind": "person", "name": winners[0]}
    assert [entry["to"] for entry in view["journal"]] == ["team:general", f"person:{winners[0]}"]
    assert {str(one["holder"]["name"]) for one in seen} <= {"general", winners[0]}


def test_a_second_claim_is_refused_with_the_name_of_the_holder(desk: Desk) -> None:
    waiting(desk, "second")
    desk.act("second", "claim", "ben")

    refused = desk.act("second", "claim", "cleo")
    by_force = desk.act("second", "claim", "cleo", force=True)

    assert (refused.status_code, refused.json()["code"], refused.json()["holder"]) == (
        409,
        "already_claimed",
        "Ben Okafor",
    )
    assert refused.headers["content-type"] == "application/problem+json"
    assert by_force.json()["holder"]["name"] == "cleo"


def test_the_same_claim_sent_twice_is_one_claim(desk: Desk) -> None:
    waiting(desk, "twice")

    first = desk.act("twice", "claim", "ben", id="click-1")
    again = desk.act("twice", "claim", "ben", id="click-1")

    assert (first.status_code, again.status_code) == (200, 200)
    assert reasons(again.json()) == ["asked_for_human", "none"]
    assert again.json()["epoch"] == first.json()["epoch"]


def test_a_conversation_that_nobody_knows_is_not_found(desk: Desk) -> None:
    look = desk.request("GET", "/conversations/never-written-to")
    act = desk.act("never-written-to", "claim", "ben")

    assert (look.status_code, look.json()["code"]) == (404, "not_found")
    assert (act.status_code, act.json()["code"]) == (404, "not_found")


def test_a_button_of_an_epoch_that_is_over_changes_nothing_and_says_so(desk: Desk) -> None:
    before = waiting(desk, "stale")
    desk.act("stale", "claim", "ben", epoch=before["epoch"])

    refused = desk.act("stale", "release", "ben", epoch=before["epoch"])

    assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    assert refused.json()["holder"] == "Ben Okafor"
    assert refused.json()["epoch"] == desk.conversation("stale")["epoch"]
    assert desk.conversation("stale")["holder"]["name"] == "ben"


def test_a_line_that_the_resolver_had_not_seen_reopens_at_once_for_the_same_person(desk: Desk) -> None:
    waiting(desk, "unseen")
    desk.act("unseen", "claim", "ben")
    desk.act("unseen", "reply", "ben", text="Done.", seen=1)
    desk.say("unseen", "but wait, there is more")

    answer = desk.act("unseen", "resolve", "ben", seen=1)
    view = desk.conversation("unseen")

    assert answer.status_code == 200
    assert (view["state"], view["holder"]["name"], view["unanswered"]) == ("held", "ben", True)
    assert notices(view).count("Ben Okafor marked this as solved. Write again if it is not.") == 0


def test_a_customer_who_writes_to_a_resolved_conversation_gets_the_same_person_back(desk: Desk) -> None:
    waiting(desk, "reopened")
    desk.act("reopened", "claim", "ben")
    desk.act("reopened", "reply", "ben", text="All done.")
    resolved = desk.act("reopened", "resolve", "ben", seen=1).json()

    desk.say("reopened", "it broke once more")
    view = desk.until("reopened", lambda view: view["state"] != "resolved")

    assert resolved["state"] == "resolved" and resolved["holder"] == {"kind": "none", "name": None}
    assert (view["state"], view["holder"]["name"]) == ("held", "ben")
    assert "reopened" in reasons(view)


def test_thanks_do_not_reopen(desk: Desk) -> None:
    waiting(desk, "thanks")
    desk.act("thanks", "claim", "ben")
    desk.act("thanks", "reply", "ben", text="All done.")
    desk.act("thanks", "resolve", "ben", seen=1)

    desk.say("thanks", "thank you!")
    view = desk.until("thanks", lambda view: customer_lines(view)[-1] == "thank you!" and view["seq"] == 2)
    desk.act("thanks", "note", "ben", text="a nice one")  # decided after the line, so the line has been decided

    assert view["requester"] == "mia"
    assert desk.conversation("thanks")["state"] == "resolved"


def test_who_cancels_the_wait_goes_on_with_the_agent_and_only_the_customer_may(desk: Desk) -> None:
    desk.model.rule("human", text("Then let us see."))
    waiting(desk, "cancel")

    by_staff = desk.act("cancel", "cancel", "ben")
    by_customer = desk.act("cancel", "cancel", "mia")
    view = desk.answered("cancel")

    assert (by_staff.status_code, by_customer.status_code) == (403, 200)
    assert view["state"] == "bot"
    assert agent_lines(view) == ["Then let us see."]
    assert "All right, you are out of the queue; let's go on here." in notices(view)


def test_a_cancel_that_comes_after_the_claim_is_refused_kindly(desk: Desk) -> None:
    waiting(desk, "cancel-late")
    desk.act("cancel-late", "claim", "ben")

    refused = desk.act("cancel-late", "cancel", "mia")

    assert (refused.status_code, refused.json()["detail"]) == (409, "Ben Okafor is with you already.")


def test_who_does_not_hold_a_conversation_cannot_speak_in_it(desk: Desk) -> None:
    waiting(desk, "speak")
    unclaimed = desk.act("speak", "reply", "ben", text="hello?")
    desk.act("speak", "claim", "ben")
    other = desk.act("speak", "reply", "cleo", text="hello!")

    view = desk.conversation("speak")

    assert (unclaimed.json()["code"], other.json()["code"]) == ("wrong_state", "already_claimed")
    assert all("hello" not in message["text"] for message in view["messages"])


def test_a_release_goes_back_to_the_queue_and_keeps_the_time_that_the_customer_has_waited(desk: Desk) -> None:
    before = waiting(desk, "release")
    desk.act("release", "claim", "ben")

    view = desk.act("release", "release", "ben", reason="lunch").json()

    assert view["state"] == "queued"
    assert view["waiting_since"] == before["waiting_since"]
    assert "You are back in the queue of General; nothing you wrote is lost." in notices(view)
