"""Whatever the customer writes and whatever the model does: who asks for a person is handed over in that turn, without
a model being asked, and nothing is answered twice. Through the handlers, the rules and the agents as in production."""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.agents.models.local import wants_person
from bot.config_file import load
from bot.evaluate.cases import Case, Expected
from bot.evaluate.judge import Setup, judge, refusing_endpoint
from bot.evaluate.verdict import Verdict
from routing.policy import Policy
from tests.fakes.model import FakeModel, Step, call, text

DATA = Path(__file__).parents[1] / "agents" / "data" / "people_requests.jsonl"
LINES = [json.loads(line) for line in DATA.read_text().splitlines()]
# How many the recogniser finds is measured elsewhere (tests/agents): here is what becomes of those it does.
REQUESTS = [line for line in LINES if line["wants_person"] and wants_person(line["text"])]
CHATTER = [line for line in LINES if line["kind"] in ("plain", "topic", "nature")]
SMALL_TALK = [line["text"] for line in CHATTER[:20]]
QUESTIONS = ["where is my invoice?", "Where is my INVOICE", "are you open on Sundays", "what is the weather", "hello"]
CONFIG = """\
version: 1
defaults: {locale: en, agent: triage, team: general, model: [scripted, local], agent_timeout: 300ms}
agents: {triage: {instructions: Answer., handoffs: [team:general, team:billing]}}
people: {ana: {name: Ana Duarte}, ben: {name: Ben Okafor}}
teams: {general: {members: [ana]}, billing: {members: [ben]}}
triggers: [{asks_for_human: {}}, {failed_answers: {max: 2}}]
routes:
  - {name: refunds, description: Refunds, examples: [refund please], when: {topic: refunds}, to: team:billing}
  - {name: default, to: team:general}
answers:
  - {name: invoices, examples: [where is my invoice], text: Invoices are under Account.}
  - {name: hours, examples: [are you open on Sundays], text: "We are open all week."}
"""


def _among_others(request: dict[str, str]) -> st.SearchStrategy[str]:
    """A request with other lines of its language around it, or alone."""
    others = st.sampled_from(["", *(line["text"] for line in CHATTER if line["language"] == request["language"])])
    between = st.sampled_from([". ", "\n", "! ", "\n\n"])
    return st.builds(
        lambda before, cut, after: cut.join(part for part in (before, request["text"], after) if part),
        others, between, others,
    )  # fmt: skip


NONSENSE: list[Step] = [
    {"garbage": "<html>gateway</html>"}, text(""), text("I'll connect you with a colleague right away."),
    call("transfer_to_nobody", reason="x"), {"tool_calls": [{"name": "", "arguments": "{"}]},
]  # fmt: skip
STEPS = st.sampled_from([text("Let me look."), text("let me look!"), text("It is under Account."), *NONSENSE])
FEW = settings(
    max_examples=120 if os.environ.get("BATON_HYPOTHESIS") == "thorough" else 40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    path = tmp_path_factory.mktemp("desk") / "config.yaml"
    path.write_text(CONFIG)
    return load(path, {})


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeModel]:
    made = FakeModel().start()
    yield made
    made.stop()


@contextmanager
def setup_of(how: str, policy: Policy, fake: FakeModel) -> Iterator[Setup]:
    """The model is on, off, slow, talks nonsense, or is the embedded one alone."""
    with ExitStack() as stack:
        fake.reset()
        url = stack.enter_context(refusing_endpoint()) if how == "off" else fake.base_url
        if how == "slow":
            fake.otherwise({"hang": True})
        else:
            fake.otherwise(*(NONSENSE if how == "nonsense" else [text("I can surely help with that.")]))
        yield Setup("config.yaml", policy, "local" if how == "local" else "scripted", url, "none")


def verdicts(setup: Setup, *lines: str) -> list[Verdict]:
    talk = [Case(line, Expected("human"), "c", number) for number, line in enumerate(lines, 1)]
    return asyncio.run(judge(setup, [talk]))[0]


@pytest.mark.parametrize("how", ["on", "off", "slow", "nonsense", "local"])
@FEW
@given(line=st.sampled_from(REQUESTS).flatmap(_among_others))
def test_who_asks_for_a_person_is_handed_over_in_that_turn_and_no_model_is_asked(
    policy: Policy, fake: FakeModel, how: str, line: str
) -> None:
    """T08, TRIAGE 1: the pre-check in front of every model."""
    with setup_of(how, policy, fake) as setup:
        [found] = verdicts(setup, line)

        assert found.handed_off, line
        assert found.says == ""
        assert fake.requests == []


@FEW
@given(
    lines=st.lists(st.sampled_from([*QUESTIONS, *SMALL_TALK]), min_size=2, max_size=6),
    steps=st.lists(STEPS, min_size=1, max_size=4),
    local=st.booleans(),
)
def test_nothing_is_answered_twice_and_nobody_is_left_alone(
    policy: Policy, fake: FakeModel, lines: list[str], steps: list[Step], local: bool
) -> None:
    """TRIAGE 2: every line is answered with something new, or people have it."""
    with setup_of("local" if local else "on", policy, fake) as setup:
        fake.reset()
        fake.otherwise(*steps)
        found = verdicts(setup, *lines)

    said = [" ".join(one.says.lower().split()).rstrip(".!?") for one in found if one.says]
    assert len(said) == len(set(said)), said
    assert all(one.says or one.with_people or wants_nothing(one) for one in found)


def wants_nothing(one: Verdict) -> bool:
    return any(word in one.case.text.lower() for word in ("thank", "merci", "danke", "gracias", "cheers"))
