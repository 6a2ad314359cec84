"""What an agent's reports do. A report of another turn, of an older step or from below the floor is never said."""

from .conversation import Actor, HeldByAgent, Resolved, Run
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


def _current(step: Step, event: AgentEvent) -> Run | None:
    """The run that this report belongs to, or None: then it came too late, or has been decided upon before.

    The words of the turn that was under way when somebody took over become a draft for them. Those of a turn that was
    started anew are dropped: the newer turn answers in its place.
    """
    conversation = step.conversation
    run = conversation.run
    if (event.turn, event.step) <= conversation.heard or event.turn != conversation.turn:
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
    step.set(heard=(event.turn, event.step))
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


def _end_turn(step: Step, event: AgentReplied | AgentHandedOff | AgentFailed, run: Run, words: str) -> None:
    """The agent says this to its messages; those that came meanwhile get their own turn."""
    conversation = step.conversation
    _say(step, event.agent, words, run)
    step.answered(run.upto, words=words)
    step.set(run=None, hint="", last_agent=event.agent, agent_turns=conversation.agent_turns + 1)
    _chain_ends(step, event.agent, run)
    if step.conversation.unanswered:
        step.start_run()


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
    if event.failed:
        step.set(failed_answers=step.conversation.failed_answers + 1)
    enough = event.failed and limit is not None and step.conversation.failed_answers >= limit
    if enough and people_allowed(step.conversation):
        # What it just said still leaves: the rule ends its turn, not its last words.
        _say(step, event.agent, event.text, run)
        step.set(people_handoff_seq=step.conversation.seq)
        _give_up(step, "failed_answers", f"turn {event.turn}", own_call=True)
        return
    _end_turn(step, event, run, event.text)


def agent_handed_off(step: Step, event: AgentHandedOff) -> None:
    run = _current(step, event)
    if run is None:
        return
    if event.new_facts:
        step.set(pairs=())
    if event.to.kind == "agent":
        _to_next_agent(step, event, run)
        return
    if not people_allowed(step.conversation):
        # The customer cancelled, or a person gave this message back: the agent answers it as well as it can.
        _end_turn(step, event, run, event.text.strip() or step.text("cannot_alone"))
        return
    if event.text.strip():
        _say(step, event.agent, event.text, run)
    step.set(people_handoff_seq=step.conversation.seq)
    step.to_people(
        event.to, event.reason, Actor("agent", event.agent), cause=f"turn {event.turn} step {event.step}",
        comment=event.comment, own_call=True, structured=event.input,
    )  # fmt: skip


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
    if refused is not None:
        step.draft(event.agent, event.text)
        _give_up(step, *refused)
        return
    if event.text.strip():
        _say(step, event.agent, event.text, run)
    step.next_agent(target, run, Actor("agent", event.agent))


def agent_completed(step: Step, event: AgentCompleted) -> None:
    """BOT -> RESOLVED by the agent itself, unless the customer has written since."""
    run = _current(step, event)
    if run is None:
        return
    words = event.text.strip() or event.summary.strip() or step.text("completed")
    _say(step, event.agent, words, run)
    _chain_ends(step, event.agent, run)
    step.answered(event.upto, words=words)
    step.set(last_agent=event.agent)
    if step.conversation.unanswered:
        step.set(run=None)
        step.start_run()
        return
    step.resolve(Actor("agent", event.agent), cause=f"turn {event.turn}", outcome=event.summary, notice=None)


def agent_failed(step: Step, event: AgentFailed) -> None:
    run = _current(step, event)
    if run is None:
        return
    if event.reason in ("asked_for_human", "failed_answers") and not people_allowed(step.conversation):
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
