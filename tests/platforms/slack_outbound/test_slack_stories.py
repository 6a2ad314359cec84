"""A conversation as Slack shows it: to the customer, to the team, to the person who takes it."""

from pathlib import Path

import pytest

from routing.events import (
    CancelRequested,
    Claimed,
    HandedBack,
    MarkedResolved,
    Noted,
    PostedNatively,
    Released,
    ReopenRequested,
    Replied,
)
from tests.platforms.slack_outbound.office import (
    ANSWER,
    buttons,
    drawn,
    in_order,
    kind,
    office,
    payload,
    values,
)

pytestmark = pytest.mark.anyio
CALLS = "I was charged twice, get me a person"


async def test_an_agents_answer_goes_into_the_thread_of_the_question_and_nowhere_else(
    redis_url: str, tmp_path: Path
) -> None:
    """T35"""
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "#help", "where is my invoice")
        directly = await desk.asks("mia", "@mia", "where is my invoice")
        await desk.quiet()

        (answer,), (private,) = desk.seen(there), desk.seen(directly)
        assert answer.thread_ts == there.removeprefix("slack.T0ACME.C0HELP.")
        assert private.thread_ts == desk.slack.messages("@mia")[0].ts
        assert answer.blocks[0]["type"] == "markdown" and ANSWER in answer.blocks[0]["text"]
        assert "Account &gt; Billing" in answer.text
        assert kind(answer) == "reply" and payload(answer)["conversation"] == there
        # In which order is open: conversations go on side by side.
        shown = [(call.args["thread_ts"], call.error) for call in desk.slack.calls("assistant.threads.setStatus")]
        assert sorted(shown) == sorted([(answer.thread_ts, None), (private.thread_ts, None)])
        assert desk.slack.status("#help", str(answer.thread_ts)) == ""


async def test_in_a_direct_message_answers_follow_the_newest_line(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        first = await desk.asks("mia", "@mia", "where is my invoice")
        await desk.quiet()
        again = await desk.asks("mia", "@mia", "where do I find my invoices")
        await desk.quiet()

        roots = [each.ts for each in desk.slack.messages("@mia") if each.user == "U0MIA"]
        assert first == again
        assert [each.thread_ts for each in desk.seen(first)] == roots


async def test_a_handoff_shows_one_card_with_everything_a_person_needs(redis_url: str, tmp_path: Path) -> None:
    """T26"""
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "#help", "where is my invoice")
        await desk.quiet()
        root = there.removeprefix("slack.T0ACME.C0HELP.")
        await desk.asks("mia", "#help", CALLS, thread=root)
        await desk.quiet()

        card = desk.card("#desk-billing")
        record = await desk.record(there)
        shown = drawn(card)
        for words in (
            "*#1* *I was charged twice*",
            "*Waiting* since <!date^",
            "Mia Chen",
            "Tried",
            "Account &gt; Billing",
        ):
            assert words in shown, words
        assert "route “refunds” → Billing (line" in shown and "asked for a person" in shown and "priority high" in shown
        assert f"<https://acme.slack.com/archives/C0HELP/p{root.replace('.', '')}|Open thread>" in shown
        assert card.attachments[0]["color"] and "Waiting" in shown
        assert buttons(card) == ["baton:claim", "baton:more"]
        assert record.conversation is not None
        assert values(card) == {f"{there}|{payload(card)['handoff']}|{record.conversation.epoch}"}
        assert await desk.store.address("slack", "T0ACME", "T0ACME.C0BILLING", card.ts) == there


