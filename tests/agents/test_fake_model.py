"""The scripted model itself: it does what it was told and complains of everything else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fakes.model import FakeModel, Unscripted, text

ASK = {"model": "m", "messages": [{"role": "user", "content": "Where is my INVOICE?"}]}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as made:
        yield made


def said(answer: httpx.Response) -> str:
    return str(answer.json()["choices"][0]["message"]["content"])


def test_steps_come_before_rules_and_rules_before_the_default(client: httpx.Client) -> None:
    with FakeModel() as fake:
        fake.otherwise(text("default"))
        fake.rule("invoice", text("rule 1"), text("rule 2"))
        fake.script(text("step"))
        url = f"{fake.base_url}/chat/completions"

        answers = [said(client.post(url, json=ASK)) for _ in range(4)]
        other = said(client.post(url, json={"messages": []}))

    assert answers == ["step", "rule 1", "rule 2", "rule 1"]
    assert other == "default"


def test_it_can_be_scripted_over_http(client: httpx.Client) -> None:
    with FakeModel() as fake:
        root = fake.base_url.removesuffix("/v1")
        rules = [{"contains": "invoice", "steps": [{"text": "by rule"}]}]
        client.post(f"{root}/script", json={"steps": [{"text": "first"}], "rules": rules, "reset": True})

        answers = [said(client.post(f"{root}/v1/chat/completions", json=ASK)) for _ in range(2)]
        seen = client.get(f"{root}/requests").json()

    assert answers == ["first", "by rule"]
    assert seen == {"requests": [ASK, ASK], "unscripted": []}


def test_a_call_that_nobody_scripted_is_an_error_for_both_sides(client: httpx.Client) -> None:
    with pytest.raises(Unscripted, match="Where is my INVOICE"), FakeModel() as fake:
        answer = client.post(f"{fake.base_url}/chat/completions", json=ASK)

        assert answer.status_code == 500
        assert "nobody scripted an answer to 'Where is my INVOICE?'" in answer.text


def test_a_step_that_nobody_used_is_an_error() -> None:
    with pytest.raises(Unscripted, match="never asked"), FakeModel() as fake:
        fake.script(text("never asked"))


def test_no_wait_outlives_the_server(client: httpx.Client) -> None:
    fake = FakeModel().start()
    fake.script({"delay_s": 3600, "text": "too late"})
    with client.stream("GET", f"{fake.base_url}/models"):
        pass
    request = client.build_request("POST", f"{fake.base_url}/chat/completions", json=ASK)
    with pytest.raises(httpx.TimeoutException):
        client.send(httpx.Request("POST", request.url, json=ASK, extensions={"timeout": {"read": 0.05}}))

    fake.stop()

    with pytest.raises(httpx.ConnectError):
        client.get(f"{fake.base_url}/models")


def test_it_runs_on_its_own_and_prints_its_port(client: httpx.Client) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "tests.fakes.model", "--port", "0"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())

            answer = client.get(f"http://127.0.0.1:{port}/healthz")
        finally:
            process.terminate()

    assert answer.status_code == 200
