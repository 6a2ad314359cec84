"""The public sets that triage is measured on, and the vectors of their texts. Read from ../shared, never copied."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.agents.models.local.embedder import Embedder
from bot.agents.models.local.encoder import Floats
from bot.agents.models.local.taught import RouteExamples
from bot.agents.models.local.text import plain

from .load import ROOT

DATA = ROOT.parent / "shared" / "data" / "triage" / "dev"
KEPT = ROOT / "out" / "triage-vectors"  # 30,000 texts take two minutes; git ignores the folder

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Banking:
    """Banking77's training rows and the eight queues made of its intents, with fixed draws of rows per queue."""

    rows: tuple[Row, ...]
    queues: dict[str, dict[str, object]]
    draws: dict[str, dict[str, list[int]]]

    def queue_of(self) -> list[str]:
        """The queue of each row."""
        queue = {str(intent): name for name, one in self.queues.items() for intent in one["intents"]}  # type: ignore[attr-defined]
        return [queue[intent] for _, intent in self.rows]

    def routes(self, draw: dict[str, list[int]]) -> list[RouteExamples]:
        return [
            RouteExamples(name, str(self.queues[name]["description"]), tuple(self.rows[i][0] for i in numbers))
            for name, numbers in draw.items()
        ]


def banking() -> Banking:
    folder = DATA / "banking77"
    with (folder / "train.csv").open(newline="") as file:
        rows = tuple((row["text"], row["category"]) for row in csv.DictReader(file))
    queues = json.loads((folder / "queues.json").read_text())["queues"]
    return Banking(rows, queues, json.loads((folder / "queue_fewshot_rows.json").read_text())["draws"])


@dataclass(frozen=True, slots=True)
class Clinc:
    """CLINC150: its 150 intents, and what is none of them. `elsewhere`: validation rows of other domains than banking,
    and all out-of-scope rows."""

    train: tuple[Row, ...]
    val: tuple[Row, ...]
    oos_val: tuple[str, ...]
    oos: tuple[str, ...]
    elsewhere: tuple[str, ...]


def clinc() -> Clinc:
    sets = json.loads((DATA / "clinc150" / "train_val.json").read_text())
    domains = json.loads((DATA / "clinc150" / "domains.json").read_text())
    banking_intents = {*domains["banking"], *domains["credit_cards"]}
    oos = tuple(text for name in ("oos_val", "oos_train", "oos_plus_train") for text, _ in sets[name])
    others = tuple(text for text, intent in sets["val"] if intent not in banking_intents)
    return Clinc(
        tuple((text, intent) for text, intent in sets["train"]), tuple((text, intent) for text, intent in sets["val"]),
        tuple(text for text, _ in sets["oos_val"]), oos, (*others, *oos),
    )  # fmt: skip


def vectors_of(embedder: Embedder, texts: Sequence[str], *, keep: bool) -> Floats:
    """One row per text; with `keep` they are read from and written to a file."""
    made = "" if embedder.by == "numpy" else f"-{embedder.by}"
    path = KEPT / f"{hashlib.sha256(chr(10).join(texts).encode()).hexdigest()[:16]}{made}.npy"
    if keep and path.is_file():
        known: Floats = np.load(path)
        return known
    found = embedder.vectors([plain(text) for text in texts])
    if keep:
        KEPT.mkdir(parents=True, exist_ok=True)
        np.save(path, found)
    return found


def drawn(labels: Sequence[str], each: int, random: np.random.Generator) -> npt.NDArray[np.intp]:
    """The numbers of so many rows of every label."""
    known = np.array(labels)
    return np.concatenate(
        [random.choice(np.flatnonzero(known == label), each, replace=False) for label in sorted(set(labels))]
    )
