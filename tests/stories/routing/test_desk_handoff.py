"""From agents to people and back: handoffs, the wait, cancelling, handing back."""

from dataclasses import replace

import pytest

from routing import events as e
from routing.conversation import Actor, Parked, Queued, Target
from routing.effects import Emit, Notice, PostCard, RemindTeam
from routing.policy import HOUR_MS, MINUTE_MS
from tests.properties.desk_policy import MONDAY_10_MS, desk, without
from tests.properties.desk_world import World
from tests.properties.promises import kept


def test_a_handoff_with_words_and_a_final_answer_says_one_line(world: World) -> None:
    """T04: the run ends with its transfer; what it says afterwards is a draft."""
    world.writes("I was charged twice")
    run = world.run

    world.hands_off("team:billing", "That needs a person.", run)
    world.answers("I am transferring you now!", replace(run, step=run.step + 1))

    world.deliver_all()
    assert [line.text for line in world.sent] == ["That needs a person.", "Passing you to Billing."]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Passing you to Billing."),
        ("fr", "Je vous passe Billing."),
        ("de", "Ich gebe Sie weiter an Billing."),
        ("es", "Le paso con Billing."),
        ("pt-BR", "Passing you to Billing."),
    ],
)
def test_a_handoff_without_words_is_announced_in_the_customers_language(language: str, line: str) -> None:
    """T05: in the same commit, so silence is not possible."""
    world = World(watch=kept)
    world.writes("...", language=language)

    world.hands_off("team:billing")

    world.deliver_all()
    assert [sent.text for sent in world.sent] == [line]


def test_text_about_a_transfer_is_no_transfer_and_a_request_is(world: World) -> None:
    """T08: the state changes by the structured call or the customer's request, never by the words of a reply."""
    world.writes("I was charged twice")
    world.answers("I am transferring you to a person now.")
    assert world.state == "bot" and world.did(PostCard) == []

    world.writes("get me a person", wants_person=True)
    assert world.state == "queued"
    assert world.notices() == ["handoff"]


def test_calling_three_times_and_writing_six_times_is_one_handoff(world: World) -> None:
    """T10: one handoff, one card, one holding line."""
    world.writes("get me a person", wants_person=True)
    first = world.c.holder
    assert isinstance(first, Queued)

    for number in range(6):
        world.writes(f"hello {number}?", wants_person=number % 2 == 0)
        world.mail(e.HandoffRequested(Actor("customer", "mia"), None))
        world.now_ms += MINUTE_MS // 2

    assert len(world.did(PostCard)) == 1
    assert world.notices() == ["handoff", "still_waiting"]
    assert world.c.handoffs == 1
    assert isinstance(world.c.holder, Queued) and world.c.holder.handoff.id == first.handoff.id


def test_an_agent_that_cannot_answer_leaves_no_silence(world: World) -> None:
    """T30: the model is away; within `agent_timeout` people are asked and the customer has a line."""
    world.writes("I was charged twice")

    world.wait(world.policy.defaults.agent_timeout_ms)

    assert world.state == "queued"
    assert world.notices() == ["slow", "handoff"]
    assert world.reasons()[-1] == "bot_unavailable"


def test_a_model_that_fails_at_once_hands_over_at_once(world: World) -> None:
    """T30"""
    world.writes("I was charged twice")

    world.fails()

    assert world.state == "queued"
    assert [one.seq for one in world.c.unanswered] == [1]


def test_a_restarted_turn_does_not_extend_the_time_to_answer(world: World) -> None:
    """T30: a customer who keeps writing is not kept waiting by it."""
    world.writes("I was charged twice")
    for _ in range(4):
        world.wait(10_000)
        world.writes("hello?")

    world.wait(5_000)

    assert world.state == "queued"


def test_a_team_that_is_gone_or_empty_means_its_fallback_with_a_warning(world: World) -> None:
    """T60"""
    world.writes("I need a lawyer")
    world.hands_off("team:legal")
    assert world.holder == "team:billing", "nobody is in legal; billing is its fallback"

    gone = World(watch=kept)
    gone.writes("I need a refund")
    gone.policy = without(desk(), teams=("billing",))
    gone.hands_off("team:billing")
    assert gone.holder == "team:general"
    assert gone.journal[-1].detail == "team:billing is not available"


def test_a_team_that_goes_while_somebody_waits_for_it_gives_them_to_its_fallback(world: World) -> None:
    """T60"""
    world.writes("I need a refund")
    world.hands_off("team:billing")
    world.policy = without(desk(), teams=("billing",))

    world.wait(11 * MINUTE_MS)

    assert world.holder == "team:general"
    assert [card.team for card in world.did(PostCard)] == ["billing", "general"]
    assert world.reasons()[-1] == "team_missing"


def test_nobody_comes_and_the_team_hears_of_it_again_and_the_customer_once(world: World) -> None:
    """I4: after 10, 30, 70 ... minutes."""
    world.writes("get me a person", wants_person=True)

    world.wait(75 * MINUTE_MS)

    assert [remind.nudge for remind in world.did(RemindTeam)] == [1, 2, 3]
    assert world.notices() == ["handoff", "nobody_yet"]


def test_reminders_that_were_missed_are_not_made_up_for(world: World) -> None:
    """A worker that was away for hours reminds once, not once for each time it should have."""
    world.writes("get me a person", wants_person=True)
    world.now_ms += 5 * HOUR_MS

    world.wait(1)

    assert len(world.did(RemindTeam)) == 1


