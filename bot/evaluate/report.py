"""What an evaluation says: JSON for machines, tables for a terminal. Several runs stand side by side."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table

from . import plots
from .cases import Case
from .confidence import engine_name
from .judge import Setup
from .metrics import Metric, baseline, confusion, mistakes, outcome, scoreboard, sure_and_right
from .statistics import calibration, risk_coverage
from .verdict import Verdict

MOST_PAIRS = 20
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Run:
    """One configuration and model over all cases."""

    name: str
    setup: Setup
    talks: Sequence[Sequence[Verdict]]
    metrics: tuple[Metric, ...]

    @property
    def verdicts(self) -> list[Verdict]:
        return [one for talk in self.talks for one in talk]


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit of `--fail-under` for one run. `held` False also where the metric was not measured."""

    run: str
    metric: Metric
    limit: float
    held: bool

    def __str__(self) -> str:
        sign = "at most" if self.metric.better == "lower" else "at least"
        found = shown(self.metric) if self.metric.value is not None else f"{NOT_MEASURED}: {self.metric.why}"
        verdict = "reached" if self.held else "NOT reached"
        return f"{self.metric.key} {sign} {self.limit:g} {verdict} by {self.run}: {found}"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found. `always` and `never` are bots that hand off at every line, or at none."""

    source: str
    talks: Sequence[Sequence[Case]]
    runs: tuple[Run, ...]
    always: tuple[Metric, ...]
    never: tuple[Metric, ...]
    gates: tuple[Gate, ...] = ()

    @property
    def cases(self) -> list[Case]:
        return [case for talk in self.talks for case in talk]


def run_of(name: str, setup: Setup, talks: Sequence[Sequence[Verdict]]) -> Run:
    return Run(name, setup, talks, scoreboard(talks))


def report_of(
    source: str, talks: Sequence[Sequence[Case]], runs: Sequence[Run], held: tuple[Gate, ...] = ()
) -> Report:  # fmt: skip
    always, never = baseline(talks, always=True), baseline(talks, always=False)
    return Report(source, talks, tuple(runs), always, never, held)


def gates(runs: Sequence[Run], limits: Mapping[str, float]) -> tuple[Gate, ...]:
    """Each limit for each run whose endpoint was there. Where less is better, the limit is the most that is allowed."""
    found = []
    for run in runs:
        for metric in run.metrics:
            if metric.key in limits and not run.setup.down:
                limit, value = limits[metric.key], metric.value
                held = value is not None and (value <= limit if metric.better == "lower" else value >= limit)
                found.append(Gate(run.name, metric, limit, held))
    return tuple(found)


# ---- JSON ------------------------------------------------------------------------------------------------------------


def as_json(report: Report) -> dict[str, Any]:
    return {
        "source": report.source,
        "lines": len(report.cases),
        "conversations": len(report.talks),
        "engine": engine_name(),
        "labels": dict(sorted(Counter(str(case.expected) for case in report.cases).items())),
        "runs": [_run_json(run) for run in report.runs],
        "always": _metrics_json(report.always),
        "never": _metrics_json(report.never),
        "gates": [
            {
                "run": gate.run, "metric": gate.metric.key, "limit": gate.limit, "value": gate.metric.value,
                "reached": gate.held,
            }
            for gate in report.gates
        ],
    }  # fmt: skip


def _run_json(run: Run) -> dict[str, Any]:
    series = series_of(run)
    return {
        "name": run.name,
        "config": run.setup.config,
        "config_version": run.setup.policy.version,
        "model": run.setup.model,
        "down": run.setup.down,
        "metrics": _metrics_json(run.metrics),
        "confusion": {label: dict(counts) for label, counts in confusion(run.verdicts).items()},
        "by_language": {language: _metrics_json(found) for language, found in by_language(run)},
        "risk_coverage": [
            {"coverage": round(p.coverage, 6), "risk": round(p.risk, 6), "sure": p.sure} for p in series.points
        ],
        "calibration": [{"sure": b.sure, "right": b.right, "lines": b.count} for b in series.bins],
        "mistakes": [
            {
                "line": one.case.line, "conversation": one.case.conversation, "text": one.case.text,
                "expected": str(one.case.expected), "got": outcome(one), "wrong": list(mistakes(one)),
                "route": one.route, "p": one.p, "said": one.says,
            }
            for one in run.verdicts
            if mistakes(one)
        ],
    }  # fmt: skip


def _metrics_json(metrics: Sequence[Metric]) -> dict[str, Any]:
    return {metric.key: _metric_json(metric) for metric in metrics}


def _metric_json(metric: Metric) -> dict[str, Any]:
    if metric.value is None:
        return {"value": None, "not_measured": metric.why}
    known = {"value": metric.value, "low": metric.low, "high": metric.high, "hits": metric.hits, "of": metric.of}
    more = {"note": metric.note} if metric.note else {}
    return {key: value for key, value in known.items() if value is not None} | {"unit": metric.unit} | more


def by_language(run: Run) -> Iterator[tuple[str, tuple[Metric, ...]]]:
    """The scoreboard of the conversations in each language, where the cases say which; nothing with fewer than two."""
    languages = sorted({one.case.language for one in run.verdicts})
    if len(languages) > 1:
        for language in languages:
            talks = [talk for talk in run.talks if talk and talk[0].case.language == language]
            if talks:
                yield language or "not said", scoreboard(talks)


def series_of(run: Run) -> plots.Series:
    import numpy as np

    known = sure_and_right(run.verdicts)
    sure, right = np.array([p for _, p, _ in known]), np.array([fits for _, _, fits in known], dtype=np.bool_)
    return plots.Series(run.name, risk_coverage(sure, right), calibration(sure, right) if known else ())


def write_plots(report: Report, folder: Path) -> list[Path]:
    """The two pictures, where a run knows how sure it was. The files that were written."""
    known = [series for series in map(series_of, report.runs) if series.points]
    if not known:
        return []
    files = {"risk-coverage.svg": plots.risk_coverage(known), "calibration.svg": plots.calibration(known)}
    for name, drawn in files.items():
        (folder / name).write_text(drawn, encoding="utf-8")
    return [folder / name for name in files]


# ---- a terminal ------------------------------------------------------------------------------------------------------


def as_text(report: Report, console: Console) -> None:
    console.print(
        f"{report.source}: {_count(len(report.cases), 'line')} in {_count(len(report.talks), 'conversation')}, "
        f"{_count(len({str(case.expected) for case in report.cases}), 'label')}; "
        f"embedded triage: {engine_name()}",
    )  # fmt: skip
    without = [("always", report.always), ("never", report.never)]
    console.print(_side_by_side("", [(run.name, run.metrics) for run in report.runs]), "")
    console.print(_side_by_side("A bot that hands off always, or never", without), "")
    for run in report.runs:
        console.print(_confusion(run, console.width), "")
        for language, found in by_language(run):
            accuracy = next(metric for metric in found if metric.key == "accuracy")
            console.print(f"  {language}: accuracy {cell(accuracy)}")
    notes = dict.fromkeys(f"{m.title}: {m.note}" for run in report.runs for m in run.metrics if m.note)
    for note in (*notes, *(str(gate) for gate in report.gates)):
        console.print(note)


def _side_by_side(title: str, columns: Sequence[tuple[str, Sequence[Metric]]]) -> RenderableType:
    table = Table(title=title or None, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    table.add_column("metric", no_wrap=True)
    for name, _ in columns:
        table.add_column(name, justify="left")
    for row in zip(*(metrics for _, metrics in columns), strict=True):
        table.add_row(row[0].title, *(cell(metric) for metric in row))
    return table


def cell(metric: Metric) -> str:
    """`84.2 % (80.1 to 87.6) of 310`, or why not."""
    if metric.value is None:
        return f"{NOT_MEASURED}: {metric.why}"
    said = shown(metric)
    if metric.low is not None and metric.high is not None:
        said += f" ({_bare(metric, metric.low)} to {_bare(metric, metric.high)})"
    return f"{said} of {metric.of}" if metric.of is not None and metric.unit in ("rate", "score") else said


def shown(metric: Metric) -> str:
    units = {"rate": " %", "score": "", "lines": " lines", "ms": " ms", "tokens": " tokens", "money": ""}
    return f"{_bare(metric, metric.value or 0.0)}{units[metric.unit]}"


def _bare(metric: Metric, value: float) -> str:
    match metric.unit:
        case "rate":
            return f"{value * 100:.1f}"
        case "score":
            return f"{value:.3f}"
        case "money":
            return f"{value:.5f}"
        case "ms":
            return f"{value:.1f}"
        case _:
            return f"{value:.0f}"


def _confusion(run: Run, width: int) -> RenderableType:
    """Rows are labels, columns what became of their lines; where that is too wide, the pairs that are confused most."""
    counts = confusion(run.verdicts)
    columns = sorted({got for row in counts.values() for got in row})
    fits = sum(len(name) + 3 for name in columns) + max(map(len, counts), default=0) <= width
    title = f"{run.name}: expected below, got across" if fits else f"{run.name}: confused most"
    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    table.add_column("expected", no_wrap=True)
    if fits:
        for got in columns:
            table.add_column(got, justify="right")
        for label, row in counts.items():
            table.add_row(label, *(str(row[got]) if row[got] else "·" for got in columns))
        return table
    table.add_column("got", no_wrap=True)
    table.add_column("lines", justify="right")
    pairs = Counter({(label, got): n for label, row in counts.items() for got, n in row.items() if label != got})
    for (label, got), number in pairs.most_common(MOST_PAIRS):
        table.add_row(label, got, str(number))
    return table


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
