"""Write docs/handoffs.md: `python tools/handoffs_page.py`.

Each handoff feature of the five systems that Baton is measured against, in order: what shows it here. A test in
tests/handoffs says in its docstring, first thing, which rows it is for (`M7, M8: ...`).
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "handoffs.md"
TESTS = ROOT / "tests" / "handoffs"
# The list of rows, where it is at hand. It is not part of the project.
LIST = ROOT.parent / "shared" / "HANDOFFS.md"

SYSTEMS = {
    "M": "Mastra agent and CometChat", "H": "OpenAI Agents JS, class `Handoff`", "R": "RadarOS agent handoff",
    "D": "OpenAI Agents JS, documentation of handoffs", "A": "AssistMe agent SDK",
    "X": "Decisions where the systems contradict each other",
}  # fmt: skip

# Each system's rows in order, beginning with 1.
NAMES: dict[str, Sequence[str]] = {
    "M": (
        "An agent that knows its limits", "It detects by itself when to escalate", "An action that answers with JSON",
        "An agent behind an HTTP API", "The chat in the chat product moves to people", "What is needed first",
        "The tool is named `handoff`", "The tool's description", "Input `target`: a person or a team",
        "Input `reason`; both are required", "Output `{success, message}`", "An async action that moves the chat",
        "A log line with target and reason", "The message names the target", "A triage bot by its instructions",
        "A model for each agent", "Tools as a map by name", "A registry whose key is the API path",
        "Storage that lasts", "A structured log", "How to run it", "`POST .../generate` with messages",
        "The target is in the customer's words, the tool's result is the answer", "Deployment on any host",
        "The entry in the chat product's dashboard", "Asking for human help routes to people",
        "What to do if it does not escalate", "The chat product really moves the chat",
        "After repeated failures people are called", "The team that fits the need is chosen",
        "External ticketing systems", "A coordinator that asks several and answers", "A machine-readable index",
    ),
    "H": (
        "An agent delegates to another", "Generic in context and output", "Constructor `Handoff(agent, function)`",
        "The function is sync or async and gives the agent", "It gets the context and the arguments as JSON",
        "Property `agent`", "Property `agent_name`", "Optional `input_filter`", "By default everything is read",
        "Drop what is old, take tools out", "A filter gets the call that hands over, and its output",
        "A filter may change all; `all_items` is read", "Property `input_json_schema`, may be empty",
        "`strict_json_schema`, on by default", "Property `tool_description`", "Property `tool_name`",
        "`get_handoff_as_function_tool()`",
    ),
    "R": (
        "Transfer with the whole context", "A block `handoff`, and one call of `run`", "`targets`, required",
        "A target's `agent`", "A target's `description`", "A target's `on_handoff`, async and before",
        "`max_handoffs`, 5 by default", "`carry_messages`", "`carry_session_state`", "One tool `transfer_to_agent`",
        "The runner moves the conversation", "The target goes on naturally", "A model for each agent",
        "A team in handoff mode", "A team's `model`", "`max_rounds`", "Members, the first is the entry",
        "Instructions of receptionist and specialists", "`result.text`", "`result.handoff_chain`",
        "Event `handoff.transfer`", "Event `handoff.complete`", "A -> B -> A is prevented",
        "Mutual transfer stops at five agents", "A hook logs, validates, changes", "A hook knows run and session",
        "Every agent has `complete`", "`complete(summary)` ends the chain", "No targets, still `complete`",
        "Teams in broadcast and in sequence", "Subscription to events",
    ),
    "D": (
        "`handoff(agent, ...)`", "`tool_name_override`", "`tool_description_override`", "`on_handoff(ctx, input)`",
        "`input_type`", "`input_filter(data)`", "`is_enabled`: a switch or a function", "Conditional by context",
        "Filter data with a flat input", "`handoffs` on the agent, `context` for the run",
        "Sensitive keys are deleted", "Sensitive keys become `[REDACTED]`", "The class, its properties and methods",
        "`get_handoff()`", "`transfer_to_<AgentName>`", "`get_transfer_message()`", "Agents inline in `handoffs`",
        "`handoff_description`", "`Agent.create()` infers the output type", "What a final output can be",
        "An agent as final output means handed off", "Several levels", "Structured input", "A filter per handoff",
        "A filter for all handoffs", "`result.last_agent`", "Handoff items in `result.new_items`",
        "Going on after a handoff", "`output_type=\"handoffs\"`", "Both directions by late binding",
        "Neighbouring topics",
    ),
    "A": (
        "A handoff replaces the agent", "Agents as configuration, tools per agent", "Plain agents in `handoffs`",
        "A tool call that the runner takes for a transfer", "`Runner.run(agent, {\"messages\": [...]})`",
        "`result.status == \"handoff\"`", "`result.handoff_target`", "The new agent reads everything",
        "The old agent stops", "One stream across the boundary", "The reason is logged",
        "Triage may answer what is general", "An entry with description and context provider",
        "A context provider adds instructions", "Circles are allowed", "`max_turns` against endless loops",
        "Handoff or agent as tool", "`agent.as_tool()`", "`Runner.stream()`", "Event `handoff` with `from` and `to`",
        "Event `text_delta`", "Several levels", "A leaf with its own tools", "Cheap models for triage",
        "Clear descriptions", "Pass context on", "No deep chains", "Log the decisions",
    ),
    "X": (
        "One tool per target, or a single one", "Names of tools", "A line for people, JSON for the model",
        "Continue or return", "Cycles and the cap", "The cap counts agents", "What a filter sees",
        "Input without a hook", "Callbacks sync or async", "`output_type: \"handoffs\"`",
    ),
}  # fmt: skip

# Advice and scaffolding: the file, and the heading or the words in it, that make it real.
SHOWN = {
    "M6": ("docs/agents.md", "## Before you begin"),
    "M21": ("docs/agents.md", "## Run it"),
    "M24": ("docs/agents.md", "## Deploy it"),
    "M25": ("docs/agents.md", "## The chat product's dashboard"),
    "M27": ("docs/agents.md", "## When it does not escalate"),
    "A12": ("examples/swapnil_triage.py", "Answer simple, general questions yourself"),
    "A17": ("examples/agent_as_tool.py", "| handoff "),
    "A24": ("docs/agents.md", "## Good practice"),
    "A25": ("routing/lint_agents.py", '"no-handoff-description"'),
    "A26": ("examples/context_provider.py", "context_provider="),
    "A27": ("routing/lint_agents.py", '"deep-chain"'),
    "A28": ("docs/agents.md", "## Good practice"),
    "D31": ("docs/agents.md", "## Neighbouring topics"),
}
DUE = {
    **dict.fromkeys(("M4", "M5", "M18", "M22", "M23", "M28", "M31", "M33"), "other platforms"),
    "M32": "the desk",
}

_IDS = re.compile(r"[MHRDAX]\d+(?:, [MHRDAX]\d+)*")


def names() -> dict[str, str]:
    """What each row is called here, in order: the five systems, then the decisions."""
    return {f"{system}{number}": name for system, all_ in NAMES.items() for number, name in enumerate(all_, 1)}


def listed(text: str) -> list[str]:
    """The ids of the rows and decisions in the text of the list, in order."""
    return re.findall(r"^- ([MHRDAX]\d+)\.? ", text, re.MULTILINE)


def evidence(folder: Path = TESTS) -> dict[str, list[str]]:
    """The tests of each row, as `file::name`."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.glob("test_*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                ids = _IDS.match(ast.get_docstring(node) or "")
                for row in ids[0].split(", ") if ids else ():
                    found.setdefault(row, []).append(f"{file.name}::{node.name}")
    return found


