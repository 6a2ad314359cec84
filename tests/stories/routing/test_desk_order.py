"""Repeated, late and reordered events; endings and beginnings."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from routing import events as e
from routing.conversation import Target
from routing.effects import Amend, Notice, Say
from routing.policy import HOUR_MS, MINUTE_MS
from tests.properties.desk_policy import desk, without
from tests.properties.desk_world import World
from tests.properties.promises import kept

A_STORY: tuple[Callable[[World], object], ...] = (
    lambda w: w.writes("I was charged twice"),
    lambda w: w.hands_off("agent:billing_agent", "Let me ask about invoices."),
    lambda w: w.answers("Which invoice is it?"),
    lambda w: w.writes("get me a person", wants_person=True),
    lambda w: w.claims("ana", epoch=w.c.epoch),
    lambda w: w.mail(e.Transferred("ana", Target("team", "billing"), "refund", epoch=w.c.epoch)),
    lambda w: w.claims("bob", epoch=w.c.epoch),
    lambda w: w.mail(e.MarkedResolved("bob", seen=2, epoch=w.c.epoch)),
)


@pytest.mark.parametrize("seed", range(20))
def test_events_delivered_three_times_in_any_order_equal_one_delivery(seed: int) -> None:
    """T31: state, lines and counters are the same. Only words without a number of their own rely on the mailbox."""
    once = World(watch=kept)
    repeated = World(watch=kept)
    shuffle = random.Random(seed)

    for world in (once, repeated):
        for tell in A_STORY:
            tell(world)
            if world is repeated:
                earlier = world.mails * 2
                shuffle.shuffle(earlier)
                for mail in earlier:
                    world.mail(mail)
                world.mails = list(dict.fromkeys(world.mails))

    assert repeated.c == once.c
    assert repeated.did(Say) == once.did(Say)
    assert repeated.did(Notice) == once.did(Notice)
    assert repeated.journal == once.journal


def test_a_line_that_was_not_seen_reopens_what_is_resolved(world: World) -> None:
    """I4: the same person has it again, and is told."""
    world.held_by("ana")
    world.writes("one more thing")

    world.mail(e.MarkedResolved("ana", seen=2))
    world.mail(e.MarkedResolved("ana", seen=2))

    assert world.holder == "person:ana"
    assert [one.seq for one in world.c.unanswered] == [3]
    assert world.told("ana") == ["reopened"]


@pytest.mark.parametrize("on_duty", [True, False])
def test_a_resolved_conversation_goes_back_to_whom_the_team_wants(world: World, on_duty: bool) -> None:
    """T16: the same person only while on duty, else as `reopen` says."""
    world.held_by("ana")
    world.replies("ana", "Refunded.")
    world.mail(e.MarkedResolved("ana", seen=2))

    world.writes("it happened again", holder_on_duty=on_duty)

    assert world.holder == ("person:ana" if on_duty else "agent:triage")


def test_only_a_line_that_needs_an_answer_reopens(world: World) -> None:
    world.writes("how long do refunds take?")
    world.completes("Five days.")
    world.writes("thanks!", thanks=True)
    assert world.state == "resolved"

    world.writes("and to another card?")
    assert world.holder == "agent:triage"
    assert world.run.upto == 3


def test_what_is_left_alone_closes_and_says_nothing_more(world: World) -> None:
    world.held_by("ana")
    world.mail(e.MarkedResolved("ana", seen=2))

    world.wait(73 * HOUR_MS)

    assert world.is_closed and world.timers() == ()
    refusal = world.writes("hello?")
    assert refusal is not None and refusal.code == "wrong_state"


def test_two_restarts_and_then_the_turn_finishes(world: World) -> None:
    """Newer lines before the first word start the run anew, at most twice; then they get the next turn."""
    world.writes("one")
    for line in ("two", "three", "four"):
        world.writes(line)
    assert (world.run.turn, world.run.upto, world.run.restarts) == (3, 3, 2)

    world.answers("That was one to three.")

    assert (world.run.turn, world.run.upto) == (4, 4)


def test_a_tool_with_an_effect_is_not_begun_twice_by_a_newer_line(world: World) -> None:
    world.writes("refund me")
    turn = world.run.turn

    world.writes("please", tool_begun=True)
    world.mail(e.MessageEdited(1, "mia", "refund me, invoice 12", tool_begun=True))

    assert world.run.turn == turn


def test_a_line_that_is_taken_back_needs_no_answer(world: World) -> None:
    world.writes("I was charged twice")
    world.mail(e.MessageDeleted(1, "mia"))
    world.mail(e.MessageDeleted(1, "mia"))

    assert world.c.unanswered == () and world.c.run is None
    assert world.did(Amend) == [Amend(1, None)]


def test_an_edited_line_is_answered_as_edited(world: World) -> None:
    world.writes("I was charged twise")
    first = world.run

    world.mail(e.MessageEdited(1, "mia", "I was charged twice"))
    world.answers("About twise:", first)

    assert world.speech() == []
    assert world.run.turn == first.turn + 1


def test_agents_are_silenced_by_one_switch(world: World) -> None:
    """What an agent was working on goes to people; what comes next does so at once."""
    world.writes("I was charged twice")
    thinking = world.run
    world.policy = replace(world.policy, agents_paused=True)
    world.mail(e.AgentsPaused("lena"))
    world.answers("Let me look.", thinking)

    assert world.state == "queued" and world.speech() == [] and world.drafts() == ["Let me look."]

    later = World(world.policy, watch=kept)
    later.writes("hello?")
    assert later.state == "queued"


def test_an_agent_that_is_gone_is_replaced_by_the_default_one(world: World) -> None:
    world.writes("who helps?")
    world.hands_off("agent:billing_agent")
    world.answers("I do.")
    world.policy = without(desk(), agents=("billing_agent",))

    world.writes("then do")

    assert world.holder == "agent:triage" and world.run.agent == "triage"
    assert "superseded" in world.reasons()


def test_a_person_who_is_gone_loses_it_to_their_team(world: World) -> None:
    """I4: a reminder to somebody who is not there would be noticed by nobody."""
    world.held_by("ana")
    world.policy = without(desk(), people=("ana",))

    world.wait(11 * MINUTE_MS)

    assert world.holder == "team:general"
    assert world.notices()[-1] == "released"


def test_handed_to_and_fro_between_agent_and_people_for_one_message(world: World) -> None:
    """A tool calls people once for a message; handed back, the agent answers it as well as it can."""
    world.writes("I was charged twice")
    world.hands_off("team:billing")
    world.claims("bob")
    world.mail(e.HandedBack("bob"))

    world.hands_off("team:billing", "I can't see the second charge.")

    assert world.state == "bot"
    assert world.speech() == ["I can't see the second charge."]
    world.writes("get me a person", wants_person=True)
    assert world.state == "queued"


def test_repeated_failures_of_the_agent_call_for_people(world: World) -> None:
    """M29: its last words still leave."""
    world.writes("how do I frobnicate?")
    world.answers("I have no answer to that.", failed=True)
    world.writes("and how do I unfrobnicate?")
    world.answers("I have no answer to that either.", failed=True)

    world.deliver_all()
    assert world.state == "queued" and world.reasons()[-1] == "failed_answers"
    assert [line.text for line in world.sent][-2:] == ["I have no answer to that either.", "Passing you to General."]


def test_a_line_that_could_not_be_delivered_is_known_to_the_holder(world: World) -> None:
    """I14"""
    world.held_by("ana")

    world.mail(e.DeliveryFailed("place|3|1", "reply", "user_not_found"))
    world.mail(e.DeliveryFailed("place|3|1", "reply", "user_not_found"))

    assert world.told("ana") == ["delivery_failed"]


def test_what_a_lead_moves_is_told_to_whoever_held_it(world: World) -> None:
    world.held_by("ana")

    world.mail(e.Released("lena"))

    assert world.told("ana") == ["taken_over"]
    assert world.slots == set()
