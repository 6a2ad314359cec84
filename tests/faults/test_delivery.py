"""What is posted to a chat product is posted once, whatever becomes of the calls, over the real worker and store."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Baton, assemble
from bot.settings import Settings
from bot.store.places import place_of
from bot.worker import Worker
from handlers.values import Mail, Record
from routing.events import Claimed, Event, MessageReceived, Replied
from tests.fakes import desk as fakes
from tests.faults.recorder import LATE_S, Recorder, RecordingPlatform

THREAD, OTHER = "slack.T1.C1.100", "slack.T1.C1.200"
QUESTION, ANSWER = "where is my invoice", "Invoices are under Account > Billing."
LONGEST_S = 60.0
pytestmark = pytest.mark.anyio


def answers(texts: list[str]) -> int:
    """How many texts are the agent's answer; there may be nothing else."""
    assert all(ANSWER in text for text in texts), texts
    return len(texts)


class Chat:
    """A running worker whose conversations live in the recorder."""

    def __init__(self, baton: Baton, recorder: Recorder) -> None:
        self.baton = baton
        self.recorder = recorder
        self._sent = 0

    async def send(self, event: Event, thread: str = THREAD) -> None:
        self._sent += 1
        await self.baton.store.enqueue(place_of(thread), Mail(f"event-{self._sent}", event))

    async def say(self, words: str, thread: str = THREAD) -> None:
        await self.send(MessageReceived(0, "U1", words, 0), thread)

    async def until(self, so: Callable[[], object]) -> None:
        async with asyncio.timeout(LONGEST_S):
            while not so():
                await asyncio.sleep(0.01)

    async def quiet(self) -> None:
        async with asyncio.timeout(LONGEST_S):
            while self.recorder.under_way or not await self.baton.store.quiet():
                await asyncio.sleep(0.01)

    async def record(self, thread: str = THREAD) -> Record:
        found = await self.baton.store.read(thread)
        assert found is not None
        return found


@asynccontextmanager
async def chat(redis_url: str, folder: Path, *, searchable: bool = True, lease_s: float = 12.0) -> AsyncIterator[Chat]:
    """The embedded model answers; a cut-off row is looked up soon, because the recorder is never late for long."""
    (folder / "config.yaml").write_text(fakes.config(model="local"))
    recorder = Recorder()
    platform = RecordingPlatform(recorder, searchable=searchable)
    async with (
        recorder.serving(),
        assemble(
            Settings(_env_file=None, baton_lease_s=lease_s), folder / "config.yaml", redis_url=redis_url, api_token="t",
            secret_key="s", platforms=[platform],
        ) as baton,
    ):  # fmt: skip
        worker = Worker(replace(baton.world, settle_s=2 * LATE_S))
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run(grace_s=1.0))
            try:
                yield Chat(baton, recorder)
            finally:
                worker.stop()


async def test_two_threads_of_one_channel_are_both_answered(redis_url: str, tmp_path: Path) -> None:
    """The first turn of one is not taken for the first turn of the other."""
    async with chat(redis_url, tmp_path) as desk:
        await desk.say(QUESTION)
        await desk.until(lambda: desk.recorder.texts(THREAD))
        await desk.say(QUESTION, OTHER)
        await desk.until(lambda: desk.recorder.texts(OTHER))

    assert answers(desk.recorder.texts(THREAD)) == 1
    assert answers(desk.recorder.texts(OTHER)) == 1


@pytest.mark.parametrize("faults", [["refuse"], ["drop"], ["late"], ["refuse", "drop"], ["refuse", "late"]])
async def test_a_reply_whose_call_was_cut_off_is_looked_up_and_posted_once(
    redis_url: str, tmp_path: Path, faults: list[str]
) -> None:
    async with chat(redis_url, tmp_path) as desk:
        desk.recorder.faults.extend(faults)  # type: ignore[arg-type]

        await desk.say(QUESTION)
        await desk.until(lambda: desk.recorder.posts)
        await desk.quiet()

    assert answers(desk.recorder.texts(THREAD)) == 1
    assert desk.recorder.look_ups >= 1


async def test_a_reply_that_cannot_be_looked_up_becomes_a_dead_letter_that_staff_are_told_of(
    redis_url: str, tmp_path: Path
) -> None:
    async with chat(redis_url, tmp_path, searchable=False) as desk:
        desk.recorder.faults.append("drop")

        await desk.say(QUESTION)
        await desk.until(lambda: desk.recorder.posts)
        await desk.quiet()
        record = await desk.record()

    assert answers(desk.recorder.texts(THREAD)) == 1
    assert [line.text for line in record.lines if line.kind == "note"] == [
        "A reply could not be delivered: nobody knows whether it was sent, and it cannot be looked up"
    ]


async def test_a_notice_that_cannot_be_looked_up_is_rather_said_twice_than_never(
    redis_url: str, tmp_path: Path
) -> None:  # fmt: skip
    async with chat(redis_url, tmp_path, searchable=False) as desk:
        desk.recorder.faults.append("refuse")

        await desk.say("let me talk to a human")
        await desk.until(lambda: desk.recorder.posts)
        await desk.quiet()

    assert desk.recorder.texts(THREAD) == ["Passing you to General."]


async def test_an_answer_that_has_not_left_when_a_person_takes_over_never_leaves(
    redis_url: str, tmp_path: Path
) -> None:  # fmt: skip
    """I3: it becomes a draft for the person, whose own words leave."""
    async with chat(redis_url, tmp_path) as desk:
        desk.recorder.faults.append("refuse")
        await desk.say(QUESTION)
        await desk.until(lambda: not desk.recorder.faults)
        await desk.send(Claimed("ana"))
        await desk.send(Replied("ana", "Words of Ana."))

        await desk.until(lambda: "Words of Ana." in desk.recorder.texts(THREAD))
        await desk.quiet()
        record = await desk.record()

    assert desk.recorder.texts(THREAD) == ["Ana Duarte from Billing has joined.", "Words of Ana."]
    assert answers([line.text for line in record.lines if line.kind == "draft"]) == 1
    assert record.conversation is not None and not record.conversation.unanswered


async def test_nobody_is_shown_at_work_while_a_person_holds(redis_url: str, tmp_path: Path) -> None:
    """T48"""
    async with chat(redis_url, tmp_path) as desk:
        await desk.say(QUESTION)
        await desk.until(lambda: desk.recorder.posts)
        await desk.send(Claimed("ana"))
        await desk.say(f"{QUESTION} again")
        await desk.quiet()

    assert desk.recorder.at_work == [THREAD]
