"""Triage looks things up before it hands over; billing gets the conversation without those tool calls.

A filter shapes what the next agent reads and nothing else: `result.new_items` still has every call.
"""

import asyncio
import os

from bot.agents import Agent, Model, Runner, RunResult, function_tool, handoff
from bot.agents.filters import remove_all_tools
from bot.agents.models.openai import OpenAIModel


@function_tool
def find_account(email: str) -> dict[str, str]:
    """Find the account of a customer."""
    return {"account": "A-1001", "email": email, "plan": "team"}


async def main(model: Model) -> RunResult:
    billing = Agent(
        "billing",
        model,
        "You settle questions about invoices.",
        handoff_description="Invoices, refunds, payment methods",
    )
    accounts = Agent(
        "account management", model, "You change plans and seats.", handoff_description="Plans, seats, cancellation"
    )
    triage = Agent(
        "triage",
        model,
        "Find the customer's account, then hand over to the right specialist.",
        tools=[find_account],
        handoffs=[handoff(billing, input_filter=remove_all_tools), accounts],
    )
    return await Runner.run(triage, "I am jane@example.com and my last invoice is wrong.")


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
