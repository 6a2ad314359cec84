"""`baton eval` as a person or a build server calls it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.cli import app
from bot.commands.plainly import Stop
from tests.evaluate.test_eval_judge import CONFIG
from tests.fakes.model import FakeModel, text

Out = pytest.CaptureFixture[str]
CASES = """\
text,expected,conversation,language
where is my invoice,answer:invoices,,en
I was charged twice,refunds,,en
"I was charged twice, get me a person",team:billing,,en
ich möchte mit einem Menschen sprechen,human,,de
good morning,none,c1,en
that did not help,?,c1,en
let me talk to a human,human,c1,en
"""


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("BATON_CONFIG", "BATON_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(CONFIG)
    Path("cases.csv").write_text(CASES)


def run(*arguments: str) -> int:
    code = app(["eval", *arguments])
    assert isinstance(code, int)
    return code


def results(capsys: Out, *arguments: str) -> dict[str, Any]:
    assert run("cases.csv", "--format", "json", *arguments) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def stopped(arguments: Sequence[str]) -> str:
    """The one line of a wrong usage; its exit code is 2."""
    with pytest.raises(Stop) as raised:
        run(*arguments)
    assert raised.value.code == 2
    return str(raised.value)


def test_the_text_has_the_scoreboard_the_baselines_and_the_matrix(capsys: Out) -> None:
    assert run("cases.csv") == 0

    said = capsys.readouterr().out
    assert "cases.csv: 7 lines in 5 conversations, 6 labels" in said
    for words in (
        "Escalation recall", "GT-III (lambda 0)", "Coverage at 95 % precision", "always", "never", "expected below",
        "not measured: no line is labelled", "gave up", "de: accuracy", "of 3",
    ):  # fmt: skip
        assert words in said, words


def test_json_has_every_number_with_its_interval_or_why_there_is_none(capsys: Out) -> None:
    found = results(capsys)

    [judged] = found["runs"]
    assert (found["lines"], found["conversations"], judged["model"], judged["config"]) == (7, 5, "local", "config.yaml")
    recall = judged["metrics"]["escalation_recall"]
    assert recall["of"] == 3 and 0 <= recall["low"] <= recall["value"] <= recall["high"] <= 1
    assert judged["metrics"]["oos_recall"] == {"value": None, "not_measured": 'no line is labelled "oos"'}
    assert judged["confusion"]["route:refunds"] == {"route:refunds": 1}
    assert set(judged["by_language"]) == {"de", "en"}
    assert found["always"]["escalation_recall"]["value"] == 1.0
    assert found["never"]["escalation_recall"]["value"] == 0.0
    for metric in (*judged["metrics"].values(), *found["always"].values(), *found["never"].values()):
        assert (metric["value"] is None) == ("not_measured" in metric)


def test_a_mistake_is_listed_with_its_line(capsys: Out) -> None:
    Path("cases.csv").write_text("text,expected\nwhere is my invoice,team:billing\n")

    [judged] = results(capsys)["runs"]
    [mistake] = judged["mistakes"]
    assert (mistake["line"], mistake["expected"], mistake["got"]) == (2, "team:billing", "answer:invoices")
    assert mistake["wrong"] == ["wrong queue", "not handed off"]


def test_half_a_character_of_a_customer_breaks_nothing(capsys: Out) -> None:
    Path("cases.jsonl").write_text('{"text": "\\ud83d wo ist das M\u00f6bel", "expected": "bot"}\n')

    assert run("cases.jsonl", "--format", "json", "--out", "found") == 0
    for said in (capsys.readouterr().out, Path("found/results.json").read_text()):
        [mistake] = json.loads(said)["runs"][0]["mistakes"]
        assert mistake["text"] == "\ud83d wo ist das M\u00f6bel"


def test_the_pictures_and_the_results_are_written(capsys: Out) -> None:
    assert run("cases.csv", "--out", "found/here") == 0

    folder = Path("found/here")
    assert sorted(path.name for path in folder.iterdir()) == ["calibration.svg", "results.json", "risk-coverage.svg"]
    for name in ("calibration.svg", "risk-coverage.svg"):
        drawn = ElementTree.parse(folder / name).getroot()
        assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
        assert drawn.find("{http://www.w3.org/2000/svg}title") is not None
    assert json.loads((folder / "results.json").read_text())["lines"] == 7


def test_several_configurations_stand_side_by_side(capsys: Out) -> None:
    Path("other.yaml").write_text(CONFIG.replace("to: team:billing", "to: team:general"))

    found = results(capsys, "--config", "config.yaml", "--config", "other.yaml")

    assert [run["name"] for run in found["runs"]] == ["config.yaml · local", "other.yaml · local"]
    first, second = (run["metrics"]["escalation_precision"] for run in found["runs"])
    assert first == second
    assert [run["confusion"]["team:billing"] for run in found["runs"]] == [{"team:billing": 1}, {"team:general": 1}]


def test_models_stand_side_by_side_and_so_does_an_endpoint_that_is_down(capsys: Out) -> None:
    with FakeModel() as endpoint:
        endpoint.otherwise(text("I do not know."))
        found = results(
            capsys, "--model", "local", "--model", f"smart@{endpoint.base_url}", "--model-down"
        )  # fmt: skip

    assert [run["name"] for run in found["runs"]] == ["local", "smart", "smart (down)"]
    local, smart, down = (run["metrics"] for run in found["runs"])
    assert local["tokens"]["value"] is None and smart["tokens"]["value"] > 0
    assert smart["ece"]["not_measured"] == "this model gives no confidence"
    # A person who is asked for is found by the guard, whatever becomes of the model.
    assert local["explicit_recall"]["value"] == smart["explicit_recall"]["value"] == down["explicit_recall"]["value"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (["accuracy=0.9"], 0),
        (["accuracy=90%", "escalation_recall=0.5"], 0),
        (["accuracy=1.01"], 1),
        (["latency_p95=600000"], 0),  # less is better: the most that is allowed
        (["latency_p95=0"], 1),
        (["oos_recall=0.1"], 1),  # not measured is not reached
    ],
)
def test_a_limit_that_is_not_reached_fails(capsys: Out, limits: list[str], code: int) -> None:
    assert run("cases.csv", *(part for limit in limits for part in ("--fail-under", limit))) == code

    written = capsys.readouterr()
    assert ("NOT reached" in written.err) == (code == 1)
    assert "reached by local" in written.out


def test_wrong_usage_is_one_line() -> None:
    assert stopped(["missing.csv"]).startswith("missing.csv: the file cannot be read")
    assert stopped([]) == "Name a file of cases, or use --from-corrections."
    assert 'did you mean "accuracy"?' in stopped(["cases.csv", "--fail-under", "acuracy=1"])
    assert "write METRIC=VALUE" in stopped(["cases.csv", "--fail-under", "accuracy"])
    assert "no endpoint for smart" in stopped(["cases.csv", "--model", "smart"])
    Path("taken").write_text("a file")
    assert stopped(["cases.csv", "--out", "taken"]) == "--out taken: cannot be written: File exists"
    assert "elsewhere.yaml:1:1 error[unreadable]" in stopped(["cases.csv", "--config", "elsewhere.yaml"])


def test_an_option_takes_one_value_so_that_the_file_may_stand_last(capsys: Out) -> None:
    assert run("--model", "local", "--config", "config.yaml", "--fail-under", "accuracy=0.1", "cases.csv") == 0


def test_every_option_is_explained(capsys: Out) -> None:
    app(["eval", "--help"])

    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for words in ("side by side", "calibration.svg", "METRIC=VALUE", "refuses", "CSV (text,expected"):
        assert words in said, words


def test_nothing_is_drawn_beside_the_output_where_there_is_no_terminal(capsys: Out) -> None:
    assert run("cases.csv") == 0

    assert capsys.readouterr().err == ""
