"""The layers of runs beside each other, from what was measured and what is kept.

Axes: L rows, S measured steps, H of these with histograms, B bins of log2 |x|.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.errors import EngineError
from engine.folder import account
from engine.folder.account import Kept
from engine.graph.titles import SEPARATOR, path_title
from engine.protocol.arrays import Floats, Ints
from engine.protocol.histogram import BIAS, EXPONENTS, NOT_FINITE, ZEROS
from engine.protocol.listing.layers import LayersCompared, LayersOfRun
from engine.protocol.messages import LayerSample
from engine.training.records import checkpoint_file, metric_store
from engine.training.records.runs import METRICS, Run, open_run

STEPS = 240
"""Measured steps of a run that are told, about as far from each other."""
HISTOGRAMS = 33
"""Of these have histograms; fewer where there are many layers."""
BINS = 64
"""Factors of two below the largest number that are told."""
_MOST_COUNTS = 500_000
_MOST_BYTES = 256 * 2**20
"""Weights that take more aren't read for a comparison."""
_NO_WEIGHTS = ("running_mean", "running_var", "num_batches_tracked")
Row = tuple[str, int]


class _Taken:
    """What is kept of the samples of a run, as they come (R rows of its own).

    Args:
        rows: That it has.

    Attributes:
        steps: Of all samples.
        changes: Of each, ‖Δw‖ / ‖w‖ (R,).
        counts: Of some, by step: |∂L/∂w| and |w| (2, R, 256); the last is among them.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._most = max(2, min(HISTOGRAMS, _MOST_COUNTS // max(1, rows * BINS)))
        self._apart = 1
        self.steps: list[int] = []
        self.changes: list[Floats] = []
        self.counts: dict[int, Ints] = {}

    def take(self, sample: LayerSample) -> None:
        """Keep what is needed of a sample; one with other rows is left out."""
        if len(sample.update_ratio) != self._rows:
            return
        if self.steps and (len(self.steps) - 1) % self._apart:
            self.counts.pop(self.steps[-1])
        if len(self.counts) == self._most:
            self._apart *= 2
            kept = self.steps[:: self._apart]
            self.counts = {step: self.counts[step] for step in kept}
        self.steps.append(sample.step)
        self.changes.append(sample.update_ratio)
        both = sample.grad_histogram, sample.weight_histogram
        self.counts[sample.step] = np.stack([magnitudes(each) for each in both])


class _Read(NamedTuple):
    """What was read of a run."""

    run: Run
    rows: list[Row]
    taken: _Taken


def compared(folder: Path, runs: Iterable[str]) -> LayersCompared:
    """Return the layers of runs beside each other; what can't be read is told.

    Args:
        folder: Where runs are kept.
        runs: Names of their folders.
    """
    found: list[_Read] = []
    refused = ""
    for name in runs:
        try:
            found.append(_read(folder / name))
        except (EngineError, OSError) as error:
            refused = str(error)
    rows = [*dict.fromkeys(row for each in found for row in each.rows)]
    first, last = _span(each.taken for each in found)
    ends: list[_Ends] = []
    for each in found:
        try:
            ends.append(_ends(each.run))
        except (EngineError, OSError) as error:
            refused = str(error)
            ends.append(_Ends(-1, {}, {}))
    told = tuple(
        _told(each, rows, (first, last), (end, ends[0]))
        for each, end in zip(found, ends, strict=True)
    )
    names = tuple(_name(found, row) for row in rows)
    paths = tuple(path for path, _ in rows)
    return LayersCompared(paths, names, first - BIAS, told, refused)


def _read(folder: Path) -> _Read:
    run = open_run(folder)
    rows = [(str(path), int(phase)) for path, phase in run.info.get("rows", [])]
    taken = _Taken(len(rows))
    if rows and len({*rows}) == len(rows):
        metric_store.read_samples(folder / METRICS, STEPS, taken.take)
    return _Read(run, rows, taken)


def _name(found: Sequence[_Read], row: Row) -> str:
    """Return the words of a row, as the first run that has it says them."""
    each = next(each for each in found if row in each.rows)
    words = path_title(each.run.project, row[0])
    phases = each.run.project.training.phases
    is_one = sum(path == row[0] for path, _ in each.rows) == 1
    if is_one or not 0 <= row[1] < len(phases):
        return words
    return words + SEPARATOR + phases[row[1]].name


def _told(
    read: _Read,
    rows: Sequence[Row],
    span: tuple[int, int],
    ends: tuple["_Ends", "_Ends"],
) -> LayersOfRun:
    """Return a run's part, its rows among those of all."""
    own, first = ends
    places = [rows.index(row) for row in read.rows]
    taken, shown = read.taken, [*read.taken.counts]
    changes = np.full((len(taken.steps), len(rows)), np.nan)
    counts = np.zeros((2, len(shown), len(rows), span[1] - span[0]), np.int64)
    for number, change in enumerate(taken.changes):
        changes[number, places] = change
    for number, step in enumerate(shown):
        counts[:, number, places] = taken.counts[step][:, :, slice(*span)]
    paths = [path for path, _ in rows]
    return LayersOfRun(
        read.run.folder.name,
        np.array(taken.steps, np.int64),
        changes,
        np.array(shown, np.int64),
        counts[0],
        counts[1],
        own.since,
        _distances(paths, own.start, own.end),
        _distances(paths, first.end, own.end),
    )


