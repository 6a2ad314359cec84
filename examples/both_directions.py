"""A specialist that hands back: named later, because both need each other, or by `output_type="handoffs"`, which offers
whoever handed over as a target by itself."""

import asyncio
import os

from bot.agents import Agent, Model, Runner, RunResult
from bot.agents.models.openai import OpenAIModel


async def main(model: Model) -> RunResult:
    router = Agent("router", model, "You route customers.")
    specialist = Agent("specialist", model, "You know about shipping only; hand everything else back.")
    router.handoffs = [specialist]
    specialist.handoffs = [router]
    return await Runner.run(router, "Where is my parcel? And what are your opening hours?", detect_cycles=False)


async def by_output_type(model: Model) -> RunResult:
    specialist = Agent("specialist", model, "You know about shipping only.", output_type="handoffs")
    router = Agent("router", model, "You route customers.", handoffs=[specialist])
    return await Runner.run(router, "Where is my parcel? And what are your opening hours?", detect_cycles=False)


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
