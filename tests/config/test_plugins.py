"""Import paths in config.yaml: resolved when the file is read, wrong ones named at their place, the good file stays."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from config_texts import BASE, checked, codes

from bot import plugins
from bot.agents import HandoffInputData, UserMessage
from bot.config_file import Checked, check_file
from bot.live_config import LiveConfig

GOOD = """\
from typing import Annotated
from pydantic import BaseModel

def redact(data): return data
async def before(ctx, given): return None
def open_now(ctx, agent): return True
def plan(items): return "gold"
def find_invoice(number: str) -> str: return number
def untyped(number): return number
class Case(BaseModel):
    topic: str
class Odd(BaseModel):
    reason: str
LIMIT = 3
"""
numbers = itertools.count()
Write = Callable[[str], str]


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Write]:
    """Writes a module beside config.yaml; its name is a new one each time, because imports are kept."""

    def write(text: str) -> str:
        name = f"acme{next(numbers)}"
        (tmp_path / f"{name}.py").write_text(text)
        return name

    yield write


def check(tmp_path: Path, agent: str, *, more: str = "") -> Checked:
    """What is said of a file in which the agent on line 2 has these keys."""
    path = tmp_path / "config.yaml"
    path.write_text(
        f"agents:\n  triage: {{instructions: hi, {agent}}}\n{more}people:\n  ana: {{name: Ana}}\n"
        "teams:\n  general: {members: [ana]}\n"
    )
    return check_file(path)


def said(result: Checked) -> list[str]:
    return [str(one).rpartition("/")[2] for one in result.diagnostics if one.severity != "info"]


def test_everything_that_can_be_named_is_found_beside_the_file(tmp_path: Path, module: Write) -> None:
    m = module(GOOD)

    result = check(
        tmp_path,
        f"tools: [{m}:find_invoice], filters: [{m}:redact, redact_pii, 'last_n_messages(20)', 'drop_keys(ssn, pin)',"
        f" remove_all_tools, 'redact_keys(ssn)'], hooks: {m}:before, context_provider: {m}:plan,"
        f" is_enabled: {m}:open_now,"
        f" handoffs: [{{to: 'team:general', input_type: {m}:Case, on_handoff: {m}:before, is_enabled: {m}:open_now,"
        f" input_filter: {m}:redact, context_provider: {m}:plan}}]",
    )

    assert said(result) == []
    assert result.policy is not None


@pytest.mark.parametrize(
    ("key", "column", "problem"),
    [
        ("hooks: [{m}:befor]", 38, 'unknown-import] agent "triage" names the hook "{m}:befor": "{m}" has no "befor"; '
         'did you mean "before"?'),
        ("filters: {m}:Redact", 39, '"{m}" has no "Redact"; did you mean "redact"?'),
        ("context_provider: {m}x:plan", 48, 'there is no module "{m}x"; did you mean "{m}"?'),
        ("tools: [nowhere.at_all:f]", 38, 'unknown-import] agent "triage" names the tool "nowhere.at_all:f": there is '
         'no module "nowhere"'),
        ("tools: [{m}:untyped]", 38, "bad-import] agent \"triage\" names the tool \"{m}:untyped\": \"{m}:untyped\" "
         "cannot be a tool: tool untyped: parameter 'number' needs a type annotation"),
        ("is_enabled: {m}:LIMIT", 42, '"{m}:LIMIT" is int, not a function'),
        ("handoffs: [{{to: 'team:general', input_type: {m}:plan}}]", 74, '"{m}:plan" is no pydantic model'),
        ("handoffs: [{{to: 'team:general', input_type: {m}:Odd}}]", 74, 'has a field "reason"'),
    ],
)  # fmt: skip
def test_a_wrong_name_is_an_error_at_its_place(
    tmp_path: Path, module: Write, key: str, column: int, problem: str
) -> None:
    m = module(GOOD)

    result = check(tmp_path, key.format(m=m))

    assert result.policy is None
    (line,) = said(result)
    assert line.startswith(f"config.yaml:2:{column} error[")
    assert problem.format(m=m) in line


def test_a_module_that_fails_while_it_is_imported_is_an_error_with_its_message(tmp_path: Path, module: Write) -> None:
    broken = module("raise RuntimeError('no licence key\\nfound')")
    leaves = module("raise SystemExit('not here')")
    needs = module("import a_module_that_nobody_has")

    result = check(tmp_path, f"hooks: [{broken}:f, {leaves}:f, {needs}:f]")

    assert codes(result) == ["broken-import"] * 3
    first, second, third = said(result)
    assert first.endswith(f'"{broken}" cannot be imported: RuntimeError: no licence key found')
    assert second.endswith(f'"{leaves}" cannot be imported: SystemExit: not here')
    assert third.endswith(f'"{needs}" wants the module "a_module_that_nobody_has", which is not installed')


@pytest.mark.anyio
async def test_the_last_good_file_stays_until_the_name_is_there(tmp_path: Path, module: Write) -> None:
    check(tmp_path, "handoffs: ['team:general']")
    live = LiveConfig(tmp_path / "config.yaml", {})
    good, name = live.policy, f"acme{next(numbers)}"

    check(tmp_path, f"hooks: {name}:before, handoffs: ['team:general']")
    assert not await live.reload()
    assert live.policy is good
    assert live.problem is not None and live.problem[0].code == "unknown-import"

    (tmp_path / f"{name}.py").write_text(GOOD)
    assert await live.reload()
    assert live.policy.agents["triage"].hooks == (f"{name}:before",)


def test_what_is_installed_is_never_hidden_by_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "textwrap.py").write_text("raise RuntimeError('the wrong one')")

    assert said(check(tmp_path, "filters: textwrap:dedent")) == []


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["leave", "leave_async", "stop"])
async def test_a_function_that_wants_to_end_the_process_only_fails(tmp_path: Path, module: Write, name: str) -> None:
    m = module(
        "def leave(items): raise SystemExit(1)\nasync def leave_async(items): raise SystemExit(1)\n"
        "def stop(items): raise StopIteration\n"
    )
    assert said(check(tmp_path, f"context_provider: {m}:{name}")) == []

    with pytest.raises(RuntimeError, match=r"SystemExit|StopIteration"):
        await plugins.function_of(f"{m}:{name}")(())


@pytest.mark.anyio
async def test_a_ready_made_filter_is_made_with_its_arguments() -> None:
    items = tuple(UserMessage(f"line {number}") for number in range(4))
    shown = plugins.filter_of("last_n_messages(2)")(HandoffInputData(items, (), ()))

    assert isinstance(shown, HandoffInputData)
    assert shown.all_items == items[2:]


def test_agents_of_one_name_are_an_error() -> None:
    """RUNTIME 20"""
    twice = BASE.replace("  triage:", "  triage: {instructions: a}\n  triage:")

    assert codes(checked(twice)) == ["duplicate-key"]
