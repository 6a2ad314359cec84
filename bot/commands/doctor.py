"""`baton doctor`: one line per check, the fix beside what is wrong."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from bot.commands.config import FINE, PROBLEM, config_path
from bot.commands.installation import installation_store
from bot.commands.plainly import Stop, plainly
from bot.doctor import examine
from bot.settings import Settings, known_environment, load_settings

doctor_app = App(name="doctor", help="Check everything this installation needs.")


@doctor_app.default
def doctor(*, repair: Annotated[bool, Parameter(negative="")] = False, config: Path | None = None) -> int:
    """One line per check, with the fix where something is wrong. Exit 0 when all is well, else 1.

    Parameters
    ----------
    repair:
        Rebuild the lists (queue, by team, state, person and customer) from the conversations.
    config:
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory.
    """
    settings = load_settings()
    problems = asyncio.run(_print_all(settings, config_path(config)))
    if repair:
        try:
            with plainly():
                rebuilt = asyncio.run(_rebuild(config))
            sys.stdout.write(f"repair: the lists were rebuilt from {rebuilt} conversations\n")
        except Stop as stop:
            sys.stdout.write(f"repair: nothing was mended. {stop}\n")
    said = "all is well" if not problems else f"{problems} problem{'' if problems == 1 else 's'}"
    sys.stdout.write(f"{said}\n")
    return PROBLEM if problems else FINE


async def _rebuild(config: Path | None) -> int:
    async with installation_store(config) as store:
        return await store.rebuild()


async def _print_all(settings: Settings, config: Path) -> int:
    problems = 0
    async for finding in examine(settings, config, known_environment()):
        problems += not finding.fine
        sys.stdout.write(f"{finding}\n")
        sys.stdout.flush()
    return problems
