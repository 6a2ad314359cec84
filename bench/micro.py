"""The parts that every event passes, alone: codec, decide, judge, rules."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgpack  # type: ignore[import-untyped]

from bot.store import codec
from bot.triage import judge_of
from routing.conversation import Conversation
from routing.decide import birth, decide
from routing.events import AgentReplied, Claimed, Event, MessageReceived
from routing.rules import Facts, pick

from .figures import Figure, Measured
from .load import FIRST_LINE, policy, text

NOW_MS = 1_770_000_000_000


def measure(quick: bool) -> Measured:
    budget_s = 0.05 if quick else 0.3
    in_force = policy()
    held, asked = held_conversation(8), _asked_agent()
    raw = codec.encode(held)
    plain = msgpack.unpackb(raw, strict_map_key=False)
    message = MessageReceived(held.seq + 1, "U0MIA", text(1), NOW_MS + 9_000, author_name="Mia Chen")
    run = asked.run
    assert run is not None
    answer = AgentReplied(run.turn, run.step, run.agent, run.epoch, run.upto, "You find all your invoices there.")
    facts = Facts(text(1), "U0MIA", "C1", "slack", "en", judge_of(in_force)(text(1)).topics, "", NOW_MS)
    long = " ".join(text(number) for number in range(12))

    def per_call(
        name: str, work: Callable[[], object], floor: tuple[str, Callable[[], object]] | None = None
    ) -> Figure:
        floor_us = _us(floor[1], budget_s) if floor is not None else None
        return Figure("parts", name, _us(work, budget_s), "us", floor_us, floor[0] if floor is not None else "")

    return Measured(
        (
            per_call("codec, encode a conversation", lambda: codec.encode(held),
                     ("msgpack of the same lists", lambda: msgpack.packb(plain))),
            per_call("codec, decode a conversation", lambda: codec.decode(Conversation, raw, "k"),
                     ("msgpack to the same lists", lambda: msgpack.unpackb(raw, strict_map_key=False))),
            Figure("parts", "bytes of a conversation's state", len(raw), "B"),
            per_call("decide, a line that a person gets", lambda: decide(held, message, in_force, NOW_MS + 9_000)),
            per_call("decide, an agent's answer", lambda: decide(asked, answer, in_force, NOW_MS + 9_000)),
            per_call("policy's judge looked up", lambda: judge_of(in_force)),
            per_call(f"judge, {len(text(1))} letters", lambda: judge_of(in_force)(text(1))),
            per_call(f"judge, {len(long)} letters", lambda: judge_of(in_force)(long)),
            per_call("rules.pick, the sample's routes", lambda: pick(in_force, facts)),
        ),
        "Each part in a loop, the best of five rounds. The conversation is held by a person, eight lines unanswered.",
    )  # fmt: skip


def held_conversation(lines: int) -> Conversation:
    """After a request for a person, a claim and further lines."""
    conversation = birth("slack.T1.C00.1700000000.000100", "U0MIA", policy(), NOW_MS, platform="slack", workspace="T1")
    asks = MessageReceived(1, "U0MIA", FIRST_LINE, NOW_MS, author_name="Mia Chen", wants_person=True)
    further = [MessageReceived(n, "U0MIA", text(n), NOW_MS + n * 1_000) for n in range(2, lines + 1)]
    return _after(conversation, asks, Claimed("alice"), *further)


def _asked_agent() -> Conversation:
    conversation = birth("slack.T1.C00.1700000001.000100", "U0MIA", policy(), NOW_MS, platform="slack", workspace="T1")
    return _after(conversation, MessageReceived(1, "U0MIA", "where is my invoice", NOW_MS))


def _after(conversation: Conversation, *events: Event) -> Conversation:
    for number, event in enumerate(events):
        conversation = decide(conversation, event, policy(), NOW_MS + number * 1_000).conversation
    return replace(conversation)


def _us(work: Callable[[], Any], budget_s: float) -> float:
    """Microseconds of one call, the best of five rounds."""
    began = time.perf_counter()
    work()
    once_s = max(time.perf_counter() - began, 1e-7)
    times = max(1, int(budget_s / 5 / once_s))
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - began) / times)
    return best * 1e6
