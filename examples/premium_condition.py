"""A handoff that only some customers have: `is_enabled` is asked before every model call and again when the tool is
called."""

import asyncio
import os
from dataclasses import dataclass

from bot.agents import Agent, Model, RunContext, Runner, RunResult, handoff
from bot.agents.models.openai import OpenAIModel


@dataclass
class Customer:
    name: str
    customer_tier: str


def is_premium(ctx: RunContext[Customer], agent: Agent) -> bool:
    return ctx.context.customer_tier == "premium"


async def main(model: Model, tier: str = "premium") -> RunResult:
    premium = Agent("premium support", model, "You take all the time that is needed.")
    standard = Agent("standard support", model, "You answer from the help pages.")
    router = Agent(
        "router", model, "Hand over to support.", handoffs=[handoff(premium, is_enabled=is_premium), standard]
    )
    return await Runner.run(router, "My export is empty.", context=Customer("Jane", tier))


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
