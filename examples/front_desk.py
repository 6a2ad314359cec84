"""A front desk and its specialists, in three ways.

`main`: targets with descriptions and a hook before the handoff, at most three agents in the chain. The desk could run
on a large model and the specialists on small ones: each agent has its own `model`.
`as_a_team`: the same people as a Team; its members can all hand over to each other, and `complete` ends the chain.
`around_in_circles`: two agents that hand over to each other for ever are stopped after five, and the fallback answers.
"""

import asyncio
import os

from bot.agents import Agent, HandoffConfig, HandoffTarget, Model, RunContext, RunResult, Team, TeamMode
from bot.agents.models.openai import OpenAIModel


async def main(model: Model, tracked: list[dict[str, str | None]] | None = None) -> RunResult:
    async def track(ctx: RunContext) -> None:
        if tracked is not None:
            tracked.append({"event": "agent_handoff", "run": ctx.run_id, "session": ctx.session_id})

    billing = Agent("billing", model, "You settle invoices and refunds.", handoff=HandoffConfig(targets=[]))
    technical = Agent("technical", model, "You repair what does not work.", handoff=HandoffConfig(targets=[]))
    front_desk = Agent(
        "front-desk",
        model,
        "You greet customers and find out what they need.",
        handoff=HandoffConfig(
            targets=[
                HandoffTarget(billing, "Invoices, payments and refunds", on_handoff=track),
                HandoffTarget(technical, "Errors, outages and set-up", on_handoff=track),
            ],
            max_handoffs=3,
            carry_messages=True,
            carry_session_state=True,
        ),
    )
    return await front_desk.run("I was charged twice this month.", session_id="s-1")


async def as_a_team(model: Model) -> RunResult:
    specialist = "When the issue is resolved, call complete with a summary."
    desk = Team(
        name="support",
        members=[
            Agent("receptionist", instructions="Route the customer; do not solve issues yourself."),
            Agent("billing", instructions=f"You settle invoices. {specialist}", handoff_description="Invoices"),
            Agent("technical", instructions=f"You repair things. {specialist}", handoff_description="Errors"),
        ],
        mode=TeamMode.HANDOFF,
        model=model,
        max_rounds=5,
    )
    return await desk.run("I was charged twice this month.")


async def around_in_circles(model: Model) -> RunResult:
    agent_a = Agent("agent-a", model, "You always pass on to agent-b.")
    agent_b = Agent("agent-b", model, "You always pass on to agent-a.")
    agent_a.handoff = HandoffConfig(targets=[agent_b], max_handoffs=5, detect_cycles=False)
    agent_b.handoff = HandoffConfig(targets=[agent_a], max_handoffs=5, detect_cycles=False)
    return await agent_a.run("Help me.")


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
