"""A real browser against the whole program. Every page is watched: an error in its console fails the test."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.fakes.site import Site, running

CHROMIUM = Path("/usr/bin/chromium")
SHOTS = Path(__file__).resolve().parents[2] / "out" / "screenshots"
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: Playwright keeps an event loop running in this thread, and other tests start their own."""
    if not CHROMIUM.exists():
        if "chromium" in os.environ.get("BATON_REQUIRE", "").split(","):
            pytest.fail(f"{CHROMIUM} is required and not there")
        pytest.skip(f"{CHROMIUM} is not installed: nothing was tested in a browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def site(redis_url: str, tmp_path: Path) -> Iterator[Site]:
    with running(redis_url, tmp_path) as started:
        yield started


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """A signed-in page of a browser of its own. Complaints of any page fail the test at its end.

    `expected` are complaints that the test provokes, such as Chromium's own about a connection that it cuts.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        path: str = "/try", *, width: int = 1440, height: int = 900, expected: str = "", **options: object
    ) -> Page:
        def complain(text: str) -> None:
            if not (expected and expected in text):
                complaints.append(text)

        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complain(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complain(str(error)))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
        )
        page.goto(site.login_url())
        if path != "/try":
            page.goto(site.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """A picture of the page under out/screenshots, named for the test and the step."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, step: str) -> None:
        name = re.sub(r"\W+", "-", f"{request.node.name.removeprefix('test_')[:60]}-{step}")
        page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")

    return take
