"""The same encoder run by onnxruntime, the optional extra `onnx`: some four times as many lines a second as numpy.

The graph is made from the packed weights when they are loaded, and multiplied in eight bits: `MatMulNBits` cuts the
other factor into blocks too and gives each its scale. Measured on 35 texts, least cosine to numpy and ms a line:
in blocks of 64 .9978 and 0.9, of 16 .9993 and 1.0; as it is here .9996 and 1.1; in 32 bits 1 and 2.4, with 60 MB
more; by MatMulInteger, with one scale for a whole line, .975 and 0.5. numpy takes 5.6 ms.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from bot.agents.models.local.encoder import HEADS, LAYERS, TINY, WIDTH, Floats, Packed, by_length, whole
from bot.agents.models.local.onnx_file import MICROSOFT, Graph
from bot.agents.models.local.parity import LEAST_COSINE, parity
from bot.agents.models.local.wordpiece import WordPiece

PACKAGE: Final = "onnxruntime"
_HEAD: Final = WIDTH // HEADS
# Values that share a scale while they are multiplied. Smaller blocks of the same weights: their scales come several
# times, and a line's few large values spoil fewer of its others.
_BLOCK: Final = 16
# The attention of the last layers is the most easily spoilt, and stays in 32 bits (5 MB).
_ATTENTION_WHOLE_FROM: Final = 4
_IN_EIGHT_BITS: Final = 4  # accuracy_level of MatMulNBits
_ERRORS_ONLY: Final = 3
_ZERO: Final = 128  # what MatMulNBits takes for zero in its unsigned weights

Tensors = Mapping[str, Floats | Packed]


class OnnxUnfit(Exception):
    """onnxruntime is installed and cannot be used here. One line."""


class OnnxEncoder:
    """Any thread may call it; a call works on one core, as numpy does."""

    def __init__(self, tensors: Tensors) -> None:
        """Raises whatever onnxruntime raises."""
        runtime: Any = importlib.import_module(PACKAGE)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # as fast, and what the longest texts needed is given back
        options.log_severity_level = _ERRORS_ONLY
        self.version = f"{PACKAGE} {runtime.__version__}"
        self._session = runtime.InferenceSession(graph(tensors), options, providers=["CPUExecutionProvider"])

    def embed(self, texts: Sequence[Sequence[int]]) -> Floats:
        """One row of length 1 per text."""
        return by_length(texts, lambda numbers: self._session.run(None, {"numbers": numbers.astype(np.int64)})[0])


def installed() -> bool:
    return importlib.util.find_spec(PACKAGE) is not None


def compared(tensors: Tensors, reference: Floats, pieces: WordPiece) -> OnnxEncoder:
    """One that gives numpy's vectors of the parity texts, the `reference`, on this machine. Raises OnnxUnfit."""
    try:
        encoder = OnnxEncoder(tensors)
        cosine = parity(reference, encoder, pieces)
    except Exception as error:
        said = " ".join(str(error).split())[:160]
        raise OnnxUnfit(f"{PACKAGE} does not work here ({type(error).__name__}: {said})") from error
    if not cosine >= LEAST_COSINE:  # NaN is no agreement either
        raise OnnxUnfit(f"{encoder.version} gives other vectors here (cosine {cosine:.5f})")
    return encoder


def graph(tensors: Tensors) -> bytes:
    """The encoder as an ONNX model: `numbers` (texts x tokens) to `vectors`, the forward pass of `Encoder`."""
    made = Graph()
    x = _embedded(made, tensors)
    for number in range(LAYERS):
        x = _layer(made, tensors, x, number)
    mean = made.node("ReduceMean", x, made.constant([1]), keepdims=0)
    # The name that `model` says; every other value has one by its number.
    vectors = made.node("LpNormalization", mean, axis=-1, p=2)
    return made.model(
        takes=("numbers", "int64", ("texts", "tokens")), gives=(vectors, "float32", ("texts", WIDTH))
    )  # fmt: skip


