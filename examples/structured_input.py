"""The model fills in a form as it hands over. The form is checked, given to the hook, and goes along with the handoff,
so that the receiver does not ask again."""

import asyncio
import os
from typing import Literal

from pydantic import BaseModel

from bot.agents import Agent, Model, RunContext, Runner, RunResult, handoff
from bot.agents.models.openai import OpenAIModel


class Escalation(BaseModel):
    issue: str
    customer_id: str
    priority: Literal["low", "medium", "high"]
    notes: str | None = None


async def main(model: Model, metrics: list[str] | None = None) -> RunResult:
    def count(ctx: RunContext, escalation: Escalation) -> None:
        if metrics is not None:
            metrics.append(f"{ctx.agent.name}: {escalation.priority}")

    escalations = Agent("escalations", model, "You own urgent cases.")
    desk = Agent(
        "desk",
        model,
        "Hand urgent cases over.",
        handoffs=[
            handoff(
                escalations,
                tool_name_override="escalate",
                tool_description_override="For cases that cannot wait until tomorrow",
                on_handoff=count,
                input_type=Escalation,
            )
        ],
    )
    return await Runner.run(desk, "Production is down, customer 42 here!")


if __name__ == "__main__":
    print(asyncio.run(main(OpenAIModel(os.environ.get("BATON_MODEL", "gpt-4o-mini")))).text)
