"""config.yaml on disk: read it, say exactly what is wrong and where, keep the last good one when it changes."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from bot import plugins
from bot.agents.naming import transfer_tool_name
from bot.config_tree import Mark, Tree, decode, read
from bot.triage import close_routes_of, judge_of
from routing.compile import compile_config
from routing.conversation import Target
from routing.policy import Policy
from routing.problems import Path, Problem, Problems, Severity
from routing.simulate import Outcome, run_tests

MOST_SHOWN = 200  # a file that is wrong throughout is not read to its last finding by anybody


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding with its position, counted from 1. `excerpt` is the line it is about."""

    file: str
    line: int
    column: int
    severity: Severity
    code: str
    message: str
    excerpt: str = ""
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.severity}[{self.code}] {self.message}"

    def drawn(self) -> str:
        """The finding, the line and a caret below the place."""
        if not self.excerpt:
            return str(self)
        gutter = f"{self.line:>5} | "
        pad = "".join("\t" if letter == "\t" else " " for letter in self.excerpt[: self.column - 1])
        width = max(1, min(self.width, len(self.excerpt) - self.column + 1))
        return f"{self}\n{gutter}{self.excerpt}\n{' ' * (len(gutter) - 2)}| {pad}{'^' * width}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a file. `policy` is None if there is an error; `unreadable` if it could not even be opened."""

    policy: Policy | None
    diagnostics: tuple[Diagnostic, ...]
    text: str = ""
    unreadable: bool = False
    outcomes: tuple[Outcome, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)  # of routes, agents and teams, as far as they can be read

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(one for one in self.diagnostics if one.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(one for one in self.diagnostics if one.severity == "warning")


class ConfigError(Exception):
    """The configuration cannot be used; `str(error)` is one line per error, as `baton check` prints them."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(one) for one in self.diagnostics))


def load(path: str | FilePath, env: Mapping[str, str] | None = None, *, version: str | None = None) -> Policy:
    """The policy of a file. `env` resolves `$ENV:NAME`; without it, the process's environment.

    Raises:
        ConfigError: with every error that was found.
    """
    checked = check_file(path, env, version=version)
    if checked.policy is None:
        raise ConfigError(checked.errors)
    return checked.policy


def check_file(path: str | FilePath, env: Mapping[str, str] | None = None, *, version: str | None = None) -> Checked:
    """Read and check a file; never raises for what is in it, or for its absence."""
    name = str(path)
    problems = Problems()
    try:
        raw = FilePath(path).read_bytes()
    except OSError as error:
        said = error.strerror or type(error).__name__
        missing = Diagnostic(name, 1, 1, "error", "unreadable", f"the file cannot be read: {said}")
        return Checked(None, (missing,), unreadable=True)
    text = decode(raw, problems)
    if text is None:
        return Checked(None, _positioned(problems, name, "", None, {}))
    return check_text(text, env, name=name, version=version, folder=FilePath(path).absolute().parent)


def check_text(
    text: str, env: Mapping[str, str] | None = None, *, name: str = "config.yaml", version: str | None = None,
    folder: FilePath | None = None,
) -> Checked:  # fmt: skip
    """Check a text as if it were that file. What it names by import path may lie in `folder`."""
    problems = Problems()
    syntax: dict[Path, Mark] = {}
    tree = read(text, os.environ if env is None else env, problems, syntax)
    policy = None
    outcomes: tuple[Outcome, ...] = ()
    if tree is not None:
        policy = compile_config(
            tree.data,
            problems,
            version=version or hashlib.sha256(text.encode()).hexdigest()[:8],
            tool_name=tool_name,
            line_of=tree.line_of,
        )
        if policy is not None:
            plugins.check(policy, folder, problems)
        if policy is not None and not problems.failed:
            outcomes = run_tests(policy, judge_of(policy), problems)
            _alike(policy, problems)
        policy = None if problems.failed else policy
    found = _positioned(problems, name, text, tree, syntax)
    return Checked(policy, found, text, outcomes=outcomes, counts=_counts(tree))


def _alike(policy: Policy, problems: Problems) -> None:
    """Routes that the embedded model can hardly tell apart; without its weights nothing is known of that."""
    places = {route.name: place for place, route in reversed(list(enumerate(policy.routes)))}
    for close in close_routes_of(policy):
        one, two = close.routes
        problems.warning(
            ("routes", places[two]),
            "close-routes",
            f'the examples of routes "{one}" and "{two}" are nearer to each other ({close.to_each_other:.2f}) than '
            f"among themselves ({close.to_their_own:.2f}); make one route of them, or choose examples that differ",
        )


def _counts(tree: Tree | None) -> dict[str, int]:
    sections = {name: tree.data.get(name) for name in ("routes", "agents", "teams")} if tree is not None else {}
    return {name: len(entries) for name, entries in sections.items() if isinstance(entries, (list, dict))}


def tool_name(target: Target) -> str:
    return transfer_tool_name(target.name)


def _positioned(
    problems: Iterable[Problem], name: str, text: str, tree: Tree | None, syntax: Mapping[Path, Mark]
) -> tuple[Diagnostic, ...]:
    """In the order of the file, each finding once."""
    lines = text.split("\n")
    found: dict[Diagnostic, None] = {}
    for problem in problems:
        mark = tree.mark(problem.path, on_key=problem.on_key) if tree is not None else syntax.get((), Mark(1, 1))
        excerpt = lines[mark.line - 1] if text and mark.line <= len(lines) else ""
        found[
            Diagnostic(
                name, mark.line, mark.column, problem.severity, problem.code, problem.message, excerpt[:300], mark.width
            )
        ] = None
    return tuple(sorted(found, key=lambda one: (one.line, one.column))[:MOST_SHOWN])
