"""`baton demo`, `baton serve` and the switch of `baton agents`."""

import asyncio
import signal
import socket
import sys
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.app import Baton, Role, assemble, bind, inherited, run
from bot.commands.config import summary
from bot.commands.installation import installation_store
from bot.commands.plainly import Stop
from bot.config_file import check_file
from bot.observe.logs import configure
from bot.settings import Settings, Unset, known_environment, load_settings, random_secret
from bot.store.embedded import EmbeddedRedis, home_of
from bot.store.redis import RedisStore
from bot.supervisor import Program, Supervisor, Tether
from bot.web.auth import login_path

if TYPE_CHECKING:
    from bot.fake_slack import FakeSlack


def start_demo(host: str, port: int, config: Path | None, *, test_clock: bool, slack: bool) -> int:
    """Everything in one process, with the embedded store unless REDIS_URL names one, and a fake Slack if asked for."""
    configure(quiet=True)
    settings = load_settings()
    file = config if config is not None else settings.baton_config
    store: EmbeddedRedis | None = None
    if settings.redis_url is None:
        store = EmbeddedRedis(home_of(file, known_environment()))
        store.start()
    token = settings.baton_api_token.get_secret_value() if settings.baton_api_token else random_secret()
    printed = None if settings.baton_api_token else token
    secret = settings.baton_secret_key.get_secret_value() if settings.baton_secret_key else random_secret()
    listener = bind(host, port, or_next=True)
    address = f"http://{host if ':' not in host else f'[{host}]'}:{listener.getsockname()[1]}"

    async def serve_demo() -> None:
        async with AsyncExitStack() as stack:
            fake = await _fake_slack(stack) if slack else None
            baton = await stack.enter_async_context(
                assemble(
                    with_fake(settings, fake),
                    file,
                    redis_url=settings.redis_url or (store.url if store is not None else ""),
                    test_clock=test_clock,
                    demo=True,
                    api_token=token,
                    secret_key=secret,
                    revive=store.revive if store is not None else None,
                )
            )
            where = str(store) if store is not None else str(baton.store.found)
            banner = partial(_banner, baton, file, where, address, port, secret, printed, fake)
            await run(baton, host=host, sockets=[listener], announce=banner)

    try:
        asyncio.run(serve_demo())
    finally:
        if store is not None:
            store.stop()
    return 0


async def _fake_slack(stack: AsyncExitStack) -> "FakeSlack":
    from bot.fake_slack import FakeSlack, furnish  # a web server of its own, for those who asked for it

    fake = await stack.enter_async_context(FakeSlack())
    furnish(fake)
    return fake


def with_fake(settings: Settings, fake: "FakeSlack | None") -> Settings:
    """The environment of a process that takes the fake for Slack, by Socket Mode."""
    if fake is None:
        return settings
    changes = {
        "slack_bot_token": SecretStr(fake.bot_token),
        "slack_app_token": SecretStr(fake.app_token),
        "slack_signing_secret": SecretStr(fake.signing_secret),
        "slack_api_url": fake.api_url,
    }
    return settings.model_copy(update=changes)


