"""Versions of config.yaml in Redis: `v1`, `v2` ... so that a journal entry names what was in force, for ever.

Keys, all of one hash slot: `{w:<workspace>}:cfg:latest` the number, `{w:<workspace>}:cfg:v<n>` the text.
"""

from .connection import Calls
from .scripts import load


class ConfigVersions:
    """Texts keep their `$ENV:` references: no secret is stored."""

    def __init__(self, calls: Calls, workspace: str) -> None:
        self._calls = calls
        self._script = load()["version"]
        self._prefix = f"{{w:{workspace}}}:cfg:"

    async def remember(self, text: str) -> str:
        """The version of this text. That of the latest if it is the same, so that a restart keeps it."""
        number = await self._calls.run(self._script, f"{self._prefix}latest", f"{self._prefix}v", text)
        return f"v{int(number)}"

    async def get(self, version: str) -> str | None:
        """The text of that version; None if there is none."""
        if not version.removeprefix("v").isdigit():
            return None
        found = await self._calls.call("GET", f"{self._prefix}{version}")
        return None if found is None else str(found, "utf-8")

    async def latest(self) -> str | None:
        """The newest version; None before the first."""
        number = await self._calls.call("GET", f"{self._prefix}latest")
        return f"v{int(number)}" if number is not None else None
