"""The sample of DESIGN section 6 and the demo's config.yaml: both load, both pass."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.config_file import check_file, load
from bot.triage import judge_of
from routing.config import schema
from routing.conversation import Target
from routing.policy import Condition, OfferPolicy, Policy, Reopen, Triggers
from routing.simulate import run_test

SAMPLE = Path(__file__).with_name("sample.yaml")
DEMO = Path(__file__).parents[2] / "config.yaml"


@pytest.fixture
def sample() -> Policy:
    return load(SAMPLE, {})


def test_the_sample_loads_without_a_warning_and_its_tests_pass() -> None:
    checked = check_file(SAMPLE, {})

    assert [one for one in checked.diagnostics if one.severity != "info"] == []
    assert [outcome.differences for outcome in checked.outcomes] == [()]


def test_everything_that_the_sample_says_is_in_the_policy(sample: Policy) -> None:
    defaults = sample.defaults
    assert (defaults.timezone, defaults.agent, defaults.team) == ("Europe/Paris", "triage", "general")
    assert (defaults.agent_timeout_ms, defaults.slow_line_after_ms) == (45_000, 10_000)
    assert defaults.reopen == Reopen(72 * 3_600_000, "same_human_if_on_duty", "agent")
    assert sample.agents["triage"].handoffs == (
        Target("agent", "billing_agent"),
        Target("team", "billing"),
        Target("person", "alice"),
    )
    alice = sample.people["alice"]
    assert (alice.roles, alice.addresses, alice.skills, alice.substitute) == (
        {"lead"}, {"slack": "U0A"}, {"billing": 3, "lang.fr": 5}, "bob",
    )  # fmt: skip
    billing = sample.teams["billing"]
    assert (billing.members, billing.groups, billing.hours) == ({"alice"}, ("billing",), "office")
    assert (billing.offer, billing.when_closed, billing.fallback) == (OfferPolicy(90_000, 300_000), "park", "general")
    assert sample.calendars["office"].open[4] == ((480, 720), (810, 1080))
    assert sample.calendars["office"].closed == {"2026-12-24"}
    assert sample.triggers == Triggers(asks_for_human=True, failed_answers_max=2, agent_turns_max=8)
    refunds, default = sample.routes
    assert refunds.when == Condition(any=(Condition(topic="refunds"), Condition(text="charged|refund")))
    assert (refunds.line, default.line, default.when) == (24, 26, None)
    assert [step.after_ms for step in sample.escalations["standard"]] == [120_000, 300_000, 600_000, None]
    assert sample.escalations["standard"][-1].finally_ == "queue"


def test_a_model_whose_variable_is_not_set_is_skipped_and_otherwise_comes_first() -> None:
    assert load(SAMPLE, {}).agents["triage"].models == ("local",)
    assert load(SAMPLE, {"BATON_MODEL": "gpt-x"}).agents["triage"].models == ("gpt-x", "local")


def test_the_version_is_the_given_one_or_a_hash_of_the_text(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_bytes(SAMPLE.read_bytes())

    assert load(SAMPLE, {}, version="v7").version == "v7"
    assert load(copy, {}).version == load(SAMPLE, {}).version
    copy.write_bytes(SAMPLE.read_bytes() + b"# later\n")
    assert load(copy, {}).version != load(SAMPLE, {}).version


def test_a_test_that_expects_something_else_names_what_came_instead(sample: Policy) -> None:
    test = replace(sample.tests[0], at="2026-03-30T10:00[Europe/Paris]")

    assert run_test(test, sample, judge_of(sample)).differences == ('state is "queued", not "parked"',)


def test_the_demo_passes_even_strictly_and_uses_every_section() -> None:
    checked = check_file(DEMO, {})

    assert checked.diagnostics == ()
    assert checked.counts == {"routes": 9, "agents": 4, "teams": 3}
    assert checked.policy is not None
    assert checked.policy.teams["billing"].hours is None  # the demo works at any time of day


def test_every_key_that_exists_is_shown_in_the_demo_live_or_as_a_comment() -> None:
    text = DEMO.read_text()

    assert [key for key in sorted(_all_keys(schema())) if not re.search(rf"\b{key}\b", text)] == []


def test_the_schema_describes_every_key_and_knows_every_key_of_the_sample_and_the_demo() -> None:
    made = schema()

    assert [path for path, node in _properties(made, made) if "description" not in node] == []
    for file in (SAMPLE, DEMO):
        assert _unknown(YAML(typ="safe").load(file.read_text()), made, made) == []


def _resolved(node: dict[str, Any], root: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return [root["$defs"][name]]
    if "anyOf" in node:
        return [inner for one in node["anyOf"] for inner in _resolved(one, root)]
    return [node]


def _properties(node: dict[str, Any], root: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{title}.{name}", field)
        for title, shape in [("file", root), *root["$defs"].items()]
        for name, field in shape.get("properties", {}).items()
    ]


def _all_keys(root: dict[str, Any]) -> set[str]:
    return {path.rpartition(".")[2] for path, _ in _properties(root, root)}


def _unknown(value: Any, node: dict[str, Any], root: dict[str, Any], at: str = "") -> list[str]:
    """Keys of the value that the schema has no place for."""
    shapes = _resolved(node, root)
    if isinstance(value, list):
        inner = next((shape["items"] for shape in shapes if "items" in shape), None)
        return [] if inner is None else [bad for one in value for bad in _unknown(one, inner, root, f"{at}[]")]
    if not isinstance(value, dict):
        return []
    bad = []
    for key, one in value.items():
        found = [shape["properties"][key] for shape in shapes if key in shape.get("properties", {})]
        found += [
            shape["additionalProperties"] for shape in shapes if isinstance(shape.get("additionalProperties"), dict)
        ]
        bad += _unknown(one, found[0], root, f"{at}.{key}") if found else [f"{at}.{key}"]
    return bad
