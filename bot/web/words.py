"""Names and reasons in words for the console. Values come from `handlers/view.py`; nothing here decides anything."""

import re
from collections.abc import Mapping
from typing import Any

from routing.policy import Policy
from routing.reasons import in_words as reason_in_words

from .services import Customer

STATES: Mapping[str, str] = {
    "bot": "With an agent",
    "queued": "Waiting for a person",
    "offered": "Offered",
    "parked": "Waiting until opening",
    "held": "With a person",
    "on_hold": "On hold",
    "resolved": "Resolved",
    "closed": "Closed",
}


_CAPITALS = re.compile(r"[A-Z]")


class Names:
    """Keys of config.yaml as people read them."""

    def __init__(self, policy: Policy, customers: tuple[Customer, ...]) -> None:
        self._policy = policy
        self._customers = {customer.key: customer.name for customer in customers}

    def holder(self, described: str) -> str:
        """`team:billing` -> `Billing`, `person:alice` -> `Alice Martin`; a bare word stays."""
        kind, _, name = described.partition(":")
        return self.of(kind, name) if name else kind

    def of(self, kind: str, name: str | None) -> str:
        if not name:
            return "nobody"
        match kind:
            case "person":
                return self._policy.person_name(name)
            case "team":
                team = self._policy.teams.get(name)
                return team.title if team is not None else name
            case "agent":
                return self.agent(name)
            case "customer" | "participant":
                return self._customers.get(name, name)
            case _:
                return "Baton" if name == "baton" else name

    def agent(self, name: str) -> str:
        words = name.removesuffix("_agent").replace("_", " ").replace("-", " ").strip() or name
        return f"{words[:1].upper()}{words[1:]} agent"

    def link(self, step: str) -> tuple[str, str]:
        """One step of the chain as (kind, words). A bare name is an agent."""
        kind, _, name = step.partition(":")
        return (kind, self.of(kind, name)) if name else ("agent", self.agent(kind))


def reason(code: str | None) -> str:
    return reason_in_words(code or "")


def entry(item: Mapping[str, Any], names: Names) -> str:
    """One journal entry as a sentence's worth of words, without its time."""
    before, after = (str(item[side] or "none").replace("none", "resolved") for side in ("from", "to"))
    did = _CAPITALS.sub(lambda found: f" {found.group().lower()}", str(item["event"])).strip()
    actor = names.holder(str(item["actor"]))
    moved = f"{names.holder(before)} → {names.holder(after)}" if before != after else names.holder(after)
    why = reason(item["reason"]) if item["reason"] not in {None, "", "none"} else ""
    return " · ".join(part for part in (moved, why, f"{did} by {actor}") if part)


def ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
