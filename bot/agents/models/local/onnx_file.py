"""An ONNX model written by hand: what `onnxruntime` reads, without the package `onnx`, which would be 33 MB more.

The file is a protobuf message: fields with a number each (onnx.proto, opset 21), of which these are the few that a
graph needs. Protobuf's encoding: a key that holds number and kind, then a varint, or a length and as many bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

OPSET: Final = 21
MICROSOFT: Final = "com.microsoft"  # onnxruntime's own operators
_IR: Final = 10  # the format's version that goes with the opset
_TYPES: Final = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7, "float16": 10}
_VARINT, _BYTES, _FOUR_BYTES = 0, 2, 5


class Graph:
    """Collects nodes and constants. Values are known by their names, which `node` and `constant` give."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def constant(self, array: npt.NDArray[Any] | np.generic | Sequence[int]) -> str:
        values = np.asarray(array)
        name = f"c{len(self._constants)}"
        dims = b"".join(_field(1, size) for size in values.shape)
        kind = _field(2, _TYPES[values.dtype.name])
        raw = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
        self._constants.append(_field(5, dims + kind + _field(8, name) + _field(9, raw)))
        return name

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: int | float | Sequence[int]) -> str:
        return self.nodes(kind, *inputs, outputs=1, domain=domain, **attributes)[0]

    def nodes(
        self, kind: str, *inputs: str, outputs: int, domain: str = "", **attributes: int | float | Sequence[int]
    ) -> list[str]:
        """A node with several outputs."""
        names = [f"n{len(self._nodes)}.{number}" for number in range(outputs)]
        parts = [_field(1, one) for one in inputs] + [_field(2, one) for one in names] + [_field(4, kind)]
        parts += [_field(5, _attribute(name, value)) for name, value in attributes.items()]
        self._nodes.append(_field(1, b"".join(parts) + (_field(7, domain) if domain else b"")))
        return names

    def model(
        self, *, takes: tuple[str, str, Sequence[str | int]], gives: tuple[str, str, Sequence[str | int]]
    ) -> bytes:
        """The file's bytes. `takes` and `gives`: name, type and shape of the input and the output; a word in a shape
        is a size that differs from call to call."""
        whole = b"".join(self._nodes) + _field(2, "encoder") + b"".join(self._constants)
        whole += _field(11, _value(*takes)) + _field(12, _value(*gives))
        sets = _field(8, _field(1, "") + _field(2, OPSET)) + _field(8, _field(1, MICROSOFT) + _field(2, 1))
        return _field(1, _IR) + _field(7, whole) + sets


def _attribute(name: str, value: int | float | Sequence[int]) -> bytes:
    if isinstance(value, float):
        return _field(1, name) + _key(2, _FOUR_BYTES) + np.array(value, "<f4").tobytes() + _field(20, 1)
    if isinstance(value, int):
        return _field(1, name) + _field(3, value) + _field(20, 2)
    return _field(1, name) + b"".join(_field(8, one) for one in value) + _field(20, 7)


def _value(name: str, kind: str, shape: Sequence[str | int]) -> bytes:
    dims = b"".join(_field(1, _field(2 if isinstance(size, str) else 1, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, _TYPES[kind]) + _field(2, dims)))


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _key(number, _VARINT) + _varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return _key(number, _BYTES) + _varint(len(raw)) + raw


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; a negative number is taken modulo 2 to the 64."""
    value %= 1 << 64
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)
