"""Baton beside what its work costs at least: bare redis-py, and a taskiq worker, doing the same three writes.

All in one run, in turns, so that a busy machine disturbs each alike; CPU time, the best of the rounds.
"""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import latency, throughput
from .agents import OTHERS
from .figures import Figure, Measured
from .load import ROOT
from .server import private_redis

PATIENCE_S = 180.0
NAME = "queues"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one event; `cpu_us` is what accepting and working it off takes of the processes that do it."""

    name: str
    cpu_us: float
    redis_us: float
    commands: float
    p50_ms: float
    p99_ms: float


def measure(quick: bool) -> Measured:
    rounds, events = (1, 1_200) if quick else (3, 6_000)
    found: dict[str, list[Cost]] = {"Baton": [], "bare redis-py": [], "taskiq": []}
    for _ in range(rounds):
        found["Baton"].append(_ours(events))
        for name, kind, python in (("bare redis-py", "bare", Path(sys.executable)), ("taskiq", "taskiq", OTHERS)):
            cost = _theirs(kind, python, events)
            if cost is not None:
                found[name].append(cost)
    best = {name: _best(costs) for name, costs in found.items() if costs}
    floor = best["bare redis-py"]
    figures = [figure for name, cost in best.items() for figure in _figures(name, cost, floor)]
    others = ", ".join(cost.name for name, cost in best.items() if name != "Baton")
    missing = "" if "taskiq" in best else " taskiq: not installed."
    return Measured(
        tuple(figures),
        f"{events} events accepted 64 at a time and then worked off, and a quarter as many at 200 a second; {rounds} "
        f"rounds in turns, the best of each ({others}).{missing} The others append the line, claim the conversation "
        "and set its state, by three commands between taking an entry of a stream and acknowledging it; they keep no "
        "order within a conversation and repeat what a dead worker had taken after a time-out (taskiq: ten minutes). "
        "Baton also judges, decides, logs, performs two rows and brings lists and feed up to date.",
    )


def _ours(events: int) -> Cost:
    lines_each = 12
    with private_redis() as server:
        accepted, done, _ = asyncio.run(throughput.backlog(server, events // lines_each, lines_each))
    with private_redis() as server:
        waits = asyncio.run(latency.committed(server, events // 4))
    return Cost(
        "Baton", accepted.cpu_us + done.cpu_us, accepted.redis_us + done.redis_us, accepted.calls + done.calls, *waits
    )


def _theirs(kind: str, python: Path, events: int) -> Cost | None:
    """None: it is not installed."""
    if not python.exists():
        return None
    with private_redis() as server:
        command = [str(python), "-m", "bench.plain_queue", server.url, "--kind", kind, "--events", str(events)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    if done.returncode == 0:
        return Cost(**json.loads(done.stdout.splitlines()[-1]))
    if "ModuleNotFoundError" in done.stderr:
        return None
    raise RuntimeError(f"{kind} failed:\n{done.stderr[-2000:]}")


def _best(costs: list[Cost]) -> Cost:
    return Cost(
        costs[0].name,
        min(cost.cpu_us for cost in costs),
        min(cost.redis_us for cost in costs),
        min(cost.commands for cost in costs),
        min(cost.p50_ms for cost in costs),
        min(cost.p99_ms for cost in costs),
    )


def _figures(name: str, cost: Cost, floor: Cost) -> list[Figure]:
    own = floor is cost
    rows = [
        (f"{name}: events/s per core, accepted to done", 1e6 / cost.cpu_us, 1e6 / floor.cpu_us, "/s"),
        (f"{name}: CPU per event", cost.cpu_us, floor.cpu_us, "us"),
        (f"{name}: Redis CPU per event, backlog", cost.redis_us, floor.redis_us, "us"),
        (f"{name}: Redis commands per event, backlog", cost.commands, floor.commands, ""),
        (f"{name}: accepted to committed at 200 a second, p50", cost.p50_ms, floor.p50_ms, "ms"),
        (f"{name}: accepted to committed at 200 a second, p99", cost.p99_ms, floor.p99_ms, "ms"),
    ]
    return [
        Figure(NAME, what, value, unit, None if own else least, "" if own else "bare redis-py",
               better="more" if unit == "/s" else "less")
        for what, value, least, unit in rows
    ]  # fmt: skip
