"""`baton check`, `baton explain` and `baton config schema`: what is said of a configuration without running it."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from bot.config_file import Checked, Diagnostic, check_file
from bot.settings import known_environment
from bot.triage import engine, judge_of, trial_of
from routing import config as shapes
from routing import values
from routing.explain import drawn, explain

FINE, PROBLEM, WRONG_USAGE = 0, 1, 2

check_app = App(name="check", help="Validate and lint config.yaml and run its tests.")
explain_app = App(name="explain", help="Say which route and people a message would get, and why no other.")
config_app = App(name="config", help="The configuration's schema and versions.")


def config_path(given: Path | None = None) -> Path:
    """The file that is meant: the one named, else $BATON_CONFIG, else config.yaml here."""
    return given if given is not None else Path(known_environment().get("BATON_CONFIG") or "config.yaml")


@check_app.default
def check(
    file: Path | None = None,
    *,
    format: Literal["text", "json", "sarif"] = "text",
    strict: Annotated[bool, Parameter(negative="")] = False,
    verbose: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Validate and lint the file and run its tests. Exit 0 fine, 1 an error or failed test, 2 unreadable.

    Parameters
    ----------
    file:
        The file; without it $BATON_CONFIG, then config.yaml in this directory.
    format:
        How findings are printed.
    strict:
        A warning fails too.
    verbose:
        Also hints, such as routes with few examples, each test's result, and how well the embedded model tells
        the routes' examples apart: which it takes for which, and how often it is right where it is sure.
    """
    checked = check_file(config_path(file))
    shown = [one for one in checked.diagnostics if verbose or one.severity != "info"]
    if format == "json":
        _out(json.dumps(_as_json(checked, shown), indent=2, ensure_ascii=False))
    elif format == "sarif":
        _out(json.dumps(_as_sarif(shown), indent=2, ensure_ascii=False))
    elif checked.unreadable:
        sys.stderr.write(f"{shown[0]}\n")
    else:
        _out(_as_text(checked, shown, verbose=verbose))
    if checked.unreadable:
        return WRONG_USAGE
    return PROBLEM if checked.errors or (strict and checked.warnings) else FINE


def _as_text(checked: Checked, shown: list[Diagnostic], *, verbose: bool) -> str:
    lines = [one.drawn() for one in shown]
    if verbose:
        lines.extend(
            f"test {'FAILED' if outcome.differences else 'passed'}  {outcome.test.name}" for outcome in checked.outcomes
        )
        lines.append(f"triage: {engine()}")
        done = trial_of(checked.policy) if checked.policy is not None else None
        lines.extend([str(done)] if done is not None else [])
    return "\n".join([*lines, summary(checked)])


def summary(checked: Checked) -> str:
    """`2 problems (1 error, 1 warning) · 9 routes · 4 agents`, or that the check passed."""
    errors, warnings = len(checked.errors), len(checked.warnings)
    parts = [_count(errors, "error"), _count(warnings, "warning")]
    said = f"{_count(errors + warnings, 'problem')} ({', '.join(parts)})" if errors + warnings else "check passed"
    counts = [_count(number, name.removesuffix("s")) for name, number in checked.counts.items()]
    if checked.outcomes:
        passed = sum(not outcome.differences for outcome in checked.outcomes)
        counts.append(f"tests {passed}/{len(checked.outcomes)}")
    return " · ".join([said, *counts])


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _as_json(checked: Checked, shown: list[Diagnostic]) -> dict[str, Any]:
    return {
        "ok": not checked.errors,
        "errors": len(checked.errors),
        "warnings": len(checked.warnings),
        "problems": [
            {
                "file": one.file,
                "line": one.line,
                "column": one.column,
                "severity": one.severity,
                "code": one.code,
                "message": one.message,
            }
            for one in shown
        ],
        "tests": [
            {
                "name": outcome.test.name,
                "line": outcome.test.line,
                "passed": not outcome.differences,
                "differences": list(outcome.differences),
                "got": dict(outcome.got),
            }
            for outcome in checked.outcomes
        ],
    }


_SARIF_LEVEL = {"error": "error", "warning": "warning", "info": "note"}


def _as_sarif(shown: list[Diagnostic]) -> dict[str, Any]:
    """SARIF 2.1.0, which code hosts show beside the line."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "baton check",
                        "rules": [{"id": code} for code in sorted({one.code for one in shown})],
                    }
                },
                "results": [
                    {
                        "ruleId": one.code,
                        "level": _SARIF_LEVEL[one.severity],
                        "message": {"text": one.message},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": Path(one.file).as_posix()},
                                    "region": {"startLine": one.line, "startColumn": one.column},
                                }
                            }
                        ],
                    }
                    for one in shown
                ],
            }
        ],
    }


@explain_app.default
def explain_command(
    text: str,
    *,
    user: str = "",
    channel: str = "",
    at: str | None = None,
    config: Path | None = None,
    format: Literal["text", "json"] = "text",
) -> int:
    """Say which route and people this message would get, and why every other one not. Calls no platform.

    Parameters
    ----------
    text:
        What the customer writes.
    user:
        Who writes.
    channel:
        Where.
    at:
        When, as 2026-03-28T23:30[Europe/Paris] or RFC 3339; without it now.
    config:
        The file; without it $BATON_CONFIG, then config.yaml in this directory.
    format:
        How it is printed.
    """
    try:
        now_ms = values.time_ms(at) if at is not None else time.time_ns() // 1_000_000
    except ValueError as error:
        sys.stderr.write(f"--at {error}\n")
        return WRONG_USAGE
    checked = check_file(config_path(config))
    policy = checked.policy
    if policy is None:
        sys.stderr.write("\n".join(str(one) for one in checked.errors) + "\n")
        return WRONG_USAGE if checked.unreadable else PROBLEM
    explained = explain(policy, judge_of(policy), text, now_ms=now_ms, user=user, channel=channel)
    _out(json.dumps(explained, indent=2, ensure_ascii=False) if format == "json" else drawn(explained))
    return FINE


@config_app.command(name="schema")
def config_schema() -> int:
    """Print the JSON Schema of config.yaml, for editors."""
    _out(json.dumps(shapes.schema(), indent=2, ensure_ascii=False))
    return FINE


def _out(text: str) -> None:
    sys.stdout.write(f"{text}\n")
