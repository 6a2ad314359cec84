"""How well the routes can be told apart, by their own examples: what `baton check` says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.agents.models.local.meaning import ByMeaning
from bot.agents.models.local.taught import LIKELY, SURE

MARGIN: Final = 0.05  # of similarity; with five examples each, less is chance


@dataclass(frozen=True, slots=True)
class Close:
    """Two routes whose examples are, on average, nearer to the other's than to their own: similarities, 0 to 1."""

    routes: tuple[str, str]
    to_each_other: float
    to_their_own: float


@dataclass(frozen=True, slots=True)
class Trial:
    """Examples judged by what was learned from the others. `matrix`: (their route, the one found) -> how many."""

    routes: tuple[str, ...]
    matrix: dict[tuple[str, str], int]
    right: float
    sure: float
    right_where_sure: float | None
    asked: float

    def __str__(self) -> str:
        total = sum(self.matrix.values())
        lines = [f"triage: each of {total} examples judged by what the others teach", *_drawn(self)]
        said = f"right {self.right:.0%}; sure (p >= {SURE}) {self.sure:.0%}"
        if self.right_where_sure is not None:
            said += f", of these right {self.right_where_sure:.0%}"
        return "\n".join([*lines, f"{said}; asked back (p >= {LIKELY}) {self.asked:.0%}"])


def close_routes(meaning: ByMeaning) -> list[Close]:
    """Pairs that customers' words can hardly tell apart. Needs two examples of each."""
    if meaning.topics is None:
        return []
    lessons = meaning.topics.lessons.only(meaning.topics.lessons.examples)
    similar = lessons.rows @ lessons.rows.T
    np.fill_diagonal(similar, -1.0)
    nearest = {
        (own, other): float(similar[np.ix_(lessons.owners == own, lessons.owners == other)].max(axis=1).mean())
        for own, count in Counter(lessons.owners.tolist()).items()
        for other, others in Counter(lessons.owners.tolist()).items()
        if count > 1 and others > 1
    }
    found = []
    for (one, two), there in nearest.items():
        if one < two:
            each_other = (there + nearest[two, one]) / 2
            their_own = (nearest[one, one] + nearest[two, two]) / 2
            if each_other > their_own + MARGIN:
                found.append(Close((meaning.taught[one], meaning.taught[two]), each_other, their_own))
    return sorted(found, key=lambda close: close.to_their_own - close.to_each_other)


def trial(meaning: ByMeaning) -> Trial | None:
    """None where there is nothing to hold out."""
    if meaning.topics is None or not len(meaning.topics.held_out.owners):
        return None
    held = meaning.topics.held_out
    names = tuple(meaning.taught)
    pairs = Counter((names[own], names[found]) for own, found in zip(held.owners, held.found, strict=True))
    right, sure = held.owners == held.found, held.p >= SURE
    return Trial(
        names,
        dict(pairs),
        float(right.mean()),
        float(sure.mean()),
        float(right[sure].mean()) if sure.any() else None,
        float(((held.p >= LIKELY) & ~sure).mean()),
    )


def _drawn(done: Trial) -> Sequence[str]:
    """A row per route: how many of its examples went where; a dot for none."""
    width = max(map(len, done.routes))
    wide = [max(2, len(str(number))) for number in range(1, len(done.routes) + 1)]
    heads = " ".join(f"{number:>{wide[number - 1]}}" for number in range(1, len(done.routes) + 1))
    rows = [f"  {'':>{width + 4}}{heads}"]
    for number, name in enumerate(done.routes, 1):
        cells = (done.matrix.get((name, other), 0) for other in done.routes)
        drawn = " ".join(f"{count or '.':>{space}}" for count, space in zip(cells, wide, strict=True))
        rows.append(f"  {number:>2} {name:<{width}} {drawn}")
    return rows
