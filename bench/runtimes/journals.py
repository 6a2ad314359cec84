"""Run journals in Redis, as the worker's agents have them: each of a leased conversation whose state wishes for a
run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.load import BenchStore, at_once, line, place, policy
from bot.agent_runtime import _Journal as LibraryJournal
from bot.agents import Journal
from bot.tenure import Journal as TurnJournal
from handlers.values import Commit, Lease
from routing.conversation import Run
from routing.decide import birth, decide

from .contest import LINE

LEASE_S = 3_600.0  # longer than any measure: nobody beats here


@asynccontextmanager
async def engine_journals(url: str, count: int) -> AsyncIterator[list[Journal]]:
    """So many journals that nothing was written to."""
    async with BenchStore(url, lease_s=LEASE_S) as store:
        await at_once(64, [store.enqueue(place(number), line(f"Ev{number}", LINE)) for number in range(count)])
        journals: list[Journal] = []
        while len(journals) < count:
            leases = await store.lease(64)
            runs = await at_once(64, [_wished(store, lease) for lease in leases])
            journals += [
                LibraryJournal(TurnJournal(store, lease, run)) for lease, run in zip(leases, runs, strict=True)
            ]
        yield journals


async def _wished(store: BenchStore, lease: Lease) -> Run:
    mail = lease.mails[0]
    born = birth(lease.id, "U0MIA", policy(), lease.now_ms, platform="slack", workspace="T1")
    state = decide(born, mail.event, policy(), lease.now_ms).conversation
    if state.run is None or not await store.commit(lease, Commit(mail, state)):
        raise RuntimeError(f"no agent was asked in {lease.id}")
    lease.conversation = state
    return state.run
