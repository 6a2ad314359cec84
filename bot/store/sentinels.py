"""Which server is the master, asked of all sentinels at once.

redis-py believes the first sentinel that answers. For a second or two around a failover sentinels differ, and an old
master that was started again quickly looks healthy to those that have not heard yet: what is acknowledged there, with a
replica that has not heard either, is lost as soon as both follow the new master (seen in `make torture`). So a majority
must answer, and the one with the newest configuration epoch is right.

And a majority must have heard from that master just now. One that is cut off from them, while we reach both, is theirs
until they miss it, which takes as long as they are configured to be patient.
"""

import asyncio
from typing import Any, Final

from redis.asyncio.sentinel import MasterNotFoundError, Sentinel

# They ask it every second. With MASTER_ASKED_EVERY_S of connection.py it is less than PATIENCE_S of replication.py: a
# master that lost its replicas because it is cut off is left before it would accept events alone.
HEARD_WITHIN_S: Final = 3.0


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
        if still_the_old_one and moving:
            raise MasterNotFoundError(f"{service_name} is moving")
        heard = [one for one, _ in answers if int(one["last-ok-ping-reply"]) <= HEARD_WITHIN_S * 1000]
        if still_the_old_one and len(heard) <= len(self.sentinels) // 2:
            raise MasterNotFoundError(f"{len(heard)} of {len(self.sentinels)} sentinels hear from {service_name}")
        return address

    @staticmethod
    async def _ask(sentinel: Any, service: str) -> tuple[dict[str, Any], tuple[str, int]]:
        """What one of them knows of the master, and whom it would send us to: during a failover that is another."""
        state = await sentinel.sentinel_master(service)
        host, port = await sentinel.sentinel_get_master_addr_by_name(service)
        # redis-py decodes the one answer and not the other.
        return state, (host.decode() if isinstance(host, bytes) else host, int(port))
