"""What goes wrong between us and Slack, and that each line is there once in the end."""

from itertools import pairwise
from pathlib import Path

import pytest

from bot.platforms.slack.client import SlackRefusal, Web
from bot.platforms.slack.ids import located
from bot.platforms.slack.pace import Pace
from handlers.ports import Permanent, Temporary
from handlers.values import Mail
from routing.events import Claimed, MarkedResolved, Replied
from tests.platforms.slack_outbound.office import Office, drawn, kind, office, payload

pytestmark = pytest.mark.anyio
CALLS = "I was charged twice, get me a person"


@pytest.mark.parametrize("fault", ["ratelimited", "drop_before", "drop_after", "http_error"])
async def test_every_line_is_posted_once_whatever_becomes_of_its_call(
    redis_url: str, tmp_path: Path, fault: str
) -> None:
    async with office(redis_url, tmp_path) as desk:
        desk.slack.fault(fault, "chat.postMessage", times=2, seconds=0.1)  # type: ignore[arg-type]
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        desk.slack.fault(fault, "chat.postMessage", times=3, seconds=0.1)  # type: ignore[arg-type]
        await desk.does(there, Claimed("ana"))
        for words in ("one", "two"):
            await desk.asks("mia", "@mia", words)
            await desk.quiet()
        desk.slack.fault(fault, "chat.postMessage", seconds=0.1)  # type: ignore[arg-type]
        await desk.does(there, Replied("ana", "Hi Mia"))

        assert desk.words(there) == ["Passing you to Billing.", "Ana Duarte from Billing has joined.", "Hi Mia"]
        assert desk.thread("#desk-billing") == ["one", "two"]
        assert [kind(each) for each in desk.private("ana")] == ["packet"]
        posted = [payload(each)["key"] for channel in ("@mia", "@ana", "#desk-billing") for each in ours(desk, channel)]
        assert len(posted) == len(set(posted))


def ours(desk: Office, channel: str) -> list:  # type: ignore[type-arg]
    return [each for each in desk.slack.messages(channel) if each.bot_id == desk.slack.app.bot_id]


async def test_slack_that_refuses_connections_is_waited_for(redis_url: str, tmp_path: Path) -> None:
    async with Web("xoxb-nobody", base_url="http://127.0.0.1:9/api/", timeout_s=2.0) as web:
        with pytest.raises(Temporary) as raised:
            await web.ask(web.client.auth_test())
    assert raised.value.certain


@pytest.mark.parametrize(
    ("fault", "more", "certain"),
    [("ratelimited", {"seconds": 7.0}, True), ("drop_after", {}, False), ("http_error", {"status": 503}, False)],
)
async def test_what_may_be_repeated_is_told_from_what_must_be_looked_up(
    redis_url: str, tmp_path: Path, fault: str, more: dict[str, float], certain: bool
) -> None:
    async with (
        office(redis_url, tmp_path) as desk,
        Web(desk.slack.bot_token, base_url=desk.slack.api_url, timeout_s=2.0) as web,
    ):
        desk.slack.fault(fault, "auth.test", **more)  # type: ignore[arg-type]
        with pytest.raises(Temporary) as raised:
            await web.ask(web.client.auth_test())

    assert raised.value.certain is certain
    assert raised.value.retry_after_s == (7.0 if fault == "ratelimited" else None)


async def test_an_answer_that_takes_too_long_is_uncertain(redis_url: str, tmp_path: Path) -> None:
    async with (
        office(redis_url, tmp_path) as desk,
        Web(desk.slack.bot_token, base_url=desk.slack.api_url, timeout_s=0.2) as web,
    ):
        desk.slack.fault("hold", "auth.test")
        with pytest.raises(Temporary) as raised:
            await web.ask(web.client.auth_test())
        desk.slack.faults.clear()

    assert not raised.value.certain


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "account_inactive", "msg_too_long", "made_up"])
async def test_a_refusal_is_for_good_and_says_why(redis_url: str, tmp_path: Path, code: str) -> None:
    async with (
        office(redis_url, tmp_path) as desk,
        Web(desk.slack.bot_token, base_url=desk.slack.api_url) as web,
    ):
        desk.slack.world.contract.methods = {}
        desk.slack.fault("error", "auth.test", code=code)
        with pytest.raises(SlackRefusal, match=rf".+ \({code}\)") as raised:
            await web.ask(web.client.auth_test())

    assert raised.value.code == code and isinstance(raised.value, Permanent)


