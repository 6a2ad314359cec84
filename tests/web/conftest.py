"""One running program for each module of tests here; every test uses conversations of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.site import Site, running
from tests.redis_servers import SERVERS, PrivateServer


@pytest.fixture(scope="module")
def site(redis_servers: Callable[[str], PrivateServer], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    server = redis_servers(next(iter(SERVERS)))
    server.flush()
    folder: Path = tmp_path_factory.mktemp("site")
    with running(server.url, folder) as started:
        yield started


@pytest.fixture
def place(request: pytest.FixtureRequest) -> str:
    """An id that no other test uses."""
    return f"place-{abs(hash(request.node.nodeid)):x}"
