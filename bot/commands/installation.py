"""The store of this installation, for commands that do one thing and end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.commands.config import config_path
from bot.settings import known_environment, load_settings
from bot.store.embedded import EmbeddedRedis, home_of
from bot.store.redis import RedisStore


@asynccontextmanager
async def installation_store(config: Path | None = None, *, any_schema: bool = False) -> AsyncIterator[RedisStore]:
    """REDIS_URL's, else the embedded one of that configuration, started for as long as it takes if it is not up."""
    settings = load_settings()
    if settings.redis_url is not None:
        async with RedisStore(settings.redis_url, any_schema=any_schema) as store:
            yield store
        return
    embedded = EmbeddedRedis(home_of(config_path(config), known_environment()))
    try:
        async with RedisStore(embedded.start(), revive=embedded.revive, any_schema=any_schema) as store:
            yield store
    finally:
        embedded.stop()
