"""Routes, conditions, answers, escalations, edges, schedules, texts and tests: the second half of `compile.py`."""

from collections.abc import Mapping

from . import config as shapes
from . import values
from .conversation import Target
from .names import Names
from .policy import Answer, Condition, ConfigTest, Defaults, Edge, EscalationStep, Route, Triggers
from .problems import Path, did_you_mean
from .reasons import REASONS
from .texts import BUILT_IN, unknown_placeholders


def routes(shape: shapes.RoutingConfig, names: Names) -> tuple[Route, ...]:
    routes: list[Route] = []
    for index, entry in enumerate(shape.routes):
        path: Path = ("routes", index)
        _refuse_twice("route", entry.name, [route.name for route in routes], path, names, "routes")
        to = names.target(entry.to, (*path, "to"), f'route "{entry.name}" goes to')
        routes.append(
            Route(
                name=entry.name,
                to=to or Target("team", "none"),
                when=_condition(entry.when, (*path, "when"), f'route "{entry.name}"', names),
                description=entry.description,
                examples=tuple(entry.examples),
                at=entry.at,
                priority=entry.priority,
                handoff=entry.handoff,
                line=names.line_of(path),
            )
        )
    return tuple(routes)


def _refuse_twice(kind: str, name: str, earlier: list[str], path: Path, names: Names, section: str) -> None:
    if name in earlier:
        first = names.line_of((section, earlier.index(name), "name"))
        names.problems.error((*path, "name"), "duplicate-name", f'{kind} "{name}" is there already, on line {first}')


def _condition(shape: shapes.ConditionShape | None, path: Path, whose: str, names: Names) -> Condition | None:
    if shape is None:
        return None
    made: list[Condition] = []
    for key, several in (("all", shape.all), ("any", shape.any)):
        if several is not None:
            inner = tuple(
                one
                for index, entry in enumerate(several)
                if (one := _condition(entry, (*path, key, index), whose, names))
            )
            made.append(Condition(all=inner) if key == "all" else Condition(any=inner))
    if shape.not_ is not None:
        made.append(Condition(not_=_condition(shape.not_, (*path, "not"), whose, names)))
    if shape.topic is not None:
        if shape.topic not in names.topics:
            ending = did_you_mean(shape.topic, names.topics) if names.topics else "; no route has examples"
            names.problems.error(
                (*path, "topic"), "unknown-topic", f'{whose} asks for the topic "{shape.topic}"{ending}'
            )
        made.append(Condition(topic=shape.topic))
    if shape.text is not None:
        made.append(Condition(text=shape.text))
    for key in ("channel", "user", "language", "platform", "reason"):
        wanted: list[str] | None = getattr(shape, key)
        if wanted is None:
            continue
        if not wanted:
            names.problems.error((*path, key), "empty-condition", f"{whose} wants one of no {key}s, which never holds")
        made.append(Condition(**{key: tuple(wanted)}))  # type: ignore[arg-type]  # the five keys are tuples of words
    for index, reason in enumerate(shape.reason or ()):
        if reason not in REASONS:
            names.problems.error(
                (*path, "reason", index),
                "unknown-reason",
                f'{whose} asks for the reason "{reason}"{did_you_mean(reason, REASONS)}',
            )
    if shape.hours is not None:
        names.resolve("calendars", shape.hours, (*path, "hours"), f"{whose} asks for the hours")
        made.append(Condition(hours=shape.hours))
    if not made:
        if names.has_broken(path):
            return None
        names.problems.error(
            path, "empty-condition", f"{whose} has an empty condition; leave `when` out to take everything"
        )
        return None
    return made[0] if len(made) == 1 else Condition(all=tuple(made))


def triggers(shape: shapes.RoutingConfig) -> Triggers:
    if shape.triggers is None:
        return Triggers()
    asks = failed = turns = None
    for entry in shape.triggers:
        asks = entry.asks_for_human or asks
        failed = entry.failed_answers or failed
        turns = entry.agent_turns or turns
    return Triggers(
        asks_for_human=asks is not None,
        failed_answers_max=failed.max if failed is not None else None,
        agent_turns_max=turns.max if turns is not None else None,
    )


def answers(shape: shapes.RoutingConfig, names: Names) -> tuple[Answer, ...]:
    made: list[Answer] = []
    for index, entry in enumerate(shape.answers):
        _refuse_twice("answer", entry.name, [one.name for one in made], ("answers", index), names, "answers")
        made.append(Answer(entry.name, entry.text, tuple(entry.examples), entry.source))
    return tuple(made)


# ---- escalations, edges, schedules, texts, tests ---------------------------------------------------------------------


