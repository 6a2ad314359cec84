"""The invariants of the desk as checks of one decision: `(what was told) -> nothing`, or an AssertionError that says
which promise was broken. `KEPT` is all of them; the machine and the table run every one after every event."""

from collections.abc import Callable
from dataclasses import fields
from typing import TypeVar, get_args

from routing.choices import said_before
from routing.conversation import (
    Closed,
    Conversation,
    HeldByAgent,
    HeldByHuman,
    Holder,
    Offered,
    OnHold,
    Parked,
    Queued,
    Resolved,
    Waiting,
    describe,
    state_of,
)
from routing.effects import CloseStream, DropChoices, Effect, Emit, Hear, Note, Notice, PostCard, Say, ShowDraft
from routing.errors import RefusalCode, Refused
from routing.events import (
    AgentCompleted,
    AgentFailed,
    AgentHandedOff,
    AgentReplied,
    MessageDeleted,
    MessageReceived,
    Noted,
    PostedNatively,
    Replied,
    TimerFired,
)
from routing.moves import Decision
from tests.properties.desk_world import Told, World

E = TypeVar("E", bound=Effect)
CODES = set(get_args(RefusalCode))
WAITING = get_args(Waiting)
TRANSFER_NOTICES = {"handoff", "handoff_person", "parked", "released", "transferred"}
OWN_WORDS = (Replied, Noted, PostedNatively)  # they carry no number of their own: the mailbox knows them by their id
SPEECH = (Say, Notice, ShowDraft, PostCard, Hear, Note, Emit)


def who_may_answer(holder: Holder) -> str:
    """Waiting is one state for this: nobody answers. So is a person's conversation that is on hold."""
    if isinstance(holder, WAITING):
        return "nobody yet"
    return f"{state_of(holder)}" if isinstance(holder, Resolved | Closed) else describe(holder)


def a_refusal_is_a_kind_sentence(told: Told) -> None:
    """Whoever is refused is told in words what is the case, with a code that the REST API knows."""
    if told.refusal is not None:
        assert told.refusal.code in CODES
        sentence = told.refusal.detail
        assert len(sentence) > 15 and " " in sentence and sentence[-1] in ".?", sentence
        assert "None" not in sentence and "HeldBy" not in sentence, sentence


def exactly_one_holder(told: Told) -> None:
    """I1: one holder; none only when resolved or closed. Only the agent that holds has a run."""
    c = _after(told)
    assert isinstance(c.holder, get_args(Holder))
    assert (describe(c.holder) == "none") == isinstance(c.holder, Resolved | Closed)
    if c.run is not None:
        assert isinstance(c.holder, HeldByAgent)
        assert c.run.agent == c.holder.agent
        assert c.run.epoch >= c.floor, "a run that may not speak"


def the_epoch_rises_with_every_change_of_who_may_answer(told: Told) -> None:
    """I2: it rises then, and never otherwise falls or stands for somebody else."""
    before, after = told.before, _after(told)
    assert after.epoch >= before.epoch
    if who_may_answer(before.holder) != who_may_answer(after.holder):
        assert after.epoch > before.epoch
    assert before.floor <= after.floor <= after.epoch


def the_floor_rises_exactly_when_an_agent_is_silenced(told: Told) -> None:
    """I3, and the table of epochs: from BOT by anything but the agent's own call; otherwise it stays."""
    before, after = told.before, _after(told)
    if told.decision is None or not isinstance(before.holder, HeldByAgent):
        if not _in_two_steps(told):
            assert after.floor == before.floor, f"{before.holder} -> {after.holder}"
        return
    if isinstance(after.holder, HeldByAgent) or _is_own_call(told):
        return
    assert after.floor == after.epoch > before.epoch
    if before.run is not None:
        assert CloseStream(before.run.turn) in told.decision.effects


