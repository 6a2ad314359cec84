"""The page in a real browser: a customer and the desk side by side, and nothing of what people write is ever run."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.fake_slack import FakeSlack
from tests.platforms.fake_slack.listening_app import bolt_app, served

pytestmark = pytest.mark.anyio
CHROMIUM = Path("/usr/bin/chromium")
WATCH = "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"


@pytest.fixture
async def page(slack: FakeSlack) -> AsyncIterator[Page]:
    """A browser's page; anything it complains about fails the test at its end."""
    if not CHROMIUM.exists():
        if "chromium" in os.environ.get("BATON_REQUIRE", "").split(","):
            pytest.fail(f"{CHROMIUM} is required and not there")
        pytest.skip(f"{CHROMIUM} is not installed: the page was not tested in a browser")
    complaints: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = await chromium.new_page(viewport={"width": 1500, "height": 900})
        opened.set_default_timeout(60_000)
        opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        await opened.add_init_script(WATCH)
        yield opened
        await chromium.close()
    assert complaints == []


def words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


MODAL = {
    "type": "modal",
    "callback_id": "resolve",
    "title": words("Resolve #1042"),
    "submit": words("Resolve"),
    "blocks": [
        {
            "type": "input",
            "block_id": "note",
            "label": words("Note"),
            "element": {"type": "plain_text_input", "action_id": "note"},
        }
    ],
}


async def test_a_customer_and_the_desk_act_side_by_side(slack: FakeSlack, client: AsyncWebClient, page: Page) -> None:
    slack.app.events.clear()
    app = bolt_app(slack, client)
    notes: list[str] = []

    @app.action("resolve")
    async def resolve(ack: Any, body: dict[str, Any]) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await ack()

    @app.view("resolve")
    async def resolved(ack: Any, view: dict[str, Any]) -> None:
        notes.append(view["state"]["values"]["note"]["note"]["value"])
        await ack()
        await client.chat_postEphemeral(channel="C0DESK", user="U0ANA", text="Resolved, thank you.")

    button = {"type": "button", "action_id": "resolve", "text": words("Resolve")}
    card = [{"type": "section", "text": words("#1042 Charged twice")}, {"type": "actions", "elements": [button]}]
    await client.chat_postMessage(channel="C0DESK", text="#1042", attachments=[{"color": "#e9a23b", "blocks": card}])
    customer, staff = page.locator("[data-side=customer]"), page.locator("[data-side=staff]")

    async with served(slack, app.web_app("/slack/events")):
        await page.goto(slack.url)
        await staff.get_by_role("button", name="desk").click()
        await customer.get_by_role("textbox", name="Message").fill("charged <b>twice</b>, *really* @Ana Duarte?")
        await customer.get_by_role("textbox", name="Message").press("Enter")
        await expect(customer.locator(".room .line")).to_contain_text("charged <b>twice</b>, really @Ana Duarte?")
        await expect(customer.locator(".room .line b")).to_have_count(0)
        await expect(customer.locator(".room .line strong", has_text="really")).to_have_count(1)
        await expect(customer.get_by_text("Charged twice")).to_have_count(0)

        await staff.locator(".room").get_by_role("button", name="Resolve").click()
        modal = staff.get_by_role("dialog")
        await modal.get_by_role("button", name="Resolve").click()
        await expect(modal).to_contain_text("Please complete this required field.")
        await modal.get_by_label("Note").fill("refunded")
        await modal.get_by_role("button", name="Resolve").click()
        await expect(modal).to_have_count(0)
        await expect(staff.locator(".line.private")).to_contain_text("Resolved, thank you.")

    assert notes == ["refunded"]
    assert slack.messages("@mia")[0].text == "charged &lt;b&gt;twice&lt;/b&gt;, *really* <@U0ANA>?"
