"""Quick checks of the decide ring, each a promise as a sentence. They run against any copy of it: the real one keeps
them all, a planted bug breaks the one that names it."""

from collections.abc import Callable
from dataclasses import replace

from routing import events as e
from routing.conversation import Actor, Target
from routing.effects import CloseStream, Emit, Hear, Line, Notice
from routing.errors import Refused
from routing.policy import HOUR_MS, MINUTE_MS
from tests.properties.desk_policy import desk
from tests.properties.desk_world import World
from tests.properties.promises import kept
from tests.properties.ring import Ring

Check = Callable[[Ring], None]
CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    CHECKS[function.__name__] = function
    return function


def _code(refusal: Refused | None) -> str:
    return "decided" if refusal is None else refusal.code


@check
def an_old_card_changes_nothing(ring: Ring) -> None:
    """I7"""
    world = World(ring=ring).held_by("ana")
    old = world.c.epoch
    world.mail(e.Released("ana"))
    world.claims("ana")

    assert _code(world.mail(e.Released("ana", epoch=old))) == "stale"
    assert world.holder == "person:ana"


@check
def words_that_had_not_left_when_a_person_took_over_never_leave(ring: Ring) -> None:
    """I3"""
    world = World(ring=ring)
    world.writes("hello?")
    world.answers("Let me look at that.")
    world.claims("ana")
    world.deliver_all()

    assert [line.author for line in world.sent] == ["baton"]
    assert world.drafts() == ["Let me look at that."]


@check
def what_never_left_is_unanswered_again(ring: Ring) -> None:
    """I4"""
    world = World(ring=ring)
    world.writes("hello?")
    world.answers("Let me look at that.")
    world.claims("ana")
    world.deliver_all()

    assert [one.seq for one in world.c.unanswered] == [1]
    world.wait(11 * MINUTE_MS)
    assert "reminder" in world.told("ana")


@check
def a_late_answer_becomes_exactly_one_draft(ring: Ring) -> None:
    """I3, I6"""
    world = World(ring=ring)
    world.writes("hello?")
    thinking = world.run
    world.claims("ana")
    world.answers("How can I help?", thinking)
    world.answers("How can I help?", thinking)

    assert world.speech() == []
    assert world.drafts() == ["How can I help?"]


@check
def an_answer_that_was_said_is_never_a_draft(ring: Ring) -> None:
    """I6"""
    world = World(ring=ring)
    world.writes("hello?")
    thinking = world.run
    world.answers("How can I help?")
    world.claims("ana")
    world.answers("How can I help?", thinking)

    assert world.drafts() == []


@check
def one_claim_wins_and_the_others_are_told_who(ring: Ring) -> None:
    """T12"""
    world = World(ring=ring)
    world.writes("get me a person", wants_person=True)
    world.claims("ana")
    refusal = world.claims("carl")

    assert world.holder == "person:ana"
    assert refusal is not None and refusal.code == "already_claimed"
    assert "Ana Ruiz" in refusal.detail


@check
def resolving_does_not_swallow_a_newer_message(ring: Ring) -> None:
    """I4"""
    world = World(ring=ring).held_by("ana")
    world.writes("one more thing")
    world.mail(e.MarkedResolved("ana", seen=2))

    assert world.holder == "person:ana"
    assert [one.seq for one in world.c.unanswered] == [3]
    assert "reopened" in world.told("ana")


@check
def a_reply_answers_only_what_its_author_has_seen(ring: Ring) -> None:
    """I4"""
    world = World(ring=ring).held_by("ana")
    world.writes("one more thing")
    world.replies("ana", "Refunded.", seen=2)

    assert [one.seq for one in world.c.unanswered] == [3]


@check
def an_agent_sees_no_internal_words(ring: Ring) -> None:
    """I11"""
    lines = (
        Line(1, Actor("customer", "mia"), "hello?", "public", 0, seq=1),
        Line(2, Actor("person", "ana"), "seems upset", "internal", 0, kind="note"),
        Line(3, Actor("agent", "triage"), "I meant to say", "internal", 0, kind="draft"),
    )

    assert [line.text for line in ring.view(lines)] == ["hello?"]


@check
def a_transfer_comment_stays_inside(ring: Ring) -> None:
    """I11"""
    world = World(ring=ring).held_by("ana")
    world.mail(e.Transferred("ana", Target("team", "billing"), "he is rude, be careful"))
    world.deliver_all()

    assert world.holder == "team:billing"
    assert not any("rude" in line.text for line in world.sent)
    assert not any("rude" in line.text for line in ring.view(tuple(world.lines)))


