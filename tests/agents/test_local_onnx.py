"""The extra `onnx`: the same vectors by onnxruntime, and numpy where it is broken."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import structlog

from bot import triage
from bot.agents.models.local import AnswerEntry, Embedder, LocalTriage, RouteExamples
from bot.agents.models.local.embedder import Engine, engine_of
from bot.agents.models.local.onnx_encoder import installed
from bot.agents.models.local.weights import FILE, load
from bot.commands.model import info
from tests.agents.conftest import required
from tests.agents.test_triage_of_policy import policy_of

pytestmark = pytest.mark.anyio

DATA = Path(__file__).parent / "data"
TEXTS: list[tuple[str, list[int]]] = json.loads((DATA / "wordpiece.json").read_text())
NUMPY = "embedded (all-MiniLM-L6-v2, int8, numpy, for onnxruntime"
ROUTES = [
    RouteExamples("refunds", "Charges and refunds", ("I was charged twice", "refund please", "give me my money back")),
    RouteExamples("login", "Signing in", ("I cannot log in", "reset my password", "my account is locked")),
]
ANSWERS = [AnswerEntry("hours", ("when are you open", "what are your opening hours"), "Nine to five.")]
LINES = (
    "the card was charged two times", "I forgot my password", "are you open on sunday", "what is the weather in paris",
    "my account is locked and I was charged twice", "refund please", "hello",
)  # fmt: skip


@pytest.fixture(scope="module")
def engine(embedder: Embedder) -> Engine:
    """The engine on this machine, where onnxruntime is installed."""
    if not installed():
        if "onnx" in required():
            pytest.fail("BATON_REQUIRE asks for onnxruntime, and it is not installed")
        pytest.skip("NOT MEASURED: onnxruntime is not installed")
    found = engine_of()
    assert found.runtime.startswith("onnxruntime "), str(found)
    return found


def by_onnx(engine: Engine) -> Embedder:
    assert engine.embedder is not None
    return engine.embedder


# ---- where it works --------------------------------------------------------------------------------------------------


def test_the_vectors_are_those_of_numpy_and_of_the_original(engine: Engine, embedder: Embedder) -> None:
    texts = [text for text, _ in TEXTS]
    reference = np.load(DATA / "minilm_reference.npy")

    found = by_onnx(engine).vectors(texts)

    to_numpy = (found * embedder.vectors(texts)).sum(axis=1)
    assert to_numpy.min() >= 0.999  # measured .9996
    assert (found[: len(reference)] * reference).sum(axis=1).min() >= 0.9985  # measured .9991, numpy .9994
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(engine: Engine, embedder: Embedder) -> None:
    _, pieces = load(embedder.folder / FILE)
    encoder = by_onnx(engine)._encoder
    numbers = [pieces.encode(text) for text, _ in TEXTS]

    together = encoder.embed(numbers)

    alone = np.concatenate([encoder.embed([one]) for one in numbers])
    assert np.abs(together - alone).max() < 1e-4


def test_lines_are_judged_as_by_numpy(engine: Engine, embedder: Embedder, tmp_path: Path) -> None:
    ours, theirs = (
        LocalTriage(ROUTES, ANSWERS, embedder=one.elsewhere(tmp_path)) for one in (by_onnx(engine), embedder)
    )

    judged = [(ours.judge(line), theirs.judge(line)) for line in LINES]

    assert [(one.verdict, one.topic) for one, _ in judged] == [(other.verdict, other.topic) for _, other in judged]
    assert max(abs(one.topics[name] - other.topics[name]) for one, other in judged for name in one.topics) < 0.05


def test_each_keeps_what_it_learned_apart_from_the_other(engine: Engine, embedder: Embedder, tmp_path: Path) -> None:
    for one in (by_onnx(engine), embedder):
        LocalTriage(ROUTES, embedder=one.elsewhere(tmp_path)).judge("refund please")

    assert len(list((tmp_path / "learned").glob("*.npz"))) == 2


def test_the_command_says_what_it_runs_on(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert info() == 0

    assert f"engine        embedded (all-MiniLM-L6-v2, int8, {engine.runtime})\n" in capsys.readouterr().out


# ---- where it is broken ----------------------------------------------------------------------------------------------

BROKEN = {
    "does not work here (ImportError: libfoo.so": "raise ImportError('libfoo.so: cannot open shared object file')",
    "does not work here (RuntimeError: no such operator": """
        __version__ = "0"
        class SessionOptions: ...
        class InferenceSession:
            def __init__(self, *_, **__): raise RuntimeError("no such operator")
    """,
    " 0 gives other vectors here (cosine -0.0": """
        __version__ = "0"
        class SessionOptions: ...
        class InferenceSession:
            def __init__(self, *_, **__): pass
            def run(self, _, given):
                import numpy
                return [numpy.eye(384, dtype=numpy.float32)[: len(given["numbers"])] * 1e-3]
    """,
}


@pytest.fixture(params=BROKEN)
def broken(
    request: pytest.FixtureRequest, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """An onnxruntime that fails in this way is the one installed; what is to be said of it."""
    lines = BROKEN[request.param].splitlines()
    (tmp_path / "onnxruntime.py").write_text("\n".join(line.removeprefix(" " * 8) for line in lines))
    for name in [name for name in sys.modules if name.partition(".")[0] == "onnxruntime"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    triage.engine.cache_clear()
    yield request.param
    sys.modules.pop("onnxruntime", None)
    triage.engine.cache_clear()


async def test_numpy_does_it_and_the_log_says_why_once(broken: str) -> None:
    with structlog.testing.capture_logs() as logged:
        await triage.warm(policy_of(""))

    said = [one for one in logged if one["event"] == "triage.engine"]
    assert [one["log_level"] for one in said] == ["warning"]
    assert said[0]["engine"].startswith(NUMPY)
    assert broken in said[0]["engine"]
    assert triage.engine().embedder is not None


def test_the_command_says_why_and_ends_well(broken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert info() == 0

    assert broken in capsys.readouterr().out


def test_without_the_extra_nothing_is_said_of_it(embedder: Embedder) -> None:
    assert str(Engine(embedder)) == "embedded (all-MiniLM-L6-v2, int8)"
    assert embedder.by == "numpy"
