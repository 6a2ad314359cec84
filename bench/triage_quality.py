"""`python -m bench.triage_quality [--draws N]`: how often triage is right, on public sets; the table is TRIAGE.md.

Every figure is held out: the messages asked about are none of those that were taught. Few-shot figures are the mean
over draws of the examples (for the eight queues the fixed ones of queue_fewshot_rows.json), with their standard
deviation and a bootstrap interval of the mean.

`--onnxruntime` measures the extra instead of numpy, and leaves the file as it is.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.agents.models.local.embedder import Embedder, engine_of
from bot.agents.models.local.encoder import Floats
from bot.agents.models.local.meaning import ByMeaning
from bot.agents.models.local.taught import LIKELY, SURE, AnswerEntry, RouteExamples, Scores
from bot.agents.models.local.triage import IN_SCOPE_BY_MEANING, IN_SCOPE_IF_LIKELY
from bot.agents.models.local.weights import FILE

from . import triage_sets as sets
from .report import machine

RESULTS = Path(__file__).with_name("TRIAGE.md")
NOTHING = ""  # the label of a message that is about nothing that was taught
Asked = tuple[Floats, Sequence[str]]
"""Vectors of messages and their true labels."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure over its draws, in percent. `wanted`: at least, or at most where `less`."""

    name: str
    values: tuple[float, ...]
    wanted: float | None = None
    less: bool = False

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    def interval(self) -> tuple[float, float]:
        """Of the mean, 95 %, by drawing the draws again 2,000 times."""
        again = np.random.default_rng(0).choice(self.values, (2000, len(self.values))).mean(axis=1)
        return float(np.quantile(again, 0.025)), float(np.quantile(again, 0.975))

    @property
    def reached(self) -> bool | None:
        if self.wanted is None:
            return None
        return self.mean <= self.wanted if self.less else self.mean >= self.wanted

    def cells(self) -> tuple[str, ...]:
        wanted = "" if self.wanted is None else f"{'<=' if self.less else '>='} {self.wanted:g}"
        said = {None: "", True: "reached", False: "not yet"}[self.reached]
        if len(self.values) == 1:
            return self.name, f"{self.mean:.1f}", "", "", "1", wanted, said
        low, high = self.interval()
        sd = float(np.std(self.values, ddof=1))
        return (
            self.name,
            f"{self.mean:.1f}",
            f"{sd:.1f}",
            f"{low:.1f} to {high:.1f}",
            str(len(self.values)),
            wanted,
            said,
        )


@dataclass
class Table:
    """Figures by name, gathered draw by draw."""

    values: dict[str, list[float]] = field(default_factory=dict)
    wanted: dict[str, tuple[float, bool]] = field(default_factory=dict)

    def add(self, name: str, share: float, wanted: float | None = None, *, less: bool = False) -> None:
        self.values.setdefault(name, []).append(100 * share)
        if wanted is not None:
            self.wanted[name] = wanted, less

    def rows(self) -> list[Row]:
        return [Row(name, tuple(found), *self.wanted.get(name, ())) for name, found in self.values.items()]


# ---- one trial -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said of each message, beside the truth."""

    ranked: npt.NDArray[np.str_]  # messages x 2, the likelier first
    p: npt.NDArray[np.float64]
    in_scope: npt.NDArray[np.float64]
    truth: npt.NDArray[np.str_]

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = self.truth != NOTHING
        return found

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = self.ranked[:, 0] == self.truth
        return found

    @property
    def refused(self) -> npt.NDArray[np.bool_]:
        """Taken to be out of scope, as `Judgement.verdict` does."""
        limit = np.where(self.p >= LIKELY, IN_SCOPE_IF_LIKELY, IN_SCOPE_BY_MEANING)
        return (self.in_scope < limit) & (self.p < SURE)

    def accuracy(self) -> float:
        return float(self.right[self.inside].mean())

    def macro(self) -> float:
        """The mean over labels: what a set with as many messages of each would give."""
        labels = sorted(set(self.truth[self.inside]))
        return float(np.mean([self.right[self.truth == label].mean() for label in labels]))

    def top_two(self) -> float:
        return float((self.ranked == self.truth[:, None]).any(axis=1)[self.inside].mean())

    def calibration_error(self, bins: int = 10) -> float:
        """Of p, over all messages: the expected calibration error in bins of equal width."""
        place = np.minimum((self.p * bins).astype(int), bins - 1)
        gaps = [abs(self.p[place == one].mean() - self.right[place == one].mean()) * (place == one).mean()
                for one in np.unique(place)]  # fmt: skip
        return float(sum(gaps))

    def auroc(self) -> float:
        """How often a message in scope looks more so than one that is not."""
        inside, outside = np.sort(self.in_scope[self.inside]), self.in_scope[~self.inside]
        below = np.searchsorted(inside, outside, "left")
        equal = np.searchsorted(inside, outside, "right") - below
        return float(1 - (below + equal / 2).mean() / len(inside))


