"""Fixtures for everybody: the event loop that tests run on, and real Redis servers, emptied before each test."""

from collections.abc import Callable, Iterator

import pytest

from tests.redis_servers import SERVERS, PrivateCluster, PrivateServer


def pytest_report_header() -> str:
    return "redis servers: " + ", ".join(f"{name} ({path})" for name, path in SERVERS.items())


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def redis_servers() -> Iterator[Callable[[str], PrivateServer]]:
    """A running server by name (`redis`, `valkey`), started when it is first asked for."""
    running: dict[str, PrivateServer] = {}

    def server(name: str) -> PrivateServer:
        if name not in running:
            running[name] = PrivateServer(SERVERS[name])
            running[name].start()
        return running[name]

    yield server
    for started in running.values():
        started.remove()


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[PrivateCluster]:
    """Three primaries, started when somebody first asks."""
    cluster = PrivateCluster(next(iter(SERVERS.values())))
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture
def redis_url(redis_servers: Callable[[str], PrivateServer]) -> str:
    """An empty server for one test: Debian's Redis, the wheel's Valkey where that is not installed."""
    server = redis_servers(next(iter(SERVERS)))
    server.flush()
    return server.url
