"""The handoff runtime: what a conversation that changes hands costs, beside other runtimes and beside bare requests.

Every contender is a process of its own (`bench.runtimes`), all speak to one model that answers from memory in another
process. Counted is the CPU time of the contender alone, so that a busy machine disturbs little.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .figures import Figure, Measured
from .load import ROOT
from .server import private_redis

OTHERS = Path(__file__).with_name(".venv") / "bin" / "python"  # `make bench` fills it from requirements/bench.txt
HISTORIES = (1, 20, 50, 100)
MOST_MS = {"handoff": 2.0, "thread": 1.2, "streamed": 3.5}
WHAT = {
    "handoff": "handoff conversation",
    "thread": "user turn in a 20-turn thread",
    "streamed": "handoff conversation, streamed",
}
PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process spent. `name` is the package and its version."""

    cpu_ms: float
    rss_mb: float
    import_s: float
    name: str


def measure(quick: bool) -> Measured:
    with stub() as base_url, private_redis() as server:
        contest = Contest(base_url, server.url, *((32, 2) if quick else (96, 8)))
        floor = {kind: contest.of("post", kind) for kind in WHAT}
        ours = {kind: contest.of("baton", kind) for kind in WHAT}
        figures = _ours(contest, floor, ours)
        figures += _flat(contest, floor["handoff"], ours["handoff"])
        figures += _others(contest, floor)
    return Measured(
        tuple(figures),
        "A handoff conversation is triage, a transfer and billing's answer: two model calls; 32 at once on one core. "
        "CPU time of the contender, the best of some rounds. Each has a filter and hooks at the handoff where it "
        "knows them; ours also tells a subscriber of every event and writes the run down. The floor "
        f"({floor['handoff'].name}) is `client.post` with dicts. Resident memory is what a process has at the end of "
        "its handoff conversations.",
    )


class Contest:
    def __init__(self, base_url: str, redis_url: str, conversations: int, rounds: int) -> None:
        self._base_url = base_url
        self._redis_url = redis_url
        self._conversations = conversations
        self._rounds = rounds

    def of(
        self, contender: str, kind: str = "handoff", *options: str, python: Path = Path(sys.executable),
        redis: bool = False,
    ) -> Cost:  # fmt: skip
        """Runs one contender to its end."""
        command = [str(python), "-m", f"bench.runtimes.{contender}", self._base_url, "--kind", kind, *options]
        # A thread has twenty answers, so fewer of them are as much work.
        size = (32, 2) if kind == "thread" else (self._conversations, self._rounds)
        command += ["--conversations", str(size[0]), "--rounds", str(size[1])]
        command += ["--redis", self._redis_url] if redis else []
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command[2:4])} failed:\n{done.stderr[-2000:]}")
        return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _ours(contest: Contest, floor: dict[str, Cost], ours: dict[str, Cost]) -> list[Figure]:
    figures = [_cpu(f"CPU per {what}", ours[kind], floor[kind], MOST_MS[kind]) for kind, what in WHAT.items()]
    plain = contest.of("baton", "handoff", "--plain")
    stored = contest.of("baton", redis=True)
    bare = floor["handoff"]
    return [
        *figures,
        _cpu("CPU per handoff conversation, without filter, hook and subscriber", plain, bare, None),
        _cpu("CPU per handoff conversation, run journal in Redis", stored, bare, 3.0),
        Figure("agents", "resident memory", ours["handoff"].rss_mb, "MB", bare.rss_mb, "client.post", 80.0),
        Figure("agents", "CPU of the import", ours["handoff"].import_s, "s", bare.import_s, "openai"),
    ]


def _flat(contest: Contest, floor: Cost, ours: Cost) -> list[Figure]:
    """The same conversation behind a history; the floor puts the same history into JSON."""
    figures = []
    beyond_ms = {0: ours.cpu_ms - floor.cpu_ms}
    for turns in HISTORIES:
        ours_then = contest.of("baton", "handoff", "--turns", str(turns))
        floor_then = contest.of("post", "handoff", "--turns", str(turns))
        beyond_ms[turns] = ours_then.cpu_ms - floor_then.cpu_ms
        behind = f"{turns} turn{'' if turns == 1 else 's'}"
        figures.append(_cpu(f"CPU per handoff conversation behind {behind}", ours_then, floor_then, None))
    first, last = HISTORIES[0], HISTORIES[-1]
    per_turn_us = 1000 * (beyond_ms[last] - beyond_ms[first]) / (last - first)
    return [*figures, Figure("agents", "growth beyond the floor's, per turn of history", per_turn_us, "us")]


def _others(contest: Contest, floor: dict[str, Cost]) -> list[Figure]:
    figures = []
    for module, package, stores in (("openai_agents", "openai-agents", True), ("langgraph", "langgraph-swarm", False)):
        if not OTHERS.exists():
            figures.append(Figure("agents", package, 0.0, absent="not installed"))
            continue
        costs = {kind: contest.of(module, kind, python=OTHERS) for kind in WHAT}
        name = costs["handoff"].name
        figures += [_cpu(f"{name}: CPU per {what}", costs[kind], floor[kind], None) for kind, what in WHAT.items()]
        if stores:
            stored = contest.of(module, python=OTHERS, redis=True)
            figures.append(_cpu(f"{name}: CPU per {WHAT['handoff']}, Redis session", stored, floor["handoff"], None))
        rss_mb, import_s = costs["handoff"].rss_mb, costs["handoff"].import_s
        figures += [
            Figure("agents", f"{name}: resident memory", rss_mb, "MB", floor["handoff"].rss_mb, "client.post"),
            Figure("agents", f"{name}: CPU of the import", import_s, "s", floor["handoff"].import_s, "openai"),
        ]
    return figures


def _cpu(name: str, cost: Cost, floor: Cost, most_ms: float | None) -> Figure:
    return Figure("agents", name, cost.cpu_ms, "ms", floor.cpu_ms, "client.post", most_ms)


@contextmanager
def stub() -> Iterator[str]:
    """The address of a model in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "bench.runtimes.stub"], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
