"""The table, and bench/RESULTS.md."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from .figures import Figure, Measured, shown
from .load import ROOT
from .server import private_redis

RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = ("figure", "value", "floor", "ratio", "target", "")


def table(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    """One row per figure, as words."""
    return [
        (
            figure.name,
            figure.absent or f"{shown(figure.value)} {figure.unit}".strip(),
            f"{shown(figure.floor)} {figure.unit} ({figure.floor_name})" if figure.floor is not None else "",
            f"{figure.ratio:.2f} x" if figure.ratio is not None else "",
            _target(figure),
            {None: "", True: "reached", False: "not yet"}[figure.reached],
        )
        for figure in figures
    ]


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    sign = "<=" if figure.better == "less" else ">="
    return f"{sign} {figure.target:,g} {figure.unit}".strip()


def printed(name: str, measured: Measured) -> str:
    """For a terminal, columns aligned."""
    rows = [HEAD, *table(measured.figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"== {name}", *lines, ""])


def write(results: Mapping[str, Measured], command: str, failed: Sequence[str]) -> None:
    """Replace RESULTS.md by what this run found."""
    parts = ["# Results", "", *(f"- {key}: {value}" for key, value in facts(command).items()), ""]
    parts += [
        "A floor is what the same run measured of the bare tools below Baton; a ratio is the figure over its floor. "
        "Times fluctuate with the machine's load; ratios, counts and bytes much less.",
        "",
    ]
    parts += [f"Failed, and so not here: {', '.join(failed)}.", ""] if failed else []
    for name, measured in results.items():
        parts += [_section(name, measured), ""]
    RESULTS.write_text("\n".join(parts).rstrip() + "\n")


def renew(results: Mapping[str, Measured]) -> None:
    """Replace in RESULTS.md the sections of these measures, each of which then says when it was measured."""
    text = RESULTS.read_text()
    for name, measured in results.items():
        when = f"Measured on its own: {_now()}, load averages at the end {_loads()}, commit {_commit()}."
        section = f"{_section(name, measured, when)}\n\n"
        known = re.compile(rf"^## {re.escape(name)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE).search(text)
        if known is not None:
            text = text[: known.start()] + section + text[known.end() :]
        else:
            text = f"{text.rstrip()}\n\n{section}"
    RESULTS.write_text(text.rstrip() + "\n")


def _section(name: str, measured: Measured, when: str = "") -> str:
    rows = (HEAD, ("---",) * len(HEAD), *table(measured.figures))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"## {name}", "", f"{measured.how} {when}".rstrip(), "", *lines])


def facts(command: str) -> dict[str, str]:
    """The machine and what ran on it."""
    with private_redis() as server:
        redis = server.describe()
    return {
        "date": _now(),
        "machine": machine(),
        "load averages at the end": _loads(),
        "store": redis,
        "Python": platform.python_version(),
        "commit": _commit(),
        "command": f"`{command}`",
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _loads() -> str:
    return ", ".join(f"{load:.1f}" for load in os.getloadavg())


def machine() -> str:
    return f"{os.cpu_count()} cores, {_cpu()}, {_ram_gb():.0f} GB, {platform.system()} {platform.machine()}"


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else None
    return found[1] if found else platform.processor() or "CPU not told"


def _ram_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _commit() -> str:
    """The commit, and whether files differ from it; reads only."""
    git = shutil.which("git")
    if git is None:
        return "unknown"

    def said(*words: str) -> str:
        return subprocess.run(
            [git, "--no-optional-locks", *words], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    name = said("rev-parse", "--short", "HEAD") or "unknown"
    changed = said("status", "--porcelain", "--", "bot", "handlers", "routing")
    return f"{name}, with changes" if changed else name