def speech_enters_only_while_its_author_holds(told: Told) -> None:
    """I3: words of an agent or person are committed only by who holds; native words have been seen already."""
    if told.decision is None:
        return
    holders = {describe(told.before.holder), describe(_after(told).holder)}
    for say in _of(told.decision, Say):
        if not say.native:
            assert str(say.author) in holders, f"{say.author} spoke, {holders} held"
        if say.author.kind == "agent":
            assert say.epoch is not None and say.epoch >= told.before.floor


def nothing_is_unanswered_and_unnoticed(world: World, told: Told) -> None:
    """I4: while a customer waits, a deadline is armed, and an agent that holds is at work on it."""
    c = _after(told)
    assert not world.ring.unnoticed(c, told.policy)
    if not c.unanswered:
        return
    assert not isinstance(c.holder, Resolved)
    if isinstance(c.holder, HeldByAgent):
        assert c.run is not None, "an agent holds it and nobody works on it"
    if not isinstance(c.holder, Closed):
        kinds = {timer.kind for timer in world.ring.timers(c, told.policy)}
        wanted: dict[type, str] = {
            HeldByAgent: "agent_timeout", Queued: "unclaimed", Offered: "offer", Parked: "opens",
            HeldByHuman: "unanswered", OnHold: "snooze",
        }  # fmt: skip
        assert wanted[type(c.holder)] in kinds, f"{c.holder}: {kinds}"


def every_line_is_heard_once_in_order(told: Told) -> None:
    """I5: a customer's message enters the transcript exactly once, under its number."""
    if told.decision is None:
        return
    heard = [hear.seq for hear in _of(told.decision, Hear)]
    new = isinstance(told.event, MessageReceived) and told.event.seq > told.before.seq
    assert heard == ([told.event.seq] if isinstance(told.event, MessageReceived) and new else [])


def twice_is_once(world: World, told: Told) -> None:
    """I6: the same event again changes nothing more, and says nothing more."""
    after = _after(told)
    try:
        again = world.ring.decide(after, told.event, told.policy, world.now_ms)
    except Refused:
        return
    assert again.conversation == after, _difference(after, again.conversation)
    if not isinstance(told.event, OWN_WORDS):
        assert [effect for effect in again.effects if isinstance(effect, SPEECH)] == []
        assert again.journal == ()


def a_stale_deadline_changes_nothing(told: Told) -> None:
    """I7: a deadline of another epoch changes nothing and says nothing."""
    if isinstance(told.event, TimerFired) and told.event.epoch != told.before.epoch:
        assert told.decision is not None
        assert (told.decision.conversation, told.decision.effects) == (told.before, ())


def a_click_on_an_old_card_changes_nothing(told: Told) -> None:
    """I7: a verb that carries another epoch than the present one is refused, or has been done already."""
    epoch = getattr(told.event, "epoch", None)
    turn = isinstance(told.event, AgentReplied | AgentHandedOff | AgentCompleted | TimerFired) or epoch is None
    spoken = isinstance(told.event, Replied)  # a person's accepted reply always leaves
    if not turn and not spoken and not hasattr(told.event, "turn") and epoch != told.before.epoch:
        assert told.decision is None or told.decision.conversation == told.before


def hops_are_bounded(told: Told) -> None:
    """I8: an agent's own call never makes the chain longer than `max_handoffs` agents; the cycle rule is kept."""
    if isinstance(told.event, AgentHandedOff) and told.decision is not None:
        after, limit = _after(told), told.policy.defaults.max_handoffs
        if isinstance(after.holder, HeldByAgent) and after.holder != told.before.holder:
            assert len(after.hops) <= limit
            assert len(after.hops) == len(told.before.hops) + 1


