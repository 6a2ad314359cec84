"""An endpoint that stopped answering is left alone, and looked at again one call at a time."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import pytest

from bot.agents import Agent, ModelRejected, ModelRequest, ModelUnavailable, Runner, UserMessage, view
from bot.agents.models.breaker import CircuitBreaker
from bot.agents.models.openai import OpenAIModel, retry_after_s
from tests.fakes.model import FakeModel, status, text

pytestmark = pytest.mark.anyio

ASK = ModelRequest("triage", "", view([UserMessage("hello")]))


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    """Without a spread: the dice always show the middle."""
    return CircuitBreaker(
        "m at x", failures_allowed=2, cooldown_s=10, longest_s=35, clock=clock, dice=lambda: 0.5
    )  # fmt: skip


def fail(breaker: CircuitBreaker, *, retry_after_s: float | None = None) -> None:
    with suppress(ModelUnavailable), breaker.attempt():
        raise ModelUnavailable("down", retry_after_s=retry_after_s)


def is_let_through(breaker: CircuitBreaker) -> bool:
    """Tries a call and breaks it off, which tells the breaker nothing."""
    try:
        with breaker.attempt():
            raise asyncio.CancelledError
    except asyncio.CancelledError:
        return True
    except ModelUnavailable:
        return False


def answer(breaker: CircuitBreaker) -> None:
    with breaker.attempt():
        pass


def test_it_opens_after_so_many_failures_in_a_row(breaker: CircuitBreaker) -> None:
    fail(breaker)
    answer(breaker)
    fail(breaker)
    after_one = is_let_through(breaker)

    fail(breaker)

    assert after_one and not is_let_through(breaker)
    assert breaker.is_open


def test_a_refused_request_is_an_answer(breaker: CircuitBreaker) -> None:
    fail(breaker)
    with suppress(ModelRejected), breaker.attempt():
        raise ModelRejected("context too long")

    fail(breaker)

    assert not breaker.is_open


def test_after_the_cooldown_one_call_looks_whether_it_is_back(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker)
    fail(breaker)
    clock.now_s += 10

    with breaker.attempt():
        beside_it = is_let_through(breaker)

    assert not beside_it
    assert not breaker.is_open and is_let_through(breaker)


def test_a_look_that_was_broken_off_leaves_room_for_another(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker)
    fail(breaker)
    clock.now_s += 10

    assert is_let_through(breaker) and is_let_through(breaker)
    assert breaker.is_open


def test_each_look_in_vain_doubles_the_cooldown_up_to_the_longest(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker)
    fail(breaker)
    waits = []

    for _ in range(4):
        began_s = clock.now_s
        while not is_let_through(breaker):
            clock.now_s += 1
        waits.append(clock.now_s - began_s)
        fail(breaker)

    assert waits == [10, 20, 35, 35]


def test_after_an_answer_the_cooldown_is_short_again(breaker: CircuitBreaker, clock: Clock) -> None:
    for _ in range(3):
        fail(breaker)
        fail(breaker)
        clock.now_s += 100
    answer(breaker)
    fail(breaker)
    fail(breaker)

    clock.now_s += 10

    assert is_let_through(breaker)


@pytest.mark.parametrize(("shown", "cooldown_s"), [(0.0, 7.5), (1.0, 12.5)])
def test_cooldowns_are_spread(clock: Clock, shown: float, cooldown_s: float) -> None:
    breaker = CircuitBreaker("m", failures_allowed=1, cooldown_s=10, clock=clock, dice=lambda: shown)
    fail(breaker)

    clock.now_s += cooldown_s - 0.1
    early = is_let_through(breaker)
    clock.now_s += 0.1

    assert not early and is_let_through(breaker)


def test_an_endpoint_that_names_a_time_is_left_alone_until_then(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, retry_after_s=60)

    clock.now_s += 59
    early = is_let_through(breaker)
    clock.now_s += 1

    assert not early and is_let_through(breaker)


@pytest.mark.parametrize("wrong", [-5.0, 0.0, float("nan")])
def test_a_time_that_makes_no_sense_counts_as_none(breaker: CircuitBreaker, wrong: float) -> None:
    fail(breaker, retry_after_s=wrong)

    assert not breaker.is_open


def test_a_time_beyond_all_measure_is_cut(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, retry_after_s=10**9)

    clock.now_s += 3600

    assert is_let_through(breaker)


def test_calls_that_were_on_their_way_do_not_count_twice(breaker: CircuitBreaker, clock: Clock) -> None:
    """Many customers at once meet one outage: it is one, and its first cooldown stays the first."""
    attempts = [breaker.attempt() for _ in range(6)]
    for attempt in attempts:
        attempt.__enter__()

    for attempt in attempts:
        with suppress(ModelUnavailable):
            attempt.__exit__(ModelUnavailable, ModelUnavailable("down"), None)
    clock.now_s += 10

    assert is_let_through(breaker)


def test_a_late_refusal_can_only_make_the_pause_longer(breaker: CircuitBreaker, clock: Clock) -> None:
    late = breaker.attempt()
    late.__enter__()
    fail(breaker)
    fail(breaker)

    with suppress(ModelUnavailable):
        late.__exit__(ModelUnavailable, ModelUnavailable("429", retry_after_s=50), None)
    clock.now_s += 49

    assert not is_let_through(breaker)


def test_an_outage_is_told_once(breaker: CircuitBreaker, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "baton.agents"):
        for _ in range(5):
            fail(breaker)
            clock.now_s += 100
        answer(breaker)

    assert [record.message.split(" ")[0] for record in caplog.records] == [
        "model.breaker_opened",
        "model.breaker_closed",
    ]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_while_it_is_open_the_next_model_answers_and_nobody_knocks(
    fake: FakeModel, model: OpenAIModel, breaker: CircuitBreaker, streamed: bool
) -> None:
    broken = OpenAIModel("broken", base_url=fake.base_url, api_key="x", breaker=breaker)
    agent = Agent("triage", [broken, model])
    fake.script(status(500), text("one"), {"drop": True}, text("two"), text("three"))

    said = [
        (await Runner.run(agent, "hello", on_text=(lambda shown: None) if streamed else None)).text for _ in range(3)
    ]

    assert said == ["one", "two", "three"]
    assert [body["model"] for body in fake.requests].count("broken") == 2
    await broken.aclose()


@pytest.mark.parametrize("code", [429, 503])
async def test_retry_after_is_kept(fake: FakeModel, breaker: CircuitBreaker, clock: Clock, code: int) -> None:
    model = OpenAIModel("m", base_url=fake.base_url, api_key="x", breaker=breaker)
    fake.script(status(code, retry_after="7"), text("back"))
    with suppress(ModelUnavailable):
        await model.answer(ASK)

    clock.now_s += 6
    with pytest.raises(ModelUnavailable, match="not asked"):
        await model.answer(ASK)
    clock.now_s += 1
    back = await model.answer(ASK)

    assert back.text == "back"
    await model.aclose()


async def test_a_stream_that_breaks_counts_and_one_that_nobody_reads_on_does_not(
    fake: FakeModel, breaker: CircuitBreaker
) -> None:
    model = OpenAIModel("m", base_url=fake.base_url, api_key="x", breaker=breaker)
    fake.script(text("one two"), text("one two"), {**text("one two"), "drop_after": 2})
    for _ in range(2):
        stream = model.stream(ASK)
        await anext(stream)
        await stream.aclose()

    fail(breaker)
    with suppress(ModelUnavailable):
        _ = [piece async for piece in model.stream(ASK)]

    assert breaker.is_open
    await model.aclose()


@pytest.mark.parametrize(
    ("given", "pause_s"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(given: str, pause_s: float | None) -> None:
    """RFC 9110, 10.2.3."""
    assert retry_after_s({"retry-after": given} if given else {}, now_s=10.0) == pause_s
