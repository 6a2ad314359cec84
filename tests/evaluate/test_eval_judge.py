"""Cases go through the handlers, the rules, the triage and the agents; the model is embedded or at a real endpoint."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.config_file import load
from bot.evaluate.cases import Case, Vocabulary
from bot.evaluate.judge import Setup, judge, refusing_endpoint, with_model
from bot.evaluate.verdict import Verdict
from routing.policy import AgentPolicy, Policy
from tests.fakes.model import FakeModel, call, text

pytestmark = pytest.mark.anyio

CONFIG = """\
version: 1
defaults: {locale: en, agent: triage, team: general, model: [smart, local],
  prices: {scripted: {input: 1000, output: 2000}}}
agents:
  triage: {instructions: "Answer what you know.", handoffs: [team:general, team:billing, person:ana]}
people:
  ana: {name: Ana Duarte}
  ben: {name: Ben Okafor}
teams:
  general: {members: [ben]}
  billing: {members: [ana, ben]}
triggers:
  - asks_for_human: {}
routes:
  - {name: refunds, description: Money back, examples: ["I was charged twice", "refund please"], at: 0.8,
     when: {topic: refunds}, to: team:billing}
  - {name: default, to: team:general}
answers:
  - {name: invoices, examples: ["where is my invoice", "where are my invoices"], text: "Under Account > Billing."}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return load(path, {})


def talk(policy: Policy, *lines: tuple[str, str]) -> list[Case]:
    names = Vocabulary.of([policy])
    return [Case(said, names.expected(label), "c", number) for number, (said, label) in enumerate(lines, 1)]


async def verdicts(setup: Setup, *lines: tuple[str, str]) -> list[Verdict]:
    [found] = await judge(setup, [talk(setup.policy, *lines)])
    return found


async def test_who_asks_for_a_person_is_handed_off_in_the_same_line(policy: Policy) -> None:
    setup = Setup("config.yaml", policy)
    [first, second] = await verdicts(setup, ("I was charged twice", "refunds"), ("get me a person", "team:billing"))

    assert (first.with_people, first.route, first.team, first.routed) == (False, "refunds", "billing", True)
    assert (second.handed_off, second.team, second.target) == (True, "billing", "team:billing")
    assert second.context is True


async def test_a_stored_answer_is_recognised_and_what_comes_after_a_handoff_is_peoples(policy: Policy) -> None:
    lines = (("where is my invoice", "answer:invoices"), ("can I talk to Ana Duarte", "person:ana"), ("hello?", "?"))
    [answered, asked, after] = await verdicts(Setup("config.yaml", policy), *lines)

    assert (answered.answer, answered.with_people) == ("invoices", False)
    assert (asked.handed_off, asked.target) == (True, "person:ana")
    assert (after.handed_off, after.with_people, after.says) == (False, True, "")


async def test_the_embedded_triage_says_how_sure_it_was(policy: Policy) -> None:
    [found] = await verdicts(Setup("config.yaml", policy), ("I was charged twice", "refunds"))

    assert found.p is not None and found.p > 0.8
    assert (found.candidates[0].name, found.candidates[0].team) == ("refunds", "billing")
    assert found.tokens == 0


async def test_a_model_at_an_endpoint_answers_and_hands_off_and_its_tokens_are_counted(policy: Policy) -> None:
    with FakeModel() as endpoint:
        endpoint.rule("weather", text("I cannot tell."))
        endpoint.rule("angry", call("transfer_to_billing", reason="upset"))
        setup = Setup("config.yaml", policy, "smart", endpoint.base_url, "none")
        found = await judge(
            setup, [talk(policy, ("how is the weather", "oos")), talk(policy, ("I am so angry", "team:billing"))]
        )

    [[spoke], [handed]] = found
    assert (spoke.says, spoke.with_people) == ("I cannot tell.", False)
    assert (handed.handed_off, handed.team) == (True, "billing")
    assert spoke.tokens > 0 and handed.tokens > 0
    assert 1000 * spoke.tokens / 1e6 < spoke.money < 2000 * spoke.tokens / 1e6
    assert (spoke.p, spoke.out_of_scope, spoke.candidates) == (None, None, ())


async def test_an_explicit_request_never_reaches_the_endpoint(policy: Policy) -> None:
    with FakeModel() as endpoint:
        setup = Setup("config.yaml", policy, "smart", endpoint.base_url, "none")
        [found] = await verdicts(setup, ("let me talk to a human", "human"))

        assert found.handed_off
        assert endpoint.requests == []


async def test_with_the_endpoint_down_the_embedded_model_answers_where_an_agent_has_it(policy: Policy) -> None:
    with refusing_endpoint() as address:
        setup = Setup("config.yaml", policy, "smart", address, "none", down=True)
        [found] = await verdicts(setup, ("where is my invoice", "answer:invoices"))

    assert (found.answer, found.failed) == ("invoices", False)


async def test_with_the_endpoint_down_and_nothing_to_say_people_get_it(policy: Policy) -> None:
    alone = _with_agent(policy, models=("smart",))
    with refusing_endpoint() as address:
        setup = Setup("config.yaml", alone, "smart", address, "none", down=True)
        [found] = await verdicts(setup, ("my parrot sings far too loud", "none"))

    assert (found.handed_off, found.failed) == (True, True)


async def test_conversations_keep_their_order_and_progress_counts_lines(policy: Policy) -> None:
    done: list[int] = []
    lines = [(f"question number {number}", "?") for number in range(6)]
    talks = [talk(policy, *lines[:2]), talk(policy, *lines[2:3]), talk(policy, *lines[3:])]

    found = await judge(Setup("config.yaml", policy), talks, done.append)

    assert [[one.case.text for one in each] for each in found] == [[case.text for case in each] for each in talks]
    assert sum(done) == 6


async def test_judging_calls_nothing_outside(policy: Policy) -> None:
    dangerous = _with_agent(
        policy, tools=("acme.tools:refund",), hooks=("acme.hooks:log",), context_provider="acme:plan"
    )

    agent = with_model(dangerous, "local").agents["triage"]

    assert (agent.tools, agent.hooks, agent.context_provider, agent.models) == ((), (), None, ("local",))


def _with_agent(policy: Policy, **changes: object) -> Policy:
    agents: dict[str, AgentPolicy] = {"triage": replace(policy.agents["triage"], **changes)}  # type: ignore[arg-type]
    return replace(policy, agents=agents)
