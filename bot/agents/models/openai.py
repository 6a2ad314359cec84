"""A model at any OpenAI-compatible endpoint, with tools and streaming, through the `openai` package.

The package is imported at the first call, off the event loop, because the import takes more than half a second. It is
used for its connection pool, authentication and event-stream reader only: bodies go in and come out as dicts, since its
typed helpers walk the whole history in Python and break on odd servers. It never retries: a retry that nobody counts is
a customer waiting twice the time-out. 2.x brings httpx and 3.x httpx2, so neither is named here.

The whole history is put into dicts at every call: a quarter of a microsecond for an item, less than finding a dict
that was kept; and what customers wrote is not kept here.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from bot.agents.items import UserMessage
from bot.agents.models.base import ModelAnswer, ModelRejected, ModelRequest, ModelUnavailable
from bot.agents.models.breaker import CircuitBreaker
from bot.agents.models.deadline import Deadline
from bot.agents.models.profile import EndpointProfile, without_refused
from bot.agents.models.responses_wire import RESPONSES
from bot.agents.models.wire import CHAT, Wire
from bot.agents.tools import ToolSpec

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = logging.getLogger("baton.agents")

# Not let in, too slow or too many: another model, or a later moment, may do. Other 4xx say that the request itself is
# refused.
_UNAVAILABLE = frozenset({401, 403, 408, 409, 425, 429})
_END = object()
_PROBE = ModelRequest(
    "probe",
    "",
    (UserMessage("This is a test. Call the tool."),),
    (ToolSpec("ping", "Does nothing.", {"type": "object", "properties": {}, "required": [],
                                        "additionalProperties": False}, strict=True),),
    "required",
)  # fmt: skip


class OpenAIModel:
    """A model at an OpenAI-compatible endpoint.

    `base_url` and `api_key`: as the package reads them from the environment when None; a local server needs no key.
    `timeout_s`: for the whole answer, from the first byte sent to the last one read; `connect_timeout_s` for the
    connection. `profile`: what the endpoint understands. What it refuses is left out from then on, and the request that
    found out is repeated without it. `extra_body`: sent along with each request, for example {"temperature": 0.2}.
    """

    default_profile: ClassVar[EndpointProfile] = EndpointProfile()
    waits = True  # for a network: see FallbackModel

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 45.0,
        connect_timeout_s: float = 5.0,
        profile: EndpointProfile | None = None,
        breaker: CircuitBreaker | None = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.profile = profile or self.default_profile
        self.breaker = breaker or CircuitBreaker(f"{model} at {base_url or 'the default endpoint'}")
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._connect_timeout_s = connect_timeout_s
        self._extra_body = dict(extra_body or {})
        self._client: AsyncOpenAI | None = None

    @property
    def name(self) -> str:
        return self.model

    async def aclose(self) -> None:
        """Close the connection pool; the model can be used again afterwards."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()

    async def probe(self) -> EndpointProfile:
        """Ask once with every part of the profile in use; returns what the endpoint took. It costs some tokens.

        Raises:
            ModelUnavailable, ModelRejected: as an answer does.
        """
        async with aclosing(self.stream(_PROBE)) as pieces:
            async for _ in pieces:
                pass
        return self.profile

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        limit_s = self._limit_s(request)
        with self.breaker.attempt():
            client = await self._connect()
            async with _sorted_errors(limit_s, asyncio.get_running_loop().time() + limit_s):
                wire, body = await self._accepted(client, request, streamed=False)
                return wire.answer_of(body)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        limit_s = self._limit_s(request)
        with self.breaker.attempt():
            client = await self._connect()
            when = asyncio.get_running_loop().time() + limit_s
            async with _sorted_errors(limit_s, when):
                wire, chunks = await self._accepted(client, request, streamed=True)
            parts = wire.parts()
            deadline = Deadline(when)
            try:
                while True:
                    try:
                        chunk = await deadline.wait(anext(chunks, _END))
                    except Exception as error:
                        raise _sorted(error, limit_s) from error
                    if chunk is _END:
                        break
                    if text := parts.feed(chunk):
                        yield text
            finally:
                deadline.close()
                await chunks.close()
            if not parts.chunks:
                raise ModelUnavailable("the endpoint's answer is not a stream of a model's answer")
            yield parts.answer()

    def body_of(self, request: ModelRequest) -> dict[str, Any]:
        """The body of the request, without what streaming adds."""
        return self._body(_wire(self.profile), request, self.profile)

    def _body(self, wire: Wire, request: ModelRequest, profile: EndpointProfile) -> dict[str, Any]:
        return {"model": self.model, **self._extra_body, **wire.body_of(request, profile)}

    def _limit_s(self, request: ModelRequest) -> float:
        return self._timeout_s if request.within_s is None else request.within_s

    async def _accepted(self, client: AsyncOpenAI, request: ModelRequest, *, streamed: bool) -> tuple[Wire, Any]:
        """What comes back to the request, without the parts that the endpoint refuses; they are left out from then on,
        if that was what helped."""
        from openai import APIStatusError

        profile = self.profile
        while True:
            wire = _wire(profile)
            body = self._body(wire, request, profile)
            if streamed:
                body |= wire.streamed(profile)
            try:
                came = await self._post(client, wire.path, body, streamed)
            except APIStatusError as error:
                less = without_refused(profile, body, error.status_code, error.body)
                if less is None:
                    raise
                profile = less
            else:
                if profile is not self.profile and profile & self.profile != self.profile:
                    self.profile &= profile
                    log.warning("model.profile_learned %s at %s: %s", self.model, client.base_url, self.profile)
                return wire, came

    async def _post(self, client: AsyncOpenAI, path: str, body: dict[str, Any], streamed: bool) -> Any:
        if not streamed:
            return await client.post(path, body=body, cast_to=object)
        from openai import AsyncStream

        return await client.post(
            path, body=body, cast_to=object, stream=True, stream_cls=cast(Any, AsyncStream[object])
        )

    async def _connect(self) -> AsyncOpenAI:
        if self._client is None:
            openai = await asyncio.to_thread(_import_openai)
            if self._client is None:
                try:
                    self._client = openai.AsyncOpenAI(
                        # The package insists on a key, also towards a local server that wants none.
                        api_key=self._api_key if self._api_key or os.environ.get("OPENAI_API_KEY") else "none",
                        base_url=self._base_url,
                        max_retries=0,
                        # The whole answer has its own time-out, which each request may set.
                        timeout=openai.Timeout(None, connect=self._connect_timeout_s),
                    )
                except openai.OpenAIError as error:
                    raise ModelUnavailable(str(error)) from error
        return self._client


