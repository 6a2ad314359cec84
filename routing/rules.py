"""The first route that matches, and in words why every other one did not. Pure: facts in, verdicts out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from . import calendars, patterns
from .conversation import Target
from .events import RouteChoice
from .policy import Condition, Policy, Route


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a message when people are called for.

    `topics` gives p for each route that has examples; `reason` is why people are called, empty while nobody asked.
    """

    text: str
    user: str = ""
    channel: str = ""
    platform: str = ""
    language: str = "en"
    topics: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    now_ms: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one route said. `matched` may hold of several routes, `chosen` of one; `why` is for people."""

    route: str
    line: int
    matched: bool
    chosen: bool
    why: str


def pick(policy: Policy, facts: Facts) -> tuple[Route, tuple[Verdict, ...]]:
    """The route that is taken and a verdict on each, in the order of the file.

    With no match it is a route named `default`, not of the file, to the default team.
    """
    chosen: Route | None = None
    verdicts = []
    for route in policy.routes:
        held, why = (True, "takes everything") if route.when is None else judge(route.when, facts, policy)
        if held and chosen is not None:
            why = f'{why}; "{chosen.name}" (line {chosen.line}) comes first'
        verdicts.append(Verdict(route.name, route.line, held, held and chosen is None, why))
        if held and chosen is None:
            chosen = route
    return chosen or Route("default", Target("team", policy.defaults.team)), tuple(verdicts)


def choice(policy: Policy, facts: Facts) -> RouteChoice:
    """The route that is taken, as a message carries it to `decide`."""
    route, _ = pick(policy, facts)
    always = route.handoff == "always"
    return RouteChoice(route.name, route.to, route.priority, always=always, default=route.when is None)


def judge(condition: Condition, facts: Facts, policy: Policy) -> tuple[bool, str]:
    """Whether the condition holds, and why: what held if it does, what failed if it does not."""
    if condition.all:
        return _several([judge(part, facts, policy) for part in condition.all], every=True)
    if condition.any:
        return _several([judge(part, facts, policy) for part in condition.any], every=False)
    if condition.not_ is not None:
        held, why = judge(condition.not_, facts, policy)
        return not held, why if not held else f"not wanted: {why}"
    if condition.topic is not None:
        return _topic(condition.topic, facts, policy)
    if condition.text is not None:
        found = patterns.search(condition.text, facts.text)
        return (
            found is not None,
            f'text has "{_short(found)}"' if found is not None else f'text lacks "{condition.text}"',
        )
    if condition.hours is not None:
        calendar = policy.calendars.get(condition.hours)
        held = calendar is not None and calendars.is_open(calendar, facts.now_ms)
        return held, f'"{condition.hours}" is {"open" if held else "closed"}'
    for name, wanted, value in (
        ("channel", condition.channel, facts.channel),
        ("user", condition.user, facts.user),
        ("language", condition.language, facts.language),
        ("platform", condition.platform, facts.platform),
        ("reason", condition.reason, facts.reason),
    ):
        if wanted:
            held = value in wanted or (name == "language" and value.split("-")[0] in wanted)
            said = f'{name} is "{value}"' if value else f"{name} is not known"
            return held, said if held else f"{said}, wants {_or(wanted)}"
    return True, "takes everything"


def implies(narrow: Condition | None, wide: Condition | None) -> bool:
    """Whether `wide` surely holds wherever `narrow` does. False where that cannot be told from their form."""
    if wide is None:
        return True
    if narrow is None:
        return False
    if narrow == wide:
        return True
    if wide.all:
        return all(implies(narrow, part) for part in wide.all)
    if narrow.any:
        return all(implies(part, wide) for part in narrow.any)
    if wide.any and any(implies(narrow, part) for part in wide.any):
        return True
    if narrow.all:
        return any(implies(part, wide) for part in narrow.all)
    if narrow.not_ is not None and wide.not_ is not None:
        return implies(wide.not_, narrow.not_)
    for key in ("channel", "user", "language", "platform", "reason"):
        few, many = getattr(narrow, key), getattr(wide, key)
        if few and many and set(few) <= set(many):
            return True
    return False


def _several(judged: list[tuple[bool, str]], *, every: bool) -> tuple[bool, str]:
    held = all(one for one, _ in judged) if every else any(one for one, _ in judged)
    return held, ", ".join(dict.fromkeys(why for one, why in judged if one == held))


def _topic(topic: str, facts: Facts, policy: Policy) -> tuple[bool, str]:
    at = next((route.at for route in policy.routes if route.name == topic), 0.9)
    sure = facts.topics.get(topic, 0.0)
    held = sure >= at
    return held, f"topic={topic} (model {sure:.2f} {'>=' if held else '<'} {at:.2f})"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:37] + "..."


def _or(wanted: tuple[str, ...]) -> str:
    return " or ".join(f'"{one}"' for one in wanted)