def _embedded(made: Graph, tensors: Tensors) -> str:
    words = tensors["embeddings.word_embeddings.weight"]
    if isinstance(words, Packed):
        values = made.node("Cast", made.node("Gather", made.constant(words.values), "numbers"), to=1)
        scales = made.node("Cast", made.node("Gather", made.constant(words.scales[..., None]), "numbers"), to=1)
        x = made.node("Reshape", made.node("Mul", values, scales), made.constant([0, 0, WIDTH]))
    else:
        x = made.node("Gather", made.constant(words), "numbers")
    places = whole(tensors["embeddings.position_embeddings.weight"])
    places = places + whole(tensors["embeddings.token_type_embeddings.weight"])[0]
    length = made.node("Shape", "numbers", start=1, end=2)
    here = made.node("Slice", made.constant(places), made.constant([0]), length)
    return _normed(made, tensors, made.node("Add", x, here), "embeddings.LayerNorm")


def _layer(made: Graph, tensors: Tensors, x: str, number: int) -> str:
    name = f"encoder.layer.{number}"
    seen = _attention(made, tensors, x, number)
    out = _dense(made, tensors, seen, f"{name}.attention.output.dense")
    x = _normed(made, tensors, made.node("Add", x, out), f"{name}.attention.output.LayerNorm")
    wide = made.node("Gelu", _dense(made, tensors, x, f"{name}.intermediate.dense"))
    narrow = _dense(made, tensors, wide, f"{name}.output.dense")
    return _normed(made, tensors, made.node("Add", x, narrow), f"{name}.output.LayerNorm")


def _attention(made: Graph, tensors: Tensors, x: str, number: int) -> str:
    names = [f"encoder.layer.{number}.attention.self.{part}" for part in ("query", "key", "value")]
    all_three = _dense(made, tensors, x, *names, in_full=number >= _ATTENTION_WHOLE_FROM)
    heads = made.constant([0, 0, HEADS, _HEAD])
    parts = made.nodes("Split", all_three, outputs=3, axis=-1, num_outputs=3)
    query, key, value = (made.node("Reshape", part, heads) for part in parts)
    query, value = (made.node("Transpose", part, perm=[0, 2, 1, 3]) for part in (query, value))
    scores = made.node("MatMul", query, made.node("Transpose", key, perm=[0, 2, 3, 1]))
    shares = made.node("Softmax", made.node("Mul", scores, made.constant(np.float32(_HEAD**-0.5))), axis=-1)
    seen = made.node("Transpose", made.node("MatMul", shares, value), perm=[0, 2, 1, 3])
    return made.node("Reshape", seen, made.constant([0, 0, WIDTH]))


def _dense(made: Graph, tensors: Tensors, x: str, *names: str, in_full: bool = False) -> str:
    """x times the weights of these names, side by side, and their bias."""
    weights = [tensors[f"{name}.weight"] for name in names]
    packed = [one for one in weights if isinstance(one, Packed)]
    if in_full or len(packed) < len(weights):
        product = made.node("MatMul", x, made.constant(np.concatenate([whole(one) for one in weights]).T))
    else:
        product = _multiplied(made, x, packed)
    return made.node("Add", product, made.constant(np.concatenate([whole(tensors[f"{name}.bias"]) for name in names])))


def _multiplied(made: Graph, x: str, weights: Sequence[Packed]) -> str:
    values = np.concatenate([one.values for one in weights]).astype(np.int16) + _ZERO
    scales = np.concatenate([one.scales for one in weights]).astype(np.float32)
    rows, blocks, block = values.shape
    return made.node(
        "MatMulNBits", x, made.constant(values.astype(np.uint8).reshape(rows, -1, _BLOCK)),
        made.constant(np.repeat(scales, block // _BLOCK, axis=1)), domain=MICROSOFT,
        K=blocks * block, N=rows, bits=8, block_size=_BLOCK, accuracy_level=_IN_EIGHT_BITS,
    )  # fmt: skip


def _normed(made: Graph, tensors: Tensors, x: str, name: str) -> str:
    weight, bias = (made.constant(whole(tensors[f"{name}.{part}"])) for part in ("weight", "bias"))
    return made.node("LayerNormalization", x, weight, bias, axis=-1, epsilon=float(TINY))
