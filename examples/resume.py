"""The conversation goes on with whoever held it last: after a run that stopped at the handoff, from a state that was
stored as JSON, and by the id of a session."""

import asyncio
import json
import os

from bot.agents import Agent, MemorySessions, Model, Runner, RunResult, RunState
from bot.agents.models.openai import OpenAIModel


def agents(model: Model) -> tuple[Agent, Agent]:
    billing = Agent("billing", model, "You settle invoices.")
    return Agent("triage", model, "You route customers.", handoffs=[billing]), billing


async def main(model: Model) -> RunResult:
    triage, billing = agents(model)
    first = await Runner.run(triage, "I was charged twice.", on_handoff="return", context={"customer": "42"})
    assert first.final_output is billing

    stored = json.dumps(first.state.to_dict())
    state = RunState.from_dict(json.loads(stored), agents=[triage, billing])
    return await Runner.run(
        first.final_output, "It was invoice 7.", state=state, context=first.state.run_context.context
    )


async def by_session(model: Model) -> RunResult:
    triage, _ = agents(model)
    runner = Runner(sessions=MemorySessions())
    await runner.run(triage, "I was charged twice.", session_id="s-1")
    return await runner.run(triage, "It was invoice 7.", session_id="s-1")


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
