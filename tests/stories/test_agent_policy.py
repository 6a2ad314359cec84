"""What config.yaml says of agents holds while real processes work: edges, filters, hooks, budgets, redaction."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, agent_lines, notices, public, reasons
from tests.fakes.model import call, text

PLUGINS = """\
import asyncio, json, os, threading
from bot.agents import HandoffRefused, ToolContext

def note(name, **facts):
    with open(os.environ["ACME_NOTES"], "a") as notes:
        notes.write(json.dumps({"what": name, **facts}) + "\\n")

def before_takeover(ctx, given):
    note("hook", agent=ctx.agent.name, conversation=ctx.context.conversation)

def not_today(ctx):
    raise HandoffRefused("The expert is away today.")

def plan(items):
    note("plan", read=len(items))
    return {"additional_instructions": "The customer is on the gold plan."}

def breaks(data):
    raise ValueError("no such key")

def for_ever(*_):
    threading.Event().wait()

async def for_ever_async(*_):
    await asyncio.Event().wait()

def hangs_for_hazel(ctx, agent):
    if "hazel" in ctx.context.need:
        threading.Event().wait()
    return True

def look_it_up(number: str) -> str:
    threading.Event().wait()
    return number
"""

CONFIG = """\
version: 1
defaults: {locale: en, agent: triage, team: general, model: scripted, agent_timeout: 5s, slow_line_after: 30s,
  redact: [email, phone, card, iban, secret]}
agents:
  triage:
    instructions: Answer what you know.
    handoffs:
      - {to: helper, input_filter: last_n_messages(1), on_handoff: "acme_desk:before_takeover"}
      - {to: expert, on_handoff: "acme_desk:not_today"}
      - {to: brittle, input_filter: "acme_desk:breaks"}
      - {to: tooled}
      - {to: waiting, context_provider: "acme_desk:for_ever_async"}
      - thrifty
      - {to: slow_switch, is_enabled: "acme_desk:hangs_for_hazel"}
      - team:general
      - team:billing
  helper: {handoff_description: Details, instructions: You help., handoffs: [triage, team:billing],
    context_provider: "acme_desk:plan"}
  expert: {handoff_description: Knows more, instructions: You know., handoffs: [triage]}
  brittle: {handoff_description: Breaks, instructions: You break., handoffs: [triage]}
  tooled: {handoff_description: Looks things up, instructions: You look., tools: "acme_desk:look_it_up"}
  waiting: {handoff_description: Waits, instructions: You wait.}
  slow_switch: {handoff_description: Switched, instructions: You are switched.}
  thrifty: {handoff_description: Saves, instructions: You save., handoffs: [triage], budget: {model_calls: 3}}
edges:
  - {from: triage, to: team:billing, allow: false}
  - {from: person:ben, to: team:billing, allow: false}
people:
  ana: {name: Ana Duarte}
  ben: {name: Ben Okafor, roles: [lead]}
teams:
  general: {members: [ben]}
  billing: {members: [ana, ben]}
routes:
  - {name: default, to: team:general}
