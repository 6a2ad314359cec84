"""all-MiniLM-L6-v2 in numpy: numbers of tokens to one vector of length 1 per text.

BERT with six layers (Devlin et al. 2018), the mean over all tokens, then the L2 norm, as the model's `modules.json`
asks for. Weights are kept in eight bits and multiplied out when they are loaded, all but the word table: of that, only
the rows of a text are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

WIDTH = 384
LAYERS = 6
HEADS = 12
BLOCK = 64  # values that share a scale
_HEAD = WIDTH // HEADS
TINY = np.float32(1e-12)  # layer_norm_eps of the model's config.json
_AT_ONCE = 2_048  # tokens; more would only need more memory, which with onnxruntime is 60 MB then

# A polynomial for the error function, wrong by at most 1.5e-7: Abramowitz and Stegun 1964, 7.1.26.
_ERF_P = np.float32(0.3275911)
_ERF = tuple(np.float32(a) for a in (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429))


@dataclass(frozen=True, slots=True)
class Packed:
    """A matrix in eight bits: every row is cut into blocks, and each block has its own scale.

    One scale for a whole row lets its largest value spoil the others: measured on 60 banking questions, the vectors'
    least cosine to the reference is then .9986; with blocks of 64 it is .9995.
    """

    values: npt.NDArray[np.int8]  # rows x blocks x BLOCK
    scales: npt.NDArray[np.float16]  # rows x blocks

    @classmethod
    def of(cls, matrix: Floats) -> Packed:
        blocks = matrix.reshape(len(matrix), -1, BLOCK)
        scales = (np.abs(blocks).max(axis=2) / 127).astype(np.float16)
        scales[scales == 0] = 1
        values = np.rint(blocks / scales[..., None].astype(np.float32)).clip(-127, 127)
        return cls(values.astype(np.int8), scales)

    def whole(self) -> Floats:
        return _multiplied(self.values, self.scales)

    def rows(self, numbers: npt.NDArray[np.intp]) -> Floats:
        return _multiplied(self.values[numbers], self.scales[numbers])


def _multiplied(values: npt.NDArray[np.int8], scales: npt.NDArray[np.float16]) -> Floats:
    return (values.astype(np.float32) * scales[..., None].astype(np.float32)).reshape(len(values), -1)


@dataclass(frozen=True, slots=True)
class _Layer:
    """`into` holds query, key and value side by side, so that one product makes all three."""

    into: Floats
    into_bias: Floats
    out: Floats
    out_bias: Floats
    out_norm: tuple[Floats, Floats]
    wide: Floats
    wide_bias: Floats
    narrow: Floats
    narrow_bias: Floats
    narrow_norm: tuple[Floats, Floats]


class Encoder:
    """`tensors` are named as in the model's safetensors file; any matrix may come `Packed`."""

    def __init__(self, tensors: Mapping[str, Floats | Packed]) -> None:
        self._words = tensors["embeddings.word_embeddings.weight"]
        positions = whole(tensors["embeddings.position_embeddings.weight"])
        # Every token is of the first kind: there is only one sentence.
        self._positions = positions + whole(tensors["embeddings.token_type_embeddings.weight"])[0]
        self._norm = _norm_of(tensors, "embeddings.LayerNorm")
        self._layers = [_layer_of(tensors, f"encoder.layer.{number}") for number in range(LAYERS)]

    def embed(self, texts: Sequence[Sequence[int]]) -> Floats:
        """One row of length 1 per text."""
        return by_length(texts, self._forward)

    def _forward(self, numbers: npt.NDArray[np.intp]) -> Floats:
        count, length = numbers.shape
        flat = numbers.ravel()
        words = self._words.rows(flat) if isinstance(self._words, Packed) else self._words[flat]
        x = words + np.tile(self._positions[:length], (count, 1))
        x = _normed(x, self._norm)
        for layer in self._layers:
            x = _normed(x + _attention(x, layer, count, length), layer.out_norm)
            wide = _gelu(x @ layer.wide + layer.wide_bias)
            x = _normed(x + (wide @ layer.narrow + layer.narrow_bias), layer.narrow_norm)
        mean = x.reshape(count, length, WIDTH).mean(axis=1)
        unit: Floats = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit


def by_length(texts: Sequence[Sequence[int]], forward: Callable[[npt.NDArray[np.intp]], Floats]) -> Floats:
    """One row per text. Texts of one length are taken together, so none is padded and every text has the vector that it
    has alone, to the last bits."""
    found = np.empty((len(texts), WIDTH), np.float32)
    lengths: dict[int, list[int]] = defaultdict(list)
    for place, numbers in enumerate(texts):
        lengths[len(numbers)].append(place)
    for length, places in lengths.items():
        count = max(1, _AT_ONCE // max(1, length))
        for begin in range(0, len(places), count):
            some = places[begin : begin + count]
            found[some] = forward(np.array([texts[place] for place in some], np.intp))
    return found


def whole(tensor: Floats | Packed) -> Floats:
    return tensor.whole() if isinstance(tensor, Packed) else tensor


def _norm_of(tensors: Mapping[str, Floats | Packed], name: str) -> tuple[Floats, Floats]:
    return whole(tensors[f"{name}.weight"]), whole(tensors[f"{name}.bias"])


def _layer_of(tensors: Mapping[str, Floats | Packed], name: str) -> _Layer:
    def dense(part: str) -> tuple[Floats, Floats]:
        weight, bias = whole(tensors[f"{name}.{part}.weight"]), whole(tensors[f"{name}.{part}.bias"])
        return np.ascontiguousarray(weight.T), bias

    query, key, value = (dense(f"attention.self.{part}") for part in ("query", "key", "value"))
    # The division of the scores by the root of a head's width, done once and for all.
    scale = np.float32(_HEAD**-0.5)
    return _Layer(
        np.concatenate([query[0] * scale, key[0], value[0]], axis=1),
        np.concatenate([query[1] * scale, key[1], value[1]]),
        *dense("attention.output.dense"),
        _norm_of(tensors, f"{name}.attention.output.LayerNorm"),
        *dense("intermediate.dense"),
        *dense("output.dense"),
        _norm_of(tensors, f"{name}.output.LayerNorm"),
    )


def _attention(x: Floats, layer: _Layer, count: int, length: int) -> Floats:
    parts = (x @ layer.into + layer.into_bias).reshape(count, length, 3, HEADS, _HEAD).transpose(2, 0, 3, 1, 4)
    query, key, value = parts
    scores = query @ key.transpose(0, 1, 3, 2)
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    seen = (scores @ value).transpose(0, 2, 1, 3).reshape(count * length, WIDTH)
    found: Floats = seen @ layer.out + layer.out_bias
    return found


def _normed(x: Floats, norm: tuple[Floats, Floats]) -> Floats:
    weight, bias = norm
    x = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / np.float32(WIDTH) + TINY)
    found: Floats = x / spread * weight + bias
    return found


def _gelu(x: Floats) -> Floats:
    """x times the normal distribution's share below x."""
    z = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + _ERF_P * z)
    tail = np.zeros_like(t)
    for factor in reversed(_ERF):
        tail += factor
        tail *= t
    np.multiply(z, z, out=z)
    np.negative(z, out=z)
    np.exp(z, out=z)
    tail *= z
    found: Floats = np.where(x >= 0, x * (1 - tail / 2), x * tail / 2)
    return found
