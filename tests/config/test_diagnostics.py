"""What is said of a faulty file: the place to the column, the word that was meant, everything at once."""

import json
from pathlib import Path

import pytest
from config_texts import BASE, checked, codes, lines, with_base
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config_file import ConfigError, check_file, check_text, load

UX = """\
agents: {triage: {instructions: You help.}}
people: {ana: {name: Ana Duarte}}
teams:
  general: {members: [ana]}
  billing: {members: [ana]}

routes:
  # the first that matches
  - name: refunds
    to: team:billling
    when: {text: charged}
  - name: other
    to: team:general
    when: {text: hello}
  - name: third
    to: team:general
    when: {text: hi}

  - name: fourth
    to: team:billing
    when: {text: more}
  - name: vip-refunds
    to: team:general
    when: {text: charged, user: mia}
  - name: default
    to: team:general
"""


def test_the_two_findings_of_the_guide_come_word_for_word() -> None:
    result = checked(UX)

    assert [str(one) for one in result.diagnostics] == [
        'config.yaml:10:9 error[unknown-target] route "refunds" goes to "team:billling"; did you mean "team:billing"?',
        'config.yaml:22:5 warning[unreachable] route "vip-refunds" never matches: "refunds" (line 9) '
        "takes everything it would",
    ]
    assert result.diagnostics[0].drawn().split("\n")[1:] == [
        "   10 |     to: team:billling",
        "      |         ^^^^^^^^^^^^^",
    ]
    assert result.policy is None


def test_every_mistake_is_told_at_once_and_none_twice() -> None:
    result = checked(
        """\
        defaults: {locale: 12, tiemzone: x, team: genral}
        agents:
          triage: {instructions: hi, handoffs: [triag, person:alcie], handoff_tool: singel}
          broken: {handoffs: [triage]}
        people:
          alice: {name: Alice, capacity: three, substitute: bbo}
        teams:
          general: {members: [alice, alicia], hours: offic, offer: {ttl: 90}}
        """
    )

    assert lines(result) == [
        '1:20 error[wrong-type] defaults.locale wants text, not 12; write "12" with quotes',
        '1:24 error[unknown-key] unknown key "tiemzone" in defaults; did you mean "timezone"?',
        '1:43 error[unknown-team] the default team is "genral"; did you mean "general"?',
        '3:41 error[unknown-target] agent "triage" hands to "triag"; did you mean "triage"?',
        '3:48 error[unknown-target] agent "triage" hands to "person:alcie"; did you mean "person:alice"?',
        '3:77 error[bad-value] agents.triage.handoff_tool is "singel"; did you mean "single"?',
        '4:3 error[missing-key] agents.broken needs "instructions"',
        '6:34 error[wrong-type] people.alice.capacity wants a whole number, not "three"',
        '6:53 error[unknown-person] "alice" is substituted by "bbo"; the people are alice',
        '8:30 error[unknown-person] team "general" has the member "alicia"; did you mean "alice"?',
        '8:46 error[unknown-calendar] team "general" keeps the hours "offic"; there are no calendars',
        "8:66 error[bad-duration] teams.general.offer.ttl: wants a duration such as 90s, 10m, 72h or 7d; "
        "90 has no unit",
    ]


