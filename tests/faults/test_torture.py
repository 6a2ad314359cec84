"""The short form of `make torture`: some seconds of everything at once.

BATON_TORTURE_S: for how long on each ground, 5 unless it says more. A failover by sentinels alone takes longer than
that and has its own tests, so that ground is only entered when more is asked for.
"""

import asyncio
import os
from pathlib import Path

import pytest

from tests.faults.grounds import Cluster, Ground, Plain, Sentinels
from tests.faults.storm import storm

FOR_S = float(os.environ.get("BATON_TORTURE_S", "5"))
GROUNDS = [Plain, Cluster] if FOR_S <= 5 else [Plain, Sentinels, Cluster]


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda ground: ground.name)
def test_every_promise_is_kept_whatever_breaks(tmp_path: Path, ground: type[Ground]) -> None:
    """I1, I2, I3, I5, I6, I9, I13, I15: ENGINE 4, the last row."""
    outcome = asyncio.run(storm(ground(), tmp_path, for_s=FOR_S, conversations=24, pace_s=0.4))

    print(f"\n{outcome}")
    assert outcome.broken == []
    assert outcome.events > 100
    assert outcome.kills.total() >= 2