def kind_of(row: str, tests: Mapping[str, Sequence[str]]) -> str:
    """tested, shown or due.

    Raises:
        LookupError: it is none of these.
    """
    if row in DUE:
        return "due"
    if row not in tests:
        raise LookupError(f"{row} ({names()[row]}) is neither tested nor shown nor due")
    return "shown" if row in SHOWN else "tested"


def page(tests: Mapping[str, Sequence[str]]) -> str:
    """The whole page.

    Raises:
        LookupError: a row is shown by nothing.
    """
    lines = [
        "# Handoff features",
        "",
        "What the five systems that Baton is measured against name, and what shows it here. Written by",
        "`python tools/handoffs_page.py`. *tested*: a test does it. *shown*: advice or scaffolding, with the page,",
        "example or check that makes it real, and a test of that. *due*: belongs to a part that is not built yet.",
    ]
    for row, name in names().items():
        if row[1:] == "1":
            lines += ["", f"## {SYSTEMS[row[0]]}", "", "| id | feature | kind | where |", "|---|---|---|---|"]
        kind = kind_of(row, tests)
        where = [f"with {DUE[row]}"] if kind == "due" else [_test_link(test) for test in tests[row]]
        if kind == "shown":
            where.insert(0, _thing_link(*SHOWN[row]))
        lines.append(f"| {row} | {name} | {kind} | {' · '.join(where)} |")
    return "\n".join(lines) + "\n"


def _test_link(test: str) -> str:
    return f"[{test}](../tests/handoffs/{test.partition('::')[0]})"


def _thing_link(path: str, words: str) -> str:
    target = path.removeprefix("docs/") if path.startswith("docs/") else f"../{path}"
    if not words.startswith("## "):
        return f"[{path}]({target})"
    heading = words.removeprefix("## ")
    slug = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
    return f"[{heading}]({target}#{slug})"


def main() -> None:
    if LIST.is_file() and listed(LIST.read_text()) != list(names()):
        sys.exit(f"the names here are not those of the rows of {LIST.name}")
    PAGE.write_text(page(evidence()))


if __name__ == "__main__":
    main()
