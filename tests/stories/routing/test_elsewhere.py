"""The same people do the same things under another configuration: where does it go another way?"""

import asyncio
from dataclasses import replace

from bot.agent_runtime import Runtime
from bot.store.places import place_of
from handlers.replay import Again, Elsewhere, Step, elsewhere
from routing import events as e
from routing.conversation import HeldByHuman, Queued, Target, describe
from routing.policy import MINUTE_MS, Policy
from tests.properties.desk_policy import desk
from tests.properties.desk_world import Told, World

ANYBODY = e.RouteChoice("default", Target("team", "general"), default=True)


class Past:
    """What happened to a conversation, step by step, as its log gives it back."""

    def __init__(self, policy: Policy) -> None:
        self.steps: list[Step] = []
        self.policy = policy
        self.world = World(policy, watch=self._watch)

    def _watch(self, world: World, told: Told) -> None:
        result = told.decision if told.decision is not None else told.refusal
        assert result is not None
        before = told.before if self.steps else None
        self.steps.append(Step(len(self.steps) + 1, told.event, told.policy, world.now_ms, "decided", before, result))

    def under(self, policy: Policy) -> Elsewhere:
        again = Again("place", place_of("place"))
        return asyncio.run(elsewhere(self.steps, again, policy, Runtime()))


def a_day(policy: Policy) -> Past:
    """The customer asks for a person; nobody comes for ten minutes; Ana takes it and answers."""
    past = Past(policy)
    past.world.writes("where is my invoice", language="en", route=ANYBODY)
    past.world.answers("Under Account.")
    past.world.writes("get me a person", wants_person=True, language="en", need="", route=ANYBODY)
    past.world.wait(11 * MINUTE_MS)
    past.world.claims("ana", epoch=past.world.c.epoch)
    past.world.replies("ana", "Here it is.")
    return past


def test_under_the_same_configuration_nothing_parts_and_the_end_is_the_same() -> None:
    past = a_day(desk())

    other = past.under(desk())

    assert other.parting is None and not other.said and not other.unasked
    assert other.again.state == past.world.c
    assert other.again.moves == past.world.journal


def test_a_deadline_that_only_the_other_configuration_has_comes_when_it_is_due() -> None:
    past = a_day(desk())

    sooner = past.under(desk(unclaimed_after_ms=2 * MINUTE_MS))

    assert sooner.parting is not None
    assert sooner.parting.event == "TimerFired"
    assert [entry.cause for entry in sooner.again.moves].count("unclaimed_after") == 2
    first = next(entry for entry in sooner.again.moves if entry.cause == "unclaimed_after")
    assert first.at_ms == past.steps[2].now_ms + 2 * MINUTE_MS
    assert sooner.again.state is not None and describe(sooner.again.state.holder) == "person:ana"


def test_a_claim_means_what_its_author_saw_whatever_the_numbers_are_here() -> None:
    """Here the agent is too slow, so people were called for earlier; the click on the card is a click on the card."""
    past = Past(desk(agent_timeout_ms=MINUTE_MS))
    past.world.writes("where is my invoice", language="en", route=ANYBODY)
    past.world.now_ms += 40_000
    past.world.answers("Under Account.")
    past.world.writes("get me a person", wants_person=True, language="en", need="", route=ANYBODY)
    past.world.claims("ana", epoch=past.world.c.epoch)

    impatient = past.under(desk(agent_timeout_ms=10_000))

    assert impatient.parting is not None and impatient.parting.position == 2
    assert [entry.reason for entry in impatient.again.moves] == ["bot_unavailable", "suppressed_stale_reply", "none"]
    assert impatient.again.state is not None and isinstance(impatient.again.state.holder, HeldByHuman)
    assert impatient.again.state.segments[0].from_ms == past.world.now_ms


def test_who_is_no_longer_in_the_team_is_refused_and_the_wait_goes_on() -> None:
    past = a_day(desk())
    policy = desk()
    smaller = replace(policy.teams["general"], members=frozenset({"carl", "lena"}))

    without_ana = past.under(replace(policy, teams={**policy.teams, "general": smaller}))

    assert without_ana.parting is not None
    assert (without_ana.parting.position, without_ana.parting.event) == (5, "Claimed")
    assert without_ana.parting.now.startswith("refused: ")
    assert without_ana.again.state is not None and isinstance(without_ana.again.state.holder, Queued)


def test_an_agent_that_nobody_asked_then_has_no_answer_and_is_not_called_late() -> None:
    past = a_day(desk())
    policy = desk()

    answered_by_agents = past.under(replace(policy, triggers=replace(policy.triggers, asks_for_human=False)))

    assert answered_by_agents.unasked
    assert answered_by_agents.parting is not None and answered_by_agents.parting.position == 3
    assert all(entry.cause != "agent_timeout" for entry in answered_by_agents.again.moves)


def test_an_answer_of_then_is_given_to_the_agent_that_is_asked_here() -> None:
    past = Past(desk())
    past.world.writes("where is my invoice", language="en")
    past.world.hands_off("team:billing", "One moment.")

    other = past.under(desk(agent="tech_agent"))

    assert other.again.state is not None
    assert describe(other.again.state.holder) == "team:billing"
    assert other.again.state.chain == ("tech_agent", "team:billing")
