"""What kind of Redis this is, and what about it would lose data."""

import re
from dataclasses import dataclass

from redis.exceptions import ResponseError

from .connection import Calls

OLDEST = (7, 0)


@dataclass(frozen=True, slots=True)
class Found:
    """`policy` and `appendonly` are empty where the server does not say (managed servers often refuse CONFIG)."""

    product: str
    version: tuple[int, ...]
    policy: str
    appendonly: str
    appendfsync: str = ""

    @property
    def too_old(self) -> bool:
        return self.product == "Redis" and self.version < OLDEST

    @property
    def warnings(self) -> tuple[str, ...]:
        """What should be changed there, a sentence each."""
        found = []
        if self.policy not in ("", "noeviction"):
            found.append(
                f"maxmemory-policy is {self.policy}: under memory pressure conversations vanish; set noeviction"
            )
        if self.appendonly not in ("", "yes"):
            found.append("appendonly is off: a restart loses conversations; set appendonly yes")
        return tuple(found)

    @property
    def loss(self) -> str:
        """What of the last seconds a server that ends without warning may lose (docs/operation.md)."""
        if self.appendonly != "yes":
            return "everything since its last snapshot" if self.appendonly else "unknown: the server does not say"
        return {
            "always": "nothing", "everysec": "up to 2 s in a power cut or with a slow disk, else nothing",
            "no": "what the system has not written yet, often 30 s, in a power cut",
        }.get(self.appendfsync, "unknown: the server does not say")  # fmt: skip

    def __str__(self) -> str:
        version = ".".join(map(str, self.version))
        return f"{self.product} {version}, {self.policy or 'policy unknown'}, appendonly {self.appendonly or 'unknown'}"


async def inspect(calls: Calls) -> Found:
    info = str(await calls.call("INFO", "server"), "utf-8")
    facts = dict(line.split(":", 1) for line in info.split("\r\n") if ":" in line)
    product = "Valkey" if "valkey_version" in facts else "Redis"
    version = facts.get("valkey_version") or facts["redis_version"]
    return Found(
        product,
        tuple(int(part) for part in re.findall(r"\d+", version)[:3]),
        await _config(calls, "maxmemory-policy"),
        await _config(calls, "appendonly"),
        await _config(calls, "appendfsync"),
    )


async def online_replicas(calls: Calls) -> list[int]:
    """How many copies follow each server that holds data."""
    infos = await calls.everywhere("INFO", "replication")
    return [info.count(b"state=online") for info in infos]


async def _config(calls: Calls, name: str) -> str:
    try:
        reply = await calls.call("CONFIG", "GET", name)
    except ResponseError:
        return ""
    return str(reply[1], "utf-8") if reply else ""
