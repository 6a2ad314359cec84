"""What the specialist would otherwise find out again: who the customer is and which plan they have."""

import asyncio
import os
from collections.abc import Sequence

from bot.agents import Agent, Item, Model, Runner, RunResult, handoff
from bot.agents.models.openai import OpenAIModel


async def account_of(items: Sequence[Item]) -> dict[str, str]:
    """In life: a look-up by what the customer has said so far."""
    return {"additional_instructions": f"Account A-1001, plan Team. {len(items)} messages so far."}


async def main(model: Model) -> RunResult:
    billing = Agent("billing", model, "You settle invoices.")
    triage = Agent(
        "triage",
        model,
        "You route customers.",
        handoffs=[
            handoff(billing, tool_description_override="Invoices and refunds", context_provider=account_of),
        ],
    )
    return await Runner.run(triage, "My invoice is wrong.")


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
