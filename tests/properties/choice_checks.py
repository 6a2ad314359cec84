"""Checks of the state rules and of the buttons under answers. Registered beside the others in `checks.CHECKS`."""

from dataclasses import replace

from routing import events as e
from routing.conversation import Choice, Target
from routing.effects import DropChoices, Say
from routing.policy import MINUTE_MS, Triggers
from tests.properties.checks import check
from tests.properties.desk_world import World
from tests.properties.promises import kept
from tests.properties.ring import Ring

HELPED = (Choice("", "helped"), Choice("", "person"))
TWO = (Choice("Charges"), Choice("Invoices"))


def asked(ring: Ring, *choices: Choice) -> World:
    """The agent has answered the first line, with these buttons."""
    world = World(ring=ring, watch=kept)
    world.writes("I was charged twice", route=e.RouteChoice("refunds", Target("team", "billing")))
    world.answers("They are under Account.", choices=choices, act="answer")
    return world


def presses(world: World, place: int, *, author: str = "", epoch: int | None = None, turn: int | None = None) -> str:
    """Press a button as it was drawn last; what was refused, or empty."""
    pressed = f"{world.c.choices.turn if turn is None else turn}.{place}"
    at = world.c.epoch if epoch is None else epoch
    refusal = world.writes("(pressed)", author=author, pressed=pressed, pressed_epoch=at)
    return "" if refusal is None else refusal.code


@check
def a_button_for_a_person_stands_beside_every_other(ring: Ring) -> None:
    """TRIAGE 4, 5: an answer, and a question of the agent's, never leave the customer alone with it."""
    said = asked(ring, *HELPED).did(Say)[-1]
    assert [one.label for one in said.choices] == ["That helped", "Talk to a person"]

    said = asked(ring, *TWO).did(Say)[-1]
    assert [one.label for one in said.choices] == ["Charges", "Invoices", "Talk to a person"]


@check
def the_buttons_speak_the_customers_language(ring: Ring) -> None:
    world = World(ring=ring)
    world.writes("wo ist meine Rechnung", language="de")
    world.answers("Unter Konto.", choices=HELPED)

    assert [one.label for one in world.did(Say)[-1].choices] == ["Das hat geholfen", "Mit einem Menschen sprechen"]


@check
def after_three_answers_a_person_is_offered(ring: Ring) -> None:
    """TRIAGE 2: also under the words of a language model."""
    world = World(ring=ring)
    for number in range(4):
        world.writes(f"and question {number}?")
        world.answers(f"Answer {number}.")

    offers = [[one.kind for one in say.choices] for say in world.did(Say)]
    assert offers == [[], [], ["person"], ["person"]]


@check
def what_helped_needs_no_answer_and_counts_anew(ring: Ring) -> None:
    world = asked(ring, *HELPED)
    world.changes(failed_answers=1)
    presses(world, 0)

    assert (world.state, world.c.run, world.c.unanswered) == ("bot", None, ())
    assert (world.c.failed_answers, world.c.agent_turns) == (0, 0)
    assert world.reasons() == ["helped"]


@check
def the_button_for_a_person_gets_one_without_a_trigger(ring: Ring) -> None:
    """And whom the matter is for is not forgotten over it."""
    world = asked(ring, *HELPED)
    world.policy = replace(world.policy, triggers=Triggers(asks_for_human=False))
    presses(world, 1)

    assert (world.holder, world.reasons(), world.c.need) == ("team:billing", ["asked_for_human"], "I was charged twice")


@check
def a_button_that_has_had_its_time_changes_nothing(ring: Ring) -> None:
    """I7: pressed twice, after another line, after an answer, after a handoff."""
    world = asked(ring, *TWO)
    turn, epoch = world.c.choices.turn, world.c.epoch
    assert presses(world, 0) == ""
    before = world.c
    assert presses(world, 1, turn=turn, epoch=epoch) == "stale"
    assert world.c == before

    world.answers("Which month?", choices=TWO)
    assert presses(world, 0, turn=turn) == "stale"
    assert presses(world, 0, epoch=epoch - 1) == "stale"
    world.claims("ana")
    assert presses(world, 0, turn=turn, epoch=epoch) == "stale"


@check
def nobody_else_presses_a_customers_buttons(ring: Ring) -> None:
    world = asked(ring, *HELPED)

    assert presses(world, 1, author="tom") == "not_allowed"
    assert world.state == "bot"


@check
def the_buttons_go_when_anything_happens(ring: Ring) -> None:
    """Each set is taken away once, by the line, the press, the takeover or the answer that follows it."""
    world = asked(ring, *TWO)
    first = world.c.choices.turn
    presses(world, 1)
    world.answers("Which month?", choices=TWO)
    second = world.c.choices.turn
    world.writes("March")
    world.answers("Here it is.", choices=HELPED)
    third = world.c.choices.turn
    world.claims("ana")

    assert world.did(DropChoices) == [DropChoices(first, "Invoices"), DropChoices(second), DropChoices(third)]
    assert world.c.choices.of == ()


