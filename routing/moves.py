"""The moves of a conversation from one holder to the next. `decide` says when; here is what each move changes.

Each rule of what happens to epoch, floor, run and slot has its one place in this file. A `Step` is one decision in the
making: it starts from a conversation and collects the next state, the effects and the journal. Pure: no clock, no I/O.
"""

import zlib
from dataclasses import dataclass, replace
from typing import Any

from . import calendars, texts
from .asked import is_closed, whom
from .budgets import budget_of, used_up
from .choices import dropped, with_said, without_stale
from .conversation import (
    SYSTEM,
    Actor,
    Closed,
    Conversation,
    HeldByAgent,
    HeldByHuman,
    Holder,
    Offered,
    OnHold,
    OpenHandoff,
    Parked,
    Queued,
    Resolved,
    Run,
    Segment,
    Target,
    describe,
    slots,
)
from .effects import (
    CloseStream,
    Effect,
    Emit,
    FreeSlot,
    InvitePerson,
    JournalEntry,
    Notice,
    PostCard,
    Say,
    ShowDraft,
    SyncDesk,
    TakeSlot,
    UpdateCard,
)
from .events import Event
from .policy import Policy, Team
from .reasons import Reason
from .replacing import replaced

CHAIN_KEPT = 50
SEGMENTS_KEPT = 20
UNANSWERED_KEPT = 32
DECIDED_KEPT = 16
COVERED_KEPT = 4
RESTARTS = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """The next state, what must be done, and one journal entry per transition."""

    conversation: Conversation
    effects: tuple[Effect, ...] = ()
    journal: tuple[JournalEntry, ...] = ()


def open_handoff(holder: Holder) -> OpenHandoff | None:
    """The handoff that waits, or that the present holder took; None where nobody called for people."""
    match holder:
        case Queued(handoff=waiting) | Offered(handoff=waiting) | Parked(handoff=waiting):
            return waiting
        case HeldByHuman(handoff=taken) | OnHold(handoff=taken):
            return taken
        case _:
            return None


