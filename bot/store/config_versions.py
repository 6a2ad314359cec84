"""Versions of config.yaml in Redis: `v1`, `v2` ... so that a journal entry names what was in force, for ever.

Keys, all of one hash slot: `{w:<workspace>}:cfg:latest` the number, `{w:<workspace>}:cfg:v<n>` the text.
"""

from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from handlers.ports import Unavailable

# One script, because two workers that start at once with one new text must get one version, not two.
_REMEMBER = """
local latest = tonumber(redis.call('GET', KEYS[1]) or '0')
if latest > 0 and redis.call('GET', ARGV[1] .. latest) == ARGV[2] then
  return latest
end
latest = latest + 1
redis.call('SET', ARGV[1] .. latest, ARGV[2])
redis.call('SET', KEYS[1], latest)
return latest
"""


class ConfigVersions:
    """Texts keep their `$ENV:` references: no secret is stored."""

    def __init__(self, client: Redis, workspace: str) -> None:
        self._client = client
        self._prefix = f"{{w:{workspace}}}:cfg:"

    async def remember(self, text: str) -> str:
        """The version of this text. That of the latest if it is the same, so that a restart keeps it."""
        number = await self._ask(self._client.eval(_REMEMBER, 1, f"{self._prefix}latest", f"{self._prefix}v", text))
        return f"v{int(number)}"

    async def get(self, version: str) -> str | None:
        """The text of that version; None if there is none."""
        if not version.removeprefix("v").isdigit():
            return None
        found = await self._ask(self._client.get(f"{self._prefix}{version}"))
        return found.decode() if isinstance(found, bytes) else found

    async def latest(self) -> str | None:
        """The newest version; None before the first."""
        number = await self._ask(self._client.get(f"{self._prefix}latest"))
        return f"v{int(number)}" if number is not None else None

    async def _ask(self, call: Any) -> Any:
        try:
            return await call
        except (TimeoutError, RedisConnectionError, RedisTimeoutError, OSError) as error:
            raise Unavailable(str(error)) from error
