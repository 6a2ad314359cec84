"""The whole table: every holder x every event answers, is ignored, or is refused kindly. A change shows up here."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from routing import events as e
from routing.conversation import (
    HOLDERS,
    STATES,
    Actor,
    Closed,
    HeldByAgent,
    HeldByHuman,
    Offer,
    Offered,
    OnHold,
    Parked,
    Queued,
    Resolved,
    Run,
    Target,
)
from routing.events import EVENTS
from routing.moves import Decision
from routing.policy import HOUR_MS
from tests.properties.desk_policy import MONDAY_10_MS, desk, without
from tests.properties.desk_world import CUSTOMER, World
from tests.properties.promises import kept

# a: answers (the state changes, or something is done) · i: ignored (nothing changes, nothing is done) · r: refused.
# Each event comes from somebody who may cause it where anybody may: the customer, the holder or a member of the team;
# agents' reports are of the turn that was under way when people were called for.
TABLE = """
                     bot  queued offered parked held on_hold resolved closed
MessageReceived      a    a      a       a      a    a       a        r
MessageEdited        a    a      a       a      a    a       a        a
MessageDeleted       a    a      a       a      a    a       a        a
CancelRequested      i    a      a       a      r    r       r        r
Rated                r    r      r       r      r    r       r        r
AgentReplied         a    a      a       a      a    a       a        i
AgentHandedOff       a    a      a       a      a    a       a        i
AgentCompleted       a    a      a       a      a    a       a        i
AgentFailed          a    a      a       a      a    a       a        i
HandoffRequested     a    i      i       i      r    r       r        r
Claimed              a    a      a       a      i    a       r        r
Accepted             r    r      r       r      r    r       r        r
Declined             r    r      r       r      r    r       r        r
Assigned             a    a      a       a      a    a       r        r
Released             r    r      r       r      a    a       r        r
Transferred          r    r      r       r      a    a       r        r
HandedBack           r    r      r       r      a    a       r        r
Snoozed              r    r      r       r      r    r       r        r
MarkedResolved       r    r      r       r      a    a       i        r
ReopenRequested      r    r      r       r      r    r       a        r
Replied              r    r      r       r      a    a       r        r
Noted                a    a      a       a      a    a       a        r
PostedNatively       a    a      a       a      a    a       a        a
MarkedNoReplyNeeded  r    r      r       r      a    a       r        r
ReEngaged            r    r      r       r      r    r       r        r
RouteCorrected       a    a      a       a      a    a       a        r
TimerFired           a    a      a       a      a    a       a        i
Matched              a    a      a       a      a    a       a        a
DutyChanged          i    i      i       i      i    i       i        i
Delivered            i    i      i       i      i    i       i        i
DeliveryFailed       a    a      a       a      a    a       a        i
SpeechSuppressed     a    a      a       a      a    a       a        i
AgentsPaused         a    i      i       i      i    i       i        i
Erased               r    r      r       r      r    r       r        r
"""
STATES_IN_ORDER = ("bot", "queued", "offered", "parked", "held", "on_hold", "resolved", "closed")
VERDICTS = {"a": "answers", "i": "ignores", "r": "refuses"}


def table() -> dict[tuple[str, str], str]:
    """(event, state) -> verdict, of every cell that is written down."""
    header, *rows = TABLE.strip().splitlines()
    assert tuple(header.split()) == STATES_IN_ORDER
    cells: dict[tuple[str, str], str] = {}
    for name, *letters in (row.split() for row in rows):
        for state, letter in zip(STATES_IN_ORDER, letters, strict=True):
            cells[name, state] = VERDICTS[letter]
    return cells


# ---- one conversation in each state ----------------------------------------------------------------------------------


def _waiting() -> World:
    """The agent was at work when the customer asked for people, so a late report exists."""
    world = World()
    world.writes("I was charged twice")
    world.writes("get me a person", wants_person=True)
    return world


def _parked() -> World:
    world = World()
    world.writes("it is about Sundays")
    world.mail(e.HandoffRequested(Actor("person", "carl"), Target("team", "sundays")))
    return world


def _held() -> World:
    world = _waiting()
    world.claims("ana")
    return world


def _offered() -> World:
    world = _waiting()
    assert isinstance(world.c.holder, Queued)
    offer = Offer(f"{world.c.holder.handoff.id}.1", "ana", world.now_ms + 90_000)
    world.changes(holder=Offered("general", offer, world.c.holder.handoff))
    world.slots.add("ana")
    return world


def _on_hold() -> World:
    world = _held()
    assert isinstance(world.c.holder, HeldByHuman)
    held = world.c.holder
    world.changes(holder=OnHold(held.person, held.team, world.now_ms + HOUR_MS, held.handoff))
    world.slots.clear()
    return world


def _resolved() -> World:
    world = _held()
    world.mail(e.MarkedResolved("ana"))
    return world


def _closed() -> World:
    world = _resolved()
    world.wait(72 * HOUR_MS)
    return world


def _bot() -> World:
    world = World()
    world.writes("I was charged twice")
    return world


IN_STATE: dict[type, Callable[[], World]] = {
    HeldByAgent: _bot, Queued: _waiting, Offered: _offered, Parked: _parked, HeldByHuman: _held, OnHold: _on_hold,
    Resolved: _resolved, Closed: _closed,
}  # fmt: skip


# ---- one event of each type ------------------------------------------------------------------------------------------


def _member(world: World) -> str:
    """Somebody who may act on it as it is."""
    return "carl" if isinstance(world.c.holder, Parked) else "ana"


def _report(world: World) -> dict[str, Any]:
    run = world.c.run or Run(world.c.turn, "triage", world.c.seq, MONDAY_10_MS - 1, MONDAY_10_MS)
    return {"turn": run.turn, "step": run.step, "agent": run.agent, "epoch": run.epoch}


def _timer(world: World) -> e.TimerFired:
    armed = world.timers()
    if not armed:
        return e.TimerFired("reopen_window", world.c.epoch - 1, "0", world.now_ms)
    world.now_ms = armed[0].due_ms
    return e.TimerFired(armed[0].kind, armed[0].epoch, armed[0].ref, armed[0].due_ms)


SAMPLES: dict[type, Callable[[World], e.Event]] = {
    e.MessageReceived: lambda w: e.MessageReceived(w.c.seq + 1, CUSTOMER, "are you there?", w.now_ms),
    e.MessageEdited: lambda w: e.MessageEdited(1, CUSTOMER, "I was charged three times"),
    e.MessageDeleted: lambda w: e.MessageDeleted(1, CUSTOMER),
    e.CancelRequested: lambda w: e.CancelRequested(CUSTOMER, w.c.epoch),
    e.Rated: lambda w: e.Rated(CUSTOMER, 5),
    e.AgentReplied: lambda w: e.AgentReplied(**_report(w), upto=w.c.seq, text="Let me see."),
    e.AgentHandedOff: lambda w: e.AgentHandedOff(
        **_report(w), upto=w.c.seq, to=Target("team", "billing"), reason="agent_decided", text="That needs a person."
    ),
    e.AgentCompleted: lambda w: e.AgentCompleted(**_report(w), upto=w.c.seq, text="Refunded."),
    e.AgentFailed: lambda w: e.AgentFailed(**_report(w), reason="bot_unavailable"),
    e.HandoffRequested: lambda w: e.HandoffRequested(Actor("person", "ana"), None, epoch=w.c.epoch),
    e.Claimed: lambda w: e.Claimed(_member(w), epoch=w.c.epoch),
    e.Accepted: lambda w: e.Accepted("ana", epoch=w.c.epoch),
    e.Declined: lambda w: e.Declined("ana", epoch=w.c.epoch),
    e.Assigned: lambda w: e.Assigned("lena", "carl", force=True, epoch=w.c.epoch),
    e.Released: lambda w: e.Released("ana", epoch=w.c.epoch),
    e.Transferred: lambda w: e.Transferred("ana", Target("team", "billing"), "knows refunds", epoch=w.c.epoch),
    e.HandedBack: lambda w: e.HandedBack("ana", epoch=w.c.epoch),
    e.Snoozed: lambda w: e.Snoozed("ana", w.now_ms + HOUR_MS, w.c.epoch),
    e.MarkedResolved: lambda w: e.MarkedResolved("ana", seen=w.c.seq, epoch=w.c.epoch),
    e.ReopenRequested: lambda w: e.ReopenRequested("ana", w.c.epoch),
    e.Replied: lambda w: e.Replied("ana", "I am on it.", epoch=w.c.epoch),
    e.Noted: lambda w: e.Noted("ana", "seems upset"),
    e.PostedNatively: lambda w: e.PostedNatively("ana", "Hello, Ana here."),
    e.MarkedNoReplyNeeded: lambda w: e.MarkedNoReplyNeeded("ana", w.c.epoch),
    e.ReEngaged: lambda w: e.ReEngaged("ana", w.c.epoch),
    e.RouteCorrected: lambda w: e.RouteCorrected("bob", Target("team", "office"), said=("I was charged twice",)),
    e.TimerFired: _timer,
    e.Matched: lambda w: e.Matched(w.c.epoch, "bob"),
    e.DutyChanged: lambda w: e.DutyChanged("ana", "off"),
    e.Delivered: lambda w: e.Delivered("place|1|0", "line"),
    e.DeliveryFailed: lambda w: e.DeliveryFailed("place|1|0", "line", "channel_not_found"),
    e.SpeechSuppressed: lambda w: e.SpeechSuppressed("place|1|0", "triage", "Let me see."),
    e.AgentsPaused: lambda w: e.AgentsPaused("lena"),
    e.Erased: lambda w: e.Erased("erin"),
}


def verdict(world: World, event: e.Event) -> str:
    before = world.c
    if world.mail(event) is not None:
        return "refuses"
    return "answers" if world.c != before or world.last else "ignores"


CELLS = [(holder, event) for holder in HOLDERS for event in EVENTS]
NAMES = [f"{STATES[holder]}-{event.__name__}" for holder, event in CELLS]


def test_the_table_is_complete() -> None:
    """Nobody adds a holder or an event without saying here what they do to each other."""
    assert set(SAMPLES) == set(EVENTS)
    assert set(IN_STATE) == set(HOLDERS)
    assert set(table()) == {(event.__name__, STATES[holder]) for holder, event in CELLS}


@pytest.mark.parametrize(("holder", "event"), CELLS, ids=NAMES)
def test_every_holder_answers_or_refuses_every_event(holder: type, event: type) -> None:
    """I1-I8, I11-I15 hold over the decision; a refusal is a kind sentence with a known code."""
    world = IN_STATE[holder]()
    assert isinstance(world.c.holder, holder)
    world.watch = kept

    found = verdict(world, SAMPLES[event](world))

    assert found == table()[event.__name__, STATES[holder]]


@pytest.mark.parametrize(("holder", "event"), CELLS, ids=NAMES)
def test_names_that_are_gone_are_tolerated_everywhere(holder: type, event: type) -> None:
    """T60: agent, person and team of the state are no longer in the configuration; nothing fails, nobody is lost."""
    world = IN_STATE[holder]()
    sample = SAMPLES[event](world)
    world.policy = without(desk(), agents=("triage",), people=("ana",), teams=("sundays", "billing"))
    world.policy = replace(world.policy, defaults=replace(world.policy.defaults, agent="tech_agent"))
    world.watch = kept

    verdict(world, sample)


@pytest.mark.parametrize(("holder", "event"), CELLS, ids=NAMES)
def test_a_desk_without_agents_gives_everything_to_people(holder: type, event: type) -> None:
    """I4: with agents paused, or none left, what would be theirs waits for people instead."""
    paused = replace(desk(), agents_paused=True)
    none_left = without(desk(), agents=("triage", "billing_agent", "tech_agent"))
    for policy in (paused, none_left):
        world = IN_STATE[holder]()
        sample = SAMPLES[event](world)
        world.policy = policy
        world.watch = kept

        verdict(world, sample)


@pytest.mark.parametrize("holder", HOLDERS, ids=STATES.values())
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_a_poison_event_ends_with_people_whatever_holds_it(holder: type, event: type) -> None:
    """The constant transition: nothing an agent holds stays with it, nothing people hold is taken from them."""
    world = IN_STATE[holder]()
    before, sample = world.c, SAMPLES[event](world)

    decision: Decision = world.ring.give_to_people(before, sample, world.policy, world.now_ms, "KeyError")

    wrote_again = isinstance(sample, e.MessageReceived) and isinstance(before.holder, Resolved)
    if isinstance(before.holder, HeldByAgent) or wrote_again:
        assert isinstance(decision.conversation.holder, Queued)
        assert decision.conversation.floor == decision.conversation.epoch > before.epoch
    else:
        assert decision.conversation.holder == before.holder
    assert not world.ring.unnoticed(decision.conversation, world.policy)
    assert decision.effects
    if isinstance(sample, e.MessageReceived) and not isinstance(before.holder, Closed):
        assert decision.conversation.unanswered[-1].seq == sample.seq
