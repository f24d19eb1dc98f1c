"""Runs beside each other: their curves, and the settings that are not the same.

Axes: K points of a curve.
"""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine import plain
from engine.errors import DocumentError, EngineError
from engine.graph.compare import score as scores
from engine.graph.compare.differences import Difference, differences
from engine.graph.model import Project
from engine.graph.options import TRAINING_PARAMS
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.messages import Evaluation
from engine.protocol.past_runs import (
    ComparedRun,
    Comparison,
    CurveTitle,
    SettingRow,
)
from engine.training.listing.summary import Reader
from engine.training.records import metric_store
from engine.training.records.runs import METRICS, open_run

MOST_RUNS, POINTS = 8, 1000
"""Runs that are compared at once; points of a curve."""
TRAIN = "train:"
"""Begins the name of the training loss of a phase."""
_MOST_ROWS = 400


class _Told(NamedTuple):
    """A run with its project."""

    compared: ComparedRun
    project: Project


def compared(folder: Path, runs: Iterable[str]) -> Comparison:
    """Return runs beside each other.

    Args:
        folder: Where runs are kept.
        runs: Names of their folders.

    Raises:
        DocumentError: When fewer than two can be read.
    """
    found: list[_Told] = []
    names = [*dict.fromkeys(runs)]
    refused = _left_out(len(names) - MOST_RUNS)
    for run in names[:MOST_RUNS]:
        try:
            found.append(_told(folder, run))
        except (EngineError, OSError) as error:
            refused = str(error)
    if len(found) < 2:
        raise DocumentError(refused or tr("There is nothing to compare it with"))
    titles = tuple(_titles(found))
    rows = tuple(_rows([each.project for each in found]))
    return Comparison(tuple(e.compared for e in found), titles, rows, refused)


def _left_out(number: int) -> str:
    """Return that some runs are too many."""
    if number <= 0:
        return ""
    return tr("At most {most} stand beside each other: {n:run is|runs are} left out.",
              most=MOST_RUNS, n=number)  # fmt: skip


def _told(folder: Path, run: str) -> _Told:
    opened = open_run(folder / run)
    project = opened.project
    curves = metric_store.read(folder / run / METRICS, 0)
    steps, losses, _rates = curves.steps
    lines: dict[str, Floats] = {}
    for phase, column in zip(project.training.phases, losses.T, strict=False):
        lines[TRAIN + phase.name] = means(steps, column)
    for name in dict.fromkeys(n for e in curves.evaluations for n in e.values):
        told = [(e.step, e.values.get(name, math.nan)) for e in curves.evaluations]
        known = [pair for pair in told if math.isfinite(pair[1])]
        lines[name] = np.array(known, float).reshape(-1, 2).T
    last = metric_store.last_step(curves)
    summary = Reader(folder).summary(run, "")
    per_epoch = _per_epoch(curves.evaluations)
    return _Told(ComparedRun(summary, lines, per_epoch, last), project)


def means(steps: Ints, values: Floats, most: int = POINTS) -> Floats:
    """Return steps and values (2, K) as means over at most so many equal spans.

    Args:
        steps: In order.
        values: One for each; those that are no finite number are left out.
        most: Spans.
    """
    known = np.isfinite(values)
    steps, values = steps[known], values[known]
    if len(steps) <= most:
        return np.array([steps, values], float)
    edges = np.linspace(0, len(steps), most + 1).astype(int)
    counts = np.diff(edges)
    sums = [np.add.reduceat(each, edges[:-1]) for each in (steps, values)]
    found: Floats = np.array(sums, float) / counts
    return found


def _per_epoch(told: Sequence[Evaluation]) -> float:
    known = [each for each in told if each.epoch > 0]
    return known[-1].step / known[-1].epoch if known else 0.0


def _titles(found: Sequence[_Told]) -> Iterable[CurveTitle]:
    """Yield the values that at least one run has: losses first, then metrics."""
    seen: set[str] = set()
    several = max(len(each.project.training.phases) for each in found) > 1
    for told in found:
        for name in told.compared.curves:
            if name not in seen:
                seen.add(name)
                yield _title(told.project, name, several=several)


def _title(project: Project, name: str, *, several: bool) -> CurveTitle:
    if name.startswith(TRAIN):
        words = tr("Training loss")
        phase = plain.name(name.removeprefix(TRAIN))
        return CurveTitle(name, f"{words} · {phase}" if several else words)
    if name == scores.LOSS:
        return CurveTitle(name, tr("Validation loss"))
    found = scores.of_node(project, name)
    words = plain.name(path_title(project, name))
    return CurveTitle(name, words, found.kind, found.is_lower)


def _rows(projects: Sequence[Project]) -> Iterable[SettingRow]:
    """Yield what is not the same in all: as the first has it, and the others."""
    first, *others = projects
    told = [differences(first, other) for other in others]
    keys = dict.fromkeys(_key(each) for found in told for each in found)
    for key in [*keys][:_MOST_ROWS]:
        each = [{_key(d): d for d in found}.get(key) for found in told]
        sample = next(d for d in each if d is not None)
        same = _words(sample)[0]
        found = zip(each, others, strict=True)
        values = (same, *(_value(sample, d, (first, other)) for d, other in found))
        yield SettingRow(sample.kind, sample.path, sample.name, values)


def _value(
    row: Difference, own: Difference | None, pair: tuple[Project, Project]
) -> str:
    """Return what a run has: its own, that of the first, or nothing of the kind.

    Args:
        row: What is said of another run.
        own: What is said of this one about the same.
        pair: The first run's project, and its own.
    """
    if own is not None:
        return _words(own)[1]
    return _words(row)[0] if _has(*pair, row) else "–"


def _has(first: Project, other: Project, row: Difference) -> bool:
    """Return whether a project has what a row is about, and so has it as the first."""
    if row.kind != "setting":
        return True
    if row.path:
        nodes = [project.graph.nodes.get(row.path) for project in (first, other)]
        return nodes[0] is None or (
            nodes[1] is not None and nodes[0].type == nodes[1].type
        )
    if row.name in {tr(param.label) for param in TRAINING_PARAMS.values()}:
        return True
    head = row.name.partition(": ")[0]
    if head in first.blocks:
        return head in other.blocks
    names = [[p.name for p in project.training.phases] for project in (first, other)]
    if len(names[1]) > 1:
        return head in names[1]
    return len(names[0]) == 1 or names[0] == names[1]


def _key(each: Difference) -> tuple[str, str, str]:
    return each.kind, each.path, each.name


def _words(each: Difference) -> tuple[str, str]:
    """Return what stands in the first run, and in one where it is different."""
    return {
        "added": ("–", tr("has it")),
        "removed": (tr("has it"), "–"),
        "wires": (tr("as it is"), tr("others")),
    }.get(each.kind, (each.old, each.new))
