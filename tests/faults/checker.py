"""What must be true of a conversation whatever died while it was going on, checked over what can be read of it.

A history is what the clients know was accepted, beside what the desk shows at the end. `broken_promises` names every
promise that it breaks; it is tried on histories that break one each.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# The verb and how its one journal entry is told from what else the same event may write.
JOURNALLED: Mapping[str, tuple[str, str]] = {
    "claim": ("Claimed", "person:"),
    "release": ("Released", "team:"),
    "transfer": ("Transferred", ""),
    "hand-back": ("HandedBack", "agent:"),
    "resolve": ("MarkedResolved", "none"),
}
SPEAKERS = ("agent", "person")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A customer's message that was answered with 202."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Acted:
    """A staff action that was answered: `ok` means 200, else it was refused."""

    action: str
    by: str
    ok: bool
    text: str = ""


@dataclass(slots=True)
class History:
    """`view` is the conversation over REST; `left` is what its mailbox, outbox and run still hold; `keys` are those of
    the rows behind the lines, by their place, and `withdrawn` those of lines that never left."""

    conversation: str
    view: Mapping[str, Any]
    accepted: Sequence[Accepted] = ()
    acted: Sequence[Acted] = ()
    left: Sequence[str] = ()
    keys: Sequence[str] = field(default_factory=tuple)
    withdrawn: frozenset[str] = frozenset()

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        lines: Sequence[Mapping[str, Any]] = self.view["messages"]
        return lines

    @property
    def journal(self) -> Sequence[Mapping[str, Any]]:
        entries: Sequence[Mapping[str, Any]] = self.view["journal"]
        return entries


def broken_promises(history: History) -> list[str]:
    """Every promise that this conversation breaks, in words; empty when all is well."""
    return [f"{history.conversation}: {problem}" for check in CHECKS for problem in check(history)]


def messages_are_kept(history: History) -> Iterator[str]:
    """Every accepted message is in the transcript exactly once, in the order of acceptance (I5)."""
    shown = [(one["seq"], one["text"]) for one in history.messages if one["author"]["kind"] == "customer"]
    wanted = [(one.seq, one.text) for one in sorted(history.accepted, key=lambda one: one.seq)]
    if shown == wanted:
        return
    for message in wanted:
        if message not in shown:
            yield f"accepted message {message} is lost"
    for message, times in Counter(shown).items():
        if times > 1:
            yield f"message {message} is in the transcript {times} times"
        if message not in wanted:
            yield f"message {message} was never accepted so"
    if sorted(shown) == wanted:
        yield f"messages are out of order: {[seq for seq, _ in shown]}"


def actions_happened_once(history: History) -> Iterator[str]:
    """Every action that was answered with ok happened exactly once; a refused one never."""
    for one in history.acted:
        if not one.text:
            continue
        public = one.action == "reply"
        times = sum(
            line["text"] == one.text and line["author"]["name"] == one.by and (line["visibility"] == "public") == public
            for line in history.messages
        )
        if times != int(one.ok):
            yield f"{one.action} {one.text!r} by {one.by} ({'ok' if one.ok else 'refused'}) happened {times} times"
    for action, (event, to) in JOURNALLED.items():
        done = Counter(one.by for one in history.acted if one.ok and one.action == action)
        entries = [
            entry["actor"].removeprefix("person:") for entry in history.journal
            if entry["event"] == event and entry["to"].startswith(to) and entry["actor"].startswith("person:")
        ]  # fmt: skip
        if Counter(entries) != done:
            yield f"{action}: answered ok {dict(done)}, journalled {dict(Counter(entries))}"


def nothing_is_said_twice(history: History) -> Iterator[str]:
    """No words of an agent or person twice (each has its own in these histories), no row twice, no answer too many."""
    said = Counter(
        line["text"] for line in history.messages
        if line["author"]["kind"] in SPEAKERS and line["visibility"] == "public"
    )  # fmt: skip
    for text, times in said.items():
        if times > 1:
            yield f"{text!r} was said {times} times"
    for key, times in Counter(key for key in history.keys if key).items():
        if times > 1:
            yield f"row {key} is in the transcript {times} times"
    asked = answered = 0
    for line in history.messages:
        if line["author"]["kind"] == "customer":
            asked += 1
        elif line["author"]["kind"] == "agent" and line["visibility"] == "public":
            answered += 1
        if answered > asked:
            yield f"agents answered {answered} times when {asked} messages had come"
            return
    called = sum(entry["to"].startswith("team:") and entry["from"] != entry["to"] for entry in history.journal)
    passing = sum(
        line["text"].startswith(("Passing you", "You are back in the queue")) and line["author"]["kind"] == "system"
        for line in history.messages
    )
    if called != passing:
        yield f"the customer was told of {passing} handoffs to people, and {called} were made"


def holders_speak(history: History) -> Iterator[str]:
    """Public words come from who held it then (I3). Times are milliseconds, so of one instant both holders count."""
    first = history.journal[0]["from"] if history.journal else _named(history.view["holder"])
    for line in history.messages:
        author = f"{line['author']['kind']}:{line['author']['name']}"
        if line["author"]["kind"] not in SPEAKERS or line["visibility"] != "public":
            continue
        holders = {first}
        for entry in history.journal:
            if entry["at"] < line["at"]:
                holders = {entry["to"]}
            elif entry["at"] == line["at"]:
                holders |= {entry["from"], entry["to"]}
        if author not in holders:
            yield f"{author} said {line['text']!r} while {' or '.join(sorted(holders))} held it"


def _named(holder: Mapping[str, Any]) -> str:
    return f"{holder['kind']}:{holder['name']}" if holder["name"] else "none"


def epochs_rise(history: History) -> Iterator[str]:
    """Whenever who may answer changes the epoch rises, and each holder is the one that the journal left (I1, I2)."""
    epoch, holder = 0, None
    for entry in history.journal:
        if holder is not None and entry["from"] != holder:
            yield f"{entry['event']} came from {entry['from']}, but {holder} held it"
        if entry["from"] != entry["to"] and entry["epoch"] <= epoch:
            yield f"{entry['event']} moved it to {entry['to']} under the old epoch {entry['epoch']}"
        epoch, holder = max(epoch, entry["epoch"]), entry["to"]
    if holder is not None and holder != _named(history.view["holder"]):
        yield f"the journal ends with {holder}, the state says {_named(history.view['holder'])}"


def not_stuck(history: History) -> Iterator[str]:
    """Nothing waits to be done, and who is unanswered waits for people who know of it."""
    for rest in history.left:
        yield f"left over: {rest}"
    view = history.view
    if view["unanswered"] and view["state"] not in ("queued", "parked"):
        yield f"the customer is unanswered in state {view['state']}"


CHECKS = (messages_are_kept, actions_happened_once, nothing_is_said_twice, holders_speak, epochs_rise, not_stuck)


def broken_ledger(histories: Sequence[History], slots: Mapping[str, set[str]]) -> list[str]:
    """The slots that people have taken are the conversations that they hold (I9)."""
    held: dict[str, set[str]] = {}
    for history in histories:
        holder = history.view["holder"]
        if holder["kind"] == "person":
            held.setdefault(holder["name"], set()).add(history.conversation)
    problems = []
    for person in sorted({*held, *slots}):
        holds, takes = held.get(person, set()), slots.get(person, set())
        if holds - takes:
            problems.append(f"{person} holds {sorted(holds - takes)} without a slot")
        if takes - holds:
            problems.append(f"{person} has slots of {sorted(takes - holds)} without holding them")
    return problems
