"""The `baton` command. Exit codes: 0 fine, 1 a problem was found, 2 wrong usage. Errors go to standard error."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from .commands.backup import backup_app, migrate_app, restore_app
from .commands.config import check_app, config_app, explain_app
from .commands.dead_letters import dead_letters_app
from .commands.doctor import doctor_app
from .commands.model import model_app
from .commands.plainly import Stop, plainly
from .commands.replay import replay_app
from .commands.slack import slack_app

app = App(
    name="baton",
    help="Answers people in chat threads and hands the conversation to the right person.",
    version="0.1.0",
    result_action="return_value",
)
app.command(check_app)
app.command(explain_app)
app.command(config_app)
app.command(doctor_app)
# By its path: what judges a line is much to import for every other command.
app.command("bot.commands.evaluate:eval_app", name="eval", help="Measure triage quality on labelled data.")
app.command(dead_letters_app)
app.command(replay_app)
app.command(backup_app)
app.command(restore_app)
app.command(migrate_app)
app.command(slack_app)
app.command(model_app)
agents_app = App(name="agents", help="Silence all agents, or let them speak again.")
app.command(agents_app)

Flag = Annotated[bool, Parameter(negative="")]
Hidden = Annotated[int | None, Parameter(show=False)]  # what a supervisor tells its child: numbers of open files


@app.command
def demo(
    *, port: int = 8080, config: Path | None = None, slack: Flag = False, test_clock: Flag = False,
    host: str = "127.0.0.1",
) -> int:  # fmt: skip
    """Start the console, the API and a worker on this machine: no key, no Slack, no Redis server needed.

    Parameters
    ----------
    port
        Where to listen; a taken one is replaced by the next free one, which is printed.
    config
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory.
    slack
        With a fake Slack beside it, whose page shows channel, thread and direct message side by side.
    test_clock
        Time stands still until POST /api/v1/clock moves it.
    host
        The address to listen on.
    """
    from .commands.serving import start_demo

    with plainly():
        return start_demo(host, port, config, test_clock=test_clock, slack=slack)


@app.command
def serve(
    *, role: Literal["all", "ingress", "worker"] = "all", workers: int | None = None, host: str = "127.0.0.1",
    port: int = 8080, config: Path | None = None, tether: Hidden = None, listener: Hidden = None,
) -> int:  # fmt: skip
    """Production: needs REDIS_URL, BATON_API_TOKEN, BATON_SECRET_KEY; starts every platform whose environment is set.

    Parameters
    ----------
    role
        Take events in (ingress), work on them (worker), or both (all).
    workers
        So many worker processes and, with role all, one ingress; one that dies is started again at once. Without it
        everything is in one process.
    host
        The address to listen on.
    port
        Where to listen; 0 takes any free one. With --workers the first of as many ports as there are processes.
    config
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory.
    """
    from .commands.serving import start_serving, start_supervised

    with plainly():
        if workers is not None:
            return start_supervised(role, workers, host, port, config)
        return start_serving(role, host, port, config, tether=tether, listener=listener)


@agents_app.command
def pause() -> int:
    """Silence all agents at once: everything queues for people."""
    return _switch(True)


@agents_app.command
def resume() -> int:
    """Let the agents answer again."""
    return _switch(False)


def _switch(paused: bool) -> int:
    from .commands.serving import switch_agents

    with plainly():
        asyncio.run(switch_agents(paused))
    sys.stdout.write("agents are paused; everything queues\n" if paused else "agents answer again\n")
    return 0


def main() -> None:
    """Entry point of the `baton` script."""
    run: Callable[[], object] = app
    try:
        code = run()
    except Stop as stop:
        sys.stderr.write(f"{stop}\n")
        code = stop.code
    except KeyboardInterrupt:
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
