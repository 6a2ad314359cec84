"""REST as CONTRACT writes it, against the whole program."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.fakes.site import Site

BASE = "/api/v1/conversations"


def until(read: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
    """Look until it is so; the last look is the test's to judge. Lists lag, and agents take their turn."""
    patience = threading.Event()
    for _ in range(300):
        found = read()
        if is_so(found):
            return found
        patience.wait(0.03)
    return found


def waiting(site: Site, place: str) -> dict[str, Any]:
    """A conversation of mia that waits for Billing."""
    site.post(place, "I was charged twice, get me a person")
    view: dict[str, Any] = until(lambda: site.get(place), lambda now: now["state"] == "queued")
    assert view["state"] == "queued", view
    return view


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == status
    assert body["type"]
    assert body["title"]
    assert body["detail"]
    return body


# ---- messages --------------------------------------------------------------------------------------------------------


def test_a_message_is_accepted_once_however_often_it_is_sent(site: Site, place: str) -> None:
    first = site.post(place, "where is my invoice?", id="m-1")
    again = [site.post(place, "where is my invoice?", id="m-1") for _ in range(3)]

    assert (first.status_code, first.json()) == (202, {"seq": 1})
    assert [answer.json() for answer in again] == [{"seq": 1, "duplicate": True}] * 3
    view = until(lambda: site.get(place), lambda now: not now["unanswered"])
    assert [message["author"]["kind"] for message in view["messages"]] == ["customer", "agent"]


def test_a_message_shows_as_soon_as_it_is_accepted(site: Site, place: str) -> None:
    site.post(place, "hello?")

    view = site.get(place)

    assert view["messages"][0]["text"] == "hello?"
    assert view["messages"][0]["seq"] == 1
    assert view["state"] == "bot"
    assert view["holder"] == {"kind": "agent", "name": "triage"}


def test_text_is_stored_whole(site: Site, place: str) -> None:
    text = "  \u202eright to left\u202c 👩\u200d👩\u200d👧 <b>&amp;</b>\r\n\ttab مرحبا \u2028 end "
    site.post(place, text)

    assert site.get(place)["messages"][0]["text"] == text


def test_staff_do_not_write_as_customers(site: Site, place: str) -> None:
    for name in ("ana", "Ana Duarte", "ANA", " ana "):
        body = problem(site.post(place, "hi", sender=name), 422, "invalid")
        assert "reply" in body["detail"]


@pytest.mark.parametrize("place_id", ["slack.T1.C1.1", "cometchat.x", "agent.y"])
def test_other_platforms_conversations_refuse_messages_here(site: Site, place_id: str) -> None:
    problem(site.post(place_id, "hi"), 409, "wrong_platform")


