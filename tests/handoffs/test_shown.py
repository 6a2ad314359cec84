"""Advice and scaffolding: the page, the example or the check that makes it real is there and true."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.agents import Agent, Budget, Runner
from bot.agents.models.openai import OpenAIModel
from tests.config.config_texts import checked, lines
from tests.fakes.model import FakeModel, call, text
from tests.handoffs.asked import told

pytestmark = pytest.mark.anyio

BATON = Path(sys.executable).parent / "baton"
ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "agents.md").read_text()
PEOPLE = "people: {ana: {name: Ana}}\nteams: {general: {members: [ana]}}\n"


def section(heading: str) -> str:
    """The text below that heading of the guide, up to the next one."""
    return GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def warnings(agents: str) -> str:
    return "\n".join(lines(checked(agents + PEOPLE)))


def example(name: str) -> str:
    return (ROOT / "examples" / f"{name}.py").read_text()


def test_the_guide_says_what_is_needed_first() -> None:
    """M6: every variable that it names is known, and so is every key."""
    needed = section("Before you begin")
    known = (ROOT / ".env.example").read_text()

    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        assert f"`{name}`" in needed
        assert name in known
    for key in ("people", "teams"):
        assert f"`{key}`" in needed
        assert f"\n{key}:" in (ROOT / "config.yaml").read_text()


def test_the_guide_says_how_to_run_it() -> None:
    """M21: by targets of make that are there."""
    targets = re.findall(r"`make (\w+)", section("Run it"))

    assert targets == ["run", "run", "clean"]
    assert all(f"\n{target}:" in (ROOT / "Makefile").read_text() for target in targets)
    assert "PORT ?= 8080" in (ROOT / "Makefile").read_text()


def test_the_guide_says_how_to_deploy_it(tmp_path: Path) -> None:
    """M24: with options of the command, paths that are served, and variables without which it does not start."""
    words = section("Deploy it")
    environment = {key: value for key, value in os.environ.items() if key != "REDIS_URL"}

    described = subprocess.run([BATON, "serve", "--help"], capture_output=True, text=True).stdout
    refused = subprocess.run([BATON, "serve"], cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert all(option in described for option in set(re.findall(r"--\w+", words)))
    assert "REDIS_URL" in refused.stderr + refused.stdout
    served = (ROOT / "bot" / "web" / "operations.py").read_text()
    assert all(f'"{path}"' in served for path in ("/healthz", "/readyz", "/metrics") if f"`{path}`" in words)


def test_the_guide_says_what_to_enter_in_the_chat_products_dashboard() -> None:
    """M25: the public address stands in the manifest that one pastes there."""
    words = section("The chat product's dashboard")
    url = "https://desk.example.com"

    manifest = subprocess.run([BATON, "slack", "manifest", "--url", url], capture_output=True, text=True).stdout

    assert f"`baton slack manifest --url {url}`" in words
    assert url in manifest
    assert "`defaults.agent`" in words


def test_an_agent_that_does_not_escalate_has_a_checklist() -> None:
    """M27: and where nobody can be reached at all, the check says so."""
    found = warnings("agents: {one: {instructions: hi}}\ntriggers: []\n")

    assert len(re.findall(r"^\d\. ", section("When it does not escalate"), re.MULTILINE)) == 5
    assert "error[human-never-reachable]" in found
    for named in re.findall(r"`(asks_for_human|failed_answers|agent_turns)`", section("When it does not escalate")):
        assert f"- {named}:" in (ROOT / "config.yaml").read_text()


def test_triage_answers_what_is_general() -> None:
    """A12"""
    assert "Answer simple, general questions yourself" in example("swapnil_triage")


def test_a_table_says_when_to_hand_over_and_when_to_ask() -> None:
    """A17"""
    rows = re.findall(r"^\| (\w[\w ]*?) +\|", example("agent_as_tool"), re.MULTILINE)

    assert rows == ["control", "context", "result", "tokens", "use it for"]


async def test_triage_may_have_a_cheap_model_and_a_budget_changes_to_it(fake: FakeModel) -> None:
    """A24"""
    large = OpenAIModel("large", base_url=fake.base_url, api_key="for-tests")
    small = OpenAIModel("small", base_url=fake.base_url, api_key="for-tests")
    expert = Agent("expert", [large, small], budget=Budget(model_calls=5))
    fake.otherwise(text("Hello."))

    state = None
    for _ in range(5):
        state = (await Runner.run(expert, "hi", state=state)).state
    for one in (large, small):
        await one.aclose()

    assert "from 80 % on" in section("Good practice")
    assert [request["model"] for request in fake.requests] == ["large"] * 4 + ["small"]


def test_a_target_without_a_description_is_noticed() -> None:
    """A25"""
    found = warnings("agents:\n  one: {instructions: a, handoffs: [two]}\n  two: {instructions: b}\n")

    assert 'warning[no-handoff-description] agent "two"' in found


def test_an_example_passes_on_what_is_known() -> None:
    """A26"""
    assert "context_provider=" in example("context_provider")


def test_a_chain_of_four_agents_is_noticed() -> None:
    """A27"""
    chain = ["one", "two", "three", "four"]
    agents = "".join(
        f"  {name}: {{instructions: a, handoff_description: b, handoffs: [{to}]}}\n"
        for name, to in zip(chain, [*chain[1:], "team:general"], strict=True)
    )

    assert 'warning[deep-chain] agent "four" is 4 levels deep' in warnings(f"agents:\n{agents}")


async def test_decisions_are_logged_and_kept(
    fake: FakeModel, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    """A28"""
    fake.script(call("transfer_to_billing", reason="a refund"), text("Refunded."))

    with caplog.at_level(logging.INFO, logger="baton.agents"):
        result = await Agent("triage", model, handoffs=[Agent("billing", model)]).run("refund")

    assert "`Handing off to billing because ...`" in section("Good practice")
    assert caplog.messages == ["Handing off to billing because a refund"]
    assert [(one.from_agent, one.to, one.reason) for one in result.handoffs] == [("triage", "billing", "a refund")]


def test_the_guide_names_its_neighbours_and_where_they_are() -> None:
    """D31"""
    words = section("Neighbouring topics")
    topics = ("agents", "errors", "guardrails", "MCP", "models", "realtime", "sessions", "tools", "tracing")

    assert all(topic in words for topic in topics)
    for path in re.findall(r"`(bot/[\w/.]+)`", GUIDE):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\(([\w./]+)\)", GUIDE):
        assert (ROOT / "docs" / link).exists(), link


async def test_the_code_of_the_guide_runs(fake: FakeModel, model: OpenAIModel) -> None:
    """The card that the model wrote into its call does not reach the next agent."""
    names: dict[str, Any] = {}
    exec(GUIDE.split("```python\n")[1].split("```")[0], names)
    fake.script(call("transfer_to_billing", reason="charged twice"), text("Which invoice?"), text("Refunded."))

    result = await names["main"](model)

    assert (result.text, result.handoff_chain) == ("Refunded.", ["triage", "billing"])
    assert [told(request) for request in fake.requests[1:]] == ["You settle invoices."] * 2
