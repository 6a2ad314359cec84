"""Writing a configuration within a test, and reading what is said of it."""

from textwrap import dedent

from bot.config_file import Checked, check_text

BASE = """\
agents:
  triage: {instructions: You help., handoffs: [team:general]}
people:
  alice: {name: Alice Martin}
  bob: {name: Bob Stone}
teams:
  general: {members: [alice, bob]}
"""


def checked(text: str, env: dict[str, str] | None = None) -> Checked:
    return check_text(dedent(text), env or {})


def with_base(text: str, env: dict[str, str] | None = None) -> Checked:
    """The text after a small sound configuration of seven lines: its own first line is line 8."""
    return check_text(BASE + dedent(text), env or {})


def lines(result: Checked, *, info: bool = False) -> list[str]:
    """The findings as `baton check` prints them, without the file's name."""
    return [str(one).removeprefix("config.yaml:") for one in result.diagnostics if info or one.severity != "info"]


def codes(result: Checked) -> list[str]:
    return [one.code for one in result.diagnostics if one.severity != "info"]
