"""Two agents that know each other. The second is defined after the first names it; the limits stop a loop."""

import asyncio
import os

from bot.agents import Agent, Model, Runner, RunResult
from bot.agents.models.openai import OpenAIModel


async def main(model: Model) -> RunResult:
    sales = Agent("sales", model, "You sell plans.", handoff_description="Prices, plans, upgrades")
    billing = Agent(
        "billing", model, "You settle invoices.", handoffs=[sales], handoff_description="Invoices and refunds"
    )
    sales.handoffs = [billing]
    return await Runner.run(sales, "I want to upgrade, but my last invoice is wrong.", max_handoffs=4, max_turns=10)


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
