"""Every example does what it says, against a scripted model. The test of `examples/x.py` is `test_x`, or begins so."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.agents import PersonTarget
from bot.agents.models.openai import OpenAIModel
from tests.fakes.model import FakeModel, call, calls, text

pytestmark = pytest.mark.anyio

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py"))


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def tools_of(request: dict[str, Any]) -> list[str]:
    return [tool["function"]["name"] for tool in request.get("tools", ())]


def said_to(request: dict[str, Any]) -> str:
    return "\n".join(str(message) for message in request["messages"])


@pytest.mark.parametrize("name", NAMES)
def test_every_example_has_a_test_a_place_in_the_index_and_a_way_to_be_run(name: str) -> None:
    tests = [test for test in globals() if test == f"test_{name}" or test.startswith(f"test_{name}_")]
    source = (EXAMPLES / f"{name}.py").read_text()

    assert tests, f"examples/{name}.py has no test"
    assert f"[{name}.py]({name}.py)" in (EXAMPLES / "README.md").read_text()
    assert 'if __name__ == "__main__":' in source
    assert "BATON_MODEL" in source


def test_good_practice_names_what_makes_it_real() -> None:
    """M6, M27, A12, A17, A24, A25, A26, A27: each line of advice names an example that is there, or a check."""
    text = (EXAMPLES / "README.md").read_text()
    advice = re.split(r"\n- ", text[text.index("## Good practice") :])[1:]

    assert len(advice) == 8
    for line in advice:
        named = re.findall(r"`(\w+)\.py`", line)
        assert named, line
        assert set(named) <= set(NAMES), line


async def test_swapnil_triage(fake: FakeModel, model: OpenAIModel) -> None:
    """M1, M2, M3, M7, M8, M9, M10, M11, M14, M15, M23, M26: the target is in the customer's words."""
    fake.script(call("handoff", target="Swapnil", reason="billing issue"))

    answer = await example("swapnil_triage").main(model)

    assert answer == {"success": True, "message": "Conversation handed off to Swapnil"}
    offered = fake.requests[0]["tools"][0]["function"]
    assert offered["name"] == "handoff"
    assert offered["parameters"]["required"] == ["target", "reason"]
    assert offered["parameters"]["properties"]["target"]["enum"] == [PersonTarget("Swapnil").name, "support-team"]


async def test_swapnil_triage_answers_what_is_general(fake: FakeModel, model: OpenAIModel) -> None:
    """A12."""
    fake.script(text("Invoices are under Account."))

    answer = await example("swapnil_triage").main(model)

    assert answer == {"success": False, "message": "Invoices are under Account."}


async def test_billing_triage_with_filter(fake: FakeModel, model: OpenAIModel) -> None:
    """H1, H8, H9, H10: billing sees no tools, and the result still has them."""
    fake.script(
        call("find_account", email="jane@example.com"),
        call("transfer_to_billing", reason="a wrong invoice"),
        text("I have corrected it."),
    )

    result = await example("billing_triage_with_filter").main(model)

    assert (result.text, result.handoff_chain) == ("I have corrected it.", ["triage", "billing"])
    assert [message["role"] for message in fake.requests[2]["messages"]] == ["system", "user"]
    assert [type(item).__name__ for item in result.new_items] == [
        *("ToolCall", "ToolOutput", "HandoffCall", "HandoffOutput", "AssistantMessage")
    ]


async def test_front_desk(fake: FakeModel, model: OpenAIModel) -> None:
    """R1-R9, R12, R20, R25, R26: targets with descriptions, and a hook that knows the run and the session."""
    tracked: list[dict[str, str | None]] = []
    fake.script(call("transfer_to_billing", reason="charged twice"), text("Refunded."))

    result = await example("front_desk").main(model, tracked)

    assert (result.text, result.handoff_chain) == ("Refunded.", ["front-desk", "billing"])
    assert tracked == [{"event": "agent_handoff", "run": result.state.run_context.run_id, "session": "s-1"}]
    assert "Invoices, payments and refunds" in fake.requests[0]["tools"][0]["function"]["description"]
    assert tools_of(fake.requests[1]) == ["complete"]


