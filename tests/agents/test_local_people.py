"""Does the customer ask for a person? Single sentences here, and the measured rates on public sets."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from bot.agents.models.local import person_named, wants_person

REQUESTS = [
    "I was charged twice, get me a person",
    "refund please\nget me a person",
    "can a person please look at this",
    "let me talk to Alice",
    "I need to speak with Swapnil about my billing issue",
    "I need human help",
    "get me a human",
    "agent",
    "HUMAN!!",
    "can I talk to someone?",
    "Is there anyone I can talk to?",
    "I'd like to speak to a manager",
    "please escalate",
    "no, I want to talk to a human",
    "This isn't helping, I want a real person",
    "why can't I talk to a human",
    "I don't want to talk to a bot",
    "i dont wanna talk to a bot",
    "please stop, human",
    "connect me with support",
    "can you transfer me to billing?",
    "hand me over to your colleague",
    "can you put me in touch with a human?",
    "could someone from billing call me?",
    "someone from customer care",
    "<@U123> *human* please :pray:",
    "Don't transfer me to sales, I want to talk to a technician",
]
NO_REQUESTS = [
    "don't transfer me",
    "please don't connect me to a person",
    "I don't want to talk to a human",
    "no need for a human, just tell me",
    "don't hand me over to anyone",
    "I do not need a person",
    "Never transfer me to a person again",
    "am I talking to a human?",
    "are you a human?",
    "are you a real person or a bot?",
    "you are not a human are you",
    "Is this a bot or a person?",
    "I spoke to an agent yesterday and he was nice",
    "my manager asked me for the invoice",
    "how do I add a person to my account",
    "how do I create an agent in the dashboard",
    "the user agent string is wrong",
    "I need the manager role",
    "we have 5 agents on our plan",
    "how many people can join the plan",
    "can I transfer money to another person",
    "transfer my account to another person",
    "please transfer my funds",
    "can I add team members?",
    "send the invoice to my manager",
    "> get me a human\nthat is what he wrote",
    "`get me a human` is the command",
    "",
]


@pytest.mark.parametrize("text", REQUESTS)
def test_a_request_for_a_person_is_seen(text: str) -> None:
    """M1, M2: an explicit request is never left to a prompt."""
    assert wants_person(text)


@pytest.mark.parametrize("text", NO_REQUESTS)
def test_refusals_questions_about_the_bot_and_other_people_are_none(text: str) -> None:
    assert not wants_person(text)


@pytest.mark.parametrize(
    "text, known, named",
    [
        ("let me talk to Alice", ["Alice Martin", "Bob Stone"], "Alice Martin"),
        ("can you get me bob", ["Alice Martin", "Bob Stone"], "Bob Stone"),
        ("I want to speak with alice martin please", ["Alice Martin"], "Alice Martin"),
        ("I need to speak with Swapnil about my billing issue", [], "Swapnil"),
        ("please don't transfer me to Alice", ["Alice Martin"], None),
        ("Alice told me to reset it", ["Alice Martin"], None),
        ("I want to talk to Support", [], None),
        ("get me a human", ["Alice Martin"], None),
        ("I want to talk to a human", ["Ana Duarte"], None),
        ("Ana told me to wait, can I talk to a human?", ["Ana Duarte"], None),
    ],
)
def test_the_person_asked_for_is_named(text: str, known: list[str], named: str | None) -> None:
    """M23: the target is taken from the customer's words."""
    assert person_named(text, known) == named


def _rasa(shared_data: Path, intent: str) -> set[str]:
    """The examples of the intents whose names match, without the annotations of entities."""
    examples: set[str] = set()
    for file in sorted((shared_data / "rasa").glob("*.nlu.yml")):
        for block in re.finditer(rf"intent: (?:{intent})\n(.*?)(?=\n- |\Z)", file.read_text(), re.DOTALL):
            examples |= set(re.findall(r"^\s+- (.*)$", block.group(1), re.MULTILINE))
    return {re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", example) for example in examples}


def _bitext(shared_data: Path) -> list[tuple[str, str]]:
    rows = map(json.loads, (shared_data / "bitext" / "utterances.jsonl").read_text().splitlines())
    return [(row["intent"], row["text"]) for row in rows]


def _multidogo(shared_data: Path) -> list[str]:
    files = sorted((shared_data / "multidogo").glob("*_dev.jsonl"))
    return [json.loads(line)["text"] for file in files for line in file.read_text().splitlines()]


def _general(shared_data: Path) -> list[str]:
    data = json.loads((shared_data / "clinc150" / "train_val.json").read_text())
    return [text for text, _ in [*data["train"], *data["val"]]]


def _banking(shared_data: Path) -> list[str]:
    with (shared_data / "banking77" / "train.csv").open(newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def test_requests_on_public_sets_are_found_and_nothing_else_is(shared_data: Path) -> None:
    """Rasa's human_handoff (measured .988 of 82), Bitext's contact_human_agent, half of it misspelt (.944 of 161),
    against the other intents of both and MultiDoGO: precision .983, recall .959. Bitext's contact_customer_service is
    neither one nor the other, and left out."""
    bitext = _bitext(shared_data)
    handoff = _rasa(shared_data, "human_handoff")
    asked = [*handoff, *(text for intent, text in bitext if intent == "contact_human_agent")]
    others = [
        *_rasa(shared_data, r"(?!human_handoff)\w+") - handoff,
        *(text for intent, text in bitext if intent not in ("contact_human_agent", "contact_customer_service")),
        *_multidogo(shared_data),
    ]
    assert len(asked) == 243
    assert len(others) > 12_000

    found = sum(map(wants_person, asked))
    wrong = sum(map(wants_person, others))

    assert found / len(asked) >= 0.92
    assert found / (found + wrong) >= 0.97


def test_ordinary_requests_are_hardly_ever_taken_for_one(shared_data: Path) -> None:
    """CLINC150 in scope, Banking77 and MultiDoGO: measured .042 % (15 of 35,683; 13 of them do ask for somebody)."""
    rows = [*_general(shared_data), *_banking(shared_data), *_multidogo(shared_data)]
    assert len(rows) > 35_000

    taken = [text for text in rows if wants_person(text)]

    assert len(taken) / len(rows) <= 0.0005, taken
