"""The configuration in force: the last good one, replaced when the file changes and is good again."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import structlog
from watchfiles import awatch

from bot.config_file import Checked, ConfigError, Diagnostic, check_file
from routing.policy import Policy

log = structlog.get_logger(__name__)
POLL_S = 1.0
LOOK_MS = 5_000

VersionOf = Callable[[str], Awaitable[str]]


class LiveConfig:
    """Holds the policy and follows its file. A bad file never replaces a good one.

    `version_of` gives a text its version (`ConfigVersions.remember`); without it versions are short hashes.
    """

    def __init__(
        self, path: str | Path, env: Mapping[str, str] | None = None, *, version_of: VersionOf | None = None
    ) -> None:
        """Reads the file. Raises ConfigError: there is no earlier good one to stand in."""
        self.path = Path(path)
        self._env = os.environ if env is None else env
        self._version_of = version_of
        first = check_file(self.path, self._env)
        if first.policy is None:
            raise ConfigError(first.errors)
        self.policy: Policy = first.policy
        self.text = first.text
        self.problem: tuple[Diagnostic, ...] | None = None
        self._seen: object = self._stamp()
        self._changed = asyncio.Event()

    @property
    def version(self) -> str:
        return self.policy.version

    async def number(self) -> str:
        """Give the text that was read at the start its version; called once the store is there."""
        if self._version_of is not None:
            self._adopt(self.policy, self.text, await self._version_of(self.text))
        return self.version

    async def reload(self) -> bool:
        """Read the file again. True if another policy is in force now."""
        self._seen = self._stamp()
        checked = await asyncio.to_thread(check_file, self.path, self._env)
        if checked.policy is None:
            self._refuse(checked)
            return False
        if self.problem is not None:
            log.info("config.mended", path=str(self.path))
        self.problem = None
        if checked.text == self.text:
            return False
        version = checked.policy.version
        if self._version_of is not None:
            version = await self._version_of(checked.text)
        self._adopt(checked.policy, checked.text, version)
        log.info("config.loaded", version=self.version, agents=len(self.policy.agents), teams=len(self.policy.teams))
        return True

    async def changed(self) -> None:
        """Return at the next change of `policy` or `problem`."""
        await self._changed.wait()

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Follow the file until cancelled, or until `stop`. For a TaskGroup.

        The directory is watched, not the file: editors and orchestrators replace it, and a watched file that is
        replaced is watched no longer. Network file systems tell nothing, so the file is looked at every few seconds
        all the same, and every second where nothing can be watched.
        """
        stop = stop or asyncio.Event()
        if self._stamp() != self._seen:
            await self._reload_and_tell()
        try:
            # Not resolved: Kubernetes swaps a link within the directory, and its target's directory goes away.
            folder = self.path.absolute().parent
            async for _ in awatch(
                folder,
                stop_event=stop,
                recursive=False,
                step=50,
                debounce=200,
                rust_timeout=LOOK_MS,
                yield_on_timeout=True,
            ):
                if self._stamp() != self._seen:
                    await self._reload_and_tell()
        except (OSError, RuntimeError) as error:
            log.warning("config.polling", path=str(self.path), error=type(error).__name__)
            await self._poll(stop)

    async def _poll(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with asyncio.timeout(POLL_S):
                    await stop.wait()
            except TimeoutError:
                if self._stamp() != self._seen:
                    await self._reload_and_tell()

    async def _reload_and_tell(self) -> None:
        before = (self.policy, self.problem)
        await self.reload()
        if (self.policy, self.problem) != before:
            self._changed.set()
            self._changed = asyncio.Event()

    def _adopt(self, policy: Policy, text: str, version: str) -> None:
        self.policy = replace(policy, version=version)
        self.text = text

    def _refuse(self, checked: Checked) -> None:
        if self.problem != checked.errors:
            first = checked.errors[0]
            log.error("config.refused", problem=str(first), problems=len(checked.errors), in_force=self.version)
        self.problem = checked.errors

    def _stamp(self) -> object:
        """What tells one state of the file from another. Symbolic links are followed (Kubernetes swaps them)."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size
