"""A worker in a process of its own, which tells on its output of each commit and each copy, and when.

Lines out: `ready`, `c <conversation>|<version> <time>`, `s <conversation>|<version> <time>`, and for each line that
comes in, `= <figures as JSON>`. The end of the input ends it. Times are of the machine's monotonic clock. Under a
supervisor the tether is both input and output.
"""

import argparse
import asyncio
import json
import os
import time

from bot.observe.lag import settle_collector
from bot.observe.logs import configure
from bot.worker import Worker

from .load import BenchPlatform, BenchStore, world


def figures(store: BenchStore) -> str:
    said = {"calls": store.calls.sent, "by": dict(store.counted.by_name), "cpu_s": time.process_time()}
    return json.dumps(said)


async def serve(url: str, lease_s: float, slowest_s: float, tether: int | None) -> None:
    into, out = (0, 1) if tether is None else (tether, tether)

    def tell(said: str) -> None:
        """At once and whole: a killed process must not take along what it has done."""
        os.write(out, f"{said}\n".encode())

    platform = BenchPlatform(slowest_s=slowest_s)
    async with BenchStore(url, lease_s=lease_s) as store:
        store.on_commit = lambda key: tell(f"c {key} {time.monotonic()}")
        platform.on_copy = lambda key: tell(f"s {key} {time.monotonic()}")
        worker = Worker(world(store, platform))

        def asked() -> None:
            if os.read(into, 4096):
                tell(f"= {figures(store)}")
            else:
                loop.remove_reader(into)
                worker.stop()

        loop = asyncio.get_running_loop()
        loop.add_reader(into, asked)
        settle_collector()
        tell("ready")
        await worker.run(grace_s=2.0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--lease-s", type=float, default=10.0)
    parser.add_argument("--slowest-s", type=float, default=0.0)
    parser.add_argument("--tether", type=int)
    given = parser.parse_args()
    configure(quiet=True)
    asyncio.run(serve(given.url, given.lease_s, given.slowest_s, given.tether))


if __name__ == "__main__":
    main()
