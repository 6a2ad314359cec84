"""Wrong route? by REST and in the console, and what `baton eval` makes of it: through the whole program."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.cli import app
from tests.fakes.site import CONFIG, Site, running

Out = pytest.CaptureFixture[str]


@pytest.fixture
def site(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A running desk, and a command line that sees the same store and configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.delenv("BATON_CONFIG", raising=False)
    with running(redis_url, tmp_path) as started:
        yield started


def until(look: Callable[[], Any]) -> Any:
    patience = threading.Event()
    for _ in range(300):
        found = look()
        if found:
            return found
        patience.wait(0.03)
    raise AssertionError("it never came so far")


def waiting(site: Site, place: str, text: str = "I was charged twice, get me a person") -> None:
    site.post(place, text)
    until(lambda: site.get(place)["state"] == "queued")


def exported(count: int) -> list[dict[str, Any]]:
    """The corrections as the command writes them, once there are so many: they are kept right after the answer."""
    path = Path("kept.jsonl")

    def enough() -> bool:
        assert app(["eval", "corrections", str(path)]) == 0
        return len(path.read_text().splitlines()) == count

    until(enough)
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_correction_is_kept_and_the_conversation_stays_where_it_is(site: Site) -> None:
    waiting(site, "place-1")
    before = site.get("place-1")
    site.post("place-1", "are you still there?")
    answer = site.act("place-1", "correct", by="cleo", to="team:general")

    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["state"], after["holder"], after["epoch"]) == ("queued", before["holder"], before["epoch"])
    assert after["journal"][-1]["event"] == "RouteCorrected"
    [case] = exported(1)
    assert case["text"] == ["I was charged twice, get me a person"]
    assert (case["expected"], case["was"], case["by"]) == ("team:general", "team:billing", "cleo")
    assert case["conversation"] == "place-1"


def test_what_people_and_agents_said_and_what_came_later_is_no_part_of_it(site: Site) -> None:
    site.post("place-1", "where is my invoice")
    until(lambda: not site.get("place-1")["unanswered"])
    waiting(site, "place-1", "that is no help, I want to talk to a person")
    site.act("place-1", "claim", by="ana")
    site.act("place-1", "reply", by="ana", text="Ana here.")
    site.post("place-1", "thank you Ana, one more thing")
    site.act("place-1", "note", by="ana", text="a note for the team")

    assert site.act("place-1", "correct", by="ben", route="default").status_code == 200
    [case] = exported(1)
    assert case["text"] == ["where is my invoice", "that is no help, I want to talk to a person"]
    assert case["expected"] == "route:default"


def test_once_an_agent_has_had_it_again_only_what_came_since_counts(site: Site) -> None:
    waiting(site, "place-1")
    site.act("place-1", "claim", by="ana")
    site.act("place-1", "reply", by="ana", text="It is refunded.")
    site.act("place-1", "hand-back", by="ana")
    site.post("place-1", "where is my invoice")
    until(lambda: not site.get("place-1")["unanswered"])
    waiting(site, "place-1", "no good, get me a person")

    assert site.act("place-1", "correct", by="cleo", to="team:general").status_code == 200
    [case] = exported(1)
    assert case["text"] == ["where is my invoice", "no good, get me a person"]
    assert case["was"] == "team:billing"


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({"by": "mia", "to": "team:general"}, 403, "not_allowed", "person of the configuration"),
        ({"by": "cleo"}, 422, "invalid", 'either "to"'),
        ({"by": "cleo", "to": "team:general", "route": "refunds"}, 422, "invalid", 'either "to"'),
        ({"by": "cleo", "to": "team:generl"}, 422, "invalid", "team:general"),
        ({"by": "cleo", "route": "refund"}, 422, "invalid", "refunds"),
    ],
)
def test_what_cannot_be_understood_is_refused(
    site: Site, body: dict[str, str], status: int, code: str, words: str
) -> None:
    waiting(site, "place-1")

    answer = site.api.post("/api/v1/conversations/place-1/correct", json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["detail"]


def test_the_corrections_are_judged_like_a_file(site: Site, capsys: Out) -> None:
    waiting(site, "place-1")
    waiting(site, "place-2", "refund please, get me a human")
    site.act("place-1", "correct", by="cleo", to="team:general")
    site.act("place-2", "correct", by="cleo", to="team:billing")
    exported(2)
    capsys.readouterr()

    assert app(["eval", "--from-corrections", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["source"], found["conversations"]) == ("corrections", 2)
    assert found["runs"][0]["metrics"]["accuracy"]["value"] == 0.5
    assert [one["conversation"] for one in found["runs"][0]["mistakes"]] == ["place-1"]

    assert app(["eval", "kept.jsonl", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["metrics"]["accuracy"]["value"] == 0.5


def test_a_better_configuration_is_seen_to_be_better(site: Site, capsys: Out) -> None:
    waiting(site, "place-1")
    site.act("place-1", "correct", by="cleo", to="team:general")
    exported(1)
    capsys.readouterr()
    Path("better.yaml").write_text(CONFIG.replace("to: team:billing", "to: team:general"))

    arguments = ["--from-corrections", "--config", "config.yaml", "--config", "better.yaml", "--format", "json"]
    assert app(["eval", *arguments]) == 0

    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [run["metrics"]["accuracy"]["value"] for run in runs] == [0.0, 1.0]
