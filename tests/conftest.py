"""Fixtures for everybody: the event loop that tests run on, and real Redis servers, emptied before each test."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

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


# Whole desks that are killed, cut and started again: minutes in few files. Whoever began one last would end the run
# alone, the other cores idle.
LONGEST_FIRST = ("faults", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files stay whole and in order, since tests of one file may share what it started."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0]
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


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
