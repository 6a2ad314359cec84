"""What a language model is told of the desk and reads of a long conversation; and where it goes another way than the
examples would."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
from structlog.testing import capture_logs

from bot.agent_prompt import EARLIER_CHARS, MESSAGES_KEPT
from bot.agent_runtime import Runtime
from bot.config_file import load
from handlers.values import RunRequest
from routing.conversation import Actor, Conversation, HeldByAgent, Run
from routing.effects import Line
from routing.events import AgentHandedOff, AgentReplied
from routing.policy import Policy
from tests.fakes.model import FakeModel, call, text

pytestmark = pytest.mark.anyio

CONFIG = """\
version: 1
defaults: {{agent: triage, team: general, model: scripted}}
agents:
  triage: {{instructions: Be brief., handoff_tool: {tool}, handoffs: [helper, team:general, team:billing]}}
  helper: {{handoff_description: Helps, instructions: You help., handoffs: [team:billing]}}
people: {{ana: {{name: Ana}}}}
teams: {{general: {{members: [ana]}}, billing: {{members: [ana]}}, office: {{members: [ana]}}}}
routes:
  - {{name: refunds, description: Charges and refunds, to: team:billing, when: {{topic: refunds}},
     examples: [I was charged twice, refund please, my money back, a fourth one]}}
  - {{name: keys, description: Lost keys, examples: [I lost my key], to: team:office, when: {{topic: keys}}}}
  - {{name: default, to: team:general}}
answers:
  - {{name: invoices, examples: [where is my invoice], text: They are under Account., source: "https://example.com/i"}}
"""


class Journal:
    """A run journal of one attempt."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    async def recorded(self) -> list[dict[str, Any]]:
        return list(self.entries)

    async def append(self, entry: Any) -> None:
        self.entries.append(dict(entry))

    async def begin(self, call_id: str) -> Literal["begun", "again", "refused"]:
        return "begun"


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[Any]:
    """Ask an agent about these lines; the report, and what the model was sent."""
    with FakeModel() as fake:
        runtime = Runtime(base_url=fake.base_url, api_key="x")

        async def ask(step: Any, *said: tuple[str, str], agent: str = "triage", tool: str = "per_target") -> Any:
            fake.script(step)
            (tmp_path / "config.yaml").write_text(CONFIG.format(tool=tool))
            report = await runtime.run(request_of(load(tmp_path / "config.yaml", {}), said, agent), Journal())
            assert len(fake.requests) == 1, "one call of the model for one turn"
            return report, fake.requests[0]

        yield ask
        await runtime.aclose()


def request_of(policy: Policy, said: tuple[tuple[str, str], ...], agent: str) -> RunRequest:
    lines, seq = [], 0
    for n, (who, words) in enumerate(said, 1):
        seq += who == "customer"
        author = Actor("customer", "mia") if who == "customer" else Actor(who, agent)  # type: ignore[arg-type]
        lines.append(Line(n, author, words, "public", n, seq if who == "customer" else None))
    conversation = Conversation(
        "c-1", "console", "T1", "mia", 5, HeldByAgent(agent), 1, policy.version, seq=seq, need=said[-1][1],
        run=Run(turn=1, agent=agent, upto=seq, epoch=1, started_ms=5),
    )  # fmt: skip
    return RunRequest(conversation, tuple(lines), policy, people_allowed=True)


def system_of(request: dict[str, Any]) -> str:
    return "\n".join(one["content"] for one in request["messages"] if one["role"] in ("system", "developer"))


def spoken(request: dict[str, Any]) -> list[str]:
    return [one["content"] for one in request["messages"] if one["role"] in ("user", "assistant")]


async def test_the_prompt_holds_the_routes_with_their_tools_and_the_answers_with_their_source(asked: Any) -> None:
    """TRIAGE, fallback parity: from the same configuration as the embedded model."""
    _, request = await asked(text("Hello."), ("customer", "hello"))

    said = system_of(request)
    assert said.startswith("Be brief.")
    assert (
        '- Charges and refunds: "I was charged twice", "refund please", "my money back" -> transfer_to_billing' in said
    )
    assert '- invoices: "where is my invoice" -> "They are under Account." (source: https://example.com/i)' in said
    assert "Never say that you transfer" in said
    assert "Lost keys" not in said, "it may not hand over to the office"


async def test_a_single_tool_is_named_with_its_target(asked: Any) -> None:
    _, request = await asked(text("Hello."), ("customer", "hello"), tool="single")

    assert '-> handoff with "billing"' in system_of(request)
    [tool] = [one["function"] for one in request["tools"] if one["function"]["name"] == "handoff"]
    assert "billing" in tool["parameters"]["properties"]["target"]["enum"]


async def test_of_two_hundred_turns_triage_reads_the_newest_whole_and_the_others_in_a_few_lines(asked: Any) -> None:
    """RUNTIME 16: routing does not decay with length, and the size of a request does not grow with it."""
    newest = "and the newest line is long: " + "very " * 3_000 + "long"
    long: list[tuple[str, str]] = []
    for number in range(200):
        long += [("customer", f"question {number} " + "x" * 4_000), ("agent", f"answer {number} " + "y" * 4_000)]
    report, request = await asked(text("Well."), *long, ("customer", "first of two"), ("customer", newest))

    assert isinstance(report, AgentReplied)
    assert spoken(request)[-2:] == ["mia: first of two", f"mia: {newest}"]
    assert len(spoken(request)) == MESSAGES_KEPT
    assert len(json.dumps(request["messages"])) < len(newest) + MESSAGES_KEPT * (EARLIER_CHARS + 200) + 4_000
    said = system_of(request)
    assert "Before what you read there were 382 messages." in said
    assert 'The customer began with: "question 0 xxx' in said
    assert 'The last answer of an agent among them: "answer 190 yyy' in said


async def test_whoever_is_handed_to_reads_everything(asked: Any) -> None:
    """R12: only who routes reads less."""
    long = [(who, f"{who} {number}") for number in range(40) for who in ("customer", "agent")]
    _, request = await asked(text("Well."), *long, ("customer", "now"), agent="helper")

    assert len(spoken(request)) == 81


async def test_where_a_model_goes_another_way_than_the_examples_surely_would_is_written_down(asked: Any) -> None:
    """RUNTIME 16: routing quality as data. The model's choice stands."""
    with capture_logs() as logs:
        report, _ = await asked(call("transfer_to_general", reason="x"), ("customer", "I was charged twice"))

    assert isinstance(report, AgentHandedOff)
    assert str(report.to) == "team:general"
    [noted] = [one for one in logs if one["event"] == "triage.disagreed"]
    assert (noted["to"], noted["route"], noted["agent"]) == ("team:general", "refunds", "triage")
    assert noted["p"] >= 0.9


@pytest.mark.parametrize("words, tool", [("I was charged twice", "billing"), ("good day to you", "general")])
async def test_nothing_is_written_down_where_they_agree_or_the_examples_say_nothing(
    asked: Any, words: str, tool: str
) -> None:
    with capture_logs() as logs:
        await asked(call(f"transfer_to_{tool}", reason="x"), ("customer", words))

    assert [one for one in logs if one["event"] == "triage.disagreed"] == []
