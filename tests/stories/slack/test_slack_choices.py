"""Buttons under an answer in Slack: drawn, pressed by the one who asked, and gone when they have had their time."""

import asyncio
from collections.abc import Iterator

import pytest

from bot.fake_slack import FakeSlack, Message, Outcome
from tests.fakes import slack_desk
from tests.fakes.desk import agent_lines, eventually, reasons
from tests.fakes.slack_desk import BOT, SlackDesk, buttons, drawn

CONFIG = """\
version: 1
defaults: {locale: en, agent: triage, team: general, model: local, debounce: 1ms}
agents: {triage: {model: local, instructions: Answer., handoffs: [team:general, team:billing]}}
people:
  ana: {name: Ana Duarte, slack: U0ANA}
  ben: {name: Ben Okafor, slack: U0BEN}
teams:
  general: {members: [ben], channel: "#desk"}
  billing: {members: [ana, ben], channel: "#desk-billing"}
triggers: [{asks_for_human: {}}, {failed_answers: {max: 2}}]
routes:
  - {name: refunds, description: Charges and refunds, examples: [money back for the broken shoes],
     when: {topic: refunds}, to: team:billing}
  - {name: returns, description: Sending things back, examples: [send back the broken shoes],
     when: {topic: returns}, to: team:general}
  - {name: default, to: team:general}
answers:
  - {name: invoices, examples: [where is my invoice], text: Invoices are under *Account*., source: "https://example.com/i"}
"""
BETWEEN = "the shoes arrived broken, back"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlackDesk]:
    with slack_desk.opened(tmp_path_factory.mktemp("choices"), config=CONFIG) as opened:
        yield opened


def without_buttons(desk: SlackDesk, line: Message) -> Message:
    """The first answer, once its buttons are gone."""

    def look() -> Message | None:
        answers = desk.answers(line, "reply")
        return next((one for one in answers[:1] if not buttons(one)), None)

    found = eventually(look, what="the buttons going")
    assert found is not None
    return found


def test_an_answer_has_buttons_and_one_press_says_that_it_helped(desk: SlackDesk) -> None:
    """TRIAGE 5; a press repeated counts once."""
    mia = desk.customer("mia-helped")
    line = desk.says(mia, "#help", f"{BOT} where is my invoice?")
    answer = desk.answered(line, "Invoices are under")
    there = desk.conversation_of(line)

    assert buttons(answer) == ["baton:choose:0", "baton:choose:1"]
    assert desk.click(mia, answer, "choose:0").delivered
    view = desk.desk.until(there, lambda view: "helped" in reasons(view))
    shown = without_buttons(desk, line)

    assert (view["state"], view["unanswered"], len(agent_lines(view))) == ("bot", False, 1)
    assert [one["text"] for one in view["messages"] if one["seq"]] == ["where is my invoice?", "That helped"]
    assert "https://example.com/i" in drawn(shown) and "That helped" in drawn(shown)


def test_between_two_things_a_button_says_which(desk: SlackDesk) -> None:
    """TRIAGE 4, in a direct message."""
    mia = desk.customer("mia-between")
    line = desk.says(mia, f"@{mia}", BETWEEN)
    question = desk.answered(line, "Is this about")
    there = desk.conversation_of(line)
    labels = [element["text"]["text"] for element in question.blocks[-1]["elements"]]
    place = labels.index("Charges and refunds")

    assert desk.click(mia, question, f"choose:{place}").delivered
    view = desk.desk.queued(there)

    assert sorted(labels) == ["Charges and refunds", "Sending things back", "Talk to a person"]
    assert (view["holder"]["name"], view["route"], view["packet"]["need"]) == ("billing", "refunds", BETWEEN)
    assert "Charges and refunds" in drawn(without_buttons(desk, line))


def test_the_button_for_a_person_gets_one(desk: SlackDesk) -> None:
    mia = desk.customer("mia-person")
    line = desk.says(mia, "#help", f"{BOT} where is my invoice?")
    answer = desk.answered(line, "Invoices are under")

    assert desk.click(mia, answer, "choose:1").delivered
    view = desk.desk.queued(desk.conversation_of(line))

    assert reasons(view) == ["asked_for_human"]
    without_buttons(desk, line)


def test_only_the_one_who_asked_presses(desk: SlackDesk) -> None:
    mia, tom = desk.customer("mia-asked"), desk.customer("tom-else")
    line = desk.says(mia, "#help", f"{BOT} where is my invoice?")
    answer = desk.answered(line, "Invoices are under")

    assert desk.click(tom, answer, "choose:1").delivered
    desk.whispered(tom, "Only the person who asked can choose here.")

    view = desk.desk.conversation(desk.conversation_of(line))
    assert (view["state"], reasons(view), view["seq"]) == ("bot", [], 1)


def test_of_two_buttons_pressed_at_once_one_counts_and_the_other_is_told_so(desk: SlackDesk) -> None:
    """I7: what comes too late changes nothing and says so kindly; the same button twice is one press."""
    mia = desk.customer("mia-both")
    line = desk.says(mia, "#help", f"{BOT} where is my invoice?")
    answer = desk.answered(line, "Invoices are under")
    there = desk.conversation_of(line)

    async def both(slack: FakeSlack) -> list[Outcome]:
        places = (0, 1, 0, 1)
        return await asyncio.gather(
            *(slack.click(mia, answer.channel, answer.ts, f"baton:choose:{place}") for place in places)
        )

    clicks = desk.town.tell(both)
    desk.whispered(mia, "This button is no longer valid")
    view = desk.desk.until(there, lambda view: len(reasons(view)) == 1)

    assert all(click.delivered for click in clicks)
    said = [one["text"] for one in view["messages"] if one["seq"]][1:]
    assert said in (["That helped"], ["Talk to a person"])
    assert reasons(view) == [{"That helped": "helped", "Talk to a person": "asked_for_human"}[said[0]]]


def test_the_buttons_go_when_the_customer_writes_on(desk: SlackDesk) -> None:
    mia = desk.customer("mia-on")
    line = desk.says(mia, "#help", f"{BOT} where is my invoice?")
    desk.answered(line, "Invoices are under")
    desk.says(mia, "#help", "that is not what I mean, this did not help", under=line)
    offered = desk.answered(line, "I am sorry that this did not help.")

    assert "That helped" not in drawn(without_buttons(desk, line))
    assert buttons(offered) == ["baton:choose:0"]


def test_buttons_that_slack_does_not_let_us_take_away_change_nothing_and_hold_nothing_up(desk: SlackDesk) -> None:
    mia = desk.customer("mia-stuck")
    line = desk.says(mia, "#help", f"{BOT} where is my invoice?")
    answer = desk.answered(line, "Invoices are under")
    there = desk.conversation_of(line)
    refused = desk.town.see(lambda slack: slack.fault("ratelimited", "chat.update", channel="#help", seconds=60))
    desk.says(mia, "#help", "that is not what I mean, this did not help", under=line)
    desk.answered(line, "I am sorry that this did not help.")
    eventually(lambda: refused.met == 1, what="the edit being refused")

    assert desk.click(mia, answer, "choose:0").delivered
    desk.whispered(mia, "This button is no longer valid")

    view = desk.desk.conversation(there)
    assert (view["state"], reasons(view), len(agent_lines(view))) == ("bot", [], 2)