def steps(
    name: str, steps: list[shapes.StepShape], shape: shapes.RoutingConfig, names: Names
) -> tuple[EscalationStep, ...]:
    made: list[EscalationStep] = []
    custom = {key for lines in shape.texts.values() for key in lines}
    says = f'escalation "{name}"'
    previous_ms = 0
    for index, step in enumerate(steps):
        path: Path = ("escalations", name, index)
        last = index == len(steps) - 1
        if step.after is None and step.finally_ is None and not names.is_broken(*path):
            names.problems.error(path, "missing-key", f'{says}: a step needs "after", or "finally" if it is the last')
        if step.finally_ is not None and not last:
            names.problems.error((*path, "finally"), "bad-value", f'{says}: "finally" is the last step')
        if step.after is not None and step.after < previous_ms:
            names.problems.error((*path, "after"), "bad-value", f"{says}: this step comes before the one above it")
        previous_ms = step.after if step.after is not None else previous_ms
        for at, team in enumerate(step.widen):
            names.resolve("teams", team, (*path, "widen", at), f"{says} widens to")
        notify = [
            names.target(who, (*path, "notify", at), f"{says} notifies", kinds=("person", "team"))
            for at, who in enumerate(step.notify)
        ]
        if step.tell_customer is not None and step.tell_customer not in custom | BUILT_IN["en"].keys():
            ending = did_you_mean(step.tell_customer, custom | BUILT_IN["en"].keys())
            names.problems.error(
                (*path, "tell_customer"), "unknown-text", f'{says} tells "{step.tell_customer}"{ending}'
            )
        made.append(
            EscalationStep(
                step.after, tuple(step.widen), tuple(who for who in notify if who), step.tell_customer, step.finally_
            )
        )
    return tuple(made)


def edge(index: int, entry: shapes.EdgeShape, names: Names) -> Edge:
    ends = []
    for key, value in (("from", entry.from_), ("to", entry.to)):
        if value == "*":
            ends.append("*")
        else:
            found = names.target(value, ("edges", index, key), f"the edge goes {key}", bare=True)
            ends.append(str(found) if found is not None else "*")
    when = _condition(entry.when, ("edges", index, "when"), "the edge", names)
    return Edge(ends[0], ends[1], entry.allow, when, names.line_of(("edges", index)))


def schedule(name: str, entry: shapes.ScheduleShape, defaults: Defaults, names: Names) -> Mapping[str, object]:
    path: Path = ("schedules", name)
    made: dict[str, object] = {"timezone": entry.timezone or defaults.timezone, "ical": entry.ical}
    if entry.rotation is not None:
        for index, person in enumerate(entry.rotation.people):
            names.resolve("people", person, (*path, "rotation", "people", index), f'schedule "{name}" has')
        start_ms = _time(entry.rotation.start, (*path, "rotation", "start"), names)
        made["rotation"] = {
            "people": tuple(entry.rotation.people),
            "every_ms": entry.rotation.every,
            "start_ms": start_ms,
        }
    overrides = []
    for index, one in enumerate(entry.overrides):
        at = (*path, "overrides", index)
        names.resolve("people", one.person, (*at, "person"), f'schedule "{name}" has')
        from_ms, until_ms = _time(one.from_, (*at, "from"), names), _time(one.until, (*at, "until"), names)
        if from_ms >= until_ms and not names.problems.failed:
            names.problems.error((*at, "until"), "bad-value", f'schedule "{name}": an override ends before it begins')
        overrides.append({"person": one.person, "from_ms": from_ms, "until_ms": until_ms})
    made["overrides"] = tuple(overrides)
    if entry.ical is None and entry.rotation is None and not names.is_broken(*path):
        names.problems.error(path, "missing-key", f'schedule "{name}" needs "rotation" or "ical"')
    return dict(made)


def _time(value: str, path: Path, names: Names) -> int:
    try:
        return values.time_ms(value)
    except ValueError as error:
        names.problems.error(path, "bad-time", str(error))
        return 0


def texts(locale: str, lines: Mapping[str, str], names: Names) -> Mapping[str, str]:
    for key, line in lines.items():
        for wrong, known in unknown_placeholders(key, line):
            names.problems.error(
                ("texts", locale, key),
                "unknown-placeholder",
                f'text "{key}" has {{{wrong}}}{did_you_mean(wrong, known) if known else "; it takes none"}',
            )
    return dict(lines)


def shadow(shape: shapes.RoutingConfig, names: Names) -> Mapping[str, object]:
    if shape.shadow is None:
        return {}
    names.resolve("agents", shape.shadow.agent, ("shadow", "agent"), "the agent on trial is")
    return {"agent": shape.shadow.agent, "share": shape.shadow.share}


def test(index: int, entry: shapes.TestShape, names: Names) -> ConfigTest:
    path: Path = ("tests", index)
    if entry.at is not None:
        _time(entry.at, (*path, "at"), names)
    expect = entry.expect
    says = f'test "{entry.name}" expects'
    if expect.team is not None:
        names.resolve("teams", expect.team, (*path, "expect", "team"), f"{says} the team")
    if expect.agent is not None:
        names.resolve("agents", expect.agent, (*path, "expect", "agent"), f"{says} the agent")
    if expect.holder not in (None, "none"):
        names.target(expect.holder or "", (*path, "expect", "holder"), f"{says} the holder")
    return ConfigTest(
        name=entry.name,
        given=dict(entry.given.model_dump(exclude_none=True)),
        expect=dict(expect.model_dump(exclude_none=True)),
        at=entry.at,
        line=names.line_of(path),
    )
