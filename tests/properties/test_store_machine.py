"""Any order of acceptances, leases, commits, deaths and late writes keeps mailbox, fence and versions in step.

The model is a list of mail per conversation, one current lease, one version. Two workers act on real scripts; a worker
whose lease was reaped keeps acting on what it remembers, and must never change anything.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.store.redis import RedisStore
from handlers.ports import LeaseLost
from handlers.values import Lease, Mail, Place
from routing.events import Claimed
from tests.contracts.samples import decide, ids, line, on_its_own, said, speech
from tests.properties.store_mutants import MUTANTS
from tests.redis_servers import SERVERS, PrivateServer

PLACES = ("order-1", "order-2")
LINES = tuple(f"m-{n}" for n in range(8))
CLICKS = tuple(f"click-{n}" for n in range(4))
WORKERS = (0, 1)
FIRST = next(iter(SERVERS))
EXAMPLES = 30
EXAMPLES_TO_FIND_A_BUG = 400  # it stops at the first
SETTINGS = settings(
    phases=(Phase.generate,),  # a failing run of thirty steps says enough; shrinking one takes minutes
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Model:
    """One conversation as it should be."""

    mail: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    rows: list[str] = field(default_factory=list)
    seq: int = 0
    version: int = 0
    lines: int = 0
    holder: int | None = None

    @property
    def waits(self) -> bool:
        return bool(self.mail or self.rows)


class Workers(RuleBasedStateMachine):
    """Bound by a subclass to a loop, a server and two workers, which live through all examples."""

    runner: asyncio.Runner
    server: PrivateServer
    stores: tuple[RedisStore, RedisStore]

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize()
    def empty(self) -> None:
        self.server.flush()
        self.model = {place: Model() for place in PLACES}
        self.leases: dict[tuple[int, str], Lease] = {}

    def current(self, worker: int, place: str) -> bool:
        return self.model[place].holder == worker

    @rule(place=st.sampled_from(PLACES), name=st.sampled_from(LINES + CLICKS), worker=st.sampled_from(WORKERS))
    def something_arrives_perhaps_again(self, place: str, name: str, worker: int) -> None:
        model = self.model[place]
        mail = line(name) if name in LINES else Mail(name, Claimed("ana"))
        try:
            accepted = self.run(self.stores[worker].enqueue(Place(place), mail))
        except LookupError:
            assert name in CLICKS and model.seq == 0
            return
        assert accepted.duplicate == (name in model.seen)
        if name not in model.seen:
            model.seen.add(name)
            model.mail.append(name)
            model.seq += name in LINES
            assert accepted.seq == (model.seq if name in LINES else None)

    @precondition(lambda self: any(model.holder is None and model.waits for model in self.model.values()))
    @rule(worker=st.sampled_from(WORKERS))
    def a_worker_takes_what_is_ready(self, worker: int) -> None:
        free = [place for place, model in self.model.items() if model.waits and model.holder is None]
        # All of it: which ones fewer would be is up to chance, and Hypothesis must be able to repeat a run.
        leases = self.all_that_is_ready(worker)
        assert [lease.id for lease in leases] == free
        for lease in leases:
            model = self.model[lease.id]
            model.holder = worker
            assert (lease.version, lease.lines, ids(lease.mails)) == (model.version, model.lines, model.mail)
            self.leases[worker, lease.id] = lease

    def all_that_is_ready(self, worker: int) -> list[Lease]:
        taken: list[Lease] = []
        while leases := self.run(self.stores[worker].lease(10)):
            taken += leases
        return sorted(taken, key=lambda lease: lease.id)

    def a_worker_commits(self, worker: int, place: str, row: bool = False, old: bool = False) -> None:
        lease, model = self.leases.get((worker, place)), self.model[place]
        if lease is None:
            return
        rows = (speech(f"{place}|{lease.version}|1"),) if row else ()
        if old and lease.version > 0:
            lease.version -= 1  # a decision on a state that is not the newest any more
        with_mail = bool(lease.mails)
        work = decide if with_mail else on_its_own
        try:
            assert self.run(work(self.stores[worker], lease, lines=(said(lease.lines + 1),), rows=rows))
        except LeaseLost:
            assert not self.current(worker, place) or old
            lease.version += old and lease.version >= 0
            if not self.current(worker, place):
                del self.leases[worker, place]
            return
        assert self.current(worker, place), "a stale worker wrote"
        assert not old or model.version == 0
        model.version += 1
        model.lines += 1
        model.rows += [one.key for one in rows]
        if with_mail:
            model.mail.pop(0)

    def a_worker_sends_a_row(self, worker: int, place: str) -> None:
        lease = self.leases.get((worker, place))
        rows = lease.lanes.get("customer") if lease is not None else None
        if lease is None or not rows:
            return
        row = rows[0]
        try:
            assert self.run(self.stores[worker].mark(lease, row)) == "marked"
            self.run(self.stores[worker].settle(lease, row))
        except LeaseLost:
            assert not self.current(worker, place)
            del self.leases[worker, place]
            return
        assert self.current(worker, place), "a stale worker sent"
        assert self.model[place].rows.pop(0) == row.row.key

    def a_worker_gives_its_lease_back(self, worker: int, place: str) -> None:
        lease, model = self.leases.get((worker, place)), self.model[place]
        if lease is None:
            return
        try:
            given = self.run(self.stores[worker].unlease(lease))
        except LeaseLost:
            assert not self.current(worker, place)
            del self.leases[worker, place]
            return
        if given:
            assert not self.current(worker, place) or not (model.mail or model.rows)
            if self.current(worker, place):
                model.holder = None
            del self.leases[worker, place]
        else:
            assert self.current(worker, place)
            assert ids(lease.mails) == model.mail

    def a_worker_looks_again(self, worker: int, place: str) -> None:
        lease = self.leases.get((worker, place))
        if lease is None:
            return
        try:
            self.run(self.stores[worker].refresh(lease))
        except LeaseLost:
            assert not self.current(worker, place)
            return
        assert self.current(worker, place)
        assert ids(lease.mails) == self.model[place].mail

    def a_worker_beats(self, worker: int, _: str) -> None:
        mine = [lease for (owner, _), lease in self.leases.items() if owner == worker]
        lost, mail = self.run(self.stores[worker].beat(mine))
        assert lost == {lease.id for lease in mine if not self.current(worker, lease.id)}
        assert mail == {
            lease.id for lease in mine if lease.id not in lost and len(self.model[lease.id].mail) > len(lease.mails)
        }

    def a_worker_commits_and_then_again_on_the_state_before(self, worker: int, place: str) -> None:
        for old in (False, True):
            self.a_worker_commits(worker, place, old=old)

    def a_worker_commits_what_it_decided_before_it_was_thought_dead(self, worker: int, place: str) -> None:
        if (worker, place) not in self.leases:
            return
        self.presumed_dead(worker)
        self.a_worker_commits(worker, place)

    def a_worker_commits_with_a_row(self, worker: int, place: str) -> None:
        self.a_worker_commits(worker, place, row=True)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def a_worker_acts_on_what_it_holds_or_held(self, data: st.DataObject) -> None:
        worker, place = data.draw(st.sampled_from(sorted(self.leases)))
        action = data.draw(st.sampled_from(ACTIONS))
        action(self, worker, place)

    @precondition(lambda self: self.leases)
    @rule(worker=st.sampled_from(WORKERS))
    def a_worker_is_thought_dead(self, worker: int) -> None:
        self.presumed_dead(worker)

    def presumed_dead(self, worker: int) -> None:
        held = [model for model in self.model.values() if model.holder == worker]
        assert self.run(self.stores[1 - worker].reap(self.stores[worker].owner)) == len(held)
        for model in held:
            model.holder = None
            self.reaped_idle(model)

    def reaped_idle(self, model: Model) -> None:
        """Reaped conversations are ready even if nothing waits in them: take and give them back."""
        if model.mail or model.rows:
            return
        for lease in self.all_that_is_ready(0):
            if self.model[lease.id] is model:
                assert self.run(self.stores[0].unlease(lease))
            else:
                self.model[lease.id].holder = 0
                self.leases[0, lease.id] = lease

    def the_server_forgets_its_scripts(self, _: int, __: str) -> None:
        self.server.command("SCRIPT", "FLUSH")

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        for place, model in getattr(self, "model", {}).items():
            record = self.run(self.stores[0].read(place))
            if record is None:
                assert model.seq == 0
                continue
            assert ids(record.pending) == model.mail
            assert (record.version, len(record.lines)) == (model.version, model.lines)


# One rule chooses among these: as rules of their own most steps would come to nothing, for want of a lease.
ACTIONS = (
    Workers.a_worker_commits,
    Workers.a_worker_commits_with_a_row,
    Workers.a_worker_commits_and_then_again_on_the_state_before,
    Workers.a_worker_commits_what_it_decided_before_it_was_thought_dead,
    Workers.a_worker_sends_a_row,
    Workers.a_worker_gives_its_lease_back,
    Workers.a_worker_looks_again,
    Workers.a_worker_beats,
    Workers.the_server_forgets_its_scripts,
)


def explore(server: PrivateServer, examples: int, sources: Any = None) -> None:
    with asyncio.Runner() as runner:
        stores = (RedisStore(server.url, sources=sources), RedisStore(server.url, sources=sources))
        for store in stores:
            runner.run(store.open())
        try:
            bound = type("Bound", (Workers,), {"runner": runner, "server": server, "stores": stores})
            run_state_machine_as_test(bound, settings=settings(SETTINGS, max_examples=examples))
        finally:
            for store in stores:
                runner.run(store.close())


def test_no_order_of_events_lets_a_stale_worker_write(redis_servers: Callable[[str], PrivateServer]) -> None:
    for name in SERVERS:
        explore(redis_servers(name), EXAMPLES)


@pytest.mark.parametrize(
    "name", ["no lease check", "no version check", "no dedupe", "lease released with mail waiting"]
)
def test_the_machine_finds_a_planted_bug_by_itself(name: str, redis_servers: Callable[[str], PrivateServer]) -> None:
    [mutant] = [mutant for mutant in MUTANTS if mutant.name == name]

    with pytest.raises(AssertionError):
        explore(redis_servers(FIRST), EXAMPLES_TO_FIND_A_BUG, mutant.sources())
