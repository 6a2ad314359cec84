"""Where the weights of the embedded model lie, and the file that holds them.

One file, `all-minilm-l6-v2.int8.v1.npz`, of some 24 MB: the packed tensors and the vocabulary. It is looked for in
`BATON_HOME/model` and in the user's cache (`$XDG_CACHE_HOME/baton`, `~/.cache/baton`) and written to the first of those
two that is named. Its content is the same wherever it lies, and nothing but `build` ever writes it.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from bot.agents.models.local.encoder import Encoder, Floats, Packed
from bot.agents.models.local.wordpiece import WordPiece

NAME: Final = "all-MiniLM-L6-v2"
# The number rises when the file's layout or the arithmetic that made it changes; older files are then built anew.
FILE: Final = "all-minilm-l6-v2.int8.v1.npz"
_VOCABULARY: Final = "vocabulary"
_VALUES, _SCALES = ".int8", ".scales"


class WeightsUnfit(Exception):
    """The file is there and cannot be used. One line; building it anew is the remedy."""


def folders(environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Where weights are looked for; new ones go to the first."""
    cache = Path(environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "baton"
    home = environ.get("BATON_HOME")
    return [Path(home).expanduser() / "model", cache] if home else [cache]


def weights_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The file in use; None where there is none."""
    return next((folder / FILE for folder in folders(environ) if (folder / FILE).is_file()), None)


def load(path: Path) -> tuple[Encoder, WordPiece]:
    """Takes a tenth of a second. Raises WeightsUnfit."""
    return read(path)[:2]


def read(path: Path) -> tuple[Encoder, WordPiece, dict[str, Floats | Packed]]:
    """`load`, and the tensors as they lie in the file. Raises WeightsUnfit."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        words = arrays.pop(_VOCABULARY).tobytes().decode().split("\n")
        tensors = _unpacked(arrays)
        return Encoder(tensors), WordPiece(words), tensors
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsUnfit(f"{path} is damaged ({type(error).__name__})") from error


def save(path: Path, tensors: Mapping[str, Floats | Packed], vocabulary: Sequence[str]) -> None:
    """Write the file in one step: others see the old one or the new one."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, tensor in tensors.items():
        if isinstance(tensor, Packed):
            arrays[name + _VALUES], arrays[name + _SCALES] = tensor.values, tensor.scales
        else:
            arrays[name] = tensor
    arrays[_VOCABULARY] = np.frombuffer("\n".join(vocabulary).encode(), np.uint8)
    with replaced(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` once it is whole and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            os.fchmod(file.fileno(), 0o644)  # mkstemp's own mode would keep it from a service's other user
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _unpacked(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, Floats | Packed]:
    packed = {name.removesuffix(_VALUES) for name in arrays if name.endswith(_VALUES)}
    whole: dict[str, Floats | Packed] = {
        name: array for name, array in arrays.items() if not name.endswith((_VALUES, _SCALES))
    }
    return whole | {name: Packed(arrays[name + _VALUES], arrays[name + _SCALES]) for name in packed}