def _wire(profile: EndpointProfile) -> Wire:
    return RESPONSES if profile.responses else CHAT


def _import_openai() -> Any:
    import openai

    return openai


@asynccontextmanager
async def _sorted_errors(limit_s: float, deadline: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout_at(deadline):
            yield
    except (ModelUnavailable, ModelRejected):
        raise
    except Exception as error:
        raise _sorted(error, limit_s) from error


def _sorted(error: Exception, limit_s: float) -> ModelUnavailable | ModelRejected:
    import openai

    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        if status in _UNAVAILABLE or status >= 500:
            pause_s = retry_after_s(error.response.headers, time.time()) if status in (429, 503) else None
            return ModelUnavailable(f"status {status}: {_short(error)}", retry_after_s=pause_s)
        return ModelRejected(f"status {status}: {_short(error)}")
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return ModelUnavailable(f"no answer within {limit_s:.3g} s")
    # A connection that breaks in the middle, or rubbish instead of JSON, surfaces as an exception of whatever HTTP
    # library lies below.
    return ModelUnavailable(f"{type(error).__name__}: {_short(error)}")


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """How long the server wants to be left alone: seconds or a date (RFC 9110, 10.2.3); None where it does not say."""
    given = headers.get("retry-after", "")
    try:
        return float(given)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(given).timestamp() - now_s
    except ValueError:
        return None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
