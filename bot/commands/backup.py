"""`baton backup`, `baton restore`, `baton migrate`: what is stored, as a whole."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import Progress

from bot.commands.config import FINE, PROBLEM
from bot.commands.installation import installation_store
from bot.commands.plainly import Stop, plainly
from bot.store.archive import BadArchive
from bot.store.backup import BackupFailed, backup, counted
from bot.store.restore import RestoreFailed, restore
from bot.store.schema import SCHEMA, Migration, due, migrate

backup_app = App(name="backup")
restore_app = App(name="restore")
migrate_app = App(name="migrate")
Flag = Annotated[bool, Parameter(negative="")]
Tell = Callable[[int, int], None]


@backup_app.default
def backup_command(file: Path, /, *, config: Path | None = None) -> int:
    """Write everything that is stored into one file, while Baton goes on. It holds what customers wrote.

    Each conversation is copied as it is at one instant. A file of that name is replaced once the new one is whole.

    Parameters
    ----------
    file
        Where to write.
    config
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory. It names the embedded store.
    """
    with plainly(), _stops():
        count = asyncio.run(_backup(file, config))
    _out(f"{file}: {count} conversations, {file.stat().st_size:,} bytes")
    return FINE


async def _backup(file: Path, config: Path | None) -> int:
    async with installation_store(config, any_schema=True) as store:
        with _progress("backup") as tell:
            return await backup(store, file, datetime.now(UTC), tell)


@restore_app.default
def restore_command(file: Path, /, *, config: Path | None = None) -> int:
    """Read a file of `baton backup` into an empty store; its servers and shards may be others than before.

    Stop every process of Baton first. Afterwards they go on from there: timers fire, and for a minute everything is
    looked up in the chat before it is said, because nobody knows what was said after the backup.

    Parameters
    ----------
    file
        What to read. A damaged or unfinished one is refused before anything is written.
    config
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory. It names the embedded store.
    """

    async def work() -> dict[str, object]:
        async with installation_store(config, any_schema=True) as store:
            with _progress("restore") as tell:
                return await restore(store, file, tell)

    with plainly(), _stops():
        facts = asyncio.run(work())
    _out(f"{file}: {facts['conversations']} conversations as of {facts['at']} are back")
    if facts["schema"] != SCHEMA:
        _out(f"they are of schema {facts['schema']}: run `baton migrate` now")
    return FINE


@migrate_app.default
def migrate_command(*, check: Flag = False, config: Path | None = None) -> int:
    """Bring what is stored into the shape that this version works with. May be cut off and started again.

    Parameters
    ----------
    check
        Only say what would be done. Exit 1 when there is something to do, 0 when there is not.
    config
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory. It names the embedded store.
    """

    async def work() -> int:
        async with installation_store(config, any_schema=True) as store:
            if store.schema > SCHEMA:
                newer = f"the store is of schema {store.schema}, which a newer Baton wrote; this one knows {SCHEMA}"
                raise Stop(newer, PROBLEM)
            pending = due(store.schema)
            if not pending:
                _out(f"nothing to do: the store is of schema {store.schema}")
                return FINE
            if not check:
                await migrate(store, _migrated)
                return FINE
            total = await counted(store)
            for migration in pending:
                _out(f"schema {migration.version}: {migration.what}, in up to {total} conversations")
            return PROBLEM

    with plainly(), _stops():
        return asyncio.run(work())


def _migrated(migration: Migration, changed: int) -> None:
    _out(f"schema {migration.version}: {migration.what}, {changed} conversations changed")


@contextmanager
def _stops() -> Iterator[None]:
    try:
        yield
    except (BadArchive, BackupFailed, RestoreFailed) as error:
        raise Stop(str(error), PROBLEM) from None
    except OSError as error:
        raise Stop(f"{error.filename}: {error.strerror}" if error.filename else str(error), PROBLEM) from None


@contextmanager
def _progress(what: str) -> Iterator[Tell]:
    """A bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=max(done, total))

        yield tell


def _out(line: str) -> None:
    sys.stdout.write(f"{line}\n")
