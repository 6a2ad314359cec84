"""The wall clock of one process, which steps when it is told to. Monotonic time goes on, as on a machine that is set.

    with WallClock() as clock, PrivateServer(binary, environment=clock.environment) as server:
        clock.step(3600)         the process sees the time an hour later, from its next look on
        clock.step(-7200)        and an hour earlier than it is

Debian's package `libfaketime` does it; https://github.com/wolfcw/libfaketime names the variables. Behind it stands
libc's own memory: the jemalloc of Debian's Redis asks for the time while libfaketime, which is to tell it, asks for
memory.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

PLACES = ("lib/*/faketime/libfaketime.so.1", "lib*/faketime/libfaketime.so.1")
LIBRARY = next((found for place in PLACES for found in sorted(Path("/usr").glob(place))), None)


def steps_or_skip() -> None:
    """Returns if clocks can be set here. With BATON_REQUIRE naming faketime they must be."""
    if LIBRARY is not None:
        return
    if "faketime" in os.environ.get("BATON_REQUIRE", "").split(","):
        pytest.fail("BATON_REQUIRE asks for libfaketime, and it is not there")
    pytest.skip("no libfaketime: clocks are not set here (Debian: apt-get install libfaketime)")


class WallClock:
    """Several processes may share one. `at_once`: a step is seen with the next look at the clock, for which a file is
    read every time; otherwise within a second, and looking costs next to nothing."""

    def __init__(self, *, at_once: bool = True) -> None:
        self._looks = {"FAKETIME_NO_CACHE": "1"} if at_once else {"FAKETIME_CACHE_DURATION": "1"}
        self._folder = tempfile.TemporaryDirectory(prefix="baton-clock-")
        self._file = Path(self._folder.name) / "offset"
        self.ahead_s = 0.0
        self.step(0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    @property
    def environment(self) -> Mapping[str, str]:
        """What its processes are started with, beside this one's own environment."""
        return {
            "LD_PRELOAD": f"{LIBRARY}:libc.so.6",
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            **self._looks,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # A file's own times are the disk's, not the process's.
            "NO_FAKE_STAT": "1",
        }

    def step(self, by_s: float) -> None:
        """Ahead, or back if negative."""
        self.ahead_s += by_s
        # At once and whole: it is read with every look at the clock.
        new = self._file.with_suffix(".new")
        new.write_text(f"{self.ahead_s:+.3f}\n")
        new.replace(self._file)

    def mend(self) -> None:
        """The true time again."""
        self.step(-self.ahead_s)