async def test_an_archived_channel_means_the_fallback_team_then_the_default_team_then_the_members(
    redis_url: str, tmp_path: Path
) -> None:
    async with office(redis_url, tmp_path) as desk:
        await desk.slack.archive("#desk-billing")
        await desk.asks("mia", "#help", CALLS)
        await desk.quiet()
        assert "I was charged twice" in drawn(desk.card("#desk-platform"))

        await desk.slack.archive("#desk-platform")
        there = await desk.asks("tom", "#help", CALLS)
        await desk.quiet()
        assert "Tom Field" in drawn(desk.card("#desk"))
        await desk.does(there, Claimed("ana"))
        assert "*Ana Duarte*" in drawn(desk.card("#desk"))

        await desk.slack.archive("#desk")
        there = await desk.asks("lea", "@lea", CALLS)
        await desk.quiet()
        asked = [next(each for each in desk.private(who) if "Léa Petit" in drawn(each)) for who in ("alice", "ana")]
        assert {kind(each) for each in asked} == {"card"} and "Waiting" in drawn(asked[1])
        await desk.does(there, Claimed("ana"))
        assert all("*Ana Duarte*" in drawn(each) for each in asked)


async def test_a_card_that_reaches_nobody_is_noticed(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        for channel in ("#desk-billing", "#desk-platform", "#desk"):
            await desk.slack.archive(channel)
        for who in ("alice", "ana"):
            await desk.slack.deactivate(who)
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()

        notes = [line.text for line in (await desk.record(there)).lines if line.visibility == "internal"]
        assert notes == ["A card could not be delivered: no channel and no member of Billing can be reached"]


async def test_the_requester_gets_no_card_of_their_own(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        for channel in ("#desk-billing", "#desk-platform", "#desk"):
            await desk.slack.archive(channel)
        await desk.asks("ana", "@ana", CALLS)
        await desk.quiet()

        assert [kind(each) for each in desk.private("ana")] == ["line"]
        assert [kind(each) for each in desk.private("alice")] == ["card"]


async def test_a_card_is_never_posted_where_customers_write(redis_url: str, tmp_path: Path) -> None:
    config = (Path(__file__).parent / "office.py").read_text().split('CONFIG = """\\\n')[1].split('"""')[0]
    async with office(redis_url, tmp_path, config=config.replace("#desk-billing", "#help")) as desk:
        await desk.asks("mia", "#help", CALLS)
        await desk.quiet()

        assert desk.cards("#help") == [] and len(desk.cards("#desk-platform")) == 1


async def test_a_deleted_card_is_posted_again_while_it_is_needed(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        desk.slack.world.remove(desk.card("#desk-billing"))
        await desk.does(there, Claimed("ana"))

        card = desk.card("#desk-billing")
        assert "*Ana Duarte*" in drawn(card)
        assert await desk.store.address("slack", "T0ACME", "T0ACME.C0BILLING", card.ts) == there

        desk.slack.world.remove(card)
        await desk.does(there, Replied("ana", "Done."), MarkedResolved("ana"))
        assert len(desk.cards("#desk-billing")) <= 1


async def test_the_first_line_of_a_direct_message_may_be_deleted(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        first = desk.slack.messages("@mia")[0]
        await desk.quiet()
        for reply in desk.slack.replies("@mia", first.ts):
            desk.slack.world.remove(reply)
        desk.slack.world.remove(first)
        await desk.does(there, Claimed("ana"), Replied("ana", "Hi Mia"))

        assert desk.words(there)[-1] == "Hi Mia" and desk.seen(there)[-1].thread_ts is None


async def test_a_channel_hears_nothing_when_the_thread_of_a_question_is_gone(redis_url: str, tmp_path: Path) -> None:
    """T35: an answer never lands beside its thread."""
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()
        for reply in desk.seen(there):
            desk.slack.world.remove(reply)
        (question,) = desk.slack.messages("#help")
        desk.slack.world.remove(question)
        await desk.does(there, Claimed("ana"), Replied("ana", "Hi Mia"))

        assert desk.slack.messages("#help") == []
        notes = [line.text for line in (await desk.record(there)).lines if line.visibility == "internal"]
        assert any("A reply could not be delivered: the thread is gone" in note for note in notes)
        assert any("could not be delivered" in each.text for each in desk.private("ana"))


async def test_who_cannot_be_invited_still_gets_the_packet(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        desk.slack.app.scopes -= {"channels:write.invites", "groups:write.invites"}
        desk.slack.workspace.channel("#help").members.remove("U0ANA")
        there = await desk.asks("mia", "#help", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"), Replied("ana", "Hi"))

        assert [kind(each) for each in desk.private("ana")] == ["packet"] and desk.words(there)[-1] == "Hi"


async def test_fifty_cards_are_edited_in_place(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path, workers=2) as desk:
        asked = [await desk.asks("mia", "#help", f"{CALLS} (case {number})") for number in range(50)]
        await desk.quiet()
        for number, there in enumerate(asked):
            here = located(there)
            assert here is not None
            await desk.store.enqueue(here.place, Mail(f"claim-{number}", Claimed("ana")))
        await desk.quiet()

        cards = desk.cards("#desk-billing")
        assert len(cards) == 50 and all("*Ana Duarte*" in drawn(card) for card in cards)
        assert len({payload(card)["conversation"] for card in cards}) == 50
        asked_once = ("auth.test", "conversations.list", "conversations.open")
        assert [len(desk.slack.calls(method)) for method in asked_once] == [1, 1, 1]


async def test_a_channel_that_is_full_takes_its_cards_one_after_another(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        desk.slack.options.real_limits = True
        asked = [await desk.asks(who, f"@{who}", CALLS) for who in ("mia", "tom", "lea")]
        await desk.quiet()

        assert {payload(card)["conversation"] for card in desk.cards("#desk-billing")} == set(asked)
        assert [call.error for call in desk.slack.calls("chat.postMessage")].count("ratelimited") <= 3


def test_who_was_refused_comes_back_in_turn() -> None:
    """Fifty at once: each is refused once at most and then has a second of its own."""
    now = 100.0
    pace = Pace(lambda: now)
    assert pace.wait_s("C1", "first") == 0.0

    back = {"r0": pace.refused("C1", "r0", 1.0)} | {f"r{n}": pace.wait_s("C1", f"r{n}") for n in range(1, 50)}
    assert sorted(back, key=lambda who: back[who]) == [f"r{n}" for n in range(50)]
    times = sorted(back.values())
    assert times[0] >= 1.0 and all(later - earlier >= 1.0 for earlier, later in pairwise(times))
    assert pace.wait_s("C2", "r1") == 0.0

    for who, wait_s in sorted(back.items(), key=lambda each: each[1]):
        now = 100.0 + wait_s
        assert pace.wait_s("C1", who) == 0.0
    assert pace.wait_s("C1", "late") > 0.0
    now += 200.0
    assert pace.wait_s("C1", "much later") == 0.0


async def test_a_token_that_was_revoked_ends_in_dead_letters_not_in_a_circle(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        there = await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()
        await desk.does(there, Claimed("ana"))
        desk.slack.app.bot_token = "xoxb-another"
        await desk.does(there, Replied("ana", "Hi Mia"))

        notes = [line.text for line in (await desk.record(there)).lines if "could not be delivered" in line.text]
        assert 1 <= len(notes) <= 4 and any(note.startswith("A reply could not be delivered") for note in notes)


async def test_without_the_scope_for_private_channels_public_ones_are_still_found(
    redis_url: str, tmp_path: Path
) -> None:
    async with office(redis_url, tmp_path) as desk:
        desk.slack.app.scopes -= {"groups:read"}
        desk.slack.workspace.channel("#desk").kind = "public"
        await desk.asks("mia", "@mia", CALLS)
        await desk.quiet()

        assert len(desk.cards("#desk")) == 1 and desk.cards("#desk-billing") == []


async def test_a_form_that_slack_does_not_know_costs_the_form_not_the_words(redis_url: str, tmp_path: Path) -> None:
    async with office(redis_url, tmp_path) as desk:
        desk.slack.fault("error", "chat.postMessage", code="invalid_blocks")
        there = await desk.asks("mia", "@mia", "where is my invoice")
        await desk.quiet()

        (answer,) = desk.seen(there)
        assert answer.blocks == [] and "Account &gt; Billing" in answer.text