@check
def the_customer_is_told_once_that_they_wait(ring: Ring) -> None:
    """T10"""
    world = World(ring=ring)
    world.writes("get me a person", wants_person=True)
    for number in range(6):
        world.writes(f"hello {number}?")
        world.mail(e.HandoffRequested(Actor("customer", "mia"), None))

    assert world.notices() == ["handoff", "still_waiting"]
    assert world.c.handoffs == 1


@check
def the_customer_is_told_once_that_nobody_came(ring: Ring) -> None:
    """I6"""
    world = World(ring=ring)
    world.writes("get me a person", wants_person=True)
    world.wait(5 * HOUR_MS)

    assert world.notices() == ["handoff", "nobody_yet"]


@check
def the_slow_line_is_said_once_a_turn(ring: Ring) -> None:
    """I6"""
    world = World(ring=ring)
    world.writes("hello?")
    world.wait(11_000)
    world.writes("and another thing")
    world.wait(11_000)

    assert world.notices() == ["slow"]


@check
def a_deadline_of_an_earlier_wait_changes_nothing(ring: Ring) -> None:
    """I7"""
    world = World(ring=ring)
    world.writes("get me a person", wants_person=True)
    old = world.timers()[0]
    world.claims("ana")
    world.mail(e.Released("ana"))
    before = world.c
    world.now_ms += 11 * MINUTE_MS
    world.fire(replace(old, ref=world.timers()[0].ref))

    assert world.c == before


@check
def a_reminder_comes_once(ring: Ring) -> None:
    """I6"""
    world = World(ring=ring).held_by("ana")
    due = world.timers()[0]
    world.now_ms = due.due_ms
    world.fire(due)
    world.fire(due)

    assert world.told("ana").count("reminder") == 1


@check
def the_chain_ends_after_max_handoffs_agents(ring: Ring) -> None:
    """R24, X6: five agents, four transfers, then the fallback."""
    world = World(desk(detect_cycles=False), ring)
    world.writes("who helps?")
    for to in ("billing_agent", "triage", "billing_agent", "triage", "billing_agent"):
        world.hands_off(f"agent:{to}")

    assert world.c.chain == ("triage", "billing_agent", "triage", "billing_agent", "triage", "team:general")
    assert world.reasons()[-1] == "hop_limit"


@check
def agents_do_not_send_it_back_and_forth(ring: Ring) -> None:
    """X5: A -> B -> A without anything new goes to people."""
    world = World(ring=ring)
    world.writes("who helps?")
    world.hands_off("agent:billing_agent")
    world.hands_off("agent:triage")

    assert world.holder == "team:general"
    assert "cycle" in world.reasons()


@check
def while_the_holder_owes_an_answer_a_reminder_is_armed(ring: Ring) -> None:
    """I4"""
    world = World(ring=ring).held_by("ana")

    assert world.c.unanswered
    assert [timer.kind for timer in world.timers()] == ["unanswered"]


@check
def a_line_while_held_is_unanswered(ring: Ring) -> None:
    """I4"""
    world = World(ring=ring).held_by("ana")
    world.replies("ana", "Refunded.")
    world.writes("and the second charge?")

    assert [one.seq for one in world.c.unanswered] == [3]
    assert world.timers()


@check
def a_handoff_does_not_end_the_wait(ring: Ring) -> None:
    """I12"""
    world = World(ring=ring)
    world.writes("I was charged twice")
    since = world.c.waiting_since_ms
    world.now_ms += MINUTE_MS
    world.hands_off("team:billing", "That needs a person.")

    assert since is not None and world.c.waiting_since_ms == since


@check
def after_a_cancel_the_agent_goes_on(ring: Ring) -> None:
    """I4: with the question that was open."""
    world = World(ring=ring)
    world.writes("I was charged twice")
    world.mail(e.HandoffRequested(Actor("customer", "mia"), None))
    world.mail(e.CancelRequested("mia"))

    assert world.state == "bot"
    assert world.run.upto == 1
    assert world.notices() == ["handoff", "cancelled"]


@check
def after_a_cancel_no_tool_calls_people_before_the_next_line(ring: Ring) -> None:
    world = World(ring=ring)
    world.writes("I was charged twice")
    world.hands_off("team:billing")
    world.mail(e.CancelRequested("mia"))
    world.hands_off("team:billing")
    assert world.state == "bot"

    world.writes("it is still wrong")
    world.hands_off("team:billing")
    assert world.holder == "team:billing"


@check
def the_requester_is_no_staff_in_their_own_conversation(ring: Ring) -> None:
    world = World(ring=ring, requester="mia-at-work")
    world.writes("get me a person", wants_person=True, route=e.RouteChoice("r", Target("team", "billing")))

    assert world.holder == "team:billing"
    assert _code(world.claims("rita")) == "not_allowed"
    assert _code(world.mail(e.PostedNatively("rita", "hello?"))) == "not_allowed"
    assert _code(world.mail(e.Assigned("lena", "rita"))) == "not_allowed"
    assert world.state == "queued"


