"""Desks of real processes for the stories, one for each configuration; stories bring conversations and words along.

A module may have a CONFIG, its desk's config.yaml, and SETTINGS, variables of its processes.

A desk starts within seconds and costs next to nothing while it is idle, so modules with the same file share it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.fakes import desk as fakes


@pytest.fixture(scope="session")
def desk_for(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., fakes.Desk]]:
    """The running desk with that config.yaml and those settings."""
    running: dict[str, fakes.Desk] = {}
    with ExitStack() as stack:

        def desk(config: str, **settings: Any) -> fakes.Desk:
            known = f"{config}{settings}"
            if known not in running:
                folder = tmp_path_factory.mktemp("desk")
                running[known] = stack.enter_context(fakes.running(folder, config=config, **settings))
            return running[known]

        yield desk


@pytest.fixture
def desk(request: pytest.FixtureRequest, desk_for: Callable[..., fakes.Desk]) -> fakes.Desk:
    """An ingress, two workers, a Redis and a scripted model."""
    return desk_for(getattr(request.module, "CONFIG", fakes.config()), **getattr(request.module, "SETTINGS", {}))
