"""What the tests of the agents library share: a scripted model on a port, and the public data if it is there."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.agents.models.local.embedder import Embedder, engine_of
from bot.agents.models.local.weights import FILE
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "triage" / "dev"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def fake() -> Iterator[FakeModel]:
    """A scripted model server; the test fails if a step was not used or a request not scripted."""
    with FakeModel() as server:
        yield server


@pytest.fixture
async def model(fake: FakeModel) -> AsyncIterator[OpenAIModel]:
    client = OpenAIModel("scripted", base_url=fake.base_url, api_key="for-tests")
    yield client
    await client.aclose()


def required() -> list[str]:
    """What must be there: its absence is then a failure and not a skip."""
    return re.split(r"[\s,]+", os.environ.get("BATON_REQUIRE", ""))


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The embedded model with its weights, which `baton model build` fetches; by numpy, whatever is installed."""
    engine = engine_of()
    if engine.embedder is None:
        if "model" in required():
            pytest.fail(f"BATON_REQUIRE asks for the model: {engine}")
        pytest.skip(f"NOT MEASURED: {engine}")
    return Embedder.open(engine.embedder.folder / FILE)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public development data, which is not part of the project."""
    if not _DATA.is_dir():
        if "shared" in required():
            pytest.fail(f"BATON_REQUIRE asks for the shared data, and {_DATA} is not there")
        pytest.skip(f"NOT MEASURED: the shared data is not at {_DATA}")
    return _DATA
