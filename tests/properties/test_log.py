"""Whatever the order of events: what the log keeps of them is decided again to the same states and effects."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from bot.agent_runtime import Runtime
from bot.replay import Replayed, replay
from bot.store import codec
from bot.store.lines import ACTS, KINDS, SHAPES, line_entry, lines_of
from bot.store.log import journal_of, logged, written
from bot.store.logbook import Logbook
from bot.store.places import place_of
from bot.store.states import state_entry
from handlers.apply import line_of
from handlers.replay import Again, elsewhere
from handlers.values import Commit, Decided, Way
from routing import events as e
from routing.conversation import Act, Actor, ActorKind, Conversation, Visibility
from routing.decide import Decision, give_to_people
from routing.effects import Line
from routing.policy import MINUTE_MS, Policy
from tests.properties.desk_world import Told, World
from tests.properties.test_machine import TheDesk

THOROUGH = os.environ.get("BATON_HYPOTHESIS") == "thorough"
SETTINGS = settings(
    max_examples=600 if THOROUGH else 60,
    stateful_step_count=60 if THOROUGH else 40,
    derandomize=not THOROUGH,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
KEY = "{1}:j:place"


class Written:
    """A conversation's log and transcript as the store would keep them, byte for byte."""

    def __init__(self, *, earlier: bool = False) -> None:
        self.earlier = earlier
        self.encoded = codec.encode if earlier else state_entry
        self.entries: list[bytes] = []
        self.lines: list[bytes] = []
        self.link = b""
        self.state: Conversation | None = None
        self.policies: dict[str, Policy] = {}

    def write(self, event: e.Event, decision: Decision | None, policy: Policy, now_ms: int, way: Way) -> None:
        """What a commit writes of it; nothing of an event that changed nothing."""
        before = self.state
        version = self._version(policy)
        decided = Decided(event, now_ms, version, policy.agents_paused, way=way)
        if decision is None:
            if before is not None:
                self._add(Commit(None, None, decided=replace(decided, way="refused")), b"")
            return
        after = decision.conversation
        if before is not None and after == before and not decision.effects and not decision.journal:
            return
        n = len(self.lines)
        made = [line_of(effect, n + 1, now_ms, "") for effect in decision.effects]
        lines = tuple(replace(line, n=n + at) for at, line in enumerate(filter(None, made), 1))
        commit = Commit(None, after, lines, decision.journal, decided=replace(decided, effects=decision.effects))
        self._add(commit, self.encoded(after))
        self.lines += [line_entry(line, after) for line in lines]
        self.state = after

    def _add(self, commit: Commit, state: bytes) -> None:
        self.link, entry = written(self.link, self.state, commit, state, earlier=self.earlier)
        self.entries.append(entry)

    def _version(self, policy: Policy) -> str:
        known = self.policies.setdefault(policy.version, replace(policy, agents_paused=False))
        assert known == replace(policy, agents_paused=False), "one version is one configuration"
        return policy.version

    def book(self, entries: Sequence[bytes] | None = None) -> Logbook:
        assert self.state is not None
        return Logbook(
            "place", place_of("place"), self.state, self.encoded(self.state), self.transcript,
            logged(list(self.entries if entries is None else entries), KEY), self.link, KEY,
        )  # fmt: skip

    @property
    def transcript(self) -> tuple[Line, ...]:
        return lines_of(self.lines, self.state, KEY)


def again(written: Written, entries: Sequence[bytes] | None = None, **changed: Policy) -> Replayed:
    policies = written.policies | changed

    async def policy_for(version: str) -> Policy | None:
        return policies.get(version)

    return asyncio.run(replay(written.book(entries), policy_for))


