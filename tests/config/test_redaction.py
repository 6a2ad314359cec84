"""What `defaults.redact` names: known kinds only, and nothing of it in logs and outgoing events."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from config_texts import codes, with_base

from bot.agents.redact import REDACTORS
from bot.observe import logs
from bot.redaction import redacted_event, redactor
from routing import config as shapes

ALL = tuple(REDACTORS)
CANARY = "canary.mia@example.org"


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log of a process that hides e-mail addresses."""
    written = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers.clear()
    monkeypatch.setattr("sys.stderr", written)
    logs.configure()
    logs.redaction.follow(lambda: redactor(("email",)))
    yield written
    logs.redaction.follow(lambda: None)
    root.handlers[:] = before
    structlog.reset_defaults()


def test_the_names_of_the_file_are_those_of_the_redactors() -> None:
    assert set(shapes.Redactor.__args__) == set(ALL)
    assert codes(with_base("defaults: {redact: [email, phone, card, iban, ssn, secret]}")) == []
    assert codes(with_base("defaults: {redact: [emails]}")) == ["bad-value"]


def test_no_line_of_the_log_shows_what_is_hidden(stream: io.StringIO) -> None:
    """RUNTIME 9: a field, a list, an error's message and its traceback; ours and the libraries'."""
    log = structlog.get_logger("test")
    try:
        raise ValueError(f"no account for {CANARY}")
    except ValueError:
        log.exception("lookup.failed", who=CANARY, seen=[CANARY], by={"mail": CANARY})
        logging.getLogger("library").exception("could not find %s", CANARY)
    log.warning("handed", error=ValueError(CANARY), turn=3)

    written = stream.getvalue()
    assert CANARY not in written
    first = json.loads(written.splitlines()[0])
    assert (first["who"], first["seen"], first["by"]) == ("[email]", ["[email]"], {"mail": "[email]"})
    assert "ValueError: no account for [email]" in first["exception"]
    assert "library: could not find [email]" in written
    assert json.loads(written.splitlines()[-1])["turn"] == 3


def test_an_outgoing_event_keeps_its_ids_and_hides_the_words() -> None:
    data = {
        "conversation": "4111111111111111", "run_id": "4111111111111111.1", "epoch": 1_774_260_000_000,
        "author": {"kind": "customer", "name": CANARY}, "text": "it is 4111 1111 1111 1111", "seq": 2,
    }  # fmt: skip

    assert redacted_event(data, ALL) == data | {
        "author": {"kind": "customer", "name": "[email]"},
        "text": "it is [card]",
    }


def test_arguments_that_are_json_stay_json() -> None:
    hidden = redactor(ALL)('{"card": 4111111111111111, "order": 12}')

    assert json.loads(hidden) == {"card": "[card]", "order": 12}
