"""`/try` as its first visitor meets it: both sides of a conversation in one page."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.fakes.desk import eventually
from tests.fakes.site import Site

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>{{ 7*7 }} </hx-partial><hx-partial hx-target=body>"


def say(page: Page, text: str) -> None:
    page.get_by_label("Write as the customer").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def be(page: Page, person: str) -> None:
    page.locator("#staff").select_option(person)
    page.wait_for_url(re.compile(f"staff={person}"))


def verb(page: Page, name: str) -> None:
    page.get_by_role("toolbar").get_by_role("button", name=name).click()


def ask_for_a_person(page: Page) -> None:
    say(page, "I was charged twice, get me a person")
    expect(page.locator("#card")).to_contain_text("Waiting for a person")


def test_a_link_opens_the_console_once_and_says_kindly_why_not_twice(browser: Browser, site: Site, shot: Shot) -> None:
    link = site.login_url()
    first, second = browser.new_context().new_page(), browser.new_context().new_page()

    first.goto(link)
    answer = second.goto(link)

    expect(first.get_by_role("heading", name="Try it")).to_be_visible()
    assert answer is not None
    assert answer.status == 403
    expect(second.get_by_role("heading")).to_contain_text("has been used")
    shot(second, "refused")


def test_the_first_five_minutes_from_an_answer_to_a_resolution(visit: Visit, shot: Shot) -> None:
    page = visit()
    thread, card = page.locator("#thread"), page.locator("#card")
    shot(page, "1-empty")

    say(page, "where is my invoice?")
    expect(thread).to_contain_text("Invoices are under Account > Billing.")
    expect(card).to_contain_text("With an agent")
    shot(page, "2-answered")

    ask_for_a_person(page)
    expect(thread).to_contain_text("Passing you to Billing")
    expect(page.locator("#wait")).to_contain_text("1st in line")
    expect(card).to_contain_text("asked for a person")
    expect(card).to_contain_text("route refunds")
    shot(page, "3-waiting")

    be(page, "ana")
    verb(page, "Claim")
    expect(card).to_contain_text("With a person")
    expect(page.locator("#wait")).to_contain_text("Ana Duarte is with you")
    page.get_by_label("Your reply").fill("Hi Mia, I will refund the second charge today.")
    page.get_by_role("button", name="Send reply").click()
    expect(thread).to_contain_text("I will refund the second charge today.")
    expect(page.get_by_label("Your reply")).to_have_value("")
    shot(page, "4-replied")

    verb(page, "Note")
    page.get_by_label("Your note").fill("Ask finance about card 2.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#log")).to_contain_text("Ask finance about card 2.")
    expect(thread).not_to_contain_text("finance")
    expect(page.locator(".customer")).not_to_contain_text("finance")
    shot(page, "5-noted")

    verb(page, "Resolve")
    page.get_by_label("Outcome").fill("Refund issued")
    page.locator("#panel-resolve").get_by_role("button", name="Resolve").click()
    expect(card).to_contain_text("Refund issued")
    expect(page.locator("#why")).to_contain_text("marked resolved by Ana Duarte")
    shot(page, "6-resolved")

    verb(page, "Reopen")
    expect(card).not_to_contain_text("Refund issued")


def test_of_two_browsers_one_wins_the_claim_and_the_other_is_told_who(visit: Visit, shot: Shot) -> None:
    """T12, through the console."""
    ana, ben = visit(), visit()
    ask_for_a_person(ana)
    be(ana, "ana")
    ben.goto(ana.url)
    be(ben, "ben")
    expect(ben.get_by_role("toolbar").get_by_role("button", name="Claim")).to_be_visible()

    # Pressed at the same instant: both requests are on their way before either answer is back.
    for page in (ana, ben):
        page.evaluate("document.querySelector('.bar [data-verb=claim]').requestSubmit()")

    for page in (ana, ben):
        expect(page.locator("#card")).to_contain_text("With a person")
    # The push that shows who holds it may be there before the answer to one's own request.
    won, lost = (ana, ben) if "Ana Duarte" in ana.locator("#card").inner_text() else (ben, ana)
    expect(lost.locator("#notice .refused")).to_contain_text("claimed this")
    expect(won.locator("#notice .refused")).to_have_count(0)
    expect(lost.get_by_role("toolbar").get_by_role("button", name="Claim")).to_be_hidden()
    shot(lost, "told")


def test_what_somebody_types_is_not_eaten_by_what_arrives(visit: Visit, site: Site) -> None:
    page = visit()
    ask_for_a_person(page)
    conversation = re.search(r"c=([^&]+)", page.url)
    assert conversation is not None
    be(page, "ana")
    verb(page, "Claim")
    reply = page.get_by_label("Your reply")
    reply.click()
    reply.press_sequentially("half a sent")

    site.post(conversation[1], "and one more thing")
    expect(page.locator("#log")).to_contain_text("and one more thing")

    expect(reply).to_have_value("half a sent")
    expect(reply).to_be_focused()
    assert reply.evaluate("e => e.selectionStart") == len("half a sent")
    reply.press_sequentially("ence")
    page.reload()
    expect(reply).to_have_value("half a sentence")


def test_a_reader_who_scrolled_up_is_left_there(visit: Visit, site: Site) -> None:
    page = visit("/try?c=long&as=mia&staff=cleo", height=600)
    for number in range(30):
        site.post("long", f"line {number}")
    expect(page.locator("#thread")).to_contain_text("line 29")
    box = page.locator("#thread-scroll")
    expect(page.locator("#thread li").last).to_be_in_viewport()

    box.hover()

    def is_at_the_top() -> bool:
        # Lines are still arriving: one that comes in the moment of the turn takes the reader along, who turns again.
        page.mouse.wheel(0, -5000)
        return bool(box.evaluate("box => new Promise(done => requestAnimationFrame(() => done(box.scrollTop === 0)))"))

    eventually(is_at_the_top)
    expect(page.get_by_text("line 0", exact=True).first).to_be_in_viewport()
    site.post("long", "the newest line")
    expect(page.locator("#thread")).to_contain_text("the newest line")

    expect(page.get_by_text("line 0", exact=True).first).to_be_in_viewport()


def test_words_that_look_like_a_page_are_shown_as_words(visit: Visit, shot: Shot) -> None:
    page = visit()
    say(page, f"{HOSTILE} get me a person")
    expect(page.locator("#card")).to_contain_text("Waiting for a person")
    be(page, "ben")
    verb(page, "Claim")
    page.get_by_label("Your reply").fill(HOSTILE)
    page.get_by_role("button", name="Send reply").click()

    expect(page.locator("#thread").get_by_text(HOSTILE, exact=True)).to_be_visible()
    expect(page.locator("#log").get_by_text(HOSTILE, exact=True)).to_be_visible()
    assert page.locator("main img, main script").count() == 0
    shot(page, "hostile")


def test_every_verb_has_a_key_and_the_keys_can_be_turned_off(visit: Visit) -> None:
    page = visit()
    ask_for_a_person(page)
    be(page, "ana")
    page.get_by_label("Keyboard shortcuts").uncheck()
    page.locator("body").press("c")
    page.locator("h1").click()
    expect(page.locator("#card")).to_contain_text("Waiting for a person")

    page.get_by_label("Keyboard shortcuts").check()
    page.get_by_label("Keyboard shortcuts").blur()
    page.keyboard.press("c")
    expect(page.locator("#card")).to_contain_text("With a person")
    for key, name in {"r": "reply", "n": "note", "t": "transfer", "b": "hand-back", "e": "resolve"}.items():
        page.keyboard.press(key)
        expect(page.locator(f"#panel-{name}")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(f"#panel-{name}")).to_be_hidden()


def test_a_transfer_a_release_a_cancel_and_a_hand_back(visit: Visit) -> None:
    page = visit()
    card = page.locator("#card")
    ask_for_a_person(page)
    be(page, "ana")
    verb(page, "Claim")
    verb(page, "Transfer")
    page.get_by_label("To", exact=True).first.select_option("team:general")
    page.get_by_label("What they should know").fill("Not a billing matter.")
    page.locator("#panel-transfer").get_by_role("button", name="Transfer").click()
    expect(page.locator("#wait")).to_contain_text("Waiting for General")

    be(page, "ben")
    verb(page, "Claim")
    expect(card).to_contain_text("Ben Okafor")
    verb(page, "Release")
    expect(card).to_contain_text("Waiting for a person")
    page.get_by_role("button", name="Cancel, keep chatting").click()
    expect(card).to_contain_text("With an agent")

    verb(page, "Take over")
    expect(card).to_contain_text("Ben Okafor")
    verb(page, "Hand back")
    page.get_by_label("A hint for the agent").fill("All done.")
    page.locator("#panel-hand-back").get_by_role("button", name="Hand back").click()
    expect(card).to_contain_text("With an agent")


def test_it_can_be_read_in_the_dark_on_a_narrow_screen_and_in_forced_colours(visit: Visit, shot: Shot) -> None:
    dark = visit(color_scheme="dark")
    ask_for_a_person(dark)
    be(dark, "ana")
    verb(dark, "Claim")
    expect(dark.get_by_label("Your reply")).to_be_visible()
    shot(dark, "dark")

    narrow = visit(width=320, height=700)
    narrow.goto(dark.url)
    expect(narrow.locator("#card")).to_contain_text("With a person")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 320
    small = (
        "[...document.querySelectorAll('button,select,textarea,a.button,a.chip')].filter(e => e.checkVisibility()"
        " && e.getBoundingClientRect().height < 24).map(e => e.outerHTML)"
    )
    assert narrow.evaluate(small) == []
    fields = "[...document.querySelectorAll('select,textarea')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    assert min(narrow.evaluate(fields)) >= 16
    shot(narrow, "320")

    forced = visit(forced_colors="active")
    forced.goto(dark.url)
    expect(forced.locator("#card")).to_contain_text("With a person")
    shot(forced, "forced")


def test_without_scripts_it_is_a_page_of_ordinary_forms(visit: Visit) -> None:
    page = visit(java_script_enabled=False)

    page.get_by_label("Write as the customer").fill("I was charged twice, get me a person")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator("#thread")).to_contain_text("I was charged twice")


def test_a_line_written_on_a_dead_connection_is_kept_and_arrives_once_afterwards(visit: Visit, site: Site) -> None:
    page = visit("/try?c=tunnel&as=mia&staff=ana", expected="Failed to")
    say(page, "before the tunnel")
    expect(page.locator("#thread")).to_contain_text("before the tunnel")
    page.context.set_offline(True)
    expect(page.locator("#link-lost")).to_be_visible()
    message = page.get_by_label("Write as the customer")

    message.fill("in the tunnel")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("What you wrote is kept")
    expect(message).to_have_value("in the tunnel")
    page.context.set_offline(False)
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator("#thread")).to_contain_text("in the tunnel")
    expect(message).to_have_value("")
    expect(page.locator("#link-lost")).to_be_hidden()
    texts = [one["text"] for one in site.get("tunnel")["messages"] if one["author"]["kind"] == "customer"]
    assert texts == ["before the tunnel", "in the tunnel"]


def test_a_line_from_elsewhere_appears_without_anybody_touching_the_page(visit: Visit, site: Site) -> None:
    page = visit("/try?c=elsewhere&as=mia&staff=ben")

    site.post("elsewhere", "I was charged twice, get me a person")
    expect(page.locator("#card")).to_contain_text("Waiting for a person")
    site.act("elsewhere", "claim", by="ben")

    expect(page.get_by_label("Your reply")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"Mia Chen\s+With a person"))).to_be_visible()
    page.get_by_role("link", name="New conversation").click()
    expect(page.get_by_text("Write as a customer would.")).to_be_visible()
