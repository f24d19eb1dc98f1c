"""The folders of runs, read for who asks: what they say, and their curves in parts.

Nothing in them is changed; they may be anybody's, see `engine.folder`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import DocumentError
from engine.folder import account, sums
from engine.graph.files import serialize
from engine.i18n import tr
from engine.protocol import baselines
from engine.protocol.goals import PhaseGoal
from engine.protocol.past_runs import CurvesPart, OpenedRun
from engine.protocol.wire import finding_records
from engine.training.records import metric_store, view_file
from engine.training.records.change import as_left
from engine.training.records.metric_store import Curves
from engine.training.records.runs import METRICS, open_run

STEPS, SAMPLE_ROWS, EVALUATIONS = 1 << 14, 1 << 12, 1 << 10
"""The most in one part: steps, rows of layers in samples, evaluations. The window
takes in such a part within a few milliseconds."""
_MOST_SAMPLES = 64
VIEW_BYTES, _MOST_VIEWS = 2**20, 64
"""Of views in one part."""
_MOST_ROWS = 20_000
"""No network has more layers that learn."""
Rows = list[tuple[str, int]]


class PastRuns:
    """Remembers the curves of the run that was opened last, until all are handed out.

    Threads: one.
    """

    def __init__(self) -> None:
        self._folder = Path()
        self._curves: Curves | None = None

    def open(self, run: str) -> OpenedRun:
        """Return what the run in a folder says of itself.

        Raises:
            DocumentError: When there is none, or one that can't be read.
        """
        opened, self._curves = told(run)
        self._folder = Path(run)
        return opened

    def part(self, run: str, number: int) -> CurvesPart:
        """Return a part of the curves of a run; after the last they are forgotten.

        Raises:
            DocumentError: As `open`, or when there is no such part.
        """
        if self._curves is None or self._folder != Path(run):
            self.open(run)
        curves = self._curves
        assert curves
        last = num_parts(curves) - 1
        if not 0 <= number <= last:
            raise DocumentError(
                tr("The curves of the run have no such part"),
                where=run,
                expected=f"0 … {last}",
                got=number,
            )
        if number == last:
            self._curves = None
        return part_of(curves, run, number)


def told(run: str) -> tuple[OpenedRun, Curves]:
    """Return what the run in a folder says of itself, and its curves.

    Raises:
        DocumentError: When there is none, or one that can't be read.
    """
    opened = open_run(Path(run))
    project = serialize.loads(opened.document, Path(run).name)
    phases = len(project.training.phases)
    curves = _cut(metric_store.read(Path(run) / METRICS, opened.step), phases)
    curves = curves._replace(views=tuple(view_file.read(Path(run))))
    rows = _rows(opened.info.get("rows", []), phases)
    found = OpenedRun(
        run,
        as_left(opened.document, project, opened.changes),
        opened.state,
        opened.step,
        metric_store.last_step(curves),
        curves.steps[1].shape[1],
        num_parts(curves),
        opened.places,
        tuple(path for path, _ in rows),
        tuple(phase for _, phase in rows),
        str(opened.info.get("device", "cpu")),
        opened.info.get("threads", 0),
        tuple(map(_goal, opened.info.get("goals", []))),
        baselines.read(opened.info.get(baselines.FIELD)),
        finding_records.read(opened.info.get(finding_records.FIELD), project),
        _damage(opened.info, curves),
        str(opened.info.get("created", "")),
        tuple(sorted({change.step + 1 for change in opened.changes})),
        _steps_per_epoch(curves),
    )
    return found, curves


def _damage(info: Mapping[str, Any], curves: Curves) -> str:
    """Return what is told of damage in a run; empty where there is none."""
    words = [] if sums.is_as_written(info) else [account.damaged_words()]
    words += [str(curves.damage)] if curves.damage else []
    return "; ".join(words)


def _steps_per_epoch(curves: Curves) -> int:
    """Return the steps that made an epoch; 0 before the first evaluation."""
    told = [each for each in curves.evaluations if each.epoch > 0]
    return max(round(told[-1].step / told[-1].epoch), 1) if told else 0


def _cut(curves: Curves, phases: int) -> Curves:
    """Return curves with no more columns than the project has phases."""
    steps, losses, rates = curves.steps
    if not len(steps):  # without rows nothing tells how many phases there were
        losses = rates = np.zeros((0, phases))
    return curves._replace(steps=(steps, losses[:, :phases], rates[:, :phases]))


def _rows(told: Rows, phases: int) -> Rows:
    """Return what the rows of the samples are about; empty in old runs."""
    rows = [(path, phase) for path, phase in told]
    is_sound = len(rows) <= _MOST_ROWS and len(rows) == len(set(rows))
    return rows if is_sound and all(-1 <= phase < phases for _, phase in rows) else []


def _goal(told: Mapping[str, Any]) -> PhaseGoal:
    losses = {str(path): float(w) for path, w in told["losses"].items()}
    return PhaseGoal(losses, int(told["first"]), int(told["last"]))


def num_parts(curves: Curves) -> int:
    """Return how many parts curves are handed out in; at least one."""
    counts = (len(curves.steps[0]), len(curves.samples), len(curves.evaluations))
    sizes = (STEPS, _samples_each(curves), EVALUATIONS)
    parts = [-(-n // each) for n, each in zip(counts, sizes, strict=True)]
    return max(1, *parts, -(-len(curves.views) // _views_each(curves)))


def part_of(curves: Curves, run: str, number: int) -> CurvesPart:
    """Return a part of curves: of the steps, the samples and the evaluations alike.

    Args:
        curves: All of them.
        run: Folder of their run.
        number: Which part, from 0.
    """

    def share(most: int) -> slice:
        return slice(number * most, (number + 1) * most)

    steps, losses, rates = curves.steps
    return CurvesPart(
        run,
        number,
        steps[share(STEPS)],
        losses[share(STEPS)],
        rates[share(STEPS)],
        tuple(curves.samples[share(_samples_each(curves))]),
        tuple(curves.evaluations[share(EVALUATIONS)]),
        curves.views[share(_views_each(curves))],
    )


def _views_each(curves: Curves) -> int:
    """Return how many views go into a part: fewer, the larger they are."""
    sizes = [sum(a.nbytes for a in view.arrays.values()) for view in curves.views]
    return max(1, min(_MOST_VIEWS, VIEW_BYTES // max(1, *sizes, 1)))


def _samples_each(curves: Curves) -> int:
    """Return how many samples go into a part: fewer, the more layers they have."""
    layers = max((len(sample.grad_norm) for sample in curves.samples), default=1)
    return max(1, min(_MOST_SAMPLES, SAMPLE_ROWS // max(1, layers)))
