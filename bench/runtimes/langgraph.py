"""langgraph-swarm on langchain's agents, with its state in memory; it has neither hooks nor filters at a handoff."""

# mypy: disable-error-code="import-not-found,misc"
from __future__ import annotations

import asyncio
from typing import Any

from bench.runtimes.contest import BILLING, LINE, THREAD_TURNS, TRIAGE, arguments, check, contest, imported, past


async def main() -> None:
    given = arguments(__doc__)
    import_s = imported("langgraph_swarm", "langchain.agents", "langchain_openai")
    from langchain.agents import create_agent
    from langchain_openai import ChatOpenAI
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph_swarm import create_handoff_tool, create_swarm

    model = ChatOpenAI(
        model="stub", base_url=given.base_url, api_key="none", max_retries=0, use_responses_api=False,
        streaming=given.kind == "streamed",
    )  # fmt: skip
    transfer = create_handoff_tool(agent_name="billing", description="Invoices and refunds")
    triage = create_agent(model, tools=[transfer], system_prompt=TRIAGE, name="triage")
    billing = create_agent(model, tools=[], system_prompt=BILLING, name="billing")
    saver = InMemorySaver()
    app: Any = create_swarm([triage, billing], default_active_agent="triage").compile(checkpointer=saver)
    before = past(given.turns)

    async def hold(number: int) -> None:
        thread = {"configurable": {"thread_id": str(number)}}
        line: list[Any] = [*before, {"role": "user", "content": LINE}]
        for _ in range(THREAD_TURNS if given.kind == "thread" else 1):
            if given.kind == "streamed":
                words = ""
                async for _space, (chunk, _about) in app.astream(
                    {"messages": line}, thread, stream_mode="messages", subgraphs=True
                ):
                    if chunk.type == "AIMessageChunk":
                        words += chunk.text
                check(words)
            else:
                state = await app.ainvoke({"messages": line}, thread)
                check(state["messages"][-1].text)
                line = [{"role": "user", "content": LINE}]
        saver.delete_thread(str(number))

    await contest(hold, given, "langgraph-swarm", import_s)


if __name__ == "__main__":
    asyncio.run(main())