async def test_front_desk_as_a_team(fake: FakeModel, model: OpenAIModel) -> None:
    """R14-R20, R27, R28."""
    fake.script(
        call("transfer_to_billing", reason="charged twice"),
        calls(call("complete", summary="One charge was refunded."), words="It is refunded."),
    )

    result = await example("front_desk").as_a_team(model)

    assert (result.status, result.text, result.summary) == ("complete", "It is refunded.", "One charge was refunded.")
    assert result.handoff_chain == ["receptionist", "billing"]


async def test_front_desk_around_in_circles(fake: FakeModel, model: OpenAIModel) -> None:
    """R23, R24, X6: five agents, four transfers, then the fallback."""
    fake.script(*(call(f"transfer_to_agent_{name}", reason="not mine") for name in "babab"))

    result = await example("front_desk").around_in_circles(model)

    assert result.handoff_chain == ["agent-a", "agent-b", "agent-a", "agent-b", "agent-a"]
    assert (result.status, result.reason) == ("fallback", "hop_limit")


@pytest.mark.parametrize(
    "tier, offered",
    [("premium", ["transfer_to_premium_support", "transfer_to_standard_support"]),
     ("basic", ["transfer_to_standard_support"])],
)  # fmt: skip
async def test_premium_condition(fake: FakeModel, model: OpenAIModel, tier: str, offered: list[str]) -> None:
    """D7, D8."""
    fake.script(call(offered[0], reason="an empty export"), text("It is mended."))

    result = await example("premium_condition").main(model, tier)

    assert tools_of(fake.requests[0]) == [*offered, "complete"]
    assert result.text == "It is mended."


async def test_redaction(fake: FakeModel, model: OpenAIModel) -> None:
    """D9, D11, D12, D24, D25: nothing private is in what the next agents are sent."""
    secret = {"ssn": "123-45-6789", "credit_card": "4111 1111 1111 1111"}
    fake.script(
        call("transfer_to_refunds", reason="a refund", order="4829104726", **secret),
        call("transfer_to_archive", reason="settled"),
        text("Filed."),
    )

    result = await example("redaction").main(model)

    assert result.handoff_chain == ["desk", "refunds", "archive"]
    for request in fake.requests[1:]:
        seen = said_to(request)
        for private in (*secret.values(), "jane@example.com"):
            assert private not in seen
        assert "4829104726" in seen
    assert "ssn" not in said_to(fake.requests[1])
    assert "[REDACTED]" in said_to(fake.requests[1])
    assert "[card]" in said_to(fake.requests[1])


async def test_three_levels(fake: FakeModel, model: OpenAIModel) -> None:
    """D22, A22, A23, A27."""
    fake.script(
        call("transfer_to_TechSupport", reason="a technical problem"),
        call("transfer_to_HardwareExpert", reason="a noise"),
        text("The fan is worn."),
    )

    result = await example("three_levels").main(model)

    assert result.handoff_chain == ["MainRouter", "TechSupport", "HardwareExpert"]
    assert (result.text, result.last_agent.name) == ("The fan is worn.", "HardwareExpert")


async def test_structured_input(fake: FakeModel, model: OpenAIModel) -> None:
    """D2-D5, D23, X8: what does not fit is repaired, what fits reaches the hook and the record."""
    metrics: list[str] = []
    given = {"reason": "production is down", "issue": "down", "customer_id": "42", "notes": None}
    fake.script(
        call("escalate", **given, priority="extreme"), call("escalate", **given, priority="high"), text("On it.")
    )

    result = await example("structured_input").main(model, metrics)

    assert metrics == ["desk: high"]
    assert result.handoffs[0].input is not None
    assert result.handoffs[0].input["customer_id"] == "42"
    assert result.text == "On it."


@pytest.mark.parametrize("way", ["main", "by_output_type"])
async def test_both_directions(fake: FakeModel, model: OpenAIModel, way: str) -> None:
    """D29, D30, X10."""
    fake.script(
        call("transfer_to_specialist", reason="a parcel"),
        call("transfer_to_router", reason="opening hours"),
        text("We are open from nine to five."),
    )

    result = await getattr(example("both_directions"), way)(model)

    assert result.handoff_chain == ["router", "specialist", "router"]
    assert result.text == "We are open from nine to five."


