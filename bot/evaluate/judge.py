"""Runs one configuration and one model over the cases.

Each conversation goes through the handlers, the rules, the triage and the agents as in production. Only the store is
another: one conversation in memory, which outlives nothing.
"""

import asyncio
import math
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast

from bot.agent_runtime import Runtime
from handlers.agent import request
from handlers.apply import Desk
from handlers.dispatch import handle
from handlers.ports import Engine, Staffing
from handlers.values import Commit, Lease, Mail, Place
from routing import values
from routing.conversation import Conversation, HeldByAgent, HeldByHuman, Offered, OnHold, Parked, Queued, Target
from routing.effects import Line
from routing.events import AgentEvent, AgentFailed, MessageReceived
from routing.moves import open_handoff
from routing.policy import Policy
from routing.simulate import USUAL_TIME

from .cases import Case
from .confidence import confidence_of, team_of
from .verdict import Verdict

LOCAL: Final = "local"
CUSTOMER: Final = "customer"
BETWEEN_LINES_MS: Final = 5_000
WITH_PEOPLE: Final = (Queued, Offered, Parked, HeldByHuman, OnHold)
AT_ONCE: Final = 4  # conversations at a time, where the waiting is for an endpoint
# A bot that says so offers a way out. Crude: the words of an endpoint's model are its own.
_OFFER: Final = re.compile(r"\b(?:person|human|colleague|somebody|someone|our team|staff|representative)\b", re.I)


@dataclass(frozen=True, slots=True)
class Setup:
    """What is judged. `down`: the endpoint refuses every connection."""

    config: str
    policy: Policy
    model: str = LOCAL
    base_url: str | None = None
    api_key: str | None = None
    down: bool = False

    @property
    def is_local(self) -> bool:
        return self.model == LOCAL

    @property
    def name(self) -> str:
        return f"{self.model} (down)" if self.down else self.model


