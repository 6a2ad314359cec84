"""Every event may be delivered several times, and every text that can be written down is kept as it is."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.fakes.desk import Desk, View, customer_lines, person_lines
from tests.fakes.model import text

Delivery = Callable[[], httpx.Response]


def script(desk: Desk, c: str) -> list[Delivery]:
    """A whole conversation, each event with an id of its own."""
    return [
        lambda: desk.say(c, "kiwi one", id=f"{c}-1"),
        lambda: desk.say(c, "I want to talk to a human", id=f"{c}-2"),
        lambda: desk.act(c, "claim", "ben", id=f"{c}-3"),
        lambda: desk.act(c, "note", "ben", id=f"{c}-4", text="a note"),
        lambda: desk.act(c, "reply", "ben", id=f"{c}-5", text="a reply"),
        lambda: desk.say(c, "one more thing", id=f"{c}-6"),
        lambda: desk.act(c, "transfer", "ben", id=f"{c}-7", to="person:cleo", comment="please"),
        lambda: desk.act(c, "reply", "cleo", id=f"{c}-8", text="and one more reply", seen=3),
        lambda: desk.act(c, "resolve", "cleo", id=f"{c}-9", seen=3),
    ]


def shape(view: View) -> dict[str, Any]:
    """All that a reader can tell, without the times and what is made of them."""
    return {
        "messages": [(one["n"], one["seq"], one["author"], one["text"], one["visibility"]) for one in view["messages"]],
        "journal": [(entry["event"], entry["actor"], entry["reason"], entry["to"]) for entry in view["journal"]],
    } | {key: view[key] for key in ("state", "holder", "handoffs", "chain", "unanswered", "seq", "held_by")}


def open_slots(desk: Desk) -> dict[str, int]:
    return {one["name"]: one["open"] for one in desk.request("GET", "/people").json()["items"]}


@pytest.mark.parametrize("seed", range(3))
def test_events_delivered_three_times_in_any_order_count_once(desk: Desk, seed: int) -> None:
    """T31: repetitions come at any time after the first delivery, also several at once."""
    desk.model.rule("kiwi", text("A kiwi is a fruit."))
    once, thrice = f"once-{seed}", f"thrice-{seed}"
    for number, deliver in enumerate(script(desk, once)):
        assert deliver().is_success
        if number == 0:
            desk.answered(once)
    slots = open_slots(desk)
    chance = random.Random(seed)
    late: list[Delivery] = []

    for number, deliver in enumerate(script(desk, thrice)):
        assert deliver().is_success
        if number == 0:
            desk.answered(thrice)
        late += [deliver, deliver]
        chance.shuffle(late)
        now = chance.randrange(3)
        repeat(late[:now])
        late = late[now:]
    repeat(late)

    assert shape(desk.conversation(thrice)) == shape(desk.conversation(once))
    assert desk.conversation(thrice)["state"] == "resolved"
    assert open_slots(desk) == slots


def repeat(deliveries: list[Delivery]) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda deliver: deliver(), deliveries))
    assert all(answer.is_success for answer in answers), [answer.text for answer in answers]


def test_a_message_sent_again_is_told_apart_as_a_duplicate(desk: Desk) -> None:
    first = desk.say("dup", "let me talk to a human", id="m-1").json()
    again = desk.say("dup", "let me talk to a human", id="m-1").json()

    assert (first, again) == ({"seq": 1}, {"seq": 1, "duplicate": True})
    assert len(customer_lines(desk.queued("dup"))) == 1


ODD = {
    "forty thousand characters": "x" * 40_000,
    "ten thousand lines of emoji": "\n".join("🦆👩‍👩‍👧🏳️‍🌈" for _ in range(10_000))[:40_000],
    "right to left": "safe \u202egnp.exe\u202c \u2066text\u2069",
    "markup": "<script>alert('x')</script> <img src=x onerror=y> {{ 7*7 }} [[a]](javascript:x) *b* _c_ @everyone",
    "combining marks": "Z\u0351\u036b\u0343\u036a" * 400,
    "a NUL byte": "before\0after",
    "unusual spaces": "a\u00a0b\u2003c\u200bd\ufeffe\u2028f",
    "a long line of one letter pair": "ab" * 20_000,
    "almost a request": "could I please " * 2_500,
}


@pytest.mark.parametrize("name", ODD)
def test_every_text_is_kept_as_it_was_written(desk: Desk, name: str) -> None:
    words, c = ODD[name], f"odd-{name.replace(' ', '-')}"
    desk.model.otherwise(text("Thank you."))

    assert desk.say(c, words).status_code == 202
    view = desk.answered(c)
    desk.act(c, "claim", "ben")
    replied = desk.act(c, "reply", "ben", text=words).json()

    assert customer_lines(view) == [words]
    assert person_lines(replied) == [words]


@pytest.mark.parametrize(
    ("words", "code"), [("x" * 40_001, 413), ("", 422), (7, 422), (None, 422)]
)  # fmt: skip
def test_a_text_that_cannot_be_kept_is_refused_and_creates_nothing(desk: Desk, words: Any, code: int) -> None:
    answer = desk.say(f"refused-{code}", words)

    assert answer.status_code == code
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.request("GET", f"/conversations/refused-{code}").status_code == 404


def test_a_member_of_staff_cannot_pose_as_a_customer(desk: Desk) -> None:
    assert desk.say("posing", "hello", sender="ben").status_code == 422
    assert desk.say("posing", "hello", sender="Ben Okafor").status_code == 422