async def test_resume(fake: FakeModel, model: OpenAIModel) -> None:
    """D20, D21, D26, D28, A6, A7: the target is run next, with the whole history and the same context."""
    fake.script(call("transfer_to_billing", reason="charged twice"), text("Invoice 7 is settled."))

    result = await example("resume").main(model)

    assert (result.text, result.last_agent.name) == ("Invoice 7 is settled.", "billing")
    assert result.state.run_context.context == {"customer": "42"}
    assert "I was charged twice." in said_to(fake.requests[1])


async def test_resume_by_session(fake: FakeModel, model: OpenAIModel) -> None:
    fake.script(
        call("transfer_to_billing", reason="charged twice"), text("Which invoice?"), text("Invoice 7 is settled.")
    )

    result = await example("resume").by_session(model)

    assert (result.text, result.last_agent.name) == ("Invoice 7 is settled.", "billing")
    assert fake.requests[2]["messages"][0]["content"] == "You settle invoices."


async def test_sales_billing(fake: FakeModel, model: OpenAIModel) -> None:
    """A3, A13, A15, A16: a circle, by reference to an agent that is defined later."""
    fake.script(
        call("transfer_to_billing", reason="a wrong invoice"), text("The invoice is right now; which plan do you want?")
    )

    result = await example("sales_billing").main(model)

    assert result.handoff_chain == ["sales", "billing"]
    assert tools_of(fake.requests[1]) == ["transfer_to_sales", "complete"]


async def test_context_provider(fake: FakeModel, model: OpenAIModel) -> None:
    """A13, A14, A26."""
    fake.script(call("transfer_to_billing", reason="a wrong invoice"), text("Corrected."))

    await example("context_provider").main(model)

    system = fake.requests[1]["messages"][0]["content"]
    assert system.startswith("You settle invoices.")
    assert "Account A-1001, plan Team." in system


async def test_streaming(fake: FakeModel, model: OpenAIModel) -> None:
    """A5, A10, A19, A20, A21, A22."""
    fake.script(
        calls(call("transfer_to_sales_team", reason="a quote"), words="Good morning."),
        call("transfer_to_enterprise_sales", reason="500 seats"),
        text("Gladly. It is 4,000 a month."),
    )

    shown = await example("streaming").main(model)

    assert "".join(shown) == (
        "Good morning.[front_desk -> sales_team] [sales_team -> enterprise_sales] Gladly. It is 4,000 a month."
    )


async def test_agent_as_tool(fake: FakeModel, model: OpenAIModel) -> None:
    """A17, A18: the parent asks two agents and keeps the conversation."""
    fake.script(
        call("research", input="How long is the warranty?"),
        text("Two years."),
        call("translate", input="Two years."),
        text("Deux ans."),
        text("La garantie est de deux ans."),
    )

    module = example("agent_as_tool")
    result = await module.main(model)

    assert (result.text, result.handoff_chain) == ("La garantie est de deux ans.", ["writer"])
    assert len(fake.requests[1]["messages"]) == 2
    assert all(word in str(module.__doc__) for word in ("control", "context", "result", "tokens", "use it for"))


async def test_an_example_runs_from_the_command_line(fake: FakeModel) -> None:
    """M6, M21, M23: a key or an endpoint, the name of a model, and one command."""
    fake.script(call("handoff", target="Swapnil", reason="billing issue"))
    script = await asyncio.create_subprocess_exec(
        sys.executable,
        EXAMPLES / "swapnil_triage.py",
        env={**os.environ, "OPENAI_BASE_URL": fake.base_url, "OPENAI_API_KEY": "for-tests", "BATON_MODEL": "tiny"},
        stdout=asyncio.subprocess.PIPE,
    )

    printed, _ = await script.communicate()

    assert script.returncode == 0
    assert ast.literal_eval(printed.decode()) == {"success": True, "message": "Conversation handed off to Swapnil"}
    assert fake.requests[0]["model"] == "tiny"
