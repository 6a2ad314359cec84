"""The composition root: settings and configuration in, everything built once, by hand.

`baton demo` and `baton serve` differ in what they give to `assemble`. A process takes in events, or works, or both.
"""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import structlog
import uvicorn
from prometheus_client import CollectorRegistry
from starlette.routing import Route

from handlers.apply import Desk
from handlers.ports import ChatPlatform, Unavailable
from routing import values
from routing.explain import explain
from routing.policy import Policy

from .agent_runtime import Runtime
from .live_config import LiveConfig
from .observe.lag import LoopLag, settle_collector
from .observe.logs import redaction
from .observe.metrics import register
from .platforms.console import ConsolePlatform
from .redaction import redactor
from .settings import Settings, known_environment
from .store.clock import RealClock, RedisTestClock
from .store.config_versions import ConfigVersions
from .store.connection import Revive
from .store.core import owners_of
from .store.redis import RedisStore
from .tenure import World
from .triage import engine, judge_of, warm
from .web.app import create_app
from .web.services import Explain, Services
from .worker import Worker

if TYPE_CHECKING:
    from .slack_connection import SlackConnection

log = structlog.get_logger("baton")

Role = Literal["all", "ingress", "worker"]
PAUSE_LOOK_S = 1.0
MODEL_PATIENCE_S = 0.5  # of the test clock, for agents at work


@dataclass(slots=True)
class Switch:
    """What changes while a process runs: agents are paused, it is about to end."""

    paused: bool = False
    draining: bool = False


@dataclass(frozen=True, slots=True)
class Baton:
    """One process, assembled. Attributes are public so that tests and tools can look at any part."""

    settings: Settings
    config: LiveConfig
    store: RedisStore
    world: World
    worker: Worker
    services: Services
    role: Role
    switch: Switch
    slack: "SlackConnection | None"

    def policy(self) -> Policy:
        """What is in force now, the pause switch included."""
        return self.services.policy()


@asynccontextmanager
async def assemble(
    settings: Settings, config_file: Path, *, redis_url: str, role: Role = "all", test_clock: bool = False,
    demo: bool = False, api_token: str, secret_key: str, revive: Revive | None = None,
    platforms: Sequence[ChatPlatform] = (),
) -> AsyncIterator[Baton]:  # fmt: skip
    """Build one process's parts, open the store and connect every platform whose environment is set.

    `platforms` are connected beside those, under their own names.

    Raises:
        ConfigError: the file has errors. Unset: a variable is missing. Unavailable, StoreUnfit: no store to use.
    """
    with_slack = settings.wants_slack()
    clock = RedisTestClock() if test_clock else RealClock()
    store = RedisStore(redis_url, clock=clock, lease_s=settings.baton_lease_s, revive=revive)
    versions = ConfigVersions(store.calls, store.workspace)
    config = LiveConfig(config_file, known_environment(), version_of=versions.remember)
    key = settings.openai_api_key
    runtime = Runtime(base_url=settings.openai_base_url, api_key=key.get_secret_value() if key is not None else None)
    switch = Switch()

    def policy() -> Policy:
        return replace(config.policy, agents_paused=True) if switch.paused else config.policy

    redaction.follow(lambda: redactor(config.policy.defaults.redact) if config.policy.defaults.redact else None)

    async with AsyncExitStack() as stack:
        stack.push_async_callback(runtime.aclose)
        await stack.enter_async_context(store)
        await config.number()
        await warm(config.policy)
        switch.paused = await store.paused()
        slack: SlackConnection | None = None
        if with_slack:
            from .slack_connection import connect_slack  # a seventh of all imports, for those who have Slack

            slack = await stack.enter_async_context(
                connect_slack(settings, store, policy, takes_events=role != "worker")
            )
        connected: list[ChatPlatform] = [ConsolePlatform(), *platforms]
        if slack is not None:
            connected.append(slack.platform)
        yield _build(
            settings, config, store, role, clock, runtime, switch, policy, slack, connected, demo, api_token,
            secret_key,
        )  # fmt: skip


def _build(
    settings: Settings, config: LiveConfig, store: RedisStore, role: Role, clock: RealClock | RedisTestClock,
    runtime: Runtime, switch: Switch, policy: Callable[[], Policy], slack: "SlackConnection | None",
    platforms: Sequence[ChatPlatform], demo: bool, api_token: str, secret_key: str,
) -> Baton:  # fmt: skip
    """Everything by hand, in the order in which it is needed."""
    connected = {platform.name: platform for platform in platforms}
    shown = frozenset(platform.name for platform in platforms if platform.transcript_is_delivery)

    async def policy_of(_: str) -> Policy:
        return policy()

    world = World(store, store, store, runtime, connected, policy_of, Desk(store, store, shown))
    registry = CollectorRegistry()

    async def set_paused(paused: bool, *, by: str) -> None:
        await store.set_paused(paused, by)
        switch.paused = paused

    async def ready() -> Mapping[str, str | None]:
        checks: dict[str, str | None] = {"redis": None, "config": None}
        try:
            await store.ping()
        except Unavailable as error:
            checks["redis"] = str(error) or "cannot be reached"
        if slack is not None:
            checks["slack"] = await slack.sockets.problem() if slack.sockets is not None else None
        return checks

    services = Services(
        mailbox=store, read_models=store, staffing=store, policy=policy, now_ms=store.now_ms,
        explain=_explain(policy), ready=ready, spend_once=store.spend_once, set_paused=set_paused,
        api_token=api_token, secret_key=secret_key, ingress=store.owner,
        config_problem=lambda: str(config.problem[0]) if config.problem else None, draining=lambda: switch.draining,
        clock=SteppedClock(store, clock) if isinstance(clock, RedisTestClock) else None,
        demo=demo, model="your model" if runtime.has_endpoint and settings.baton_model else "local model",
        triage=str(engine()), registry=registry,
    )  # fmt: skip
    worker = Worker(world)
    register(registry, world, worker)
    return Baton(settings, config, store, world, worker, services, role, switch, slack)