@contextmanager
def refusing_endpoint() -> Iterator[str]:
    """An address that refuses every connection: the port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def with_model(policy: Policy, model: str) -> Policy:
    """Every agent speaks through that model; `local` stays as the fallback where an agent has it. Tools, hooks and
    whatever else would act outside are left out: judging must change nothing."""
    agents = {
        name: replace(
            agent,
            models=tuple(dict.fromkeys((model, *(one for one in agent.models if one == LOCAL)))),
            tools=(), hooks=(), context_provider=None,
            handoff_options={
                to: replace(option, on_handoff=None, context_provider=None)
                for to, option in agent.handoff_options.items()
            },
        )
        for name, agent in policy.agents.items()
    }  # fmt: skip
    return replace(policy, agents=agents)


async def judge(
    setup: Setup, talks: Sequence[Sequence[Case]], progress: Callable[[int], None] = lambda _: None
) -> list[list[Verdict]]:
    """The verdicts on each conversation, in order. `progress` is told how many lines are done."""
    policy = with_model(setup.policy, setup.model)
    runtime = Runtime(base_url=setup.base_url, api_key=setup.api_key)
    found: list[list[Verdict]] = [[] for _ in talks]
    await asyncio.to_thread(confidence_of, policy, "hello")  # what triage learns at its first line is no line's latency
    waiting = iter(range(len(talks)))

    async def work() -> None:
        for number in waiting:
            talk = _Talk(setup, policy, runtime, f"case-{number}")
            for case in talks[number]:
                found[number].append(await talk.hear(case))
                progress(1)
                await asyncio.sleep(0)  # the bar moves, and Ctrl-C is heard, also where nothing is waited for

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(1 if setup.is_local else AT_ONCE):
                group.create_task(work())
    finally:
        await runtime.aclose()
    return found


@dataclass(slots=True)
class _Memory:
    """What the handlers use of a store, for one conversation."""

    lines: list[Line] = field(default_factory=list)

    async def commit(self, lease: Lease, commit: Commit) -> bool:
        if commit.conversation is not None:
            lease.conversation = commit.conversation
            lease.version += 1
        self.lines.extend(commit.lines)
        lease.lines = len(self.lines)
        return True

    async def history(self, lease: Lease) -> tuple[Line, ...]:
        return tuple(self.lines)

    async def run_entries(self, lease: Lease, turn: int) -> list[dict[str, Any]]:
        return []  # a run has always ended before the next line is heard

    async def duty(self) -> Mapping[str, tuple[Literal["on", "off", "away"], int | None, int]]:
        return {}


@dataclass(slots=True)
class _Journal:
    """The run journal of one step. A tool with an effect is never begun."""

    entries: list[dict[str, Any]] = field(default_factory=list)

    async def recorded(self) -> list[dict[str, Any]]:
        return list(self.entries)

    async def append(self, entry: Mapping[str, Any]) -> None:
        self.entries.append(dict(entry))

    async def begin(self, call_id: str) -> Literal["begun", "again", "refused"]:
        return "refused"


class _Talk:
    """One conversation, from its first line on."""

    def __init__(self, setup: Setup, policy: Policy, runtime: Runtime, identity: str) -> None:
        self._setup = setup
        self._policy = policy
        self._runtime = runtime
        self._memory = _Memory()
        # The handlers ask for these four methods of their ports and no others; another would be an AttributeError here.
        store = self._memory
        self._desk = Desk(cast(Engine, store), cast(Staffing, store), frozenset({"console"}))
        noon_ms = values.time_ms(f"{USUAL_TIME}[{policy.defaults.timezone}]")
        self._lease = Lease(identity, 0, Place(identity), 1, 0, None, 0, [], {}, noon_ms, math.inf)
        self._seq = 0

    async def hear(self, case: Case) -> Verdict:
        """The customer writes, and agents work until nobody wants to any more."""
        lease, spoken = self._lease, len(self._memory.lines)
        before = lease.conversation
        self._seq += 1
        lease.now_ms += BETWEEN_LINES_MS
        begun = time.perf_counter()
        line = MessageReceived(self._seq, CUSTOMER, case.text, lease.now_ms)
        judged = self._runtime.judge(line, self._policy, about=True)
        await handle(self._desk, self._runtime, lease, Mail(f"line-{self._seq}", line), self._policy)
        cost = _Cost()
        while await self._step(cost):
            pass
        latency_ms = (time.perf_counter() - begun) * 1000
        after = lease.conversation
        assert after is not None, "a line that was heard has a conversation"
        said = [one.text for one in self._memory.lines[spoken:] if one.author.kind == "agent" and _is_public(one)]
        return self._verdict(case, before, after, "\n\n".join(said), judged.failed_answer, cost, latency_ms)

    async def _step(self, cost: "_Cost") -> bool:
        """One step of the agent that holds it, reported as a worker would. False: nobody is at work."""
        lease = self._lease
        conversation = lease.conversation
        if conversation is None or conversation.run is None or not isinstance(conversation.holder, HeldByAgent):
            return False
        journal = _Journal()
        lines = await self._memory.history(lease)
        asked = request(conversation, lines, self._policy, self._runtime, lease)
        event = await self._runtime.run(asked, journal)
        cost.add(event, journal)
        mail = Mail(f"run-{conversation.run.turn}-{conversation.run.step}", event)
        await handle(self._desk, self._runtime, lease, mail, self._policy)
        return lease.conversation != conversation

    def _verdict(
        self, case: Case, before: Conversation | None, after: Conversation, says: str, complained: bool, cost: "_Cost",
        latency_ms: float,
    ) -> Verdict:  # fmt: skip
        policy = self._policy
        with_people = isinstance(after.holder, WITH_PEOPLE)
        had_people = before is not None and isinstance(before.holder, WITH_PEOPLE)
        handoff = open_handoff(after.holder)
        wanted = after.route_to or Target("team", policy.defaults.team)
        if handoff is not None:
            wanted = Target("person", handoff.preferred) if handoff.preferred else Target("team", handoff.team)
        team = handoff.team if handoff is not None else team_of(policy, wanted)
        route = next((one for one in policy.routes if one.name == after.route), None)
        sure = confidence_of(policy, case.text) if self._setup.is_local else None
        answers = sorted(policy.answers, key=lambda one: -len(one.text))
        return Verdict(
            case=case, handed_off=with_people and not had_people, with_people=with_people, team=team,
            target=str(wanted), route=after.route or "", routed=route is not None and route.when is not None,
            agent=after.holder.agent if isinstance(after.holder, HeldByAgent) else "",
            answer=next((one.name for one in answers if one.text.strip() and one.text in says), ""),
            says=says, complained=complained, offered=_OFFER.search(says) is not None, failed=cost.failed,
            out_of_scope=sure.out_of_scope and not with_people if sure is not None else None,
            p=sure.p if sure is not None else None, candidates=sure.candidates if sure is not None else (),
            context=None if handoff is None else handoff.reason != "none" and bool(handoff.need and handoff.team),
            latency_ms=latency_ms, tokens=cost.tokens, money=cost.money,
        )  # fmt: skip


@dataclass(slots=True)
class _Cost:
    """What the agents used for one line. `failed`: no model could be reached."""

    tokens: int = 0
    money: float = 0.0
    failed: bool = False

    def add(self, event: AgentEvent, journal: _Journal) -> None:
        self.failed |= isinstance(event, AgentFailed) and event.reason == "bot_unavailable"
        self.money += event.usage.money_micros / 1_000_000
        answers = (entry for entry in journal.entries if entry.get("kind") == "answer")
        self.tokens += sum(sum(entry["usage"][:2]) for entry in answers)  # read and written


def _is_public(line: Line) -> bool:
    return line.visibility == "public" and line.kind == "message"
