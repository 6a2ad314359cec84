"""The smallest triage bot: it answers what it can, and one tool, `handoff(target, reason)`, gives the rest to people.

The customer names a person, the model calls the tool, and the program gets
{"success": true, "message": "Conversation handed off to Swapnil"}.
"""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from bot.agents import Agent, Model, PersonTarget, Runner, TeamTarget, handoff_result
from bot.agents.models.openai import OpenAIModel

INSTRUCTIONS = """You are a support triage bot.
- Answer simple, general questions yourself, in one or two sentences.
- When the customer asks for a person, or for a colleague by name: call handoff with that target and the reason.
- When you do not know, or have failed to help twice: call handoff with the support team.
- Never promise to pass somebody on without calling handoff."""


async def main(model: Model) -> Mapping[str, Any]:
    swapnil = PersonTarget("Swapnil", "Billing questions")
    support = TeamTarget("support-team", "Everything that needs a person")
    triage = Agent("Handoff Agent", model, INSTRUCTIONS, handoffs=[swapnil, support], handoff_tool="single")

    result = await Runner.run(
        triage, {"messages": [{"role": "user", "content": "I need to speak with Swapnil about my billing issue"}]}
    )
    return handoff_result(result)


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))))
