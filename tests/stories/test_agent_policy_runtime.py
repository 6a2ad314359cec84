"""One step of one agent over its run journal: what a rerun repeats, what is counted, and where a budget ends it."""

import itertools
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.agent_runtime import Runtime
from bot.config_file import load
from handlers.values import RunRequest
from routing.conversation import Actor, Conversation, HeldByAgent, Run, Spent
from routing.effects import Line
from routing.events import AgentFailed, AgentHandedOff, AgentReplied
from tests.fakes.model import FakeModel, Step, call, text, whole_body

pytestmark = pytest.mark.anyio
numbers = itertools.count()

PLUGIN = """\
from pydantic import BaseModel
calls = []

def plan(items):
    calls.append("plan")
    return f"asked {len(calls)} times"

def before(ctx, given):
    calls.append(["before", ctx.session_id, given.order])

class Refund(BaseModel):
    order: int
"""

CONFIG = """\
defaults: {{agent: triage, team: general, model: scripted, prices: {{scripted: {{input: 2, output: 10}}}}}}
agents:
  triage:
    instructions: hi
    context_provider: {module}:plan
    budget: {{tokens: 1000, money: 0.01}}
    handoffs: [{{to: "team:general", on_handoff: "{module}:before", input_type: "{module}:Refund"}}]
people: {{ana: {{name: Ana}}}}
teams: {{general: {{members: [ana]}}}}
"""


class Journal:
    """A run journal that outlives its run, as the store's does."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    async def recorded(self) -> list[dict[str, Any]]:
        return list(self.entries)

    async def append(self, entry: Mapping[str, Any]) -> None:
        self.entries.append(dict(entry))

    async def begin(self, call_id: str) -> Literal["begun", "again", "refused"]:
        again = {"kind": "begun", "call_id": call_id} in self.entries
        self.entries.append({"kind": "begun", "call_id": call_id})
        return "again" if again else "begun"


@pytest.fixture
def fake() -> FakeModel:
    return FakeModel()


@pytest.fixture
async def runtime(fake: FakeModel) -> AsyncIterator[Runtime]:
    with fake:
        made = Runtime(base_url=fake.base_url, api_key="x")
        yield made
        await made.aclose()


@pytest.fixture
def request_of(tmp_path: Path) -> Any:
    module = f"acme_runtime{next(numbers)}"
    (tmp_path / f"{module}.py").write_text(PLUGIN)
    (tmp_path / "config.yaml").write_text(CONFIG.format(module=module))
    policy = load(tmp_path / "config.yaml", {})

    def asked(*lines: Line, spent: Spent | None = None) -> RunRequest:
        run = Run(turn=1, agent="triage", upto=1, epoch=1, started_ms=5)
        said = Line(1, Actor("customer", "mia"), "I was charged twice", "public", 5, seq=1)
        conversation = Conversation(
            "c-1", "console", "T1", "mia", 5, HeldByAgent("triage"), 1, policy.version, run=run, spent=spent or Spent()
        )
        return RunRequest(conversation, (said, *lines), policy, people_allowed=True)

    return asked


def plugin_calls(request: RunRequest) -> list[Any]:
    module = (request.policy.agents["triage"].context_provider or "").partition(":")[0]
    return list(__import__(module).calls)


def using(step: Step, tokens_in: int, tokens_out: int) -> Step:
    body = whole_body(step, {"model": "scripted"})
    body["usage"] = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
    return {"body": body}


async def test_a_rerun_repeats_what_the_context_provider_said(
    fake: FakeModel, runtime: Runtime, request_of: Any
) -> None:
    """A14: also for the model that is asked only in the second attempt."""
    fake.script(text("Hello."), text("Hello again."))
    journal, request = Journal(), request_of()
    first = await runtime.run(request, journal)
    journal.entries = [entry for entry in journal.entries if entry["kind"] != "answer"]  # it died before the answer

    await runtime.run(request, journal)

    assert plugin_calls(request) == ["plan"]
    assert ["asked 1 times" in one["messages"][0]["content"] for one in fake.requests] == [True, True]
    assert isinstance(first, AgentReplied)
    assert first.items == ({"kind": "context", "agent": "triage", "text": "asked 1 times"},)


async def test_a_later_turn_of_the_tenure_reads_it_from_the_transcript(
    fake: FakeModel, runtime: Runtime, request_of: Any
) -> None:
    fake.script(text("Hello."), text("Hello again."))
    first = await runtime.run(request_of(), Journal())
    kept = Line(2, Actor("agent", "triage"), "", "internal", 6, kind="items", data=first.items)
    later = request_of(kept)

    second = await runtime.run(later, Journal())

    assert plugin_calls(later) == ["plan"]
    assert "asked 1 times" in fake.requests[1]["messages"][0]["content"]
    assert second.items == ()


async def test_a_hook_runs_at_most_once_over_a_crash_and_the_input_goes_into_the_event(
    fake: FakeModel, runtime: Runtime, request_of: Any
) -> None:
    """D4, D5, X8: the second attempt repeats the recorded answer and not the hook."""
    fake.script(call("transfer_to_general", reason="a refund", order=7))
    journal, request = Journal(), request_of()
    await runtime.run(request, journal)
    journal.entries = [entry for entry in journal.entries if entry["kind"] != "handoff"]  # it died behind the hook

    report = await runtime.run(request, journal)

    assert plugin_calls(request) == ["plan", ["before", "c-1", 7]]
    assert isinstance(report, AgentHandedOff)
    assert (str(report.to), report.comment, report.input) == ("team:general", "a refund", {"order": 7})


async def test_the_report_says_what_the_step_used(fake: FakeModel, runtime: Runtime, request_of: Any) -> None:
    fake.script(using(text("Hello."), 300, 50))

    report = await runtime.run(request_of(), Journal())

    assert isinstance(report, AgentReplied)
    assert (report.usage.tokens, report.usage.model_calls) == (350, 1)
    assert report.usage.money_micros == 300 * 2 + 50 * 10


@pytest.mark.parametrize("before", [Spent(tokens=700), Spent(money_micros=9_500)])
async def test_a_run_oversteps_what_is_left_by_one_answer_at_most(
    fake: FakeModel, runtime: Runtime, request_of: Any, before: Spent
) -> None:
    """RUNTIME 11: the repair that would follow is not asked for."""
    fake.script(using(call("transfer_to_nobody", reason="x"), 300, 50))

    report = await runtime.run(request_of(spent=before), Journal())

    assert isinstance(report, AgentFailed)
    assert report.reason == "budget"
    assert report.usage.tokens == 350
    assert len(fake.requests) == 1
    assert json.dumps(fake.requests[0]["messages"]).count("charged twice") == 1