@pytest.mark.parametrize(
    ("more", "finding"),
    [
        (
            "routes: [{name: a, to: team:x}]",
            '8:24 error[unknown-target] route "a" goes to "team:x"; the teams are general',
        ),
        ("routes: [{name: a, to: general}]", '8:24 error[bad-target] route "a" goes to "general": wants team:NAME'),
        (
            "routes: [{name: a, to: team:general, when: {topic: b}}]",
            '8:52 error[unknown-topic] route "a" asks for the topic "b"; no route has',
        ),
        (
            'routes: [{name: a, to: team:general, when: {text: "("}}]',
            '8:51 error[bad-regex] routes[0].when.text: "(" is no regular expression',
        ),
        (
            'routes: [{name: a, to: team:general, when: {text: "(a+)+"}}]',
            '8:51 error[bad-regex] routes[0].when.text: "(a+)+" repeats a part',
        ),
        (
            "routes: [{name: a, to: team:general, when: {reason: rude}}]",
            '8:53 error[unknown-reason] route "a" asks for the reason "rude"; did',
        ),
        (
            "routes: [{name: a, to: team:general, when: {hours: x}}]",
            '8:52 error[unknown-calendar] route "a" asks for the hours "x"',
        ),
        (
            "routes: [{name: a, to: team:general, when: {}}]",
            '8:44 error[empty-condition] route "a" has an empty condition',
        ),
        (
            "routes: [{name: a, to: team:general, at: 2}]",
            "8:42 error[bad-value] routes[0].at: input should be less than or equal to 1",
        ),
        (
            "escalations: {e: [{after: 1m, widen: genral}]}",
            '8:38 error[unknown-team] escalation "e" widens to "genral"; did you mean "general"?',
        ),
        (
            "escalations: {e: [{after: 1m, notify: agent:triage}]}",
            '8:39 error[bad-target] escalation "e" notifies "agent:triage"; it wants',
        ),
        (
            "escalations: {e: [{after: 1m, tell_customer: nobody_yt}]}",
            '8:46 error[unknown-text] escalation "e" tells "nobody_yt"; did you mean "nobody_yet"?',
        ),
        ("escalations: {e: [{widen: general}]}", '8:19 error[missing-key] escalation "e": a step needs "after"'),
        (
            "edges: [{from: triage, to: team:generl}]",
            '8:28 error[unknown-target] the edge goes to "team:generl"; did you mean "team:general"?',
        ),
        (
            "calendars: {o: {open: {mon: 9-5}}}",
            '8:23 error[bad-hours] calendars.o.open: wants hours such as "08:00-12:00"',
        ),
        (
            "calendars: {o: {open: 24/7, timezone: Europe/Pariss}}",
            '8:39 error[unknown-timezone] calendars.o.timezone: "Europe/Pariss" is no time zone',
        ),
        (
            "calendars: {o: {open: 24/7, closed: [soon]}}",
            '8:38 error[bad-date] calendars.o.closed[0]: wants a date such as 2026-12-24, not "soon"',
        ),
        (
            "calendars: {o: {open: 24/7, holidays: {country: ZZ}}}",
            '8:49 error[holiday-country-unknown] no holidays are known for "ZZ"',
        ),
        ("calendars: {o: {open: {mon: []}}}", '8:13 error[hours-never-open] calendar "o" never opens'),
        ("schedules: {s: {overrides: []}}", '8:16 error[missing-key] schedule "s" needs "rotation" or "ical"'),
        ("shadow: {agent: triag}", '8:17 error[unknown-agent] the agent on trial is "triag"; did you mean "triage"?'),
        (
            "texts: {en: {handoff: 'To {teem}'}}",
            '8:23 error[unknown-placeholder] text "handoff" has {teem}; did you mean "team"?',
        ),
        (
            "tests: [{name: t, given: {text: hi}, expect: {team: generl}}]",
            '8:53 error[unknown-team] test "t" expects the team "generl"; did you',
        ),
        ("tests: [{name: t, at: noon, given: {text: hi}, expect: {}}]", "8:23 error[bad-time] wants a time such as"),
        (
            "tests: [{name: t, given: {text: hi}, expect: {state: queued}}]",
            '8:9 error[test-failed] test "t": state is "bot", not "queued"',
        ),
        (
            "triggers: [{agent_turns: {max: 0}}]",
            "8:32 error[bad-value] triggers[0].agent_turns.max: input should be greater than or equal to 1",
        ),
        ("texts: {en: {a: xoxb-1234567890-abcdef}}", "8:17 error[secret] a secret does not belong in the file"),
        ("defaults: {admin_channel: $ENV:ROOM}", "8:27 error[env-missing] the environment variable ROOM is not set"),
        ("agents: {}", '8:1 error[duplicate-key] "agents" is there already, on line 1'),
        (
            "shadow: !python/name:os.system x",
            '8:9 error[unknown-tag] the tag "!python/name:os.system" means nothing here',
        ),
        ("answers: [{name: a, examples: [], text: x}]", "8:31 error[empty] answers[0].examples is empty"),
    ],
)
def test_a_finding_has_its_place_and_its_words(more: str, finding: str) -> None:
    found = lines(with_base(more))

    assert any(line.startswith(finding) for line in found), found
    assert len([line for line in found if "no-fallback" not in line]) == 1, found


def test_a_team_that_is_not_in_the_file_is_an_error_when_it_is_loaded(tmp_path: Path) -> None:
    """T60"""
    file = tmp_path / "config.yaml"
    file.write_text(BASE.replace("{members: [alice, bob]}", "{members: [alice, bob], fallback: support}"))

    with pytest.raises(ConfigError) as refused:
        load(file, {})

    assert (
        str(refused.value)
        == f'{file}:7:46 error[unknown-team] team "general" falls back to "support"; the teams are general'
    )


