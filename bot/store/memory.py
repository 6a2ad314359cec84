"""What a platform must find again about a conversation. One hash beside the conversation: `{s}:k:<id>`."""

from .core import Core


class RedisMemory(Core):
    """PlatformMemory."""

    async def recall(self, conversation: str, name: str) -> str | None:
        value = await self.calls.call("HGET", self._memory(conversation), name)
        return value.decode() if value is not None else None

    async def remember(self, conversation: str, name: str, value: str) -> None:
        await self.calls.call("HSET", self._memory(conversation), name, value)

    async def clock_s(self) -> float:
        seconds, micros = await self.calls.call("TIME", at=self.tag(0))
        return int(seconds) + int(micros) / 1e6

    def _memory(self, conversation: str) -> str:
        return f"{self.tag(self.shard_of_id(conversation))}:k:{conversation}"