class TheLog(TheDesk):
    """The desk of the promises, whose every event is logged; at the end it is all decided again."""

    def __init__(self) -> None:
        super().__init__()
        self.log: Written | None = None
        self.logged: World | None = None
        self.versions = 0
        self.way: Way = "decided"

    def _watch(self, world: World, told: Told) -> None:
        super()._watch(world, told)
        if self.log is None or self.logged is not world:
            self._decide_again()
            self.log, self.logged = Written(), world
        self.log.write(told.event, told.decision, told.policy, world.now_ms, self.way)

    def _reconfigure(self, policy: Policy) -> None:
        self.versions += 1
        super()._reconfigure(replace(policy, version=f"c{self.versions}"))

    @rule()
    def an_event_is_poison(self) -> None:
        world, poison = self.world, e.DutyChanged("ana", "off")
        before, decision = world.c, give_to_people(world.c, poison, world.policy, world.now_ms, "DutyChanged")
        world._commit(decision)
        self.way = "given to people"
        self._watch(world, Told(poison, before, decision, None, world.policy))
        self.way = "decided"

    def _decide_again(self) -> None:
        if self.log is None or self.logged is None:
            return
        replayed = again(self.log)
        assert (replayed.verdict, replayed.why) == ("same", "")
        assert replayed.link == self.log.link
        assert replayed.again.state == self.logged.c
        assert replayed.again.moves == self.logged.journal
        assert journal_of(self.log.entries, self.log.state, KEY) == tuple(self.logged.journal)
        beside = asyncio.run(elsewhere(replayed.steps, Again("place", place_of("place")), None, Runtime()))
        assert beside.parting is None and beside.again.state == self.logged.c

    def teardown(self) -> None:
        self._decide_again()


TestTheLog: Any = TheLog.TestCase
TestTheLog.settings = SETTINGS


def a_story(*, earlier: bool = False, until: int = 8) -> Written:
    """A question, a person who is asked for, a claim that is refused, one that is not, an answer, the end. Up to that
    event the log is written in the form of before, from then on in today's."""
    log = Written(earlier=earlier)

    def watch(world: World, told: Told) -> None:
        if earlier and len(log.entries) == until:
            log.earlier, log.encoded = False, state_entry
        log.write(told.event, told.decision, told.policy, world.now_ms, "decided")

    world = World(watch=watch)
    world.writes("where is my invoice", language="en")
    world.answers("Under Account.", items=({"kind": "tool", "name": "look", "output": {"n": 1}},))
    world.writes("get me a person", wants_person=True, language="en")
    world.wait(11 * MINUTE_MS)
    world.claims("vic")
    world.claims("ana")
    world.replies("ana", "Here it is.")
    world.mail(e.MarkedResolved("ana"))
    return log


def test_what_was_decided_comes_out_the_same_and_the_chain_ends_where_it_ended() -> None:
    log = a_story()

    replayed = again(log)

    assert (replayed.verdict, len(replayed.steps), replayed.link) == ("same", 8, log.link)


@pytest.mark.parametrize("until", [1, 3, 8])
def test_a_log_of_the_earlier_form_is_decided_again_whether_or_not_it_goes_on_in_todays(until: int) -> None:
    log, today = a_story(earlier=True, until=until), a_story()
    link = log.link
    forms = {codec.unpack(entry, KEY)[1] for entry in log.entries}

    replayed = again(log)
    log.link = today.link

    assert forms == ({25, 28} if until < 8 else {25})
    assert (replayed.verdict, replayed.why, len(replayed.steps), replayed.link) == ("same", "", 8, link)
    assert journal_of(log.entries, log.state, KEY) == journal_of(today.entries, today.state, KEY) != ()
    assert again(log).why == "the log is shorter than the chain that is stored with the state"


def test_a_log_of_today_is_shorter_than_the_earlier_one() -> None:
    assert sum(map(len, a_story().entries)) < 0.95 * sum(map(len, a_story(earlier=True).entries))


@given(position=st.integers(0, 7), at=st.integers(0, 400), bit=st.integers(0, 7))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_a_changed_bit_is_found_at_its_entry_or_behind_it(position: int, at: int, bit: int) -> None:
    log = a_story()
    raw = bytearray(log.entries[position])
    raw[at % len(raw)] ^= 1 << bit
    entries = [*log.entries[:position], bytes(raw), *log.entries[position + 1 :]]

    replayed = again(log, entries)

    assert replayed.verdict in ("differs", "damaged", "unknown")
    assert len(replayed.steps) <= position + 1
    assert f"entry {position + 1} of 8" in replayed.why