async def test_the_notice_of_a_handoff_can_be_cancelled_by_its_button(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()

        (notice,) = desk.seen(there)
        assert notice.text == "Passing you to Billing." and buttons(notice) == ["baton:cancel"]

        await desk.does(there, CancelRequested("U0MIA"))
        assert "Mia Chen went on with the assistant" in drawn(desk.cards("#desk-billing")[0])


async def test_whoever_claims_in_a_channel_is_called_in_and_gets_the_packet(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("tom", "#help", CALLS)
        await desk.quiet()
        desk.slack.workspace.channel("#help").members.remove("U0ANA")
        await desk.does(there, Claimed("ana"))

        assert "U0ANA" in desk.slack.workspace.channel("#help").members
        said = desk.words(there)
        assert said.count("<@U0ANA>, this one is yours.") == 1
        assert "Ana Duarte from Billing has joined." in said
        (packet,) = desk.private("ana")
        assert kind(packet) == "packet" and "*Tom Field:* I was charged twice" in drawn(packet)
        assert "|Open thread>" in drawn(packet) and "|Open card>" in drawn(packet)
        assert await desk.store.address("slack", "T0ACME", f"T0ACME.{packet.channel}", packet.ts) == there
        card = desk.card("#desk-billing")
        assert "*Ana Duarte*" in drawn(card) and "claimed <!date^" in drawn(card) and "Needs" not in drawn(card)
        verbs = ("reply", "release", "transfer", "hand-back", "resolve", "more")
        assert buttons(card) == [f"baton:{verb}" for verb in verbs]


async def test_who_stepped_in_by_writing_in_the_thread_is_not_called_again(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()
        await desk.does(there, PostedNatively("ana", "Hi Mia, I look at it."))

        assert not any("<@U0ANA>" in words for words in desk.words(there))
        assert not any("I look at it" in words for words in desk.words(there))


async def test_a_persons_reply_carries_their_name_and_picture(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"), Replied("ana", "Hi <Mia> & all"))

        reply = desk.seen(there)[-1]
        assert (reply.username, reply.text) == ("Ana Duarte", "Hi &lt;Mia&gt; &amp; all")
        assert reply.icons is not None and "U0ANA" in reply.icons["image_48"]
        assert "replied <!date^" in drawn(desk.card("#desk-billing"))


async def test_without_the_scope_the_name_stands_before_the_words(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        desk.slack.app.scopes.remove("chat:write.customize")
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"), Replied("ana", "Hi"), Replied("ana", "Again"))

        assert desk.words(there)[-2:] == ["Ana Duarte: Hi", "Ana Duarte: Again"]
        refused = [call for call in desk.slack.calls("chat.postMessage") if call.error == "missing_scope"]
        assert len(refused) == 1


async def test_an_answer_too_long_for_one_message_leaves_in_order(redis_url: str, tmp_path: Path) -> None:
    words = [f"word{number:05d}" for number in range(5_000)]
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"))
        desk.slack.fault("ratelimited", "chat.postMessage", skip=2, seconds=0.1)
        await desk.does(there, Replied("ana", " ".join(words)))

        parts = [each.text for each in desk.seen(there) if each.username == "Ana Duarte"]
        assert len(parts) == 5 and " ".join(parts).split() == words


async def test_nobody_is_called_by_what_an_agent_or_a_customer_writes(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", "refund <!channel> please, get me a person <@U0BOB>")
        await desk.quiet()
        await desk.does(there, Claimed("ana"))
        await desk.asks("mia", "@mia", "<!here> hello?")
        await desk.quiet()

        ours = [each for channel in ("#desk-billing", "@ana") for each in desk.slack.messages(channel)]
        assert ours and not any(mark in drawn(each) for each in ours for mark in ("<!channel", "<!here", "<@U0BOB"))


async def test_a_direct_message_is_copied_into_the_cards_thread_in_order(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        await desk.asks("mia", "@mia", "still there?")
        await desk.quiet()
        await desk.does(there, Claimed("ana"))
        for words in ("one", "two", "three"):
            await desk.asks("mia", "@mia", words)
        await desk.quiet()

        assert in_order(desk.thread("#desk-billing"), "still there?", "one", "two", "three")
        copies = [each for each in desk.slack.messages("#desk-billing") if kind(each) == "relay"]
        assert len(copies) == 4 and {each.username for each in copies} == {"Mia Chen (customer)"}
        assert len({payload(each)["key"] for each in copies}) == 4

        await desk.edits(there, 3, "ONE")
        await desk.edits(there, 4, None)
        assert [each.text for each in copies] == ["still there?", "ONE _(edited)_", "_(they deleted this)_", "three"]


async def test_a_thread_that_everybody_can_open_is_not_copied(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"))
        await desk.asks("mia", "#help", "hello?", thread=there.removeprefix("slack.T0ACME.C0HELP."))
        await desk.quiet()

        assert desk.thread("#desk-billing") == []
        assert "unanswered since" in drawn(desk.card("#desk-billing"))


async def test_a_resolved_card_is_one_line_that_can_be_reopened(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"), MarkedResolved("ana", seen=1, outcome="refund issued"))

        card = desk.card("#desk-billing")
        assert "Resolved by Ana Duarte in" in drawn(card) and "refund issued" in drawn(card)
        assert card.attachments == [] and len(card.blocks) == 1 and buttons(card) == ["baton:reopen"]

        await desk.does(there, ReopenRequested("ana"))
        assert "*Ana Duarte*" in drawn(card) and "baton:resolve" in buttons(card)


async def test_a_transfer_shows_the_comment_to_the_next_team_and_closes_the_first_card(
    redis_url: str, tmp_path: Path
) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"))
        await desk.transfers(there, "ana", "platform", "the bank says it is our bug")

        assert "Passed on to Platform by Ana Duarte" in drawn(desk.card("#desk-billing"))
        second = desk.card("#desk-platform")
        assert "*Ana Duarte adds:* the bank says it is our bug" in drawn(second) and "transferred" in drawn(second)

        await desk.does(there, Claimed("bob"))
        await desk.asks("mia", "@mia", "are you there?")
        await desk.quiet()
        assert desk.thread("#desk-platform") == ["are you there?"] and desk.thread("#desk-billing") == []


async def test_release_and_hand_back_end_a_card_in_words(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"), Released("ana"), Claimed("alice"), Replied("alice", "Done."))
        await desk.does(there, HandedBack("alice"))

        first, second = desk.cards("#desk-billing")
        assert "Put back in the queue of Billing by Ana Duarte" in drawn(first)
        assert "Handed back to triage by Alice Martin" in drawn(second) and buttons(second) == ["baton:take-over"]


async def test_who_was_taken_over_hears_of_it_privately(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"), Claimed("alice", force=True))

        told = desk.private("ana")[-1]
        assert "Alice Martin took this over from Ana Duarte." in told.text and kind(told) == "line"
        assert await desk.store.address("slack", "T0ACME", f"T0ACME.{told.channel}", told.ts) == there


async def test_who_wrote_past_the_holder_is_offered_to_take_over(redis_url: str, tmp_path: Path) -> None:
    """T23"""
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"), PostedNatively("bob", "try again"))

        assert buttons(desk.private("bob")[-1]) == ["baton:take-over"]
        assert "Ana Duarte holds this conversation." in desk.private("bob")[-1].text
        assert buttons(desk.private("ana")[-1]) == []


async def test_a_person_without_a_slack_id_costs_nobody_anything(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("noslack"), Claimed("alice", force=True), Replied("alice", "Hi"))

        assert desk.words(there)[-1] == "Hi"
        assert any("Nora Slackless" in words for words in desk.thread("#desk-billing"))
        assert not [line for line in (await desk.record(there)).lines if "could not be delivered" in line.text]


async def test_internal_words_never_reach_a_place_where_customers_read(redis_url: str, tmp_path: Path) -> None:
    """T36"""
    canary = "canary-4711"
    async with office(redis_url, tmp_path) as desk:
        places = [await desk.asks("mia", "#help", CALLS), await desk.asks("tom", "@tom", CALLS)]
        await desk.quiet()
        for there in places:
            await desk.does(there, Claimed("ana"), Noted("ana", f"note {canary}"))
            await desk.transfers(there, "ana", "platform", f"comment {canary}")
            await desk.does(
                there, Claimed("bob"), Noted("bob", canary), Replied("bob", "Done."),
                HandedBack("bob", hint=f"hint {canary}"), Claimed("dana"),
                MarkedResolved("dana", seen=9, outcome=canary, note=canary),
            )  # fmt: skip

        public = [each for channel in ("#help", "@mia", "@tom") for each in desk.slack.messages(channel)]
        assert len(public) > 8 and not any(canary in drawn(each) for each in public)
        ours = [each for each in public if each.bot_id == desk.slack.app.bot_id]
        assert {kind(each) for each in ours} <= {"line", "reply"}
        assert any(f"comment {canary}" in drawn(each) for each in desk.private("bob"))
