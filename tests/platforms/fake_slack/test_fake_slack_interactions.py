"""Clicks, forms, commands and shortcuts, through a real Bolt app; and what a person sees when nobody answers."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.fake_slack import FakeSlack, Impossible
from tests.platforms.fake_slack.conftest import StandingClock
from tests.platforms.fake_slack.listening_app import bolt_app, served

pytestmark = pytest.mark.anyio


def button(action: str, value: str = "", **more: Any) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action,
        "value": value,
        "text": {"type": "plain_text", "text": action},
    } | more


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str) -> dict[str, Any]:
    return {"text": words(value.title()), "value": value}


OUTCOMES = [option("solved"), option("other")]
MODAL = {
    "type": "modal",
    "callback_id": "resolve",
    "private_metadata": "1042",
    "notify_on_close": True,
    "title": words("Resolve"),
    "submit": words("Resolve"),
    "blocks": [
        {
            "type": "input",
            "block_id": "outcome",
            "label": words("Outcome"),
            "element": {
                "type": "static_select",
                "action_id": "outcome",
                "options": [option("solved"), option("other")],
            },
        },
        {
            "type": "input",
            "block_id": "note",
            "optional": True,
            "label": words("Note"),
            "element": {"type": "plain_text_input", "action_id": "note", "initial_value": "as before"},
        },
    ],
}


class Desk:
    """A Bolt app that keeps the bodies of what people do; tests add listeners of their own."""

    def __init__(self, app: AsyncApp) -> None:
        self.app = app
        self.bodies: list[dict[str, Any]] = []

        @app.action("open")
        async def open_modal(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            self.bodies.append(body)
            await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
            await ack()

        @app.action("claim")
        async def claim(ack: Any, body: dict[str, Any]) -> None:
            self.bodies.append(body)
            await ack()


@pytest.fixture
async def desk(slack: FakeSlack, client: AsyncWebClient) -> AsyncIterator[Desk]:
    app = bolt_app(slack, client)
    async with served(slack, app.web_app("/slack/events")):
        yield Desk(app)


async def card(client: AsyncWebClient, *buttons: dict[str, Any], channel: str = "C0DESK") -> str:
    blocks = [{"type": "actions", "block_id": "verbs", "elements": list(buttons)}]
    return str((await client.chat_postMessage(channel=channel, text="#1042", blocks=blocks))["ts"])


async def test_a_click_carries_the_real_button_and_place(slack: FakeSlack, client: AsyncWebClient, desk: Desk) -> None:
    ts = await card(client, button("claim", "c|1|7"))

    outcome = await slack.click("ana", "#desk", ts, "claim")

    body = desk.bodies[0]
    assert (outcome.delivered, outcome.problem) == (True, "")
    assert (body["user"]["id"], body["channel"]["id"], body["message"]["ts"]) == ("U0ANA", "C0DESK", ts)
    assert body["actions"][0] | {"action_ts": ""} == {
        "type": "button",
        "action_id": "claim",
        "block_id": "verbs",
        "value": "c|1|7",
        "text": words("claim"),
        "action_ts": "",
    }


async def test_nobody_presses_what_is_not_shown_to_them(slack: FakeSlack, client: AsyncWebClient, desk: Desk) -> None:
    ts = await card(client, button("claim", visible_to_user_ids=["U0ANA"]), channel="C0HELP")
    hidden = await client.chat_postEphemeral(channel="C0HELP", user="U0ANA", text="only you")

    with pytest.raises(Impossible, match="not shown"):
        await slack.click("mia", "#help", ts, "claim")
    with pytest.raises(Impossible, match="finds no element"):
        await slack.click("ana", "#help", ts, "release")
    with pytest.raises(Impossible, match="sees no message"):
        await slack.click("mia", "#help", hidden["message_ts"], "claim")
    assert (await slack.click("ana", "#help", ts, "claim")).delivered
    assert [each.text for each in slack.ephemerals("ana")] == ["only you"]
    assert slack.ephemerals("mia") == []


async def test_a_form_is_filled_in_refused_corrected_and_accepted(
    slack: FakeSlack, client: AsyncWebClient, desk: Desk
) -> None:
    submitted: list[dict[str, Any]] = []

    @desk.app.view("resolve")
    async def resolve(ack: Any, view: dict[str, Any]) -> None:
        submitted.append(view["state"]["values"])
        if len(submitted) == 1:
            await ack(response_action="errors", errors={"note": "Say what was done."})
        else:
            await ack()

    await slack.click("ana", "#desk", await card(client, button("open")), "open")
    with pytest.raises(Impossible, match="required"):
        await slack.submit("ana")
    with pytest.raises(Impossible, match="no option"):
        await slack.submit("ana", {"outcome": "shrug"})

    await slack.submit("ana", {"outcome": "solved"})
    shown = slack.modal("ana")
    assert shown is not None
    assert shown.errors == {"note": "Say what was done."}
    await slack.submit("ana", {"note": {"note": "refunded"}})

    assert slack.modal("ana") is None
    assert submitted[0]["note"]["note"]["value"] == "as before"
    assert submitted[1]["outcome"]["outcome"]["selected_option"]["value"] == "solved"
    assert submitted[1]["note"]["note"]["value"] == "refunded"


async def test_a_form_can_become_another_and_closing_is_told(
    slack: FakeSlack, client: AsyncWebClient, desk: Desk
) -> None:
    closed: list[dict[str, Any]] = []

    @desk.app.view("resolve")
    async def resolve(ack: Any) -> None:
        await ack(response_action="push", view=MODAL | {"callback_id": "second", "title": words("Sure?")})

    @desk.app.view_closed("second")
    async def gone(ack: Any, body: dict[str, Any]) -> None:
        closed.append(body)
        await ack()

    await slack.click("ana", "#desk", await card(client, button("open")), "open")
    first = slack.modal("ana")
    await slack.submit("ana", {"outcome": "other"})
    second = slack.modal("ana")

    assert first is not None and second is not None
    assert (second.previous_id, second.root_id) == (first.id, first.id)
    await slack.close_modal("ana")
    assert closed[0]["view"]["private_metadata"] == "1042"
    assert slack.modal("ana") == first


async def test_a_form_that_nobody_answers_stays_and_says_so(
    slack: FakeSlack, client: AsyncWebClient, desk: Desk
) -> None:
    @desk.app.view("resolve")
    async def broken(ack: Any) -> None:
        raise RuntimeError("the store is away")

    await slack.click("ana", "#desk", await card(client, button("open")), "open")
    outcome = await slack.submit("ana", {"outcome": "solved"})

    assert not outcome.delivered
    assert "trouble connecting" in outcome.problem
    assert slack.modal("ana") is not None


async def test_a_trigger_lives_three_seconds_and_once(
    slack: FakeSlack, client: AsyncWebClient, desk: Desk, clock: StandingClock
) -> None:
    await slack.click("ana", "#desk", await card(client, button("open")), "open")
    used = desk.bodies[0]["trigger_id"]
    late = slack.world.triggers.issue("U0ANA")
    clock.advance(3.5)

    for trigger, error in (
        (used, "exchanged_trigger_id"),
        (late, "expired_trigger_id"),
        ("1.2.3", "invalid_trigger_id"),
    ):
        with pytest.raises(SlackApiError) as refused:
            await client.views_open(trigger_id=trigger, view=MODAL)
        assert refused.value.response["error"] == error


async def test_an_old_hash_does_not_overwrite_a_view(slack: FakeSlack, client: AsyncWebClient, desk: Desk) -> None:
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button("claim", "1")]}]}
    first = await client.views_publish(user_id="U0ANA", view=home)
    await client.views_publish(user_id="U0ANA", view=home)

    with pytest.raises(SlackApiError) as refused:
        await client.views_publish(user_id="U0ANA", view=home, hash=first["view"]["hash"])
    await slack.click_in_home("ana", "claim")

    assert refused.value.response["error"] == "hash_conflict"
    assert desk.bodies[0]["container"] == {"type": "view", "view_id": first["view"]["id"]}
    with pytest.raises(SlackApiError):
        await client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": [{"type": "divider"}] * 101})


async def test_a_response_url_replaces_answers_and_wears_out(
    slack: FakeSlack, client: AsyncWebClient, desk: Desk, clock: StandingClock
) -> None:
    ts = await card(client, button("claim"))
    await slack.click("ana", "#desk", ts, "claim")
    url = AsyncWebhookClient(desk.bodies[0]["response_url"])

    assert (await url.send(text="only for you")).status_code == 200
    assert (await url.send(text="for all", response_type="in_channel")).status_code == 200
    assert (await url.send(text="taken", replace_original=True)).status_code == 200
    assert [each.text for each in slack.ephemerals("ana")] == ["only for you"]
    assert [each.text for each in slack.messages("#desk")] == ["taken", "for all"]
    await url.send(text="4")
    await url.send(text="5")
    assert (await url.send(text="6")).status_code == 404

    await slack.click("ana", "#desk", await card(client, button("claim")), "claim")
    clock.advance(1801)
    assert (await AsyncWebhookClient(desk.bodies[1]["response_url"]).send(text="late")).status_code == 404


async def test_commands_and_shortcuts_reach_the_app(slack: FakeSlack, client: AsyncWebClient, desk: Desk) -> None:
    heard: list[dict[str, Any]] = []

    @desk.app.command("/baton")
    async def baton(ack: Any, command: dict[str, Any]) -> None:
        heard.append(command)
        await ack("2 are waiting")

    @desk.app.shortcut("baton:escalate")
    async def escalate(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body)
        await ack()

    line = await slack.say("mia", "#help", "hello")
    await slack.command("ana", "#desk", "/baton", "queue billing")
    await slack.shortcut("ana", "baton:escalate", channel="#help", ts=line.ts)
    unknown = await slack.command("ana", "#desk", "/nothing")

    assert (heard[0]["text"], heard[0]["channel_id"], heard[0]["user_id"]) == ("queue billing", "C0DESK", "U0ANA")
    assert [each.text for each in slack.ephemerals("ana")] == ["2 are waiting"]
    assert (heard[1]["type"], heard[1]["message"]["text"]) == ("message_action", "hello")
    assert unknown.problem == "/nothing failed because the app did not respond."


async def test_choices_carry_the_option_that_was_chosen(slack: FakeSlack, client: AsyncWebClient, desk: Desk) -> None:
    menu = {"type": "overflow", "action_id": "claim", "options": [option("note"), option("resolve")]}
    blocks = [{"type": "section", "text": words("x"), "accessory": menu}]
    posted = await client.chat_postMessage(
        channel="C0DESK", text="x", attachments=[{"color": "#e9a23b", "blocks": blocks}]
    )

    await slack.click("ana", "#desk", posted["ts"], "claim", value="Resolve")

    assert desk.bodies[0]["actions"][0]["selected_option"] == option("resolve")


async def test_an_unknown_response_url_is_not_served(slack: FakeSlack) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.url}actions/T0ACME/nothing", json={}) as answer,
    ):
        assert answer.status == 404
