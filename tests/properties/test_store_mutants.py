"""A check that has never failed proves nothing: each planted bug is caught by the promise that names it."""

import pytest

from bot.store.redis import RedisStore
from tests.properties.store_mutants import MUTANTS, Mutant

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
async def test_a_planted_bug_is_caught_by_its_promise(mutant: Mutant, redis_url: str) -> None:
    broken = mutant.sources()

    with pytest.raises((AssertionError, pytest.fail.Exception, ValueError)) as caught:
        await mutant.caught_by(lambda: RedisStore(redis_url, sources=broken))

    assert caught.value is not None
