"""People and agents in one conversation: who speaks, who is silent, who wins."""

import pytest

from routing import events as e
from routing.conversation import Actor, HeldByHuman, Target
from routing.effects import TakeSlot, UpdateCard, Withdraw
from tests.properties.desk_world import World


def test_an_agent_that_was_still_thinking_stays_silent_once_a_person_claimed(world: World) -> None:
    """T01, I3: what it had meant to say is a draft for the person, once."""
    world.writes("hello?")
    thinking = world.run

    world.claims("ana")
    world.answers("How can I help?", thinking)
    world.writes("are you there?")

    assert isinstance(world.c.holder, HeldByHuman)
    assert world.speech() == []
    assert world.drafts() == ["How can I help?"]


def test_while_a_person_holds_it_no_agent_works_on_any_line(world: World) -> None:
    """T01: five lines, no public words of an agent, no run."""
    world.held_by("ana")
    turns = world.c.turn

    for number in range(5):
        world.writes(f"line {number}")

    world.deliver_all()
    assert world.c.run is None and world.c.turn == turns
    assert {line.author for line in world.sent} == {"baton"}


def test_words_already_said_stay_and_words_on_their_way_do_not(world: World) -> None:
    """I3, BOT -> HELD: MARK stops what had not left, and what it would have answered is open again."""
    world.writes("hello?")
    world.answers("Hello!")
    world.deliver_all()
    world.writes("I was charged twice")
    world.answers("Let me look.")

    world.claims("ana")
    world.deliver_all()

    assert [line.text for line in world.sent] == ["Hello!", "Ana Ruiz from General has joined."]
    assert world.drafts() == ["Let me look."]
    assert len(world.did(Withdraw)) == 1
    assert [one.seq for one in world.c.unanswered] == [2]


def test_the_newest_card_shows_what_becomes_of_a_conversation_that_somebody_took_over(world: World) -> None:
    world.held_by("ana")
    card = world.c.card
    world.mail(e.HandedBack("ana", epoch=world.c.epoch))
    world.claims("bob", epoch=world.c.epoch)

    world.mail(e.MarkedResolved("bob", seen=world.seq, epoch=world.c.epoch))

    assert card[1] > 0 and world.c.card == card
    assert UpdateCard(*card) in world.last


def test_a_persons_accepted_reply_always_leaves(world: World) -> None:
    """I3: also when somebody else holds it by the time the row is sent."""
    world.held_by("ana")
    world.replies("ana", "I have refunded it.")

    world.claims("lena", force=True)
    world.deliver_all()

    assert "I have refunded it." in [line.text for line in world.sent]


def test_an_agents_last_words_before_its_own_handoff_leave_before_the_notice(world: World) -> None:
    """The floor stays when the agent itself calls for people, also if somebody claims at once."""
    world.writes("I was charged twice")
    world.hands_off("team:billing", "That needs somebody who can refund.")

    world.claims("bob")
    world.deliver_all()

    assert [line.text for line in world.sent] == [
        "That needs somebody who can refund.",
        "Passing you to Billing.",
        "Bob Stone from Billing has joined.",
    ]


def test_fifty_claim_at_once_and_one_wins(world: World) -> None:
    """T12: the others are told by whom, and nothing of theirs is taken."""
    world.writes("get me a person", wants_person=True)

    refusals = [world.claims(("ana", "carl", "lena")[number % 3]) for number in range(50)]

    assert world.holder == "person:ana"
    lost = [refusal for refusal in refusals if refusal is not None]
    assert len([refusal for refusal in lost if refusal.code == "already_claimed"]) == 33  # her own repeats are no loss
    assert {refusal.holder for refusal in lost} == {"Ana Ruiz"}
    assert all("Ana Ruiz claimed this" in str(refusal) for refusal in lost)
    assert world.did(TakeSlot) == [TakeSlot("ana")]


def test_taking_it_from_another_needs_the_role_and_tells_both(world: World) -> None:
    world.held_by("ana")

    refusal = world.claims("carl", force=True)
    assert refusal is not None and refusal.code == "not_allowed"
    world.mail(e.Assigned("lena", "carl", force=True))

    assert world.holder == "person:carl"
    assert world.told("ana") == ["taken_over"]
    assert world.told("carl") == ["assigned"]
    assert world.slots == {"carl"}


@pytest.mark.parametrize("before", ["bot", "queued", "parked"])
def test_staff_who_write_in_the_customers_thread_hold_it(world: World, before: str) -> None:
    world.writes("I was charged twice")
    if before == "queued":
        world.hands_off("team:billing")
    elif before == "parked":
        world.mail(e.HandoffRequested(Actor("person", "carl"), Target("team", "sundays")))
    assert world.state == before

    world.mail(e.PostedNatively("carl", "Hello, Carl here."))

    assert world.holder == "person:carl"
    assert world.c.unanswered == ()


def test_a_native_line_into_anothers_conversation_tells_both_and_changes_nothing(world: World) -> None:
    """T23, from the other side: whoever writes is told who holds it."""
    world.held_by("ana")

    world.mail(e.PostedNatively("carl", "I can help too!"))

    assert world.holder == "person:ana"
    assert world.told("ana") == ["claimed_by_other"] == world.told("carl")
    assert world.c.unanswered, "it was not the holder who answered"


def test_a_native_line_of_the_holder_is_an_answer(world: World) -> None:
    world.held_by("ana")

    world.mail(e.PostedNatively("ana", "On it."))

    assert world.c.unanswered == ()
    assert [line.author for line in world.sent] == [], "it was seen already; it is not sent again"


def test_the_requester_is_a_customer_even_if_they_are_staff_elsewhere() -> None:
    """Never staff in their own conversation, never eligible for it, whatever their role."""
    world = World(requester="mia-at-work")
    world.writes("get me Rita", wants_person=True, person_named="rita")

    assert world.holder == "team:general"
    for event in (e.Claimed("rita"), e.Assigned("lena", "rita"), e.PostedNatively("rita", "hm"), e.Noted("rita", "hm")):
        refusal = world.mail(event)
        assert refusal is not None and refusal.code == "not_allowed"


def test_a_person_named_by_the_customer_is_preferred_and_the_notice_says_so(world: World) -> None:
    world.writes("I need Bob about my invoice", wants_person=True, person_named="bob")

    assert world.holder == "team:billing"
    assert world.notices() == ["handoff_person"]
    assert "Bob Stone" in world.outbox[0][1].text


def test_a_bystander_is_answered_only_when_they_mention_the_bot(world: World) -> None:
    """They are recorded; their asking for a person is the agent's to judge."""
    world.writes("hello?")
    world.answers("Hello!")

    world.writes("I had that too", author="tom", mentions_bot=False)
    assert world.c.run is None and world.c.unanswered == ()

    world.writes("bot, get us a person", author="tom", wants_person=True)
    assert world.state == "bot"
    assert world.run.upto == 3
