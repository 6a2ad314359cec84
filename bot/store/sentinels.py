"""Which server is the master, asked of all sentinels at once.

redis-py believes the first sentinel that answers. For a second or two around a failover sentinels differ, and an old
master that was started again quickly looks healthy to those that have not heard yet: what is acknowledged there, with a
replica that has not heard either, is lost as soon as both follow the new master (seen in `make torture`). So a majority
must answer, and the one with the newest configuration epoch is right.
"""

import asyncio
from typing import Any

from redis.asyncio.sentinel import MasterNotFoundError, Sentinel


class Sentinels(Sentinel):
    """`discover_master` as above; everything else is redis-py's."""

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Host and port. Raises MasterNotFoundError while too few answer, or none is master just now."""
        told = await asyncio.gather(
            *(self._ask(sentinel, service_name) for sentinel in self.sentinels), return_exceptions=True
        )
        answers = [answer for answer in told if not isinstance(answer, BaseException)]
        if len(answers) <= len(self.sentinels) // 2:
            failures = ", ".join(type(answer).__name__ for answer in told if isinstance(answer, BaseException))
            raise MasterNotFoundError(f"{len(answers)} of {len(self.sentinels)} sentinels answer ({failures})")
        state, address = max(answers, key=lambda answer: int(answer[0]["config-epoch"]))
        moving = any("failover_in_progress" in str(one["flags"]) for one, _ in answers)
        still_the_old_one = address == (state["ip"], int(state["port"]))
        if still_the_old_one and (moving or state["is_sdown"] or state["is_odown"]):
            raise MasterNotFoundError(f"{service_name} has no master just now")
        return address

    @staticmethod
    async def _ask(sentinel: Any, service: str) -> tuple[dict[str, Any], tuple[str, int]]:
        """What one of them knows of the master, and whom it would send us to: during a failover that is another."""
        state = await sentinel.sentinel_master(service)
        host, port = await sentinel.sentinel_get_master_addr_by_name(service)
        return state, (host, int(port))