@pytest.mark.parametrize("place_id", ["a b", "a%7Cb", "ä", "x" * 129, "a%00", "%ff"])
def test_an_id_is_of_the_characters_that_it_may_hold(site: Site, place_id: str) -> None:
    problem(site.api.post(f"{BASE}/{place_id}/messages", json={"from": "mia", "text": "hi"}), 422, "invalid")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "hi"}, "from"),
        ({"from": "mia"}, "text"),
        ({"from": "mia", "text": ""}, "text"),
        ({"from": "mia", "text": 7}, "text"),
        ({"from": "", "text": "hi"}, "from"),
        ({"from": "mia\n", "text": "hi"}, "from"),
        ({"from": "mia", "text": "hi", "id": "a\nb"}, "id"),
        ({"from": "mia", "text": "hi", "id": ["x"]}, "id"),
        ({"from": "mia\0", "text": "nul"}, "from"),
    ],
)
def test_a_field_that_is_wrong_is_named(site: Site, place: str, body: dict[str, Any], field: str) -> None:
    detail = problem(site.api.post(f"{BASE}/{place}/messages", json=body), 422, "invalid")["detail"]

    assert f'"{field}"' in detail


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"from":"mia","text":"\\ud800"}',
        b'{"from":"mia","text":"\\udc00\\ud800"}', b'{"a\\u0000":"b","from":"mia","text":"x"}', b'{"from":NaN}',
        b"[" * 100_000, b'{"from":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001, b'{"from":1' + b"0" * 5000 + b"}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["messages", "claim", "snooze"])
def test_a_body_that_is_no_json_we_can_keep_is_422_and_never_500(site: Site, place: str, raw: bytes, path: str) -> None:
    site.post(place, "hi")

    answer = site.api.post(f"{BASE}/{place}/{path}", content=raw, headers={"Content-Type": "application/json"})

    problem(answer, 422, "invalid")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_of_another_type_is_422(site: Site, place: str, kind: str) -> None:
    raw = b'{"from":"mia","text":"hi"}'
    problem(site.api.post(f"{BASE}/{place}/messages", content=raw, headers={"Content-Type": kind}), 422, "invalid")


def test_too_much_is_413_for_a_text_and_for_any_body_on_any_path(site: Site, place: str) -> None:
    assert site.post(place, "x" * 40_000).status_code == 202
    problem(site.post(place, "x" * 40_001), 413, "too_large")
    problem(site.act(place, "note", by="ana", text="x" * 40_001), 413, "too_large")
    huge = b"x" * (2 * 1024 * 1024 + 1)
    for path in (f"{BASE}/{place}/messages", f"{BASE}/{place}/claim", "/healthz", "/nowhere", "/try/message"):
        problem(site.api.post(path, content=huge), 413, "too_large")
        problem(site.api.post(path, content=iter([huge[:1_000_000]] * 3)), 413, "too_large")


# ---- who may come in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic a-token-for-tests", "Bearer é".encode()])
def test_without_the_token_nothing_is_told(site: Site, place: str, header: str | bytes | None) -> None:
    headers: dict[str, Any] = {} if header is None else {"Authorization": header}
    with httpx.Client(base_url=site.url, headers=headers, trust_env=False) as stranger:
        for path in ("/api/v1/queue", f"{BASE}/{place}", "/api/v1/events"):
            answer = stranger.get(path)
            problem(answer, 401, "unauthorized")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        problem(stranger.post(f"{BASE}/{place}/messages", json={"from": "mia", "text": "hi"}), 401, "unauthorized")


def test_what_is_not_there_is_said_in_the_same_shape(site: Site, place: str) -> None:
    problem(site.api.get("/nowhere"), 404, "not_found")
    problem(site.api.delete("/healthz"), 405, "method_not_allowed")
    problem(site.api.get(f"{BASE}/{place}-unknown"), 404, "not_found")
    problem(site.act(f"{place}-unknown", "claim", by="ana"), 404, "not_found")
    site.post(place, "hi")
    problem(site.act(place, "frobnicate", by="ana"), 404, "not_found")
    problem(site.api.put("/api/v1/people/nobody/duty", json={"state": "off"}), 404, "not_found")
    problem(site.api.get("/api/v1/conversations", params={"state": "sleeping"}), 422, "invalid")
    problem(site.api.get("/api/v1/conversations", params={"cursor": "not ours"}), 422, "invalid")
    problem(site.api.get("/api/v1/explain"), 422, "invalid")
    problem(site.api.post("/api/v1/clock", json={"advance": "5m"}), 404, "not_found")


def test_staff_verbs_are_for_staff_and_the_customers_for_the_customer(site: Site, place: str) -> None:
    waiting(site, place)

    detail = problem(site.act(place, "claim", by="anna"), 403, "not_allowed")["detail"]
    assert 'did you mean "ana"' in detail
    problem(site.act(place, "note", by="mia", text="x"), 403, "not_allowed")
    problem(site.act(place, "cancel", by="ana"), 403, "not_allowed")
    problem(site.act(place, "rate", by="bo", score=5), 403, "not_allowed")
    assert site.act(place, "cancel", by="mia").json()["state"] == "bot"


def test_a_target_that_is_not_there_is_named_with_the_nearest_one(site: Site, place: str) -> None:
    site.post(place, "hi")

    detail = problem(site.act(place, "handoff", by="crm", to="team:billling"), 422, "invalid")["detail"]

    assert 'did you mean "team:billing"?' in detail


# ---- actions ---------------------------------------------------------------------------------------------------------


def test_a_conversation_is_handed_over_answered_and_resolved(site: Site, place: str) -> None:
    view = waiting(site, place)
    assert view["holder"] == {"kind": "team", "name": "billing"}
    assert view["chain"] == ["triage", "team:billing"]
    assert (view["handoffs"], view["route"], view["packet"]["reason"]) == (1, "refunds", "asked_for_human")
    assert view["journal"][-1]["to"] == "team:billing"

    held = site.act(place, "claim", by="ana", epoch=view["epoch"]).json()
    assert (held["state"], held["holder"]) == ("held", {"kind": "person", "name": "ana"})
    assert held["epoch"] > view["epoch"]
    replied = site.act(place, "reply", by="ana", text="Refunded.").json()
    assert replied["unanswered"] is False
    noted = site.act(place, "note", by="ben", text="Check card 2.").json()
    assert noted["messages"][-1]["visibility"] == "internal"
    done = site.act(place, "resolve", by="ana", outcome="refund", seen=1).json()
    assert (done["state"], done["holder"]) == ("resolved", {"kind": "none", "name": None})
    assert site.act(place, "reopen", by="ana").json()["state"] != "resolved"


def test_the_same_id_is_the_same_action(site: Site, place: str) -> None:
    waiting(site, place)
    site.act(place, "claim", by="ana")

    answers = [site.act(place, "reply", by="ana", text="Only once.", id="r-1") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    texts = [message["text"] for message in site.get(place)["messages"]]
    assert texts.count("Only once.") == 1


def test_an_id_names_an_action_within_its_kind(site: Site, place: str) -> None:
    site.post(place, "I was charged twice, get me a person", id="1")
    until(lambda: site.get(place), lambda now: now["state"] == "queued")

    assert site.act(place, "claim", by="ana", id="1").json()["state"] == "held"
    assert site.act(place, "note", by="ana", text="a note", id="1").json()["messages"][-1]["text"] == "a note"


def test_of_fifty_claims_one_wins_and_the_others_are_told_who(site: Site, place: str) -> None:
    """T12."""
    waiting(site, place)
    people = ["ana", "ben"] * 25

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda who: (who, site.act(place, "claim", by=who)), people))

    winner = site.get(place)["holder"]["name"]
    for who, answer in answers:
        if who == winner:
            assert answer.status_code == 200
        else:
            body = problem(answer, 409, "already_claimed")
            assert body["holder"] in {"Ana Duarte", "Ben Okafor"}
            assert body["epoch"]
    claims = [entry for entry in site.get(place)["journal"] if entry["event"] == "Claimed"]
    assert len(claims) == 1


