"""What every contender does: the same conversations, so many at once, and what they cost as one line of JSON.

Only the standard library is used here, because the contenders run in an environment of their own.

A conversation is a customer's line, a transfer from triage to billing, and billing's answer: two model calls. `thread`
goes on from there for 19 further lines. `--turns` puts so many exchanges before the line.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import re
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path

AT_ONCE = 32
THREAD_TURNS = 20
LINE = "I was charged twice for my last order and would like to have the second charge back, please."
ANSWERED = "Thank you for asking. You find all your invoices under Account, and each of them can be downloaded there."
TRIAGE = "You are the first to read what customers of a web shop write. Transfer what is about money to billing."
BILLING = "You settle invoices and refunds of a web shop. Answer in one or two friendly sentences."

Conversation = Callable[[int], Awaitable[None]]
"""Holds one conversation; gets its number, which nobody had before."""


def past(turns: int) -> list[dict[str, str]]:
    """Exchanges that lie before the conversation, as messages; about 200 letters each."""
    return [
        {"role": role, "content": f"{words} ({number})"}
        for number in range(turns)
        for role, words in (("user", LINE), ("assistant", ANSWERED))
    ]


def arguments(about: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("base_url", help="of the stub")
    parser.add_argument("--kind", choices=("handoff", "thread", "streamed"), default="handoff")
    parser.add_argument("--turns", type=int, default=0)
    parser.add_argument("--conversations", type=int, default=160, help="in each round")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--redis", default="", help="where the run is written down")
    parser.add_argument("--plain", action="store_true", help="no filter, no hook, no subscriber")
    return parser.parse_args()


async def contest(hold: Conversation, given: argparse.Namespace, package: str, import_s: float) -> None:
    """Measure, and print the figures."""
    await _round(hold, 0, AT_ONCE)  # imports, connections, caches
    count, done = given.conversations, AT_ONCE
    best_s = float("inf")
    for _ in range(given.rounds):
        began_s = time.process_time()
        await _round(hold, done, count)
        best_s = min(best_s, (time.process_time() - began_s) / count)
        done += count
    said = {
        "cpu_ms": 1000 * best_s / (THREAD_TURNS if given.kind == "thread" else 1),
        "rss_mb": resident_mb(),
        "import_s": import_s,
        "name": f"{package} {version(package)}" if package else "",
    }
    sys.stdout.write(json.dumps(said) + "\n")


async def _round(hold: Conversation, first: int, count: int) -> None:
    numbers = iter(range(first, first + count))

    async def one_after_the_other() -> None:
        for number in numbers:
            await hold(number)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one_after_the_other())


def imported(*names: str) -> float:
    """Import them; returns the CPU seconds."""
    began = time.process_time()
    for name in names:
        importlib.import_module(name)
    return time.process_time() - began


def resident_mb() -> float:
    """Now, or the most it ever was where the kernel does not tell (no /proc)."""
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    if found:
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def check(said: str) -> None:
    """A contender whose conversation came to nothing must not look fast."""
    if not said.startswith("Your refund"):
        raise RuntimeError(f"the conversation ended with {said!r}")
