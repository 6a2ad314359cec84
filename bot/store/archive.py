"""A backup's file: one line that names it, a compressed stream of msgpack records, and a checksum of all before it.

It holds what customers wrote, so only its owner may read it. It is written beside its place and renamed when it is
whole, and it is read twice: to its end before anything is believed, then record by record.
"""

import hashlib
import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgpack  # type: ignore[import-untyped]

FIRST_LINE: Final = b"baton backup 1\n"
CHECKSUM_BYTES: Final = 32
CHUNK: Final = 1 << 20
RECORD_MAX: Final = 1 << 30

Record = list[Any]


class BadArchive(Exception):
    """The file is no backup, is damaged or was cut off. The text says which."""


class Writer:
    """`with Writer(path) as archive: archive.add(record)`. Whatever is raised inside leaves `path` as it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        self._deflate = zlib.compressobj(level=6)
        self._sum = hashlib.blake2b(digest_size=CHECKSUM_BYTES)

    def __enter__(self) -> Self:
        descriptor = os.open(self._beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._write(FIRST_LINE)
        return self

    def add(self, record: Record) -> None:
        self._write(self._deflate.compress(msgpack.packb(record, unicode_errors="surrogatepass")))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._write(self._deflate.flush())
                self._file.write(self._sum.digest())
                self._file.flush()
                os.fsync(self._file.fileno())
                self._beside.replace(self._path)
        finally:
            self._file.close()
            with suppress(FileNotFoundError):
                self._beside.unlink()

    def _write(self, data: bytes) -> None:
        self._sum.update(data)
        self._file.write(data)


def check(path: Path) -> None:
    """Read the file to its end. Raises BadArchive; OSError when it cannot be opened."""
    left = path.stat().st_size - CHECKSUM_BYTES
    total = hashlib.blake2b(digest_size=CHECKSUM_BYTES)
    with path.open("rb") as file:
        first = file.read(len(FIRST_LINE))
        if first != FIRST_LINE:
            known = first.startswith(b"baton backup ")
            raise BadArchive(f"{path} is " + ("of a newer Baton" if known else "no backup of Baton"))
        total.update(first)
        left -= len(first)
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            total.update(chunk)
            left -= len(chunk)
        if left or file.read() != total.digest():
            raise BadArchive(f"{path} is damaged or was cut off: its checksum is another")


def records(path: Path) -> Iterator[Record]:
    """Its records in order. Call `check` first."""
    inflate = zlib.decompressobj()
    unpacker = msgpack.Unpacker(max_buffer_size=RECORD_MAX, strict_map_key=False, unicode_errors="surrogatepass")
    left = path.stat().st_size - CHECKSUM_BYTES - len(FIRST_LINE)
    try:
        with path.open("rb") as file:
            file.seek(len(FIRST_LINE))
            while left > 0 and (chunk := file.read(min(CHUNK // 16, left))):
                left -= len(chunk)
                while chunk:
                    unpacker.feed(inflate.decompress(chunk, CHUNK))
                    yield from unpacker
                    chunk = inflate.unconsumed_tail
            unpacker.feed(inflate.flush())
            yield from unpacker
    except (zlib.error, ValueError, msgpack.exceptions.UnpackException) as error:
        raise BadArchive(f"{path} is damaged: {error}") from error