@check
def an_answer_that_others_have_overtaken_has_no_buttons(ring: Ring) -> None:
    world = World(ring=ring)
    world.writes("I was charged twice")
    world.writes("in March", tool_begun=True)
    world.answers("They are under Account.", choices=HELPED)

    assert world.did(Say)[-1].choices == world.c.choices.of == ()


@check
def where_nobody_can_press_the_label_is_written(ring: Ring) -> None:
    """CONTRACT: over REST to choose is to write the label; yes and no answer whether it helped."""
    for words, yes_or_no in (("that helped!", ""), ("yes", "yes")):
        world = asked(ring, *HELPED)
        world.writes(words, yes_or_no=yes_or_no)
        assert world.reasons() == ["helped"]

    world = asked(ring, *HELPED)
    world.writes("talk to a person")
    assert world.reasons() == ["asked_for_human"]

    world = asked(ring, *HELPED)
    world.writes("no", yes_or_no="no")
    assert (world.c.failed_answers, world.run.upto) == (1, 2)


@check
def what_was_answered_and_is_asked_again_goes_to_people(ring: Ring) -> None:
    """TRIAGE 2; asked again before the answer came it is only said twice."""
    world = asked(ring)
    world.writes("I was charged twice!", repeats=True)
    assert (world.state, world.reasons()) == ("queued", ["failed_answers"])

    world = World(ring=ring)
    world.writes("I was charged twice")
    world.writes("I was charged twice", repeats=True)
    assert world.state == "bot"

    world = asked(ring, *TWO)
    world.writes("that I was charged twice", repeats=True)
    assert world.state == "bot", "what is meant was asked, nothing was answered"


@check
def anger_weighs_beside_an_answer_that_failed(ring: Ring) -> None:
    """TRIAGE: alone it is too weak to hand over."""
    world = asked(ring)
    world.writes("this is ridiculous", frustrated=True)
    assert world.state == "bot"

    world = asked(ring)
    world.writes("that did not help, this is ridiculous", frustrated=True, failed_answer=True)
    assert (world.state, world.reasons()) == ("queued", ["failed_answers"])


@check
def without_the_trigger_these_are_left_to_the_agent(ring: Ring) -> None:
    world = asked(ring)
    world.policy = replace(world.policy, triggers=Triggers())
    world.writes("I was charged twice", repeats=True, frustrated=True, failed_answer=True)

    assert world.state == "bot"


@check
def an_answer_is_never_given_twice(ring: Ring) -> None:
    """TRIAGE 2, in whatever case and with whatever ending: it failed, and people are asked."""
    world = asked(ring)
    world.writes("and where?")
    world.answers("they are  under account!", choices=HELPED)
    world.deliver_all()

    assert (world.state, world.reasons()) == ("queued", ["failed_answers"])
    assert [line.text for line in world.sent][:1] == world.speech() == ["They are under Account."]


@check
def an_agent_that_repeats_itself_after_a_cancel_says_so(ring: Ring) -> None:
    """People were refused just now; the way to them stays open."""
    world = asked(ring)
    world.writes("get me a person", wants_person=True)
    world.mail(e.CancelRequested("mia"))
    world.answers("They are under Account.")

    assert world.state == "bot"
    assert world.speech()[-1] == "I can't help with that by myself."
    assert [one.kind for one in world.c.choices.of] == ["person"]


@check
def words_that_never_left_may_be_said(ring: Ring) -> None:
    world = World(ring=ring)
    world.writes("where is my invoice?")
    world.answers("They are under Account.")
    world.claims("ana")
    world.deliver_all()
    world.mail(e.HandedBack("ana"))
    world.answers("They are under Account.")

    assert (world.state, world.speech().count("They are under Account.")) == ("bot", 2)


@check
def beside_a_handoff_nothing_is_said_twice(ring: Ring) -> None:
    world = asked(ring)
    world.writes("and where?")
    world.hands_off("team:billing", "They are under Account.")

    assert world.speech() == ["They are under Account."]
    assert world.holder == "team:billing"


@check
def buttons_do_not_outlive_the_day(ring: Ring) -> None:
    world = asked(ring, *HELPED)
    turn, epoch = world.c.choices.turn, world.c.epoch
    world.writes("get me a person", wants_person=True)
    world.wait(11 * MINUTE_MS)
    world.mail(e.CancelRequested("mia"))

    assert presses(world, 0, turn=turn, epoch=epoch) == "stale"
