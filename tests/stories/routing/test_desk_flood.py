"""A customer who writes faster than anybody can answer is answered by people, once."""

from dataclasses import replace

from routing.conversation import HeldByAgent, Queued
from routing.effects import Notice
from tests.properties.desk_policy import desk
from tests.properties.desk_world import World
from tests.properties.promises import kept


def limited() -> World:
    policy = desk()
    defaults = replace(policy.defaults, rate_limit={"messages": 3, "per_ms": 60_000})
    return World(replace(policy, defaults=defaults), watch=kept)


def test_a_customer_above_the_rate_limit_is_told_once_and_queued() -> None:
    world = limited()

    for number in range(6):
        world.writes(f"hello {number}")

    assert isinstance(world.c.holder, Queued)
    assert world.c.holder.handoff.reason == "rate_limited"
    assert [notice.kind for notice in world.did(Notice)] == ["handoff", "still_waiting"]


def test_a_customer_who_takes_their_time_stays_with_the_agent() -> None:
    world = limited()

    for number in range(6):
        world.writes(f"hello {number}")
        world.answers(f"Hello {number}!")
        world.wait(61_000)

    assert isinstance(world.c.holder, HeldByAgent)


def test_a_mailbox_that_overflows_goes_to_people(world: World) -> None:
    world.writes("hello", flood=True)

    assert isinstance(world.c.holder, Queued)
    assert world.c.holder.handoff.reason == "rate_limited"
