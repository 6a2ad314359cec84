"""The `baton` command. Exit codes: 0 fine, 1 a problem was found, 2 wrong usage. Errors go to standard error."""

import asyncio
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

app = App(
    name="baton",
    help="Answers people in chat threads and hands the conversation to the right person.",
    version="0.1.0",
    result_action="return_value",
)
# By their paths: what one of them imports, the others need not wait for.
for _path in (
    "config:check_app", "config:explain_app", "config:config_app", "doctor:doctor_app", "evaluate:eval_app",
    "dead_letters:dead_letters_app", "replay:replay_app", "backup:backup_app", "backup:restore_app",
    "backup:migrate_app", "slack:slack_app", "model:model_app",
):  # fmt: skip
    _name = _path.partition(":")[2].removesuffix("_app").replace("_", "-")
    app.command(f"bot.commands.{_path}", name=_name)
agents_app = App(name="agents", help="Silence all agents, or let them speak again.")
app.command(agents_app)

Flag = Annotated[bool, Parameter(negative="")]
Hidden = Annotated[int | None, Parameter(show=False)]  # what a supervisor tells its child: numbers of open files
OBJECTS_OF_A_START = 250_000  # more than there are, whatever is imported


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
    from .commands.plainly import plainly
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
    from .commands.plainly import plainly
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
    from .commands.plainly import plainly
    from .commands.serving import switch_agents

    with plainly():
        asyncio.run(switch_agents(paused))
    sys.stdout.write("agents are paused; everything queues\n" if paused else "agents answer again\n")
    return 0


def _missing(error: ImportError) -> str | None:
    """The module of somebody else that is not there; None for everything else that may be wrong with an import."""
    cause = error if error.name is not None else error.__cause__  # cyclopts wraps what a command's module raises
    name = cause.name if isinstance(cause, ModuleNotFoundError) else None
    return name if name is not None and name.partition(".")[0] not in ("bot", "handlers", "routing") else None


def main() -> None:
    """Entry point of the `baton` script."""
    # Nothing that is imported is ever garbage, and looking for some is a fifth of a start. A process that serves sets
    # its own thresholds once it does.
    gc.set_threshold(OBJECTS_OF_A_START, 50, 50)
    try:
        from .commands.plainly import Stop

        if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
            app.resolved_commands()  # for the list of them all, each with its first line
        run: Callable[[], object] = app
        code = run()
    except ImportError as error:
        missing = _missing(error)
        if missing is None:
            raise
        sys.stderr.write(f"{missing} is not installed, and Baton needs it: install Baton again, or call make run\n")
        code = 1
    except KeyboardInterrupt:
        code = 130
    except Stop as stop:
        sys.stderr.write(f"{stop}\n")
        code = stop.code
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
