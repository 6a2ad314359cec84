"""What an agent's reports do. A report of another turn, of an older step or from below the floor is never said."""

from dataclasses import replace

from .budgets import budget_of, one_handoff_too_many, used_up
from .choices import offered, said_before, without_said
from .conversation import Act, Actor, Choice, Choices, HeldByAgent, Resolved, Run
from .edges import as_refused, edge_facts, refused_to_agent
from .effects import Emit, KeepItems, Withdraw
from .events import (
    AgentCompleted,
    AgentEvent,
    AgentFailed,
    AgentHandedOff,
    AgentReplied,
    AgentsPaused,
    SpeechSuppressed,
)
from .moves import Step, checksum
from .permissions import people_allowed
from .reasons import Reason

REFUSALS = 2  # of one turn: an agent is not offered what is forbidden, so more than a race is a model that insists


def _current(step: Step, event: AgentEvent) -> Run | None:
    """The run that this report belongs to, or None: then it came too late, or has been decided upon before.

    The words of the turn that was under way when somebody took over become a draft for them. Those of a turn that was
    started anew are dropped: the newer turn answers in its place.
    """
    conversation = step.conversation
    run = conversation.run
    if (event.turn, event.step) <= conversation.heard:
        return None
    # Whatever becomes of the words, they were paid for.
    step.set(heard=(event.turn, event.step), spent=conversation.spent + event.usage)
    if event.turn != conversation.turn:
        return None
    on_time = (
        run is not None
        and isinstance(conversation.holder, HeldByAgent)
        and (run.turn, run.step, run.agent) == (event.turn, event.step, event.agent)
        and event.epoch >= conversation.floor
    )
    silenced = event.epoch < conversation.floor or not isinstance(conversation.holder, HeldByAgent)
    if not on_time and not silenced:
        return None
    if event.items:
        step.do(KeepItems(event.agent, event.items))
    if on_time and not step.policy.agents_paused:
        return run
    if not isinstance(event, AgentFailed):
        step.draft(event.agent, event.text)
    if on_time:
        _give_up(step, "bot_unavailable", "agents are paused")
    return None


def _give_up(step: Step, reason: Reason, detail: str, *, own_call: bool = False) -> None:
    """BOT -> people, because no agent has an answer: the route's team, at last the default one."""
    holder = step.conversation.holder
    assert isinstance(holder, HeldByAgent)
    step.to_people(None, reason, Actor("agent", holder.agent), cause=detail or reason, own_call=own_call)


def _say(step: Step, agent: str, text: str, run: Run) -> None:
    step.say(Actor("agent", agent), text, epoch=run.epoch)


def _say_beside(step: Step, event: AgentHandedOff, run: Run) -> None:
    """What an agent said beside a call, unless it has said that before."""
    if event.text.strip() and not said_before(step.conversation, event.text):
        _say(step, event.agent, event.text, run)


def _end_turn(step: Step, event: AgentReplied | AgentHandedOff | AgentFailed, run: Run, words: str) -> None:
    """The agent says this to its messages; those that came meanwhile get their own turn. Buttons stand under what
    nobody has written after."""
    turns = step.conversation.agent_turns + 1
    step.answered(run.upto, words=words)
    # An agent that would rather call for people, and may not, leaves that to the customer.
    act: Act = ""
    asked: tuple[Choice, ...] = (Choice("", "person"),)
    choices: tuple[Choice, ...] = ()
    if isinstance(event, AgentReplied):
        act, asked = event.act, event.choices
    if not step.conversation.unanswered:
        labels = {"person": step.text("choice_person"), "helped": step.text("choice_helped")}
        choices = offered(asked, turns=turns, **labels)
        step.set(choices=Choices(run.turn, choices))
    step.say(Actor("agent", event.agent), words, epoch=run.epoch, act=act, turn=run.turn, choices=choices)
    step.set(run=None, hint="", last_agent=event.agent, agent_turns=turns)
    _chain_ends(step, event.agent, run)
    if step.conversation.unanswered:
        _next_turn(step, event.agent)