def test_an_epoch_that_has_passed_is_stale(site: Site, place: str) -> None:
    view = waiting(site, place)

    body = problem(site.act(place, "claim", by="ana", epoch=view["epoch"] - 1), 409, "stale")

    assert body["epoch"] == view["epoch"]


@pytest.mark.parametrize(
    ("action", "fields", "field"),
    [
        ("transfer", {"to": "team:general"}, "comment"),
        ("transfer", {"comment": "x"}, "to"),
        ("snooze", {}, "until"),
        ("snooze", {"until": "tomorrow"}, "until"),
        ("snooze", {"until": "2026-01-01T00:00:00"}, "until"),
        ("snooze", {"until": "2020-01-01T00:00:00Z"}, "until"),
        ("reply", {}, "text"),
        ("claim", {"epoch": 2**70}, "epoch"),
        ("claim", {"epoch": -1}, "epoch"),
        ("claim", {"force": "yes"}, "force"),
        ("assign", {"to": "nobody"}, "to"),
        ("hand-back", {"to": "nobody"}, "to"),
    ],
)
def test_an_action_that_cannot_be_understood_names_the_field(
    site: Site, place: str, action: str, fields: dict[str, Any], field: str
) -> None:
    site.post(place, "hi")

    assert f'"{field}"' in problem(site.act(place, action, by="cleo", **fields), 422, "invalid")["detail"]


# ---- lists and the rest ----------------------------------------------------------------------------------------------


