"""One conversation while it is leased here: decide, deliver and think, side by side under one fence.

Decide never waits for the outbox or a model: a claim is decided while a model thinks for half a minute. Deliver runs a
lane per destination (delivery.py); think runs at most one agent turn, which the state wished for, and reports by an
event of its own.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import structlog

from handlers.agent import request
from handlers.apply import Desk, park_poison
from handlers.dispatch import handle
from handlers.ports import AgentRuntime, ChatPlatform, Engine, LeaseLost, PolicyOf, ReadModels, Staffing, Unavailable
from handlers.values import LANES, Lane, Lease, Mail
from routing.conversation import Closed, Conversation, HeldByHuman, OnHold, Resolved, Run
from routing.events import AgentEvent, AgentFailed

from .delivery import Delivery

log = structlog.get_logger("baton.worker")

TRIES = 3  # decisions of one event before it becomes a dead letter
FORGOTTEN = "the store has lost its last seconds: a person may have taken this conversation"
WORKING_S = 1.0  # a sign that somebody is at work may take so long
AWAY_S = (0.05, 0.1, 0.2, 0.5, 1.0)  # pauses while the store is away
COMPACT_AT_REST, COMPACT_IDLE = 4, 16  # elements of transcript and log


@dataclass(frozen=True, slots=True)
class World:
    """What a tenure works with; built once by the composition root.

    Attributes:
        settle_s: how long a marked row may still be on its way after its call was cut off; only then is it looked up.
            At least the platforms' HTTP time-out.
    """

    engine: Engine
    staffing: Staffing
    read_models: ReadModels
    runtime: AgentRuntime
    platforms: Mapping[str, ChatPlatform]
    policy_of: PolicyOf
    desk: Desk
    settle_s: float = 8.0
    turns: "Counter" = field(default_factory=lambda: Counter())


@dataclass(slots=True)
class Counter:
    """What this process did since it started, for /metrics."""

    decided: int = 0
    sent: int = 0
    runs: int = 0
    dead: int = 0


class Journal:
    """The run journal of one turn, bound to the lease that may write it.

    Once the state no longer wishes for the run, nothing is written and no tool with an effect begins; what the model
    still answers is only read by whoever took over.
    """

    def __init__(self, engine: Engine, lease: Lease, run: Run) -> None:
        self._engine = engine
        self._lease = lease
        self._run = run

    @property
    def over(self) -> bool:
        wished = wished_run(self._lease)
        return wished is None or key_of(wished) != key_of(self._run)

    async def recorded(self) -> list[dict[str, Any]]:
        entries = await self._engine.run_entries(self._lease, self._run.turn)
        return [entry for entry in entries if entry.get("run_step", 0) == self._run.step]

    async def append(self, entry: Mapping[str, Any]) -> None:
        if self.over:
            return
        try:
            await self._engine.run_append(self._lease, self._run.turn, {**entry, "run_step": self._run.step})
        except LeaseLost:
            # The store says "lost" for a turn that is over as well; that alone must not end the tenure.
            if not self.over:
                raise

    async def begin(self, call_id: str) -> Literal["begun", "again", "refused"]:
        if self.over:
            return "refused"
        return await self._engine.begin(self._lease, self._run.turn, call_id, speech_epoch=self._run.epoch)


def wished_run(lease: Lease) -> Run | None:
    return lease.conversation.run if lease.conversation is not None else None


def key_of(run: Run) -> tuple[int, int]:
    return (run.turn, run.step)


class Tenure:
    """The owner's work on one leased conversation, until nothing is left to do or the lease is lost."""

    def __init__(self, world: World, lease: Lease) -> None:
        self._world = world
        self.lease = lease
        self._bell = asyncio.Event()
        self._mail_came = False
        self._lanes: dict[Lane, asyncio.Task[None]] = {}
        self._thinking: tuple[tuple[int, int], asyncio.Task[None]] | None = None
        self._lost = False
        self._delivery = Delivery(world, lease, self.ring)

    def ring(self) -> None:
        """Look again: mail has come."""
        self._mail_came = True
        self._bell.set()

    def drop(self) -> None:
        """The lease is gone; stop without writing."""
        self._lost = True
        self._bell.set()

    async def run(self) -> None:
        """Work until the conversation can be given back. Never raises but for cancellation.

        A store that is away for a while costs nothing: what was under way is taken up again from what is written.
        """
        structlog.contextvars.bind_contextvars(conversation=self.lease.id)
        while not self._lost:
            try:
                async with asyncio.TaskGroup() as group:
                    try:
                        await self._serve(group)
                    finally:
                        self._stop_children()
                return
            except* LeaseLost:
                log.info("conversation.lease_lost", fence=self.lease.fence)
                self._lost = True
            except* Unavailable:
                log.warning("conversation.store_away")
            except* Exception:
                # One bad conversation must not stop the others; the lease runs out and the work is done again.
                log.exception("conversation.failed")
                self._lost = True
            await self._wait_for_the_store()

    async def _wait_for_the_store(self) -> None:
        """Returns once the store has answered: the lease is given back, lost, or brought up to date, rows included."""
        attempt = 0
        while not self._lost:
            try:
                self._lost = await self._world.engine.unlease(self.lease)
                return
            except Unavailable:
                pause_s = AWAY_S[min(attempt, len(AWAY_S) - 1)]
                await asyncio.sleep(pause_s * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret
                attempt += 1
            except LeaseLost:
                log.info("conversation.lease_lost", fence=self.lease.fence)
                self._lost = True

    async def _serve(self, group: asyncio.TaskGroup) -> None:
        lease, engine = self.lease, self._world.engine
        while not self._lost:
            self._bell.clear()
            await self._decide()
            self._deliver(group)
            self._think(group)
            if self._lanes or self._thinking is not None or lease.mails:
                if not lease.mails and not lease.more:
                    await self._bell.wait()
                if self._mail_came or lease.more:
                    self._mail_came = False
                    await engine.refresh(lease)
                continue
            if lease.elements >= self._many():
                await engine.compact(lease)
            if await engine.unlease(lease):
                return  # refused while there is mail, a row or a run; then the lease shows it

    def _many(self) -> int:
        """From how many elements on transcript and log are worth the two calls that store them in less room. What is
        taken up again and again needs the more of them the longer it is, so that nothing is packed too often."""
        conversation = self.lease.conversation
        if conversation is not None and isinstance(conversation.holder, Resolved | Closed):
            return COMPACT_AT_REST
        return max(COMPACT_IDLE, self.lease.lines // 4)

    def _stop_children(self) -> None:
        for task in self._lanes.values():
            task.cancel()
        if self._thinking is not None:
            self._thinking[1].cancel()

    def _child(
        self, group: asyncio.TaskGroup, work: Coroutine[Any, Any, None], done: Callable[[], None]
    ) -> asyncio.Task[None]:
        task = group.create_task(work)

        def finished(_: object) -> None:
            done()
            self._bell.set()

        task.add_done_callback(finished)
        return task

    # ---- decide ------------------------------------------------------------------------------------------------------

    async def _decide(self) -> None:
        """All mail that is here, in order, one commit each."""
        lease, world = self.lease, self._world
        while lease.mails and not self._lost:
            mail = lease.mails[0]
            policy = await world.policy_of(lease.place.workspace)
            try:
                await handle(world.desk, world.runtime, lease, mail, policy)
                world.turns.decided += 1
            except (LeaseLost, Unavailable):
                raise
            except Exception as error:
                await self._failed(mail, error)
            self._stop_stale_run()

    async def _failed(self, mail: Mail, error: Exception) -> None:
        log.exception("mail.failed", mail=mail.id, event_type=type(mail.event).__name__)
        tries = await self._world.engine.retry(self.lease, mail)
        if tries >= TRIES:
            policy = await self._world.policy_of(self.lease.place.workspace)
            self._world.turns.dead += 1
            await park_poison(self._world.desk, self.lease, mail, policy, f"{type(error).__name__}: {error}")

    # ---- think -------------------------------------------------------------------------------------------------------

    def _stop_stale_run(self) -> None:
        """A run that the state no longer wishes for ends at once, not when its model answers.

        But for one: when a person has taken over, what the model still answers is shown to them as a draft.
        """
        if self._thinking is None:
            return
        run = wished_run(self.lease)
        if run is not None and key_of(run) == self._thinking[0]:
            return
        holder = self.lease.conversation.holder if self.lease.conversation is not None else None
        if run is not None or not isinstance(holder, HeldByHuman | OnHold):
            self._thinking[1].cancel()

    def _think(self, group: asyncio.TaskGroup) -> None:
        run = wished_run(self.lease)
        if run is None or self._thinking is not None or self._lost:
            return
        conversation = self.lease.conversation
        assert conversation is not None
        task = self._child(group, self._turn(conversation, run), self._thought)
        self._thinking = (key_of(run), task)

    def _thought(self) -> None:
        self._thinking = None

    async def _turn(self, conversation: Conversation, run: Run) -> None:
        """One step of one turn; its result enters the mailbox and counts once, whoever reports it."""
        world, lease = self._world, self.lease
        report: AgentEvent
        try:
            if world.engine.has_forgotten():
                report = AgentFailed(run.turn, run.step, run.agent, run.epoch, "bot_unavailable", FORGOTTEN)
            else:
                report = await self._asked(conversation, run)
        except (LeaseLost, Unavailable):
            raise
        except Exception as error:  # a run that cannot even be asked for must not hold the conversation for ever
            log.exception("run.failed", agent=run.agent, turn=run.turn)
            detail = f"{type(error).__name__}: {error}"
            report = AgentFailed(run.turn, run.step, run.agent, run.epoch, "bot_unavailable", detail)
        # The conversation's id stands in it because names are unique per channel, which many conversations share.
        await world.engine.report(lease, Mail(f"run|{lease.id}|{run.turn}|{run.step}", report))
        self.ring()

    async def _asked(self, conversation: Conversation, run: Run) -> AgentEvent:
        """What the agent says."""
        world, lease = self._world, self.lease
        policy = await world.policy_of(lease.place.workspace)
        lines = await world.engine.history(lease)
        world.turns.runs += 1
        await self._show_work(conversation)
        asked = request(conversation, lines, policy, world.runtime, lease)
        return await world.runtime.run(asked, Journal(world.engine, lease, run))

    async def _show_work(self, conversation: Conversation) -> None:
        """Before the model is asked, so that it cannot come after the answer and stay. The answer does not depend on
        it: neither a platform that is slow to show it nor one that cannot."""
        platform = self._world.platforms.get(conversation.platform)
        if platform is None:
            return
        try:
            async with asyncio.timeout(WORKING_S):
                await platform.working(conversation)
        except Exception as error:  # whatever it was, the customer waits for the answer
            log.warning("working.not_shown", reason=f"{type(error).__name__}: {error}")

    # ---- deliver -----------------------------------------------------------------------------------------------------

    def _deliver(self, group: asyncio.TaskGroup) -> None:
        for lane in LANES:
            if self.lease.lanes.get(lane) and lane not in self._lanes:
                self._lanes[lane] = self._child(group, self._lane(lane), partial(self._leave_lane, lane))

    def _leave_lane(self, lane: Lane) -> None:
        del self._lanes[lane]

    async def _lane(self, lane: Lane) -> None:
        """Rows of one destination, in order; none waits for another lane."""
        rows = self.lease.lanes[lane]
        while rows and not self._lost:
            await self._delivery.row(rows[0])