def judged(meaning: ByMeaning, asked: Asked, beyond: Floats) -> Outcome:
    vectors, labels = asked
    scores = list(meaning.scores_of(np.vstack([vectors, beyond])))
    best = [_best_two(one) for one in scores]
    truth = [*labels, *[NOTHING] * len(beyond)]
    return Outcome(
        np.array([[name for name, _ in pair] for pair in best]), np.array([pair[0][1] for pair in best]),
        np.array([one.in_scope for one in scores]), np.array(truth),
    )  # fmt: skip


def _best_two(scores: Scores) -> list[tuple[str, float]]:
    return sorted(scores.topics.items(), key=lambda item: -item[1])[:2]


# ---- the sets --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bench:
    """`most`: how many messages to ask about in one draw; None for all. `keep`: vectors of whole sets in files."""

    embedder: Embedder
    draws: int = 20
    most: int | None = None
    keep: bool = True

    def some(self, numbers: npt.NDArray[np.intp], seed: int, most: int | None = None) -> npt.NDArray[np.intp]:
        limit = most if most is not None else self.most
        if limit is None or len(numbers) <= limit:
            return numbers
        return np.random.default_rng(seed).choice(numbers, limit, replace=False)

    def vectors(self, texts: Sequence[str], numbers: npt.NDArray[np.intp]) -> Floats:
        if self.keep:
            return sets.vectors_of(self.embedder, texts, keep=True)[numbers]
        return sets.vectors_of(self.embedder, [texts[i] for i in numbers], keep=False)


