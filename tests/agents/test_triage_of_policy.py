"""What a configuration teaches, where it is said how well: `baton check`, the log, and the seam to the handlers."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from bot import triage
from bot.agents.models.local import Embedder
from bot.commands.config import check
from bot.config_file import check_text
from routing.policy import Policy

pytestmark = pytest.mark.anyio

HEAD = """\
version: 1
people: {ann: {name: Ann Lee}}
teams: {general: {members: [ann], channel: "#desk"}}
agents: {triage: {instructions: Help., handoffs: [team:general]}}
routes:
"""
ALIKE = """\
  - name: refunds
    examples: [I want my money back, can you refund the order, refund for the double charge]
    when: {topic: refunds}
    to: team:general
  - name: money
    examples: [I would like my money back, please refund this order, refund of a double charge]
    when: {topic: money}
    to: team:general
"""
APART = """\
  - name: refunds
    examples: [I want my money back, refund please, I was charged twice, the amount is wrong, you took too much]
    when: {topic: refunds}
    to: team:general
  - name: login
    examples: [I cannot log in, my password fails, the account is locked, sign-in fails, lost my second factor]
    when: {topic: login}
    to: team:general
"""
LAST = "  - {name: default, to: team:general}\n"


def policy_of(routes: str) -> Policy:
    policy = check_text(HEAD + routes + LAST, {}).policy
    assert policy is not None
    return policy


def test_routes_that_cannot_be_told_apart_are_a_warning_at_their_place(embedder: Embedder) -> None:
    checked = check_text(HEAD + ALIKE + LAST, {})

    (found,) = [one for one in checked.diagnostics if one.code == "close-routes"]
    assert (found.severity, found.line) == ("warning", 10)
    assert '"refunds" and "money"' in found.message


def test_routes_that_differ_are_no_warning(embedder: Embedder) -> None:
    assert [one.code for one in check_text(HEAD + APART + LAST, {}).warnings] == []


def test_the_verbose_check_shows_which_route_is_taken_for_which(
    embedder: Embedder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(HEAD + APART + LAST)

    code = check(file, verbose=True)

    shown = capsys.readouterr().out
    assert code == 0
    assert "triage: embedded (all-MiniLM-L6-v2, int8" in shown
    assert "each of 10 examples judged by what the others teach" in shown
    assert "1 refunds" in shown and "2 login" in shown


async def test_a_start_logs_the_engine_and_what_will_not_go_well(embedder: Embedder) -> None:
    with structlog.testing.capture_logs() as logged:
        await triage.warm(policy_of(ALIKE))

    said = [(one["event"], one["log_level"]) for one in logged]
    assert said == [
        ("triage.engine", "info"),
        ("triage.few_examples", "warning"),
        ("triage.few_examples", "warning"),
        ("triage.close_routes", "warning"),
    ]
