"""A Redis of our own for one measure, configured as Baton configures its embedded one, and what it says of itself."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from bot.store.embedded import EmbeddedRedis


class PrivateRedis:
    """A running server. Its figures are read over a connection of their own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._redis = redis.Redis.from_url(url)

    def close(self) -> None:
        self._redis.close()

    def info(self, section: str) -> dict[str, Any]:
        found: Any = self._redis.info(section)
        return dict(found)

    def cpu_s(self) -> float:
        """Of all its threads since it started: answering, and writing the append-only file."""
        cpu = self.info("cpu")
        return float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])

    def used_bytes(self) -> int:
        return int(self.info("memory")["used_memory"])

    def calls_of(self, command: str) -> int:
        """How often that command ran, within scripts too."""
        return int(self.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"])

    def describe(self) -> str:
        server = self.info("server")
        name = "Valkey" if "valkey_version" in server else "Redis"
        return f"{name} {server.get('valkey_version', server['redis_version'])}, unix socket, appendfsync everysec"

    def bytes_by_key(self) -> dict[str, int]:
        """MEMORY USAGE of every key."""
        keys: list[bytes] = list(self._redis.scan_iter(count=1000))
        pipeline = self._redis.pipeline(transaction=False)
        for key in keys:
            pipeline.memory_usage(key, samples=0)
        sizes: list[Any] = pipeline.execute()
        return {key.decode(): int(size or 0) for key, size in zip(keys, sizes, strict=True)}


@contextmanager
def private_redis() -> Iterator[PrivateRedis]:
    """`redis-server` or `valkey-server` on PATH, else the wheel's Valkey; gone with its data afterwards."""
    home = Path(tempfile.mkdtemp(prefix="baton-bench-"))
    store = EmbeddedRedis(home)
    try:
        server = PrivateRedis(store.start())
        try:
            yield server
        finally:
            server.close()
    finally:
        store.stop()
        shutil.rmtree(home, ignore_errors=True)