def _banner(
    baton: Baton, file: Path, store: str, address: str, wished_port: int, secret: str, token: str | None,
    fake: "FakeSlack | None",
) -> None:  # fmt: skip
    """What a newcomer reads first."""
    model = baton.services.model
    leaves = "nothing leaves this machine" if model == "local model" else "messages go to the model's endpoint"
    taken = not address.endswith(f":{wished_port}") and wished_port != 0
    lines = [
        f"  baton {baton.services.version} · demo mode: {model}, {'a fake Slack' if fake else 'no Slack'}, {leaves}",
        f"  store    {store}",
        f"  config   {file}   {summary(check_file(file, known_environment()))}",
        f"  triage   {baton.services.triage}",
        f"  console  {address}{login_path(secret)}   (one-time link, 10 min)"
        + (f"   port {wished_port} is taken" if taken else ""),
    ]
    if token is not None:
        lines.append(f"  API      {address}/api/v1   token {token}")
    if fake is not None:
        lines.append(f"  Slack    {fake.url}   (customers on the left, the desk on the right)")
    lines.append('  next     try "where is my invoice", then "I was charged twice, get me a person"')
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def start_serving(
    role: Role, host: str, port: int, config: Path | None, *, tether: int | None = None, listener: int | None = None
) -> int:
    """Production. What is missing from the environment is named in one line.

    `tether` and `listener`: numbers of the open files that a supervisor gives its child."""
    supervised = Tether(tether) if tether is not None else None
    configure()
    settings = load_settings()
    redis_url = _needed_url(settings)
    token, secret = settings.baton_api_token, settings.baton_secret_key
    if role != "worker" and token is None:
        raise Unset("BATON_API_TOKEN is not set: it is the bearer of the REST API; choose a long random one")
    if role != "worker" and secret is None:
        raise Unset("BATON_SECRET_KEY is not set: it signs console sessions; choose a long random one")
    file = config if config is not None else settings.baton_config
    listening = inherited(host, listener) if listener is not None else _listen(host, port)

    async def serve() -> None:
        async with assemble(
            settings,
            file,
            redis_url=redis_url,
            role=role,
            api_token=token.get_secret_value() if token is not None else random_secret(),
            secret_key=secret.get_secret_value() if secret is not None else random_secret(),
        ) as baton:
            words = _serving(baton, listening.getsockname()[1])
            announce = partial(supervised.ready if supervised is not None else _say, words)
            await run(baton, host=host, sockets=[listening], announce=announce)

    asyncio.run(serve())
    return 0


def start_supervised(role: Role, workers: int, host: str, port: int, config: Path | None) -> int:
    """Production in several processes: an ingress, unless only workers are asked for, and so many workers."""
    if role == "ingress":
        raise Stop("--role ingress takes no --workers: an ingress does no work; use --role all or --role worker")
    if workers < 1:
        raise Stop(f"--workers {workers}: at least one is needed")
    configure()
    redis_url = _needed_url(load_settings())
    names = ["ingress"] * (role == "all") + [f"worker-{number}" for number in range(1, workers + 1)]
    # Bound here and kept: whoever connects while a child is started again waits a moment instead of being refused.
    listening = [_listen(host, port and port + place) for place in range(len(names))]
    heard: dict[str, str] = {}
    programs = []
    for name, one in zip(names, listening, strict=True):
        command = [sys.executable, "-P", "-m", "bot.cli", "serve", "--role", name.partition("-")[0], "--host", host]
        command += ["--listener", str(one.fileno()), *(("--config", str(config)) if config is not None else ())]
        programs.append(Program(name, command, (one.fileno(),), partial(heard.__setitem__, name)))

    def announce() -> None:
        ports = [str(one.getsockname()[1]) for one in listening[-workers:]]
        _say(f"{heard[names[0]]} · workers: {workers}, on {', '.join(ports)}")

    async def supervise() -> int:
        async with RedisStore(redis_url) as store:
            supervisor = Supervisor(programs, store.reap)

            def stop() -> None:
                supervisor.stop()
                for one in listening:
                    one.close()

            for name in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(name, stop)
            return await supervisor.run(announce)

    return asyncio.run(supervise())


def _needed_url(settings: Settings) -> str:
    if settings.redis_url is None:
        raise Unset("REDIS_URL is not set: baton serve needs a Redis 7.0 or newer, such as redis://127.0.0.1:6380/0")
    return settings.redis_url


def _listen(host: str, port: int) -> socket.socket:
    try:
        return bind(host, port, or_next=False)
    except (OSError, OverflowError) as error:
        raise Stop(f"cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}", 1) from None


def _serving(baton: Baton, port: int) -> str:
    running = f"baton {baton.services.version} · {baton.role} · port {port} · {baton.store.found}"
    return f"{running} · triage: {baton.services.triage}"


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def switch_agents(paused: bool) -> None:
    """Set the switch in the store that this installation uses."""
    async with installation_store() as store:
        await store.set_paused(paused, "baton agents")
