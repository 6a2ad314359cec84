"""The same controls over HTTP, who may use them, and the program on its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

import bot.fake_slack
from bot.fake_slack import FakeSlack, furnish

pytestmark = pytest.mark.anyio


async def test_the_controls_work_over_http(slack: FakeSlack) -> None:
    async with aiohttp.ClientSession(f"{slack.url}control/") as session:
        said = await (
            await session.post(
                "say", json={"user": "mia", "channel": "#help", "text": "hi @Ana Duarte", "by_name": True}
            )
        ).json()
        listed = await (await session.post("messages", json={"channel": "C0HELP"})).json()
        fault = await (await session.post("fault", json={"kind": "error", "method": "auth.test"})).json()
        names = await (await session.get("")).json()

    assert said["result"]["text"] == "hi <@U0ANA>"
    assert listed["result"] == [said["result"]]
    assert fault["result"]["method"] == "auth.test"
    assert {"say", "click", "submit", "lose_sockets", "configure"} <= set(names)


async def test_what_cannot_be_is_refused_in_words(slack: FakeSlack) -> None:
    async with aiohttp.ClientSession(f"{slack.url}control/") as session:
        stranger = await session.post("say", json={"user": "mia", "channel": "#desk", "text": "hi"})
        wrong = await session.post("say", json={"who": "mia"})
        form = await session.post("say", data={"user": "mia"})
        unknown = await session.post("dance", json={})
        foreign = await session.get("", headers={"Host": "evil.example"})

        assert (stranger.status, (await stranger.json())["error"]) == (409, "mia is not in desk")
        assert [each.status for each in (wrong, form, unknown, foreign)] == [400, 415, 404, 421]


async def test_a_viewer_is_shown_what_that_viewer_sees(slack: FakeSlack, client: AsyncWebClient) -> None:
    hidden = {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}}
    shown_to_ana = {"type": "actions", "elements": [hidden | {"visible_to_user_ids": ["U0ANA"]}]}
    await client.chat_postMessage(channel="C0HELP", text="x", blocks=[shown_to_ana])
    await client.chat_postEphemeral(channel="C0HELP", user="U0ANA", text="psst")

    async with aiohttp.ClientSession(slack.url) as session:
        mia = await (await session.get("ui/state?viewer=U0MIA")).json()
        ana = await (await session.get("ui/state?viewer=U0ANA")).json()
        page = await session.get("")
        inside = await session.get("static/..%2fserver.py")

    assert {each["id"] for each in mia["channels"]} == {"C0HELP", slack.dm("mia")}
    assert [each["text"] for each in mia["messages"]["C0HELP"]] == ["x"]
    assert mia["messages"]["C0HELP"][0]["blocks"][0]["elements"] == []
    assert [each["text"] for each in ana["messages"]["C0HELP"]] == ["x", "psst"]
    assert len(ana["messages"]["C0HELP"][0]["blocks"][0]["elements"]) == 1
    assert slack.messages("#help")[0].blocks[0]["elements"] != []
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert inside.status == 404


async def test_the_sample_has_the_desk_of_the_shipped_configuration() -> None:
    async with FakeSlack() as slack:
        furnish(slack)

        assert slack.workspace.channel("#desk-billing").members == ["U0ALICE", "U0ANA", "U0DANA", "U0BATON"]
        assert slack.workspace.user("mia").shown_name == "Mia Chen"


def test_the_program_prints_how_to_reach_it_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "bot.fake_slack", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as program:
        try:
            assert program.stdout is not None
            facts = dict(program.stdout.readline().strip().split("=", 1) for _ in range(5))
        finally:
            program.terminate()

    assert program.returncode == 0
    assert facts["SLACK_API_URL"] == facts["page"] + "api/"
    assert facts["SLACK_BOT_TOKEN"].startswith("xoxb-")


def test_it_knows_slack_and_nothing_of_the_product() -> None:
    folder = Path(bot.fake_slack.__file__).parent
    imported = re.compile(r"^\s*(?:from|import) ((?:bot|handlers|routing)[.\w]*)", re.MULTILINE)
    found = {name for path in folder.rglob("*.py") for name in imported.findall(path.read_text())}

    assert found
    assert {name for name in found if not name.startswith("bot.fake_slack")} == set()