def the_wait_begins_with_the_oldest_unanswered_message(told: Told) -> None:
    """I12: an agent's words end it only while that agent holds; notices and handoffs never do."""
    before, after = told.before, _after(told)
    seqs = [one.seq for one in after.unanswered]
    assert seqs == sorted(set(seqs))
    assert after.waiting_since_ms == (after.unanswered[0].at_ms if after.unanswered else None)
    assert (after.waiting_for_person_since_ms is not None) == isinstance(after.holder, WAITING)
    gone = {one.seq for one in before.unanswered} - set(seqs)
    if gone and told.decision is not None:
        answered = any(not (say.author.kind == "agent" and say.epoch is None) for say in _of(told.decision, Say))
        taken_back = isinstance(told.event, MessageDeleted) and gone == {told.event.seq}
        said_so = type(told.event).__name__ in ("MarkedNoReplyNeeded", "MarkedResolved")
        full = len(before.unanswered) >= 32 and isinstance(told.event, MessageReceived)
        assert answered or taken_back or said_so or full, f"{told.event} ended the wait of {gone}"


def each_transition_is_in_the_journal(told: Told) -> None:
    """I13: actor, cause, before, after, epoch, config version; one entry follows from the other."""
    if told.decision is None:
        return
    moves = [entry for entry in told.decision.journal if entry.before != entry.after]
    before, after = describe(told.before.holder), describe(_after(told).holder)
    if type(told.before.holder) is not type(_after(told).holder) or before != after:
        assert told.decision.journal, f"{before} -> {after} is not in the journal"
        assert told.decision.journal[-1].after == after
        assert told.decision.journal[-1].epoch == _after(told).epoch
    for entry in moves:
        assert entry.before == before, f"the journal jumps from {before} to {entry.before}"
        before = entry.after
    assert before == after or not moves
    for entry in told.decision.journal:
        assert ":" in entry.actor and entry.cause and entry.config_version
        assert entry.event == type(told.event).__name__


def a_handoff_ends_with_a_line_the_customer_can_see(told: Told) -> None:
    """I14: whenever it goes to people, from people, or from one person to another."""
    if told.decision is None or (isinstance(told.event, MessageReceived) and not _is_new_wait(told)):
        return  # a customer whose own message brings back the person they know needs no line
    before, after = told.before.holder, _after(told).holder
    people = (*WAITING, HeldByHuman)
    moved = who_may_answer(before) != who_may_answer(after)
    if moved and isinstance(after, (*people, HeldByAgent)) and isinstance(before, (*people, OnHold, HeldByAgent)):
        if isinstance(before, HeldByAgent) and isinstance(after, HeldByAgent):
            return
        visible = [*_of(told.decision, Notice), *_of(told.decision, Say)]
        assert visible, f"{describe(before)} -> {describe(after)} in silence"


def transferred_is_said_if_and_only_if_it_happened(told: Told) -> None:
    """I15: the line that says so names the handoff that this very commit began, or whose team has just closed."""
    if told.decision is None:
        return
    lines = [one for one in _of(told.decision, Notice) if one.kind in TRANSFER_NOTICES]
    holder = _after(told).holder
    for line in lines:
        assert isinstance(holder, WAITING) and holder.handoff.id == line.about
    assert len(lines) <= 1
    if _is_new_wait(told):
        assert len(lines) == 1, "it waits for people and the customer was told nothing"
        assert [card.handoff for card in _of(told.decision, PostCard)] == [lines[0].about]
    if isinstance(holder, HeldByHuman) and isinstance(told.before.holder, HeldByHuman):
        said = any(one.kind == "transferred_person" for one in _of(told.decision, Notice))
        assert not said or holder.person != told.before.holder.person


def a_slot_is_held_by_whoever_holds_it(world: World, told: Told) -> None:
    """I9, as far as one conversation can see: who holds has a slot, and nobody else keeps one."""
    match _after(told).holder:
        case HeldByHuman(person=person):
            assert world.slots == {person}
        case Offered(offer=offer):
            assert world.slots == {offer.person}
        case _:
            assert world.slots == set()