def _next_turn(step: Step, agent: str) -> None:
    """The floor stays: the words that this agent has just said still leave, also where nothing is left for more."""
    if used := _used_up(step, agent):
        _give_up(step, "budget", used, own_call=True)
    else:
        step.start_run()


def _used_up(step: Step, agent: str) -> str:
    return used_up(budget_of(step.policy, agent), step.conversation.spent)


def _chain_ends(step: Step, agent: str, run: Run) -> None:
    """A turn that went through several agents is told as one chain once its last agent has answered."""
    if run.step > 0:
        chain = [link for link in step.conversation.chain if ":" not in link][-(run.step + 1) :]
        step.do(Emit("handoff.complete", {"run_id": step.run_id(run), "chain": chain, "final": agent}))


def agent_replied(step: Step, event: AgentReplied) -> None:
    run = _current(step, event)
    if run is None:
        return
    if not event.text.strip():
        _give_up(step, "no_answer", "an empty answer")
        return
    limit = step.policy.triggers.failed_answers_max
    again = said_before(step.conversation, event.text)
    if event.failed or again:
        step.set(failed_answers=step.conversation.failed_answers + 1)
    if again:
        _not_again(step, event, run)
        return
    enough = event.failed and limit is not None and step.conversation.failed_answers >= limit
    if enough and people_allowed(step.conversation):
        # What it just said still leaves: the rule ends its turn, not its last words.
        _say(step, event.agent, event.text, run)
        step.set(people_handoff_seq=step.conversation.seq)
        _give_up(step, "failed_answers", f"turn {event.turn}", own_call=True)
        return
    used = _used_up(step, event.agent)
    if used and people_allowed(step.conversation):
        # As above; and whether this last answer was enough is for people to see.
        _say(step, event.agent, event.text, run)
        _give_up(step, "budget", used, own_call=True)
        return
    _end_turn(step, event, run, event.text)


def _not_again(step: Step, event: AgentReplied, run: Run) -> None:
    """The agent has nothing new to say. What it said the first time may still be on its way, so the floor stays."""
    if not people_allowed(step.conversation):
        _end_turn(step, replace(event, act="offer", choices=(Choice("", "person"),)), run, step.text("cannot_alone"))
        return
    step.set(people_handoff_seq=step.conversation.seq)
    _give_up(step, "failed_answers", f"turn {event.turn} would say the same again", own_call=True)


def agent_handed_off(step: Step, event: AgentHandedOff) -> None:
    given = edge_facts(
        step.conversation, event.reason, step.now_ms, channel=event.channel, topics=event.topics
    )  # fmt: skip
    forbidden = refused_to_agent(step.policy, event.agent, event.to, given)
    if forbidden is not None:
        event = replace(event, items=as_refused(event.items, forbidden))
    run = _current(step, event)
    if run is None:
        return
    if event.new_facts:
        step.set(pairs=())
    if forbidden is not None:
        _refuse(step, event, run, forbidden)
        return
    if event.to.kind == "agent":
        _to_next_agent(step, event, run)
        return
    if not people_allowed(step.conversation):
        # The customer cancelled, or a person gave this message back: the agent answers it as well as it can.
        said = "" if said_before(step.conversation, event.text) else event.text.strip()
        _end_turn(step, event, run, said or step.text("cannot_alone"))
        return
    _say_beside(step, event, run)
    step.set(people_handoff_seq=step.conversation.seq)
    step.to_people(
        event.to, event.reason, Actor("agent", event.agent), cause=f"turn {event.turn} step {event.step}",
        comment=event.comment, own_call=True, structured=event.input,
    )  # fmt: skip


def _refuse(step: Step, event: AgentHandedOff, run: Run, why: str) -> None:
    """The holder stays and goes on with a step that reads why; an agent that keeps trying is given up."""
    if run.refused >= REFUSALS:
        step.draft(event.agent, event.text)
        _give_up(step, "rule", f"{event.agent} {why}")
        return
    _say_beside(step, event, run)
    step.set(run=replace(run, step=run.step + 1, refused=run.refused + 1))
    holder = step.conversation.holder
    step.journal(
        Actor("agent", event.agent), f"turn {run.turn} step {run.step}", "rule", holder, f"{event.agent} {why}"
    )


