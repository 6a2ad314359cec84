"""Every promise of the store, on every server, over the real scripts."""

import re

import pytest

from bot.store.scripts import sources
from tests.contracts.conftest import OpenStore
from tests.contracts.promises import PROMISES, Promise

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_the_store_keeps_its_promise(promise: Promise, open_store: OpenStore) -> None:
    await promise(open_store)


def test_no_script_walks_over_all_keys() -> None:
    for name, text in sources().items():
        assert not re.search(r"'(KEYS|[HSZ]?SCAN|FLUSH\w+|RANDOMKEY)'", text), name
