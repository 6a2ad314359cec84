"""A handoff is seen by its team exactly once, whatever Slack does, and exactly one person takes it."""

import asyncio

from bot.fake_slack import FakeSlack, Outcome
from tests.fakes.slack_desk import CROWD, SlackDesk, buttons, payload, texts


def test_of_fifty_people_who_claim_at_once_one_wins_and_the_others_are_told_who(desk: SlackDesk) -> None:
    """T12"""
    mia = desk.customer("mia-crowd")
    line, there, card = desk.waiting(mia, "#help", "my parcel is late")

    async def everybody(slack: FakeSlack) -> list[Outcome]:
        pressing = (slack.click(person, card.channel, card.ts, "baton:claim") for person in CROWD)
        return await asyncio.gather(*pressing)

    clicks = desk.town.tell(everybody)
    view = desk.desk.until(there, lambda view: view["state"] == "held")
    winner = view["holder"]["name"]
    losers = [person for person in CROWD if person != winner]
    for person in losers:
        desk.whispered(person, winner.title())

    assert all(click.delivered for click in clicks)
    assert winner in CROWD
    moves = [entry for entry in view["journal"] if entry["to"].startswith("person:")]
    assert [entry["to"] for entry in moves] == [f"person:{winner}"]
    assert desk.whispers(winner) == []
    assert all(len(desk.whispers(person)) == 1 for person in losers)
    desk.answered(line, "this one is yours.")
    assert sum("this one is yours." in words for words in texts(desk.answers(line))) == 1
    assert desk.desk.conversation(there)["holder"]["name"] == winner


def test_exactly_one_card_with_a_claim_button_stands_although_slack_cuts_answers_and_says_not_now(
    http_desk: SlackDesk,
) -> None:
    """T26: the answer to one post is lost after it was posted, another post is refused with 429 first."""
    desk = http_desk
    mia, tom = desk.customer("mia-cut"), desk.customer("tom-limited")
    cut = desk.town.see(lambda slack: slack.fault("drop_after", "chat.postMessage", channel="#desk-returns"))
    _, lost, card = desk.waiting(mia, "#help", "I want to send back this")
    limited = desk.town.see(
        lambda slack: slack.fault("ratelimited", "chat.postMessage", channel="#desk-returns", seconds=1)
    )
    _, refused, _ = desk.waiting(tom, f"@{tom}", "I want to send back that")
    # The first one is over when its card is known to the desk: then a claim draws it anew.
    desk.click("dan", card, "claim")
    drawn_anew = desk.card_of(lost, "release")
    desk.card_of(refused)

    assert cut.met == limited.met == 1
    assert len(desk.cards(lost)) == len(desk.cards(refused)) == 1
    assert drawn_anew.ts == card.ts
    assert buttons(desk.cards(refused)[0]) == ["baton:claim", "baton:more"]
    keys = [payload(each)["key"] for each in desk.ours("#desk-returns")]
    assert len(keys) == len(set(keys))


def test_the_card_of_a_team_whose_channel_is_gone_comes_to_its_fallbacks_channel(http_desk: SlackDesk) -> None:
    """T26: the channel of one team was never made, another's was archived."""
    desk = http_desk
    mia = desk.customer("mia-fallback")
    desk.town.tell(lambda slack: slack.archive("#desk-returns"))

    _, without, first = desk.waiting(mia, "#help", "it has vanished")
    _, archived, second = desk.waiting(mia, "#help", "I want to send back it")
    for there, card in ((without, first), (archived, second)):
        desk.click("dan", card, "claim")
        desk.held_by(there, "dan")
        desk.packet_of(there, "dan")

    assert first.channel == second.channel == "C0STOCK"
    assert len(desk.cards(without)) == len(desk.cards(archived)) == 1