@check
def who_lets_go_has_a_free_slot(ring: Ring) -> None:
    """I9"""
    world = World(ring=ring).held_by("ana")
    assert world.slots == {"ana"}
    world.mail(e.Released("ana"))
    assert world.slots == set()

    world.claims("carl")
    world.mail(e.Assigned("lena", "ana", force=True))
    assert world.slots == {"ana"}


@check
def a_newer_line_before_the_first_word_starts_the_run_anew(ring: Ring) -> None:
    world = World(ring=ring)
    world.writes("I was charged")
    first = world.run
    world.writes("twice")

    assert world.run.turn > first.turn and world.run.upto == 2
    world.answers("That is an answer to half of it.", first)
    assert world.speech() == []


@check
def a_line_that_came_too_late_for_the_turn_gets_the_next(ring: Ring) -> None:
    """I4"""
    world = World(ring=ring)
    world.writes("I was charged twice")
    world.writes("hello?", tool_begun=True)
    world.answers("Refunded.")

    assert world.run.upto == 2


@check
def a_transfer_is_announced_if_and_only_if_it_happened(ring: Ring) -> None:
    """I15"""
    world = World(ring=ring)
    world.writes("I was charged twice")
    world.hands_off("team:billing")
    assert world.did(Notice) == [Notice("handoff", world.c.epoch, "Passing you to Billing.")]

    world.mail(e.CancelRequested("mia"))
    world.hands_off("team:billing")
    assert [line.kind for line in world.did(Notice)] == ["handoff", "cancelled"]
    assert world.speech() == ["I can't help with that by myself."]


@check
def what_an_agent_streams_stops_when_a_person_takes_over(ring: Ring) -> None:
    """T48"""
    world = World(ring=ring)
    world.writes("hello?")
    turn = world.run.turn
    world.claims("ana")

    assert world.did(CloseStream) == [CloseStream(turn)]
    assert world.c.run is None


@check
def a_message_delivered_twice_is_heard_once(ring: Ring) -> None:
    """T31"""
    world = World(ring=ring)
    world.writes("hello?")
    world.mail(world.mails[0])

    assert len(world.did(Hear)) == 1
    assert len(world.c.unanswered) == 1


@check
def thanks_does_not_reopen(ring: Ring) -> None:
    world = World(ring=ring).held_by("ana")
    world.mail(e.MarkedResolved("ana"))
    world.writes("thanks!", thanks=True)
    assert world.state == "resolved"

    world.writes("it happened again")
    assert world.holder == "person:ana"
    assert any(event.type == "conversation.reopened" for event in world.did(Emit))


@check
def staff_who_may_not_act_are_refused(ring: Ring) -> None:
    world = World(ring=ring)
    world.writes("get me a person", wants_person=True)

    assert _code(world.claims("vic")) == "not_allowed"
    assert _code(world.claims("bob")) == "not_allowed"
    assert _code(world.claims("nobody")) == "not_allowed"
    assert world.state == "queued"


@check
def a_person_who_is_gone_does_not_keep_a_conversation(ring: Ring) -> None:
    """I4"""
    world = World(ring=ring).held_by("ana")
    world.policy = replace(world.policy, people={k: v for k, v in world.policy.people.items() if k != "ana"})
    world.writes("hello?")

    assert world.holder == "team:general"


@check
def every_promise_is_kept_over_a_whole_day(ring: Ring) -> None:
    """I1-I8, I11-I15, after each event of a long and ordinary story."""
    world = World(ring=ring, watch=kept)
    world.writes("I was charged twice")
    world.hands_off("agent:billing_agent", "Let me ask about invoices.")
    world.answers("Which invoice is it?")
    world.deliver_all()
    world.writes("the last one", failed_answer=True)
    world.writes("get me a person", wants_person=True)
    world.wait(11 * MINUTE_MS)
    world.claims("ana")
    world.replies("ana", "I am on it.")
    world.mail(e.Noted("ana", "second time this month"))
    world.mail(e.Transferred("ana", Target("person", "bob"), "invoice 12"))
    world.writes("are you there?")
    world.mail(e.HandedBack("bob", hint="explain how refunds work"))
    world.answers("Refunds take five days.")
    world.mail(e.PostedNatively("carl", "Sorry, that took long."))
    world.mail(e.Released("carl"))
    world.mail(e.CancelRequested("mia"))
    world.completes("Then all is well.") if world.c.run is not None else world.claims("lena")
    world.deliver_all()
    world.mail(e.MarkedResolved("lena", seen=world.c.seq))
    world.writes("one more thing", holder_on_duty=False)
    world.wait(80 * HOUR_MS)
