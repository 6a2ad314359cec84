"""What a platform must find again about a conversation. One hash beside the conversation: `{s}:k:<id>`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.values import Lease

if TYPE_CHECKING:
    from .outbox import RedisOutbox


@dataclass(frozen=True, slots=True)
class LeasedMemory:
    """PlatformMemory, as long as the lease is held."""

    engine: "RedisOutbox"
    lease: Lease

    async def recall(self, name: str) -> str | None:
        value = await self.engine.calls.call("HGET", memory_key(self.engine.tag(self.lease.shard), self.lease.id), name)
        return value.decode() if value is not None else None

    async def remember(self, name: str, value: str) -> None:
        await self.engine.note(self.lease, name, value)

    async def sure(self) -> None:
        await self.engine.sure(self.lease)

    def in_doubt(self) -> bool:
        return self.engine.in_doubt_since_ms() is not None

    async def clock_s(self) -> float:
        """By the server that has the conversation."""
        return await self.engine.server_ms(self.engine.tag(self.lease.shard)) / 1000


def memory_key(tag: str, conversation: str) -> str:
    return f"{tag}:k:{conversation}"