def checksum(text: str) -> int:
    """Tells one text of a conversation from another without keeping it."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


class Step:
    """One decision in the making."""

    def __init__(self, conversation: Conversation, event: Event, policy: Policy, now_ms: int) -> None:
        self.conversation = conversation
        self.event = event
        self.policy = policy
        self.now_ms = now_ms
        self.chosen = ""  # the label of the button that was pressed
        self._before = conversation
        self._effects: list[Effect] = []
        self._journal: list[JournalEntry] = []

    def decision(self) -> Decision:
        """What was collected. Slots follow from the holders before and after: taken first, freed last."""
        self.conversation = without_stale(self._before, self.conversation)
        before, after = self._before.holder, self.conversation.holder
        had, has = (slots(before), slots(after)) if after is not before else (frozenset(), frozenset())
        effects: list[Effect] = [TakeSlot(person) for person in sorted(has - had)]
        for effect in self._effects:
            # Drawing a card or copying to the desk twice in one commit says nothing more.
            if not (isinstance(effect, UpdateCard | SyncDesk) and effect in effects):
                effects.append(effect)
        effects.extend(dropped(self._before, self.conversation, self.chosen))
        effects.extend(FreeSlot(person) for person in sorted(had - has))
        return Decision(self.conversation, tuple(effects), tuple(self._journal))

    # ---- small changes -----------------------------------------------------------------------------------------------

    def set(self, **changes: Any) -> None:
        self.conversation = replaced(self.conversation, **changes)

    def do(self, *effects: Effect) -> None:
        self._effects.extend(effects)
        for effect in effects:
            if isinstance(effect, PostCard):
                self.set(card=(effect.team, effect.handoff))

    def once(self, name: str) -> bool:
        """False if an event of this name was decided upon lately: it has been delivered again."""
        decided = self.conversation.decided
        if name in decided:
            return False
        self.set(decided=(*decided, name)[-DECIDED_KEPT:])
        return True

    def text(self, key: str, **values: object) -> str:
        return texts.line(self.policy, key, self.conversation.language, **values)

    def notice(self, key: str, about: int, **values: object) -> None:
        self.do(Notice(key, about, self.text(key, **values)))

    def say(self, author: Actor, text: str, **facts: Any) -> None:
        """`facts` are the other fields of Say."""
        self.do(Say(author, text, **facts))
        if author.kind == "agent":
            self.set(said=with_said(self.conversation, text))

    def answered(self, upto: int, *, words: str | None = None) -> None:
        """A public answer of the holder covers every message up to `upto` (I4, I12).

        `words` are an agent's: they may still be stopped on their way, so what they covered is remembered.
        """
        unanswered = self.conversation.unanswered
        left = tuple(one for one in unanswered if one.seq > upto)
        gone = tuple(one for one in unanswered if one.seq <= upto)
        covered = () if words is None else (*self.conversation.covered, (checksum(words), gone))[-COVERED_KEPT:]
        self.set(unanswered=left, covered=covered)
        holder = self.conversation.holder
        if not left and isinstance(holder, HeldByHuman):
            self.set(holder=replace(holder, reminders=0))

    def journal(self, actor: Actor, cause: str, reason: Reason, before: Holder, detail: str = "") -> None:
        conversation = self.conversation
        self._journal.append(
            JournalEntry(
                self.now_ms, conversation.epoch, type(self.event).__name__, str(actor), cause, reason,
                describe(before), describe(conversation.holder), conversation.config_version, detail,
            )
        )  # fmt: skip

    def next_epoch(self) -> int:
        return max(self.conversation.epoch + 1, self.now_ms)

    # ---- leaving a holder --------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        """What ends with the present holder: a person's segment, and what the card of a handoff shows."""
        holder = self.conversation.holder
        handoff = open_handoff(holder)
        if handoff is not None:
            self.do(UpdateCard(handoff.team, handoff.id))
        elif isinstance(holder, HeldByHuman | OnHold) and self.conversation.card[1]:
            self.do(UpdateCard(*self.conversation.card))  # they stepped in unasked; the newest card shows them
        match holder:
            case HeldByAgent(agent=agent):
                self.set(last_agent=agent)
            case HeldByHuman() | OnHold():
                segments = self.conversation.segments
                if segments and segments[-1].until_ms is None:
                    closed = replace(segments[-1], until_ms=self.now_ms)
                    self.set(segments=(*segments[:-1], closed))
            case _:
                pass

    def silence(self, epoch: int) -> None:
        """The agents' earlier words are refused from now on, and what is being streamed stops."""
        if self.conversation.run is not None:
            self.do(CloseStream(self.conversation.run.turn))
        self.set(floor=epoch, run=None)

    def _hold(self, holder: Holder, *, link: str | None = None, epoch: int | None = None) -> None:
        chain = self.conversation.chain
        if link is not None and (not chain or chain[-1] != link):
            chain = (*chain, link)[-CHAIN_KEPT:]
        self.set(holder=holder, epoch=self.conversation.epoch if epoch is None else epoch, chain=chain)

    # ---- to people ---------------------------------------------------------------------------------------------------

    def to_people(
        self, target: Target | None, reason: Reason, by: Actor, *, cause: str, comment: str = "",
        own_call: bool = False, exclude: tuple[str, ...] = (), notice: str | None = None, structured: Any = None,
        within: str | None = None,
    ) -> None:  # fmt: skip
        """BOT, HELD or RESOLVED -> QUEUED or PARKED. One commit holds the notice, the card, the timers and the state.

        `own_call`: the agent itself called for it, so what it has said so far may still leave (the floor stays).
        `within`: the team that a named person is looked for in first; else the route's.
        """
        before = self.conversation.holder
        team, preferred, missing = whom(
            self.policy, self.conversation, target, by, self.now_ms, exclude=exclude, within=within
        )
        epoch = self.next_epoch()
        self._leave()
        if own_call:
            self.set(run=None)
        elif isinstance(before, HeldByAgent):
            self.silence(epoch)
        conversation = self.conversation
        handoff = OpenHandoff(
            id=epoch, team=team.name, reason=reason, by=by, at_ms=self.now_ms, need=conversation.need,
            upto=conversation.seq, config_version=self.policy.version, comment=comment,
            preferred=preferred, excluded=exclude, input=structured,
        )  # fmt: skip
        self.set(
            handoffs=conversation.handoffs + (0 if reason == "released" else 1),
            waiting_for_person_since_ms=self.now_ms,
            config_version=self.policy.version,
            hint="",
        )
        self._wait(team, handoff, epoch)
        self._announce_wait(team, handoff, notice)
        self.do(PostCard(team.name, handoff.id))
        self.transfer_event(describe(before), f"team:{team.name}", reason, run_id=None)
        if isinstance(self.conversation.holder, Parked):
            self.do(Emit("conversation.parked", {"team": team.name, "opens_at": self.conversation.holder.opens_at_ms}))
        self.journal(by, cause, reason, before, f"{target} is not available" if missing else "")

    def transfer_event(self, before: str, after: str, reason: Reason, *, run_id: str | None) -> None:
        self.do(
            Emit(
                "handoff.transfer",
                {"run_id": run_id, "from": before, "to": after, "reason": reason, "epoch": self.conversation.epoch},
            )
        )

    def _wait(self, team: Team, handoff: OpenHandoff, epoch: int) -> None:
        """QUEUED while the team is open, PARKED while it is closed."""
        link = f"team:{team.name}"
        if team.when_closed == "park" and is_closed(self.policy, team, self.now_ms):
            opens_at_ms = calendars.opens_at_ms(self.policy.calendars[team.hours or ""], self.now_ms)
            if opens_at_ms is not None:
                self._hold(Parked(team.name, opens_at_ms, handoff), link=link, epoch=epoch)
                return
        self._hold(Queued(team.name, self.now_ms, handoff), link=link, epoch=epoch)

    def _announce_wait(self, team: Team, handoff: OpenHandoff, notice: str | None) -> None:
        values: dict[str, object] = {"team": team.title}
        match self.conversation.holder:
            case Parked(opens_at_ms=opens_at_ms):
                key = "parked"
                zone = self.policy.calendars[team.hours or ""].timezone
                values["opens"] = texts.when(opens_at_ms, zone, self.conversation.language)
            case _ if notice is not None:
                key = notice
            case _ if handoff.preferred is not None:
                key = "handoff_person"
                values["person"] = self.policy.person_name(handoff.preferred)
            case _:
                key = "handoff"
        self.notice(key, handoff.id, **values)

    def waiting_again(self, handoff: OpenHandoff, team_name: str, cause: str) -> None:
        """QUEUED, OFFERED, PARKED among each other: the team opened, closed or is gone. Epoch and handoff stay."""
        before = self.conversation.holder
        team = self.policy.team(team_name)
        moved = team.name != team_name
        handoff = replace(handoff, team=team.name)
        self._wait(team, handoff, self.conversation.epoch)
        after = self.conversation.holder
        if isinstance(before, Parked) and isinstance(after, Parked) and before.opens_at_ms == after.opens_at_ms:
            self.set(holder=before)  # it still waits for the same opening, of which the customer knows
            return
        reason: Reason = "team_missing" if moved else "none"
        if isinstance(after, Parked):
            self._announce_wait(team, handoff, None)
            reason = "team_missing" if moved else "closed_hours"
        elif isinstance(before, Parked) and not moved:
            reason = "opened"
        self.do(PostCard(team.name, handoff.id) if moved else UpdateCard(team.name, handoff.id))
        self.journal(SYSTEM, cause, reason, before, f"team:{team_name} is not available" if moved else "")

    # ---- to one person -----------------------------------------------------------------------------------------------

    def to_person(self, person: str, team: str, handoff: OpenHandoff | None, by: Actor, *, cause: str, reason: Reason,
                  notice: str | None) -> None:  # fmt: skip
        """Any holder -> HELD. The slot is taken before the commit; an agent that was speaking is silenced.

        Back from hold to the same person changes nothing of who may answer, so the epoch stays.
        """
        before = self.conversation.holder
        back = isinstance(before, OnHold) and before.person == person
        epoch = self.conversation.epoch if back else self.next_epoch()
        self._leave()
        if isinstance(before, HeldByAgent):
            self.silence(epoch)
        self._hold(HeldByHuman(person, team, None, handoff), link=f"person:{person}", epoch=epoch)
        segment = Segment(person, team, self.now_ms)
        self.set(
            segments=(*self.conversation.segments, segment)[-SEGMENTS_KEPT:],
            waiting_for_person_since_ms=None,
            hint="",
        )
        about = handoff.id if handoff is not None else epoch
        if notice is not None:
            # A handoff is claimed once, but people may step in one after another.
            self.notice(
                notice,
                about if notice == "claimed" else epoch,
                person=self.policy.person_name(person),
                team=self.policy.team(team).title,
            )
        if not back:
            self.do(InvitePerson(person, about))
        if handoff is not None:
            new = handoff.id == epoch
            self.do(PostCard(handoff.team, handoff.id) if new else UpdateCard(handoff.team, handoff.id))
        self.journal(by, cause, reason, before)

    # ---- to an agent -------------------------------------------------------------------------------------------------

    def to_agent(self, agent: str, by: Actor, *, cause: str, reason: Reason, hint: str = "") -> None:
        """HELD, waiting or RESOLVED -> BOT. A run starts if anything is unanswered."""
        before, hops = self.conversation.holder, self.conversation.hops
        epoch = self.next_epoch()
        self._leave()
        self._hold(HeldByAgent(agent), link=agent, epoch=epoch)
        self.set(
            waiting_for_person_since_ms=None, agent_turns=0, failed_answers=0, hint=hint, pairs=(),
            hops=hops if hops[-1:] == (agent,) else (*hops, agent)[-CHAIN_KEPT:], config_version=self.policy.version,
        )  # fmt: skip
        self.journal(by, cause, reason, before)
        if self.conversation.unanswered:
            self.start_run()

    def next_agent(self, agent: str, run: Run, by: Actor) -> None:
        """BOT -> BOT: a step of the same run, committed before the target starts."""
        before = self.conversation.holder
        epoch = self.next_epoch()
        conversation = self.conversation
        self.set(
            pairs=(*conversation.pairs, (run.agent, agent)),
            hops=(*conversation.hops, agent),
            handoffs=conversation.handoffs + 1,
            last_agent=run.agent,
        )
        self._hold(HeldByAgent(agent), link=agent, epoch=epoch)
        self.set(run=replace(run, agent=agent, step=run.step + 1, epoch=epoch))
        self.transfer_event(f"agent:{run.agent}", f"agent:{agent}", "agent_decided", run_id=self.run_id(run))
        self.journal(by, f"turn {run.turn} step {run.step}", "agent_decided", before)

    def run_id(self, run: Run) -> str:
        return f"{self.conversation.id}.{run.turn}"

    def start_run(self, *, anew: Run | None = None) -> None:
        """Wish for a run of the agent that holds; whichever worker has the lease carries it out.

        `anew`: the run that this one takes the place of, before its first word. Its time counts on, so that a customer
        who keeps writing is not kept waiting. If no agent can answer, people are asked at once: a message that an agent
        holds and nobody works on would be noticed by nobody (I4).
        """
        if self.policy.agents_paused or not self._present_agent():
            self.to_people(None, "bot_unavailable", SYSTEM, cause="no agent can answer")
            return
        conversation = self.conversation
        holder = conversation.holder
        assert isinstance(holder, HeldByAgent)
        if used := used_up(budget_of(self.policy, holder.agent), conversation.spent):
            self.to_people(None, "budget", SYSTEM, cause=used)
            return
        turn = conversation.turn + 1
        run = Run(
            turn=turn, agent=holder.agent, upto=conversation.seq, epoch=conversation.epoch,
            started_ms=self.now_ms if anew is None else anew.started_ms,
            restarts=0 if anew is None else anew.restarts + 1,
            slow_said=anew is not None and anew.slow_said, hint=conversation.hint,
        )  # fmt: skip
        self.set(turn=turn, run=run)

    def restart_run(self, *, tool_begun: bool) -> None:
        """A newer or changed line starts the run anew before its first effect, at most twice; later it waits."""
        run = self.conversation.run
        if run is None:
            self.start_run()
        elif run.restarts < RESTARTS and not tool_begun:
            self.start_run(anew=run)

    def _present_agent(self) -> bool:
        """An agent that is gone means the default agent, and says so in the journal. False: that one is gone too."""
        holder = self.conversation.holder
        assert isinstance(holder, HeldByAgent)
        if holder.agent in self.policy.agents:
            return True
        agent = self.policy.defaults.agent
        if agent not in self.policy.agents:
            return False
        self._hold(HeldByAgent(agent), link=agent, epoch=self.next_epoch())
        self.set(run=None)
        self.journal(SYSTEM, f"agent {holder.agent} is gone", "superseded", holder)
        return True

    def draft(self, agent: str, text: str) -> None:
        """Words that came too late: never said, shown to whoever holds now."""
        if text.strip():
            self.do(ShowDraft(agent, text))
            cause = f"turn {self.conversation.turn}"
            self.journal(Actor("agent", agent), cause, "suppressed_stale_reply", self.conversation.holder)

    # ---- resolved, closed --------------------------------------------------------------------------------------------

    def resolve(self, by: Actor, *, cause: str, outcome: str, notice: str | None) -> None:
        """BOT or HELD -> RESOLVED. A resolution's id is its epoch."""
        before = self.conversation.holder
        epoch = self.next_epoch()
        self._leave()
        if isinstance(before, HeldByAgent) and by != Actor("agent", before.agent):
            self.silence(epoch)
        team = before.team if isinstance(before, HeldByHuman | OnHold) else None
        self.set(
            run=None, unanswered=(), covered=(), waiting_for_person_since_ms=None, agent_turns=0, failed_answers=0,
            hops=(), pairs=(), hint="",
        )  # fmt: skip
        self._hold(Resolved(by, self.now_ms, describe(before), team, outcome), epoch=epoch)
        if notice is not None:
            self.notice(notice, epoch, person=self.policy.person_name(by.name))
        self.do(Emit("conversation.resolved", {"by": str(by)}))
        self.journal(by, cause, "none", before, outcome)

    def close(self) -> None:
        before = self.conversation.holder
        self._hold(Closed(self.now_ms), epoch=self.next_epoch())
        self.journal(SYSTEM, "reopen window", "window_ended", before)
