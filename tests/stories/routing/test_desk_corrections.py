"""Wrong route? A member of staff says to whom it should have gone; nothing moves, and `baton eval` learns of it."""

import pytest

from routing.conversation import HeldByHuman, Queued, Target
from routing.effects import Effect, KeepCase, TakeSlot
from routing.events import RouteCorrected
from tests.properties.desk_world import World

OFFICE, BILLING = Target("team", "office"), Target("team", "billing")
SAID = ("I was charged twice", "get me a person")


def corrected(world: World, by: str = "bob", to: Target = OFFICE, **more: str) -> KeepCase:
    """The one case that the correction keeps."""
    assert world.mail(RouteCorrected(by, to, said=SAID, **more)) is None
    [kept] = [effect for effect in world.last if isinstance(effect, KeepCase)]
    return kept


def waiting() -> World:
    world = World()
    world.writes("I was charged twice")
    world.writes("get me a person", wants_person=True)
    return world


def test_it_keeps_what_was_said_what_was_chosen_and_who_says_otherwise() -> None:
    world = waiting()

    kept = corrected(world)

    assert kept == KeepCase(SAID, "team:office", "team:general", "bob", world.now_ms, "en")


def test_nobody_else_holds_it_for_that_and_the_journal_says_so() -> None:
    world = waiting()
    before = world.c

    corrected(world)

    assert isinstance(world.c.holder, Queued)
    assert (world.c.holder, world.c.epoch, world.c.floor) == (before.holder, before.epoch, before.floor)
    entry = world.journal[-1]
    assert (entry.event, entry.actor, entry.before, entry.after) == (
        "RouteCorrected", "person:bob", "team:general", "team:general",
    )  # fmt: skip
    assert entry.detail == "team:general should have been team:office"


def test_what_was_chosen_first_stays_what_was_chosen_however_far_it_went() -> None:
    world = waiting()
    world.claims("ana")
    world.changes(chain=(*world.c.chain, "team:billing"))

    assert corrected(world).was == "team:general"


def test_after_an_agent_has_had_it_again_the_next_choice_is_meant() -> None:
    world = waiting()
    world.changes(chain=("triage", "team:general", "person:ana", "billing_agent", "team:billing", "person:bob"))

    assert corrected(world).was == "team:billing"


def test_an_agent_that_kept_it_was_chosen_too() -> None:
    world = World()
    world.writes("I was charged twice")

    assert corrected(world).was == "agent:triage"


def test_the_same_correction_twice_is_one_and_the_last_of_several_counts() -> None:
    world = waiting()
    corrected(world, to=OFFICE)
    world.mail(RouteCorrected("bob", OFFICE, said=SAID))
    nothing: tuple[Effect, ...] = ()
    assert world.last == nothing

    again = [corrected(world, to=to).expected for to in (BILLING, OFFICE)]

    assert again == ["team:billing", "team:office"]
    assert world.c.corrected == "team:office"


def test_a_person_who_does_not_hold_it_may_say_so_and_takes_nothing() -> None:
    world = World().held_by("ana")

    corrected(world, by="carl")

    assert isinstance(world.c.holder, HeldByHuman) and world.c.holder.person == "ana"
    assert not any(isinstance(effect, TakeSlot) for effect in world.last)


@pytest.mark.parametrize(
    ("by", "to", "code", "words"),
    [
        ("vic", OFFICE, "not_allowed", "may look but not act"),
        ("mallory", OFFICE, "not_allowed", "is not in the people of this desk"),
        ("bob", Target("team", "closed"), "invalid", "There is no team:closed"),
        ("bob", Target("agent", "nobody"), "invalid", "There is no agent:nobody"),
    ],
)
def test_who_may_not_and_what_is_not_there_is_refused_kindly(by: str, to: Target, code: str, words: str) -> None:
    world = waiting()

    refusal = world.mail(RouteCorrected(by, to))

    assert refusal is not None and refusal.code == code
    assert words in refusal.detail


def test_a_route_that_is_not_there_is_refused() -> None:
    refusal = waiting().mail(RouteCorrected("bob", OFFICE, route="gone"))

    assert refusal is not None and 'There is no route "gone"' in refusal.detail