def test_an_entry_that_is_gone_and_one_that_stands_elsewhere_are_found() -> None:
    log = a_story()

    assert again(log, log.entries[:-1]).verdict in ("damaged", "differs")
    assert again(log, [*log.entries[:3], *log.entries[4:]]).why.startswith("entry 4 of 7")
    assert again(log, [*log.entries[:5], log.entries[6], log.entries[5], log.entries[7]]).why.startswith("entry 6 of 8")


def test_another_configuration_under_the_same_name_is_found_where_it_first_matters() -> None:
    log = a_story()
    policy = log.policies["v1"]
    smaller = replace(policy.teams["general"], members=frozenset({"carl", "lena"}))

    replayed = again(log, v1=replace(policy, teams={**policy.teams, "general": smaller}))

    assert (replayed.verdict, len(replayed.steps)) == ("differs", 6)
    assert replayed.why.startswith("entry 6 of 8: Claimed, then team:general -> person:ana (none); now no transition")


def test_a_transcript_that_was_changed_is_found_where_the_line_was_written() -> None:
    log = a_story()
    log.lines[0] = log.lines[0].replace(b"invoice", b"refunds")

    replayed = again(log)

    assert replayed.why.startswith("entry 1 of 8: MessageReceived, ")


def test_a_log_of_an_earlier_version_says_that_it_cannot_be_decided_again() -> None:
    log, moves = a_story(), again(a_story()).again.moves
    before = [codec.encode(move) for move in moves]

    without = replace(log.book(before), link=b"")
    half = again(log, [*before[:1], *log.entries[3:]])

    async def nobody(version: str) -> Policy | None:
        return None

    assert asyncio.run(replay(without, nobody)).verdict == "unknown"
    assert (half.verdict, half.why) == ("unknown", "entry 1 of 6: an earlier version wrote it, which kept no events")
    assert again(log, log.entries[3:]).verdict == "unknown"


words = st.text(max_size=20)


@given(
    line=st.builds(
        Line,
        n=st.integers(1, 10**6),
        author=st.builds(Actor, st.sampled_from(get_args(ActorKind)), words | st.sampled_from(["mia", "baton"])),
        text=words,
        visibility=st.sampled_from(get_args(Visibility)),
        at_ms=st.integers(0, 10**13),
        seq=st.none() | st.integers(1, 10**6),
        key=words | st.just("place|7|0"),
        ref=words,
        kind=st.sampled_from(SHAPES),
        data=st.lists(st.dictionaries(words, words), max_size=2).map(tuple),
        act=st.sampled_from(ACTS),
        turn=st.integers(0, 10**6),
    )
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_a_line_comes_back_as_it_was_however_it_was_written(line: Line) -> None:
    state = World().c

    assert lines_of([line_entry(line, state), codec.encode(line)], state, KEY) == (line, line)


def test_a_line_that_names_its_usual_author_reads_as_one_that_does_not() -> None:
    """The version before wrote every name."""
    state = World().c
    requester, baton = Actor("customer", state.requester), Actor("system", "baton")
    lines = tuple(
        Line(n, author, "hello", "public", state.created_ms) for n, author in enumerate((requester, baton), 1)
    )
    named = [codec.pack([1, 26, [n, who, name, "hello", 0]]) for n, who, name in ((1, 0, "mia"), (2, 4, "baton"))]

    unnamed = [line_entry(line, state) for line in lines]

    assert lines_of(named, state, KEY) == lines_of(unnamed, state, KEY) == lines
    assert [len(then) - len(now) for then, now in zip(named, unnamed, strict=True)] == [3, 5]
    with pytest.raises(codec.CodecError, match="an author without a name"):
        lines_of([codec.pack([1, 26, [1, KINDS.index("agent"), None, "hello", 0]])], state, KEY)


def test_every_kind_of_line_and_author_has_its_place() -> None:
    shapes = get_args(get_type_hints(Line)["kind"])

    assert set(SHAPES) == set(shapes)
    assert set(KINDS) == set(get_args(ActorKind))
    assert set(ACTS) == set(get_args(Act))


def test_a_configuration_that_is_not_kept_is_named() -> None:
    log = a_story()
    log.policies.clear()

    assert again(log).why == "entry 1 of 8: configuration v1 is not kept, or cannot be read any more"
