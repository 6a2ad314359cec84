"""Who gets into the console, and what another site can make a signed-in browser do."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.fakes.site import Site


@pytest.fixture
def browser(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, trust_env=False) as client:
        yield client


@pytest.fixture
def signed_in(site: Site, browser: httpx.Client) -> httpx.Client:
    assert browser.get(site.login_url()).status_code == 303
    return browser


def test_nobody_sees_a_page_without_a_session(browser: httpx.Client) -> None:
    for path in ("/try", "/try?c=x", "/try/new", "/try/events?c=x"):
        answer = browser.get(path)
        assert answer.status_code == 401
        assert "one-time link" in answer.text


@pytest.mark.parametrize("token", ["", "x", "eyJ.a.b"])
def test_a_link_that_we_did_not_write_opens_nothing(browser: httpx.Client, token: str) -> None:
    answer = browser.get("/login", params={"t": token})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_link_works_once_and_its_cookie_is_out_of_reach_of_scripts(site: Site) -> None:
    link = site.login_url()

    first, second = httpx.get(link, trust_env=False), httpx.get(link, trust_env=False)

    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert second.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
    ],
)
def test_a_post_from_elsewhere_changes_nothing(
    site: Site, signed_in: httpx.Client, place: str, headers: dict[str, str]
) -> None:
    headers = {name: value.replace("{own}", site.url) for name, value in headers.items()}

    answer = signed_in.post("/try/message", params={"c": place, "as": "mia"}, data={"text": "hi"}, headers=headers)

    assert answer.status_code == 403
    assert site.api.get(f"/api/v1/conversations/{place}").status_code == 404


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "{own}"}])
def test_a_post_from_our_own_page_is_heard(
    site: Site, signed_in: httpx.Client, place: str, headers: dict[str, str]
) -> None:
    headers = {name: value.replace("{own}", site.url) for name, value in headers.items()}

    answer = signed_in.post("/try/message", params={"c": place, "as": "mia"}, data={"text": "hi"}, headers=headers)

    assert answer.status_code == 303
    assert site.get(place)["messages"][0]["text"] == "hi"


def test_the_customers_pane_never_holds_a_note(site: Site, signed_in: httpx.Client, place: str) -> None:
    site.post(place, "I was charged twice, get me a person")
    site.act(place, "claim", by="ana")
    site.act(place, "note", by="ana", text="between us")

    page = signed_in.get("/try", params={"c": place, "as": "mia", "staff": "ana"}).text

    customer, _, staff = page.partition('<section class="pane staff"')
    assert "between us" in staff
    assert "between us" not in customer


def next_push(browser: httpx.Client, place: str, last: str | None) -> tuple[str, str]:
    """The id and the regions of the next push to a page that has seen `last`."""
    headers = {"Last-Event-ID": last} if last else {}
    seen = ""
    with browser.stream("GET", "/try/events", params={"c": place, "as": "mia"}, headers=headers, timeout=20) as answer:
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                seen = value
            elif name == "data":
                return seen, value
    raise AssertionError("the stream ended")


def test_a_page_that_comes_back_is_sent_only_what_it_has_not_seen(
    site: Site, signed_in: httpx.Client, place: str
) -> None:
    site.post(place, "I was charged twice, get me a person")
    site.act(place, "claim", by="ana")
    seen, first = next_push(signed_in, place, None)

    site.act(place, "reply", by="ana", text="here I am")
    newer, second = next_push(signed_in, place, seen)

    assert 'hx-target="#thread"' in first or 'hx-target="#state"' in first
    assert newer != seen
    assert site.get(place)["messages"][-1]["text"] == "here I am"
    assert second


def test_a_page_is_changed_by_its_stream_alone(site: Site, signed_in: httpx.Client, place: str) -> None:
    """A button's answer that was drawn earlier and read later than a push would undo it, and nothing would mend it."""
    headers = {"Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
    site.post(place, "I was charged twice, get me a person")

    answer = signed_in.post("/try/claim", params={"c": place, "as": "mia", "staff": "ana"}, headers=headers)

    assert answer.headers["x-baton-outcome"] == "fine"
    assert re.findall(r'hx-target="([^"]+)"', answer.text) == ["#notice"]
    assert site.get(place)["holder"] == {"kind": "person", "name": "ana"}
