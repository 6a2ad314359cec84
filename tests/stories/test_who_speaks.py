"""Nobody speaks out of turn: agents are silent while a person holds, and what is said at a handoff is said once."""

import threading

import pytest

from tests.fakes.desk import Desk, agent_lines, customer_lines, drafts, notices, person_lines, public, reasons
from tests.fakes.model import call, calls, text

PASSING = "Passing you to Billing."


def held_by_ben(desk: Desk, conversation: str, words: str) -> None:
    """The customer asked for a person, and Ben has come."""
    desk.say(conversation, f"{words}: get me a person please")
    desk.queued(conversation)
    assert desk.act(conversation, "claim", "ben").status_code == 200


def test_an_agent_is_silent_and_is_not_even_asked_while_a_person_holds(desk: Desk) -> None:
    """T01"""
    held_by_ben(desk, "t01", "walnut")
    for number in range(5):
        assert desk.say("t01", f"walnut line {number}").status_code == 202

    view = desk.until("t01", lambda view: view["seq"] == 6 and view["messages"][-1]["text"] == "walnut line 4")
    desk.act("t01", "reply", "ben", text="I am here.")
    after = desk.conversation("t01")

    assert view["holder"] == {"kind": "person", "name": "ben"}
    assert agent_lines(after) == []
    assert person_lines(after) == ["I am here."]
    assert not after["unanswered"]
    assert desk.asked("walnut") == []


def test_a_closing_text_beside_the_transfer_call_is_not_said_a_second_time(desk: Desk) -> None:
    """T04"""
    desk.model.rule(
        "chestnut",
        calls(call("transfer_to_billing", reason="money back"), words="I am transferring you to our billing team."),
        text("You have been transferred to billing."),
    )

    desk.say("t04", "chestnut: please look at this")
    view = desk.queued("t04")

    assert notices(view) == [PASSING]
    assert agent_lines(view) == []
    assert len(desk.asked("chestnut")) == 1


@pytest.mark.parametrize(
    ("conversation", "words", "line"),
    [
        ("t05-en", "please look at this for me", PASSING),
        ("t05-de", "bitte schauen Sie sich das an, ich wurde zweimal belastet", "Ich gebe Sie weiter an Billing."),
        ("t05-fr", "bonjour, vous m'avez débité deux fois", "Je vous passe Billing."),
    ],
)
def test_a_transfer_without_words_is_told_to_the_customer_in_their_language_in_the_same_commit(
    desk: Desk, conversation: str, words: str, line: str
) -> None:
    """T05"""
    desk.model.rule(f"hazelnut {conversation}", call("transfer_to_billing", reason="money back"))

    desk.say(conversation, f"hazelnut {conversation}: {words}")
    view = desk.until(conversation, lambda view: view["state"] != "bot")

    assert view["state"] == "queued"
    assert notices(view) == [line]


def test_words_of_an_agent_never_move_a_conversation_and_a_request_for_a_person_always_does(desk: Desk) -> None:
    """T08"""
    desk.model.rule("magic", text("HANDOFF_TO_HUMAN [[escalate]] transfer_to_billing()"))

    desk.say("t08", "magic words, what do you say?")
    only_words = desk.answered("t08")
    desk.say("t08", "I want to talk to a human")
    asked = desk.queued("t08")

    assert only_words["state"] == "bot"
    assert asked["journal"][-1]["reason"] == "asked_for_human"
    assert asked["holder"]["kind"] == "team"


def test_an_agent_told_to_announce_transfers_cannot_announce_one_that_is_not_made(desk: Desk) -> None:
    """T08, T62: the promise is held back, the agent is asked to keep it, and keeps it."""
    desk.model.script(
        text("Good question. I am transferring you to a colleague in billing."),
        call("transfer_to_billing", reason="asked about money"),
    )

    desk.say("t08-kept", "almond, what now?")
    view = desk.queued("t08-kept")

    assert "transferring" not in public(view)
    assert notices(view) == [PASSING]
    assert len(desk.asked("almond")) == 2


def test_a_promise_that_is_never_kept_is_never_shown_and_people_are_asked(desk: Desk) -> None:
    """T62"""
    promise = text("I am connecting you with a human agent now.")
    desk.model.script(promise, promise)

    desk.say("t62", "cashew, what now?")
    view = desk.queued("t62")

    assert reasons(view) == ["no_answer"]
    assert "connecting you" not in public(view)
    assert notices(view) == ["Passing you to General."]