def _explain(policy: Callable[[], Policy]) -> Explain:
    def explained(*, text: str, user: str | None, channel: str | None, at: str | None) -> Mapping[str, Any]:
        now_ms = values.time_ms(at) if at is not None else time.time_ns() // 1_000_000
        return explain(policy(), judge_of(policy()), text, now_ms=now_ms, user=user or "", channel=channel or "")

    return explained


class SteppedClock:
    """The test clock: moves to each due timer in turn and waits until everything that follows is done."""

    def __init__(self, store: RedisStore, clock: RedisTestClock) -> None:
        self._store = store
        self._clock = clock

    async def advance(self, ms: int) -> None:
        target_ms = await self._store.now_ms() + ms
        await self._settle()
        while True:
            now_ms = await self._store.now_ms()
            due_ms = await self._store.next_due_ms()
            step_to = target_ms if due_ms is None or due_ms > target_ms else max(due_ms, now_ms)
            if step_to > now_ms:
                await self._clock.advance(step_to - now_ms)
            await self._settle()
            if step_to >= target_ms:
                return

    async def _settle(self) -> None:
        """Due timers, their decisions and their effects. Looked at, because nothing rings when all is quiet. A model
        that takes its time is not waited for: what happens meanwhile is what such a test is about."""
        quiet, patience_until = 0, time.monotonic() + MODEL_PATIENCE_S
        while quiet < 2:
            await self._store.fire_timers()
            state = await self._store.stillness()
            done = state == "quiet" or (state == "thinking" and time.monotonic() > patience_until)
            quiet = quiet + 1 if done else 0
            await asyncio.sleep(0.01)


# ---- running ---------------------------------------------------------------------------------------------------------


async def run(baton: Baton, *, host: str, sockets: list[socket.socket], announce: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then drain: not ready, no new work, streams end, leases go back, within 25 s."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    lag = LoopLag()
    lag.register(baton.services.registry)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(baton.config.run(stop), name="config"),
            group.create_task(_look_at_pause(baton), name="pause"),
            group.create_task(lag.run(), name="lag"),
        ]
        if baton.role in ("all", "worker"):
            # An earlier process of this name (a container has one) may have died holding leases: not wait for them.
            with contextlib.suppress(Unavailable):
                await baton.store.reap(owners_of(os.getpid()))
            group.create_task(baton.worker.run(), name="worker")
        if baton.slack is not None and baton.slack.sockets is not None:
            group.create_task(baton.slack.sockets.run(stop), name="slack")
        if baton.slack is not None and baton.slack.rereading is not None:
            tasks.append(group.create_task(baton.slack.rereading.run(), name="rereading"))
        server = _server(baton, host)
        serving = group.create_task(server.serve(sockets=sockets), name="web")
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        settle_collector()
        announce()
        await stop.wait()
        baton.switch.draining = True
        baton.worker.stop()
        server.should_exit = True
        for task in tasks[1:]:
            task.cancel()


class _Server(uvicorn.Server):
    """Signals belong to `run`: uvicorn's own handling would end the web before the worker has drained."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


def _server(baton: Baton, host: str) -> _Server:
    """Open streams are closed after three seconds: uvicorn would otherwise wait for them for ever."""
    app = create_app(baton.services)
    inbound = baton.slack.inbound if baton.slack is not None else None
    if inbound is not None and inbound.asgi is not None:
        # First, because to ask all other routes takes longer than to answer.
        app.router.routes.insert(0, Route("/slack/events", inbound.asgi, methods=["POST"]))
    config = uvicorn.Config(
        app,
        host=host,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
        lifespan="on",
        server_header=False,
    )
    return _Server(config)


async def _look_at_pause(baton: Baton) -> None:
    """The pause switch lives in the store; every process sees it within a second."""
    while True:
        with contextlib.suppress(Unavailable):
            baton.switch.paused = await baton.store.paused()
        await asyncio.sleep(PAUSE_LOOK_S)


def bind(host: str, port: int, *, or_next: bool) -> socket.socket:
    """A listening socket. With `or_next` a taken port is replaced by the next free one; port 0 takes any.

    Raises:
        OSError: the port is taken, or the address is not of this machine.
    """
    last: OSError | None = None
    for candidate in range(port, port + 50 if or_next and port else port + 1):
        listener = inherited(host, None)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(512)
        except OSError as error:
            listener.close()
            last = error
        else:
            listener.setblocking(False)
            return listener
    assert last is not None
    raise last


def inherited(host: str, number: int | None) -> socket.socket:
    """The socket that a parent process has bound to this address, by the number of the open file; None: a new one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: asyncio sets TCP_NODELAY only then, and without it each answer waits 40 ms for an ACK.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=number)
