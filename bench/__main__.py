"""`python -m bench [--only NAME] [--quick]`: measure, print the tables, write RESULTS.md, or those sections of it."""

import argparse
import sys
import time
import traceback
from collections.abc import Callable

from bot.observe.lag import settle_collector
from bot.observe.logs import configure

from . import agents, growth, latency, memory, micro, queues, recovery, report, rest, slack, throughput, triage
from .figures import Measured

MEASURES: dict[str, Callable[[bool], Measured]] = {
    "latency": latency.measure,
    "throughput": throughput.measure,
    "queues": queues.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "parts": micro.measure,
    "recovery": recovery.measure,
    "rest": rest.measure,
    "slack": slack.measure,
    "agents": agents.measure,
    "triage": triage.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Baton's figures beside their floors.")
    parser.add_argument("--only", action="append", choices=list(MEASURES), help="this one; may be given again")
    parser.add_argument("--quick", action="store_true", help="fewer events; RESULTS.md stays as it is")
    given = parser.parse_args()
    configure(quiet=True)
    settle_collector()  # as a worker does when it starts
    results: dict[str, Measured] = {}
    failed: list[str] = []
    began = time.perf_counter()
    for name in given.only or MEASURES:
        say(f"{time.perf_counter() - began:6.1f} s  {name} ...")
        try:
            results[name] = MEASURES[name](given.quick)
        except Exception:  # one measure that fails must not hide the others
            say(traceback.format_exc())
            failed.append(name)
            continue
        print(report.printed(name, results[name]), flush=True)
    say(f"{time.perf_counter() - began:6.1f} s  done")
    if not given.quick:
        if given.only:
            report.renew(results)
        else:
            report.write(results, "python -m bench", failed)
        say(f"written: {report.RESULTS.name}")
    return 1 if failed else 0


def say(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