def test_lists_show_who_waits_and_who_works(site: Site, place: str) -> None:
    waiting(site, place)

    def queue() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = site.api.get("/api/v1/queue", params={"team": "billing"}).json()["items"]
        return [item for item in items if item["id"] == place]

    queued = until(queue, bool)[0]
    assert queued["position"] >= 1
    assert queued["waiting_since"].endswith("Z")
    assert queued["number"] == site.get(place)["number"]
    mine = site.api.get("/api/v1/conversations", params={"state": "queued", "customer": "mia"}).json()
    assert place in [item["id"] for item in mine["items"]]
    teams = {team["name"]: team for team in site.api.get("/api/v1/teams").json()["items"]}
    assert teams["billing"]["queue"] >= 1
    assert teams["billing"]["open"] is True
    assert teams["billing"]["members"] == ["ana", "ben"]


def test_duty_is_set_and_shown(site: Site) -> None:
    put = site.api.put("/api/v1/people/cleo/duty", json={"state": "away", "until": "2099-01-01T00:00:00Z"})

    assert put.json()["duty"] == "away"
    people = {one["name"]: one for one in site.api.get("/api/v1/people").json()["items"]}
    assert people["cleo"]["until"] == "2099-01-01T00:00:00.000Z"
    assert people["cleo"]["title"] == "Cleo Petit"
    assert people["ana"]["duty"] == "on"
    problem(site.api.put("/api/v1/people/cleo/duty", json={"state": "gone"}), 422, "invalid")


def test_explain_says_which_route(site: Site) -> None:
    said = site.api.get("/api/v1/explain", params={"text": "I was charged twice"}).text

    assert "refunds" in said
    problem(site.api.get("/api/v1/explain", params={"text": "x", "at": "whenever"}), 422, "invalid")


def read_events(site: Site, place: str, *, after: str | None, count: int) -> list[tuple[str, str, dict[str, Any]]]:
    """The next events of that conversation, resumed as a browser would."""
    headers = {"Last-Event-ID": after} if after else {}
    found: list[tuple[str, str, dict[str, Any]]] = []
    with site.api.stream("GET", "/api/v1/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name in {"id", "event", "data"}:
                event[name] = value
            elif not line and "data" in event:
                data = json.loads(event["data"])
                if data.get("conversation") == place:
                    found.append((event["id"], event["event"], data))
                event = {}
                if len(found) >= count:
                    break
    return found


def test_the_feed_goes_on_where_its_reader_stopped(site: Site, place: str) -> None:
    waiting(site, place)

    whole = read_events(site, place, after=None, count=4)
    rest = read_events(site, place, after=whole[1][0], count=2)

    assert whole[0][1] == "conversation.created"
    assert "handoff.transfer" in [kind for _, kind, _ in whole]
    assert [event[0] for event in rest] == [event[0] for event in whole[2:4]]


def test_operations_answer_without_a_token(site: Site) -> None:
    with httpx.Client(base_url=site.url, trust_env=False) as anybody:
        assert anybody.get("/healthz").json() == {"status": "ok"}
        assert anybody.get("/readyz").json()["status"] == "ready"
        assert "version" in anybody.get("/version").json()
        assert "baton_events_decided" in anybody.get("/metrics").text
        assert "/api/v1/conversations" in anybody.get("/llms.txt").text
        paths = anybody.get("/openapi.json").json()["paths"]
    for action in ("claim", "hand-back", "no-reply-needed", "messages"):
        assert f"{BASE}/{{identity}}/{action}" in paths


def test_every_answer_forbids_what_a_page_must_not_do(site: Site) -> None:
    for path in ("/healthz", "/try", "/static/try.js", "/nowhere"):
        headers = site.api.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_agents_are_silenced_and_speak_again(site: Site, place: str) -> None:
    assert site.api.post("/api/v1/agents/pause", json={"by": "cleo"}).json() == {"paused": True}
    site.post(place, "where is my invoice?")
    view = until(lambda: site.get(place), lambda now: now["state"] == "queued")
    assert view["packet"]["reason"] == "bot_unavailable"
    assert site.api.post("/api/v1/agents/resume").json() == {"paused": False}
    problem(site.api.post("/api/v1/agents/sing"), 404, "not_found")
