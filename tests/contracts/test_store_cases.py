"""What staff said of the routing is kept by conversation, the last one of each, on every server."""

import pytest

from routing.effects import KeepCase
from tests.contracts.conftest import OpenStore

pytestmark = pytest.mark.anyio


def case(expected: str, at_ms: int, *said: str) -> KeepCase:
    return KeepCase(said or ("I was charged twice",), expected, "team:general", "alice", at_ms, "en")


async def test_the_last_case_of_a_conversation_replaces_the_one_before(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.keep_case("place-1", case("team:billing", 5))
        await store.keep_case("place-1", case("route:refunds", 6, "où est ma facture", "\ud83d"))

        assert await store.cases() == [("place-1", case("route:refunds", 6, "où est ma facture", "\ud83d"))]


async def test_cases_come_in_the_order_in_which_they_were_made(open_store: OpenStore) -> None:
    async with open_store() as store:
        for place, at_ms in (("place-2", 9), ("place-1", 3), ("place-3", 6)):
            await store.keep_case(place, case("team:billing", at_ms))

        assert [place for place, _ in await store.cases()] == ["place-1", "place-3", "place-2"]


async def test_keeping_the_same_again_changes_nothing(open_store: OpenStore) -> None:
    """A row of the outbox may be performed twice."""
    async with open_store() as store:
        for _ in range(2):
            await store.keep_case("place-1", case("team:billing", 5))

        assert await store.cases() == [("place-1", case("team:billing", 5))]


async def test_without_a_correction_there_is_no_case(open_store: OpenStore) -> None:
    async with open_store() as store:
        assert await store.cases() == []