def test_an_empty_team_is_a_warning_and_the_default_team_stands_in() -> None:
    """T60"""
    result = checked(BASE + "  night: {}\nroutes: [{name: all, to: team:night}]\n")

    assert codes(result) == ["empty-team", "empty-team"]
    assert result.policy is not None
    assert result.policy.team("night").name == "general"


def test_fallbacks_that_go_round_in_a_circle_are_refused() -> None:
    """T61"""
    result = checked(BASE + "  a: {members: [alice], fallback: b}\n  b: {members: [bob], fallback: a}\n")

    assert lines(result) == ["8:35 error[fallback-cycle] fallback goes round in a circle: a -> b -> a"]


def test_substitutes_that_go_round_in_a_circle_are_refused() -> None:
    """T59"""
    result = checked(
        BASE.replace("{name: Alice Martin}", "{name: A, substitute: bob}").replace(
            "{name: Bob Stone}", "{name: B, substitute: alice}"
        )
    )

    assert lines(result) == ["4:32 error[substitute-cycle] substitute goes round in a circle: alice -> bob -> alice"]


def test_two_targets_whose_tools_would_have_one_name_are_refused_with_the_key_that_helps() -> None:
    """X2"""
    text = BASE.replace("[team:general]", "[team:général, team:general]").replace(
        "teams:\n", "teams:\n  général: {members: [bob]}\n"
    )
    override = text.replace("[team:général,", "[{to: team:général, tool_name_override: transfer_to_generals},")

    assert lines(checked(text)) == [
        '2:47 error[tool-name-clash] agent "triage" hands to "team:général" and "team:general", whose tools would '
        'both be called "transfer_to_general"; give one of them a tool_name_override'
    ]
    assert lines(checked(override)) == []


def test_an_agent_and_a_team_may_have_one_name() -> None:
    """X2"""
    text = BASE.replace("[team:general]", "[team:general, general]").replace(
        "people:", "  general: {instructions: hi, handoff_description: Anything else}\npeople:"
    )

    assert lines(checked(text)) == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("routes: [{name: a, to: team:general, when: {text: x}}]", "no-fallback"),
        (
            "routes: [{name: a, to: team:general}, {name: b, to: person:bob, when: {text: x}}]",
            "unreachable",
        ),
        (
            "routes: [{name: a, to: team:general, when: {text: x}}, {name: b, to: person:bob, when: {text: x}}]",
            "duplicate-rule",
        ),
        ("routes: [{name: a, to: agent:triage}]", "agent-on-call"),
        ("triggers: [{failed_answers: {max: 2}}]", "human-never-reachable"),
        ("escalations: {e: [{finally: queue}]}", "unused-escalation"),
        ("texts: {en: {handof: x}}", "unused-text"),
    ],
)
def test_what_is_valid_but_odd_is_a_warning_and_the_file_is_taken(more: str, code: str) -> None:
    result = with_base(more)

    assert code in codes(result)
    assert result.errors == ()
    assert result.policy is not None


def test_a_team_that_nothing_leads_to_is_named() -> None:
    assert lines(checked(BASE + "  idle: {members: [bob]}\n")) == [
        '8:3 warning[unused-team] nothing leads to team "idle"'
    ]


def test_a_channel_that_is_both_desk_and_place_of_customers_is_an_error() -> None:
    text = (
        BASE.replace("bob]}", 'bob], channel: "#desk"}')
        + 'routes: [{name: a, to: team:general, when: {channel: "#desk"}}, {name: b, to: team:general}]\n'
    )

    assert codes(checked(text)) == ["desk-channel"]


def test_a_desk_that_never_calls_people_is_an_error() -> None:
    result = checked(BASE.replace(", handoffs: [team:general]", "") + "triggers: []\n")

    assert codes(result) == ["human-never-reachable"]


def test_a_topic_with_few_examples_is_only_a_hint() -> None:
    result = with_base(
        "routes: [{name: a, examples: [x], to: team:general, when: {topic: a}}, {name: b, to: team:general}]"
    )

    assert [one.code for one in result.diagnostics] == ["thin-route"]
    assert result.diagnostics[0].severity == "info"


# ---- YAML itself -----------------------------------------------------------------------------------------------------


def test_no_is_a_language_half_past_twelve_a_time_and_a_date_a_date() -> None:
    result = with_base(
        """\
        calendars: {o: {open: {mon: 09:00-12:30}, closed: [2026-12-24]}}
        routes:
          - {name: nordic, when: {language: no}, to: team:general}
          - {name: 12:30, to: team:general}
        """
    )

    assert lines(result) == []
    assert result.policy is not None
    assert result.policy.routes[0].when is not None
    assert result.policy.routes[0].when.language == ("no",)
    assert result.policy.routes[1].name == "12:30"
    assert result.policy.calendars["o"].closed == {"2026-12-24"}


