"""What must not reach the next agent: some keys are dropped, some are replaced by [REDACTED], and private text in the
messages by its mark.

The filter of the handoff wins over the Runner's global one. A filter that fails lets nothing through.
"""

import asyncio
import os

from pydantic import BaseModel

from bot.agents import Agent, Model, Runner, RunResult, handoff
from bot.agents.filters import compose, drop_keys, redact_keys, redact_pii
from bot.agents.models.openai import OpenAIModel


class Refund(BaseModel):
    order: str
    ssn: str
    credit_card: str


async def main(model: Model) -> RunResult:
    archive = Agent("archive", model, "You file cases.")
    refunds = Agent("refunds", model, "You check refunds.", handoffs=[archive])
    desk = Agent(
        "desk",
        model,
        "Collect what refunds needs, then hand over.",
        handoffs=[
            handoff(
                refunds,
                input_type=Refund,
                input_filter=compose(drop_keys("ssn"), redact_keys("credit_card"), redact_pii),
            )
        ],
    )
    runner = Runner(handoff_input_filter=redact_pii)  # for every handoff without a filter of its own
    return await runner.run(desk, "Refund order 4829104726 to 4111 1111 1111 1111, receipt to jane@example.com.")


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
