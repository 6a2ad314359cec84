"""One conversation in Slack from its first line to its last, with two worker processes, over HTTP and by sockets."""

from tests.fakes.desk import View, agent_lines, eventually, person_lines
from tests.fakes.model import text
from tests.fakes.slack_desk import BOT, SlackDesk, buttons, drawn, payload, texts


def from_waiting_to_held(desk: SlackDesk, there: str, by: str) -> View:
    """Claimed by the one card's button, and everything of a person's arrival is seen."""
    card = desk.card_of(there)
    assert len(desk.cards(there)) == 1
    assert desk.click(by, card, "claim").delivered
    view = desk.held_by(there, by)
    desk.packet_of(there, by)
    return view


def test_a_channel_thread_goes_from_the_agent_to_a_person_and_back_until_it_is_resolved(desk: SlackDesk) -> None:
    word = f"walnut{desk.mode}"
    desk.desk.model.rule(f"{word} again", text("It is still in the drawer."))
    desk.desk.model.rule(f"{word}: thanks", text("The key lies beside it."))
    desk.desk.model.rule(word, text("It is in the drawer."))
    mia = desk.customer("mia-thread")

    asked = desk.says(mia, "#help", f"{BOT} {word}: where is it?")
    desk.answered(asked, "It is in the drawer.")
    desk.says(mia, "#help", f"{word}: get me a person please", under=asked)
    there = desk.conversation_of(asked)
    desk.desk.queued(there)
    from_waiting_to_held(desk, there, "ben")
    desk.answered(asked, "<@U0BEN>, this one is yours.")
    own = desk.says("ben", "#help", "I am here.", under=asked)
    held = desk.desk.until(there, lambda view: person_lines(view) == ["I am here."])
    desk.says(mia, "#help", f"{word}: thanks, and the key?", under=asked)
    desk.hears(there, "and the key?")
    silent = texts(desk.answers(asked, "reply"))
    times_asked = len(desk.desk.asked(word))
    desk.fill_in("ben", desk.card_of(there, "hand-back"), "hand-back")
    desk.answered(asked, "The key lies beside it.")
    back = desk.desk.answered(there)
    desk.says(mia, "#help", f"{word} again: where?", under=asked)
    desk.answered(asked, "It is still in the drawer.")
    assert desk.click("ben", desk.card_of(there, "take-over"), "take-over").delivered
    desk.held_by(there, "ben")
    desk.fill_in("ben", desk.card_of(there, "resolve"), "resolve")
    resolved = desk.desk.until(there, lambda view: view["state"] == "resolved")

    assert "U0BEN" in desk.town.slack.workspace.channel("#help").members
    assert held["holder"]["name"] == "ben" and not held["unanswered"]
    assert own.ts not in {each.ts for each in desk.answers(asked)}
    assert len(silent) == times_asked == 1
    assert back["state"] == "bot"
    assert agent_lines(resolved) == ["It is in the drawer.", "The key lies beside it.", "It is still in the drawer."]
    said = texts(desk.answers(asked, "reply"))
    assert said == agent_lines(resolved)
    assert len(desk.cards(there)) == 1


def test_a_direct_message_is_relayed_both_ways_between_the_customer_and_the_cards_thread(desk: SlackDesk) -> None:
    word = f"acorn{desk.mode}"
    desk.desk.model.rule(word, text("Acorns are free."))
    mia = desk.customer("mia-direct")

    asked = desk.says(mia, f"@{mia}", f"{word}: what do they cost?")
    desk.answered(asked, "Acorns are free.")
    line, there, card = desk.waiting(mia, f"@{mia}", f"{word}: I was charged")
    from_waiting_to_held(desk, there, "ana")
    desk.says(mia, f"@{mia}", "Did you find it?")
    eventually(lambda: "Did you find it?" in texts(desk.under(card, "relay")), what="the copy of a line")
    desk.fill_in("ana", desk.card_of(there, "reply"), "reply", text="I have found it.")
    replied = desk.answered(line, "I have found it.")
    answering = desk.says("ana", "#desk-billing", ">> And sent it back.", under=card)
    desk.answered(line, "And sent it back.")
    desk.says(mia, f"@{mia}", "Wonderful.")
    eventually(lambda: "Wonderful." in texts(desk.under(card, "relay")), what="the copy of the answer")
    desk.fill_in("ana", desk.card_of(there, "resolve"), "resolve", outcome="paid back")
    view = desk.desk.until(there, lambda view: view["state"] == "resolved")

    assert card.channel == answering.channel == "C0BILLING"
    assert replied.username == "Ana Duarte"
    assert person_lines(view) == ["I have found it.", "And sent it back."]
    copies = texts(desk.under(card, "relay"))
    assert copies.count("Did you find it?") == copies.count("Wonderful.") == 1
    ended = desk.card_of(there, "reopen")
    assert len(desk.cards(there)) == 1
    assert buttons(ended) == ["baton:reopen"] and "paid back" in drawn(ended)
    assert all(payload(each)["kind"] in ("reply", "line") for each in desk.answers(line))
