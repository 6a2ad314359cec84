"""Socket Mode: the same payloads by web sockets that we open, for desks that no address on the internet leads to.

Several connections, because Slack sends each payload to one of them and closes each now and then. An envelope is
acknowledged only when `accept` answers 200, so whatever the store did not take comes again, here or elsewhere.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger("baton.slack")

CONNECTIONS: Final = 2
# A connection that died without a word is noticed after at most four of these; with the SDK's 10 s it took 9.3 s.
PING_S: Final = 2.5
CONNECT_S: Final = 30.0
DRAIN_S: Final = 5.0
CLOSE_S: Final = 2.0

Accept = Callable[[Mapping[str, Any], Mapping[str, str]], Awaitable[BoltResponse]]


class SlackSockets:
    """`run` in a task group. `web_client` is any client whose base_url is Slack's; it needs no token of its own."""

    def __init__(
        self,
        accept: Accept,
        app_token: str,
        web_client: AsyncWebClient,
        *,
        connections: int = CONNECTIONS,
        ping_s: float = PING_S,
    ) -> None:
        self._accept = accept
        self._app_token = app_token
        self._web_client = web_client
        self._wanted = connections
        self._ping_s = ping_s
        self._clients: dict[int, SocketModeClient] = {}
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()
        # The SDK writes every reconnect and each attempt's traceback; what matters is logged here.
        self._quiet = logging.getLogger("baton.slack.sdk")
        self._quiet.setLevel(logging.CRITICAL)

    async def connected(self) -> int:
        """How many connections are up."""
        return sum([await client.is_connected() for client in tuple(self._clients.values())])

    async def problem(self) -> str | None:
        """For /readyz: None while at least one connection is up."""
        return None if await self.connected() else "no Socket Mode connection is up"

    async def run(self, stop: asyncio.Event) -> None:
        """Stay connected until `stop`, then finish what was received and close."""
        async with asyncio.TaskGroup() as group:
            keepers = [group.create_task(self._keep(n), name=f"slack socket {n}") for n in range(self._wanted)]
            await stop.wait()
            # Their sockets stay open meanwhile: what is in hand is acknowledged on them.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_S):
                    await self._idle.wait()
            for keeper in keepers:
                keeper.cancel()

    async def _keep(self, n: int) -> None:
        """One connection, made anew when the SDK cannot mend it: it goes on trying one dead address for ever."""
        while True:
            client = SocketModeClient(
                app_token=self._app_token, logger=self._quiet, web_client=self._web_client, ping_interval=self._ping_s
            )
            client.proxy = self._web_client.proxy
            client.socket_mode_request_listeners.append(self._received)
            self._clients[n] = client
            try:
                async with asyncio.timeout(CONNECT_S):
                    await client.connect()  # type: ignore[no-untyped-call]
                log.info("slack.socket_connected", socket=n)
                await self._while_alive(client)
                log.warning("slack.socket_given_up", socket=n)
            except TimeoutError:
                log.warning("slack.socket_failed", socket=n, waited_s=CONNECT_S)
            finally:
                del self._clients[n]
                # A socket that is broken already cannot be closed in form.
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(CLOSE_S):
                        await client.close()  # type: ignore[no-untyped-call]
            await asyncio.sleep(self._ping_s)

    async def _while_alive(self, client: SocketModeClient) -> None:
        """Return when it has been down for longer than the SDK needs to mend it."""
        seen = time.monotonic()
        while time.monotonic() - seen < 4 * self._ping_s + CONNECT_S:
            await asyncio.sleep(self._ping_s)
            if await client.is_connected():
                seen = time.monotonic()

    async def _received(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self._in_hand += 1
        self._idle.clear()
        try:
            began = time.time()
            headers = {} if request.retry_attempt is None else {"x-slack-retry-num": str(request.retry_attempt)}
            payload = request.payload if isinstance(request.payload, dict) else {}
            response = await self._accept(payload, headers)
            await send_async_response(client, request, response, began)
        except ConnectionError:
            log.warning("slack.socket_lost_before_ack", envelope=request.envelope_id)  # Slack sends it again
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()
