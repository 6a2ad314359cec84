"""Any order of events keeps the promises: people, agents, deadlines, late and repeated deliveries, changing names.

`BATON_HYPOTHESIS=thorough` tries far more orders, other ones each time; without it the same few hundred are tried.
"""

import os
from dataclasses import replace
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from routing import events as e
from routing.conversation import Actor, Choice, HeldByAgent, HeldByHuman, Resolved, Run, Spent, Target
from routing.effects import Notice, Say
from routing.events import RouteChoice
from routing.policy import HOUR_MS, MINUTE_MS, Budget, Edge, Policy
from tests.properties.desk_policy import desk, without
from tests.properties.desk_world import CUSTOMER, Told, World
from tests.properties.machine_inputs import AGENTS, STAFF, TEAMS, choices, edges, people, routes, targets, usages
from tests.properties.promises import kept
from tests.properties.ring import REAL, Ring

THOROUGH = os.environ.get("BATON_HYPOTHESIS") == "thorough"
SETTINGS = settings(
    max_examples=2000 if THOROUGH else 220,
    stateful_step_count=60 if THOROUGH else 50,
    derandomize=not THOROUGH,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def said_it_helped(told: Told) -> bool:
    """By our own reading of the decision: it was written down that the answer did."""
    return told.decision is not None and any(entry.reason == "helped" for entry in told.decision.journal)


class TheDesk(RuleBasedStateMachine):
    """One conversation, with everybody who can do something to it."""

    ring: Ring = REAL

    @initialize(
        cycles=st.booleans(),
        most=st.integers(2, 5),
        requester=st.sampled_from((CUSTOMER, CUSTOMER, "mia-at-work")),
        so_far=st.sampled_from(("just written", "waiting", "parked", "held", "resolved")),
        tokens=st.none() | st.none() | st.integers(1, 400),
        edges=st.lists(edges, max_size=2).map(tuple),
    )
    def a_customer_comes(
        self, cycles: bool, most: int, requester: str, so_far: str, tokens: int | None, edges: tuple[Edge, ...]
    ) -> None:
        self.whole = replace(desk(detect_cycles=cycles, max_handoffs=most), edges=edges)
        limited = {name: replace(one, budget=Budget(tokens=tokens)) for name, one in self.whole.agents.items()}
        self.whole = replace(self.whole, agents=limited)
        self.spent = Spent()
        self.world = World(self.whole, self.ring, requester=requester, watch=self._watch)
        self.words = 0
        self.runs: list[Run] = []
        self.never: set[str] = set()  # words of agents that had not left when somebody took over
        self.secrets: set[str] = set()
        self.unanswered: dict[int, int] = {}
        self.covered: dict[str, dict[int, int]] = {}  # an agent's words that have not been refused -> what they answer
        self.transfers = 0
        self.world.writes("I was charged twice")
        if so_far == "parked":
            self.world.mail(e.HandoffRequested(Actor("person", "carl"), Target("team", "sundays")))
        elif so_far != "just written":
            self.world.writes("get me a person", wants_person=True)
        if so_far in ("held", "resolved"):
            self.world.claims("ana")
        if so_far == "resolved":
            self.world.mail(e.MarkedResolved("ana"))

    # ---- what is checked after every event ---------------------------------------------------------------------------

    def _watch(self, world: World, told: Told) -> None:
        kept(world, told)
        if told.decision is None:
            return
        if isinstance(told.event, get_args(e.AgentEvent)) and told.decision.conversation.heard != told.before.heard:
            self.spent += told.event.usage
        if isinstance(told.event, e.AgentHandedOff) and told.event.to.kind == "agent":
            after = told.decision.conversation.holder
            self.transfers += isinstance(after, HeldByAgent) and after != told.before.holder
        elif not isinstance(told.event, e.TimerFired | e.SpeechSuppressed | e.Delivered):
            self.transfers = 0
        if world.c.run is not None and world.c.run not in self.runs:
            self.runs.append(world.c.run)
        self._count(told)
        before, after = told.before.holder, told.decision.conversation.holder
        if isinstance(before, HeldByAgent) and isinstance(after, HeldByHuman):
            self.never |= {row.text for _, row in world.outbox if isinstance(row, Say) and row.epoch is not None}

    def _count(self, told: Told) -> None:
        """Our own account of what is unanswered, kept apart from the one that is tested."""
        event, decision = told.event, told.decision
        assert decision is not None
        holder = decision.conversation.holder
        spoke = any(isinstance(effect, Say) for effect in decision.effects)
        match event:
            case e.MessageReceived(seq=seq, thanks=False) if seq > told.before.seq and not said_it_helped(told):
                if event.author == told.before.requester or event.mentions_bot:
                    self.unanswered[seq] = event.at_ms
            case e.MessageDeleted(seq=seq):
                for account in (self.unanswered, *self.covered.values()):
                    account.pop(seq, None)
            case e.SpeechSuppressed(text=text):
                self.unanswered |= self.covered.pop(text, {})
            case e.MarkedNoReplyNeeded():
                self._answered(told.before.seq)
            case e.MarkedResolved(seen=seen) | e.Replied(seen=seen):
                self._answered(told.before.seq if seen is None else seen)
            case e.PostedNatively(by=by) if getattr(holder, "person", "") == by:
                self._answered(told.before.seq)
            case e.AgentReplied() | e.AgentCompleted() if spoke and isinstance(holder, HeldByAgent | Resolved):
                self.covered[event.text] = self._answered(event.upto, for_good=False)
            case e.AgentHandedOff(upto=upto, to=to) if spoke and to.kind != "agent" and isinstance(holder, HeldByAgent):
                if any(entry.reason == "rule" for entry in decision.journal):
                    return  # an edge forbids it: the same turn goes on
                self._answered(upto, for_good=False)
            case _:
                pass
        if isinstance(holder, Resolved):
            self.covered.clear()

    def _answered(self, upto: int, *, for_good: bool = True) -> dict[int, int]:
        gone = {seq: at for seq, at in self.unanswered.items() if seq <= upto}
        self.unanswered = {seq: at for seq, at in self.unanswered.items() if seq > upto}
        if for_good:
            self.covered.clear()
        return gone

    @invariant()
    def an_agent_never_speaks_over_a_person(self) -> None:
        """I3: what had not left when a person took over never leaves; it is a draft instead."""
        said = {line.text for line in self.world.sent}
        assert said & self.never == set()
        assert said & set(self.world.drafts()) == set()

    @invariant()
    def a_draft_is_shown_once(self) -> None:
        """I6: late words become one draft, however often they are reported."""
        drafts = self.world.drafts()
        assert len(drafts) == len(set(drafts))

    @invariant()
    def no_message_is_both_unanswered_and_unnoticed(self) -> None:
        """I4, by our own count: while a customer waits, the conversation knows it (and so arms a deadline)."""
        if any(self.unanswered) and not self.world.is_closed:
            assert self.world.c.unanswered, f"{sorted(self.unanswered)} are forgotten in {self.world.state}"

    @invariant()
    def what_agents_used_is_counted_once(self) -> None:
        """By our own count; and with nothing left no agent is at work."""
        if self.world.is_closed:
            return
        assert self.world.c.spent == self.spent
        run = self.world.c.run
        if run is not None and run.agent in self.world.policy.agents:
            most = self.world.policy.agents[run.agent].budget.tokens
            assert most is None or self.spent.tokens < most

    @invariant()
    def a_notice_is_said_once(self) -> None:
        """I6: once per handoff or resolution; a team that closes again tells the new opening."""
        keys = [(one.kind, one.about) for one in self.world.did(Notice) if one.kind != "parked"]
        assert len(keys) == len(set(keys))

    @invariant()
    def internal_words_reach_no_customer_and_no_agent(self) -> None:
        """I11: notes, transfer comments and drafts are in no public line, and in no agent's view."""
        seen = [line.text for line in self.ring.view(tuple(self.world.lines))]
        public = "\n".join([*seen, *(line.text for line in self.world.sent)])
        for secret in self.secrets:
            assert secret not in public

    @invariant()
    def agents_do_not_pass_it_round_for_ever(self) -> None:
        """I8: between two acts of anybody else there are at most `max_handoffs` agents."""
        assert self.transfers < self.world.policy.defaults.max_handoffs

    # ---- the customer ------------------------------------------------------------------------------------------------

    def _new(self, what: str) -> str:
        self.words += 1
        return f"{what} {self.words}"

    @rule(
        wants=st.integers(0, 4), named=st.none() | people, thanks=st.integers(0, 5), failed=st.booleans(), route=routes,
        begun=st.booleans(), on_duty=st.booleans(), repeats=st.integers(0, 4).map(lambda n: n == 0),
        yes_or_no=st.sampled_from(("", "", "", "yes", "no")),
    )  # fmt: skip
    def the_customer_writes(
        self, wants: int, named: str | None, thanks: int, failed: bool, route: RouteChoice | None, begun: bool,
        on_duty: bool, repeats: bool, yes_or_no: str,
    ) -> None:  # fmt: skip
        if self.world.is_closed:
            self._begin_again()
        self.world.writes(
            self._new("line"), wants_person=wants == 0, person_named=named if wants == 0 else None, thanks=thanks == 0,
            failed_answer=failed and thanks > 0, route=route, tool_begun=begun, holder_on_duty=on_duty, repeats=repeats,
            frustrated=repeats and failed, yes_or_no=yes_or_no,
        )  # fmt: skip

    def _begin_again(self) -> None:
        """A closed place is written to again: a new conversation begins."""
        world = self.world
        self.world = World(world.policy, self.ring, world.now_ms + 1, world.requester, self._watch)
        self.spent = Spent()
        self.runs.clear()
        self.unanswered.clear()
        self.covered.clear()

    @precondition(lambda self: not self.world.is_closed)
    @rule(mentions=st.booleans(), wants=st.booleans())
    def a_bystander_writes(self, mentions: bool, wants: bool) -> None:
        self.world.writes(self._new("aside"), author="tom", mentions_bot=mentions, wants_person=wants)

    @rule(back=st.integers(0, 3), begun=st.booleans())
    def the_customer_edits_a_line(self, back: int, begun: bool) -> None:
        self.world.mail(e.MessageEdited(max(1, self.world.seq - back), CUSTOMER, self._new("edited"), begun))

    @rule(back=st.integers(0, 3))
    def the_customer_takes_a_line_back(self, back: int) -> None:
        self.world.mail(e.MessageDeleted(max(1, self.world.seq - back), CUSTOMER))

    @rule(by_mia=st.integers(0, 4), old=st.booleans())
    def the_customer_cancels_the_wait(self, by_mia: int, old: bool) -> None:
        by = self.world.requester if by_mia else "tom"
        self.world.mail(e.CancelRequested(by, self.world.c.epoch - 1 if old and by_mia == 1 else None))

    # ---- agents ------------------------------------------------------------------------------------------------------

    def _some_run(self, late: int | None) -> Run | None:
        """The run under way, or with `late` one of the earlier ones."""
        if late is None:
            return self.world.c.run
        return self.runs[late % len(self.runs)] if self.runs else None

    runs_by_age = st.none() | st.none() | st.integers(0, 30)

    @rule(
        late=runs_by_age, failed=st.booleans(), empty=st.integers(0, 7), items=st.booleans(), usage=usages,
        choices=choices,
    )  # fmt: skip
    def an_agent_answers(
        self, late: int | None, failed: bool, empty: int, items: bool, usage: Spent, choices: tuple[Choice, ...]
    ) -> None:  # fmt: skip
        run = self._some_run(late)
        if run is not None:
            text = "" if empty == 0 else self._new("answer")
            kept_items = ({"type": "tool_call", "name": "refund"},) if items else ()
            self.world.answers(text, run, failed=failed, items=kept_items, usage=usage, choices=choices)

    @precondition(lambda self: self.world.c.run is not None and self.world.c.said)
    @rule(back=st.integers(0, 5))
    def the_agent_repeats_itself(self, back: int) -> None:
        said = [one.text for one in self.world.did(Say) if one.author.kind == "agent"]
        again = said[-1 - back % len(said)]
        if self.covered.get(again) is None:  # two answers of one text cannot be told apart by our account
            self.world.answers(again)

    @precondition(lambda self: not self.world.is_closed)
    @rule(back=st.integers(0, 2), place=st.integers(0, 3), old=st.booleans(), by_mia=st.integers(0, 4))
    def a_button_is_pressed(self, back: int, place: int, old: bool, by_mia: int) -> None:
        """Often of an earlier answer, or under an epoch that is over."""
        world = self.world
        world.writes(
            self._new("press"), author=world.requester if by_mia else "tom",
            pressed=f"{world.c.choices.turn - back}.{place}", pressed_epoch=world.c.epoch - (1 if old else 0),
        )  # fmt: skip

    @precondition(lambda self: self.world.c.choices.of)
    @rule(place=st.integers(0, 3))
    def a_label_is_written(self, place: int) -> None:
        offered = self.world.c.choices.of
        self.world.writes(offered[place % len(offered)].label.upper())

    @rule(late=runs_by_age, to=targets, words=st.booleans(), facts=st.booleans(), usage=usages)
    def an_agent_hands_it_on(self, late: int | None, to: Target, words: bool, facts: bool, usage: Spent) -> None:
        run = self._some_run(late)
        if run is not None:
            text = self._new("aside of an agent") if words else ""
            self.world.hands_off(str(to), text, run, new_facts=facts, usage=usage)

    @precondition(lambda self: self.world.c.run is not None)
    @rule(to=st.sampled_from(AGENTS[:3]), facts=st.booleans())
    def the_agent_asks_the_next_one(self, to: str, facts: bool) -> None:
        self.world.hands_off(f"agent:{to}", self._new("aside of an agent"), new_facts=facts)

    @rule(late=runs_by_age, words=st.booleans())
    def an_agent_completes(self, late: int | None, words: bool) -> None:
        run = self._some_run(late)
        if run is not None:
            self.world.completes(self._new("done"), run, summary="refunded" if words else "")

    @rule(late=runs_by_age)
    def an_agent_fails(self, late: int | None) -> None:
        run = self._some_run(late)
        if run is not None:
            self.world.fails(run)

    # ---- the desk ----------------------------------------------------------------------------------------------------

    def _epoch(self, age: int) -> int | None:
        return (None, self.world.c.epoch, self.world.c.epoch - 1)[age]

    ages = st.integers(0, 2)

    @rule(by=people, force=st.booleans(), age=ages)
    def a_person_claims(self, by: str, force: bool, age: int) -> None:
        self.world.claims(by, force=force, epoch=self._epoch(age))

    @rule(by=people, to=people, force=st.booleans(), age=ages)
    def a_person_assigns(self, by: str, to: str, force: bool, age: int) -> None:
        self.world.mail(e.Assigned(by, to, force, self._epoch(age)))

    @rule(by=people, holder=st.booleans(), age=ages)
    def the_holder_releases(self, by: str, holder: bool, age: int) -> None:
        self.world.mail(e.Released(self._holder(by, holder), epoch=self._epoch(age)))

    @rule(by=people, holder=st.booleans(), to=targets, on_duty=st.booleans(), age=ages)
    def the_holder_transfers(self, by: str, holder: bool, to: Target, on_duty: bool, age: int) -> None:
        comment = self._secret("comment")
        by = self._holder(by, holder)
        self.world.mail(e.Transferred(by, to, comment, epoch=self._epoch(age), to_on_duty=on_duty))

    @rule(by=people, holder=st.booleans(), to=st.none() | st.sampled_from(AGENTS), age=ages)
    def the_holder_hands_back(self, by: str, holder: bool, to: str | None, age: int) -> None:
        self.world.mail(e.HandedBack(self._holder(by, holder), to, "look at the second charge", self._epoch(age)))

    @rule(by=people, holder=st.booleans(), lag=st.integers(0, 2))
    def the_holder_replies(self, by: str, holder: bool, lag: int) -> None:
        self.world.replies(self._holder(by, holder), self._new("reply"), seen=max(0, self.world.c.seq - lag))

    @rule(by=people)
    def a_person_leaves_a_note(self, by: str) -> None:
        self.world.mail(e.Noted(by, self._secret("note")))

    @rule(by=people)
    def staff_write_in_the_customers_thread(self, by: str) -> None:
        self.world.mail(e.PostedNatively(by, self._new("native")))

    @rule(by=people, holder=st.booleans(), age=ages)
    def the_holder_says_no_reply_is_needed(self, by: str, holder: bool, age: int) -> None:
        self.world.mail(e.MarkedNoReplyNeeded(self._holder(by, holder), self._epoch(age)))

    @rule(by=people, to=targets)
    def staff_say_where_it_should_have_gone(self, by: str, to: Target) -> None:
        self.world.mail(e.RouteCorrected(by, to, said=("I was charged twice",)))

    @rule(by=people, holder=st.booleans(), lag=st.none() | st.integers(0, 2), age=ages)
    def it_is_marked_resolved(self, by: str, holder: bool, lag: int | None, age: int) -> None:
        seen = None if lag is None else max(0, self.world.c.seq - lag)
        note = self._secret("closing note")
        self.world.mail(e.MarkedResolved(self._holder(by, holder), seen, note=note, epoch=self._epoch(age)))

    @rule(by=people, age=ages)
    def a_person_reopens(self, by: str, age: int) -> None:
        self.world.mail(e.ReopenRequested(by, self._epoch(age)))

    @rule(
        by=st.one_of(
            people.map(lambda name: Actor("person", name)), st.just(Actor("customer", CUSTOMER)),
            st.just(Actor("participant", "tom")), st.just(Actor("system", "crm")),
        ),
        to=st.none() | targets,
        age=ages,
    )  # fmt: skip
    def somebody_calls_for_people(self, by: Actor, to: Target | None, age: int) -> None:
        self.world.mail(e.HandoffRequested(by, to, epoch=self._epoch(age)))

    def _holder(self, by: str, holder: bool) -> str:
        return getattr(self.world.c.holder, "person", by) if holder else by

    def _secret(self, what: str) -> str:
        secret = self._new(f"secret {what} of staff,")
        self.secrets.add(f"{secret}!")
        return f"{secret}!"

    # ---- time, delivery, administration ------------------------------------------------------------------------------

    @rule(ms=st.sampled_from((1, 50, 12_000, MINUTE_MS, 11 * MINUTE_MS, 3 * HOUR_MS, 16 * HOUR_MS)))
    def time_passes_unnoticed(self, ms: int) -> None:
        """The worker is away: what comes due meanwhile fires late, or never if it is stale by then."""
        self.world.now_ms += ms

    @rule(ms=st.sampled_from((12_000, MINUTE_MS, 11 * MINUTE_MS, 3 * HOUR_MS, 80 * HOUR_MS)))
    def time_passes(self, ms: int) -> None:
        self.world.wait(ms)

    @rule(pick=st.integers(0, 50))
    def a_deadline_fires_again_or_late(self, pick: int) -> None:
        """I7: any deadline that was ever armed; only one that still is may change anything."""
        if not self.world.armed:
            return
        timer = self.world.armed[-1 - pick % len(self.world.armed)]
        now = {(one.kind, one.epoch, one.ref) for one in self.world.timers()}
        if timer.due_ms > self.world.now_ms:
            return
        before = self.world.c
        self.world.fire(timer)
        if (timer.kind, timer.epoch, timer.ref) not in now:
            assert self.world.c == before, f"{timer} was stale and changed something"
            assert self.world.last == ()

    @rule(pick=st.integers(0, 50))
    def an_event_is_delivered_again(self, pick: int) -> None:
        """I6: whatever names its message or its turn changes nothing when it comes again, however late."""
        world = self.world
        repeated = [mail for mail in world.mails if self._was_decided(mail)]
        if repeated:
            before, effects = world.c, len(world.effects)
            world.mail(repeated[-1 - pick % len(repeated)])
            assert world.c == before
            assert len(world.effects) == effects

    def _was_decided(self, mail: e.Event) -> bool:
        match mail:
            case e.MessageReceived(seq=seq):
                return seq <= self.world.c.seq and not self.world.is_closed
            case e.AgentReplied() | e.AgentHandedOff() | e.AgentCompleted() | e.AgentFailed():
                return (mail.turn, mail.step) <= self.world.c.heard
            case _:
                return False

    @rule()
    def a_row_leaves(self) -> None:
        if self.world.outbox:
            self.world.deliver()

    @rule()
    def all_rows_leave(self) -> None:
        self.world.deliver_all()

    @rule(number=st.integers(0, 5), handoff=st.booleans())
    def a_line_cannot_be_delivered(self, number: int, handoff: bool) -> None:
        self.world.mail(e.DeliveryFailed(f"place|{number}|0", "card" if handoff else "line", "channel_not_found"))

    @rule(person=people)
    def somebody_is_matched_too_late(self, person: str) -> None:
        self.world.mail(e.Matched(self.world.c.epoch, person))

    @rule(
        agents=st.sets(st.sampled_from(AGENTS[:2])), staff=st.sets(st.sampled_from(STAFF[:4])),
        teams=st.sets(st.sampled_from(TEAMS[1:7])), paused=st.integers(0, 5),
    )  # fmt: skip
    def the_configuration_changes(self, agents: set[str], staff: set[str], teams: set[str], paused: int) -> None:
        policy = without(self.whole, agents=tuple(agents), people=tuple(staff), teams=tuple(teams))
        if "triage" in agents:
            policy = replace(policy, defaults=replace(policy.defaults, agent="tech_agent"))
        self._reconfigure(replace(policy, agents_paused=paused == 0))

    @rule()
    def the_configuration_is_whole_again(self) -> None:
        self._reconfigure(self.whole)

    def _reconfigure(self, policy: Policy) -> None:
        self.world.policy = policy
        if policy.agents_paused:
            self.world.mail(e.AgentsPaused("lena"))

    @rule()
    def an_event_is_poison(self) -> None:
        """The constant transition, by an event that could not be decided."""
        world = self.world
        poison = e.DutyChanged("ana", "off")
        decision = self.ring.give_to_people(world.c, poison, world.policy, world.now_ms, "KeyError")
        before = world.c
        world._commit(decision)
        self._watch(world, Told(poison, before, decision, None, world.policy))


def machine(ring: Ring) -> type[TheDesk]:
    """The same desk run by another copy of the ring."""
    return type("TheDeskOfACopy", (TheDesk,), {"ring": ring})


TestTheDesk: Any = TheDesk.TestCase
TestTheDesk.settings = SETTINGS