def test_yes_and_no_are_not_true_and_false() -> None:
    assert lines(with_base("defaults: {detect_cycles: no}")) == [
        '8:27 error[wrong-type] defaults.detect_cycles wants true or false, not "no"; in YAML 1.2 that is text'
    ]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "1:1 error[empty]"),
        ("\n# nothing\n", "1:1 error[empty]"),
        ("- a\n- b\n", "1:1 error[not-a-mapping]"),
        ("just words", "1:1 error[not-a-mapping]"),
        ("a: 1\n\tb: 2\n", "2:1 error[syntax] a tab cannot indent or separate; use spaces"),
        ("a: [1, 2\nb: 3\n", "2:2 error[syntax]"),
        ("a: 'x\n", "2:1 error[syntax]"),
        ("agents: {a: {}}\nagents: {}\n", '2:1 error[duplicate-key] "agents" is there already, on line 1'),
        ("a: &a [*a]\n", "1:1 error[too-large] the alias on line 1 contains itself"),
        ("a: &a {<<: *a}\n", "1:1 error[too-large] the alias on line 1 contains itself"),
        ("a: " + "[" * 1000, "1:1 error[too-deep]"),
        ("a: " + "[" * 60 + "]" * 60, "1:1 error[too-large] the file is nested more than 40 deep"),
        ("a: *nobody\n", "1:4 error[syntax]"),
        ("a: 1\n---\nb: 2\n", "2:1 error[syntax]"),
        ("a: \x01\n", "1:4 error[syntax]"),
        ("? [a]\n: b\n", "1:1 error[bad-key]"),
        ("$ENV:ALL", "1:1 error[env-missing]"),
    ],
)
def test_a_text_that_is_no_configuration_is_told_so_in_one_line(text: str, finding: str) -> None:
    result = check_text(text, {})

    assert result.policy is None
    assert any(line.startswith(finding) for line in lines(result)), lines(result)


def test_aliases_of_aliases_do_not_fill_the_memory() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    assert codes(check_text("\n".join(rows), {})) == ["too-large"]


def test_bytes_that_are_no_text_a_mark_at_the_beginning_and_a_file_too_large(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    expected = {
        b"a: \xff\n": "encoding",
        "a: 1".encode("utf-16"): "encoding",
        b"# " + b"x" * 600_000: "too-large",
    }
    for raw, code in expected.items():
        file.write_bytes(raw)
        assert codes(check_file(file, {})) == [code]

    file.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert codes(check_file(file, {})) == []


def test_a_file_that_is_not_there_is_unreadable_and_so_is_a_directory(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.yaml", tmp_path):
        result = check_file(path, {})
        assert result.unreadable
        assert codes(result) == ["unreadable"]


def test_anchors_and_merges_save_typing() -> None:
    result = with_base(
        """\
        calendars:
          day: &day {open: {mon-fri: "09:00-17:00"}, timezone: Europe/Paris}
          tokyo: {<<: *day, timezone: Asia/Tokyo}
        """
    )

    assert lines(result) == []
    assert result.policy is not None
    assert result.policy.calendars["tokyo"].timezone == "Asia/Tokyo"
    assert result.policy.calendars["tokyo"].open == result.policy.calendars["day"].open


WORDS = st.sampled_from(
    ["agents", "teams", "people", "routes", "tests", "when", "any", "to", "name", "handoffs", "text", "open", "members",
     "given", "expect", "triggers", "texts", "team:general", "24/7", "90s", "$ENV:X", "no", "12:30", "instructions"]
)  # fmt: skip
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="abc:-[]{}&*!|>'\"#%@`,?<~ \n\t\\0", max_size=120))
def test_no_text_whatever_ends_in_a_traceback(text: str) -> None:
    result = check_text(text, {})

    assert result.policy is None
    assert result.errors


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(WORDS, TREES, max_size=6))
def test_no_tree_whatever_ends_in_a_traceback(tree: dict[str, object]) -> None:
    result = check_text(json.dumps(tree), {})

    assert (result.policy is None) == bool(result.errors)
    assert all(one.line >= 1 and one.column >= 1 for one in result.diagnostics)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(UX)), st.integers(0, 12), st.text(alphabet="ab:-[]{} \n", max_size=4))
def test_no_slip_of_the_hand_ends_in_a_traceback(at: int, cut: int, typed: str) -> None:
    result = check_text(UX[:at] + typed + UX[at + cut :], {})

    assert (result.policy is None) == bool(result.errors)
