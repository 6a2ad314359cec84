"""A desk for stories: one customer, three agents, six people. Every promise is checked after every event of a story."""

import pytest

from tests.properties.desk_world import World
from tests.properties.promises import kept


@pytest.fixture
def world() -> World:
    return World(watch=kept)
