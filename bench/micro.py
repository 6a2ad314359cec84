"""The parts that every event passes, alone: codec, decide, judge, rules."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgpack  # type: ignore[import-untyped]

from bot.store.lines import line_entry
from bot.store.log import written
from bot.store.places import place_of
from bot.store.records import mail_of, mail_payload, row_entry
from bot.store.states import read_state, state_entry
from bot.triage import judge_of
from handlers.apply import Desk, to_commit
from handlers.values import Decided, Lease, Mail
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
    raw = state_entry(held)
    plain = msgpack.unpackb(raw, strict_map_key=False)
    message = MessageReceived(held.seq + 1, "U0MIA", text(1), NOW_MS + 9_000, author_name="Mia Chen")
    run = asked.run
    assert run is not None
    answer = AgentReplied(run.turn, run.step, run.agent, run.epoch, run.upto, "You find all your invoices there.")
    lease = Lease(held.id, 0, place_of(held.id), 1, 5, held, held.seq, [], {}, NOW_MS + 9_000, 0.0)
    decision = decide(held, message, in_force, lease.now_ms)
    decided = Decided(message, lease.now_ms, in_force.version)
    nobody: Any = None  # neither a store nor slots: nothing is written
    commit = to_commit(Desk(nobody, nobody, frozenset()), lease, Mail("Ev1", message), decision, in_force, decided)
    mail = b"%d|%d|0||Ev1\n" % (message.at_ms, message.seq) + mail_payload(Mail("Ev1", message))
    facts = Facts(text(1), "U0MIA", "C1", "slack", "en", judge_of(in_force)(text(1)).topics, "", NOW_MS)
    long = " ".join(text(number) for number in range(12))

    def per_call(
        name: str, work: Callable[[], object], floor: tuple[str, Callable[[], object]] | None = None
    ) -> Figure:
        floor_us = _us(floor[1], budget_s) if floor is not None else None
        return Figure("parts", name, _us(work, budget_s), "us", floor_us, floor[0] if floor is not None else "")

    return Measured(
        (
            per_call("codec, encode a conversation", lambda: state_entry(held),
                     ("msgpack of the same lists", lambda: msgpack.packb(plain))),
            per_call("codec, decode a conversation", lambda: read_state(raw, "{0}", held.id),
                     ("msgpack to the same lists", lambda: msgpack.unpackb(raw, strict_map_key=False))),
            per_call("codec, read an event of the mailbox", lambda: mail_of(mail, "k")),
            per_call("codec, the rows that an event leaves", lambda: [row_entry(row) for row in commit.rows]),
            per_call("codec, the lines that an event leaves", lambda: [line_entry(one, held) for one in commit.lines]),
            per_call("codec, the log's entry of an event", lambda: written(b"", held, commit, raw)),
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
