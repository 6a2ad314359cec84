"""An agent as a tool: the parent keeps the conversation and asks another agent for a part of the work.

|                  | handoff                               | agent as a tool                              |
|------------------|---------------------------------------|----------------------------------------------|
| control          | moves to the target                   | stays with the parent                        |
| context          | the whole conversation, or a filtered view of it | only the text of the call         |
| result           | the target answers the customer       | the answer goes to the parent                |
| tokens           | good: one agent reads the history     | better: the sub-agent reads a few lines only |
| use it for       | routing to whoever should own the case | subtasks: look up, translate, compare, sum up |
"""

import asyncio
import os

from bot.agents import Agent, Model, Runner, RunResult
from bot.agents.models.openai import OpenAIModel


async def main(model: Model) -> RunResult:
    translator = Agent("translator", model, "You translate into French. Answer with the translation only.")
    researcher = Agent("researcher", model, "You find the facts in one sentence.")
    writer = Agent(
        "writer",
        model,
        "You answer customers. Get facts first, then the translation.",
        tools=[
            researcher.as_tool(name="research", description="Find out a fact about our products"),
            translator.as_tool(name="translate", description="Translate a text into French"),
        ],
    )
    return await Runner.run(writer, "Répondez en français: how long is the warranty?")


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
