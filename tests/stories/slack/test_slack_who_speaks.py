"""In Slack nobody speaks out of turn either, and what is written there goes where it belongs and nowhere else."""

import threading

import pytest

from tests.fakes.desk import agent_lines, customer_lines, notices, person_lines, public
from tests.fakes.model import call, calls, text
from tests.fakes.slack_desk import BOT, SlackDesk, payload, texts

CANARIES = ("CANARY-IN-THREAD", "CANARY-BY-BUTTON", "CANARY-BESIDE", "CANARY-IN-PACKET")


@pytest.mark.parametrize("where", ["#help", "@"])
def test_an_agent_is_silent_and_is_not_even_asked_while_a_person_holds(desk: SlackDesk, where: str) -> None:
    """T01"""
    word = f"hickory{desk.mode}{len(where)}"
    mia = desk.customer(f"mia-held-{len(where)}")
    line, there, _ = desk.taken(mia, where if where != "@" else f"@{mia}", word, "ben")
    before = texts(desk.answers(line, "reply"))

    for number in range(5):
        desk.says(mia, line.channel, f"{word} line {number}", under=line)
    view = desk.hears(there, f"{word} line 4")
    desk.says("cleo", "#desk", "a note", under=desk.card_of(there, "reply"))
    desk.fill_in("ben", desk.card_of(there, "reply"), "reply", text="I am here.")
    desk.answered(line, "I am here.")

    assert customer_lines(view)[1:] == [f"{word} line {number}" for number in range(5)]
    assert agent_lines(view) == before == []
    assert texts(desk.answers(line, "reply")) == ["I am here."]
    assert desk.desk.asked(word) == []


def test_a_closing_text_beside_the_transfer_call_is_not_said_a_second_time(desk: SlackDesk) -> None:
    """T04"""
    word = f"chestnut{desk.mode}"
    desk.desk.model.rule(
        word,
        calls(call("transfer_to_billing", reason="money back"), words="I am transferring you to our billing team."),
        text("You have been transferred to billing."),
    )
    mia = desk.customer("mia-closing")

    line = desk.says(mia, "#help", f"{BOT} {word}: please look at this")
    desk.answered(line, "Passing you to Billing.")
    there = desk.began(line)
    card = desk.card_of(there)
    desk.click("ana", card, "claim")
    desk.answered(line, "this one is yours.")
    view = desk.desk.conversation(there)

    assert texts(desk.answers(line)).count("Passing you to Billing.") == 1
    assert not any("transfer" in words for words in texts(desk.answers(line)))
    assert agent_lines(view) == [] and notices(view)[0] == "Passing you to Billing."
    assert len(desk.desk.asked(word)) == 1


def test_a_slow_agent_answers_once_although_slack_sends_the_question_again(desk: SlackDesk) -> None:
    """T33: each attempt is acknowledged while the model still thinks."""
    word, thought = f"slowpoke{desk.mode}", threading.Event()
    desk.desk.model.rule(word, text("After long thought: yes.", when=thought))
    mia = desk.customer("mia-slow")

    line = desk.says(mia, "#help", f"{BOT} {word}?")
    desk.arrived(line)
    desk.desk.until_asked(word)
    again = [desk.repeated(line, attempt) for attempt in (1, 2, 3)]
    unanswered = texts(desk.answers(line, "reply"))
    thought.set()
    desk.answered(line, "After long thought: yes.")
    view = desk.desk.answered(desk.conversation_of(line))

    assert [answer.status for answer in again] == [200, 200, 200]
    assert unanswered == []
    assert texts(desk.answers(line, "reply")) == agent_lines(view) == ["After long thought: yes."]
    assert customer_lines(view) == [f"{word}?"]
    assert len(desk.desk.asked(word)) == 1


def test_each_answer_goes_into_the_thread_of_its_question_and_nowhere_else(desk: SlackDesk) -> None:
    """T35: one user asks in two threads of a channel, directly, and on the web at once."""
    mia = desk.customer("mia-twice")
    words = [f"{place}{desk.mode}" for place in ("maple", "birch", "cedar", "elm")]
    for word in words:
        desk.desk.model.rule(word, text(f"About {word}.", delay_s=0.2))
    maple, birch, cedar, elm = words

    first = desk.says(mia, "#help", f"{BOT} {maple}?")
    second = desk.says(mia, "#help", f"{BOT} {birch}?")
    direct = desk.says(mia, f"@{mia}", f"{cedar}?")
    desk.desk.say(f"web-{desk.mode}", f"{elm}?", sender="U0MIATWICE")
    desk.answered(first, f"About {maple}.")
    desk.answered(second, f"About {birch}.")
    desk.answered(direct, f"About {cedar}.")
    web = desk.desk.answered(f"web-{desk.mode}")

    assert texts(desk.answers(first)) == [f"About {maple}."]
    assert texts(desk.answers(second)) == [f"About {birch}."]
    assert texts(desk.answers(direct)) == [f"About {cedar}."]
    assert agent_lines(web) == [f"About {elm}."]
    everywhere = [each for each in desk.ours("#help") if any(word in each.text for word in words)]
    assert {each.thread_ts for each in everywhere} == {first.ts, second.ts} and len(everywhere) == 2


@pytest.mark.parametrize("where", ["#help", "@"])
def test_what_staff_say_among_themselves_reaches_neither_the_customer_nor_the_agent(
    desk: SlackDesk, where: str
) -> None:
    """T36"""
    word = f"rowan{desk.mode}{len(where)}"
    desk.desk.model.rule(word, text("Here is your copy."))
    mia = desk.customer(f"mia-chatter-{len(where)}")
    line, there, card = desk.taken(mia, where if where != "@" else f"@{mia}", f"{word}: I was charged", "ana")
    packet = desk.packet_of(there, "ana")

    desk.says("ben", "#desk-billing", f"{CANARIES[0]} he is annoying", under=card)
    desk.says("ana", "#desk-billing", f"{BOT} {CANARIES[1]} what do you think?", under=card)
    desk.says("cleo", "#desk-billing", f"{CANARIES[2]} lunch?")
    desk.says("ana", "@ana", f"{CANARIES[3]} I do not know", under=packet)
    noted = desk.hears(there, CANARIES[3])
    desk.hears(there, CANARIES[1])
    desk.says("ana", "#desk-billing", ">> PUBLIC-WORDS for you.", under=card)
    desk.answered(line, "PUBLIC-WORDS for you.")
    desk.says(mia, line.channel, f"{word}: and a copy?", under=line)
    desk.hears(there, "and a copy?")
    desk.fill_in("ana", desk.card_of(there, "hand-back"), "hand-back")
    desk.answered(line, "Here is your copy.")
    view = desk.desk.answered(there)

    assert noted["state"] == "held" and agent_lines(noted) == [] and person_lines(noted) == []
    assert person_lines(view) == ["PUBLIC-WORDS for you."]
    seen_by_customer = "\n".join([public(view), *texts(desk.answers(line))])
    seen_by_model = str([request["messages"] for request in desk.desk.asked(word)])
    assert all(canary not in seen_by_customer + seen_by_model for canary in CANARIES)
    assert "PUBLIC-WORDS" in seen_by_model and len(desk.desk.asked(word)) == 1
    assert not any(desk.desk.asked(canary) for canary in CANARIES)
    assert {payload(each)["kind"] for each in desk.answers(line)} <= {"line", "reply"}
