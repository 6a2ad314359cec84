"""Desks of real processes for the stories, one for each configuration; stories bring conversations and words along.

A desk starts within seconds and costs next to nothing while it is idle, so modules with the same file share it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.fakes import desk as fakes


@pytest.fixture(scope="session")
def desk_for(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], fakes.Desk]]:
    """The running desk with that config.yaml."""
    running: dict[str, fakes.Desk] = {}
    with ExitStack() as stack:

        def desk(config: str) -> fakes.Desk:
            if config not in running:
                running[config] = stack.enter_context(fakes.running(tmp_path_factory.mktemp("desk"), config=config))
            return running[config]

        yield desk


@pytest.fixture
def desk(request: pytest.FixtureRequest, desk_for: Callable[[str], fakes.Desk]) -> fakes.Desk:
    """An ingress, two workers, a Redis and a scripted model. A module's CONFIG, where it has one, is their file."""
    return desk_for(getattr(request.module, "CONFIG", fakes.config()))