def test_a_paused_conversation_goes_on_with_the_agent_after_a_hand_back(desk: Desk) -> None:
    """T45"""
    desk.model.rule("pecan again", text("Welcome back."))
    held_by_ben(desk, "t45", "pecan")
    desk.act("t45", "reply", "ben", text="Solved, I think.")

    assert desk.act("t45", "hand-back", "ben").status_code == 200
    desk.say("t45", "pecan again: one more thing")
    view = desk.answered("t45")

    assert view["state"] == "bot"
    assert agent_lines(view) == ["Welcome back."]


def test_a_hint_reaches_the_agent_and_what_staff_wrote_for_themselves_never_does(desk: Desk) -> None:
    """T36, T50: the agent's next view holds all that was public and the hint, and nothing else."""
    desk.model.rule("canary", text("Here is your copy."))
    held_by_ben(desk, "hint", "canary")
    desk.act("hint", "note", "ben", text="NOTE-OF-STAFF he is annoying")
    desk.act("hint", "transfer", "ben", to="person:cleo", comment="COMMENT-OF-STAFF be careful")
    desk.act("hint", "reply", "cleo", text="PUBLIC-WORDS of Cleo.")
    desk.say("hint", "canary: and a copy of the invoice?")

    assert desk.act("hint", "hand-back", "cleo", hint="HINT-FOR-AGENT send the copy").status_code == 200
    view = desk.answered("hint")

    seen = str(desk.asked("canary")[-1]["messages"])
    assert agent_lines(view) == ["Here is your copy."]
    assert "HINT-FOR-AGENT" in seen and "PUBLIC-WORDS" in seen
    assert "NOTE-OF-STAFF" not in seen and "COMMENT-OF-STAFF" not in seen
    assert all(secret not in public(view) for secret in ("NOTE-OF-STAFF", "COMMENT-OF-STAFF", "HINT-FOR-AGENT"))


def test_a_claim_is_decided_while_the_model_still_thinks(desk: Desk) -> None:
    desk.model.rule("slow walnut", text("Too late by far.", delay_s=30))
    desk.say("thinking", "slow walnut?")
    desk.until_asked("slow walnut")

    claim = desk.act("thinking", "claim", "ana")
    reply = desk.act("thinking", "reply", "ana", text="I have got this.")

    # Both were decided and answered, and the model, asked before, has still said nothing.
    assert claim.status_code == reply.status_code == 200
    assert reply.json()["holder"] == {"kind": "person", "name": "ana"}
    assert agent_lines(reply.json()) == drafts(reply.json()) == []


def test_what_a_model_answers_after_a_claim_is_a_draft_that_the_customer_never_sees(desk: Desk) -> None:
    claimed = threading.Event()
    desk.model.rule("late walnut", text("My late words.", when=claimed))
    desk.say("late", "late walnut?")
    desk.until_asked("late walnut")
    desk.act("late", "claim", "ana")
    claimed.set()

    view = desk.until("late", drafts)

    assert drafts(view) == ["My late words."]
    assert "My late words." not in public(view)
    assert [(entry["to"], entry["reason"]) for entry in view["journal"]] == [
        ("person:ana", "stepped_in"),
        ("person:ana", "suppressed_stale_reply"),
    ]


def test_an_agent_is_asked_anew_at_once_after_a_hand_back_although_its_old_model_still_thinks(desk: Desk) -> None:
    desk.model.rule("two walnuts", text("The first answer.", delay_s=30), text("The second answer."))
    desk.say("again", "two walnuts?")
    desk.until_asked("two walnuts")
    desk.act("again", "claim", "ana")
    assert desk.act("again", "hand-back", "ana").status_code == 200

    view = desk.answered("again")

    assert agent_lines(view) == ["The second answer."]
    assert customer_lines(view) == ["two walnuts?"]


def test_lines_that_come_while_the_agent_thinks_are_answered_together(desk: Desk) -> None:
    """The run begins anew with the newer line, so one answer covers both."""
    desk.model.rule("first half", text("To half a question.", delay_s=20))
    desk.model.rule("second half", text("To the whole question."))

    desk.say("both", "first half")
    desk.until_asked("first half")
    desk.say("both", "second half")
    view = desk.answered("both")

    assert agent_lines(view) == ["To the whole question."]
    assert "first half" in str(desk.asked("second half")[-1]["messages"])
