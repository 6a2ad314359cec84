"""The buttons under an answer on `/try`."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]


def say(page: Page, text: str) -> None:
    page.get_by_label("Write as the customer").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def test_an_answer_that_helped_needs_no_more_words(visit: Visit, shot: Shot) -> None:
    page = visit()
    thread = page.locator("#thread")

    say(page, "where is my invoice?")
    helped = thread.get_by_role("button", name="That helped")
    expect(helped).to_be_visible()
    expect(thread.get_by_role("button", name="Talk to a person")).to_be_visible()
    shot(page, "1-answered")
    helped.click()

    expect(thread.locator("[data-author=customer]").last).to_contain_text("That helped")
    expect(thread.get_by_role("button")).to_have_count(0)
    expect(page.locator("#why")).to_contain_text("the answer helped")
    expect(page.locator("#card")).to_contain_text("With an agent")
    shot(page, "2-helped")


def test_a_press_that_comes_too_late_is_told_so_and_the_person_comes_by_the_button(visit: Visit, shot: Shot) -> None:
    """I7: another page of the same customer was quicker."""
    page = visit()
    say(page, "where is my invoice?")
    expect(page.locator("#thread").get_by_role("button", name="That helped")).to_be_visible()
    stale = page.locator("#thread .choices form").first.evaluate(
        "form => ({action: form.action, pressed: form.pressed.value, epoch: form.epoch.value})"
    )

    page.locator("#thread").get_by_role("button", name="Talk to a person").click()
    expect(page.locator("#card")).to_contain_text("asked for a person")
    expect(page.locator("#thread .choices")).to_have_count(0)
    said = page.evaluate(
        "async one => { const answer = await fetch(one.action, {method: 'POST', headers: {'HX-Request': 'true'},"
        " body: new URLSearchParams({pressed: one.pressed, epoch: one.epoch})}); return await answer.text() }",
        stale,
    )

    assert "This button is no longer valid" in said
    expect(page.locator("#thread [data-author=customer]")).to_have_count(2)
    shot(page, "waiting")


def test_the_buttons_fit_a_narrow_page(visit: Visit, shot: Shot) -> None:
    page = visit(width=360, height=740)
    say(page, "what is the weather tomorrow in rome")

    expect(page.locator("#thread").get_by_role("button", name="Talk to a person")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(page, "out-of-scope")
