"""Desks with a Slack in front, one that is told over HTTP and one by sockets; stories bring their own customers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.fakes import slack_desk
from tests.fakes.slack_desk import Mode, SlackDesk


@pytest.fixture(scope="session")
def desk_by(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Mode], SlackDesk]]:
    """The running desk that hears of Slack in that way."""
    running: dict[Mode, SlackDesk] = {}
    with ExitStack() as stack:

        def desk(mode: Mode) -> SlackDesk:
            if mode not in running:
                running[mode] = stack.enter_context(
                    slack_desk.opened(tmp_path_factory.mktemp("slack"), mode=mode, config=slack_desk.config())
                )
            return running[mode]

        yield desk


@pytest.fixture(params=["http", "socket"])
def desk(request: pytest.FixtureRequest, desk_by: Callable[[Mode], SlackDesk]) -> SlackDesk:
    """Each story once over signed requests and once over Socket Mode."""
    return desk_by(request.param)


@pytest.fixture
def http_desk(desk_by: Callable[[Mode], SlackDesk]) -> SlackDesk:
    """For what leaves the desk, which is the same in both."""
    return desk_by("http")
