"""Cases from CSV and JSON Lines: what is read, and what is said of what cannot be."""

import json
from pathlib import Path

import pytest

from bot.evaluate.cases import Case, Expected, Unreadable, Vocabulary, cases_of, conversations, corrections, read_cases
from routing.effects import KeepCase

NAMES = Vocabulary(
    teams=("general", "billing"), people=("alice",), routes=("refunds", "default"), answers=("invoices",),
    agents=("triage",),
)  # fmt: skip


def read(folder: Path, text: str | bytes, name: str = "cases.csv") -> tuple[Case, ...]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_cases(path, NAMES)


def refused(folder: Path, text: str | bytes, name: str = "cases.csv") -> list[str]:
    """The mistakes, without the folder's name."""
    with pytest.raises(Unreadable) as raised:
        read(folder, text, name)
    return str(raised.value).replace(f"{folder}/", "").split("\n")


@pytest.mark.parametrize(
    ("label", "expected", "hands_off"),
    [
        ("team:billing", Expected("team", "billing"), True),
        ("person:alice", Expected("person", "alice"), True),
        ("human", Expected("human"), True),
        ("Human", Expected("human"), True),
        ("answer:invoices", Expected("answer", "invoices"), False),
        ("agent:triage", Expected("agent", "triage"), False),
        ("oos", Expected("oos"), False),
        ("oos:near", Expected("oos", "near"), False),
        ("", Expected("bot"), False),
        ("none", Expected("bot"), False),
        ("refunds", Expected("route", "refunds"), None),
        ("route:refunds", Expected("route", "refunds"), None),
        ("billing", Expected("queue", "billing"), None),
        ("?", Expected("open"), None),
    ],
)
def test_a_label_says_what_should_become_of_a_line(label: str, expected: Expected, hands_off: bool | None) -> None:
    assert NAMES.expected(label) == expected
    assert expected.hands_off is hands_off


def test_lines_of_one_conversation_keep_their_order_and_a_line_alone_is_its_own(tmp_path: Path) -> None:
    cases = read(
        tmp_path,
        "text,expected,conversation,language,id\nhello,,c1,en,1\nrefund,billing,,de,2\nstill there?,human,c1,en,3\n",
    )

    assert [[case.text for case in talk] for talk in conversations(cases)] == [["hello", "still there?"], ["refund"]]
    assert [case.line for case in cases] == [2, 3, 4]
    assert [case.language for case in cases] == ["en", "de", "en"]


@pytest.mark.parametrize(
    "text",
    [
        "\ufefftext,expected\nwhere,human\n",
        "text;expected\nwhere;human\n",
        "expected\ttext\nhuman\twhere\n",
        "Text , Expected\r\n\r\nwhere,human\r\n\r\n",
        '\n\ntext,expected\n"where",human',
    ],
    ids=["byte order mark", "semicolons", "tabs", "windows", "quotes"],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, text: str) -> None:
    [case] = read(tmp_path, text)

    assert (case.text, case.expected) == ("where", Expected("human"))


def test_a_text_of_several_lines_is_one_text(tmp_path: Path) -> None:
    cases = read(tmp_path, 'text,expected\n"first, line\nsecond ""line""",human\nnext,none\n')

    assert [case.text for case in cases] == ['first, line\nsecond "line"', "next"]
    assert [case.line for case in cases] == [2, 4]


