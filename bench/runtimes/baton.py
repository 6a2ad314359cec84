"""Ours: with a filter, a hook and a subscriber at the handoff, and the run written down."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from bench.runtimes.contest import (
    AT_ONCE,
    BILLING,
    LINE,
    THREAD_TURNS,
    TRIAGE,
    arguments,
    check,
    contest,
    imported,
    past,
)


async def main() -> None:
    given = arguments(__doc__)
    import_s = imported("openai", "bot.agents")
    from bot.agents import Agent, EventBus, Journal, Runner, RunState, TextDelta, handoff, remove_all_tools
    from bot.agents.models.openai import OpenAIModel

    model = OpenAIModel("stub", base_url=given.base_url, api_key="none")
    before = past(given.turns)
    told = 0

    def hear(_: Any) -> None:
        nonlocal told
        told += 1

    def hook(_: Any) -> None:
        hear(None)

    billing = Agent("billing", model, BILLING, handoff_description="Invoices and refunds", can_complete=False)
    bus = EventBus()
    if given.plain:
        runner = Runner()
        triage = Agent("triage", model, TRIAGE, handoffs=[billing], can_complete=False)
    else:
        bus.subscribe("*", hear)
        runner = Runner(hooks=bus)
        way = handoff(billing, on_handoff=hook, input_filter=remove_all_tools)
        triage = Agent("triage", model, TRIAGE, handoffs=[way], can_complete=False)
    journals: list[Journal] = []

    async def hold(number: int) -> None:
        line: list[Any] = [*before, {"role": "user", "content": LINE}]
        state: RunState | None = None
        for _ in range(THREAD_TURNS if given.kind == "thread" else 1):
            journal = journals.pop() if journals else None
            if given.kind == "streamed":
                words = ""
                async with runner.stream(triage, line, state=state, journal=journal) as run:
                    async for event in run:
                        if isinstance(event, TextDelta):
                            words += event.delta
                check(words)
            else:
                result = await runner.run(triage, line, state=state, journal=journal)
                check(result.text)
                state, line = result.state, [{"role": "user", "content": LINE}]

    async with AsyncExitStack() as stack:
        if given.redis:
            from bench.runtimes.journals import engine_journals

            journals += await stack.enter_async_context(
                engine_journals(given.redis, AT_ONCE + given.rounds * given.conversations)
            )
        await contest(hold, given, "", import_s)
    await model.aclose()


if __name__ == "__main__":
    asyncio.run(main())
