"""A slot is taken before the commit that needs it: a crash between the two leaves one too many, never one too few."""

import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

import handlers.apply as real
from bot.store.redis import RedisStore
from handlers.values import Commit, Lease, Mail, Place
from routing.conversation import HeldByHuman
from routing.events import Claimed, MessageReceived
from routing.policy import AgentPolicy, Defaults, Person, Policy, Team

pytestmark = pytest.mark.anyio

POLICY = Policy(
    "v1", Defaults(team="general"), {"triage": AgentPolicy("triage", "", ("local",))},
    {"ana": Person("ana", "Ana")}, {"general": Team("general", "General", frozenset({"ana"}))},
)  # fmt: skip
TAKE = """    if isinstance(holder, HeldByHuman) and any(isinstance(effect, TakeSlot) for effect in decision.effects):
        await desk.staffing.take(holder.person, lease.id, decision.conversation.epoch)
"""
COMMIT = """    if await desk.engine.commit(lease, commit):
        return
"""


class Watching(RedisStore):
    """The real store; it looks at the ledger at the instant of each commit that gives a person a conversation."""

    taken_in_time = True

    async def commit(self, lease: Lease, commit: Commit) -> bool:
        if commit.conversation is not None and isinstance(commit.conversation.holder, HeldByHuman):
            duty = await self.duty()
            self.taken_in_time = "ana" in duty and duty["ana"][2] == 1
        return await super().commit(lease, commit)


def planted() -> ModuleType:
    """`slot taken after the commit`: handlers/apply.py with the two swapped."""
    source = Path(real.__file__).read_text()
    assert source.count(TAKE + COMMIT) == 1, "handlers/apply.py does not hold this once any more"
    late = COMMIT.replace("        return\n", textwrap.indent(TAKE, "    ") + "        return\n")
    module = ModuleType("handlers.apply_with_a_late_slot")
    module.__package__ = "handlers"
    sys.modules[module.__name__] = module
    exec(compile(source.replace(TAKE + COMMIT, late), module.__name__, "exec"), module.__dict__)
    return module


async def claim(url: str, module: ModuleType) -> bool:
    """Whether the slot was there when a claim was committed, by this version of `apply`."""
    async with Watching(url) as store:
        desk = module.Desk(store, store, frozenset({"console"}))
        line = MessageReceived(0, "mia", "hello", 0)
        await store.enqueue(Place("c"), Mail("m", line))
        await store.enqueue(Place("c"), Mail("claim", Claimed("ana")))
        [lease] = await store.lease(1)
        for mail in list(lease.mails):
            await module.apply(desk, lease, mail, mail.event, POLICY)
        assert lease.conversation is not None and isinstance(lease.conversation.holder, HeldByHuman)
        return store.taken_in_time


async def test_a_slot_is_taken_before_the_commit(redis_url: str) -> None:
    assert await claim(redis_url, real)


async def test_a_slot_taken_after_the_commit_is_noticed(redis_url: str) -> None:
    assert not await claim(redis_url, planted())
