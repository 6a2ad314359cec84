"""What REST says when time is stepped, when the store is away, and when the process is told to end."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.fakes.site import Site, running
from tests.redis_servers import SERVERS, PrivateServer


@pytest.fixture
def server() -> Iterator[PrivateServer]:
    """One that this test may kill."""
    with PrivateServer(next(iter(SERVERS.values()))) as own:
        yield own


def test_a_clock_that_stands_still_moves_when_it_is_told_to(redis_url: str, tmp_path: Path) -> None:
    with running(redis_url, tmp_path, test_clock=True) as site:
        before = site.api.post("/api/v1/clock", json={"advance": "0s"}).json()["now"]
        after = site.api.post("/api/v1/clock", json={"advance": "1h30m"}).json()["now"]

        assert (before[11:13], before[14:16]) != (after[11:13], after[14:16])
        for wrong in ("5", "m5", "-5m", "5m ", "", "99999999d"):
            answer = site.api.post("/api/v1/clock", json={"advance": wrong})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), wrong


def test_a_place_that_was_closed_goes_on_as_a_linked_conversation(redis_url: str, tmp_path: Path) -> None:
    with running(redis_url, tmp_path, test_clock=True) as site:
        site.post("place", "I was charged twice, get me a person", id="m-1")
        site.api.post("/api/v1/clock", json={"advance": "1s"})
        site.act("place", "claim", by="ana")
        site.act("place", "resolve", by="ana")
        site.api.post("/api/v1/clock", json={"advance": "30d"})
        assert site.get("place")["state"] == "closed"

        again = site.post("place", "it happened again", id="m-2")

        assert again.json() == {"seq": 1, "conversation": "place~2"}
        site.api.post("/api/v1/clock", json={"advance": "1s"})
        assert site.get("place~2")["previous"] == "place"
        late = site.act("place", "reply", by="ana", text="too late")
        assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
        assert [one["text"] for one in site.get("place~2")["messages"] if one["author"]["kind"] == "person"] == []


def test_a_store_that_is_away_is_503_everywhere_and_nothing_is_lost(server: PrivateServer, tmp_path: Path) -> None:
    with running(server.url, tmp_path) as site:
        site.post("place", "hello", id="m-1")
        site.api.get(site.login_url())
        server.kill()

        own = {"Sec-Fetch-Site": "same-origin"}
        get = ("/api/v1/queue", "/api/v1/people", "/api/v1/events", "/api/v1/conversations/place", site.login_url())
        asked: list[Callable[[], httpx.Response]] = [
            lambda: site.post("place", "are you there?", id="m-2"),
            lambda: site.act("place", "claim", by="ana"),
            lambda: site.api.post("/try/message?c=place&as=mia", data={"text": "hi"}, headers=own),
            *(partial(site.api.get, path) for path in get),
        ]
        with ThreadPoolExecutor(len(asked)) as everybody:
            answers = [each.result() for each in [everybody.submit(one) for one in asked]]

        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.request.url
            assert answer.headers["content-type"] == "application/problem+json"
        assert site.api.get("/readyz").status_code == 503
        assert site.api.get("/healthz").status_code == 200
        server.start()
        assert site.post("place", "are you there?", id="m-2").status_code == 202


def test_an_open_stream_does_not_keep_the_process_alive(redis_url: str, tmp_path: Path) -> None:
    opened, ended = threading.Event(), threading.Event()

    def read(site: Site) -> None:
        headers = {"Authorization": site.api.headers["authorization"]}
        with httpx.stream("GET", f"{site.url}/api/v1/events", headers=headers, timeout=30, trust_env=False) as answer:
            for _ in answer.iter_lines():
                opened.set()
        ended.set()

    with running(redis_url, tmp_path) as site:
        reader = threading.Thread(target=read, args=(site,), daemon=True)
        reader.start()
        assert opened.wait(60)

    # The site has ended by now; its reader saw a proper end, not a cut.
    assert ended.wait(60)
    reader.join(60)
