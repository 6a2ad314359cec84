"""`baton eval`: triage quality on labelled data."""

import asyncio
import difflib
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.commands.config import FINE, PROBLEM, config_path
from bot.commands.installation import installation_store
from bot.commands.plainly import Stop, plainly
from bot.config_file import load
from bot.evaluate.cases import Case, Unreadable, Vocabulary, cases_of, conversations, corrections, read_cases
from bot.evaluate.judge import LOCAL, Setup, judge, refusing_endpoint
from bot.evaluate.metrics import scoreboard
from bot.evaluate.report import Report, Run, as_json, as_text, gates, report_of, run_of, write_plots
from bot.settings import Settings, known_environment, load_settings
from routing.effects import KeepCase
from routing.policy import Policy

eval_app = App(name="eval", help="Measure triage quality on labelled data.")
Flag = Annotated[bool, Parameter(negative="")]
WIDTH = 132  # columns, where the output is no terminal


@eval_app.default
def evaluate(
    file: Path | None = None,
    *,
    model: Annotated[list[str] | None, Parameter(negative="")] = None,
    config: Annotated[list[Path] | None, Parameter(negative="")] = None,
    format: Literal["text", "json"] = "text",
    out: Path | None = None,
    fail_under: Annotated[list[str] | None, Parameter(negative="")] = None,
    model_down: Flag = False,
    from_corrections: Flag = False,
) -> int:
    """Judge every line of FILE as a real conversation would, and count. Exit 0, 1 below a limit, 2 for a wrong file.

    Parameters
    ----------
    file
        CSV (text,expected and, if you like, conversation,language) or JSON Lines.
    model
        local, or the name of a model at OPENAI_BASE_URL, or NAME@URL; several stand side by side.
    config
        the configuration; several stand side by side. Without it $BATON_CONFIG, then config.yaml here.
    format
        how it is printed.
    out
        a directory for results.json, risk-coverage.svg and calibration.svg.
    fail_under
        METRIC=VALUE, a limit that every run must reach; where less is better, the most that is allowed.
    model_down
        for each model at an endpoint also a run in which that endpoint refuses.
    from_corrections
        judge what staff said of wrong routes as well.
    """
    with plainly():
        limits = _limits(fail_under or [])
        if file is None and not from_corrections:
            raise Stop("Name a file of cases, or use --from-corrections.")
        configs = [config_path(one) for one in config] if config else [config_path()]
        policies = [load(path, known_environment()) for path in configs]
        cases = _cases(file, configs[0] if from_corrections else None, Vocabulary.of(policies))
        with ExitStack() as stack:
            refusing = stack.enter_context(refusing_endpoint()) if model_down else None
            setups = _setups(configs, policies, model or [LOCAL], load_settings(), refusing)
            with redirect_stdout(sys.stderr):  # what is logged meanwhile must not stand in the JSON
                runs = asyncio.run(_run_all(setups, conversations(cases)))
    source = " + ".join([*([str(file)] if file is not None else []), *(["corrections"] if from_corrections else [])])
    report = report_of(source, conversations(cases), runs, gates(runs, limits))
    if out is not None:
        _write(report, out)
    if format == "json":
        sys.stdout.write(_json(as_json(report)))
    else:
        width = None if sys.stdout.isatty() else WIDTH
        as_text(report, Console(file=sys.stdout, width=width, markup=False, highlight=False))
    missed = [gate for gate in report.gates if not gate.held]
    for gate in missed:
        sys.stderr.write(f"{gate}\n")
    return PROBLEM if missed else FINE


def _cases(file: Path | None, store_of: Path | None, vocabulary: Vocabulary) -> tuple[Case, ...]:
    """Those of the file and, with `store_of`, the corrections in that configuration's store."""
    try:
        cases = read_cases(file, vocabulary) if file is not None else ()
        if store_of is not None:
            cases += cases_of(asyncio.run(_kept(store_of)), vocabulary)
    except Unreadable as error:
        raise Stop(str(error)) from None
    if not cases:
        raise Stop("There are no corrections yet; staff make them with Wrong route?")
    return cases