def _to_next_agent(step: Step, event: AgentHandedOff, run: Run) -> None:
    """BOT -> BOT, or the fallback queue when a loop rule trips or the name is gone."""
    conversation, defaults = step.conversation, step.policy.defaults
    target = event.to.name
    declared = step.policy.agents.get(event.agent)
    refused: tuple[Reason, str] | None = None
    allowed = declared is not None and event.to in declared.handoffs and target != event.agent
    if target not in step.policy.agents or not allowed:
        refused = "no_answer", f"{event.agent} may not hand to {target}"
    elif len(conversation.hops) >= defaults.max_handoffs:
        refused = "hop_limit", f"{len(conversation.hops)} agents in the chain"
    elif defaults.detect_cycles and (target, event.agent) in conversation.pairs:
        refused = "cycle", f"{target} -> {event.agent} -> {target}"
    elif too_many := one_handoff_too_many(step.policy, conversation, event.agent, target):
        refused = "budget", too_many
    elif used := _used_up(step, target):
        refused = "budget", used
    if refused is not None:
        step.draft(event.agent, event.text)
        _give_up(step, *refused)
        return
    _say_beside(step, event, run)
    step.next_agent(target, run, Actor("agent", event.agent))


def agent_completed(step: Step, event: AgentCompleted) -> None:
    """BOT -> RESOLVED by the agent itself, unless the customer has written since."""
    run = _current(step, event)
    if run is None:
        return
    said = (event.text.strip(), event.summary.strip())
    words = next((one for one in said if one and not said_before(step.conversation, one)), step.text("completed"))
    _say(step, event.agent, words, run)
    _chain_ends(step, event.agent, run)
    step.answered(event.upto, words=words)
    step.set(last_agent=event.agent)
    if step.conversation.unanswered:
        step.set(run=None)
        _next_turn(step, event.agent)
        return
    step.resolve(Actor("agent", event.agent), cause=f"turn {event.turn}", outcome=event.summary, notice=None)


def agent_failed(step: Step, event: AgentFailed) -> None:
    run = _current(step, event)
    if run is None:
        return
    if event.agent not in step.policy.agents:
        step.start_run()  # by whoever stands in for an agent that is gone
        return
    if event.reason in ("asked_for_human", "failed_answers", "no_answer") and not people_allowed(step.conversation):
        # It would rather hand over, and may not: the customer has just cancelled.
        _end_turn(step, event, run, step.text("cannot_alone"))
        return
    _give_up(step, event.reason, event.detail)


def agents_paused(step: Step, event: AgentsPaused) -> None:
    """The live switch: what an agent was about to answer goes to people."""
    if isinstance(step.conversation.holder, HeldByAgent) and step.conversation.run is not None:
        _give_up(step, "bot_unavailable", f"paused by {event.by}")


def speech_suppressed(step: Step, event: SpeechSuppressed) -> None:
    """An agent's words never left. They are a draft now, and what they would have answered is unanswered again (I4)."""
    if not event.text.strip() or not step.once(event.key):
        return
    step.do(Withdraw(event.key))
    step.draft(event.agent, event.text)
    conversation = step.conversation
    step.set(said=without_said(conversation, event.text))
    stopped = checksum(event.text)
    again = {one.seq: one for words, of in conversation.covered if words == stopped for one in of}
    if not again or isinstance(conversation.holder, Resolved):
        return
    again.update((one.seq, one) for one in conversation.unanswered)
    step.set(
        covered=tuple(one for one in conversation.covered if one[0] != stopped),
        unanswered=tuple(again[seq] for seq in sorted(again)),
    )
    if isinstance(conversation.holder, HeldByAgent) and conversation.run is None:
        step.start_run()