def buttons_stand_only_under_the_last_word(told: Told) -> None:
    """They are open while an agent holds and nobody has said anything since; what stood open and does not is taken
    away, once; and every set has a way to a person."""
    after = _after(told)
    if after.choices.of:
        assert isinstance(after.holder, HeldByAgent)
        assert "person" in [one.kind for one in after.choices.of]
    if told.decision is None:
        return
    gone = told.before.choices
    dropped = [effect.turn for effect in _of(told.decision, DropChoices)]
    assert dropped == ([gone.turn] if gone.of and after.choices.turn != gone.turn else [])
    own = isinstance(told.event, MessageReceived) and told.event.author == told.before.requester
    if own and told.event.seq > told.before.seq and told.event.mentions_bot:  # type: ignore[union-attr]
        assert not after.choices.of


def no_answer_is_given_twice(told: Told) -> None:
    """TRIAGE 2: but for the desk's own words, when an agent may not hand over and has nothing else to say."""
    if told.decision is not None and isinstance(told.event, AgentReplied | AgentHandedOff | AgentCompleted):
        for line in _of(told.decision, Say):
            assert line.text != told.event.text or not said_before(told.before, line.text)


OF_A_DECISION: tuple[Callable[[Told], None], ...] = (
    a_refusal_is_a_kind_sentence,
    exactly_one_holder,
    the_epoch_rises_with_every_change_of_who_may_answer,
    the_floor_rises_exactly_when_an_agent_is_silenced,
    speech_enters_only_while_its_author_holds,
    every_line_is_heard_once_in_order,
    a_stale_deadline_changes_nothing,
    a_click_on_an_old_card_changes_nothing,
    hops_are_bounded,
    the_wait_begins_with_the_oldest_unanswered_message,
    each_transition_is_in_the_journal,
    a_handoff_ends_with_a_line_the_customer_can_see,
    transferred_is_said_if_and_only_if_it_happened,
    buttons_stand_only_under_the_last_word,
    no_answer_is_given_twice,
)
OF_THE_WORLD: tuple[Callable[[World, Told], None], ...] = (
    nothing_is_unanswered_and_unnoticed,
    twice_is_once,
    a_slot_is_held_by_whoever_holds_it,
)


def kept(world: World, told: Told) -> None:
    """Every promise, after one event. Give it to a world as its `watch`."""
    for promise in OF_A_DECISION:
        promise(told)
    for promise_of_world in OF_THE_WORLD:
        promise_of_world(world, told)


# ---- reading a decision ----------------------------------------------------------------------------------------------


def _after(told: Told) -> Conversation:
    return told.before if told.decision is None else told.decision.conversation


def _of(decision: Decision, kind: type[E]) -> list[E]:
    return [effect for effect in decision.effects if isinstance(effect, kind)]


def _is_new_wait(told: Told) -> bool:
    """Whether this commit began a handoff to people."""
    before, after = told.before.holder, _after(told).holder
    if not isinstance(after, WAITING):
        return False
    return not isinstance(before, WAITING) or before.handoff.id != after.handoff.id


def _is_own_call(told: Told) -> bool:
    """The agent's own report took it away from the agent, so its last words may still leave."""
    if told.policy.agents_paused:
        return False
    match told.event:
        case AgentHandedOff(to=to):
            return to.kind != "agent"
        case AgentReplied(failed=failed, text=text):
            return bool(text.strip()) and (failed or _budget_ended(told) or said_before(told.before, text))
        case AgentFailed():
            return _budget_ended(told) and told.decision is not None and bool(_of(told.decision, Say))
        case AgentCompleted():
            return True
        case _:
            return False


def _budget_ended(told: Told) -> bool:
    """It went to people because of the budget; what the agent said in the same commit still leaves."""
    return told.decision is not None and any(entry.reason == "budget" for entry in told.decision.journal)


def _in_two_steps(told: Told) -> bool:
    """Back to an agent that cannot answer, and on to people in the same commit: that agent was silenced too."""
    decision = told.decision
    return decision is not None and isinstance(_after(told).holder, WAITING) and len(decision.journal) > 1


def _difference(one: Conversation, other: Conversation) -> str:
    names = [field.name for field in fields(one) if getattr(one, field.name) != getattr(other, field.name)]
    return "; ".join(f"{name}: {getattr(one, name)} -> {getattr(other, name)}" for name in names)
