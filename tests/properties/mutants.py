"""Planted bugs of the decide ring: each replaces one piece of source, and names the check that must notice it."""

from dataclasses import dataclass

from tests.properties.ring import Ring, mutated, source


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` occurs in the module exactly once; `new` is the bug."""

    name: str
    module: str
    old: str
    new: str
    caught_by: str

    def ring(self) -> Ring:
        text = source(self.module)
        assert text.count(self.old) == 1, f"{self.module} does not hold this once any more: {self.old}"
        return mutated({self.module: text.replace(self.old, self.new)})


MUTANTS = (
    Mutant(
        "no epoch check", "routing.decide_desk",
        "    if epoch is not None and epoch != step.conversation.epoch:\n",
        "    if False:\n",
        "an_old_card_changes_nothing",
    ),
    Mutant(
        "floor not raised on takeover", "routing.moves",
        "        self.set(floor=epoch, run=None)\n",
        "        self.set(run=None)\n",
        "words_that_had_not_left_when_a_person_took_over_never_leave",
    ),
    Mutant(
        "suppressed words count as an answer", "routing.decide_agent",
        "    if not again or isinstance(conversation.holder, Resolved):\n",
        "    if True:\n",
        "what_never_left_is_unanswered_again",
    ),
    Mutant(
        "claim ignores the holder", "routing.decide_desk",
        "    if _held_by_another(step, event.by):\n        if not event.force:\n",
        "    if False:\n        if not event.force:\n",
        "one_claim_wins_and_the_others_are_told_who",
    ),
    Mutant(
        "late reply accepted", "routing.decide_agent",
        "    if on_time and not step.policy.agents_paused:\n",
        "    if True:\n",
        "a_late_answer_becomes_exactly_one_draft",
    ),
    Mutant(
        "a repeated report is heard again", "routing.decide_agent",
        "    if (event.turn, event.step) <= conversation.heard:\n",
        "    if False:\n",
        "an_answer_that_was_said_is_never_a_draft",
    ),
    Mutant(
        "resolve without seen", "routing.decide_desk",
        "if event.seen is not None and one.seq > event.seen)",
        "if False)",
        "resolving_does_not_swallow_a_newer_message",
    ),
    Mutant(
        "reply without seen", "routing.decide_desk",
        "    step.answered(step.conversation.seq if seen is None else seen)\n",
        "    step.answered(step.conversation.seq)\n",
        "a_reply_answers_only_what_its_author_has_seen",
    ),
    Mutant(
        "note in an agent's view", "handlers.agent",
        'line.visibility == "public" and ',
        "",
        "an_agent_sees_no_internal_words",
    ),
    Mutant(
        "transfer comment said aloud", "routing.decide_desk",
        "            step.do(Note(who, event.comment))\n            step.to_people",
        "            step.say(who, event.comment)\n            step.to_people",
        "a_transfer_comment_stays_inside",
    ),
    Mutant(
        "holding line said each time", "routing.decide_customer",
        "            if not handoff.held_line and not event.thanks:\n",
        "            if not event.thanks:\n",
        "the_customer_is_told_once_that_they_wait",
    ),
    Mutant(
        "notice said twice", "routing.decide_time",
        "    if not handoff.nobody_said:\n",
        "    if True:\n",
        "the_customer_is_told_once_that_nobody_came",
    ),
    Mutant(
        "a run that starts anew forgets what was said", "routing.moves",
        "slow_said=anew is not None and anew.slow_said",
        "slow_said=False",
        "the_slow_line_is_said_once_a_turn",
    ),
    Mutant(
        "timer without epoch", "routing.decide_time",
        "    if event.epoch != conversation.epoch:\n",
        "    if False:\n",
        "a_deadline_of_an_earlier_wait_changes_nothing",
    ),
    Mutant(
        "timer without reference", "routing.decide_time",
        "            if event.ref == reminder_ref(conversation, held):\n",
        "            if True:\n",
        "a_reminder_comes_once",
    ),
    Mutant(
        "hop not counted", "routing.moves",
        "            hops=(*conversation.hops, agent),\n",
        "",
        "the_chain_ends_after_max_handoffs_agents",
    ),
    Mutant(
        "cycle rule off", "routing.decide_agent",
        "    elif defaults.detect_cycles and ",
        "    elif False and ",
        "agents_do_not_send_it_back_and_forth",
    ),
    Mutant(
        "no reminder while held", "routing.timers",
        '            armed.append(Timer("unanswered", due_ms',
        '            ([]).append(Timer("unanswered", due_ms',
        "while_the_holder_owes_an_answer_a_reminder_is_armed",
    ),
    Mutant(
        "unanswered flag lost", "routing.decide_customer",
        '    if not event.thanks:\n        facts["unanswered"]',
        '    if isinstance(conversation.holder, HeldByAgent):\n        facts["unanswered"]',
        "a_line_while_held_is_unanswered",
    ),
    Mutant(
        "a handoff ends the wait", "routing.moves",
        "            waiting_for_person_since_ms=self.now_ms,\n",
        "            waiting_for_person_since_ms=self.now_ms, unanswered=(),\n",
        "a_handoff_does_not_end_the_wait",
    ),
    Mutant(
        "cancel starts no run", "routing.moves",
        "        if self.conversation.unanswered:\n            self.start_run()\n",
        "",
        "after_a_cancel_the_agent_goes_on",
    ),
    Mutant(
        "cancel forgotten by tools", "routing.decide_agent",
        "    if not people_allowed(step.conversation):\n        # The customer cancelled",
        "    if False:\n        # The customer cancelled",
        "after_a_cancel_no_tool_calls_people_before_the_next_line",
    ),
    Mutant(
        "requester treated as staff", "routing.permissions",
        "    return conversation.requester == key or conversation.requester in addresses\n",
        "    return False and bool(addresses)\n",
        "the_requester_is_no_staff_in_their_own_conversation",
    ),
    Mutant(
        "slot not freed", "routing.moves",
        "        effects.extend(FreeSlot(person) for person in sorted(had - has))\n",
        "",
        "who_lets_go_has_a_free_slot",
    ),
    Mutant(
        "run not started anew after a newer message", "routing.moves",
        "        elif run.restarts < RESTARTS and not tool_begun:\n",
        "        elif False:\n",
        "a_newer_line_before_the_first_word_starts_the_run_anew",
    ),
    Mutant(
        "messages during a turn forgotten", "routing.decide_agent",
        "    _chain_ends(step, event.agent, run)\n    if step.conversation.unanswered:\n"
        "        _next_turn(step, event.agent)\n",
        "    _chain_ends(step, event.agent, run)\n",
        "a_line_that_came_too_late_for_the_turn_gets_the_next",
    ),
    Mutant(
        "transferred said without commit", "routing.decide_agent",
        '        _end_turn(step, event, run, said or step.text("cannot_alone"))\n',
        '        step.notice("handoff", step.conversation.epoch, team=event.to.name)\n'
        '        _end_turn(step, event, run, said or step.text("cannot_alone"))\n',
        "a_transfer_is_announced_if_and_only_if_it_happened",
    ),
    Mutant(
        "stream not closed", "routing.moves",
        "            self.do(CloseStream(self.conversation.run.turn))\n",
        "            pass\n",
        "what_an_agent_streams_stops_when_a_person_takes_over",
    ),
    Mutant(
        "message heard twice", "routing.decide_customer",
        "    if event.seq <= step.conversation.seq:\n",
        "    if False:\n",
        "a_message_delivered_twice_is_heard_once",
    ),
    Mutant(
        "thanks reopens", "routing.decide_customer",
        "            if not event.thanks:\n                _reopen(step, event, resolved)\n",
        "            _reopen(step, event, resolved)\n",
        "thanks_does_not_reopen",
    ),
    Mutant(
        "no permissions", "routing.permissions",
        "    if person is None:\n        return \"is not in the people of this desk\"\n",
        "    return None\n",
        "staff_who_may_not_act_are_refused",
    ),
    Mutant(
        "journal forgets", "routing.moves",
        "        self._journal.append(\n",
        "        (self._journal[:]).append(\n",
        "every_promise_is_kept_over_a_whole_day",
    ),
    Mutant(
        "edges only checked when offered", "routing.decide_agent",
        "    if forbidden is not None:\n        _refuse(step, event, run, forbidden)\n        return\n",
        "",
        "an_edge_that_forbids_keeps_the_holder_and_tells_the_agent_why",
    ),
    Mutant(
        "forbidden for ever", "routing.decide_agent",
        "    if run.refused >= REFUSALS:\n",
        "    if False:\n",
        "an_agent_that_insists_on_a_forbidden_handoff_is_given_up",
    ),
    Mutant(
        "the last edge decides", "routing.edges",
        "    for edge in policy.edges:\n",
        "    for edge in reversed(policy.edges):\n",
        "the_first_edge_that_fits_decides",
    ),
    Mutant(
        "usage counted per turn only", "routing.decide_agent",
        "spent=conversation.spent + event.usage)",
        "spent=event.usage)",
        "what_agents_used_is_counted_once_and_outlives_the_resolution",
    ),
    Mutant(
        "no budget before a run", "routing.moves",
        "        if used := used_up(",
        "        if used := 0 and used_up(",
        "nothing_is_asked_of_an_agent_whose_budget_is_used_up",
    ),
    Mutant(
        "no budget at an answer", "routing.decide_agent",
        "    if used and people_allowed(step.conversation):\n",
        "    if False:\n",
        "a_budget_that_is_used_up_calls_people",
    ),
    Mutant(
        "hops without a budget", "routing.budgets",
        "        if most is not None and would_be > most:\n",
        "        if False:\n",
        "a_handoff_beyond_the_budget_goes_to_people",
    ),
    Mutant(
        "the same answer again", "routing.decide_agent",
        "    if again:\n        _not_again(step, event, run)\n        return\n",
        "",
        "an_answer_is_never_given_twice",
    ),
    Mutant(
        "an old button still works", "routing.choices",
        "    if epoch != conversation.epoch or turn != str(offered.turn) or not",
        "    if not",
        "a_button_that_has_had_its_time_changes_nothing",
    ),
    Mutant(
        "anybody presses", "routing.choices",
        "    if event.author != conversation.requester:\n        raise",
        "    if False:\n        raise",
        "nobody_else_presses_a_customers_buttons",
    ),
    Mutant(
        "no way to a person", "routing.choices",
        "    if asked or turns >= OFFER_AFTER:\n",
        "    if False:\n",
        "a_button_for_a_person_stands_beside_every_other",
    ),
    Mutant(
        "buttons outlive the takeover", "routing.moves",
        "        self.conversation = without_stale(self._before, self.conversation)\n",
        "",
        "the_buttons_go_when_anything_happens",
    ),
    Mutant(
        "asked again and again", "routing.decide_customer",
        "        or (event.repeats and answered)\n",
        "",
        "what_was_answered_and_is_asked_again_goes_to_people",
    ),
    Mutant(
        "words that never left count as said", "routing.decide_agent",
        "    step.set(said=without_said(conversation, event.text))\n",
        "",
        "words_that_never_left_may_be_said",
    ),
)  # fmt: skip