"""
CANARIES = {
    "email": "canary.mia@example.org", "phone": "+49 170 5550123", "card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00", "secret": "sk-canary0123456789abcdef0123",
}  # fmt: skip


@pytest.fixture(scope="module")
def notes_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notes") / "notes.jsonl"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, notes_file: Path) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("policy")
    (folder / "acme_desk.py").write_text(PLUGINS)
    with fakes.running(folder, config=CONFIG, ACME_NOTES=str(notes_file)) as running:
        yield running


def noted(notes_file: Path, what: str) -> list[dict[str, Any]]:
    written = notes_file.read_text().splitlines() if notes_file.exists() else []
    return [entry for line in written if (entry := json.loads(line))["what"] == what]


def tools_offered(request: dict[str, Any]) -> list[str]:
    return [tool["function"]["name"] for tool in request["tools"]]


def test_a_target_that_an_edge_forbids_is_not_offered_and_a_call_of_it_is_sent_back(desk: Desk) -> None:
    """RUNTIME 10"""
    desk.model.rule("almond", call("transfer_to_billing", reason="a refund"), text("I can explain it myself."))

    desk.say("edge", "almond question")
    view = desk.answered("edge")

    first, second = desk.asked("almond")
    assert "transfer_to_general" in tools_offered(first) and "transfer_to_billing" not in tools_offered(first)
    assert any("transfer_to_billing" in str(one["content"]) for one in second["messages"] if one["role"] == "tool")
    assert agent_lines(view) == ["I can explain it myself."]


def test_staff_may_not_transfer_where_an_edge_forbids_it(desk: Desk) -> None:
    desk.model.rule("coconut", call("transfer_to_general", reason="for people"))
    desk.say("staff", "coconut question")
    desk.queued("staff")
    assert desk.act("staff", "claim", "ben").status_code == 200

    refused = desk.act("staff", "transfer", "ben", to="team:billing", comment="yours")

    assert refused.status_code == 403
    assert refused.json()["code"] == "not_allowed"
    assert "may not hand to team:billing" in refused.json()["detail"]


def test_the_receiver_reads_what_the_filter_leaves_in_every_turn_and_the_transcript_stays_whole(desk: Desk) -> None:
    """H8, D24, RUNTIME 8"""
    desk.model.rule("walnut one", text("What about it?"))
    desk.model.rule("walnut two", call("transfer_to_helper", reason="details"), text("The helper answers."))
    desk.model.rule("walnut three", text("Still the helper."))

    desk.say("filter", "walnut one")
    desk.answered("filter")
    desk.say("filter", "walnut two")
    desk.answered("filter")
    desk.say("filter", "walnut three")
    view = desk.answered("filter")

    of_helper = [one for one in desk.asked("walnut") if "You help." in one["messages"][0]["content"]]
    assert len(of_helper) == 2
    for request in of_helper:
        read = json.dumps(request["messages"])
        assert "walnut one" not in read and "What about it?" not in read
        assert "walnut two" in read
    assert "walnut three" in json.dumps(of_helper[1]["messages"])
    assert "walnut one" in public(view) and "What about it?" in public(view)


def test_a_hook_runs_once_for_a_handoff_and_a_context_is_asked_once_for_a_tenure(desk: Desk, notes_file: Path) -> None:
    """D4, A14, R26"""
    desk.model.rule("pecan one", call("transfer_to_helper", reason="details"), text("The helper answers."))
    desk.model.rule("pecan two", text("The helper again."))
    hooks, plans = len(noted(notes_file, "hook")), len(noted(notes_file, "plan"))

    desk.say("hook", "pecan one")
    desk.answered("hook")
    desk.say("hook", "pecan two")
    desk.until("hook", lambda view: len(agent_lines(view)) == 2)

    of_helper = [one for one in desk.asked("pecan") if "You help." in one["messages"][0]["content"]]
    assert ["gold plan" in one["messages"][0]["content"] for one in of_helper] == [True, True]
    assert len(noted(notes_file, "plan")) == plans + 1
    assert noted(notes_file, "hook")[hooks:] == [{"what": "hook", "agent": "triage", "conversation": "hook"}]


def test_a_hook_that_refuses_keeps_the_agent_that_wanted_to_hand_over(desk: Desk) -> None:
    """R25"""
    desk.model.rule("cashew", call("transfer_to_expert", reason="hard"), text("The expert is away, I try myself."))

    desk.say("refused", "cashew question")
    view = desk.answered("refused")

    assert view["holder"]["name"] == "triage"
    assert "The expert is away today." in json.dumps(desk.asked("cashew")[-1]["messages"])


def test_a_filter_that_breaks_shows_nobody_the_unfiltered_view(desk: Desk) -> None:
    """RUNTIME 9"""
    desk.model.rule("chestnut", call("transfer_to_brittle", reason="secret"))

    desk.say("brittle", "chestnut question")
    view = desk.queued("brittle")

    assert reasons(view) == ["agent_decided", "no_answer"]
    assert "ValueError" in str(view["journal"])
    assert len(desk.asked("chestnut")) == 1


def test_what_hangs_ends_with_people_and_holds_nobody_else_up(desk: Desk) -> None:
    """RUNTIME 21: a switch, a context provider, a tool, all at once."""
    hanging = ("hazel", "macadamia", "pistachio")
    desk.model.rule("macadamia", call("transfer_to_waiting", reason="x"))
    desk.model.rule("pistachio", call("transfer_to_tooled", reason="x"), call("look_it_up", number="7"))
    desk.model.rule("filbert", text("Nothing hangs here."))

    for word in hanging:
        desk.say(word, f"{word} question")
    for number in range(8):  # enough for each worker to have some
        desk.say(f"filbert-{number}", f"filbert {number}")
    others = [desk.answered(f"filbert-{number}") for number in range(8)]
    views = [desk.queued(word) for word in hanging]

    assert [agent_lines(other) for other in others] == [["Nothing hangs here."]] * 8
    assert [(reasons(view)[-1], notices(view)[-1]) for view in views] == [
        ("bot_unavailable", "Passing you to General.")
    ] * 3


def test_a_budget_counts_over_agents_turns_and_restarts_and_then_people_are_called(desk: Desk) -> None:
    """RUNTIME 11: the answer that used it up still leaves."""
    desk.model.rule("first peanut", call("transfer_to_thrifty", reason="x"), text("One."))
    desk.model.rule("second peanut", text("Two."))

    desk.say("budget", "first peanut")
    desk.until("budget", lambda view: agent_lines(view) == ["One."])
    for worker in desk.workers:
        worker.restart_by_kill()
    for worker in desk.workers:
        worker.wait_until_it_serves()
    desk.say("budget", "second peanut")
    view = desk.queued("budget")

    assert agent_lines(view) == ["One.", "Two."]
    assert reasons(view) == ["agent_decided", "budget"]
    assert "3 of 3 model calls are used" in str(view["journal"])
    assert notices(view) == ["Passing you to General."]


def test_canaries_reach_no_model_no_feed_and_no_log_and_staff_see_them(desk: Desk) -> None:
    """RUNTIME 9, D11, D12"""
    desk.model.rule("brazil nut", text("Noted, anything else?"), call("transfer_to_general", reason="private data"))
    words = "brazil nut: " + ", ".join(f"my {kind} is {value}" for kind, value in CANARIES.items())

    desk.say("canary", words, sender=CANARIES["email"])
    desk.answered("canary")
    desk.say("canary", f"brazil nut again, {CANARIES['card']}", sender=CANARIES["email"])
    view = desk.queued("canary")

    asked = json.dumps(desk.asked("brazil nut"), ensure_ascii=False)
    feed = feed_of(desk, "canary", until="handoff.transfer")
    logs = "".join(one.log for one in desk.programs)
    for kind, canary in CANARIES.items():
        assert canary in public(view)
        assert canary not in asked, kind
        assert canary not in feed, kind
        assert canary not in logs, kind
    assert "[card]" in asked and "[card]" in feed


def feed_of(desk: Desk, conversation: str, *, until: str) -> str:
    """What the feed has told of the conversation, up to an event of that type."""
    told: list[str] = []
    with desk.http.stream("GET", f"{desk.ingress.url}/api/v1/events", timeout=httpx.Timeout(20)) as answer:
        kind = ""
        for line in answer.iter_lines():
            if line.startswith("event:"):
                kind = line
            elif line.startswith("data:") and f'"{conversation}"' in line:
                told.append(f"{kind} {line}")
                if until in kind:
                    break
    return "\n".join(told)
