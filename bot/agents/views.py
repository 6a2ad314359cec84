"""What an agent reads of the log while it holds the conversation.

The log is kept whole and once. A view says what of it is shown, by positions, and with what words where a filter
changed some; so it can be stored, checked against the log, and undone for the next agent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.agents.items import Call, Item, UserMessage, cleaned, from_dict, pairing_safe, to_dict, with_text

Redact = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class View:
    """What `agent` reads: of the first `upto` items of the log those `shown`, in this order, and all that comes later.

    `shown` holds positions in the log, and an item itself where a filter put another one in its place; None is
    everything. `added` goes to the agent's instructions for as long as it holds the conversation.
    """

    agent: str
    upto: int = 0
    shown: tuple[int | Item, ...] | None = None
    added: str = ""

    @classmethod
    def of(cls, agent: str, log: Sequence[Item], seen: Sequence[Item], added: str = "") -> View:
        """The view that shows `seen`, which a filter made from the whole log."""
        where = {id(item): position for position, item in enumerate(log)}
        shown = tuple(where.get(id(item), item) for item in pairing_safe(seen))
        return cls(agent, len(log), None if shown == tuple(range(len(log))) else shown, added)

    def items(self, log: Sequence[Item]) -> list[Item]:
        """What of the log it shows."""
        if self.shown is None:
            return list(log)
        chosen = [log[entry] if isinstance(entry, int) else entry for entry in self.shown]
        return chosen + list(log[self.upto :])

    def to_dict(self) -> dict[str, Any]:
        shown = None
        if self.shown is not None:
            shown = [entry if isinstance(entry, int) else to_dict(entry) for entry in self.shown]
        return {"agent": self.agent, "upto": self.upto, "shown": shown, "added": self.added}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> View:
        """Raises ValueError for what `to_dict` did not write."""
        shown = data["shown"]
        if shown is not None:
            shown = tuple(entry if isinstance(entry, int) else from_dict(entry) for entry in shown)
        return cls(data["agent"], data["upto"], shown, data["added"])


class Reading:
    """The log of a run while it grows, and what the holder reads of it.

    `note` adds what only the holder reads, and only until it hands over: its bad answers and what it was told of them.
    What has been prepared for the model once is not looked at again, whoever reads it.
    """

    def __init__(self, log: list[Item], held: View, redactors: Sequence[Redact] = ()) -> None:
        self.log = log
        self.start = len(log)
        self._redactors = tuple(redactors)
        self._ids = {item.call_id for item in log if isinstance(item, Call)}
        # The log as models may read it, and what of that the holder reads.
        self._readable: list[Item] = []
        self._prepared: list[Item] = []
        self.hand_over(held)

    @property
    def new_items(self) -> list[Item]:
        return self.log[self.start :]

    @property
    def noted(self) -> bool:
        return bool(self._notes)

    @property
    def ids(self) -> set[str]:
        """The ids of all calls so far, the bad ones included."""
        return self._ids

    def add(self, *items: Item) -> None:
        """Items that belong into the history; a call comes together with its output."""
        for item in items:
            self.log.append(item)
            if isinstance(item, Call):
                self._ids.add(item.call_id)

    def note(self, item: Item) -> None:
        self._prepare()
        self._notes.append((len(self._prepared), self._made_readable(item)))
        if isinstance(item, Call):
            self._ids.add(item.call_id)

    def hand_over(self, to: View) -> None:
        """From now on another agent reads: the notes are gone."""
        self._prepare()
        self.view = to
        shown = to.shown
        if shown is not None:
            shown = tuple([entry if isinstance(entry, int) else self._made_readable(entry) for entry in shown])
        self._prepared = list(pairing_safe(replace(to, shown=shown).items(self._readable)))
        # Notes by where they belong among the prepared items.
        self._notes: list[tuple[int, Item]] = []

    def seen(self) -> tuple[Item, ...]:
        """What the holder reads now: valid for every provider."""
        self._prepare()
        if not self._notes:
            return tuple(self._prepared)
        items: list[Item] = []
        at = 0
        for position, item in self._notes:
            items += self._prepared[at:position]
            items.append(item)
            at = position
        return (*items, *self._prepared[at:])

    def _prepare(self) -> None:
        new = [self._made_readable(item) for item in self.log[len(self._readable) :]]
        self._readable += new
        self._prepared += new

    def _made_readable(self, item: Item) -> Item:
        for redact in self._redactors:
            item = with_text(item, redact)
            # The name goes to the model with the words.
            if isinstance(item, UserMessage) and item.name is not None:
                item = replace(item, name=redact(item.name))
        return cleaned(item)
