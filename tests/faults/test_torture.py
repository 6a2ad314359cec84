"""The short form of `make torture`: some seconds of everything at once.

BATON_TORTURE_S: for how long on each ground, 8 unless it says more.
"""

import asyncio
import os
from pathlib import Path

import pytest

from tests.faults.grounds import Cluster, Ground, Plain, Sentinels
from tests.faults.torture import storm

FOR_S = float(os.environ.get("BATON_TORTURE_S", "8"))


@pytest.mark.parametrize("ground", [Plain, Sentinels, Cluster], ids=lambda ground: ground.name)
def test_every_promise_is_kept_whatever_breaks(tmp_path: Path, ground: type[Ground]) -> None:
    """I1, I2, I3, I5, I6, I9, I13, I15: ENGINE 4, the last row."""
    outcome = asyncio.run(storm(ground(), tmp_path, for_s=FOR_S, conversations=24, pace_s=0.4))

    print(f"\n{outcome}")
    assert outcome.broken == []
    assert outcome.events > 100
    assert outcome.kills.total() >= 2
