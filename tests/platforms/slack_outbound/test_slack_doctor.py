"""`baton doctor` and `baton slack manifest`, as an administrator runs them."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.commands.doctor import doctor_app
from bot.commands.slack import slack_app
from bot.doctor import Finding, clock, examine, python
from bot.fake_slack import FakeSlack, furnish
from bot.fake_slack.records import DEFAULT_EVENTS
from bot.platforms.slack.manifest import EVENTS, LONGEST_DESCRIPTION, SCOPES, manifest
from bot.settings import Settings
from tests.platforms.slack_outbound.office import CONFIG

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared/specs/slack"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as serving:
        furnish(serving)
        yield serving


async def examined(redis_url: str, folder: Path, slack: FakeSlack | None, **more: str) -> dict[str, Finding]:
    (folder / "config.yaml").write_text(CONFIG)
    environment = dict(more)
    if slack is not None:
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        environment = {**tokens, "SLACK_API_URL": slack.api_url, **more}
    settings = Settings(_env_file=None, redis_url=redis_url)
    return {found.name: found async for found in examine(settings, folder / "config.yaml", environment)}


def wrong(found: dict[str, Finding]) -> dict[str, str]:
    return {name: each.fix for name, each in found.items() if not each.fine}


async def test_a_healthy_installation_has_a_line_for_everything(
    redis_url: str, tmp_path: Path, slack: FakeSlack
) -> None:
    found = await examined(redis_url, tmp_path, slack)

    assert set(wrong(found)) <= {"redis durability"}
    for name in ("python", "redis", "clock against redis", "config", "model", "slack token", "slack events"):
        assert found[name].fine, found[name]
    assert {f"slack scope {scope}" for scope in SCOPES} <= found.keys()
    assert found["slack channel of Billing"].detail == "#desk-billing (C0BILLING)"
    assert found["slack id of Ana Duarte"].detail == "U0ANA is Ana Duarte"
    assert "clock against slack" in found and "check passed" in found["config"].detail


async def test_each_thing_that_is_missing_is_named_with_its_fix(
    redis_url: str, tmp_path: Path, slack: FakeSlack
) -> None:
    slack.app.scopes -= {"im:write"}
    await slack.archive("#desk-platform")
    slack.workspace.channel("#desk").members.remove(slack.app.bot_user)
    await slack.deactivate("bob")
    slack.workspace.users.pop("U0DANA")

    found = wrong(await examined(redis_url, tmp_path, slack, SLACK_APP_TOKEN="xapp-wrong"))

    assert "install the app again" in found["slack scope im:write"]
    assert "invite the app" in found["slack channel of Platform"] and "invite" in found["slack channel of General"]
    assert "config.yaml" in found["slack id of Bob Stone"] and "member id" in found["slack id of Dana Weiss"]
    assert "connections:write" in found["slack events"]


async def test_a_token_that_is_not_valid_ends_the_look_at_slack(
    redis_url: str, tmp_path: Path, slack: FakeSlack
) -> None:
    found = wrong(await examined(redis_url, tmp_path, slack, SLACK_BOT_TOKEN="xoxb-wrong"))

    assert "SLACK_BOT_TOKEN" in found["slack token"] and not any(name.startswith("slack scope") for name in found)


async def test_without_slack_that_is_one_line(redis_url: str, tmp_path: Path) -> None:
    found = await examined(redis_url, tmp_path, None)

    assert found["slack"].fine and "slack token" not in found


async def test_a_store_and_a_model_that_cannot_be_reached_are_named(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("version: 1\nteams: {a: {channnel: x}}\n")
    settings = Settings(
        _env_file=None, redis_url="redis://127.0.0.1:9/0", baton_model="m", openai_base_url="http://127.0.0.1:9/v1"
    )
    found = wrong({each.name: each async for each in examine(settings, tmp_path / "config.yaml", {})})

    assert set(found) == {"redis", "config", "model"}
    assert "REDIS_URL" in found["redis"] and "OPENAI_BASE_URL" in found["model"] and "baton check" in found["config"]


def test_clocks_may_differ_a_little() -> None:
    now = time.time()

    assert clock("c", now + 3, now).fine and not clock("c", now - 120, now).fine
    assert "NTP" in clock("c", now + 600, now).fix
    assert not python((3, 10, 4)).fine and python((3, 11, 0)).fine


def test_the_command_prints_a_line_for_each_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")
    for name in ("SLACK_BOT_TOKEN", "BATON_MODEL", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.yaml").write_text(CONFIG)

    assert doctor_app(["--repair"], result_action="return_value") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok    python") and lines[-1] == "1 problem"
    assert any(line.startswith("FAIL  redis") and "fix: start it" in line for line in lines)


# ---- the manifest ----------------------------------------------------------------------------------------------------


def printed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert slack_app(["manifest", *arguments], result_action="return_value") == 0
    found = YAML(typ="safe").load(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_without_an_address_the_app_is_in_socket_mode(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed([], capsys)

    assert found == manifest() and found["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in json.dumps(found)


def test_with_an_address_slack_posts_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    settings = printed(["--url", "https://desk.example.com/"], capsys)["settings"]

    assert settings["socket_mode_enabled"] is False
    for part in ("event_subscriptions", "interactivity"):
        assert settings[part]["request_url"] == "https://desk.example.com/slack/events"


def test_an_address_that_slack_would_refuse_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert slack_app(["manifest", "--url", "http://desk.example.com"], result_action="return_value") == 2
    assert "https://" in capsys.readouterr().err


@pytest.mark.skipif(not SHARED.exists(), reason="the vendor's own manifests are not on this machine")
def test_its_keys_are_those_of_slacks_own_manifests() -> None:
    known: set[str] = set()
    for file in (SHARED / "manifests").glob("*.json"):
        known |= paths(json.loads(file.read_text()))

    assert paths(manifest("https://desk.example.com")) - known <= {"display_information.description"}
    assert "features.agent_view.agent_description" in known


def paths(value: object, at: str = "") -> set[str]:
    if not isinstance(value, dict):
        return {at}
    return {one for key, each in value.items() for one in paths(each, f"{at}.{key}".lstrip("."))}


def test_nothing_is_asked_for_that_is_not_used_and_the_guide_says_why() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "bot/platforms/slack").glob("*.py"))
    guide = (ROOT / "docs/slack.md").read_text()
    for scope, why in SCOPES.items():
        assert f"| `{scope}` | {why} |" in guide
    for event, what in EVENTS.items():
        assert f"| `{event}` | {what} |" in guide
    assert set(EVENTS) <= DEFAULT_EVENTS
    used = {
        "chat:write": "chat_postMessage", "channels:read": "conversations_list", "im:write": "conversations_open",
        "channels:write.invites": "conversations_invite", "users:read": "users_info",
        "chat:write.customize": "username",
        "channels:history": "conversations_replies", "app_mentions:read": "app_mention",
    }  # fmt: skip
    assert all(word in source for word in used.values())
    assert len(manifest()["features"]["agent_view"]["agent_description"]) <= LONGEST_DESCRIPTION
