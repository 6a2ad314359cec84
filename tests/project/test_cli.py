"""The command itself: what it imports for a process that serves, and what it says when that is not there."""

import re
import subprocess
import sys

import pytest

from bot.cli import app

# Hidden from the import as if it was not installed.
WITHOUT = """
import sys
sys.modules[sys.argv.pop(1)] = None
from bot.cli import main
main()
"""
IMPORTED = """
import sys
import bot.cli, bot.commands.serving
print(*sys.modules)
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_without_a_command_all_are_shown_each_with_a_line() -> None:
    """They are imported for it, and only for it."""
    shown = python("from bot.cli import main; main()", "--help").stdout

    rows = dict(re.findall(r"^│ ([a-z][a-z-]+) +(\S.*?) *│$", shown, re.MULTILINE))
    assert rows.keys() == {name for name in app if not name.startswith("-")}
    assert rows["check"] == "Validate and lint config.yaml and run its tests."


def test_a_process_that_serves_does_not_wait_for_what_it_may_never_need() -> None:
    """Slack where nothing is said of it, the fake one, a model's client, the other commands."""
    imported = set(python(IMPORTED).stdout.split())

    assert "bot.app" in imported
    assert not imported & {"slack_bolt", "slack_sdk", "aiohttp", "openai", "bot.fake_slack", "bot.doctor", "bot.replay"}


@pytest.mark.parametrize(("missing", "command"), [("uvicorn", "serve"), ("rich.progress", "backup")])
def test_what_is_not_installed_is_named_in_one_line(missing: str, command: str) -> None:
    ended = python(WITHOUT, missing, command)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"{missing} is not installed, and Baton needs it: install Baton again, or call make run\n"
