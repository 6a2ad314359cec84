"""openai-agents: the same filter and hooks, no session unless a Redis is given; tracing off."""

# mypy: disable-error-code="import-not-found,misc"
from __future__ import annotations

import asyncio
from typing import Any

from bench.runtimes.contest import BILLING, LINE, THREAD_TURNS, TRIAGE, arguments, check, contest, imported, past


async def main() -> None:
    given = arguments(__doc__)
    import_s = imported("agents")
    from agents import Agent, OpenAIChatCompletionsModel, RunHooks, Runner, handoff, set_tracing_disabled
    from agents.extensions.handoff_filters import remove_all_tools
    from openai import AsyncOpenAI

    set_tracing_disabled(True)
    client = AsyncOpenAI(api_key="none", base_url=given.base_url, max_retries=0)
    model = OpenAIChatCompletionsModel("stub", client)
    before = past(given.turns)
    told = 0

    class Hooks(RunHooks[Any]):
        async def on_handoff(self, context: Any, from_agent: Any, to_agent: Any) -> None:
            nonlocal told
            told += 1

    def hook(_: Any) -> None:
        nonlocal told
        told += 1

    billing = Agent("billing", instructions=BILLING, model=model, handoff_description="Invoices and refunds")
    way: Any = billing if given.plain else handoff(billing, on_handoff=hook, input_filter=remove_all_tools)
    triage = Agent("triage", instructions=TRIAGE, model=model, handoffs=[way])
    hooks = None if given.plain else Hooks()

    async def hold(number: int) -> None:
        agent: Any = triage
        session: Any = None
        if given.redis:
            from agents.extensions.memory import RedisSession

            session = RedisSession(f"c{number}", redis_client=await connected(), key_prefix="bench")
        line: Any = [*before, {"role": "user", "content": LINE}]
        for _ in range(THREAD_TURNS if given.kind == "thread" else 1):
            if given.kind == "streamed":
                stream = Runner.run_streamed(agent, line, hooks=hooks, session=session)
                words = ""
                async for event in stream.stream_events():
                    if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                        words += event.data.delta
                check(words)
            else:
                result = await Runner.run(agent, line, hooks=hooks, session=session)
                check(result.final_output)
                said = {"role": "user", "content": LINE}
                agent, line = result.last_agent, [said] if session is not None else [*result.to_input_list(), said]

    redis: Any = None

    async def connected() -> Any:
        nonlocal redis
        if redis is None:
            from redis.asyncio import Redis

            redis = Redis.from_url(given.redis)
        return redis

    await contest(hold, given, "openai-agents", import_s)


if __name__ == "__main__":
    asyncio.run(main())