def test_json_lines_may_hold_a_whole_conversation_in_one(tmp_path: Path) -> None:
    said = {"text": ["hello", "I was charged twice"], "expected": "team:billing", "conversation": 7, "by": "alice"}
    cases = read(tmp_path, f"{json.dumps(said)}\n\n{json.dumps({'text': 'hi', 'expected': None})}\n", "cases.jsonl")

    assert [str(case.expected) for case in cases] == ["open", "team:billing", "bot"]
    assert [case.conversation for case in cases] == ["7", "7", "(line 3)"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            "text,expected\nhi,team:biling\n",
            '2: expected "team:biling" is nothing in the configuration; did you mean "team:billing"?',
        ),
        ("text,expected\n,human\n", "2: there is no text; say what the customer wrote, or take the line out"),
        (
            "txt,expected\nhi,human\n",
            '1: the header has no "text"; it has: txt, expected; is "txt" meant? Name the columns text,expected',
        ),
        ("text,expected,text\nhi,human,x\n", '1: the header has "text" twice; rename one of them'),
        (
            "text,expected\nhi, there,human\n",
            '2: fields: 3 here, 2 in the header; put a text that has a "," in double quotes',
        ),
        ("text,expected\nhi\n", "2: fields: 1 here, 2 in the header; an empty field still needs its delimiter"),
        ("", "1: there are no cases; each line needs what the customer wrote and what was expected"),
        ("text,expected\nok,human\nh\0i,human\n", "3: there is a NUL character; take it out"),
        (
            b"text,expected\nok,human\ncaf\xe9,human\n",
            "3: this is not UTF-8; save the file as UTF-8 (a spreadsheet calls it CSV UTF-8)",
        ),
    ],
    ids=["label", "text", "header", "twice", "too many", "too few", "empty", "nul", "encoding"],
)
def test_a_mistake_is_named_with_its_line_and_its_remedy(tmp_path: Path, text: str | bytes, mistake: str) -> None:
    assert refused(tmp_path, text) == [f"cases.csv:{mistake}"]


def test_a_quote_that_is_never_closed_is_told_where_it_begins(tmp_path: Path) -> None:
    [mistake] = refused(tmp_path, 'text,expected\nfine,human\n"not closed,human\nmore,human\n')

    assert mistake.startswith("cases.csv:3: the row cannot be read")
    assert mistake.endswith("close every double quote and double those within")


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("{", "this is not JSON"),
        ('[{"text": "hi"', "write one object per line, without a list around them"),
        ('["hi"]', "write one object per line, like"),
        ('{"text": "hi"}', '"expected" is missing; it has text'),
        ('{"text": 7, "expected": "human"}', '"text" must be a string'),
        ('{"text": [], "expected": "human"}', "there is no text"),
        ('{"text": "hi", "expected": 7}', '"expected" must be a string'),
        ('{"text": "hi", "expected": "human", "conversation": {}}', '"conversation" must be a string or a number'),
    ],
)
def test_a_line_of_json_that_is_no_case_is_told_why(tmp_path: Path, line: str, mistake: str) -> None:
    [said] = refused(tmp_path, f'{{"text": "hi", "expected": null}}\n{line}\n', "cases.jsonl")

    assert said.startswith("cases.jsonl:2: ")
    assert mistake in said


def test_every_mistake_is_told_and_nothing_is_skipped(tmp_path: Path) -> None:
    lines = "".join(f"hi,wrong{number}\n" for number in range(25))
    mistakes = refused(tmp_path, f"text,expected\nfine,human\n{lines}")

    assert len(mistakes) == 21
    assert mistakes[0].startswith("cases.csv:3: ")
    assert mistakes[-1] == "... and 5 more"


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as raised:
        read_cases(tmp_path / "none.csv", NAMES)

    assert str(raised.value).endswith("none.csv: the file cannot be read: No such file or directory")


def test_a_correction_becomes_a_case_of_the_whole_conversation(tmp_path: Path) -> None:
    kept = [
        ("place-1", KeepCase(("hello", " ", "charged twice"), "route:refunds", "team:general", "alice", 5, "en")),
        ("place-2", KeepCase(("",), "team:billing", "team:general", "alice", 6)),  # a picture, say
    ]
    path = tmp_path / "kept.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in corrections(kept)))

    assert cases_of(kept, NAMES) == read_cases(path, NAMES)
    assert [(case.text, str(case.expected), case.conversation) for case in cases_of(kept, NAMES)] == [
        ("hello", "open", "place-1"),
        ("charged twice", "route:refunds", "place-1"),
    ]


def test_a_correction_whose_team_is_gone_says_how_to_go_on() -> None:
    kept = [("place-1", KeepCase(("hello",), "team:closed", "team:general", "alice", 5))]

    with pytest.raises(Unreadable, match=r"baton eval corrections FILE\.jsonl"):
        cases_of(kept, NAMES)
