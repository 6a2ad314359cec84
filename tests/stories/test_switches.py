"""What concerns the whole desk: agents silenced and let speak, a store that goes away, workers that come and go."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.fakes import desk as fakes
from tests.fakes.desk import (
    Desk,
    agent_lines,
    customer_lines,
    drafts,
    eventually,
    notices,
    person_lines,
    public,
    reasons,
)
from tests.fakes.model import text


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One that nobody else uses. Short leases, so that a dead worker's work is soon another's."""
    with fakes.running(tmp_path_factory.mktemp("switches"), BATON_LEASE_S="2") as running:
        yield running


def by_command(desk: Desk, verb: str) -> None:
    """`baton agents pause` on the machine of the desk."""
    command = [sys.executable, "-c", "from bot.cli import main; main()", "agents", verb]
    told = subprocess.run(
        command, env=desk.ingress.environment, cwd=desk.ingress.folder, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")


def seen_by_all(desk: Desk, verb: str) -> None:
    """Returns once eight probes in a row were treated so, whichever worker had them."""
    wanted = "queued" if verb == "pause" else "bot"
    streak: list[str] = []

    def look() -> bool:
        c = f"probe-{verb}-{len(streak)}"
        desk.say(c, "probe")
        view = desk.until(c, lambda view: view["state"] == "queued" or agent_lines(view))
        streak.append(view["state"])
        return streak[-8:] == [wanted] * 8

    eventually(look, what=f"{verb} at every worker")


def test_paused_agents_are_silent_everything_queues_and_resumed_they_answer_again(desk: Desk) -> None:
    desk.model.rule("probe", text("I am an answer to a probe."))
    desk.model.rule("mango", text("A mango is sweet."))
    all_know = threading.Event()
    desk.model.rule("lychee", text("Too late.", when=all_know))
    desk.say("paused-late", "lychee?")
    desk.until_asked("lychee")

    assert desk.request("POST", "/agents/pause").json() == {"paused": True}
    seen_by_all(desk, "pause")
    all_know.set()
    desk.say("paused", "mango?")
    queued, late = desk.queued("paused"), desk.queued("paused-late")
    by_command(desk, "resume")
    seen_by_all(desk, "resume")
    desk.say("resumed", "mango?")
    answered = desk.answered("resumed")

    assert reasons(queued) == ["bot_unavailable"]
    assert notices(queued) == ["Passing you to General."] and agent_lines(queued) == []
    assert drafts(late) == ["Too late."] and "Too late." not in public(late)
    assert agent_lines(answered) == ["A mango is sweet."]


def test_a_store_that_goes_away_is_a_503_and_nothing_that_was_accepted_is_lost(desk: Desk) -> None:
    desk.model.rule("cranberry", text("Still here."))
    desk.say("away", "let me talk to a human")
    desk.queued("away")
    desk.act("away", "claim", "ben")
    desk.say("away-bot", "cranberry, think", id="first")
    desk.redis.command("CONFIG", "SET", "appendfsync", "always")
    desk.redis.kill()

    refused = desk.say("away", "are you there?", id="m-2")
    looked = desk.request("GET", "/conversations/away")
    acted = desk.act("away", "reply", "ben", text="lost?", id="r-1")
    ready = desk.http.get(f"{desk.ingress.url}/readyz")
    desk.redis.start()
    eventually(lambda: desk.say("away", "are you there?", id="m-2").status_code == 202, what="being accepted again")
    eventually(lambda: desk.act("away", "reply", "ben", text="lost?", id="r-1", seen=2).status_code == 200)
    view = desk.conversation("away")
    bot = desk.answered("away-bot")

    assert [answer.status_code for answer in (refused, looked, acted, ready)] == [503] * 4
    assert refused.json()["code"] == "unavailable"
    assert customer_lines(view) == ["let me talk to a human", "are you there?"]
    assert person_lines(view) == ["lost?"]
    assert view["holder"]["name"] == "ben" and not view["unanswered"]
    assert agent_lines(bot) == ["Still here."]


def test_an_answer_that_a_killed_worker_had_asked_for_is_given_once_by_another(desk: Desk) -> None:
    desk.model.rule("raspberry", text("Once.", delay_s=1))
    desk.say("killed", "raspberry?")
    desk.until_asked("raspberry")

    for worker in desk.workers:
        worker.restart_by_kill()
    for worker in desk.workers:
        worker.wait_until_it_serves()
    view = desk.answered("killed")

    assert agent_lines(view) == ["Once."]


def test_a_worker_that_was_frozen_for_longer_than_its_lease_does_not_speak_late(desk: Desk) -> None:
    """The other worker takes over; when the first wakes up, its answer counts for nothing."""
    desk.model.rule("blueberry", text("Exactly once.", delay_s=0.5))
    conversations = [f"frozen-{number}" for number in range(8)]
    for c in conversations:
        desk.say(c, "blueberry?")
    desk.until_asked("blueberry", len(conversations))
    desk.workers[0].send(signal.SIGSTOP)
    try:
        views = [desk.answered(c) for c in conversations]
    finally:
        desk.workers[0].send(signal.SIGCONT)
    desk.say("thawed", "blueberry?")
    desk.answered("thawed")

    assert [agent_lines(view) for view in views] == [["Exactly once."]] * 8
    assert [agent_lines(desk.conversation(c)) for c in conversations] == [["Exactly once."]] * 8


def test_a_worker_that_is_asked_to_stop_gives_its_work_to_the_next(desk: Desk) -> None:
    desk.model.rule("gooseberry", text("Answered.", delay_s=0.3))
    for number in range(6):
        desk.say(f"drained-{number}", "gooseberry?")

    code = desk.workers[0].end()
    views = [desk.answered(f"drained-{number}") for number in range(6)]
    desk.workers[0].start()

    assert code == 0
    assert [agent_lines(view) for view in views] == [["Answered."]] * 6