def magnitudes(histogram: Ints) -> Ints:
    """Return counts of |x| by exponent, without zeros and what is not finite.

    Shape:
        (L, 512) → (L, 256)
    """
    both: Ints = histogram[:, :EXPONENTS] + histogram[:, EXPONENTS:]
    both[:, [ZEROS, NOT_FINITE]] = 0
    return both


def _span(taken: Iterable[_Taken]) -> tuple[int, int]:
    """Return the first exponent that is told, and one past the last."""
    total = np.zeros(EXPONENTS, np.int64)
    for counts in (c for each in taken for c in each.counts.values()):
        total += counts.sum(axis=(0, 1))
    filled = np.flatnonzero(total)
    if not len(filled):
        return BIAS, BIAS + 1
    last = int(filled[-1]) + 1
    return max(int(filled[0]), last - BINS), last


class _Ends(NamedTuple):
    """Weights by name: the earliest that a run keeps, and its last."""

    since: int
    start: Mapping[str, Tensor]
    end: Mapping[str, Tensor]


def _ends(run: Run) -> _Ends:
    kept = account.kept(run.info)
    if not kept or run.checkpoint is None:
        return _Ends(-1, {}, {})
    earliest = min(kept, key=lambda each: each.step)
    start, end = (_weights(run.folder, each) for each in (earliest, run.checkpoint))
    return _Ends(earliest.step, start, end)


def _weights(folder: Path, kept: Kept) -> dict[str, Tensor]:
    if kept.size > _MOST_BYTES:
        return {}
    tensors = checkpoint_file.part(checkpoint_file.read(folder, kept)[0], "model")
    return {
        name: tensor.detach().to(torch.float64)
        for name, tensor in tensors.items()
        if tensor.is_floating_point() and not name.endswith(_NO_WEIGHTS)
    }


def _distances(
    paths: Sequence[str], start: Mapping[str, Tensor], end: Mapping[str, Tensor]
) -> Floats:
    """Return ‖end − start‖ / ‖start‖ of the weights of each node; NaN where unlike.

    Shape:
        (L,)
    """
    return np.array([_distance(path, start, end) for path in paths], float)


def _distance(
    path: str, start: Mapping[str, Tensor], end: Mapping[str, Tensor]
) -> float:
    names = [
        {name for name in each if name.startswith(f"{path}.")} for each in (start, end)
    ]
    if not names[0] or names[0] != names[1]:
        return math.nan
    moved = whole = 0.0
    for name in names[0]:
        if start[name].shape != end[name].shape:
            return math.nan
        moved += float((end[name] - start[name]).square().sum())
        whole += float(start[name].square().sum())
    return math.sqrt(moved / whole) if whole > 0 else math.nan
