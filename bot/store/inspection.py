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
    )


async def _config(calls: Calls, name: str) -> str:
    try:
        reply = await calls.call("CONFIG", "GET", name)
    except ResponseError:
        return ""
    return str(reply[1], "utf-8") if reply else ""
