"""What happened over two workers is decided again from its log alone, and comes out the same."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, agent_lines, person_lines
from tests.fakes.model import call, text

CONFIG = fakes.config(unclaimed_after="1s")


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """One whose model and workers the story may end."""
    with fakes.running(tmp_path, config=CONFIG, BATON_LEASE_S="1") as desk:
        yield desk


def baton(desk: Desk, *arguments: str) -> tuple[int, str]:
    """The command as an administrator calls it, beside the running desk: its exit code and what it prints."""
    ran = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", *arguments],
        cwd=desk.program.folder, env=desk.program.environment, text=True, capture_output=True, check=False,
        timeout=fakes.WITHIN_S,
    )  # fmt: skip
    return ran.returncode, ran.stdout + ran.stderr


def batons(desk: Desk, *commands: tuple[str, ...]) -> list[tuple[int, str]]:
    """Several that change nothing, side by side."""
    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(lambda arguments: baton(desk, *arguments), commands))


def a_long_story(desk: Desk, conversation: str) -> None:
    """Two agents, a wait in which nobody comes for a while, a person, a note, a hand back, another answer, the end; the
    first worker is gone in the middle of it."""
    desk.model.rule("mango", call("transfer_to_helper", reason="details"), text("What is the order number?"))
    desk.model.rule("papaya", call("transfer_to_billing", reason="a refund") | {"text": "That is for Billing."})
    desk.model.rule("guava", text("It is under Account."))
    desk.model.rule("thyme", call("complete", summary="all is well") | {"text": "Glad to hear it."})
    desk.say(conversation, "mango question")
    desk.answered(conversation)
    desk.say(conversation, "papaya, order 7")
    desk.queued(conversation)
    desk.until(conversation, _nudged)
    desk.workers[0].kill()
    desk.act(conversation, "claim", "ana")
    desk.until(conversation, lambda view: view["state"] == "held")
    assert desk.act(conversation, "claim", "ben").status_code == 409
    desk.act(conversation, "note", "ana", text="knows us well")
    desk.act(conversation, "reply", "ana", text="The refund is on its way.")
    desk.until(conversation, lambda view: person_lines(view) == ["The refund is on its way."])
    desk.say(conversation, "guava, and where is the invoice?")
    desk.act(conversation, "hand-back", "ana", hint="they want the invoice")
    desk.until(conversation, lambda view: "It is under Account." in agent_lines(view))
    desk.say(conversation, "thyme, that was it")
    desk.until(conversation, lambda view: view["state"] == "resolved")


def _nudged(view: fakes.View) -> bool:
    return any(entry["cause"] == "unclaimed_after" for entry in view["journal"])


def closed(desk: Desk) -> None:
    """The model is gone, and so are all processes but Redis."""
    desk.model.stop()
    for program in desk.programs:
        program.kill()


def test_a_long_story_over_two_workers_is_decided_again_without_a_network(own_desk: Desk) -> None:
    a_long_story(own_desk, "long")
    own_desk.say("short", "get me a person")
    own_desk.queued("short")
    closed(own_desk)

    one = ("replay", "long")
    (code, said), again, everything = batons(own_desk, one, one, ("replay", "--since", "1h"))

    assert code == 0, said
    assert said.startswith("long: the same, ") and "5 steps of agents run again" in said
    assert again == (code, said)
    assert everything == (0, "2 conversations: 2 the same\n")


def test_what_cannot_be_replayed_is_said_in_a_line(desk: Desk) -> None:
    nobody, *wrong = batons(
        desk,
        ("replay", "nobody"),
        ("replay",),
        ("replay", "nobody", "--since", "1h"),
        ("replay", "--since", "soon"),
    )

    assert nobody == (1, "there is no conversation nobody, or nothing has been decided of it yet\n")
    assert [code for code, _ in wrong] == [2, 2, 2]


def test_another_configuration_is_tried_on_what_happened_and_shows_where_it_parts(desk: Desk) -> None:
    desk.model.rule("papaya", call("transfer_to_billing", reason="a refund"))
    desk.say("moved", "papaya, order 7")
    desk.queued("moved")
    assert desk.act("moved", "claim", "ben").status_code == 200
    desk.until("moved", lambda view: view["state"] == "held")
    without_ben = CONFIG.replace("billing: {members: [ana, ben, cleo]", "billing: {members: [ana, cleo]")
    (desk.program.folder / "other.yaml").write_text(without_ben)

    commands = [("replay", "moved", "--config", name) for name in ("config.yaml", "other.yaml")]
    same, parted = batons(desk, *commands)

    assert same[0] == 0 and same[1].splitlines()[1:] == [
        "  ends the same: state held, holder person:ben, route default, priority normal, reason agent_decided"
    ]
    assert parted[0] == 0
    assert "Claimed of" in parted[1] and "now  refused: " in parted[1]
    assert "ends with state held -> queued, holder person:ben -> team:billing" in parted[1]


def test_models_are_asked_again_and_what_they_say_now_stands_beside_what_they_said(desk: Desk) -> None:
    desk.model.rule("kiwi", text("It is green."), text("It is brown."))
    desk.model.rule("plum", text("It is blue."), call("transfer_to_billing", reason="who knows"))
    desk.say("asked", "kiwi question")
    desk.answered("asked")
    desk.say("asked", "plum question")
    desk.until("asked", lambda view: len(agent_lines(view)) == 2)

    code, said = baton(desk, "replay", "asked", "--live-model")

    assert code == 0
    assert "agent:triage says 'It is green.'\n    now says 'It is brown.'" in said
    assert "parts at entry 6, AgentReplied" in said
    assert "holder agent:triage -> team:billing" in said
