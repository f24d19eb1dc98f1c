"""Everything that a run has told so far. Every number in a plot comes from here."""

import math
import time
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine.protocol.baselines import TOTAL, Baseline, Baselines, total
from engine.protocol.messages import Evaluation, Frame, LayerSample, RunStarted, View
from workbench.session.names import Names

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats
    from engine.protocol.findings import Finding
    from workbench.session.curves.layers import LayerHistory
    from workbench.session.curves.series import Series
    from workbench.session.curves.trail import Trail

LOG_LINES = 5000
MARKS = 100
"""Changed settings that are remembered, the newest ones."""
SAMPLE = ""
"""Stands for the measurement of the layers among the paths of views."""
OLD_S, OLD_STEPS = 2, 50
"""What is older than both is said to be old."""


@dataclass(frozen=True)
class LogLine:
    """One line of the log with the time when it arrived."""

    time: datetime
    text: str


class History:
    """Curves, evaluations, measurements and log of the current run.

    The counters `losses_seen`, `samples_seen`, `evaluations_seen`, `views_seen`,
    `log_seen` and `runs_seen` grow with each arrival; a plot whose counter stands
    still has nothing to draw. `trained_s` is how long it has trained in this window.

    numpy is loaded with the first run or plot, which is after the first paint.
    """

    def __init__(self) -> None:
        self.losses_seen = self.samples_seen = self.evaluations_seen = 0
        self.views_seen = self.log_seen = self.runs_seen = 0
        self.log: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._reset(None, Names())

    def _reset(self, run: RunStarted | None, names: Names) -> None:
        self.run, self.names = run, names
        self.losses = _series(run)
        self.rates = _series(run, smooth=False)
        self.evaluations: list[Evaluation] = []
        self.views: dict[str, View] = {}
        self._trails: dict[str, Trail[View]] = {}
        self.looked_at: int | None = None
        self.shown_at: dict[str, float] = {}
        self._layers: LayerHistory | None = None
        self.diverged_at: int | None = None
        self.changes: list[int] = []
        self.findings: tuple[Finding, ...] = ()
        self.step, self.epoch = (run.step if run else 0), 0.0
        self.samples_per_s, self.overhead, self.eta_s = 0.0, 0.0, math.nan
        self.trained_s, self._told_at, self._trains = 0.0, time.monotonic(), True

    def clear(self) -> None:
        """Forget the run, for another project."""
        self._reset(None, Names())
        self.runs_seen += 1

    def begin(self, run: RunStarted, names: Names) -> None:
        """Start over for a new run; go on when it continues the run that is here."""
        if self.is_continued_by(run):
            self.run = run
            self._told_at, self._trains = time.monotonic(), True
            return
        self._reset(run, names)
        self.runs_seen += 1

    def is_continued_by(self, run: RunStarted) -> bool:
        """Return whether a run goes on exactly where this history ends."""
        known = self.run
        if known is None or (known.run, known.layers) != (run.run, run.layers):
            return False
        return self.step == run.step > 0

    def moved(self, folder: str) -> None:
        """Note that the run is in another folder now."""
        if self.run is not None:
            self.run = replace(self.run, run=folder)

    def add(self, frame: Frame) -> None:
        """Take in a frame; frames come in order."""
        self._count_time(frame.state == "training")
        self._add_losses(frame)
        if frame.sample is not None:
            for sample in (*frame.earlier, frame.sample):
                self.add_sample(sample)
        if frame.evaluations:
            self.evaluations.extend(frame.evaluations)
            self.evaluations_seen += len(frame.evaluations)
            self._add_tasks()
        self.add_views(frame.views)
        self.changes = [*self.changes, *frame.changes][-MARKS:]
        if frame.findings is not None:
            self.findings = frame.findings
        self.add_log(frame.log)
        self.step, self.epoch = frame.step, frame.epoch
        self.samples_per_s, self.overhead = frame.samples_per_s, frame.overhead
        self.eta_s = frame.eta_s

    def _count_time(self, trains: bool) -> None:
        """Add what has passed since the last frame, unless it was paused then."""
        now = time.monotonic()
        self.trained_s += now - self._told_at if self._trains else 0.0
        self._told_at, self._trains = now, trains

    def add_sample(self, sample: LayerSample) -> None:
        """Take in a measurement of the layers; they come in order."""
        self.layers.add(sample)
        self.samples_seen += 1
        self.shown_at[SAMPLE] = time.monotonic()

    def add_views(self, views: tuple[View, ...]) -> None:
        """Take in views, the newest of each node; they come in order."""
        self.views.update({view.node: view for view in views})
        self._keep(views)
        self.shown_at.update({view.node: time.monotonic() for view in views})
        self.views_seen += len(views)

    def _keep(self, views: tuple[View, ...]) -> None:
        """Keep views to look back at, all nodes within one budget."""
        from workbench.session.curves import trail  # numpy

        for view in views:
            if view.node not in self._trails:
                share = trail.BUDGET_BYTES // 8
                most = trail.trail_for(trail.view_bytes(view), share)
                self._trails[view.node] = trail.Trail(most)
            self._trails[view.node].put(view.step, trail.kept_view(view))

    def age_s(self, shown: str, step: int) -> int:
        """Return the seconds since a picture came, 0 while it is as good as new.

        Args:
            shown: Path of a view, or `SAMPLE`.
            step: That it shows.
        """
        if self.step - step < OLD_STEPS or shown not in self.shown_at:
            return 0
        age = int(time.monotonic() - self.shown_at[shown])
        return age if age >= OLD_S else 0

    def _add_tasks(self) -> None:
        """Make the views that show evaluations."""
        self.add_views(tuple(m.view(self.evaluations) for m in self.names.matrices))

    def _add_losses(self, frame: Frame) -> None:
        if not len(frame.steps):
            return
        for column, series in enumerate(self.losses):
            series.extend(frame.steps, frame.losses[:, column])
        for column, series in enumerate(self.rates):
            series.extend(frame.steps, frame.rates[:, column])
        self.losses_seen += len(frame.steps)

    def add_log(self, lines: tuple[str, ...]) -> None:
        """Append lines to the log with the present time."""
        now = datetime.now().astimezone()
        self.log.extend(LogLine(now, line) for line in lines)
        self.log_seen += len(lines)

    @property
    def broken_steps(self) -> tuple[int, ...]:
        """Steps whose loss was no finite number, the newest few."""
        found = {step for series in self.losses for step in series.nonfinite_steps[-8:]}
        if self.diverged_at is not None:
            found.add(self.diverged_at)
        return tuple(sorted(found))

    def diverge(self, step: int) -> None:
        """Note that the loss of a step was no finite number and ended the run."""
        self.diverged_at = step
        self.losses_seen += 1

    @property
    def layers(self) -> "LayerHistory":
        """Measurements of the layers of the run."""
        if self._layers is None:
            from workbench.session.curves.layers import LayerHistory  # numpy

            paths = self.run.layers if self.run else ()
            words = tuple(self.names.layer(path) for path in paths)
            self._layers = LayerHistory(paths, words)
        return self._layers

    @property
    def sample(self) -> LayerSample | None:
        """The measurement of the layers that is shown: the newest, or a past one."""
        return self._layers.shown if self._layers else None

    def look_back(self, step: int | None) -> None:
        """Show everything as it was after a step; None shows what is newest."""
        self.looked_at = step
        self.layers.looked_at = step
        self.samples_seen += 1
        self.views_seen += 1

    @property
    def shown_views(self) -> "list[View]":
        """The views that are shown: the newest, or those of a past step."""
        if self.looked_at is None:
            return list(self.views.values())
        found = (trail.at(self.looked_at) for trail in self._trails.values())
        tasks = self._past_tasks(self.looked_at)
        return [tasks.get(view.node, view) for view in found if view is not None]

    def _past_tasks(self, step: int) -> dict[str, View]:
        """Return the views of evaluations as they were after a step."""
        past = [each for each in self.evaluations if each.step <= step]
        return {m.node: m.view(past) for m in self.names.matrices} if past else {}

    def evaluated(self, name: str, *, training: bool = False) -> "Floats":
        """Return (steps, values) as (2, K) of one evaluated value, finite ones only.

        Args:
            name: Node id, or `loss` for the total.
            training: Of the training data instead of the validation data.
        """
        told = [
            (e.step, e.train_values if training else e.values) for e in self.evaluations
        ]
        return _finite([(step, values.get(name, math.nan)) for step, values in told])

    def validated(self, phase: int) -> "Floats":
        """Return (steps, validation loss) as (2, K) of a phase, while it was active.

        Its loss is the weighted sum of all that it minimises.

        Args:
            phase: Index of a phase whose goal the run has told.
        """
        assert self.run is not None
        goal = self.run.goals[phase]
        active = [e for e in self.evaluations if goal.is_active(e.step)]
        return _finite([(e.step, goal.value(e.values)) for e in active])

    @property
    def baselines(self) -> Baselines:
        """What lazy answers reach, by the name of what is evaluated."""
        return self.run.baselines if self.run else {}

    def baselines_of_losses(self) -> list[Baseline | None]:
        """Return the baseline of what each phase minimises, or the only one's."""
        goals = self.run.goals if self.run else ()
        if len(goals) > 1:
            return [total(goal, self.baselines) for goal in goals]
        return [self.baselines.get(TOTAL)]

    @property
    def result(self) -> Evaluation | None:
        """The evaluation of the weights that the run ends with, as far as it is."""
        best = [each for each in self.evaluations if each.best]
        known = best if best and self.names.keeps_best else self.evaluations
        return known[-1] if known else None


def _finite(pairs: list[tuple[int, float]]) -> "Floats":
    """Return pairs as (2, K), without those whose value is no finite number."""
    import numpy as np  # not before the first paint

    known = [(step, value) for step, value in pairs if math.isfinite(value)]
    return np.array(known, float).reshape(-1, 2).T


def _series(run: RunStarted | None, *, smooth: bool = True) -> "tuple[Series, ...]":
    """Return an empty curve for each phase of a run."""
    if run is None:
        return ()
    from workbench.session.curves.series import Series  # numpy

    return tuple(Series(run.total_steps, smooth=smooth) for _ in run.phases)