def _write(report: Report, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.json").write_text(_json(as_json(report)), encoding="utf-8")
        write_plots(report, folder)
    except OSError as error:
        raise Stop(f"--out {folder}: cannot be written: {error.strerror}") from None


@eval_app.command(name="corrections")
def export_corrections(file: Path, *, config: Path | None = None) -> int:
    """Write what staff said of wrong routes to FILE, as JSON Lines that `baton eval` reads. Nothing is redacted.

    Parameters
    ----------
    file
        where to write; a file that is there is replaced.
    config
        whose store is meant; without it $BATON_CONFIG, then config.yaml here.
    """
    with plainly():
        kept = asyncio.run(_kept(config_path(config)))
    entries = [_json(entry, indent=None) for entry in corrections(kept)]
    try:
        file.write_text("".join(entries), encoding="utf-8")
    except OSError as error:
        raise Stop(f"{file}: cannot be written: {error.strerror}") from None
    sys.stdout.write(f"{len(entries)} case{'' if len(entries) == 1 else 's'} in {file}\n")
    return FINE


async def _kept(config: Path) -> list[tuple[str, KeepCase]]:
    async with installation_store(config) as store:
        return await store.cases()


def _limits(given: Sequence[str]) -> dict[str, float]:
    """`accuracy=0.8` or `accuracy=80%`. Raises Stop for what is no metric or no number."""
    known = {metric.key: metric for metric in scoreboard([])}
    limits = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            raise Stop(f"--fail-under {one}: there is no metric {name!r}; {hint}")
        try:
            limits[name] = float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
        except ValueError:
            raise Stop(f"--fail-under {one}: write METRIC=VALUE, such as accuracy=0.8") from None
    return limits


def _setups(
    configs: Sequence[Path], policies: Sequence[Policy], models: Sequence[str], settings: Settings, refusing: str | None
) -> list[Setup]:  # fmt: skip
    """Each configuration with each model, and the same with the endpoint down where that is asked for."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    setups = []
    for path, policy in zip(configs, policies, strict=True):
        for one in dict.fromkeys(models):
            name, at, url = one.partition("@http")
            base_url = f"http{url}" if at else settings.openai_base_url
            if name != LOCAL and not base_url and not key:
                remedy = f"set OPENAI_BASE_URL or OPENAI_API_KEY, or write {name}@URL"
                raise Stop(f"There is no endpoint for {name}: {remedy}")
            setup = Setup(str(path), policy, name, base_url, key) if name != LOCAL else Setup(str(path), policy)
            setups.append(setup)
            if refusing is not None and name != LOCAL:
                setups.append(replace(setup, base_url=refusing, api_key="none", down=True))
    return setups


async def _run_all(setups: Sequence[Setup], talks: Sequence[Sequence[Case]]) -> list[Run]:
    """One after another, so that no run's latency is another's load."""
    lines = sum(len(talk) for talk in talks)
    errors = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    several = len({setup.config for setup in setups}) > 1
    runs = []
    with Progress(*columns, console=errors, transient=True, disable=not sys.stderr.isatty()) as bar:
        for setup in setups:
            name = f"{setup.config} · {setup.name}" if several else setup.name
            task = bar.add_task(name, total=lines)
            verdicts = await judge(setup, talks, partial(bar.advance, task))
            runs.append(run_of(name, setup, verdicts))
    return runs


def _json(value: object, *, indent: int | None = 2) -> str:
    """As people read it; with escapes throughout where a customer wrote half a character, which UTF-8 cannot hold."""
    said = json.dumps(value, indent=indent, ensure_ascii=False)
    try:
        said.encode()
    except UnicodeEncodeError:
        said = json.dumps(value, indent=indent)
    return f"{said}\n"
