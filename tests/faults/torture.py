"""Everything that can go wrong goes wrong for some minutes (storm.py), and then every promise is checked.

    python -m tests.faults.torture --minutes 10        writes bench/TORTURE.md

In Slack the same is done by its own loop (test_slack_kill_loop.py), as a program.
"""

import argparse
import ast
import asyncio
import datetime
import platform
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.fakes.desk import environment
from tests.faults.grounds import Cluster, Ground, Plain, Sentinels
from tests.faults.halves import unable
from tests.faults.storm import Outcome, storm
from tests.faults.wall_clock import LIBRARY

REPORT = Path(__file__).parents[2] / "bench" / "TORTURE.md"
OVER_REST = 6  # conversations, on one server
SLACK_LOOP = Path(__file__).parent / "test_slack_kill_loop.py"
SLACK_KILL_S = 30.0  # about as long as one kill takes in its four modes together
SLACK_SUMMARY = (
    r"slack kill loop, (?P<mode>[\w ]+): (?P<events>\d+) events, (?P<lines>\d+) lines, (?P<moves>\d+) transitions, "
    r"\d+ posts, (?:Counter\()?(?P<done>\{.*?\})\)? in (?P<seconds>\d+) s"
)
CALM = 0.1  # of the time, for the lateness of timers
NOT_TORTURED = (
    "A disk that is full or slow, a machine that loses its power: the server is killed, what it wrote is kept. What a "
    "store that forgets does is tried in `tests/faults/test_generations.py` and `test_planted_bugs.py`.",
    "Clocks of sentinels and of the nodes of a cluster: clocks are set on one server, where each process has its own.",
    "Three parts of a network, or one that loses only some of what it carries: it is cut in two, and mended.",
    "The order of what one connection carries: TCP keeps it, and so does the wire that misbehaves. Between connections "
    "nothing is kept: each is delayed, stalled and cut by itself, so what was sent later over one arrives earlier than "
    "what was sent over another.",
    "Slack on a network that is cut in two: there masters and processes die, slots move and wires break.",
    "Real models: answers are scripted.",
)


def missing() -> list[str]:
    """What this machine cannot do to us, and why."""
    problems = ["No clock was set: there is no libfaketime."] if LIBRARY is None else []
    cannot = unable()
    return problems + ([f"No network was cut in two: {cannot}."] if cannot else [])


def in_slack(for_s: float) -> list[Outcome]:
    """The Slack kill loop, by HTTP and by sockets, on sentinels and on a cluster, for about so long."""
    kills = max(2, round(for_s / SLACK_KILL_S))
    program = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", str(SLACK_LOOP)]
    ended = subprocess.run(
        program, env=environment(BATON_SLACK_KILLS=str(kills)), cwd=REPORT.parents[1], text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    broken = [line for line in ended.stdout.splitlines() if line.startswith("E ")][:20]
    if ended.returncode != 0 and not broken:
        broken = [f"the loop ended with {ended.returncode}: {(ended.stdout + ended.stderr)[-500:]}"]
    outcomes = [_of_slack(found) for found in re.finditer(SLACK_SUMMARY, ended.stdout)]
    if not outcomes:
        outcomes = [Outcome("Slack", 0, 0, 0, 0, Counter(), Counter())]
    outcomes[0].broken.extend(broken)
    return outcomes


def _of_slack(found: re.Match[str]) -> Outcome:
    done: dict[str, int] = ast.literal_eval(found["done"])
    kills = Counter({f"{role} killed": done.get(many, 0) for role, many in (("worker", "workers"), ("ingress",) * 2)})
    renamed = {"faults": "Slack calls to fail", "sockets": "sockets lost"}
    faults = Counter({renamed.get(name, name): n for name, n in done.items() if name not in ("workers", "ingress")})
    return Outcome(
        f"Slack, {found['mode']}", float(found["seconds"]), int(found["events"]), int(found["lines"]),
        int(found["moves"]), +kills, +faults,
    )  # fmt: skip


def shown(outcomes: Sequence[Outcome]) -> list[str]:
    """Of the broken promises so many of each ground that the others' can still be seen."""
    return [f"{one.ground}: {problem}" for one in outcomes for problem in one.broken[:20]]


def report(outcomes: Sequence[Outcome], minutes: float) -> str:
    """The page that is committed."""
    today = datetime.datetime.now(datetime.UTC).date()
    machine = f"{platform.machine()}, Python {platform.python_version()}, {platform.system()}"
    events = sum(outcome.events for outcome in outcomes)
    kills = sum((outcome.kills for outcome in outcomes), Counter[str]())
    faults = sum((outcome.faults for outcome in outcomes), Counter[str]())
    broken = [problem for outcome in outcomes for problem in outcome.broken]
    lines = [
        "# Torture",
        "",
        f"`python -m tests.faults.torture --minutes {minutes:g}` on {today}, {machine}.",
        "What is checked: `tests/faults/checker.py`.",
        "",
        "| ground | s | events | lines | transitions | processes | store and wires | broken promises |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.ground} | {one.seconds:.0f} | {one.events:,} | {one.lines:,} | {one.transitions:,} "
        f"| {_listed(one.kills)} | {_listed(one.faults)} | {len(one.broken)} |"
        for one in outcomes
    ]
    lines += [
        "",
        *(f"On {one.ground}: {one.timers.rstrip(', ')} while nothing was broken." for one in outcomes if one.timers),
        "",
        f"Together: {events:,} events, {_listed(kills)}, {_listed(faults)}, {len(broken)} broken promises.",
        "",
        "Not tortured here:",
        "",
        *(f"- {what}" for what in (*missing(), *NOT_TORTURED)),
        "",
    ]
    lines += [f"- {problem}" for problem in shown(outcomes)]
    return "\n".join(lines).rstrip() + "\n"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "none"


GROUNDS: Mapping[str, Callable[[], Ground]] = {"plain": Plain, "sentinels": Sentinels, "cluster": Cluster}


def _stormed(name: str, for_s: float, conversations: int, pace_s: float) -> Outcome:
    over_rest = OVER_REST if name == "plain" else 0
    with tempfile.TemporaryDirectory(prefix="baton-torture-") as folder:
        return asyncio.run(
            storm(
                GROUNDS[name](), Path(folder), for_s=for_s, conversations=conversations, pace_s=pace_s,
                over_rest=over_rest, calm_s=CALM * for_s,
            )
        )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Everything that can go wrong goes wrong, then every promise is checked."
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--conversations", type=int, default=160)
    parser.add_argument("--pace", type=float, default=0.8, help="longest pause of a person, in seconds")
    parser.add_argument("--only", choices=[*GROUNDS, "slack"])
    parser.add_argument("--out", type=Path, default=REPORT)
    asked = parser.parse_args()
    chosen = [asked.only] if asked.only else [*GROUNDS, "slack"]
    sys.stderr.write("".join(f"WARNING: {problem}\n" for problem in missing()))
    outcomes = []
    for name in chosen:
        for_s = asked.minutes * 60 / len(chosen)
        found = in_slack(for_s) if name == "slack" else [_stormed(name, for_s, asked.conversations, asked.pace)]
        sys.stdout.write("".join(f"{outcome}\n" for outcome in found))
        sys.stdout.flush()
        outcomes += found
    if not asked.only:
        asked.out.write_text(report(outcomes, asked.minutes))
    for problem in shown(outcomes):
        sys.stdout.write(f"broken: {problem}\n")
    return 1 if any(outcome.broken for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
