"""Three levels: MainRouter -> TechSupport -> HardwareExpert.

Each level is one more model call before the customer hears something. With four or more, let one agent ask the others
as tools instead (agent_as_tool.py).
"""

import asyncio
import os

from bot.agents import Agent, Model, Runner, RunResult
from bot.agents.models.openai import OpenAIModel


async def main(model: Model) -> RunResult:
    hardware = Agent("HardwareExpert", model, "You repair devices.", handoff_description="Broken or noisy hardware")
    tech = Agent(
        "TechSupport",
        model,
        "You find out what is broken.",
        handoffs=[hardware],
        handoff_description="Technical problems",
    )
    router = Agent("MainRouter", model, "You route customers.", handoffs=[tech])
    return await Runner.run(router, "My laptop makes a grinding noise.")


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
