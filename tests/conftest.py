"""Fixtures for everybody: the event loop that tests run on, and real Redis servers, emptied before each test."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

from tests.redis_servers import SERVERS, PrivateCluster, PrivateServer

# The same examples in every run, however slow the machine is just then. BATON_HYPOTHESIS=thorough looks for new ones.
settings.register_profile(
    "suite",
    derandomize=os.environ.get("BATON_HYPOTHESIS") != "thorough",
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


def pytest_report_header() -> str:
    return "redis servers: " + ", ".join(f"{name} ({path})" for name, path in SERVERS.items())


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def redis_servers() -> Iterator[Callable[[str], PrivateServer]]:
    """A running server by name (`redis`, `valkey`), started when it is first asked for."""
    running: dict[str, PrivateServer] = {}
    with ExitStack() as stack:

        def server(name: str) -> PrivateServer:
            if name not in running:
                running[name] = stack.enter_context(PrivateServer(SERVERS[name]))
            return running[name]

        yield server


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[PrivateCluster]:
    """Three primaries, started when somebody first asks."""
    with PrivateCluster(next(iter(SERVERS.values()))) as cluster:
        yield cluster


@pytest.fixture
def redis_url(redis_servers: Callable[[str], PrivateServer]) -> str:
    """An empty server for one test: Debian's Redis, the wheel's Valkey where that is not installed."""
    server = redis_servers(next(iter(SERVERS)))
    server.flush()
    return server.url