def queues(bench: Bench, table: Table, each: Sequence[int] = (5, 10, 20)) -> None:
    """Eight support queues; a fifth of all messages is out of scope."""
    banking, elsewhere = sets.banking(), sets.clinc().elsewhere
    texts, labels = [text for text, _ in banking.rows], np.array(banking.queue_of())
    targets = {5: (75.0, None), 10: (80.0, 91.0), 20: (83.0, None)}
    for count in each:
        for seed in range(bench.draws):
            draw = banking.draws[f"n{count}_seed{seed}"]
            meaning = ByMeaning(bench.embedder, banking.routes(draw), [])
            taught = [i for numbers in draw.values() for i in numbers]
            asked = bench.some(np.setdiff1d(np.arange(len(texts)), taught), seed)
            beyond = bench.some(np.arange(len(elsewhere)), seed, len(asked) // 4)
            done = judged(meaning, (bench.vectors(texts, asked), list(labels[asked])), bench.vectors(elsewhere, beyond))
            sure = done.p >= SURE
            name = f"8 queues, {count} examples: "
            table.add(name + "accuracy", done.accuracy(), targets[count][0])
            table.add(name + "top-2", done.top_two(), targets[count][1])
            ten = count == 10
            table.add(name + "right where p >= .9", float(done.right[sure].mean()), 95.0 if ten else None)
            table.add(name + "share with p >= .9", float(sure.mean()), 28.0 if ten else None)
            table.add(name + "calibration error", done.calibration_error(), 5.0, less=True)
            table.add(name + "out of scope found", float(done.refused[~done.inside].mean()), 87.0)
            table.add(name + "real requests taken for it", float(done.refused[done.inside].mean()), 2.5, less=True)


def banking77(
    bench: Bench, table: Table, each: Sequence[int] = (5, 10), draws: int = 5, *, named: bool = False
) -> None:
    """Its 77 intents, examples alone, drawn from the training rows, then the rest. `named`: the set has no
    descriptions; the words of an intent's name serve as one."""
    rows = sets.banking().rows
    texts, labels = [text for text, _ in rows], [intent for _, intent in rows]
    for count in each:
        for seed in range(min(draws, bench.draws)):
            taught = sets.drawn(labels, count, np.random.default_rng(seed))
            routes = _routes(texts, labels, taught)
            if named:
                routes = [replace(route, description=route.name.replace("_", " ")) for route in routes]
            meaning = ByMeaning(bench.embedder, routes, [])
            asked = bench.some(np.setdiff1d(np.arange(len(texts)), taught), seed)
            beyond = np.empty((0, 384), np.float32)
            done = judged(meaning, (bench.vectors(texts, asked), [labels[i] for i in asked]), beyond)
            name = f"Banking77, {count} examples{' and a name' * named}: "
            wanted = None if named else {5: 80.0, 10: 85.0}[count]
            table.add(name + "accuracy", done.accuracy(), wanted)
            table.add(name + "accuracy, mean over intents", done.macro(), wanted)


def clinc150(bench: Bench, table: Table) -> None:
    """150 intents with 100 examples each, its validation rows, and what is none of them."""
    clinc = sets.clinc()
    texts, labels = [text for text, _ in clinc.train], [intent for _, intent in clinc.train]
    meaning = ByMeaning(bench.embedder, _routes(texts, labels, np.arange(len(texts))), [])
    val = [text for text, _ in clinc.val]
    asked = bench.vectors(val, np.arange(len(val))), [intent for _, intent in clinc.val]
    for name, beyond in (("validation", clinc.oos_val), ("all 450", clinc.oos)):
        done = judged(meaning, asked, bench.vectors(beyond, np.arange(len(beyond))))
        if name == "validation":
            table.add("CLINC150: accuracy", done.accuracy())
            table.add("CLINC150: right and not taken for out of scope",
                      float((done.right & ~done.refused)[done.inside].mean()), 92.0)  # fmt: skip
        table.add(f"CLINC150: out of scope found ({name})", float(done.refused[~done.inside].mean()), 88.0)
        table.add(f"CLINC150: AUROC of scope ({name})", done.auroc())


def answers(bench: Bench, table: Table, each: Sequence[int] = (1, 3, 5), draws: int = 10) -> None:
    """Ten intents as answers beside eight routes; every second question is near them and has no answer."""
    banking = sets.banking()
    texts, intents = [text for text, _ in banking.rows], np.array([intent for _, intent in banking.rows])
    of = np.array(banking.queue_of())
    for count in each:
        for seed in range(min(draws, bench.draws)):
            random = np.random.default_rng(1000 * count + seed)
            known = random.choice(sorted(set(intents)), 10, replace=False)
            entries, routes, taught = [], [], []
            for name in known:
                chosen = random.choice(np.flatnonzero(intents == name), count, replace=False)
                entries.append(AnswerEntry(str(name), tuple(texts[i] for i in chosen), "..."))
                taught += chosen.tolist()
            for name in sorted(set(of)):
                others = np.flatnonzero((of == name) & ~np.isin(intents, known))
                chosen = random.choice(others, 5, replace=False)
                routes.append(RouteExamples(str(name), examples=tuple(texts[i] for i in chosen)))
                taught += chosen.tolist()
            left = np.setdiff1d(np.arange(len(texts)), taught)
            covered = bench.some(left[np.isin(intents[left], known)], seed, 400)
            near = bench.some(left[~np.isin(intents[left], known)], seed, len(covered))
            asked = np.concatenate([covered, near])
            meaning = ByMeaning(bench.embedder, routes, entries)
            given = [one.answer for one in meaning.scores_of(bench.vectors(texts, asked))]
            right = [name == intents[i] for name, i in zip(given, asked, strict=True) if name is not None]
            name = f"10 answers, {count} example{'s' * (count > 1)}: "
            table.add(name + "right where one is quoted", float(np.mean(right)) if right else 1.0, 95.0)
            covered_given = np.mean([one is not None for one in given[: len(covered)]])
            table.add(name + "questions with an answer that get one", float(covered_given))


def _routes(texts: Sequence[str], labels: Sequence[str], numbers: npt.NDArray[np.intp]) -> list[RouteExamples]:
    by_label: dict[str, list[str]] = {}
    for i in numbers:
        by_label.setdefault(labels[i], []).append(texts[i])
    return [RouteExamples(label, examples=tuple(found)) for label, found in sorted(by_label.items())]


# ---- the table -------------------------------------------------------------------------------------------------------


def measured(bench: Bench, parts: Sequence[Callable[[Bench, Table], None]]) -> list[Row]:
    table = Table()
    for part in parts:
        part(bench, table)
    return table.rows()


def written(rows: Sequence[Row], command: str, took_s: float) -> str:
    heads = ("figure", "mean, %", "sd", "95 % of the mean", "draws", "wanted", "")
    lines = [
        "# How often triage is right", "",
        *(f"- {key}: {value}" for key, value in {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), "machine": machine(),
            "command": f"`{command}`, {took_s:.0f} s",
        }.items()), "",
        " ".join((__doc__ or "").split("\n\n")[1].split()), "",
        "Sets: Banking77 (PolyAI, CC BY 4.0), its training rows; eight queues made of its intents, with a description "
        "each; CLINC150 (CC BY 3.0), training and validation rows. Out of scope for the queues: CLINC150's rows of "
        "other domains and its out-of-scope rows. Settings were chosen on these sets: these are development figures. "
        "The background sentences are the project's own. Banking77 is taught by examples alone; \"and a name\": with "
        "the words of each intent's name (\"card arrival\") as its description.", "",
        f"| {' | '.join(heads)} |", "|---" * len(heads) + "|",
        *(f"| {' | '.join(row.cells())} |" for row in rows),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _embedder(by_onnxruntime: bool) -> Embedder:
    engine = engine_of()
    if engine.embedder is None or (by_onnxruntime and not engine.runtime):
        raise SystemExit(f"triage cannot be measured so: {engine}")
    return engine.embedder if by_onnxruntime else Embedder.open(engine.embedder.folder / FILE)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.triage_quality", description="Triage on public sets.")
    parser.add_argument("--draws", type=int, default=20, help="of the examples; the file is written with all 20")
    parser.add_argument("--onnxruntime", action="store_true", help="by the extra; the file stays numpy's")
    given = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        known = _embedder(given.onnxruntime)
        bench = Bench(known.elsewhere(Path(folder)), given.draws)
        rows = measured(bench, (queues, banking77, partial(banking77, named=True), clinc150, answers))
    text = written(rows, "python -m bench.triage_quality", time.perf_counter() - began)
    print(text)
    if given.draws >= 20 and not given.onnxruntime:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
