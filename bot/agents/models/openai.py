"""Chat Completions with tools and streaming, from any compatible endpoint, through the `openai` package.

The package is imported at the first call, off the event loop, because the import takes more than half a second. It is
used for its connection pool, authentication and event-stream reader only: bodies go in and come out as dicts, since its
typed helpers walk the whole history in Python and break on odd servers. It never retries: a retry that nobody counts is
a customer waiting twice the time-out. 2.x brings httpx and 3.x httpx2, so neither is named here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from bot.agents.models.base import ModelAnswer, ModelRejected, ModelRequest, ModelUnavailable
from bot.agents.models.wire import Accumulator, answer_of, messages_of, tool_choice_of, tool_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_PATH = "/chat/completions"
# Not let in, too slow or too many: another model, or a later moment, may do. Other 4xx say that the request itself is
# refused.
_UNAVAILABLE = frozenset({401, 403, 408, 409, 425, 429})


class OpenAIModel:
    """A model at an OpenAI-compatible endpoint.

    `base_url` and `api_key`: as the package reads them from the environment when None; a local server needs no key.
    `timeout_s`: for the whole answer, from the first byte sent to the last one read; `connect_timeout_s` for the
    connection. `strict`, `tool_choice`, `stream_usage`, `parallel_tool_calls`: what the endpoint understands; None for
    the last says nothing about it. `extra_body`: sent along with each request, for example {"temperature": 0.2}.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 45.0,
        connect_timeout_s: float = 5.0,
        strict: bool = False,
        tool_choice: bool = True,
        stream_usage: bool = True,
        parallel_tool_calls: bool | None = False,
        extra_body: Mapping[str, Any] | None = None,
    ) -> None:
        self.model = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._connect_timeout_s = connect_timeout_s
        self._strict = strict
        self._tool_choice = tool_choice
        self._stream_usage = stream_usage
        self._parallel_tool_calls = parallel_tool_calls
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

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        client = await self._connect()
        async with self._sorted_errors():
            return answer_of(await client.post(_PATH, body=self.body_of(request), cast_to=object))

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        client = await self._connect()
        parts = Accumulator()
        # The time-out must not be open across a `yield`: the time that the reader takes is not the model's.
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        async with self._sorted_errors(deadline):
            chunks = await self._open(client, request)
        try:
            while True:
                async with self._sorted_errors(deadline):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    break
                if text := parts.feed(chunk):
                    yield text
        finally:
            await chunks.close()
        if not parts.chunks:
            raise ModelUnavailable("the endpoint's answer is not a stream of chat completion chunks")
        yield parts.answer()

    def body_of(self, request: ModelRequest) -> dict[str, Any]:
        """The body of the request, without what streaming adds."""
        body: dict[str, Any] = {"model": self.model, "messages": messages_of(request), **self._extra_body}
        if request.tools:
            body["tools"] = [tool_of(spec, strict=self._strict) for spec in request.tools]
            if self._tool_choice and request.tool_choice != "auto":
                body["tool_choice"] = tool_choice_of(request.tool_choice)
            if self._parallel_tool_calls is not None:
                body["parallel_tool_calls"] = self._parallel_tool_calls
        return body

    async def _open(self, client: AsyncOpenAI, request: ModelRequest) -> Any:
        from openai import AsyncStream

        body = {**self.body_of(request), "stream": True}
        if self._stream_usage:
            body["stream_options"] = {"include_usage": True}
        return await client.post(
            _PATH, body=body, cast_to=object, stream=True, stream_cls=cast(Any, AsyncStream[object])
        )

    async def _connect(self) -> AsyncOpenAI:
        if self._client is None:
            openai = await asyncio.to_thread(_import_openai)
            if self._client is None:
                try:
                    self._client = openai.AsyncOpenAI(
                        # The package insists on a key, also towards a local server that wants none.
                        api_key=self._api_key if self._api_key or _key_in_environment() else "none",
                        base_url=self._base_url,
                        max_retries=0,
                        timeout=openai.Timeout(self._timeout_s, connect=self._connect_timeout_s),
                    )
                except openai.OpenAIError as error:
                    raise ModelUnavailable(str(error)) from error
        return self._client

    @asynccontextmanager
    async def _sorted_errors(self, deadline: float | None = None) -> AsyncIterator[None]:
        import openai

        when = deadline if deadline is not None else asyncio.get_running_loop().time() + self._timeout_s
        try:
            async with asyncio.timeout_at(when):
                yield
        except openai.APIStatusError as error:
            status = error.status_code
            sort = ModelUnavailable if status in _UNAVAILABLE or status >= 500 else ModelRejected
            raise sort(f"status {status}: {_short(error)}") from error
        except (TimeoutError, openai.APITimeoutError) as error:
            raise ModelUnavailable(f"no answer within {self._timeout_s:g} s") from error
        except (ModelUnavailable, ModelRejected):
            raise
        except Exception as error:
            # A connection that breaks in the middle, or rubbish instead of JSON, surfaces as an exception of whatever
            # HTTP library lies below.
            raise ModelUnavailable(f"{type(error).__name__}: {_short(error)}") from error


def _import_openai() -> Any:
    import openai

    return openai


def _key_in_environment() -> bool:
    import os

    return bool(os.environ.get("OPENAI_API_KEY"))


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
