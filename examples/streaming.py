"""One stream of words, across the handoff. The handoff is told before the first word of the next agent."""

import asyncio
import os

from bot.agents import Agent, HandoffEvent, Model, Runner, TextDelta
from bot.agents.models.openai import OpenAIModel


async def main(model: Model) -> list[str]:
    enterprise = Agent("enterprise_sales", model, "You sell to companies.", handoff_description="More than 50 seats")
    sales = Agent("sales_team", model, "You sell plans.", handoffs=[enterprise], handoff_description="Prices, plans")
    front = Agent("front_desk", model, "You greet and route customers.", handoffs=[sales])

    shown: list[str] = []
    async for event in Runner.stream(front, {"messages": [{"role": "user", "content": "A quote for 500 seats?"}]}):
        match event:
            case TextDelta():
                shown.append(event.delta)
            case HandoffEvent():
                shown.append(f"[{event.from_agent} -> {event.to}] ")
    return shown


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))))
