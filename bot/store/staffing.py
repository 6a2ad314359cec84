"""The Staffing port: slots and duty, and the switch that silences all agents."""

from collections.abc import Mapping
from typing import Any, Literal

from .connection import Argument
from .core import Core

Duty = Literal["on", "off", "away"]


class RedisStaffing(Core):
    async def _staff(self, name: str, *args: Argument) -> Any:
        return await self.calls.run(self.scripts[name], f"{self.staff_tag}:people", self.staff_tag, *args)

    async def take(self, person: str, conversation: str, epoch: int) -> None:
        await self._staff("take", person, conversation, epoch)

    async def free(self, person: str, conversation: str, before_epoch: int) -> None:
        await self._staff("free", person, conversation, before_epoch)

    async def set_duty(self, person: str, state: Duty, until_ms: int | None) -> None:
        await self._staff("duty", "", person, state, until_ms if until_ms is not None else "")

    async def duty(self) -> Mapping[str, tuple[Duty, int | None, int]]:
        """See the port. Away or off whose time is over reads as on; nobody need be there to write that down."""
        now, *facts = await self._staff("duty", await self.override(), "")
        people: dict[str, tuple[Duty, int | None, int]] = {}
        for person, state, until, slots in zip(facts[::4], facts[1::4], facts[2::4], facts[3::4], strict=True):
            duty: Duty = state.decode()
            until_ms = int(until) if until else None
            if duty != "on" and until_ms is not None and until_ms <= int(now):
                duty, until_ms = "on", None
            people[person.decode()] = (duty, until_ms, slots)
        return people

    async def paused(self) -> bool:
        """Are all agents silenced in this workspace?"""
        return bool(await self.calls.call("EXISTS", f"{self.staff_tag}:cfg:paused"))

    async def set_paused(self, paused: bool, by: str = "") -> None:
        key = f"{self.staff_tag}:cfg:paused"
        if paused:
            await self.calls.call("SET", key, by)
        else:
            await self.calls.call("DEL", key)