def test_whoever_claims_an_old_request_is_not_scolded_at_once(world: World) -> None:
    world.writes("get me a person", wants_person=True)
    world.wait(4 * HOUR_MS)
    world.claims("ana")

    world.wait(9 * MINUTE_MS)
    assert world.told("ana") == []

    world.wait(2 * MINUTE_MS)
    assert world.told("ana") == ["reminder"]


def test_a_closed_team_parks_it_and_opens_with_it(world: World) -> None:
    world.now_ms = MONDAY_10_MS + 8 * HOUR_MS  # Monday, 18:00
    world.writes("I was charged twice")
    since = world.c.waiting_since_ms
    world.mail(e.HandoffRequested(Actor("person", "bob"), Target("team", "office")))

    assert isinstance(world.c.holder, Parked)
    assert "Tue 24 Mar 09:00" in world.did(Notice)[0].text
    epoch = world.c.epoch
    world.wait(15 * HOUR_MS)

    assert world.state == "queued" and world.c.epoch == epoch
    assert world.c.waiting_since_ms == since
    assert [timer.kind for timer in world.timers()] == ["unclaimed", "closes"]


def test_a_queue_that_closes_tells_the_next_opening_each_evening(world: World) -> None:
    world.writes("I was charged twice")
    world.mail(e.HandoffRequested(Actor("person", "bob"), Target("team", "office")))

    world.wait(24 * HOUR_MS + 8 * HOUR_MS)

    assert world.state == "parked"
    assert world.notices().count("parked") == 2
    assert world.notices().count("nobody_yet") == 1


def test_after_a_cancel_the_agent_answers_what_was_open(world: World) -> None:
    world.writes("I was charged twice")
    world.hands_off("team:billing")

    world.mail(e.CancelRequested("mia"))
    world.hands_off("team:billing")
    assert world.state == "bot" and world.speech() == ["I can't help with that by myself."]

    world.writes("then get me a person", wants_person=True)
    assert world.state == "queued"


def test_a_cancel_that_comes_after_the_claim_is_refused_kindly(world: World) -> None:
    """I7"""
    world.held_by("ana")

    refusal = world.mail(e.CancelRequested("mia"))

    assert str(refusal) == "Ana Ruiz is with you already."
    assert world.holder == "person:ana"


def test_asking_for_a_person_while_one_is_there_is_answered_kindly(world: World) -> None:
    """The button of an old line: it says who is there, and nothing changes."""
    world.held_by("ana")

    refusal = world.mail(e.HandoffRequested(Actor("customer", "mia"), None))

    assert str(refusal) == "Ana Ruiz is with you already."


def test_only_the_requester_cancels(world: World) -> None:
    world.writes("get me a person", wants_person=True)

    refusal = world.mail(e.CancelRequested("tom"))

    assert refusal is not None and refusal.code == "not_allowed"


def test_handed_back_means_the_agent_answers_the_next_line(world: World) -> None:
    """T45: without any magic word."""
    world.held_by("ana")
    world.replies("ana", "It was a double booking; refunded.")
    world.mail(e.HandedBack("ana", hint="explain how long refunds take"))
    assert world.state == "bot" and world.c.run is None

    world.writes("how long does it take?")
    assert world.run.hint == "explain how long refunds take"
    world.answers("Five days.")

    world.deliver_all()
    assert [line.text for line in world.sent][-2:] == ["Ana Ruiz has handed you back to the assistant.", "Five days."]


def test_handed_back_with_a_question_open_the_agent_answers_at_once(world: World) -> None:
    """T45"""
    world.held_by("ana")

    world.mail(e.HandedBack("ana"))

    assert world.run.upto == 2


def test_nothing_is_handed_back_to_agents_that_are_silent(world: World) -> None:
    """T64: it would be a customer whom nobody answers."""
    world.held_by("ana")
    world.policy = replace(world.policy, agents_paused=True)

    refusal = world.mail(e.HandedBack("ana"))

    assert refusal is not None and refusal.code == "wrong_state"
    assert world.holder == "person:ana"


def test_the_chain_is_told_as_one_when_its_last_agent_answered(world: World) -> None:
    """R20, R22"""
    world.writes("who helps?")
    world.hands_off("agent:billing_agent")
    world.answers("I do.")

    complete = [event.data for event in world.did(Emit) if event.type == "handoff.complete"]
    assert [(one["chain"], one["final"]) for one in complete] == [(["triage", "billing_agent"], "billing_agent")]


def test_five_agents_and_no_sixth() -> None:
    """R24, X6: with cycles allowed the chain is exactly five agents long; then the fallback with reason hop_limit."""
    world = World(desk(detect_cycles=False), watch=kept)
    world.writes("who helps?")

    for to in ("billing_agent", "triage", "billing_agent", "triage", "billing_agent"):
        world.hands_off(f"agent:{to}")

    assert world.c.hops == ("triage", "billing_agent", "triage", "billing_agent", "triage")
    assert world.holder == "team:general"
    assert world.reasons()[-1] == "hop_limit"


def test_there_and_back_without_anything_new_is_a_cycle(world: World) -> None:
    """X5, R23: a new line of the customer or a new tool result makes it none."""
    world.writes("who helps?")
    world.hands_off("agent:billing_agent")
    world.hands_off("agent:triage", new_facts=True)
    assert world.holder == "agent:triage"

    world.hands_off("agent:billing_agent")
    assert world.holder == "team:general"
    assert world.reasons()[-1] == "cycle"
