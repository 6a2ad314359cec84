"""`baton demo`, `baton serve` and the switch of `baton agents`."""

import asyncio
import sys
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from bot.app import Baton, Role, assemble, bind, run
from bot.commands.config import summary
from bot.commands.installation import installation_store
from bot.config_file import check_file
from bot.fake_slack import FakeSlack, furnish
from bot.observe.logs import configure
from bot.settings import Settings, Unset, known_environment, load_settings, random_secret
from bot.store.embedded import EmbeddedRedis, home_of
from bot.web.auth import login_path


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
            fake = await stack.enter_async_context(FakeSlack()) if slack else None
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


def with_fake(settings: Settings, fake: FakeSlack | None) -> Settings:
    """The environment of a process that takes the fake for Slack, by Socket Mode."""
    if fake is None:
        return settings
    furnish(fake)
    changes = {
        "slack_bot_token": SecretStr(fake.bot_token),
        "slack_app_token": SecretStr(fake.app_token),
        "slack_signing_secret": SecretStr(fake.signing_secret),
        "slack_api_url": fake.api_url,
    }
    return settings.model_copy(update=changes)


def _banner(
    baton: Baton, file: Path, store: str, address: str, wished_port: int, secret: str, token: str | None,
    fake: FakeSlack | None,
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


def start_serving(role: Role, host: str, port: int, config: Path | None) -> int:
    """Production. What is missing from the environment is named in one line."""
    configure()
    settings = load_settings()
    redis_url = settings.redis_url
    if redis_url is None:
        raise Unset("REDIS_URL is not set: baton serve needs a Redis 7.0 or newer, such as redis://127.0.0.1:6380/0")
    token, secret = settings.baton_api_token, settings.baton_secret_key
    if role != "worker" and token is None:
        raise Unset("BATON_API_TOKEN is not set: it is the bearer of the REST API; choose a long random one")
    if role != "worker" and secret is None:
        raise Unset("BATON_SECRET_KEY is not set: it signs console sessions; choose a long random one")
    file = config if config is not None else settings.baton_config
    listener = bind(host, port, or_next=False)

    async def serve() -> None:
        async with assemble(
            settings,
            file,
            redis_url=redis_url,
            role=role,
            api_token=token.get_secret_value() if token is not None else random_secret(),
            secret_key=secret.get_secret_value() if secret is not None else random_secret(),
        ) as baton:
            announce = partial(_serving, baton, listener.getsockname()[1])
            await run(baton, host=host, sockets=[listener], announce=announce)

    asyncio.run(serve())
    return 0


def _serving(baton: Baton, port: int) -> None:
    running = f"baton {baton.services.version} · {baton.role} · port {port} · {baton.store.found}"
    sys.stdout.write(f"{running} · triage: {baton.services.triage}\n")
    sys.stdout.flush()


async def switch_agents(paused: bool) -> None:
    """Set the switch in the store that this installation uses."""
    async with installation_store() as store:
        await store.set_paused(paused, "baton agents")
