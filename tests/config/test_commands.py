"""`baton check`, `baton explain`, `baton config schema`: what they print and how they end."""

import json
from pathlib import Path

import pytest
from config_texts import BASE

from bot.commands.config import check, config_schema, explain_command

SAMPLE = Path(__file__).with_name("sample.yaml")
Out = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BATON_CONFIG", raising=False)
    monkeypatch.delenv("BATON_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)


def write(text: str) -> Path:
    path = Path("config.yaml")
    path.write_text(text)
    return path


def test_a_good_file_passes_with_a_line_that_counts(capsys: Out) -> None:
    assert check(SAMPLE) == 0
    assert capsys.readouterr().out == "check passed · 2 routes · 2 agents · 2 teams · tests 1/1\n"


def test_without_a_file_the_environment_says_which_then_the_directory(
    capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check() == 2
    assert (
        capsys.readouterr().err
        == "config.yaml:1:1 error[unreadable] the file cannot be read: No such file or directory\n"
    )

    write(BASE)
    assert check() == 0

    monkeypatch.setenv("BATON_CONFIG", "elsewhere.yaml")
    assert check() == 2


def test_an_error_is_exit_1_and_a_warning_only_if_strict(capsys: Out) -> None:
    error = write(BASE.replace("[team:general]", "[team:generl]"))
    assert check(error) == 1
    assert capsys.readouterr().out.split("\n") == [
        'config.yaml:2:48 error[unknown-target] agent "triage" hands to "team:generl"; did you mean "team:general"?',
        "    2 |   triage: {instructions: You help., handoffs: [team:general]}".replace("general", "generl"),
        "      |                                                ^^^^^^^^^^^",
        "1 problem (1 error, 0 warnings) · 1 agent · 1 team",
        "",
    ]

    warning = write(BASE + "  idle: {members: [bob]}\n")
    assert check(warning) == 0
    assert check(warning, strict=True) == 1


def test_a_failed_test_of_the_file_is_exit_1(capsys: Out) -> None:
    assert check(write(BASE + "tests: [{name: t, given: {text: hi}, expect: {state: queued}}]\n")) == 1
    assert 'error[test-failed] test "t": state is "bot", not "queued"' in capsys.readouterr().out


def test_the_findings_for_machines(capsys: Out) -> None:
    bad = write(BASE.replace("[alice, bob]", "[alice, bbo]"))

    check(bad, format="json")
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["errors"], told["warnings"]) == (False, 1, 0)
    assert told["problems"][0] == {
        "file": "config.yaml", "line": 7, "column": 30, "severity": "error", "code": "unknown-person",
        "message": 'team "general" has the member "bbo"; did you mean "bob"?',
    }  # fmt: skip

    check(bad, format="sarif")
    run = json.loads(capsys.readouterr().out)["runs"][0]
    assert run["results"][0]["ruleId"] == "unknown-person"
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 30}

    assert check(Path("nothing.yaml"), format="json") == 2
    assert json.loads(capsys.readouterr().out)["problems"][0]["code"] == "unreadable"


def test_verbose_adds_hints_and_each_test(capsys: Out) -> None:
    assert check(SAMPLE, verbose=True) == 0
    out = capsys.readouterr().out
    assert "info[thin-route]" in out
    assert "test passed  a refund at night waits" in out


def test_explain_says_which_route_and_why_no_other_and_when_the_team_opens(capsys: Out) -> None:
    """T52: the opening is told on the team's clock and in UTC."""
    assert (
        explain_command(
            "I was charged twice", user="U7", channel="C9", at="2026-12-25T10:00[Europe/Paris]", config=SAMPLE
        )
        == 0
    )

    rows = [" ".join(row.split()) for row in capsys.readouterr().out.rstrip("\n").split("\n")]
    assert rows == [
        '1 refunds -> YES topic=refunds (model 1.00 >= 0.90), text has "charged" line 24',
        '2 default yes takes everything; "refunds" (line 24) comes first line 26',
        "target team billing (hours office: closed, Christmas Day) -> when_closed: park, opens Mon 28 Dec 08:00 "
        "(Europe/Paris) = 2026-12-28T07:00:00Z -> alice, @billing (one after another) line 17",
        "caps at most 5 agents in a row · cycles detected · priority high",
        "first agent:triage, people once called for",
    ]


def test_explain_for_machines_names_route_target_and_hours(capsys: Out) -> None:
    assert explain_command("get me a person", at="2026-03-30T08:30:00Z", config=SAMPLE, format="json") == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["route"], told["to"], told["wants_person"]) == ("default", "team:general", True)
    assert (told["target"]["team"], told["target"]["state"]) == ("general", "queued")
    assert [route["chosen"] for route in told["routes"]] == [False, True]


def test_explain_refuses_a_time_or_file_that_it_cannot_use(capsys: Out) -> None:
    assert explain_command("hi", at="noon", config=SAMPLE) == 2
    assert explain_command("hi", config=Path("nothing.yaml")) == 2
    assert explain_command("hi", config=write("agents: 1")) == 1
    assert capsys.readouterr().out == ""


def test_the_schema_is_printed_as_json(capsys: Out) -> None:
    assert config_schema() == 0
    assert json.loads(capsys.readouterr().out)["properties"]["agents"]["description"]
