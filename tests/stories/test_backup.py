"""Everything is lost but a file, and the desk goes on from there."""

import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from bot.cli import main
from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, View, agent_lines, customer_lines, eventually, person_lines, reasons
from tests.fakes.model import text

CONFIG = fakes.config(agent_timeout="20s", slow_line_after="15s", unclaimed_after="3s")
TALKS = [f"talk-{n}" for n in range(8)]


def baton(desk: Desk, *arguments: str) -> tuple[int, str]:
    """The command as an administrator calls it, beside the desk: its exit code and what it prints."""
    ran = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", *arguments],
        cwd=desk.program.folder, env=desk.program.environment, text=True, capture_output=True, check=False,
        timeout=fakes.WITHIN_S,
    )  # fmt: skip
    return ran.returncode, ran.stdout + ran.stderr


def typed(desk: Desk, said: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The same in this process, for many in a row: starting one takes longer than what it does."""
    with pytest.MonkeyPatch.context() as here:
        for name, value in desk.program.environment.items():
            here.setenv(name, value)
        here.chdir(desk.program.folder)
        here.setattr(sys, "argv", ["baton", *arguments])
        with pytest.raises(SystemExit) as ended, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Cyclopts takes a test that gives it no words for a mistake
            main()
    assert isinstance(ended.value.code, int)
    return ended.value.code, "".join(said.readouterr())


def shape(view: View) -> dict[str, object]:
    kept = ("state", "holder", "handoffs", "chain", "unanswered", "seq", "number", "epoch")
    return {name: view[name] for name in kept} | {"said": [(one["n"], one["text"]) for one in view["messages"]]}


def test_a_desk_goes_on_from_its_backup_and_nothing_is_lost_or_said_twice(tmp_path: Path) -> None:
    """Talks that were answered, one that a person holds, one that waits for one, one that a model is working on."""
    with fakes.running(tmp_path, config=CONFIG) as desk:
        desk.model.rule("slowly", {"hang": True}, text("A slow answer."))
        desk.model.otherwise(*(text(f"answer {n}.") for n in range(100)))
        for talk in TALKS:
            desk.say(talk, f"a question of {talk}", id=f"{talk}-1")
            desk.answered(talk)
        desk.say("held", "let me talk to a human", id="held-1")
        desk.queued("held")
        assert desk.act("held", "claim", "ben", id="held-2").status_code == 200
        assert desk.act("held", "reply", "ben", text="One moment.", id="held-3").status_code == 200
        desk.until("held", lambda view: view["number"])
        desk.say("waiting", "let me talk to a human", id="waiting-1")
        desk.queued("waiting")
        desk.say("thinking", "answer slowly", id="thinking-1")
        desk.until_asked("slowly")
        before = {talk: shape(desk.conversation(talk)) for talk in (*TALKS, "held")}

        code, said = baton(desk, "backup", "file")
        assert (code, said.split(",")[0]) == (0, "file: 11 conversations")
        assert baton(desk, "restore", "file")[0] == 1  # not into what is there
        for program in desk.programs:
            program.kill()
        desk.redis.flush()
        code, said = baton(desk, "restore", "file")
        assert (code, said.split(" as of ")[0]) == (0, "file: 11 conversations")
        fakes.start_together(desk.programs)

        for talk, as_it_was in before.items():
            assert shape(desk.conversation(talk)) == as_it_was
        for talk in (*TALKS, "held", "waiting", "thinking"):
            said_again = "a question" if talk in TALKS else "let me talk to a human"
            assert desk.say(talk, said_again, id=f"{talk}-1").json()["duplicate"] is True
        thinking = desk.answered("thinking")
        assert (agent_lines(thinking), len(customer_lines(thinking))) == (["A slow answer."], 1)
        waiting = desk.until("waiting", lambda view: "no_answer" in reasons(view) or len(view["messages"]) > 2)
        assert waiting["state"] in ("queued", "offered")  # the timer that was armed before has fired
        assert desk.act("held", "reply", "ben", text="Here I am.", id="held-4").status_code == 200
        assert person_lines(desk.answered("held")) == ["One moment.", "Here I am."]
        desk.say("talk-0", "another question", id="talk-0-2")
        assert len(agent_lines(desk.until("talk-0", lambda view: len(agent_lines(view)) == 2))) == 2
        assert {one["name"]: one["open"] for one in desk.request("GET", "/people").json()["items"]}["ben"] >= 1
        eventually(lambda: all(not desk.conversation(talk)["unanswered"] for talk in TALKS))
        assert [shape(desk.conversation(talk)) for talk in TALKS[1:]] == [before[talk] for talk in TALKS[1:]]


def test_what_is_restored_into_must_be_empty_and_what_is_read_must_be_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with fakes.running(tmp_path, config=CONFIG, workers=1) as desk:
        desk.say("c", "let me talk to a human")
        desk.queued("c")
        assert typed(desk, capsys, "backup", "file")[0] == 0
        whole = (tmp_path / "file").read_bytes()
        (tmp_path / "cut").write_bytes(whole[:-40])

        assert "is not empty" in typed(desk, capsys, "restore", "file")[1]
        code, said = typed(desk, capsys, "restore", "cut")
        assert (code, said) == (1, "cut is damaged or was cut off: its checksum is another\n")
        code, said = typed(desk, capsys, "restore", "nothing-here")
        assert (code, said) == (1, "nothing-here: No such file or directory\n")
        assert typed(desk, capsys, "migrate", "--check") == (0, "nothing to do: the store is of schema 2\n")
        assert desk.redis.command("DEL", "{meta}:schema") == b":1"
        code, said = typed(desk, capsys, "migrate", "--check")
        assert (code, said) == (
            1,
            "schema 2: transcript and log in one list, in their shorter form, in up to 1 conversations\n",
        )
        code, said = typed(desk, capsys, "dead-letters", "list")
        assert (code, said) == (2, "this Redis holds data of schema 0, this Baton needs 2: run `baton migrate`\n")
        assert typed(desk, capsys, "migrate") == (
            0,
            "schema 2: transcript and log in one list, in their shorter form, 0 conversations changed\n",
        )
        assert typed(desk, capsys, "migrate", "--check")[0] == 0
