"""Wrong route? on the team's side of the console."""

import re
import threading
from collections.abc import Callable

import anyio
from playwright.sync_api import Page, expect

from bot.store.redis import RedisStore
from routing.effects import KeepCase
from tests.fakes.site import Site

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]


def test_a_person_says_where_it_should_have_gone_and_nothing_moves(
    visit: Visit, site: Site, redis_url: str, shot: Shot
) -> None:
    page = visit()
    page.get_by_label("Write as the customer").fill("I was charged twice, get me a person")
    page.get_by_role("button", name="Send", exact=True).click()
    card = page.locator("#card")
    expect(card).to_contain_text("Waiting for a person")
    page.locator("#staff").select_option("ben")
    page.wait_for_url(re.compile("staff=ben"))

    page.get_by_role("toolbar").get_by_role("button", name="Wrong route?").click()
    page.get_by_label("It should have gone to").select_option("team:general")
    shot(page, "asked")
    page.get_by_role("button", name="Keep as a case").click()

    expect(page.locator("#notice")).to_contain_text("Kept as a case")
    expect(page.locator("#panel-correct")).to_be_hidden()
    expect(card).to_contain_text("Waiting for a person")
    expect(page.locator("#why")).to_contain_text("route corrected by Ben Okafor")
    [case] = cases(redis_url)
    assert (case.expected, case.was, case.by) == ("team:general", "team:billing", "ben")
    shot(page, "kept")


def cases(redis_url: str) -> list[KeepCase]:
    """What is kept, as soon as anything is. In a thread of its own: Playwright's loop runs in this one."""
    found: list[KeepCase] = []

    async def look() -> None:
        async with RedisStore(redis_url) as store:
            with anyio.fail_after(60):
                while not found:
                    found.extend(case for _, case in await store.cases())

    thread = threading.Thread(target=anyio.run, args=(look,))
    thread.start()
    thread.join()
    return found
